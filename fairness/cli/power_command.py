"""The command on power: how small a gap the data at hand could show, part by part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairness.cli.runs import Format
from fairness.findings.document import Document, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

ConfigArgument = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="Config file or its folder; default: ./fairness.toml")
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, json or csv")]

COLUMNS = (
    "part",
    "tenured_customers",
    "pricing_decisions",
    "standard_error",
    "detectable_gap",
    "detectable_penalty",
    "sample_that_decides",
    "unit_of_it",
)


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add the command to the command line.

    Args:
        app: The command line.
        say: Prints what is said about the data, on stderr.
    """

    @app.command()
    def power(config: ConfigArgument = None, output: FormatOption = Format.table) -> None:
        """Say how small a gap the data could show, for the whole book, each tenure band and each lens value."""
        from fairness.build.pipeline import build
        from fairness.cli.output import print_rows, progress
        from fairness.config import find_config, load_config
        from fairness.runs.documents import read_findings
        from fairness.text import detection

        settings = load_config(find_config(config))
        with progress() as step:
            run = build(settings, progress=step, say=say)
        document = Document.load(read_findings(run))
        parts = parts_of(document, settings.lenses.names)
        if output is Format.table:
            print(detection.title(document))
            print_rows(detection.COLUMNS, [detection.row(part) for part in parts], "table")
            print(detection.note(document))
        else:
            print_rows(COLUMNS, [tuple(part[name] for name in COLUMNS) for part in parts], output.value)


def parts_of(document: Document, lenses: tuple[str, ...]) -> list[dict[str, object]]:
    """Return what each part of the headline's question could show: one record per part, the whole book first."""
    from fairness.text import detection

    groups = [finding for lens in lenses for finding in document.groups(lens)]
    listed = [document.head, *document.bands(), *groups]
    return [_part(detection.name(finding), finding, document) for finding in listed]


def _part(name: str, finding: Finding, document: Document) -> dict[str, object]:
    from fairness.stats.power import detectable_penalty

    shown, sample = finding.diagnostics, finding.deciding_sample
    penalty = detectable_penalty(
        detectable_gap=finding.minimum_detectable_gap,
        se=shown.standard_error,
        df=shown.df,
        margin=document.margin,
    )
    needed = None
    if sample is not None and sample.at_zero is not None and sample.at_twice_margin is not None:
        needed = max(sample.at_zero, sample.at_twice_margin)
    return {
        "part": name,
        "tenured_customers": finding.n_tenured,
        "pricing_decisions": shown.pricing_decisions,
        "standard_error": shown.standard_error,
        "detectable_gap": finding.minimum_detectable_gap,
        "detectable_penalty": penalty,
        "sample_that_decides": needed,
        "unit_of_it": None if sample is None else sample.unit,
    }
