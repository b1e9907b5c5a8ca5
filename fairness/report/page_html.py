"""The page as one HTML file: no script, no outside request; the same text prints as the two pages of the PDF."""

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
from fairness.text.escape import NOTHING, Html

PANEL_WIDTH = 323
"""Width of a chart on the page, CSS pixels."""
_PAGE_WIDTH = 682

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_BRAND = Html(
    '<svg xmlns="http://www.w3.org/2000/svg" width="22" height="14" viewBox="0 0 22 14" aria-hidden="true">'
    '<line x1="4" x2="18" y1="7" y2="7" stroke="{}" stroke-width="1.5"/>'
    '<circle cx="4" cy="7" r="4" fill="#0072B2"/><circle cx="18" cy="7" r="4" fill="{}"/></svg>'
).format(INK, MARKS["penalty"])


def render(page: Page, document: Document) -> Html:
    """Return the HTML of a page.

    Args:
        page: What to show.
        document: The released document, for the table of the second page.
    """
    style = resources.files("fairness.report").joinpath("page.css").read_text(encoding="utf-8")
    title = f"{page.study}, {page.as_of}: {''.join(page.headline)}"
    return Html("\n").join(
        (
            Html('<!doctype html><html lang="en"><head><meta charset="utf-8">'),
            Html('<meta http-equiv="Content-Security-Policy" content="{}">').format(_POLICY),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html("<title>{}</title><style>{}</style></head><body>").format(title, Html(style)),
            _first(page),
            _second(page, document),
            _sql(page),
            Html("</body></html>\n"),
        )
    )


def _first(page: Page) -> Html:
    before, stress, after = page.headline
    em = Html('<em class="{}">{}</em>').format(page.verdict, stress) if stress else ""
    rejected, warned = (
        Html().join(Html('<p class="warn">{}</p>').format(text) for text in texts)
        for texts in (page.rejected, page.warnings)
    )
    pairs = [page.panels[number : number + 2] for number in range(0, len(page.panels), 2)]
    rows = Html("\n").join(Html('<div class="row">{}</div>').format(Html().join(map(_panel, pair))) for pair in pairs)
    notes = Html().join(map(_note, page.notes))
    return Html("\n").join(
        (
            Html('<div class="pg">{}').format(_top(page)),
            Html("{rejected}<h1>{before}{em}{after}</h1>").format(rejected=rejected, before=before, em=em, after=after),
            Html('<p class="lead">{}</p>{}').format(Html(" ").join(_said(text) for text in page.lead), warned),
            _strip(page.strip),
            rows,
            Html('<div class="care">{}</div>').format(notes),
            Html('<div class="end">{}{}</div>').format(_sign_off(page), _foot(page, 1)),
            Html("</div>"),
        )
    )


def _top(page: Page) -> Html:
    return Html(
        '<div class="top"><span class="what">{kind} · {study} · {as_of}</span>'
        '<span class="brand">{brand}Fairness</span></div><p class="scope">{comparator}. {filters}</p>'
    ).format(
        kind=snapshot.kind(),
        study=page.study,
        as_of=page.as_of,
        brand=_BRAND,
        comparator=page.comparator,
        filters=page.filters,
    )


