"""The command line: stdout carries data, stderr everything said about it, and each exit code has one meaning."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from fairness.cli.causes_command import register as register_causes
from fairness.cli.power_command import register as register_power
from fairness.cli.query_argument import QueryCommand
from fairness.cli.range_command import register as register_specifications
from fairness.cli.runs import DocumentFormat, Format, runs
from fairness.cli.snapshot_command import register as register_snapshots
from fairness.errors import ConfigError, ExitCode, FairnessError, is_unicode
from fairness.findings.document import Document
from fairness.text.escape import terminal_text

if TYPE_CHECKING:
    pass

app = typer.Typer(
    name="fairness",
    help="Do loyal customers pay more than a new customer is offered? Like for like, with intervals and verdicts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(runs, name="runs")


def _print_version(wanted: bool) -> None:
    if wanted:
        import fairness

        print(f"fairness {fairness.__version__}")
        raise typer.Exit(ExitCode.DONE)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit")
    ] = False,
) -> None:
    """Do loyal customers pay more than a new customer is offered? Like for like, with intervals and verdicts."""


class Failure(StrEnum):
    """Outcomes that `--fail-on` turns into exit code 3."""

    penalty = "penalty"


ConfigArgument = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
]
DocumentOption = Annotated[DocumentFormat, typer.Option("--format", "-f", help="table, json, csv, md or tex")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")]


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the demo study")] = Path("fairness-demo"),
    output: DocumentOption = DocumentFormat.table,
) -> None:
    """Write a demo study with its data to ./fairness-demo, build it and print its findings."""
    from fairness.cli.demo import write_demo
    from fairness.text import messages

    config = write_demo(folder)
    _say(messages.demo_written(str(folder)))
    _analyze(config, output)


@app.command()
def init(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Exported files, or their folder")],
    to: Annotated[Path, typer.Option("--to", help="Config file to write")] = Path("fairness.toml"),
    preset: Annotated[str | None, typer.Option("--preset", help="Name of a preset; default: the one that fits")] = None,
    decided: Annotated[
        list[str] | None, typer.Option("--set", help="What the files do not say, as in --set study.currency=GBP")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a config file that exists")] = False,
) -> None:
    """Write a config file for exports, from what they show; what they do not show is asked, or marked."""
    from fairness.cli.init import init_study

    answers = dict(item.partition("=")[::2] for item in decided or ())
    init_study(paths, to, preset=preset, answers=answers, force=force, say=_say)


@app.command()
def build(
    config: ConfigArgument = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the exports, say what happened to each row, and publish nothing")
    ] = False,
) -> None:
    """Read the exports, run the SQL models and publish a run; nothing is published unless everything ties out."""
    if dry_run:
        from fairness.cli.init import check_study

        check_study(config, _say)
        return
    from fairness.build.pipeline import build as build_study
    from fairness.cli.output import progress
    from fairness.config import find_config, load_config

    with progress() as step:
        run = build_study(load_config(find_config(config)), progress=step, say=_say)
    print(run.folder)


@app.command()
def analyze(
    config: ConfigArgument = None,
    output: DocumentOption = DocumentFormat.table,
    fail_on: Annotated[
        Failure | None, typer.Option("--fail-on", help="Exit with 3 when the headline is a penalty")
    ] = None,
) -> None:
    """Answer the study's question: builds first when inputs or config changed, then prints the findings."""
    verdict = _analyze(config, output)
    if fail_on is not None and verdict == fail_on.value:
        raise typer.Exit(ExitCode.FINDING)


@app.command(name="app")
def dashboard(
    config: ConfigArgument = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine")] = 8501,
) -> None:
    """Show the study in the browser, on this machine only: builds first when inputs or config changed."""
    from fairness.build.pipeline import build as build_study
    from fairness.cli.dashboard import start_dashboard
    from fairness.cli.output import progress
    from fairness.config import find_config, load_config

    path = find_config(config)
    with progress() as step:
        build_study(load_config(path), progress=step, say=_say)
    start_dashboard(path, port)


