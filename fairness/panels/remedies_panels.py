"""The panels of the page *Remedies*: the cost to close, where it goes, the gap that is left, and the list."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fairness.causes.remedies import LIST
from fairness.charts.chart_spec import IntervalRows, Row
from fairness.panels import causes_queries, html
from fairness.panels.panel import Panel
from fairness.panels.view import View
from fairness.text import labels, numbers, price_change_words, remedy_words, sentences
from fairness.text.escape import NOTHING, csv_line

Document = dict[str, Any]
Listed = Sequence[tuple[Any, ...]]


def gap(view: View, document: Document) -> Panel | None:
    """Return the headline gap before and after; None for a refund, and for books."""
    found = document["gap"]
    if found is None:
        return None
    margin = view.document.margin
    rows, table = [], []
    for when, name in (("before", "Now"), ("after", "After")):
        one = found[when]
        verdict = sentences.verdict_label(one["reading"], margin=margin) if one["reading"] else "–"
        said = f"{numbers.percent(one['gap'])} {remedy_words.interval(one)}".strip()
        table.append((name, said, verdict))
        rows.append(
            Row(
                name,
                note=said,
                estimate=one["gap"],
                lower=one["lower"],
                upper=one["upper"],
                verdict=one["reading"],
                strong=when == "after",
                hover=f"{name}\n{said}\n{verdict}",
                height=60,
            )
        )
    fields = ("gap", "lower", "upper", "reading")
    return Panel(
        key="gap-left",
        title=remedy_words.gap_title(found),
        subtitle=remedy_words.GAP,
        chart=IntervalRows(rows, margin, sentences.margin(view.document), left=148, most_ticks=6),
        table=html.Table(
            ("When", "Gap", "Verdict"),
            tuple(table),
            ("when", *fields),
            tuple((when, *(found[when][name] for name in fields)) for when in ("before", "after")),
        ),
        foot=(remedy_words.RAISE,),
        alt="; ".join(f"{name}: {said}" for name, said, _ in table),
    )


def curve(document: Document) -> Panel:
    """Return what it costs to cap every price at the offer plus a share."""
    points, currency = document["curve"], document["currency"]
    lines = _bars(
        [(f"{point['x'] * 100:g} %", Decimal(point["cost"]), ()) for point in points],
        currency,
    )
    return Panel(
        key="curve",
        title=remedy_words.curve_title(points, currency),
        subtitle=remedy_words.CURVE_HOW,
        body=html.bar_table(remedy_words.CURVE_COLUMNS, lines),
        table=html.bar_numbers(
            remedy_words.CURVE_COLUMNS, lines, ("x", "cost"), [(point["x"], point["cost"]) for point in points]
        ),
        sql=causes_queries.COST_TO_CLOSE,
    )


def by(document: Document, name: str) -> Panel | None:
    """Return the cost by ``products`` or ``channels``."""
    rows, currency = document[name], document["currency"]
    if not rows:
        return None
    head = (labels.column(name.removesuffix("s")), *remedy_words.BY_COLUMNS)
    lines = _bars(
        [(labels.value(row["value"]), Decimal(row["cost"]), (numbers.count(row["customers"]),)) for row in rows],
        currency,
    )
    fields = ("value", "cost", "customers")
    return Panel(
        key=f"cost-{name}",
        title=remedy_words.by_title(name.removesuffix("s"), rows, currency),
        subtitle=remedy_words.BY,
        body=html.bar_table(head, lines[: remedy_words.SHOWN]),
        table=html.bar_numbers(head, lines, fields, [tuple(row[field] for field in fields) for row in rows]),
        foot=_left(lines),
    )


def glide(document: Document) -> Panel | None:
    """Return what a glide costs from each renewal on."""
    steps, currency = document["glide"], document["currency"]
    if not steps:
        return None
    lines = _bars([(str(step["renewal"]), Decimal(step["cost"]), ()) for step in steps], currency)
    return Panel(
        key="glide",
        title=remedy_words.GLIDE_TITLE,
        subtitle=remedy_words.GLIDE,
        body=html.bar_table(remedy_words.GLIDE_COLUMNS, lines),
        table=html.bar_numbers(
            remedy_words.GLIDE_COLUMNS,
            lines,
            ("renewal", "cost"),
            [(step["renewal"], step["cost"]) for step in steps],
        ),
    )


def billing_list(document: Document, listed: Listed) -> Panel:
    """Return the first rows of the list for the billing system."""
    if document["remedy"] == "refund":
        return Panel(key="list", title=remedy_words.NO_LIST, subtitle="")
    currency, rows = document["currency"], []
    for row in listed[: remedy_words.SHOWN]:
        item = dict(zip(LIST, row, strict=True))
        prices = [numbers.money(item[name], currency, decimals=2) for name in ("price", "new_price", "saving_a_year")]
        rows.append((item["customer_id"], labels.value(item["product_id"]), item["plan_id"] or "–", *prices))
    table = html.plain_table(remedy_words.LIST_COLUMNS, rows, kind="first")
    return Panel(
        key="list",
        title=remedy_words.list_title(len(listed)),
        subtitle=remedy_words.LIST_HOW,
        body=html.scrolled(table) if rows else NOTHING,
        foot=(price_change_words.more_rows(len(listed) - len(rows), "the file"),) if len(listed) > len(rows) else (),
    )


def list_csv(listed: Listed) -> str:
    """Return the list as `fairness remedy --list` writes it: text in it is never a formula."""
    return "".join(f"{csv_line(row)}\n" for row in (LIST, *listed))


def _bars(items: Sequence[tuple[str, Decimal, tuple[str, ...]]], currency: str) -> list[html.BarRow]:
    top = max((amount for _, amount, _ in items), default=Decimal(0)) or Decimal(1)
    return [(name, float(amount / top), (numbers.money(amount, currency), *more)) for name, amount, more in items]


def _left(rows: Sequence[object]) -> tuple[str, ...]:
    more = len(rows) - remedy_words.SHOWN
    return (price_change_words.more_rows(more),) if more > 0 else ()
