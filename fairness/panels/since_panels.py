"""The panels of the page *Since when*: the gap month by month with the rises of prices, and the rises by month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fairness.charts.chart_spec import MonthlySteps, MonthMark
from fairness.panels import causes_queries, html
from fairness.panels.overview_panels import monthly
from fairness.panels.panel import Panel
from fairness.panels.view import View
from fairness.text import numbers, price_change_words, price_drivers

Document = dict[str, Any]

_MARKED = Decimal("0.1")
"""Share of the largest month's money from which a month is marked."""


def with_events(view: View, document: Document) -> Panel | None:
    """Return the headline month by month, with a mark in each month in which prices rose much."""
    panel = monthly(view)
    if panel is None or not isinstance(panel.chart, MonthlySteps):
        return None
    money = _money(document)
    least = _MARKED * max(money.values(), default=Decimal(0))
    place = {month.name: number for number, month in enumerate(panel.chart.months)}
    marks = [
        MonthMark(place[numbers.month(month)], _said(document, month))
        for month, amount in money.items()
        if amount >= least and numbers.month(month) in place
    ]
    chart = replace(panel.chart, marks=marks, height=320)
    return replace(panel, key="monthly-events", chart=chart)


def events(view: View, document: Document) -> Panel | None:
    """Return the rises of each month, with the gap of the month before and then, the newest first."""
    money = _money(document)
    if not money:
        return None
    gaps = {item.month: item.estimate for item in view.document.months}
    before = dict(zip(list(gaps)[1:], gaps.values(), strict=False))
    top, currency = max(money.values()), document["currency"]
    lines: list[html.BarRow] = []
    for month in sorted(money, reverse=True):
        rows = [row for row in document["by_month"] if row["month"] == month]
        first = max(rows, key=lambda row: Decimal(row["money"]))
        texts = (
            numbers.money(money[month], currency),
            numbers.count(first["raised"]),
            numbers.percent(before.get(month)),
            numbers.percent(gaps.get(month)),
            price_drivers.DRIVERS[first["driver"]],
        )
        lines.append((numbers.month(month), float(money[month] / top), texts))
    fields = ("month", "driver", "customers", "money")
    head = price_change_words.EVENT_COLUMNS
    return Panel(
        key="events",
        title=price_change_words.events_title(list(money.items()), currency),
        subtitle=price_change_words.EVENTS,
        body=html.bar_table(head, lines[:_SHOWN]),
        table=html.bar_numbers(
            head, lines, fields, [tuple(row[name] for name in fields) for row in document["by_month"]]
        ),
        sql=causes_queries.BY_MONTH,
        foot=(
            price_change_words.NOT_ALL,
            *([price_change_words.more_rows(len(lines) - _SHOWN)] if len(lines) > _SHOWN else []),
        ),
    )


_SHOWN = 13
"""Months of the table on the page."""


def _money(document: Document) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in document["by_month"]:
        found[row["month"]] += Decimal(row["money"])
    return dict(found)


def _said(document: Document, month: str) -> str:
    rows = [row for row in document["by_month"] if row["month"] == month]
    amounts = [(row["driver"], row["money"], row["customers"]) for row in rows]
    return price_change_words.event(month, amounts, document["currency"])
