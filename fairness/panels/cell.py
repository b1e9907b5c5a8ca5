"""One cell: the prices of both groups with the offer drawn in, the gap below them, a table and what else is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairness.charts.chart_spec import PriceDistributions, PriceShares
from fairness.findings.document import Finding
from fairness.panels import html, queries
from fairness.panels.panel import Panel, findings_table, published, source_line
from fairness.panels.view import View, query
from fairness.panels.where_panels import cell_key, in_order, why_not
from fairness.text import codes, labels, numbers, panel_words, screen, sentences

_NOTHING = (0, None, None, None, None)


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell with its panel and notes.

    Attributes:
        panel: Figure, table and SQL.
        table: Table beside the figure.
        notes: (heading, text) beside the figure.
        csv: What the download holds.
        file: Its name.
        sentence: The cell in one sentence that can be copied.
    """

    panel: Panel
    table: html.Table
    notes: tuple[tuple[str, str], ...]
    csv: str
    file: str
    sentence: str


def cells_by_name(view: View) -> dict[str, Finding]:
    """Return the cells in view by name, in the order of the plot; names that would read the same carry their values."""
    cells = [cell for part in in_order(view.cell_findings) for cell in part]
    names = [labels.scope(cell, view.study.order) for cell in cells]
    return {
        name if names.count(name) == 1 else f"{name} ({', '.join(str(value) for value in cell.scope.values())})": cell
        for name, cell in zip(names, cells, strict=True)
    }


def open_cell(view: View, name: str) -> CellView:
    """Return a cell by its name."""
    cell = cells_by_name(view)[name]
    values = view.study.cells[cell_key(view, cell)]
    run, currency = view.study.run, view.document["study"]["currency"]
    prices = query(run, queries.price_query(values))[1]
    summary = {str(row[0]): row[1:] for row in query(run, queries.summary_query(values))[1]}
    offers = query(run, queries.offers_query(values))[1]
    period = _period(values)
    new, tenured = (_shares(group, prices, summary, currency) for group in ("new", "tenured"))
    reference, reference_name, shift = _reference(cell, new, tenured, offers, currency)
    table = _table(view, cell, summary, has_offers=bool(offers), currency=currency, period=period)
    panel = Panel(
        key="cell",
        title=_title(view, cell, name, shift, period),
        subtitle=panel_words.prices_drawn(period, panel_words.difference_of_means(cell) if shift is not None else ""),
        chart=PriceDistributions(
            new,
            tenured,
            reference=reference,
            reference_name=reference_name,
            offers=[float(row[0]) for row in offers] if cell.estimand == "offer_gap" else [],
            gap=(cell.gap, *cell.interval) if reference is not None and cell.has_interval else None,
            verdict=cell.verdict,
            gap_texts=(f"{_signed(shift, currency)} {period}", sentences.gap(cell)),
            difference=("Difference", f"tenured over {labels.comparator(cell).removeprefix('the ')}"),
            margin=float(view.document["study"]["margin"]),
            band_name=sentences.margin(view.document),
            money=numbers.money("0", currency).removesuffix("0"),
            price_axis=f"Price {period}",
        ),
        table=findings_table(view, _asked_otherwise(view, cell), sentences.estimand, "Question", adjusted=True),
        sql=_sql(published(view, [cell]), values),
        foot=(_customers(summary, len(offers)), source_line(view)),
        alt=f"{name}: {sentences.gap(cell)}",
        findings=published(view, _asked_otherwise(view, cell)),
    )
    about = replace(view.about, filters=name)
    sentence = f"{panel.title}{screen.interval(cell, view.document)}. {about.line()}."
    return CellView(panel, table, _notes(view, cell), html.csv_text(table, about), about.file("cell", "csv"), sentence)


def _sql(findings: tuple[int, ...], values: Mapping[str, str | None]) -> str:
    """Return the queries behind a cell, its finding first."""
    asked = (queries.summary_query, queries.price_query, queries.offers_query, queries.customers_query)
    return "\n\n".join((queries.findings_query(findings), *(query_of(values) for query_of in asked)))


def _customers(summary: dict[str, tuple[object, ...]], n_offers: int) -> str:
    return panel_words.two_groups(_count(summary, "tenured"), _count(summary, "new"), n_offers)


def _count(summary: dict[str, tuple[object, ...]], group: str) -> int:
    return int(str(_row(summary, group)[0]))


def _row(summary: dict[str, tuple[object, ...]], group: str) -> tuple[object, ...]:
    return summary.get(group, _NOTHING)


def _period(values: Mapping[str, str | None]) -> str:
    """Return the period that prices are per: the billing interval of the cell."""
    unit, n = str(values["interval_unit"]), str(values["interval_count"])
    return f"a {unit}" if n == "1" else f"every {n} {unit}s"


def _shares(
    group: str, prices: list[tuple[object, ...]], summary: dict[str, tuple[object, ...]], currency: str
) -> PriceShares:
    rows = [row for row in prices if row[0] == group]
    n, mean = _row(summary, group)[:2]
    text = f"{numbers.count(int(str(n)))}" + (f", mean {_price(mean, currency)}" if mean is not None else "")
    return PriceShares(
        label=f"{group.capitalize()} customers",
        note=text,
        prices=[float(str(row[1])) for row in rows],
        customers=[int(str(row[2])) for row in rows],
        mean=None if mean is None else float(str(mean)),
    )


