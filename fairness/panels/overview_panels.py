"""The panels of the page *Overview*, which a snapshot shows too, each from findings; without findings it is None."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from fairness.charts import chart_spec
from fairness.charts.chart_spec import AXIS, IntervalColumns, IntervalRows, MonthlySteps, Row
from fairness.findings.document import Document, Finding, Month
from fairness.findings.estimands import ALIKE, BY_NAME, COMPARISONS
from fairness.panels import html, queries
from fairness.panels.address import page_link
from fairness.panels.panel import (
    Panel,
    counted,
    findings_table,
    in_words,
    plot_row,
    published,
    published_sql,
    source_line,
    sql_of,
    together,
)
from fairness.panels.scene import Scene
from fairness.panels.view import View
from fairness.text import labels, numbers, panel_words, screen, sentences, snapshot, titles
from fairness.text.escape import NOTHING, Html
from fairness.text.verdict_words import DECIDED

LARGEST = 5
_NOTE = 30
"""Characters per line below the name of a cell."""
_READINGS = ("headline", "effective", "standard")


def _comparators(scene: Scene) -> dict[str, Finding]:
    """Return the gap under each comparison that has an estimate, by estimand; the headline is one of them."""
    head, document = scene.document.head, scene.document
    found = {name: head if name == head.estimand else document.pooled(name) for name in COMPARISONS}
    return {name: finding for name, finding in found.items() if finding is not None and _has_gap(finding)}


def _has_gap(finding: Finding) -> bool:
    return finding.is_shown and finding.estimate is not None


def _readings(scene: Scene) -> list[Finding]:
    """Return the headline's gap on each basis of the comparator that has an estimate."""
    document = scene.document
    if document.head.estimand != "offer_gap":
        return []
    known = [document.pooled("offer_gap", "offer", basis) for basis in _READINGS]
    known.append(document.pooled("offer_gap", "derived"))
    return [finding for finding in known if finding is not None and _has_gap(finding)]


def first_row_height(scene: Scene) -> int:
    """Return the pixels that the figures of the first row share, without the axis."""
    return max(164, 40 * len(_comparators(scene)), 40 * len(_readings(scene)))


def certainty(scene: Scene, height: int = 164) -> Panel | None:
    """Return raw, like-for-like and headline gap with their certainty."""
    document, head = scene.document, scene.document.head
    found = _comparators(scene)
    findings = list(found.values())
    if not any(finding.has_interval for finding in findings):
        return None

    def name(finding: Finding) -> str:
        if finding.estimand == "offer_gap" and finding.comparator == "derived":
            return labels.BASES["paid"]
        return BY_NAME[finding.estimand].row

    rows = [
        plot_row(
            finding,
            name(finding),
            scene,
            note=sentences.gap(finding),
            strong=finding is head,
            height=height // max(3, len(findings)),
        )
        for finding in findings
    ]
    alike = next((found[name] for name in ALIKE if name in found), None)
    new = next((finding.n_new for finding in findings if finding.n_new), None)
    return Panel(
        key="certainty",
        title=titles.certainty_title(found.get("raw_gap"), alike, head, margin=document.margin),
        subtitle=panel_words.with_intervals(panel_words.CERTAINTY, document, findings),
        chart=IntervalRows(rows, document.margin, sentences.margin(document), left=148, most_ticks=6),
        table=findings_table(scene, findings, name, "Compared with"),
        sql=sql_of(scene, findings, queries.offer_query(scene.chosen)),
        foot=(counted(document, head.n_tenured, new), source_line(scene)),
        alt=in_words(findings, name),
        findings=() if scene.chosen else published(scene, findings),
        drawn=tuple(findings),
    )


