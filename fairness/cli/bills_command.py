"""What bills show, and what stands beside the price: the command and what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fairness.cli.runs import Format


def bills(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
    ] = None,
    output: Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")] = Format.table,
) -> None:
    """Say whose bills do not show what they are for, what fees add, and what was billed after cancelling."""
    from fairness.causes.bills_shown import bills_shown as read
    from fairness.cli.causes_command import built

    print_bills(read(built(config)), output.value)


def print_bills(document: dict[str, Any], form: str) -> None:
    """Print what bills show: as JSON, as CSV (one row per group of customers) or as tables."""
    from fairness.cli.causes_output import titled
    from fairness.cli.output import print_rows
    from fairness.text import bills_words

    currency, opaque = document["currency"], document["opaque"]
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        rows = opaque.get("groups", [])
        columns = tuple(rows[0]) if rows else ("group", "band", "customers", "opaque_customers")
        print_rows(columns, [tuple(row.values()) for row in rows], "csv")
        return
    tables = (
        (bills_words.OPAQUE, opaque, _opaque_rows),
        (bills_words.FEES, document["fees"], _fee_rows),
        (bills_words.CANCELLED, document["cancelled"], _cancelled_rows),
    )
    for title, part, rows_of in tables:
        if "not_assessable" in part:
            print(f"\n{bills_words.missing(title, part['not_assessable'])}")
            continue
        titled(title, bills_words.COLUMNS[title], rows_of(part, currency))
        if part is document["fees"]:
            print(bills_words.fees(part))
        if part is document["cancelled"]:
            print(bills_words.cancelled(part, currency))


def _opaque_rows(part: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    from fairness.text import bills_words, labels, numbers

    del currency
    return [
        (
            bills_words.GROUPS[row["group"]],
            "" if row["band"] is None else labels.band_name(row["band"]),
            numbers.count(row["customers"]),
            numbers.count(row["opaque_customers"]),
            f"{numbers.percent(row['share'])} ({numbers.percentage(row['lower'])} to "
            f"{numbers.percentage(row['upper'])})",
            "–" if row["money_share"] is None else numbers.percent(row["money_share"]),
        )
        for row in part["groups"]
    ]


def _fee_rows(part: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    from fairness.text import numbers

    names = ("paid", "above_new", "not_compared")
    return [
        (kind, *(numbers.money(part[kind][name], currency, decimals=2) for name in names))
        for kind in ("fees", "finance")
    ]


def _cancelled_rows(part: dict[str, Any], currency: str) -> list[tuple[str, ...]]:
    from fairness.text import labels, numbers

    return [
        (
            row["band"] if row["band"] == "unknown" else labels.band_name(row["band"]),
            labels.value(row["channel"]),
            numbers.count(row["customers"]),
            numbers.count(row["lines"]),
            *(numbers.money(row[name], currency, decimals=2) for name in ("billed", "credited", "money")),
        )
        for row in part["groups"]
    ]
