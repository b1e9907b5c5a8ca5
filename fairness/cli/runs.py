"""The commands on published runs: list, keep, remove, erase a customer, and find out who a pseudonym is."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.errors import ConfigError, DataError, ExitCode

if TYPE_CHECKING:
    from fairness.config import Config

runs = typer.Typer(
    help="List the published runs; keep or remove them, erase a customer, find out who a pseudonym is.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """Output formats of data commands."""

    table = "table"
    json = "json"
    csv = "csv"


class DocumentFormat(StrEnum):
    """Output formats of the findings document."""

    table = "table"
    json = "json"
    csv = "csv"
    md = "md"
    tex = "tex"


ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Config file or its folder; default: ./fairness.toml")
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, or the beginning of it")]


_COLUMNS = ("run", "published_at", "current", "pinned", "pseudonyms", "erasures", "state", "bytes")


def _settings(config: Path | None) -> Config:
    from fairness.config import find_config, load_config

    return load_config(find_config(config))


@runs.callback()
def list_all(
    context: typer.Context,
    config: ConfigOption = None,
    output: Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")] = Format.table,
) -> None:
    """List the published runs, the latest first; or keep, remove, erase, reidentify: see the commands."""
    if context.invoked_subcommand is not None:
        return
    from fairness.cli.output import print_rows
    from fairness.runs.erasure_record import read_erasures
    from fairness.runs.integrity import Depth
    from fairness.runs.store import current_id, list_runs

    folder = _settings(config).output_dir
    current, pinned, erased = current_id(folder), _pinned(folder), read_erasures(folder).runs
    rows = []
    for run in list_runs(folder):
        record = run.known()
        rows.append(
            (
                run.id,
                record["published_at"] if record else None,
                run.id == current,
                None if pinned is None else run.id in pinned,
                record["key_fingerprint"] is not None if record else None,
                len(erased.get(run.id, ())),
                "; ".join(run.damages(Depth.LISTED)) or "whole",
                _size(run.folder),
            )
        )
    print_rows(_COLUMNS, rows, output.value)


def _pinned(folder: Path) -> frozenset[str] | None:
    """Return the ids of the pinned runs; None where their list is damaged, which is said and hides no run."""
    from fairness.runs.retention import pinned_ids

    try:
        return pinned_ids(folder)
    except DataError as error:
        print(f"Warning: {error}", file=sys.stderr)
        return None


def _size(folder: Path) -> int | None:
    """Return the bytes of a run's files; None where its folder cannot be read."""
    try:
        return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    except OSError:
        return None


@runs.command()
def pin(run: RunArgument, config: ConfigOption = None) -> None:
    """Keep a run for good: it is never pruned."""
    _pin(run, config, pinned=True)


@runs.command()
def unpin(run: RunArgument, config: ConfigOption = None) -> None:
    """Let a run be pruned again."""
    _pin(run, config, pinned=False)


def _pin(run: str, config: Path | None, *, pinned: bool) -> None:
    from fairness.runs.retention import pin as set_pin
    from fairness.runs.store import require_run

    folder = _settings(config).output_dir
    found = require_run(folder, run)
    set_pin(folder, found, pinned=pinned)
    print(found.id)


@runs.command()
def prune(
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="Runs to keep; default: privacy.keep_runs")] = None,
    damaged: Annotated[
        bool, typer.Option("--damaged", help="Remove the damaged runs instead of the older ones")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be removed")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove all but the latest runs; the current and the pinned ones stay. Prints the ids that are gone."""
    from fairness.runs import retention

    settings = _settings(config)
    output = settings.output_dir
    number = keep if keep is not None else settings.privacy.keep_runs
    if damaged and keep is not None:
        raise ConfigError(
            "--damaged and --keep exclude each other", where="--damaged", fix="run the one, then the other"
        )
    if damaged:
        found = retention.damaged_runs(output) if dry_run else retention.prune_damaged(output)
    elif number is None:
        raise ConfigError(
            "it is not said how many runs to keep",
            where="--keep, or privacy.keep_runs",
            fix="try `fairness runs prune --keep 10 --dry-run` first",
        )
    else:
        found = retention.prunable(output, number) if dry_run else retention.prune(output, number)
    for run in found:
        print(run.id)


@runs.command()
def verify(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="Id of a run, or its beginning; default: all")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Hash every file of the runs and compare it with what was published; exit with 1 where one is damaged."""
    from fairness.runs.retention import verify as look_through
    from fairness.runs.store import list_runs, require_run

    folder = _settings(config).output_dir
    is_whole = True
    for item in list_runs(folder) if run is None else [require_run(folder, run)]:
        found = look_through(folder, item)
        is_whole = is_whole and not found
        print(f"{item.id}\t{'; '.join(found) or 'whole'}", flush=True)
    if not is_whole:
        raise typer.Exit(ExitCode.DATA_ERROR)


@runs.command()
def erase(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="The customer's real id; - reads it from standard input")
    ],
    config: ConfigOption = None,
) -> None:
    """Remove a customer's rows from every run and record it. Prints run and rows; exits with 1 if none were found."""
    from fairness.runs.erasure import erase as remove
    from fairness.text import messages

    done = remove(_settings(config), sys.stdin.readline().rstrip("\r\n") if customer == "-" else customer)
    for run, n_rows in done.rows.items():
        print(f"{run}\t{n_rows}")
    print(messages.erased(done.receipt, len(done.rows), done.unsearched), file=sys.stderr)
    if done.unsearched or not done.rows:
        raise typer.Exit(ExitCode.DATA_ERROR)


@runs.command()
def reidentify(
    pseudonyms: Annotated[list[str], typer.Argument(metavar="PSEUDONYM...", help="Pseudonyms of the published file")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded with the pseudonyms, the time and you")],
    config: ConfigOption = None,
) -> None:
    """Find the real ids behind pseudonyms in the study's exports, and record that it was done."""
    from fairness.runs.reidentify import reidentify as find

    if not reason.strip():
        raise ConfigError("the reason is empty", where="--reason", fix="say why the persons have to be known")
    for pseudonym, identity in find(_settings(config), pseudonyms, reason=reason.strip()):
        print(f"{pseudonym}\t{identity}")
