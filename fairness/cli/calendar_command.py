"""The rise calendar: what is already written about the next twelve months."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fairness.cli.runs import Format


def calendar(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
    ] = None,
    output: Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")] = Format.table,
) -> None:
    """Say which prices change in the next twelve months by what bills, letters and the price book already state."""
    from fairness.causes.rise_calendar import calendar as read
    from fairness.cli.causes_command import built

    print_calendar(read(built(config)), output.value)


def print_calendar(document: dict[str, Any], form: str) -> None:
    """Print the calendar: as JSON, as CSV (one row per month) or as tables."""
    from fairness.cli.causes_output import titled
    from fairness.cli.output import print_rows
    from fairness.text import calendar_words, numbers

    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        columns = ("month", "raised", "rises", "lowered", "falls", "gap")
        print_rows(columns, [tuple(row[name] for name in columns) for row in document["months"]], "csv")
        return
    currency = document["currency"]
    print(calendar_words.summary(document))
    if not document["months"]:
        return
    print(calendar_words.unwritten(document))
    months = [calendar_words.month(row, currency) for row in document["months"]]
    titled(calendar_words.BY_MONTH, calendar_words.COLUMNS[calendar_words.BY_MONTH], months)
    priced = [
        (
            calendar_words.CAUSES[row["cause"]],
            numbers.count(row["priced"]),
            numbers.money(row["rises"], currency),
            numbers.money(row["falls"], currency),
        )
        for row in document["causes"]
        if row["priced"]
    ]
    if priced:
        titled(calendar_words.BY_CAUSE, calendar_words.COLUMNS[calendar_words.BY_CAUSE], priced)
    exposed = [
        (
            calendar_words.CAUSES[row["cause"]],
            numbers.count(row["without_price"]),
            numbers.money(row["exposed"], currency),
        )
        for row in document["causes"]
        if row["without_price"]
    ]
    if exposed:
        titled(calendar_words.UNPRICED, calendar_words.COLUMNS[calendar_words.UNPRICED], exposed)
