"""Who overpays: the command and what it prints."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from fairness.cli.runs import Format


def who(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
    ] = None,
    output: Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")] = Format.table,
) -> None:
    """Say who overpays: by party, how concentrated it is, who asked for a discount, and by group."""
    from fairness.causes.who import who as read
    from fairness.cli.causes_command import built

    print_who(read(built(config)), output.value)


def print_who(document: dict[str, Any], form: str) -> None:
    """Print who overpays: as JSON, as CSV (one row per point of the curve) or as tables."""
    from fairness.cli.causes_output import titled
    from fairness.cli.output import print_rows
    from fairness.text import labels, numbers, who_words

    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        print_rows(("people", "money"), [(point["people"], point["money"]) for point in document["curve"]], "csv")
        return
    currency = document["currency"]
    print(who_words.overpayment(document))
    if not document["parties"]:
        return
    print(who_words.concentration(document))
    print(who_words.creep(document))
    curve = [(numbers.percent(point["people"]), numbers.percent(point["money"])) for point in document["curve"]]
    titled(who_words.CURVE, who_words.COLUMNS[who_words.CURVE], curve)
    conduct = [
        (
            who_words.CONDUCT[row["conduct"]],
            numbers.count(row["parties"]),
            numbers.count(row["overpaying"]),
            numbers.money(row["overpayment"], currency),
            numbers.money(row["mean"], currency, decimals=2),
        )
        for row in document["conduct"]
    ]
    if conduct:
        titled(who_words.BY_CONDUCT, who_words.COLUMNS[who_words.BY_CONDUCT], conduct)
    for lens, rows in groupby(document["lenses"], key=lambda row: row["lens"]):
        name = labels.column(lens)
        listed = [
            (
                labels.value(row["value"]),
                numbers.count(row["customers"]),
                numbers.count(row["overpaying"]),
                numbers.money(row["positives"], currency),
                numbers.money(row["net"], currency),
            )
            for row in rows
        ]
        titled(name, (name, *who_words.LENS_COLUMNS), listed)
