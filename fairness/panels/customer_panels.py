"""The panels of the page *One customer*: price paths, changes with drivers, letters, and lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import quote

from fairness.charts.chart_spec import PricePath
from fairness.panels import html
from fairness.panels.address import page_link
from fairness.panels.panel import Panel
from fairness.panels.view import View
from fairness.text import customer_words, labels, numbers, price_change_words, price_drivers, told_outcomes
from fairness.text.escape import NOTHING, Html
from fairness.text.reasons import row_reason

Document = dict[str, Any]

_SHOWN = 12
"""Lines on the page; the rest are in the table behind them."""


def choose(view: View, rows: list[tuple[str, Decimal]]) -> Panel:
    """Return the customers furthest above the offer, each with a link."""
    currency = view.document.currency
    top = max((float(excess) for _, excess in rows), default=1.0) or 1.0
    link = Html('<a href="{}">{}</a>')
    base = page_link("one-customer", view)
    named: list[html.BarRow] = [
        (name, float(excess) / top, (numbers.money(excess, currency),)) for name, excess in rows
    ]
    linked: list[html.BarRow] = [
        (link.format(f"{base}&customer={quote(row[0])}", row[0]), row[1], row[2]) for row in named
    ]
    head = customer_words.CHOOSE_COLUMNS
    return Panel(
        key="furthest",
        title=customer_words.CHOOSE,
        subtitle=customer_words.CHOOSE_HOW,
        body=html.bar_table(head, linked),
        table=html.bar_numbers(head, named, ("customer_id", "excess_a_year"), rows),
    )


def paths(document: Document) -> list[Panel]:
    """Return what each thing held has cost, month by month, beside the offer."""
    return [_path(thing, number) for number, thing in enumerate(document["things"])]


def _path(thing: Document, number: int) -> Panel:
    months, currency = thing["months"], thing["currency"]
    rows = tuple(
        (
            numbers.month(row["month"]),
            row["plan_id"] or "–",
            numbers.money(row["price"], currency, decimals=2),
            numbers.money(row["offer"], currency, decimals=2),
        )
        for row in months
    )
    fields = ("month", "plan_id", "price", "offer", "reason")
    return Panel(
        key=f"path-{number}",
        title=customer_words.path_title(thing),
        subtitle=customer_words.PATH,
        chart=PricePath(
            [numbers.month(row["month"]) for row in months],
            [None if row["price"] is None else float(row["price"]) for row in months],
            [None if row["offer"] is None else float(row["offer"]) for row in months],
            [customer_words.point(row, currency) for row in months],
            customer_words.PATHS,
        ),
        table=html.Table(
            ("Month", "Plan", "Price", "Offer"),
            rows,
            fields,
            tuple(tuple(row[name] for name in fields) for row in months),
        ),
        foot=(customer_words.today(thing),),
        alt=customer_words.path_title(thing),
    )


def changes(document: Document) -> Panel:
    """Return each change of a price with the parts that add up to it."""
    rows = []
    for (day, product, old, new), parts in groupby(
        document["changes"], key=lambda row: (row["changed_on"], row["product_id"], row["old"], row["new"])
    ):
        found = list(parts)
        currency = found[0]["currency"]
        prices = [numbers.money(price, currency, decimals=2) for price in (old, new)]
        why = [
            f"{price_drivers.DRIVERS[row['driver']]} {numbers.money(row['part'], currency, decimals=2)}"
            for row in found
        ]
        rows.append((_day(day), labels.value(product), " → ".join(prices), "; ".join(why)))
    fields = ("changed_on", "product_id", "old", "new", "driver", "part")
    head = customer_words.CHANGE_COLUMNS
    csv_rows = tuple(tuple(row[name] for name in fields) for row in document["changes"])
    return Panel(
        key="customer-changes",
        title=customer_words.changes_title(len(rows)),
        subtitle=customer_words.CHANGES,
        body=html.plain_table(head, rows, kind="wide") if rows else NOTHING,
        table=html.Table(head, tuple(rows), fields, csv_rows) if rows else None,
    )


def letters(document: Document) -> Panel:
    """Return what was told to the customer and what came of it."""
    rows = []
    for row in document["letters"]:
        money = [numbers.money(row[name], row["currency"], decimals=2) for name in ("told", "charged", "over", "under")]
        outcome = told_outcomes.OUTCOMES[row["outcome"]]
        if row["reason"] is not None:
            outcome = f"{outcome}: {told_outcomes.REASONS[row['reason']]}"
        rows.append((_day(row["told_on"]), _day(row["effective_on"]), *money[:2], outcome, *money[2:]))
    fields = ("told_on", "effective_on", "told", "charged", "outcome", "over", "under")
    head = customer_words.LETTER_COLUMNS
    csv_rows = tuple(tuple(row[name] for name in fields) for row in document["letters"])
    return Panel(
        key="customer-letters",
        title=customer_words.letters_title(len(rows)),
        subtitle=customer_words.LETTERS,
        body=html.plain_table(head, rows, kind="wide") if rows else NOTHING,
        table=html.Table(head, tuple(rows), fields, csv_rows) if rows else None,
    )


def lines(document: Document) -> Panel:
    """Return the billing lines, the newest first."""
    found = list(reversed(document["lines"]))
    rows = tuple(
        (
            _day(row["issued_on"]),
            labels.value(row["product_id"]),
            labels.value(row["line_kind"]),
            "–" if row["period_start"] is None else f"{_day(row['period_start'])} to {_day(row['period_end'])}",
            numbers.money(row["net_amount"], row["currency"], decimals=2),
            labels.value(row["invoice_status"])
            if row["reject_reason"] is None
            else row_reason("rejected", row["reject_reason"]).label,
        )
        for row in found
    )
    fields = ("line_id", "issued_on", "product_id", "plan_id", "line_kind", "period_start", "period_end", "net_amount")
    head = customer_words.LINE_COLUMNS
    return Panel(
        key="customer-lines",
        title=customer_words.lines_title(len(rows)),
        subtitle=customer_words.LINES,
        body=html.scrolled(html.plain_table(head, rows[:_SHOWN], kind="wide")) if rows else NOTHING,
        table=html.Table(head, rows, fields, tuple(tuple(row[name] for name in fields) for row in found))
        if rows
        else None,
        foot=(price_change_words.more_rows(len(rows) - _SHOWN),) if len(rows) > _SHOWN else (),
    )


def _day(day: date | None) -> str:
    return "–" if day is None else numbers.day(day.isoformat())
