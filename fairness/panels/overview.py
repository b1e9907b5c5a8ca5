"""The panels of the page *Overview*, each from findings; a panel without findings is None."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from fairness.charts.interactive import AXIS, Row, Theme, interval_columns, interval_rows, monthly_steps
from fairness.findings.document import Finding
from fairness.findings.estimands import BY_NAME, COMPARISONS
from fairness.panels import html, queries
from fairness.panels.address import page_link
from fairness.panels.panel import (
    Panel,
    findings_table,
    in_words,
    plot_row,
    published,
    published_sql,
    source_line,
)
from fairness.panels.strip import sql_of
from fairness.panels.view import View
from fairness.text import codes, labels, numbers, screen, sentences, titles
from fairness.text.escape import figure_text, html_text

_LARGEST = 5
_NOTE = 30
"""Characters per line below the name of a cell."""
_READINGS = ("headline", "effective", "standard")


def _comparators(view: View) -> dict[str, Finding]:
    """Return the gap under each comparison that has an estimate, by estimand; the headline is one of them."""
    head = view.head
    found = {name: head if name == head["estimand"] else view.pooled(name) for name in COMPARISONS}
    return {name: finding for name, finding in found.items() if finding is not None and finding["estimate"] is not None}


def _readings(view: View) -> list[Finding]:
    """Return the headline's gap under each reading of the comparator that has an estimate."""
    if view.head["estimand"] != "offer_gap":
        return []
    known = [*(view.pooled("offer_gap", "offer", basis) for basis in _READINGS), view.pooled("offer_gap", "derived")]
    return [finding for finding in known if finding is not None and finding["estimate"] is not None]


def first_row_height(view: View) -> int:
    """Return the pixels that the figures of the first row share, axis not counted."""
    return max(164, 40 * len(_comparators(view)), 40 * len(_readings(view)))


def certainty(view: View, theme: Theme, height: int) -> Panel | None:
    """Return raw, like-for-like and headline gap with their certainty."""
    head = view.head
    found = _comparators(view)
    findings = list(found.values())
    if not findings:
        return None

    def name(finding: Finding) -> str:
        if finding["estimand"] == "offer_gap" and finding["comparator"] == "derived":
            return labels.BASES["paid"]
        return BY_NAME[finding["estimand"]].row

    rows = [
        plot_row(
            finding,
            name(finding),
            view,
            note=sentences.gap(finding),
            strong=finding is head,
            height=height // max(3, len(findings)),
        )
        for finding in findings
    ]
    alike = found.get("like_for_like_gap") or found.get("market_gap") or found.get("cost_gap")
    new = next((finding["n_new"] for finding in findings if finding["n_new"]), None)
    counted = [f"{numbers.count(head['n_tenured'])} tenured", f"{numbers.count(new)} new" if new else ""]
    return Panel(
        key="certainty",
        title=titles.certainty_title(found.get("raw_gap"), alike, head, margin=_margin(view)),
        subtitle=f"Tenured prices above {numbers.small(len(rows), 'comparator')}, "
        f"with {screen.intervals(view.document, findings)}",
        figure=interval_rows(
            rows, theme, margin=_margin(view), band_name=sentences.margin(view.document), left=148, most_ticks=6
        ),
        table=findings_table(view, findings, name, "Compared with"),
        sql=sql_of(view, findings, queries.offer_query(view.chosen)),
        foot=(", ".join(text for text in counted if text), source_line(view)),
        alt=in_words(findings, name),
        findings=() if view.chosen else published(view, findings),
    )


