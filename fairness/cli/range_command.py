"""The command on the specification range: the headline with one choice changed at a time."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.cli.power_command import ConfigArgument, FormatOption
from fairness.cli.runs import Format
from fairness.errors import ConfigError

if TYPE_CHECKING:
    from fairness.config import Config
    from fairness.findings.specification_row import SpecificationRange

ChartOption = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE", help="Draw the range into an SVG file as well")
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(name="range")
    def specification_range_of(
        config: ConfigArgument = None, output: FormatOption = Format.table, chart: ChartOption = None
    ) -> None:
        """Change one choice of the study at a time and say on which the verdict hangs; keep it beside the runs."""
        from fairness.build.identity import settings_of
        from fairness.build.specification_range import specification_range
        from fairness.cli.output import print_rows, progress
        from fairness.config import find_config, load_config
        from fairness.findings.specification_row import SpecificationRow
        from fairness.runs.range_file import write_range
        from fairness.text import specifications

        _refuse_other_forms(chart)
        settings = load_config(find_config(config))
        with progress() as step:
            found = specification_range(settings, progress=step)
        write_range(settings.output_dir, found, settings_of(settings))
        if chart is not None:
            _draw(found, settings, chart)
        if output is not Format.table:
            columns = [field.name for field in fields(SpecificationRow)]
            print_rows(columns, [tuple(asdict(row).values()) for row in found.rows], output.value)
            return
        margin = settings.inference.margin
        print(specifications.title(settings.study.name, settings.inference.primary))
        print_rows(specifications.COLUMNS, [specifications.row(row, margin=margin) for row in found.rows], "table")
        print(specifications.sentence(found))
        print(specifications.NOTE)


def _refuse_other_forms(chart: Path | None) -> None:
    """Refuse a file that is no SVG before anything is built."""
    if chart is not None and chart.suffix.lower() != ".svg":
        raise ConfigError(
            "the chart of a range is drawn as SVG", where=f"--chart {chart.name}", fix="name a file that ends in .svg"
        )


def _draw(found: SpecificationRange, settings: Config, chart: Path) -> None:
    from fairness.report.chart_files import range_svg

    inference = settings.inference
    drawn = range_svg(found, study=settings.study.name, primary=inference.primary, margin=inference.margin)
    chart.write_text(drawn, encoding="utf-8")
