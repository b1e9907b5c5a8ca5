"""What the commands on causes print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fairness.cli.output import print_rows
from fairness.text import numbers, price_drivers, promise_words, remedy_words, told_outcomes, waterfall_words
from fairness.text.escape import csv_line, terminal_text

_OWNERS_SHOWN = 5


def print_changes(document: dict[str, Any], form: str) -> None:
    """Print what raised prices: as JSON, as CSV (one row per driver) or as tables."""
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        columns = ("driver", "customers", "changes", "money")
        print_rows(columns, [tuple(row[name] for name in columns) for row in document["drivers"]], "csv")
        return
    _print_rises(document)
    currency = document["currency"]
    for title, rows in (
        (waterfall_words.WATERFALL, [waterfall_words.moved(row, currency) for row in document["waterfall"]]),
        (waterfall_words.TO_REVENUE, [waterfall_words.bridged(row, currency) for row in document["bridge"]]),
    ):
        if rows:
            titled(title, waterfall_words.COLUMNS[title], rows)


def _print_rises(document: dict[str, Any]) -> None:
    currency = document["currency"]
    print(price_drivers.headline(document))
    if not document["drivers"]:
        return
    print(price_drivers.reasoned(document))
    rows = [
        (price_drivers.DRIVERS[row["driver"]], numbers.money(row["money"], currency), numbers.count(row["customers"]))
        for row in document["drivers"]
    ]
    titled("What raised prices", ("driver", "a year", "customers"), rows)
    for owner, name in price_drivers.OWNERS.items():
        found = [row for row in document["unreasoned"] if row["owner"] == owner][:_OWNERS_SHOWN]
        owners = [
            (
                "unknown" if row["value"] is None else row["value"],
                price_drivers.DRIVERS[row["driver"]],
                numbers.money(row["money"], currency),
                numbers.count(row["customers"]),
            )
            for row in found
        ]
        if owners:
            titled(f"Without a reason, by {name}", (name, "driver", "a year", "customers"), owners)
    titled(price_drivers.EXPOSED, _EXPOSED, _bands(document["exposure"]))
    for decision in document["decisions"][:3]:
        where = [
            decision[name] for name in ("product_id", "plan_id", "region", "channel") if decision[name] is not None
        ]
        amount = numbers.money(decision["money"], currency)
        titled(f"{', '.join(where)} from {decision['starts_on']}: {amount} a year", _EXPOSED, _bands(decision["bands"]))


def print_told(document: dict[str, Any], form: str) -> None:
    """Print what was told and charged: as JSON, as CSV (one row per outcome) or as tables."""
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    columns = ("outcome", "letters", "customers", "over", "under")
    if form == "csv":
        print_rows(columns, [tuple(row[name] for name in columns) for row in document["outcomes"]], "csv")
        return
    currency = document["currency"]
    print(told_outcomes.kept(document["kept"]))
    if document["outcomes"]:
        rows = [
            (
                told_outcomes.OUTCOMES[row["outcome"]],
                numbers.count(row["letters"]),
                numbers.count(row["customers"]),
                numbers.money(row["over"], currency, decimals=2),
                numbers.money(row["under"], currency, decimals=2),
            )
            for row in document["outcomes"]
        ]
        titled("Told against charged", ("outcome", "letters", "customers", "charged above", "charged below"), rows)
    for row in document["not_assessable"]:
        print(f"Not assessable: {numbers.many(row['letters'], 'letter')}: {told_outcomes.REASONS[row['reason']]}")
    print(told_outcomes.untold(document["untold"], currency))
    if document["untold"] is not None and document["untold"]["products"]:
        products = [
            (row["product_id"], numbers.money(row["money"], currency), numbers.count(row["customers"]))
            for row in document["untold"]["products"]
        ]
        titled(told_outcomes.UNTOLD, ("product", "a year", "customers"), products)


def print_check(document: dict[str, Any], form: str) -> None:
    """Print the outcomes of the rules: as JSON, as CSV (one row per rule) or as a table."""
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        columns = ("id", "result", "wording", "in_scope", "pass", "fail", "not_assessable", "fail_rate", "coverage")
        print_rows(columns, [tuple(rule.get(name) for name in columns) for rule in document["rules"]], "csv")
        return
    print(promise_words.kept(document["kept"]))
    rows = [
        (
            rule["name"] or rule["statement"],
            promise_words.outcome(rule),
            promise_words.rate(rule),
            numbers.percent(rule.get("coverage")),
            numbers.money(rule.get("excess_a_year"), document["currency"]),
        )
        for rule in document["rules"]
    ]
    titled("Rules", ("rule", "outcome", "failed", "judged", "excess a year"), rows)


def print_remedy(document: dict[str, Any], form: str) -> None:
    """Print what a remedy costs: as JSON, as CSV (the cost to close by share above the offer) or as tables."""
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        print_rows(("x", "cost"), [(point["x"], point["cost"]) for point in document["curve"]], "csv")
        return
    currency = document["currency"]
    print(remedy_words.cost(document))
    print(remedy_words.gap(document))
    for step in document["glide"]:
        print(f"Renewal {step['renewal']}: {numbers.money(step['cost'], currency)} a year")
    for name in ("products", "channels"):
        rows = [
            (
                "unknown" if row["value"] is None else row["value"],
                numbers.money(row["cost"], currency),
                str(row["customers"]),
            )
            for row in document[name]
        ]
        if rows:
            titled(f"By {name[:-1]}", (name[:-1], "cost", "customers"), rows)
    if document["promises"]:
        rules = [remedy_words.rule(found) for found in document["promises"]]
        titled(remedy_words.PROMISES, remedy_words.PROMISES_COLUMNS, rules)
    curve = [(numbers.percent(point["x"]), numbers.money(point["cost"], currency)) for point in document["curve"]]
    titled(remedy_words.CURVE, ("share", "cost"), curve)


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows as CSV whose text no spreadsheet takes for a formula."""
    lines = "".join(f"{csv_line(row)}\n" for row in (tuple(columns), *rows))
    path.write_text(lines, encoding="utf-8", newline="")


_EXPOSED = ("years of tenure", "held", "raised", "share raised", "mean rise")


def _bands(bands: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            band["band"] or "unknown",
            numbers.count(band["held"]),
            numbers.count(band["raised"]),
            numbers.percent(band["share_raised"]),
            numbers.percent(band["mean_rise"], signed=True),
        )
        for band in bands
    ]


def titled(title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table under its title."""
    print(f"\n{terminal_text(title)}")
    print_rows(columns, rows, "table")
