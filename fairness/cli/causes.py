"""The commands on causes: what raised prices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.cli.runs import Format
from fairness.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairness.runs.store import Run

ConfigArgument = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")]

EvidenceOption = Annotated[
    Path | None, typer.Option("--evidence", help="CSV file to write: one row per policy or rise in a rule's scope")
]


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add the commands to the command line.

    Args:
        app: The command line.
        say: Prints what is said about the data, on stderr.
    """

    @app.command()
    def changes(config: ConfigArgument = None, output: FormatOption = Format.table) -> None:
        """Say what raised prices, who was raised without a reason, and whom each decision hit."""
        from fairness.causes.price_rises import rises as read
        from fairness.cli.causes_output import print_changes

        print_changes(read(_built(config, say)), output.value)

    @app.command()
    def told(config: ConfigArgument = None, output: FormatOption = Format.table) -> None:
        """Hold what letters told against what bills charged, and list the rises that nobody was told of in time."""
        from fairness.causes.told import told as read
        from fairness.cli.causes_output import print_told

        print_told(read(_built(config, say)), output.value)

    @app.command()
    def check(
        config: ConfigArgument = None,
        output: FormatOption = Format.table,
        evidence: EvidenceOption = None,
    ) -> None:
        """Test the rules of [promises]: exit with 3 when one failed, with 1 when one cannot be judged."""
        from fairness.causes.promises import EVIDENCE
        from fairness.causes.promises import check as test
        from fairness.cli.causes_output import print_check, write_rows
        from fairness.config import find_config, load_config

        document, rows = test(_built(config, say), load_config(find_config(config)))
        if evidence is not None:
            write_rows(evidence, EVIDENCE, rows)
        print_check(document, output.value)
        results = {rule["result"] for rule in document["rules"]}
        if "fail" in results:
            raise typer.Exit(ExitCode.FINDING)
        if "not_assessable" in results:
            raise typer.Exit(ExitCode.DATA_ERROR)


def _built(config: Path | None, say: Callable[[str], None]) -> Run:
    """Return the run of a study, built where needed."""
    from fairness.build.pipeline import build
    from fairness.cli.output import progress
    from fairness.config import find_config, load_config

    with progress() as step:
        return build(load_config(find_config(config)), progress=step, say=say)