def by_tenure(scene: Scene, height: int = 164) -> Panel | None:
    """Return the headline's gap by tenure band."""
    document = scene.document
    bands = [finding for finding in document.bands() if finding.level == "pooled"]
    if len(bands) < 2:
        return None
    in_order = [str(band.tenure_band) for band in bands]

    def name(finding: Finding) -> str:
        return labels.band_name(str(finding.tenure_band))

    rows = [
        plot_row(
            band,
            labels.band_label(str(band.tenure_band)),
            scene,
            note=numbers.count(band.n_tenured),
            right=(numbers.percent(band.estimate).removesuffix(" %"),),
        )
        for band in bands
    ]
    unit = labels.band_unit(in_order)
    return Panel(
        key="tenure",
        title=titles.tenure_title(bands, in_order),
        subtitle=panel_words.with_intervals(panel_words.by_tenure(document, unit), document, bands),
        chart=IntervalColumns(rows, document.margin, sentences.margin(document), unit, "n", height=height + 30),
        table=findings_table(scene, bands, name, "Tenure"),
        sql=sql_of(scene, bands, queries.offer_query(scene.chosen, by="band_order")),
        foot=(counted(document, together(bands)).replace(" tenured", ""), source_line(scene)),
        alt=in_words(bands, name),
        findings=() if scene.chosen else published(scene, bands),
        drawn=tuple(bands),
    )


def by_basis(scene: Scene, height: int = 164) -> Panel | None:
    """Return the headline's gap on each basis of the comparator that the study has."""
    document, head = scene.document, scene.document.head
    findings = _readings(scene)
    if len(findings) < 2 or not any(finding.has_interval for finding in findings):
        return None

    def name(finding: Finding) -> str:
        return labels.BASES["paid" if finding.comparator == "derived" else finding.basis]

    same = [finding for finding in findings if finding.verdict == head.verdict]
    rows = [
        plot_row(
            finding,
            name(finding),
            scene,
            note=sentences.gap(finding),
            strong=finding.question == head.question,
            height=height // max(3, len(findings)),
        )
        for finding in findings
    ]
    agree = panel_words.same_verdict(len(same), len(findings))
    return Panel(
        key="basis",
        title=titles.basis_title(findings),
        subtitle=panel_words.with_intervals(panel_words.BASES, document, findings),
        chart=IntervalRows(rows, document.margin, "", left=148, most_ticks=6),
        table=findings_table(scene, findings, name, "Basis"),
        sql=sql_of(scene, findings, queries.offer_query(scene.chosen, by="basis")),
        foot=(f"{counted(document, head.n_tenured)}; {agree}", source_line(scene)),
        alt=in_words(findings, name),
        findings=() if scene.chosen else published(scene, findings),
        drawn=tuple(findings),
    )


def worst(
    scene: Scene, links: Callable[[Sequence[Row], Sequence[str]], tuple[Html, Html]] | None = None
) -> Panel | None:
    """Return the five largest of the decided cells.

    Args:
        scene: Where they come from.
        links: Makes the links to the cells from rows and names: HTML over the chart, and after the footer.
    """
    cells, order = scene.cell_findings, scene.order
    decided = [cell for cell in cells if cell.verdict in DECIDED and cell.has_interval]
    if len(cells) < 2 or not decided:
        return None
    largest = sorted(decided, key=lambda cell: -cell.gap)[:LARGEST]

    def name(finding: Finding) -> str:
        return labels.scope(finding, order)

    rows = []
    for cell in largest:
        first, *rest = labels.parts(cell.scope, order)
        notes = textwrap.wrap(", ".join(rest), _NOTE)
        rows.append(
            plot_row(
                cell,
                first,
                scene,
                note="\n".join(notes),
                height=46 + 15 * max(0, len(notes) - 1),
                right=(sentences.gap(cell),),
                under=_money_or_customers(scene, cell),
            )
        )
    lines = [line for row in rows for line in (row.label, *row.note.split("\n"))]
    left = min(200, max(120, int(6.2 * max(len(line) for line in lines))))
    over, after = links(rows, [name(cell) for cell in largest]) if links else (NOTHING, NOTHING)
    return Panel(
        key="worst",
        title=titles.worst_title(largest, order),
        subtitle=titles.worst_subtitle(len(largest), len(decided), scene.whole.looked_at(largest[0].family)),
        chart=IntervalRows(rows, scene.document.margin, "", left=left, columns=(52,), ruled=True),
        body=over,
        table=findings_table(scene, largest, name, "Cell", adjusted=True),
        sql=published_sql(scene, largest),
        foot=(f"{counted(scene.document, together(largest))} in these {len(largest)}", source_line(scene)),
        alt=in_words(largest, name),
        more=after,
        findings=published(scene, largest),
        drawn=tuple(largest),
    )


