"""The commands on causes: what raised prices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.cli.runs import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from fairness.runs.store import Run

ConfigArgument = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")]


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


def _built(config: Path | None, say: Callable[[str], None]) -> Run:
    """Return the run of a study, built where needed."""
    from fairness.build.pipeline import build
    from fairness.cli.output import progress
    from fairness.config import find_config, load_config

    with progress() as step:
        return build(load_config(find_config(config)), progress=step, say=say)
