"""Slides of one look: a headline, text boxes, charts of native shapes, and a foot that says what they are about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fairness.charts.static.drawing import INK, INK3, Circle, Drawing, Line, Outline, Place, Text
from fairness.errors import FairnessError, shortened
from fairness.text.escape import terminal_text

WIDTH, HEIGHT, SIDE = 13.333, 7.5, 0.7
"""Size of a slide and its margin, inches."""
FIXED_DATE = datetime(1980, 1, 1)
"""Date of files inside archives: the clock would make equal snapshots differ."""
_FONT = "Arial"
_POINTS = 72
_LONGEST_PROPERTY = 255


class Deck:
    """Slides being made.

    Args:
        title: Title of the file.
        about: What every slide says at its foot.
        total: How many slides there will be.

    Raises:
        FairnessError: python-pptx is not installed.
    """

    def __init__(self, title: str, about: str, total: int) -> None:
        try:
            from pptx import Presentation
            from pptx.util import Inches
        except ImportError as error:
            raise FairnessError(
                "python-pptx is not installed, so there are no slides",
                where="fairness snapshot",
                fix="install loyalty-fairness[report]",
            ) from error
        self._about, self._total = about, total
        self._deck = Presentation()
        self._deck.slide_width, self._deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        properties = self._deck.core_properties
        properties.title, properties.comments = _property(title), _property(about)
        properties.author = properties.last_modified_by = "fairness"
        properties.created = properties.modified = FIXED_DATE
        properties.revision = 1
        self._slide: Any = None

    def new(self, title: Sequence[tuple[str, str]], *, size: int = 28) -> None:
        """Begin a slide with its headline, in coloured parts."""
        from pptx.util import Inches

        # Layout 5 holds a title and nothing else; outline views and screen readers find the headline there.
        self._slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])
        box = self._slide.shapes.title
        places = (SIDE, 0.45, WIDTH - 2 * SIDE, 1.1)
        box.left, box.top, box.width, box.height = (Inches(value) for value in places)
        _frame(box.text_frame)
        for text, colour in title:
            if text:
                _run(box.text_frame.paragraphs[0], text, size, colour, bold=True)
        foot = f"{self._about} {len(self._deck.slides)} / {self._total}"
        self.text(foot, (SIDE, HEIGHT - 0.62), WIDTH - 2 * SIDE, size=10, colour=INK3)

    def text(
        self, text: str, at: Place, width: float, *, size: float = 16, colour: str = INK, bold: bool = False
    ) -> None:
        """Write a text box; a line end begins a paragraph."""
        from pptx.util import Inches

        box = self._slide.shapes.add_textbox(Inches(at[0]), Inches(at[1]), Inches(width), Inches(0.3))
        _frame(box.text_frame)
        for number, line in enumerate(text.split("\n")):
            paragraph = box.text_frame.add_paragraph() if number else box.text_frame.paragraphs[0]
            _run(paragraph, line, size, colour, bold=bold)

    def draw(self, drawing: Drawing, at: Place, width: float) -> None:
        """Draw a picture as native shapes and text, so that it can be edited and read aloud."""
        canvas = _Canvas(self._slide, at, width / drawing.width)
        for shape in drawing.shapes:
            canvas.add(shape)

    def save(self) -> bytes:
        """Return the file; its archive carries no times."""
        stream = io.BytesIO()
        self._deck.save(stream)
        return without_clock(stream.getvalue())


class _Canvas:
    """Places shapes of a drawing on a slide.

    Args:
        slide: The slide.
        at: Corner of the drawing, inches.
        scale: Inches per CSS pixel of the drawing.
    """

    def __init__(self, slide: Any, at: Place, scale: float) -> None:
        self._shapes, self._at, self._scale = slide.shapes, at, scale

    def add(self, shape: Line | Outline | Circle | Text) -> None:
        """Place one shape."""
        match shape:
            case Line(start, end, colour, width):
                from pptx.enum.shapes import MSO_CONNECTOR

                drawn = self._shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *self._emu(start), *self._emu(end))
                _unstyle(drawn)
                self._stroke(drawn, colour, width)
            case Outline(places, fill, stroke, width):
                first, *rest = [self._emu(place) for place in places]
                builder = self._shapes.build_freeform(*first, scale=1.0)
                builder.add_line_segments(rest, close=fill is not None)
                drawn = builder.convert_to_shape()
                self._fill(drawn, fill)
                self._stroke(drawn, stroke, width)
            case Circle((x, y), radius, fill, stroke, width):
                from pptx.enum.shapes import MSO_SHAPE

                left, top = self._emu((x - radius, y - radius))
                size = self._length(2 * radius)
                drawn = self._shapes.add_shape(MSO_SHAPE.OVAL, left, top, size, size)
                self._fill(drawn, fill)
                self._stroke(drawn, stroke, width)
            case Text():
                self._text(shape)

    def _text(self, shape: Text) -> None:
        from pptx.enum.text import PP_ALIGN

        room = 260.0
        before = {"start": 0.0, "middle": room / 2, "end": room}[shape.anchor]
        left, top = self._emu((shape.place[0] - before, shape.place[1] - shape.size))
        box = self._shapes.add_textbox(left, top, self._length(room), self._length(shape.size * 1.3))
        frame = box.text_frame
        _frame(frame)
        frame.margin_top = frame.margin_bottom = 0
        frame.paragraphs[0].alignment = {
            "start": PP_ALIGN.LEFT,
            "middle": PP_ALIGN.CENTER,
            "end": PP_ALIGN.RIGHT,
        }[shape.anchor]
        size = shape.size * self._scale * _POINTS
        _run(frame.paragraphs[0], shape.text, size, shape.colour, bold=shape.weight >= 600)

    def _fill(self, drawn: Any, colour: str | None) -> None:
        _unstyle(drawn)
        if colour is None:
            drawn.fill.background()
        else:
            drawn.fill.solid()
            drawn.fill.fore_color.rgb = _colour(colour)

    def _stroke(self, drawn: Any, colour: str | None, width: float) -> None:
        from pptx.util import Pt

        if colour is None:
            drawn.line.fill.background()
        else:
            drawn.line.color.rgb = _colour(colour)
            drawn.line.width = Pt(width * self._scale * _POINTS)

    def _emu(self, place: Place) -> tuple[int, int]:
        from pptx.util import Inches

        x, y = (corner + value * self._scale for corner, value in zip(self._at, place, strict=True))
        return int(Inches(x)), int(Inches(y))

    def _length(self, pixels: float) -> int:
        from pptx.util import Inches

        return int(Inches(pixels * self._scale))


def _unstyle(drawn: Any) -> None:
    """Take the theme's style from a shape: it would add a shadow to every line."""
    for style in drawn._element.findall("{http://schemas.openxmlformats.org/presentationml/2006/main}style"):
        drawn._element.remove(style)


def _frame(frame: Any) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = 0
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT


def _property(text: str) -> str:
    r"""Return a text as a file property can hold it: at most 255 characters, control characters as codes.

    Example:
        >>> print(_property("A\x07 study"), len(_property("x" * 300)))
        A\x07 study 255
    """
    return shortened(terminal_text(text), _LONGEST_PROPERTY - len("..."))


def _run(paragraph: Any, text: str, size: float, colour: str, *, bold: bool) -> None:
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = terminal_text(text)
    run.font.size, run.font.bold, run.font.name = Pt(round(size, 1)), bold, _FONT
    run.font.color.rgb = _colour(colour)


def _colour(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    parse: Callable[[str], Any] = RGBColor.from_string
    return parse(colour.removeprefix("#"))


def without_clock(archive: bytes) -> bytes:
    """Return a zip archive with the same members in the same order, all dated 1980-01-01."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, old.read(name))
    return stream.getvalue()