def _money_or_customers(scene: Scene, cell: Finding) -> str:
    money = scene.whole.money_of(cell)
    if money is None or not money.is_shown:
        return snapshot.tenured(cell)
    return snapshot.a_year(money.amount, scene.document.currency)


def open_links(view: View, rows: Sequence[Row], names: Sequence[str]) -> tuple[Html, Html]:
    """Return a link per row, laid over the figure: links inside a figure cannot be reached by keyboard."""
    above, links = sum(row.height for row in rows) + AXIS, []
    for row, name in zip(rows, names, strict=True):
        top = above - row.height // 2 + 8
        above -= row.height
        link = Html('<a href="{}" style="top:-{}px" aria-label="Open {}">Open</a>')
        links.append(link.format(page_link("where", view, cell=name), top, name))
    every = Html(' <a href="{}">See all cells</a>').format(page_link("where", view))
    return Html('<div class="opens">{}</div>').format(Html().join(links)), every


def no_months(view: View) -> Panel:
    """Return what a filtered view shows in place of the months: the monthly counts hold no cells."""
    title, subtitle, link = screen.MONTHS_OF_THE_WHOLE
    address = page_link("", View(view.study, view.study.document, (), view.study.kept(())))
    return Panel(
        key="monthly", title=title, subtitle=subtitle, body=Html('<p><a href="{}">{}</a></p>').format(address, link)
    )


def monthly(scene: Scene) -> Panel | None:
    """Return the headline month by month."""
    document = scene.document
    as_of = document.as_of
    months = [month for month in document.months if as_of is None or month.month <= as_of]
    known = [month for month in months if month.estimate is not None and month.ci_lower is not None]
    if len(known) < 2 or document.head.estimand != "offer_gap" or not document.head.has_interval:
        return None
    names, texts = [numbers.month(item.month) for item in known], [sentences.gap(item) for item in known]
    fields = ("month", "estimate", "ci_lower", "ci_upper", "n_tenured")
    return Panel(
        key="monthly",
        title=titles.monthly_title(known),
        subtitle=snapshot.trend_subtitle(document),
        chart=MonthlySteps(
            [
                chart_spec.Month(
                    numbers.month(month.month),
                    month.estimate,
                    month.ci_lower,
                    month.ci_upper,
                    "\n".join((numbers.month(month.month), sentences.gap(month), counted(document, month.n_tenured))),
                )
                for month in months
            ],
            document.margin,
            sentences.margin(document),
            verdict=document.head.verdict or "",
            last=texts[-1],
            height=256,
        ),
        table=html.Table(
            ("Month", f"Gap ({sentences.level(document)} interval)", "Tenured customers"),
            tuple(
                (name, text, numbers.count(item.n_tenured))
                for name, text, item in zip(names, texts, known, strict=True)
            ),
            ("Month", "Gap (fraction)", "Lower", "Upper", "Tenured customers"),
            tuple(tuple(item[field] for field in fields) for item in known),
        ),
        sql=queries.MONTHLY,
        foot=(
            f"{counted(document, _people_of(known[-1], document))} in {names[-1]}, {numbers.many(len(known), 'month')}",
            *filter(None, (titles.watched(document.pooled("monitoring")),)),
            source_line(scene),
        ),
        alt=f"{names[0]}: {texts[0]}; {names[-1]}: {texts[-1]}",
        drawn=(known[0], known[-1]),
    )


def _people_of(month: Month, document: Document) -> int | None:
    """Return how many are compared in a month; in the as-of month they are those of the headline."""
    return document.head.n_tenured if month.n_tenured is None and month.month == document.as_of else month.n_tenured
