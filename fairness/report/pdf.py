"""PDF and PNG without a browser: weasyprint lays the page out, PDFium turns charts into pictures.

Both are part of the extra ``report``. Nothing is fetched: the layout engine may read ``data:`` addresses only.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from fairness.errors import FairnessError
from fairness.text import snapshot
from fairness.text.escape import Html

_SHEETS = 2
"""Sheets of a snapshot: the answer, and the method."""
_SMALLER = (1.0, 0.95, 0.9, 0.85)
"""How small a snapshot may be set so that longer texts fit its sheets: its smallest text keeps 6 points."""
_A4 = (210, 297)
"""Millimetres."""
_SCALE = 2.5
"""Pixels of a PNG per CSS pixel."""
_POINTS_PER_PIXEL = 0.75


class ReportExtraMissing(FairnessError):
    """The libraries of the extra ``report``, or what they need from the system, are missing."""


def pdf(html: Html) -> bytes:
    """Return the page of a snapshot as PDF: two sheets, set smaller where longer texts need the room.

    Where even the smallest is too large, it takes more sheets at full size: they are counted as they are, and no block
    of the page is split.

    Raises:
        ReportExtraMissing: weasyprint, or the Pango library that it needs, is not installed.
    """
    for scale in _SMALLER:
        size = Html("@page {{ size: {}mm {}mm }}").format(*(f"{side / scale:.3f}" for side in _A4))
        sheets = _laid_out(_styled(html, size))
        if len(sheets.pages) <= _SHEETS:
            return _written(sheets, zoom=scale, tagged=True)
    counted = Html('.foot .n {{ display: none }} .foot .r::after {{ content: "{}" counter(page) "{}" counter(pages) }}')
    return _written(_laid_out(_styled(html, counted.format(*snapshot.page("|", "|").split("|")))), tagged=True)


def _styled(html: Html, rules: Html) -> Html:
    before, head, after = html.partition(Html("</head>"))
    return before + Html("<style>{}</style>").format(rules) + head + after


def _laid_out(html: Html) -> Any:
    weasyprint = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    return weasyprint.HTML(string=html, url_fetcher=fetcher).render()


def _written(sheets: Any, *, zoom: float = 1.0, tagged: bool = False) -> bytes:
    # Without an identifier the PDF would carry a random one. Tags tell a screen reader headings, tables and figures.
    written: bytes = sheets.write_pdf(zoom=zoom, pdf_identifier=b"fairness", pdf_tags=tagged)
    return written


def pictures(svgs: Sequence[Html]) -> list[bytes]:
    """Return SVG drawings as PNG, in their order.

    Raises:
        ReportExtraMissing: weasyprint, PDFium or Pillow is not installed.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise _missing("pypdfium2") from error
    # One document with a page per drawing: starting the layout engine costs more than a drawing.
    rules = "".join(
        f"@page p{i} {{ size: {_size(svg)}; margin: 0 }} .p{i} {{ page: p{i} }}" for i, svg in enumerate(svgs)
    )
    body = Html().join(Html('<div class="p{}">{}</div>').format(i, svg) for i, svg in enumerate(svgs))
    style = f"{rules} div {{ break-after: page; line-height: 0 }} div:last-child {{ break-after: auto }}"
    sheets = _laid_out(Html("<style>body {{ margin: 0 }} {}</style>{}").format(Html(style), body))
    document = pypdfium2.PdfDocument(_written(sheets))
    try:
        return [_png(document[number]) for number in range(len(svgs))]
    finally:
        document.close()


def _size(svg: str) -> str:
    width, height = (svg.split(f'{name}="', 1)[1].split('"', 1)[0] for name in ("width", "height"))
    return f"{width}px {height}px"


def _png(page: Any) -> bytes:
    picture = page.render(scale=_SCALE / _POINTS_PER_PIXEL).to_pil().convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=False, compress_level=9)
    return stream.getvalue()


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.urls
    except (ImportError, OSError) as error:
        raise _missing("weasyprint") from error
    return weasyprint


def _missing(name: str) -> ReportExtraMissing:
    return ReportExtraMissing(
        f"{name} is not usable here, so there is no PDF and no PNG",
        where="fairness snapshot",
        fix="install loyalty-fairness[report]; on Debian also libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0",
    )