def _price(amount: object, currency: str) -> str:
    return "–" if amount is None else numbers.money(f"{float(str(amount)):.2f}", currency, decimals=2)


def _reference(
    cell: Finding, new: PriceShares, tenured: PriceShares, offers: list[tuple[object, ...]], currency: str
) -> tuple[float | None, str, float | None]:
    """Return the price that zero stands for, its name, and how far the tenured mean lies above it."""
    if cell.estimate is None or cell.verdict == "not_assessable":
        return None, "", None
    if cell.estimand == "offer_gap" and offers:
        units = sum(float(str(row[2])) for row in offers)
        paid = sum(float(str(row[3])) for row in offers) / units
        mean = paid / (1 + cell.estimate)
        name = "Offer" if len(offers) == 1 else "Offer, mean"
    elif tenured.mean is not None:
        paid = tenured.mean
        mean = paid / (1 + cell.estimate)
        name = "New customers, mean"
    else:
        return None, "", None
    return mean, f"{name} {_price(mean, currency)}", paid - mean


def _title(view: View, cell: Finding, name: str, shift: float | None, period: str) -> str:
    currency = view.document["study"]["currency"]
    if shift is None:
        code = why_not(view, cell)
        return panel_words.not_assessed(name, codes.reason(code))
    if cell.verdict == "inconclusive":
        return f"{name}: cannot tell yet"
    if cell.verdict == "equivalent":
        return panel_words.equal_prices(name)
    amount = f"{_price(abs(shift), currency)} {period}"
    return panel_words.further(name, amount, labels.comparator(cell), is_above=shift > 0)


def _signed(amount: float | None, currency: str) -> str:
    if amount is None:
        return ""
    return f"{'+' if amount >= 0 else '−'}{_price(abs(amount), currency)}"


def _table(
    view: View, cell: Finding, summary: dict[str, tuple[object, ...]], *, has_offers: bool, currency: str, period: str
) -> html.Table:
    new, tenured = _row(summary, "new"), _row(summary, "tenured")
    rows = [
        ("Customers", numbers.count(int(str(new[0]))), numbers.count(int(str(tenured[0])))),
        (f"Mean {period}", _price(new[1], currency), _price(tenured[1], currency)),
        ("Median", _price(new[2], currency), _price(tenured[2], currency)),
        ("Middle 90 %", *(_range(row, currency) for row in (new, tenured))),
    ]
    raw: list[tuple[object, ...]] = [
        ("Customers", new[0], tenured[0]),
        (f"Mean {period}", new[1], tenured[1]),
        ("Median", new[2], tenured[2]),
        (panel_words.LOWER_END, new[3], tenured[3]),
        (panel_words.UPPER_END, new[4], tenured[4]),
    ]
    money = view.whole.money_of(cell)
    if money is not None and has_offers:
        affected, net = int(money.beside("customers_affected") or 0), str(money.beside("net"))
        rows.append((panel_words.PAY_ABOVE, "", f"{numbers.count(affected)} of {numbers.count(money.n_tenured)}"))
        rows.append((panel_words.PAID_ABOVE_A_YEAR, "", numbers.money(money.amount, currency)))
        rows.append((panel_words.NET_A_YEAR, "", numbers.money(net, currency)))
        raw += [
            (panel_words.PAY_ABOVE, None, affected),
            (panel_words.PAID_ABOVE_A_YEAR, None, money.amount),
            (panel_words.NET_A_YEAR, None, net),
        ]
    head = ("", "New", "Tenured")
    return html.Table(head, tuple(rows), head, tuple(raw))


def _range(row: tuple[object, ...], currency: str) -> str:
    return "–" if row[3] is None else f"{_price(row[3], currency)} to {_price(row[4], currency)}"


def _asked_otherwise(view: View, cell: Finding) -> list[Finding]:
    """Return the finding of the cell and those of other questions about it."""
    others = [
        finding
        for finding in view.whole.findings
        if finding.level == "cell"
        and finding.scope == cell.scope
        and finding is not cell
        and finding.unit == "fraction"
    ]
    return [cell, *others]


def _notes(view: View, cell: Finding) -> tuple[tuple[str, str], ...]:
    looked_at = view.study.document.looked_at(cell.family)
    notes = []
    if cell.verdict != "not_assessable":
        notes.append(("How sure", sentences.how_sure(cell, looked_at)))
    others = [item for item in _asked_otherwise(view, cell)[1:] if item.verdict != "not_assessable"]
    if others:
        text = ". ".join(f"{sentences.estimand(item)} {sentences.gap(item)}" for item in others)
        notes.append((panel_words.OTHER_QUESTIONS, f"{text}."))
    least = view.study.config.inference.min_pricing_decisions
    if cell.warnings:
        text = " ".join(codes.warning(code, cell, min_pricing_decisions=least) for code in cell.warnings)
        notes.append(("Caution", text))
    return tuple(notes)