def by_tenure(view: View, theme: Theme, height: int) -> Panel | None:
    """Return the headline's gap by tenure band."""
    bands = [finding for finding in view.primary if finding["tenure_band"] is not None and finding["level"] == "pooled"]
    if len(bands) < 2:
        return None
    in_order = [band["tenure_band"] for band in bands]

    def name(finding: Finding) -> str:
        return f"{labels.band_label(finding['tenure_band'])} {labels.band_unit(in_order).lower()}"

    rows = [
        plot_row(
            band,
            labels.band_label(band["tenure_band"]),
            view,
            note=numbers.count(band["n_tenured"]),
            right=(numbers.percent(band["estimate"]).removesuffix(" %"),),
        )
        for band in bands
    ]
    customers = sum(band["n_tenured"] for band in bands)
    return Panel(
        key="tenure",
        title=titles.tenure_title(bands, in_order),
        subtitle=f"{labels.gap_name(view.head)} by {labels.band_unit(in_order).lower()} as a customer, with "
        f"{screen.intervals(view.document, bands)}",
        figure=interval_columns(
            rows,
            theme,
            margin=_margin(view),
            band_name=sentences.margin(view.document),
            unit=labels.band_unit(in_order),
            counts="n",
            height=height + 30,
        ),
        table=findings_table(view, bands, name, "Tenure"),
        sql=sql_of(view, bands, queries.offer_query(view.chosen, by="band_order")),
        foot=(numbers.many(customers, "customer"), source_line(view)),
        alt=in_words(bands, name),
        findings=() if view.chosen else published(view, bands),
    )


def by_basis(view: View, theme: Theme, height: int) -> Panel | None:
    """Return the headline's gap under each reading of the comparator that the study has."""
    head = view.head
    findings = _readings(view)
    if len(findings) < 2:
        return None

    def name(finding: Finding) -> str:
        return labels.BASES["paid" if finding["comparator"] == "derived" else finding["basis"]]

    same = [finding for finding in findings if finding["verdict"] == head["verdict"]]
    rows = [
        plot_row(
            finding,
            name(finding),
            view,
            note=sentences.gap(finding),
            strong=_same_reading(finding, head),
            height=height // max(3, len(findings)),
        )
        for finding in findings
    ]
    agree = f"{len(same)} of {len(findings)} give the same verdict"
    return Panel(
        key="basis",
        title=titles.basis_title(findings),
        subtitle=f"Gap under {numbers.small(len(findings), 'reading')} of what a new customer pays, with "
        f"{screen.intervals(view.document, findings)}",
        figure=interval_rows(rows, theme, margin=_margin(view), band_name="", left=148, most_ticks=6),
        table=findings_table(view, findings, name, "Reading"),
        sql=sql_of(view, findings, queries.offer_query(view.chosen, by="basis")),
        foot=(agree, source_line(view)),
        alt=in_words(findings, name),
        findings=() if view.chosen else published(view, findings),
    )


def _same_reading(finding: Finding, head: Finding) -> bool:
    return (finding["comparator"], finding["basis"]) == (head["comparator"], head["basis"])


def worst(view: View, theme: Theme) -> Panel | None:
    """Return the five largest of the decided cells."""
    cells = view.cell_findings
    decided = [cell for cell in cells if cell["verdict"] in codes.DECIDED]
    if len(cells) < 2 or not decided:
        return None
    largest = sorted(decided, key=lambda cell: -cell["estimate"])[:_LARGEST]
    money = {
        _key(item): item["estimate"]
        for item in view.study.document["findings"]
        if item["estimand"] == "overpayment" and item["level"] == "cell"
    }
    currency = view.document["study"]["currency"]
    order = view.study.order

    def name(finding: Finding) -> str:
        return labels.scope(finding, order)

    rows = []
    for cell in largest:
        first, *rest = labels.parts(cell.scope, order)
        notes = textwrap.wrap(", ".join(rest), _NOTE)
        amount = money.get(_key(cell))
        rows.append(
            plot_row(
                cell,
                first,
                view,
                note="<br>".join(figure_text(line) for line in notes),
                height=46 + 15 * max(0, len(notes) - 1),
                right=(sentences.gap(cell),),
                under=f"{numbers.money(amount, currency)} a year" if amount is not None else "",
            )
        )
    lines = [line for row in rows for line in (row.label, *row.note.split("<br>"))]
    left = min(200, max(120, int(6.2 * max(len(line) for line in lines))))
    total = sum(cell["n_tenured"] for cell in largest)
    looked_at = view.study.document.looked_at(largest[0].family)
    return Panel(
        key="worst",
        title=titles.worst_title(largest, order),
        subtitle=titles.worst_subtitle(len(largest), len(decided), looked_at),
        figure=interval_rows(rows, theme, margin=_margin(view), band_name="", left=left, columns=(52,), ruled=True),
        body=_open_links(view, rows, [name(cell) for cell in largest]),
        table=findings_table(view, largest, name, "Cell", adjusted=True),
        sql=published_sql(view, largest),
        foot=(f"{numbers.many(total, 'tenured customer')} in these {len(largest)}", source_line(view)),
        alt=in_words(largest, name),
        more=f' <a href="{html_text(page_link("where", view))}">See all cells</a>',
        findings=published(view, largest),
    )


