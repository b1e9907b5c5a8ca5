"""The commands on causes: what raised prices."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.cli.bills_command import bills
from fairness.cli.calendar_command import calendar
from fairness.cli.runs import Format
from fairness.cli.who_command import who
from fairness.errors import ExitCode

if TYPE_CHECKING:
    from fairness.causes.planned import Asked
    from fairness.runs.store import Run

ConfigArgument = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")]


class RemedyKind(StrEnum):
    """What a remedy does."""

    cap = "cap"
    match = "match"
    glide = "glide"
    refund = "refund"


EvidenceOption = Annotated[
    Path | None, typer.Option("--evidence", help="CSV file to write: one row per policy or rise in a rule's scope")
]
PlannedOption = Annotated[
    Path | None, typer.Option("--planned", help="CSV file of planned prices and offers, to test before letters go out")
]
AtOption = Annotated[
    str | None, typer.Option("--at", help="Month to look at planned prices from; default: when all are charged")
]
UnmatchedOption = Annotated[int, typer.Option("--allow-unmatched", min=0, help="Planned rows that may concern nobody")]


def changes(config: ConfigArgument = None, output: FormatOption = Format.table) -> None:
    """Say what raised prices, who was raised without a reason, and whom each decision hit."""
    from fairness.causes.price_rises import rises as read
    from fairness.causes.waterfall import waterfall
    from fairness.cli.causes_output import print_changes

    run = built(config)
    print_changes({**read(run), **waterfall(run)}, output.value)


def told(config: ConfigArgument = None, output: FormatOption = Format.table) -> None:
    """Hold what letters told against what bills charged, and list the rises that nobody was told of in time."""
    from fairness.causes.told import told as read
    from fairness.cli.causes_output import print_told

    print_told(read(built(config)), output.value)


def check(
    config: ConfigArgument = None,
    *,
    output: FormatOption = Format.table,
    evidence: EvidenceOption = None,
    planned: PlannedOption = None,
    at: AtOption = None,
    allow_unmatched: UnmatchedOption = 0,
) -> None:
    """Test the rules of [promises], or planned prices: exit with 3 when one fails, with 1 when one cannot be judged."""
    if planned is not None:
        from fairness.causes.planned import Asked
        from fairness.causes.planned_file import month, read_planned

        asked = Asked(path=planned, rows=read_planned(planned), at=month(at), allow_unmatched=allow_unmatched)
        _check_planned(config, asked, output, evidence)
        return
    from fairness.causes.promise_check import EVIDENCE
    from fairness.causes.promise_check import check as test
    from fairness.cli.causes_output import print_check, write_rows
    from fairness.config import find_config, load_config

    document, rows = test(built(config), load_config(find_config(config)))
    if evidence is not None:
        write_rows(evidence, EVIDENCE, rows)
    print_check(document, output.value)
    results = {rule["result"] for rule in document["rules"]}
    if "fail" in results:
        raise typer.Exit(ExitCode.FINDING)
    if "not_assessable" in results:
        raise typer.Exit(ExitCode.DATA_ERROR)


def _check_planned(config: Path | None, asked: Asked, output: Format, evidence: Path | None) -> None:
    from fairness.causes.planned import LIST, check_planned
    from fairness.cli.causes_output import write_rows
    from fairness.cli.planned_output import print_planned
    from fairness.config import find_config, load_config

    document, rows = check_planned(built(config), load_config(find_config(config)), asked)
    if evidence is not None:
        write_rows(evidence, LIST, rows)
    print_planned(document, output.value)
    if document["result"] == "worse":
        raise typer.Exit(ExitCode.FINDING)
    if document["result"] == "unknown":
        raise typer.Exit(ExitCode.DATA_ERROR)


def remedy(
    config: ConfigArgument = None,
    *,
    kind: Annotated[RemedyKind, typer.Option("--kind", help="cap, match, glide or refund")] = RemedyKind.match,
    x: Annotated[float, typer.Option("--x", min=0, help="Share above the offer that a cap leaves")] = 0.0,
    renewals: Annotated[int, typer.Option("--renewals", min=1, max=100, help="Renewals of a glide")] = 3,
    months: Annotated[int, typer.Option("--months", min=1, max=240, help="Months that a refund looks back")] = 12,
    budget: Annotated[float | None, typer.Option("--budget", help="Most a year; the largest excess first")] = None,
    to: Annotated[Path | None, typer.Option("--list", help="CSV file to write: new price per customer")] = None,
    output: FormatOption = Format.table,
) -> None:
    """Say what it costs to cap, match, glide to or refund the excess over the offer, and the gap that is left."""
    from decimal import Decimal

    from fairness.causes.remedies import LIST, Remedy
    from fairness.causes.remedies import remedy as work_out
    from fairness.cli.causes_output import print_remedy, write_rows
    from fairness.config import find_config, load_config

    limit = None if budget is None else Decimal(str(budget))
    asked = Remedy(kind=kind.value, x=x, renewals=renewals, months=months, budget=limit)
    document, rows = work_out(built(config), load_config(find_config(config)), asked)
    if to is not None:
        write_rows(to, LIST, rows)
    print_remedy(document, output.value)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (changes, told, check, remedy, calendar, who, bills):
        app.command()(command)


def built(config: Path | None) -> Run:
    """Return the run of a study, built where needed."""
    from fairness.build.pipeline import build
    from fairness.cli.output import progress
    from fairness.config import find_config, load_config

    with progress() as step:
        return build(load_config(find_config(config)), progress=step, say=_say)


def _say(text: str) -> None:
    from fairness.text.escape import terminal_text

    print(terminal_text(text), file=sys.stderr)
