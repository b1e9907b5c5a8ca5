"""The page as one HTML file: no script, no outside request; the same text prints as the PDF's two pages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from fairness.charts.static import svg
from fairness.charts.static.charts import draw
from fairness.charts.static.drawing import INK, MARKS
from fairness.findings.document import Document
from fairness.report.figures import Figure
from fairness.report.page_model import Metric, Note, Page, Panel
from fairness.text import method_page, numbers, sentences, snapshot
from fairness.text.escape import html_text

PANEL_WIDTH = 323
"""Width of a chart on the page, CSS pixels."""
_PAGE_WIDTH = 682

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_BRAND = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="22" height="14" viewBox="0 0 22 14" aria-hidden="true">'
    f'<line x1="4" x2="18" y1="7" y2="7" stroke="{INK}" stroke-width="1.5"/><circle cx="4" cy="7" r="4" '
    f'fill="#0072B2"/><circle cx="18" cy="7" r="4" fill="{MARKS["penalty"]}"/></svg>'
)


def render(page: Page, document: Document) -> str:
    """Return the HTML of a page.

    Args:
        page: What to show.
        document: The released document, for the table of the second page.
    """
    style = resources.files("fairness.report").joinpath("page.css").read_text(encoding="utf-8")
    title = html_text(f"{page.study}, {page.as_of}: {''.join(page.headline)}")
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{style}</style></head><body>",
            _first(page),
            _second(page, document),
            _sql(page),
            "</body></html>\n",
        )
    )


def _first(page: Page) -> str:
    before, stress, after = (html_text(part) for part in page.headline)
    em = f'<em class="{html_text(page.verdict)}">{stress}</em>' if stress else ""
    rejected, warned = (
        "".join(f'<p class="warn">{html_text(text)}</p>' for text in texts) for texts in (page.rejected, page.warnings)
    )
    pairs = [page.panels[number : number + 2] for number in range(0, len(page.panels), 2)]
    rows = "\n".join(f'<div class="row">{"".join(_panel(panel) for panel in pair)}</div>' for pair in pairs)
    notes = "".join(_note(note) for note in page.notes)
    return "\n".join(
        (
            f'<div class="pg">{_top(page)}',
            f"{rejected}<h1>{before}{em}{after}</h1>",
            f'<p class="lead">{" ".join(_said(text) for text in page.lead)}</p>{warned}',
            _strip(page.strip),
            rows,
            f'<div class="care">{notes}</div>',
            _sign_off(page),
            _foot(page, 1),
            "</div>",
        )
    )


def _top(page: Page) -> str:
    scope = f"{html_text(page.comparator)}. {html_text(page.filters)}"
    return (
        f'<div class="top"><span class="what">{html_text(snapshot.kind())} · {html_text(page.study)} · '
        f'{html_text(page.as_of)}</span><span class="brand">{_BRAND}Fairness</span></div>'
        f'<p class="scope">{scope}</p>'
    )


def _strip(metrics: Sequence[Metric]) -> str:
    if not metrics:
        return ""
    widths = (190, *[(_PAGE_WIDTH - 190) // max(1, len(metrics) - 1)] * (len(metrics) - 1))
    cells = "".join(
        f'<div style="width:{width}px"><div class="k">{html_text(metric.label)}</div>'
        f'<div class="v">{_number(metric.figure)}<small>{html_text(metric.beside)}</small></div>'
        f'<div class="s">{html_text(metric.below)}</div></div>'
        for width, metric in zip(widths, metrics, strict=True)
    )
    return f'<div class="strip">{cells}</div>'


def _number(figure: Figure) -> str:
    hint = html_text(f"{figure.id}: {figure.unit}; {figure.n}")
    return f'<data id="{figure.id}" value="{_value(figure)}" title="{hint}">{html_text(figure.text)}</data>'


def _value(figure: Figure) -> str:
    return html_text(next(iter(figure.sources[0].values.values())))


def _said(text: Figure | str) -> str:
    return _number(text) if isinstance(text, Figure) else html_text(text)


def _panel(panel: Panel) -> str:
    drawing = draw(panel.chart, PANEL_WIDTH, f"{panel.title}. {panel.subtitle}")
    marks = "".join(f'<data id="{figure.id}" value="{_value(figure)}"></data>' for figure in panel.figures)
    return (
        f'<section class="panel"><h2>{html_text(panel.title)}</h2><p class="sub">{html_text(panel.subtitle)}</p>'
        f"{svg.render(drawing)}{marks}"
        f'<div class="pf"><span class="ids">{html_text(_ids(panel.figures))}</span>{html_text(panel.foot)}</div>'
        "</section>"
    )


def _ids(figures: Sequence[Figure]) -> str:
    first, last = figures[0].id, figures[-1].id
    return first if first == last else f"{first}–{last}"


def _note(note: Note) -> str:
    paragraphs = "".join(f"<p>{_said(text)}</p>" for text in note.paragraphs)
    return f'<div class="note"><h2>{html_text(note.title)}</h2>{paragraphs}</div>'


def _sign_off(page: Page) -> str:
    if page.sign_off:
        inside = f'<span class="said">{html_text(page.sign_off)}</span>'
    else:
        inside = f'<span class="blank">{html_text(snapshot.sign_off_room())}</span>'
    return f'<div class="sign"><b>{html_text(snapshot.TITLES["sign_off"])}</b>{inside}</div>'


def _foot(page: Page, number: int) -> str:
    return (
        f'<div class="foot"><span class="r">{html_text(page.build)}<br>{html_text(page.as_of)} · '
        f"{html_text(snapshot.page(number, 2))}</span>{html_text(page.foot)}</div>"
    )


def _second(page: Page, document: Document) -> str:
    pairs = [page.method[number : number + 2] for number in range(0, len(page.method), 2)]
    notes = "".join(f'<div class="pair">{"".join(_note(note) for note in pair)}</div>' for pair in pairs)
    return (
        f'<div class="pg last">{_top(page)}<h1 class="h1b">{html_text(method_page.second_page())}</h1>'
        f'{_table(document)}<div class="two">{notes}</div>{_foot(page, 2)}</div>'
    )


def _table(document: Document) -> str:
    """Return the findings of the whole book with their p-values: the detail view."""
    margin, currency = document.margin, document.currency
    rows = []
    for finding in document.whole():
        if finding.withheld is not None:
            continue
        gap = sentences.gap(finding) if finding.amount is None else snapshot.a_year(finding.amount, currency)
        cells = (
            sentences.estimand(finding),
            gap,
            sentences.verdict(finding, margin=margin) or "–",
            numbers.p_value(finding.p_value, at_most=snapshot.is_rounded(document)),
            method_page.n_or_withheld(finding.n_tenured),
        )
        rows.append("<tr>" + "".join(f"<td>{html_text(cell)}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{html_text(name)}</th>" for name in method_page.TABLE_COLUMNS)
    return (
        f"<table><caption>{html_text(method_page.table_title())}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _sql(page: Page) -> str:
    """Return the list of all numbers with their SQL: below the two pages, on screen only."""
    rows = "".join(
        f'<tr><td><a href="#{figure.id}">{figure.id}</a></td><td>{html_text(figure.text)}</td>'
        f"<td>{html_text(figure.n)}</td><td>"
        + "".join(f"<code>{html_text(source.sql)}</code><br>" for source in figure.sources)
        + "</td></tr>"
        for figure in page.index.figures
    )
    head = "".join(f"<th>{html_text(name)}</th>" for name in method_page.INDEX_COLUMNS)
    return (
        f'<details class="sql"><summary>{html_text(method_page.index_title())}</summary>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
    )
