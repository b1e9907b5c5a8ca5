"""The charts of a snapshot: intervals side by side, and the gap month by month.

Every gap axis shows zero and the band of the margin; positive is to the right or up: tenured customers pay more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fairness.charts.static.drawing import (
    BAND,
    GRID,
    INK,
    INK2,
    INK3,
    MARKS,
    TEXTS,
    Drawing,
    Line,
    Outline,
    Text,
    faded,
    ticks,
)
from fairness.text import numbers, snapshot

_ROW, _ROW_BESIDE = 36, 31
_AXIS = 20
_ROOM = 0.04
"""Room beyond the outermost interval, as a share of the axis."""
_LABEL_CHARACTERS = 25
_TICK = 11
_MONTH_WIDTH = 54
_SEE_THROUGH = 0.17

Axis = Callable[[float], float]
"""Value in, coordinate out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot.

    Attributes:
        label: What it is.
        below: Smaller text under the label.
        figure: Estimate and interval as text.
        figure_below: Smaller text under the figure; empty for none.
        estimate, low, high: The gap and its interval, fractions.
        verdict: Decides mark and colour; None draws the hollow mark of a raw figure.
        strong: Whether it is the answer itself.
    """

    label: str
    below: str
    figure: str
    figure_below: str
    estimate: float
    low: float
    high: float
    verdict: str | None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Forest:
    """Gaps with their intervals, one line each.

    Attributes:
        rows: From top to bottom.
        margin: Half width of the band that counts as equal, a fraction.
        band_name: What that band is called.
    """

    rows: tuple[Row, ...]
    margin: float
    band_name: str

    def draw(self, width: float, label: str) -> Drawing:
        """Return the drawing."""
        beside = any(row.figure_below for row in self.rows)
        left, right = (100.0, 130.0) if beside else (154.0, 12.0)
        height = len(self.rows) * (_ROW_BESIDE if beside else _ROW) + 4.0
        drawing = Drawing(width, height + _AXIS, label)
        low, high = _range(self.margin, [value for row in self.rows for value in (row.low, row.high)])
        marks = ticks(low, high, 3 if beside else 5)

        def at(value: float) -> float:
            return left + (value - low) / (high - low) * (width - left - right)

        drawing.rectangle((at(-self.margin), 0), (at(self.margin), height), BAND)
        for mark in marks:
            is_zero = mark == 0
            end = height + (4 if is_zero else 0)
            drawing.add(Line((at(mark), 0), (at(mark), end), INK if is_zero else GRID, 1.25 if is_zero else 1))
            text = snapshot.tick(mark, last=mark == marks[-1])
            drawing.add(Text((at(mark), height + 17), text, _TICK, INK3, anchor="middle"))
        step = height / len(self.rows)
        for number, row in enumerate(self.rows):
            y = step * number + step / 2
            _write(drawing, row, y, beside=beside)
            drawing.interval((at(row.low), y), (at(row.high), y), row.verdict)
            drawing.mark((at(row.estimate), y), row.verdict)
        return drawing


def _write(drawing: Drawing, row: Row, y: float, *, beside: bool) -> None:
    """Write a row's texts: left of the chart, and right of it where the row has two figures."""
    weight = 600 if row.strong else 500 if beside else 400
    drawing.add(Text((0, y - 3), shorten(row.label), weight=weight))
    if not beside:
        drawing.add(Text((0, y + 13), row.figure, 12, INK if row.strong else INK2, weight))
        return
    drawing.add(
        Text((0, y + 11), shorten(row.below), 11, INK2),
        Text((drawing.width, y - 3), row.figure, weight=600, anchor="end"),
        Text((drawing.width, y + 11), row.figure_below, 11, INK2, anchor="end"),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a series: YYYY-MM, gap and interval as fractions; None in a month that is not shown."""

    month: str
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """The gap month by month.

    Attributes:
        points: One per month, in order.
        margin: Half width of the band that counts as equal, a fraction.
        band_name: What that band is called.
        verdict: The study's verdict, for the colour.
        last: The last gap as text.
    """

    points: tuple[Point, ...]
    margin: float
    band_name: str
    verdict: str
    last: str

    def draw(self, width: float, label: str) -> Drawing:
        """Return the drawing: a step line, because a month's gap holds for the month."""
        top, height, left = 20.0, 122.0, 36.0
        drawing = Drawing(width, height + _AXIS, label)
        known = [value for point in self.points for value in (point.low, point.high) if value is not None]
        low, high = _range(self.margin, known)
        marks = ticks(low, high, 5)
        right, bottom = width - 6, height - 2

        def up(value: float) -> float:
            return bottom - (value - low) / (high - low) * (bottom - top)

        drawing.rectangle((left, up(self.margin)), (right, up(-self.margin)), BAND)
        for mark in marks:
            is_zero = mark == 0
            ends = (left, up(mark)), (right, up(mark))
            drawing.add(Line(*ends, INK if is_zero else GRID, 1.25 if is_zero else 1))
            text = snapshot.tick(mark, last=mark == marks[-1])
            drawing.add(Text((left - 7, up(mark) + 4), text, _TICK, INK3, anchor="end"))
        step = (right - left) / len(self.points)
        for run in self._runs():
            self._line(drawing, run, left, step, up)
        self._months(drawing, left, step, height)
        near = [point.high for point in self.points[-(len(self.points) // 2) - 1 :] if point.high is not None]
        if near:
            place = (right, up(max(near)) - 7)
            drawing.add(Text(place, self.last, 12, TEXTS[self.verdict], 600, "end"))
        return drawing

    def _runs(self) -> list[list[tuple[int, float, float, float]]]:
        """Return the months that are shown, in pieces without a gap."""
        runs: list[list[tuple[int, float, float, float]]] = [[]]
        for number, point in enumerate(self.points):
            if point.estimate is None or point.low is None or point.high is None:
                runs.append([])
            else:
                runs[-1].append((number, point.estimate, point.low, point.high))
        return [run for run in runs if run]

    def _line(
        self, drawing: Drawing, run: list[tuple[int, float, float, float]], left: float, step: float, up: Axis
    ) -> None:
        def steps(values: list[float]) -> list[tuple[float, float]]:
            return [
                (left + (run[0][0] + number + end) * step, up(value))
                for number, value in enumerate(values)
                for end in (0, 1)
            ]

        colour = MARKS[self.verdict]
        upper, lower = steps([item[3] for item in run]), steps([item[2] for item in run])
        drawing.add(Outline((*upper, *lower[::-1]), fill=faded(colour, _SEE_THROUGH)))
        drawing.add(Outline(tuple(steps([item[1] for item in run])), stroke=colour, width=2.25))

    def _months(self, drawing: Drawing, left: float, step: float, height: float) -> None:
        every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if n * step >= _MONTH_WIDTH), 120)
        for number in range(0, len(self.points), every):
            x = left + number * step
            drawing.add(Line((x, height + 1), (x, height + 5), INK3))
            drawing.add(Text((x, height + 17), numbers.month(self.points[number].month), _TICK, INK3))


def _range(margin: float, values: list[float]) -> tuple[float, float]:
    """Return the ends of a gap axis: zero, the margin's band and every interval lie inside."""
    low, high = min(-margin, *values), max(margin, *values)
    room = (high - low) * _ROOM
    return low - room, high + room


def shorten(text: str, most: int = _LABEL_CHARACTERS) -> str:
    """Return a text that fits its place; what is cut is marked.

    Example:
        >>> shorten("Broadband", 12), shorten("Broadband and home insurance", 12)
        ('Broadband', 'Broadband a…')
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


Chart = Forest | Trend
