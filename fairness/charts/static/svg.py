"""Write pictures as SVG without a browser: a fixed order of attributes, so that equal pictures are equal bytes.

Colours are written out and text carries its own font: the file stands alone, in a page or in a PDF.
"""

from __future__ import annotations

from fairness.charts.static.drawing import Circle, Drawing, Line, Outline, Place, Shape, Text
from fairness.text.escape import NOTHING, Html

FONT = "Inter, 'Segoe UI', -apple-system, Roboto, 'Helvetica Neue', Arial, sans-serif"


def px(value: float) -> str:
    """Return a coordinate with one decimal, never ``-0``.

    Example:
        >>> px(3.14159), px(-0.01), px(12)
        ('3.1', '0', '12')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def render(drawing: Drawing) -> Html:
    """Return a picture as an SVG element."""
    width, height = px(drawing.width), px(drawing.height)
    shapes = Html("\n").join(_shape(shape) for shape in drawing.shapes)
    return Html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" aria-label="{label}" font-family="{font}">\n{shapes}\n</svg>'
    ).format(width=width, height=height, label=drawing.label, font=FONT, shapes=shapes)


def _shape(shape: Shape) -> Html:
    match shape:
        case Line((x1, y1), (x2, y2), colour, width, is_round):
            cap = Html(' stroke-linecap="round"') if is_round else ""
            ends = Html('x1="{}" y1="{}" x2="{}" y2="{}"').format(px(x1), px(y1), px(x2), px(y2))
            return Html('<line {} stroke="{}" stroke-width="{:g}"{}/>').format(ends, colour, width, cap)
        case Outline(places, fill, stroke, width):
            close = "Z" if fill else ""
            path = Html('<path d="{}{}" fill="{}"{}/>')
            return path.format(_steps(places), close, fill or "none", _stroke(stroke, width))
        case Circle((x, y), radius, fill, stroke, width):
            circle = Html('<circle cx="{}" cy="{}" r="{:g}" fill="{}"{}/>')
            return circle.format(px(x), px(y), radius, fill, _stroke(stroke, width))
        case Text((x, y), text, size, colour, weight, anchor):
            look = Html('font-size="{:g}" font-weight="{}" fill="{}" text-anchor="{}"')
            return Html('<text x="{}" y="{}" {}>{}</text>').format(
                px(x), px(y), look.format(size, weight, colour, anchor), text
            )


def _steps(places: tuple[Place, ...]) -> str:
    return " ".join(f"{'L' if number else 'M'}{px(x)} {px(y)}" for number, (x, y) in enumerate(places))


def _stroke(colour: str | None, width: float) -> Html:
    stroke = Html(' stroke="{}" stroke-width="{:g}" stroke-linejoin="round"')
    return stroke.format(colour, width) if colour else NOTHING
