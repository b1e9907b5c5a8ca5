"""The commands on snapshots: write one, compute one again, and say what changed between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.cli.runs import Format
from fairness.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairness.report import Contents, Kept, SignOff
    from fairness.runs.store import Run

SourceArgument = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG|RUN]", help="Config file, its folder, a run's folder or its id")
]
ToOption = Annotated[Path | None, typer.Option("--to", help="Folder to write; default: snapshots/ beside the runs")]
NoteOption = Annotated[
    str,
    typer.Option("--note", help="Sign-off note of the owner, at most 700 characters: a text, or a file of UTF-8 text"),
]
DecisionOption = Annotated[str, typer.Option("--decision", help="Decision that is asked, at most 300 characters")]
OwnerOption = Annotated[str, typer.Option("--owner", help="Whose decision it is")]
DueOption = Annotated[str, typer.Option("--due", help="Until when it is asked, as 2026-01-31")]
NotifyOption = Annotated[
    bool, typer.Option("--notify", help="Send the summary to the webhook or mail addresses of [notify]")
]
VerifyOption = Annotated[
    Path | None, typer.Option("--verify", help="Snapshot to compute again from the exports and compare bit for bit")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")]


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add the commands to the command line.

    Args:
        app: The command line.
        say: Prints what is said about the data, on stderr.
    """

    @app.command()
    def snapshot(
        source: SourceArgument = None,
        *,
        to: ToOption = None,
        note: NoteOption = "",
        decision: DecisionOption = "",
        owner: OwnerOption = "",
        due: DueOption = "",
        notify: NotifyOption = False,
        verify: VerifyOption = None,
    ) -> None:
        """Write a snapshot for executives: one page as HTML and PDF, charts, tables, slides and how to check them."""
        from fairness import report

        if verify is not None:
            _verify(verify, source)
            return
        words = report.SignOff(report.read_note(note), decision, owner, due)
        contents, before, folder = _written(source, to, words, say)
        for name, reason in contents.missing.items():
            say(f"not written: {name}: {reason}")
        print(folder)
        if notify:
            from fairness.config import find_config, load_config

            config = load_config(find_config(source))
            for sentence in report.notify(config, contents, folder_name=folder.name, before=before):
                say(sentence)

    @app.command()
    def diff(
        first: Annotated[Path, typer.Argument(metavar="A", help="Folder of a snapshot or a run: the earlier one")],
        second: Annotated[Path, typer.Argument(metavar="B", help="Folder of another: the later one")],
        output: FormatOption = Format.table,
    ) -> None:
        """Say what changed between two snapshots or runs: prices, offers, mix, entrants, leavers, definition."""
        from fairness import report
        from fairness.cli.output import print_change

        print_change(report.compare(report.read_side(first), report.read_side(second)), output.value)


def _written(
    source: Path | None, to: Path | None, words: SignOff, say: Callable[[str], None]
) -> tuple[Contents, Kept | None, Path]:
    """Write a snapshot; return what it holds, the snapshot before and its folder."""
    from fairness import report
    from fairness.cli.output import progress

    words = words.checked()
    with progress() as step:
        run = _run_of(source, step, say)
        step("Writing the snapshot")
        before = report.snapshot_before(run)
        contents = report.compose(run, words, before=before)
        return contents, before, report.write(contents, to or report.default_folder(run, contents))


def _verify(folder: Path, source: Path | None) -> None:
    """Compute a snapshot again and print what differs; exit with 1 where anything does."""
    from fairness import report
    from fairness.cli.output import progress
    from fairness.config import find_config, load_config
    from fairness.text import verification

    manifest = report.read_manifest(folder)
    config = load_config(find_config(source))
    with progress() as step:
        differences = report.verify(folder, config, progress=step)
    if differences:
        print("\n".join((verification.is_not_verified(str(folder), len(differences)), *differences)))
        raise typer.Exit(ExitCode.DATA_ERROR)
    print(verification.is_verified(str(folder), len(manifest["files"])))


def _run_of(source: Path | None, step: Callable[[str], None], say: Callable[[str], None]) -> Run:
    """Return the run that an argument means: a run's folder or id, or the study of a config, built where needed."""
    from fairness.build.pipeline import build as build_study
    from fairness.config import find_config, load_config
    from fairness.runs.store import RUN_ID, find_run, run_at

    run = None
    if source is not None and source.is_dir():
        run = run_at(source)
    elif source is not None and RUN_ID.fullmatch(source.name) and not source.exists():
        run = find_run(load_config(find_config(None)).output_dir, source.name)
    if run is not None:
        return run
    return build_study(load_config(find_config(source)), progress=step, say=say)
