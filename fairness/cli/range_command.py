"""The command on the specification range: the headline with one choice changed at a time."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from fairness.cli.power_command import ConfigArgument, FormatOption
from fairness.cli.runs import Format

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(name="range")
    def specification_range_of(config: ConfigArgument = None, output: FormatOption = Format.table) -> None:
        """Change one choice of the study at a time and say on which the verdict hangs; builds once for each choice."""
        from fairness.build.specification_range import specification_range
        from fairness.cli.output import print_rows, progress
        from fairness.config import find_config, load_config
        from fairness.findings.specification_row import SpecificationRow
        from fairness.text import specifications

        settings = load_config(find_config(config))
        with progress() as step:
            rows = specification_range(settings, progress=step)
        if output is not Format.table:
            columns = [field.name for field in fields(SpecificationRow)]
            print_rows(columns, [tuple(asdict(row).values()) for row in rows], output.value)
            return
        margin = settings.inference.margin
        print(specifications.title(settings.study.name, settings.inference.primary))
        print_rows(specifications.COLUMNS, [specifications.row(row, margin=margin) for row in rows], "table")
        print(specifications.sentence(rows))
        print(specifications.NOTE)
