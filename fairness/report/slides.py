"""Four slides with native text: the answer, how sure and since when, where, and what it hangs on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from fairness import prose
from fairness.errors import FairnessError
from fairness.report.page import Note, Page, Panel
from fairness.report.svg import INK, INK2, INK3, TEXTS
from fairness.report.tables import FIXED_DATE

_WIDTH, _HEIGHT, _SIDE = 13.333, 7.5, 0.7
_FONT = "Arial"


class _Deck:
    """Slides of one look: white ground, a headline, text boxes, a foot."""

    def __init__(self, page: Page) -> None:
        try:
            from pptx import Presentation
            from pptx.util import Inches
        except ImportError as error:
            raise FairnessError(
                "python-pptx is not installed, so there are no slides",
                where="fairness snapshot",
                mend="install loyalty-fairness[report]",
            ) from error
        self.page = page
        self.deck = Presentation()
        self.deck.slide_width, self.deck.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
        properties = self.deck.core_properties
        properties.title, properties.author = f"{page.study}, {page.as_of}", "fairness"
        properties.comments, properties.last_modified_by = page.build, "fairness"
        properties.created = properties.modified = FIXED_DATE
        properties.revision = 1
        self.slide: Any = None

    def new(self, title: Sequence[tuple[str, str]], *, size: int = 28) -> None:
        """Begin a slide with its headline, in coloured parts."""
        self.slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        box = self.slide.shapes.title
        self._place(box, _SIDE, 0.45, _WIDTH - 2 * _SIDE, 1.1)
        frame = box.text_frame
        frame.word_wrap = True
        self._align(frame)
        for text, colour in title:
            if text:
                self._run(frame.paragraphs[0], text, size=size, colour=colour, bold=True)
        number = len(self.deck.slides)
        about = f"{self.page.study} · {self.page.as_of} · {self.page.comparator}. {self.page.filters}"
        self.text(f"{about}. {self.page.build}. {number} / 4", _SIDE, _HEIGHT - 0.62, _WIDTH - 2 * _SIDE, size=10, colour=INK3)

    def text(
        self, text: str, left: float, top: float, width: float, *, size: float = 16, colour: str = INK, bold: bool = False
    ) -> None:
        """Write a text box."""
        from pptx.util import Inches

        box = self.slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(0.4))
        box.text_frame.word_wrap = True
        self._align(box.text_frame)
        for number, line in enumerate(text.split("\n")):
            paragraph = box.text_frame.add_paragraph() if number else box.text_frame.paragraphs[0]
            self._run(paragraph, line, size=size, colour=colour, bold=bold)

    def picture(self, data: bytes, left: float, top: float, width: float, described: str) -> None:
        """Place a picture with its description."""
        from pptx.util import Inches

        placed = self.slide.shapes.add_picture(io.BytesIO(data), Inches(left), Inches(top), width=Inches(width))
        placed._element.nvPicPr.cNvPr.set("descr", described)

    def table(self, rows: Sequence[Sequence[str]], left: float, top: float, width: float, widths: Sequence[float]) -> None:
        """Write a native table; the first row is its head."""
        from pptx.util import Inches

        height = Inches(0.36 * len(rows))
        shape = self.slide.shapes.add_table(len(rows), len(rows[0]), Inches(left), Inches(top), Inches(width), height)
        table = shape.table
        for number, share in enumerate(widths):
            table.columns[number].width = Inches(width * share)
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                cell = table.cell(r, c)
                cell.fill.background()
                cell.margin_left = cell.margin_right = Inches(0.05)
                self._run(cell.text_frame.paragraphs[0], text, size=12, colour=INK2 if r == 0 else INK, bold=False)

    def _place(self, shape: Any, left: float, top: float, width: float, height: float) -> None:
        from pptx.util import Inches

        shape.left, shape.top, shape.width, shape.height = (Inches(value) for value in (left, top, width, height))

    def _align(self, frame: Any) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        frame.vertical_anchor = MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = 0
        frame.paragraphs[0].alignment = PP_ALIGN.LEFT

    def _run(self, paragraph: Any, text: str, *, size: float, colour: str, bold: bool) -> None:
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT
        run.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))

    def save(self) -> bytes:
        """Return the file; its archive carries no clock."""
        stream = io.BytesIO()
        self.deck.save(stream)
        return without_clock(stream.getvalue())


def slides(page: Page, pictures: Mapping[str, bytes]) -> bytes:
    """Return the four slides of a page.

    Args:
        page: What to show.
        pictures: PNG by name of the chart; a chart without one is told in a table.

    Raises:
        FairnessError: python-pptx is not installed.
    """
    deck = _Deck(page)
    before, stress, after = page.headline
    deck.new([(before, INK), (stress, TEXTS.get(page.verdict, INK)), (after, INK)], size=34)
    deck.text(" ".join(str(text) for text in page.lead), _SIDE, 1.75, 11.9, size=17, colour=INK2)
    _strip(deck, page)
    for number, warning in enumerate(page.warnings):
        deck.text(warning, _SIDE, 5.1 + 0.45 * number, 11.9, size=14)
    by_key = {panel.key: panel for panel in page.panels}
    for keys, fallback in ((("B", "C"), prose.TITLES["certainty"]), (("D", "E"), prose.TITLES["where"])):
        panels = [by_key[key] for key in keys if key in by_key]
        deck.new([(panels[0].title if panels else fallback, INK)])
        if not panels:
            deck.text(prose.nothing_to_draw(), _SIDE, 1.75, 11.9, colour=INK2)
        for number, panel in enumerate(panels):
            _panel(deck, panel, pictures, _SIDE + 6.1 * number)
    deck.new([(prose.TITLES["hangs_on"], INK)])
    _notes(deck, page.notes)
    sign_off = page.sign_off or prose.sign_off_room()
    deck.text(f"{prose.TITLES['sign_off']}: {sign_off}", _SIDE, 5.55, 11.9, size=13, colour=INK2)
    deck.text(page.foot, _SIDE, 6.25, 11.9, size=11, colour=INK3)
    return deck.save()


def _strip(deck: _Deck, page: Page) -> None:
    width = (_WIDTH - 2 * _SIDE) / max(1, len(page.strip))
    for number, metric in enumerate(page.strip):
        left = _SIDE + number * width
        deck.text(metric.label, left, 3.15, width - 0.1, size=13, colour=INK2)
        deck.text(metric.figure.text, left, 3.45, width - 0.1, size=30, bold=True)
        deck.text(f"{metric.beside} · {metric.below}" if metric.below else metric.beside, left, 4.1, width - 0.1, size=12, colour=INK3)


def _panel(deck: _Deck, panel: Panel, pictures: Mapping[str, bytes], left: float) -> None:
    deck.text(panel.title, left, 1.65, 5.6, size=15, bold=True)
    deck.text(panel.subtitle, left, 2.2, 5.6, size=12, colour=INK2)
    if panel.name in pictures:
        deck.picture(pictures[panel.name], left, 2.6, 5.6, f"{panel.title}. {panel.subtitle}")
    else:
        rows = [[figure.id, figure.text] for figure in panel.figures]
        deck.table([list(prose.INDEX_COLUMNS[:2]), *rows], left, 2.7, 5.6, (0.2, 0.8))
    deck.text(panel.foot, left, 6.3, 5.6, size=11, colour=INK3)


def _notes(deck: _Deck, notes: Sequence[Note]) -> None:
    width = (_WIDTH - 2 * _SIDE) / max(1, len(notes))
    for number, note in enumerate(notes):
        left = _SIDE + number * width
        deck.text(note.title, left, 1.7, width - 0.3, size=17, bold=True)
        said = "\n".join(str(text) for text in note.paragraphs)
        deck.text(said, left, 2.2, width - 0.3, size=14, colour=INK2)


def without_clock(archive: bytes) -> bytes:
    """Return a zip archive with the same members in the same order, all dated 1980-01-01."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, FIXED_DATE.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, old.read(name))
    return stream.getvalue()