def _open_links(view: View, rows: Sequence[Row], names: Sequence[str]) -> str:
    """Return a link per row, laid over the figure: links inside a figure cannot be reached by keyboard."""
    above, links = sum(row.height for row in rows) + AXIS, []
    for row, name in zip(rows, names, strict=True):
        top = above - row.height // 2 + 8
        above -= row.height
        label = html_text(f"Open {name}")
        address = html_text(page_link("where", view, cell=name))
        links.append(f'<a href="{address}" style="top:-{top}px" aria-label="{label}">Open</a>')
    return f'<div class="opens">{"".join(links)}</div>'


def _key(finding: Finding) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted(finding["scope"].items()))


def monthly(view: View, theme: Theme) -> Panel | None:
    """Return the headline month by month; in a filtered view a word on why not: the monthly counts hold no cells."""
    if view.chosen and view.study.document["monthly"]:
        title, subtitle, link = screen.MONTHS_OF_THE_WHOLE
        address = html_text(page_link("", View(view.study, view.study.document, (), view.study.kept(()))))
        return Panel(key="monthly", title=title, subtitle=subtitle, body=f'<p><a href="{address}">{link}</a></p>')
    months = [item for item in view.document["monthly"] if item["ci_lower"] is not None]
    if len(months) < 2 or view.head["estimand"] != "offer_gap":
        return None
    names = [numbers.month(item["month"]) for item in months]
    texts = [sentences.gap(item) for item in months]
    rows = tuple(
        (name, text, numbers.count(item["n_tenured"])) for name, text, item in zip(names, texts, months, strict=True)
    )
    fields = ("month", "estimate", "ci_lower", "ci_upper", "n_tenured")
    level = sentences.level(view.document)
    return Panel(
        key="monthly",
        title=titles.monthly_title(months),
        subtitle=f"Gap to the offer in force in each month, with {level} intervals for each month alone",
        figure=monthly_steps(
            names,
            [item["estimate"] for item in months],
            [item["ci_lower"] for item in months],
            [item["ci_upper"] for item in months],
            theme,
            margin=_margin(view),
            band_name=sentences.margin(view.document),
            last=texts[-1],
            height=256,
            hover=[
                f"<b>{name}</b><br>{text}<br>{numbers.many(item['n_tenured'], 'tenured customer')}"
                for name, text, item in zip(names, texts, months, strict=True)
            ],
        ),
        table=html.Table(
            ("Month", f"Gap ({level} interval)", "Tenured customers"),
            rows,
            ("Month", "Gap (fraction)", "Lower", "Upper", "Tenured customers"),
            tuple(tuple(item[field] for field in fields) for item in months),
        ),
        sql=queries.MONTHLY,
        foot=(
            f"{numbers.many(months[-1]['n_tenured'], 'tenured customer')} in {names[-1]}, "
            f"{numbers.many(len(months), 'month')}",
            source_line(view),
        ),
        alt=f"{names[0]}: {texts[0]}; {names[-1]}: {texts[-1]}",
    )


def _margin(view: View) -> float:
    return float(view.document["study"]["margin"])
