"""Pictures as plain shapes.

:mod:`fairness.charts.static.svg` writes them as SVG, the slides as native shapes and text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

INK, INK2, INK3 = "#14181C", "#464E56", "#656D75"
PAPER, GRID, BAND = "#FFFFFF", "#EAEDEF", "#DDE2E6"
MARKS = {
    "penalty": "#D55E00",
    "favourable": "#56B4E9",
    "equivalent": "#009E73",
    "inconclusive": "#9A9A9A",
}
"""Colour of each verdict's mark (Okabe-Ito)."""
TEXTS = {"penalty": "#B04A00", "favourable": "#1B6E9E", "equivalent": "#00744F", "inconclusive": INK}
"""Colour of text that is part of a verdict: contrast of at least 4.5 to 1."""
_FAVOURABLE_LINE = "#1F7FB5"
"""Outline of the favourable mark, which would fade on white without it."""

Anchor = Literal["start", "middle", "end"]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    start: Place
    end: Place
    colour: str
    width: float = 1
    is_round: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """Straight lines through places; with a fill they are closed.

    Attributes:
        places: The places, in order.
        fill: Colour inside, or None.
        stroke: Colour of the line, or None.
        width: Width of the line.
    """

    places: tuple[Place, ...]
    fill: str | None = None
    stroke: str | None = None
    width: float = 1


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle; ``stroke`` is None where it has no line."""

    centre: Place
    radius: float
    fill: str
    stroke: str | None = None
    width: float = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its baseline at a place."""

    place: Place
    text: str
    size: float = 12
    colour: str = INK
    weight: int = 400
    anchor: Anchor = "start"


Shape = Line | Outline | Circle | Text


@dataclass(slots=True)
class Drawing:
    """A picture being made, in CSS pixels.

    Attributes:
        width: Width of the picture.
        height: Height of the picture.
        label: What it shows, for readers who cannot see it.
        shapes: Shapes, from back to front.
    """

    width: float
    height: float
    label: str
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        """Draw shapes over what is there."""
        self.shapes += shapes

    def rectangle(self, start: Place, end: Place, fill: str) -> None:
        """Draw a filled rectangle between two opposite corners."""
        (x1, y1), (x2, y2) = start, end
        self.add(Outline(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), fill=fill))

    def mark(self, at: Place, verdict: str | None) -> None:
        """Draw the mark of a verdict: its shape shows it as well as its colour; without a verdict, a hollow circle."""
        x, y = at
        if verdict is None:
            self.add(Circle(at, 4, PAPER, INK2, 1.75))
        elif verdict == "penalty":
            self.add(Circle(at, 4.2, MARKS[verdict]))
        elif verdict == "favourable":
            corners = ((x, y - 5.2), (x + 5.2, y), (x, y + 5.2), (x - 5.2, y))
            self.add(Outline(corners, fill=MARKS[verdict], stroke=_FAVOURABLE_LINE))
        elif verdict == "equivalent":
            self.rectangle((x - 4, y - 4), (x + 4, y + 4), MARKS[verdict])
        else:
            corners = ((x - 4, y - 4.5), (x + 4, y - 4.5), (x - 4, y + 4.5), (x + 4, y + 4.5))
            self.add(Outline(corners, fill=MARKS[verdict]))

    def interval(self, start: Place, end: Place, verdict: str | None) -> None:
        """Draw an interval in the colour of its verdict."""
        colour = INK2 if verdict is None else _FAVOURABLE_LINE if verdict == "favourable" else MARKS[verdict]
        self.add(Line(start, end, colour, 2.5, is_round=True))

    def place(self, other: Drawing, at: Place) -> None:
        """Draw another picture's shapes with its corner at a place."""
        self.shapes += [moved(shape, at) for shape in other.shapes]


def moved(shape: Shape, by: Place) -> Shape:
    """Return a shape moved by a distance."""

    def shift(place: Place) -> Place:
        return place[0] + by[0], place[1] + by[1]

    match shape:
        case Line(start, end, colour, width, is_round):
            return Line(shift(start), shift(end), colour, width, is_round)
        case Outline(places, fill, stroke, width):
            return Outline(tuple(map(shift, places)), fill, stroke, width)
        case Circle(centre, radius, fill, stroke, width):
            return Circle(shift(centre), radius, fill, stroke, width)
        case Text(place, text, size, colour, weight, anchor):
            return Text(shift(place), text, size, colour, weight, anchor)


def faded(colour: str, opacity: float) -> str:
    """Return a colour as it looks on white when partly transparent.

    Example:
        >>> faded("#D55E00", 0.2)
        '#F7DFCC'
    """
    parts = bytes.fromhex(colour.removeprefix("#"))
    return "#" + "".join(f"{round(255 - (255 - part) * opacity):02X}" for part in parts)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most ``most`` round values between two, zero among them where it lies inside.

    Example:
        >>> ticks(-0.02, 0.11, 4), ticks(0.012, 0.0131, 3)
        ([0.0, 0.05, 0.1], [0.012, 0.0125, 0.013])
    """
    for exponent in range(-12, 6):
        for factor in (1, 2, 2.5, 5):
            step = factor * 10.0**exponent
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first < most:
                return [round(number * step, 12) for number in range(first, last + 1)]
    return [0.0]
