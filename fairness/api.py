"""Findings in a notebook: open a run and query it.

Example:
    >>> import fairness
    >>> fairness.open.__name__
    'open_run'
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairness.build.pipeline import build
from fairness.errors import DataError, nearest
from fairness.findings.document import Document
from fairness.runs.documents import read_findings, read_settings
from fairness.runs.store import Run, run_at
from fairness.text import sentences

Data = dict[str, Any]


class OpenRun:
    """A published run: its findings as plain data, as a table and as a picture.

    The numbers are those of ``analyze --format json``; nothing is computed here.

    Args:
        run: The run.

    Attributes:
        run: The run.
        settings: The settings that it was built with.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.settings = read_settings(run)
        self._document = Document.load(read_findings(run))

    def __repr__(self) -> str:
        return f"<{self._document.name}, build {self.run.id}: {sentences.headline(self._document)}>"

    def findings(self) -> Data:
        """Return a copy of the whole findings document."""
        return read_findings(self.run)

    def gap(self, by: str | None = None) -> Data | list[Data]:
        """Return the finding of the headline, or one per group.

        Args:
            by: None for the whole book, ``tenure`` for the tenure bands, ``cell`` for the like-for-like cells, or a
                column of ``[lenses]``.

        Raises:
            DataError: The study does not compare by that column; the message names those that it does.
        """
        document = self._document
        if by is None:
            return dict(document.head.data)
        of = {"tenure": document.bands, "cell": document.cells}
        found = of[by]() if by in of else document.groups(by)
        if not found and by not in of:
            names = sorted({name for item in document.same_question() if item.level == "lens" for name in item.scope})
            known = ["tenure", "cell", *names]
            raise DataError(
                f"the study does not compare by '{by}'{nearest(by, known)}",
                where=f"run {self.run.id}",
                fix=f"known are {', '.join(known)}; columns come from [lenses]",
            )
        return [dict(item.data) for item in found]

    def to_pandas(self) -> Any:
        """Return all findings as a DataFrame, one row each: money in ``amount``, gaps in ``estimate``, fractions."""
        import pandas as pd

        rows = [_flat(item.data) for item in self._document.findings]
        return pd.DataFrame(rows)

    def plot(self, chart: str = "gap-and-certainty") -> Picture:
        """Return a chart of the snapshot as a picture that a notebook shows.

        Args:
            chart: gap-and-certainty, gap-by-month, largest-cells or readings-of-the-offer.

        Raises:
            DataError: The run has no findings for that chart.
        """
        from fairness.disclosure.released_document import unreleased
        from fairness.report.chart_files import chart_svg
        from fairness.report.page import lay_out

        page = lay_out(Document.load(unreleased(self._document.data)), self.settings)
        names = {panel.name: panel for panel in page.panels}
        if chart not in names:
            raise DataError(
                f"there is no chart '{chart}'{nearest(chart, names)}",
                where=f"run {self.run.id}",
                fix=f"this run has {', '.join(names) or 'none'}",
            )
        return Picture(chart_svg(names[chart], page))


class Picture:
    """An SVG picture that Jupyter displays by itself.

    Attributes:
        svg: Its text.
    """

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        """Write it to a file."""
        Path(path).write_text(self.svg, encoding="utf-8")


def open_run(source: str | Path) -> OpenRun:
    """Open a run by its folder, or the study of a config, which is built first if inputs or config have changed.

    Raises:
        ConfigError: There is no such config, or it breaks rules.
        DataError: The study cannot be built.
    """
    from fairness.config import find_config, load_config

    path = Path(source)
    run = run_at(path) if path.is_dir() else None
    return OpenRun(run or build(load_config(find_config(path)), say=lambda text: print(text, file=sys.stderr)))


def _flat(finding: Mapping[str, Any]) -> Data:
    row: Data = {}
    for name, value in finding.items():
        if name in ("companions", "diagnostics", "deciding_sample"):
            continue
        if name == "estimate":
            is_money = isinstance(value, str)
            row |= {"estimate": None if is_money else value, "amount": float(value) if is_money else None}
        elif name == "scope":
            row |= {"scope": ", ".join(f"{key}={text}" for key, text in sorted(value.items()))}
        else:
            row[name] = ", ".join(value) if isinstance(value, list) else value
    return row
