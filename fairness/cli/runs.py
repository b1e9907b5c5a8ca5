"""The commands on published runs: list, keep, remove, erase a customer, and find out who a pseudonym is."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.errors import ConfigError

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
    from fairness.runs.store import current_run, list_runs, pinned_ids

    folder = _settings(config).output_dir
    found = list_runs(folder)
    current = current_run(folder).id if found else None
    pinned = pinned_ids(folder)
    rows = [
        (
            run.id,
            run.record()["published_at"],
            run.id == current,
            run.id in pinned,
            run.record()["key_fingerprint"] is not None,
            sum(file.stat().st_size for file in run.folder.iterdir()),
        )
        for run in found
    ]
    print_rows(("run", "published_at", "current", "pinned", "pseudonyms", "bytes"), rows, output.value)


@runs.command()
def pin(run: RunArgument, config: ConfigOption = None) -> None:
    """Keep a run for good: it is never pruned."""
    _pin(run, config, pinned=True)


@runs.command()
def unpin(run: RunArgument, config: ConfigOption = None) -> None:
    """Let a run be pruned again."""
    _pin(run, config, pinned=False)


def _pin(run: str, config: Path | None, *, pinned: bool) -> None:
    from fairness.runs.store import pin as set_pin
    from fairness.runs.store import require_run

    folder = _settings(config).output_dir
    found = require_run(folder, run)
    set_pin(folder, found, pinned=pinned)
    print(found.id)


@runs.command()
def prune(
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="Runs to keep; default: privacy.keep_runs")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be removed")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove all but the latest runs; the current and the pinned ones stay. Prints the ids that are gone."""
    from fairness.runs.store import prunable
    from fairness.runs.store import prune as remove

    settings = _settings(config)
    number = keep if keep is not None else settings.privacy.keep_runs
    if number is None:
        raise ConfigError(
            "it is not said how many runs to keep",
            where="--keep, or privacy.keep_runs",
            mend="try `fairness runs prune --keep 10 --dry-run` first",
        )
    found = prunable(settings.output_dir, number) if dry_run else remove(settings.output_dir, number)
    for run in found:
        print(run.id)


@runs.command()
def erase(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="The customer's real id; - reads it from standard input")
    ],
    config: ConfigOption = None,
) -> None:
    """Remove a customer's rows from every run and record it. Prints run and rows removed."""
    from fairness.runs.erasure import erase as remove
    from fairness.runs.key import load_key
    from fairness.runs.store import list_runs
    from fairness.text import messages

    settings = _settings(config)
    identity = sys.stdin.readline().strip() if customer == "-" else customer
    needs_key = any(run.record()["key_fingerprint"] for run in list_runs(settings.output_dir))
    key = load_key(settings, create=False)[0] if needs_key else None
    done = remove(settings, identity, key)
    for run, n_rows in done.rows.items():
        print(f"{run}\t{n_rows}")
    print(messages.erased(done.receipt, len(done.rows), list(done.unreadable)), file=sys.stderr)
    if done.unreadable:
        raise typer.Exit(1)


@runs.command()
def reidentify(
    pseudonyms: Annotated[list[str], typer.Argument(metavar="PSEUDONYM...", help="Pseudonyms of the published file")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded with the pseudonyms, the time and you")],
    config: ConfigOption = None,
) -> None:
    """Find the real ids behind pseudonyms in the study's exports, and record that it was done."""
    from fairness.runs.reidentify import reidentify as find

    if not reason.strip():
        raise ConfigError("the reason is empty", where="--reason", mend="say why the persons have to be known")
    for pseudonym, identity in find(_settings(config), pseudonyms, reason=reason.strip()):
        print(f"{pseudonym}\t{identity}")
