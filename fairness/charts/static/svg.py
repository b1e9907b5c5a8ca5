"""Write pictures as SVG without a browser: a fixed order of attributes, so that equal pictures are equal bytes.

Colours are written out and text carries its own font: the file stands alone, in a page and in a PDF.
"""

from __future__ import annotations

from fairness.charts.static.drawing import Circle, Drawing, Line, Outline, Place, Shape, Text
from fairness.text.escape import html_text

FONT = "Inter, 'Segoe UI', -apple-system, Roboto, 'Helvetica Neue', Arial, sans-serif"


def px(value: float) -> str:
    """Return a coordinate with one decimal, never ``-0``.

    Example:
        >>> px(3.14159), px(-0.01), px(12)
        ('3.1', '0', '12')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def render(drawing: Drawing) -> str:
    """Return a picture as an SVG element."""
    width, height = px(drawing.width), px(drawing.height)
    shapes = "\n".join(_shape(shape) for shape in drawing.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{html_text(drawing.label)}" font-family="{html_text(FONT)}">\n{shapes}\n</svg>'
    )


def _shape(shape: Shape) -> str:
    match shape:
        case Line((x1, y1), (x2, y2), colour, width, is_round):
            cap = ' stroke-linecap="round"' if is_round else ""
            ends = f'x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}"'
            return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"{cap}/>'
        case Outline(places, fill, stroke, width):
            close = "Z" if fill else ""
            return f'<path d="{_steps(places)}{close}" fill="{fill or "none"}"{_stroke(stroke, width)}/>'
        case Circle((x, y), radius, fill, stroke, width):
            return f'<circle cx="{px(x)}" cy="{px(y)}" r="{radius:g}" fill="{fill}"{_stroke(stroke, width)}/>'
        case Text((x, y), text, size, colour, weight, anchor):
            look = f'font-size="{size:g}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}"'
            return f'<text x="{px(x)}" y="{px(y)}" {look}>{html_text(text)}</text>'


def _steps(places: tuple[Place, ...]) -> str:
    return " ".join(f"{'L' if number else 'M'}{px(x)} {px(y)}" for number, (x, y) in enumerate(places))


def _stroke(colour: str | None, width: float) -> str:
    return f' stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"' if colour else ""