@app.command(cls=QueryCommand)
def sql(
    query: Annotated[str, typer.Argument(help="One query over the published tables, such as 'from findings'")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Config file or its folder")] = None,
    output: FormatOption = Format.table,
    guard: Annotated[
        bool, typer.Option("--guard", help="For unread SQL: no files, no settings, bounded time, memory and rows")
    ] = False,
) -> None:
    """Run a query on the published run; it may read files of yours and writes none. `show tables` lists the tables."""
    from fairness.cli.output import print_rows
    from fairness.config import find_config, load_config
    from fairness.engine.connection import reading
    from fairness.engine.guard import run_guarded
    from fairness.engine.query import run_query
    from fairness.runs.erasure_record import read_erasures
    from fairness.runs.store import current_run
    from fairness.text import messages

    output_folder = load_config(find_config(config)).output_dir
    run = current_run(output_folder)
    if receipts := read_erasures(output_folder).runs.get(run.id):
        _say(messages.rows_erased(run.id, receipts))
    if guard:
        result = run_guarded(run.warehouse, query)
        print_rows(result.columns, result.rows, output.value)
        for sentence in messages.left_out(result):
            _say(sentence)
        return
    with reading(run.warehouse) as con:
        columns, rows = run_query(con, query)
    print_rows(columns, rows, output.value)


def _analyze(config: Path | None, output: DocumentFormat) -> str | None:
    """Build where needed, print the findings and return the headline's verdict."""
    from fairness.build.pipeline import build as build_study
    from fairness.cli.output import print_document, progress
    from fairness.config import find_config, load_config
    from fairness.runs.documents import read_findings

    settings = load_config(find_config(config))
    with progress() as step:
        run = build_study(settings, progress=step, say=_say)
    document = Document.load(read_findings(run))
    if output in (DocumentFormat.md, DocumentFormat.tex):
        from fairness.report.markup import to_markdown, to_tex
        from fairness.runs.documents import read_settings

        write = to_markdown if output is DocumentFormat.md else to_tex
        sys.stdout.write(write(document, read_settings(run)))
    else:
        print_document(document, output.value, settings, run.findings)
    verdict = document.head.verdict
    if verdict == "not_assessable":
        _say(_why_not(document))
    return verdict


def _why_not(document: Document) -> str:
    from fairness.text import sentences

    return f"{sentences.headline(document)} ({sentences.support(document)})."


def _say(text: str) -> None:
    # A message may quote a file or a query.
    print(terminal_text(text), file=sys.stderr)


register_causes(app)
register_power(app, _say)
register_snapshots(app, _say)
register_specifications(app)


def main() -> None:
    """Run the command line; whatever goes wrong is printed as what, where and how to go on, without a traceback."""
    _open_streams()
    try:
        _check_arguments(sys.argv[1:])
        # Without standalone mode an exit code comes back as the return value; None means done.
        code = app(standalone_mode=False) or ExitCode.DONE
        # A full disk behind stdout shows when the last of it is written: here it is still said in words.
        sys.stdout.flush()
        sys.exit(code)
    except FairnessError as error:
        _fail(error)
    except (KeyboardInterrupt, typer.Abort):
        _interrupted()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough.
        _close_stdout()
        sys.exit(ExitCode.DONE)
    except Exception as error:
        _exit_on_usage(error)
        # So the engine says that Ctrl-C has ended its query.
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
            _interrupted()
        _fail_unforeseen(error)


def _open_streams() -> None:
    """Give a process that was started without stdout or stderr somewhere to write."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def _check_arguments(arguments: list[str]) -> None:
    """Refuse an argument that is no text: the engine, JSON and the terminal take UTF-8 only.

    Raises:
        ConfigError: The bytes of an argument are not text in the encoding of the system.
    """
    for number, argument in enumerate(arguments, start=1):
        if not is_unicode(argument):
            raise ConfigError(
                f"argument {number} is not valid text: {argument!a}",
                where="command line",
                fix="write it, and name files and folders, in UTF-8",
            )


def _fail(error: FairnessError) -> NoReturn:
    _say(f"error: {error}")
    # What could not be written would be tried again when the interpreter ends, with a message of its own.
    try:
        sys.stdout.flush()
    except OSError:
        _close_stdout()
    sys.exit(error.exit_code)


def _fail_unforeseen(error: Exception) -> NoReturn:
    """Print an error that arose where nobody foresaw it: of the system or the engine in words, else as a defect."""
    from fairness.cli.failures import TRACEBACK, defect, explain

    explained = explain(error)
    if explained is None and os.environ.get(TRACEBACK):
        raise error
    _fail(explained or defect(error))


def _interrupted() -> NoReturn:
    _say("interrupted")
    sys.exit(ExitCode.INTERRUPTED)


def _close_stdout() -> None:
    # Closing stdout here keeps the interpreter from complaining later.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_on_usage(error: Exception) -> None:
    """Print a usage error of the command line and exit with 2; do nothing for any other error."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
        sys.exit(ExitCode.USAGE_ERROR)
