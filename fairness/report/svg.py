"""Draw SVG without a browser: a fixed order of elements and attributes, so that equal charts are equal bytes.

Colours are written out and text carries its own font: the file stands alone, in a page, in a PDF and in a slide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from fairness.escape import html_text

FONT = "Inter, 'Segoe UI', -apple-system, Roboto, 'Helvetica Neue', Arial, sans-serif"
INK, INK2, INK3 = "#14181C", "#464E56", "#656D75"
PAPER, GRID, BAND, HAIRLINE = "#FFFFFF", "#EAEDEF", "#DDE2E6", "#DCE0E3"
MARKS = {
    "penalty": "#D55E00",
    "favourable": "#56B4E9",
    "equivalent": "#009E73",
    "inconclusive": "#9A9A9A",
}
"""Colour of each verdict's mark (Okabe-Ito)."""
TEXTS = {"penalty": "#B04A00", "favourable": "#1B6E9E", "equivalent": "#00744F", "inconclusive": INK}
"""Colour of small text that takes part in a verdict: contrast of at least 4.5 to 1."""
_FAVOURABLE_LINE = "#1F7FB5"

Anchor = Literal["start", "middle", "end"]


def px(value: float) -> str:
    """Return a coordinate with one decimal, never ``-0``.

    Example:
        >>> px(3.14159), px(-0.01), px(12)
        ('3.1', '0', '12')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


@dataclass(slots=True)
class Drawing:
    """A picture in the making.

    Attributes:
        width: In CSS pixels.
        height: In CSS pixels.
        label: What it shows, for readers who do not see it.
        parts: Its elements so far.
    """

    width: float
    height: float
    label: str
    parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, *, round_: bool = False) -> None:
        """Draw a line."""
        cap = ' stroke-linecap="round"' if round_ else ""
        self.parts.append(
            f'<line x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}" stroke="{colour}" stroke-width="{width:g}"{cap}/>'
        )

    def rect(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Draw a filled rectangle."""
        self.parts.append(
            f'<rect x="{px(x)}" y="{px(y)}" width="{px(width)}" height="{px(height)}" fill="{colour}"/>'
        )

    def path(
        self, points: list[tuple[float, float]], *, fill: str = "none", opacity: float = 1, stroke: str = "none",
        width: float = 1,
    ) -> None:
        """Draw straight lines through points; a filled path is closed."""
        steps = " ".join(f"{'L' if number else 'M'}{px(x)} {px(y)}" for number, (x, y) in enumerate(points))
        close = "Z" if fill != "none" else ""
        outline = f' stroke="{stroke}" stroke-width="{width:g}" stroke-linejoin="round"' if stroke != "none" else ""
        see_through = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self.parts.append(f'<path d="{steps}{close}" fill="{fill}"{see_through}{outline}/>')

    def text(
        self, x: float, y: float, text: str, *, size: float = 12, colour: str = INK, weight: int = 400,
        anchor: Anchor = "start",
    ) -> None:
        """Write a text with its baseline at y."""
        self.parts.append(
            f'<text x="{px(x)}" y="{px(y)}" font-size="{size:g}" font-weight="{weight}" fill="{colour}" '
            f'text-anchor="{anchor}">{html_text(text)}</text>'
        )

    def mark(self, x: float, y: float, verdict: str | None) -> None:
        """Draw the mark of a verdict: its shape says it as well as its colour; without a verdict a hollow circle."""
        if verdict is None:
            self.parts.append(
                f'<circle cx="{px(x)}" cy="{px(y)}" r="4" fill="{PAPER}" stroke="{INK2}" stroke-width="1.75"/>'
            )
            return
        colour = MARKS[verdict]
        if verdict == "penalty":
            self.parts.append(f'<circle cx="{px(x)}" cy="{px(y)}" r="4.2" fill="{colour}"/>')
        elif verdict == "favourable":
            corners = [(x, y - 5.2), (x + 5.2, y), (x, y + 5.2), (x - 5.2, y)]
            self.path(corners, fill=colour, stroke=_FAVOURABLE_LINE)
        elif verdict == "equivalent":
            self.rect(x - 4, y - 4, 8, 8, colour)
        else:
            self.path([(x - 4, y - 4.5), (x + 4, y - 4.5), (x - 4, y + 4.5), (x + 4, y + 4.5)], fill=colour)

    def interval(self, x1: float, x2: float, y: float, verdict: str | None) -> None:
        """Draw an interval in the colour of its verdict."""
        colour = {None: INK2, "favourable": _FAVOURABLE_LINE}.get(verdict) or MARKS[verdict or ""]
        self.line(x1, y, x2, y, colour, 2.5, round_=True)

    def inner(self) -> str:
        """Return the elements, for a drawing that holds this one."""
        return "\n".join(self.parts)

    def render(self) -> str:
        """Return the SVG element."""
        size = f'width="{px(self.width)}" height="{px(self.height)}" viewBox="0 0 {px(self.width)} {px(self.height)}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{html_text(self.label)}" '
            f'font-family="{html_text(FONT)}">\n{self.inner()}\n</svg>'
        )


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most so many round values between two, zero among them where it lies inside.

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