def _strip(metrics: Sequence[Metric]) -> Html:
    if not metrics:
        return NOTHING
    widths = (190, *[(_PAGE_WIDTH - 190) // max(1, len(metrics) - 1)] * (len(metrics) - 1))
    cells = Html().join(
        Html(
            '<div style="width:{width}px"><div class="k">{label}</div><div class="v">{number}<small>{beside}'
            '</small></div><div class="s">{below}</div>{before}</div>'
        ).format(
            width=width,
            label=metric.label,
            number=_number(metric.figure),
            beside=metric.beside,
            below=metric.below,
            before=Html('<div class="s">{}</div>').format(metric.before) if metric.before else NOTHING,
        )
        for width, metric in zip(widths, metrics, strict=True)
    )
    return Html('<div class="strip">{}</div>').format(cells)


def _number(figure: Figure) -> Html:
    hint = f"{figure.id}: {figure.unit}; {figure.n}"
    return Html('<data id="{id}" value="{value}" title="{hint}">{text}</data>').format(
        id=figure.id, value=_value(figure), hint=hint, text=figure.text
    )


def _value(figure: Figure) -> Html:
    return Html.escape(next(iter(figure.sources[0].values.values())))


def _said(text: Figure | str) -> Html:
    return _number(text) if isinstance(text, Figure) else Html.escape(text)


def _panel(panel: Panel) -> Html:
    drawing = draw(panel.chart, PANEL_WIDTH, f"{panel.title}. {panel.subtitle}")
    marks = Html().join(
        Html('<data id="{}" value="{}"></data>').format(figure.id, _value(figure)) for figure in panel.figures
    )
    return Html(
        '<section class="panel"><h2>{title}</h2><p class="sub">{subtitle}</p>{render}{marks}'
        '<div class="pf"><span class="ids">{ids}</span>{foot}</div></section>'
    ).format(
        title=panel.title,
        subtitle=panel.subtitle,
        render=svg.render(drawing),
        marks=marks,
        ids=_ids(panel.figures),
        foot=panel.foot,
    )


def _ids(figures: Sequence[Figure]) -> str:
    first, last = figures[0].id, figures[-1].id
    return first if first == last else f"{first}–{last}"


def _note(note: Note) -> Html:
    paragraphs = Html().join(Html("<p>{}</p>").format(_said(text)) for text in note.paragraphs)
    return Html('<div class="note"><h2>{}</h2>{}</div>').format(note.title, paragraphs)


def _sign_off(page: Page) -> Html:
    signed = page.sign_off
    inside = Html('<span class="said">{}</span>').format(signed.note)
    if not signed.note:
        inside = Html('<span class="blank">{}</span>').format(snapshot.sign_off_room())
    line = Html('<div class="sign"><b>{}</b>{}</div>')
    asked = NOTHING
    if signed.decision:
        text = Html('<span class="said">{}</span>').format(snapshot.asked(signed.decision, signed.owner, signed.due))
        asked = line.format(snapshot.TITLES["decision"], text)
    return asked + line.format(snapshot.TITLES["sign_off"], inside)


def _foot(page: Page, number: int) -> Html:
    return Html(
        '<div class="foot"><span class="r">{build}<br>{as_of} · <span class="n">{page}</span></span>{foot}</div>'
    ).format(build=page.build, as_of=page.as_of, page=snapshot.page(number, 2), foot=page.foot)


def _second(page: Page, document: Document) -> Html:
    pairs = [page.method[number : number + 2] for number in range(0, len(page.method), 2)]
    notes = Html().join(Html('<div class="pair">{}</div>').format(Html().join(map(_note, pair))) for pair in pairs)
    return Html(
        '<div class="pg last">{top}<h1 class="h1b">{second_page}</h1>{table}<div class="two">{notes}</div>{foot}</div>'
    ).format(
        top=_top(page), second_page=method_page.second_page(), table=_table(document), notes=notes, foot=_foot(page, 2)
    )


def _table(document: Document) -> Html:
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
        rows.append(Html("<tr>{}</tr>").format(Html().join(map(Html("<td>{}</td>").format, cells))))
    head = Html().join(map(Html("<th>{}</th>").format, method_page.TABLE_COLUMNS))
    return Html(
        "<table><caption>{table_title}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    ).format(table_title=method_page.table_title(), head=head, rows=Html().join(rows))


def _sql(page: Page) -> Html:
    """Return the list of all numbers with their SQL: below the two pages, on screen only."""
    rows = Html().join(
        Html('<tr><td><a href="#{id}">{id}</a></td><td>{text}</td><td>{n}</td><td>{sql}</td></tr>').format(
            id=figure.id,
            text=figure.text,
            n=figure.n,
            sql=Html().join(Html("<code>{}</code><br>").format(source.sql) for source in figure.sources),
        )
        for figure in page.index.figures
    )
    head = Html().join(map(Html("<th>{}</th>").format, method_page.INDEX_COLUMNS))
    return Html(
        '<details class="sql"><summary>{index_title}</summary><table><thead><tr>{head}</tr></thead>'
        "<tbody>{rows}</tbody></table></details>"
    ).format(index_title=method_page.index_title(), head=head, rows=rows)
