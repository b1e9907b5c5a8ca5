"""What a panel is made from: a published run, and what the filters leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairness.config import Config
from fairness.engine.connection import reading
from fairness.engine.query import run_query
from fairness.findings.document import Document, Finding
from fairness.runs.store import Run

Chosen = tuple[tuple[str, str | None], ...]
"""Column and value of each filter that is set."""

_BASE = ("product_id", "plan_id", "currency", "interval_unit", "interval_count")


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A published run with the config that it was built from.

    Attributes:
        config: The study's settings.
        run: The published run.
        document: Its findings document.
        cells: Cell key to its values by column.
    """

    config: Config
    run: Run
    document: Document
    cells: Mapping[str, Mapping[str, str | None]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that name a cell, in the order in which they are read."""
        named = next((finding.scope for finding in self.document.findings if finding.level == "cell"), {})
        return tuple(name for name in dict.fromkeys((*_BASE, *self.config.like_for_like.cell)) if name in named)

    @property
    def order(self) -> tuple[str, ...]:
        """All columns that scopes may name, in the order in which their values are read."""
        return tuple(dict.fromkeys((*_BASE, *self.config.like_for_like.cell, *self.config.lenses.names)))

    def options(self, column: str) -> list[str | None]:
        """Return the distinct values of a cell column, sorted for reading."""
        from fairness.analysis.scopes import natural

        return sorted({values[column] for values in self.cells.values() if column in values}, key=natural)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the filters leave of a study.

    Attributes:
        study: The study.
        document: The published document, or that of the chosen cells.
        chosen: The filters that are set; empty for the whole book.
        keys: Cell keys in view.
    """

    study: Study
    document: Document
    chosen: Chosen
    keys: frozenset[str]

    @property
    def head(self) -> Finding:
        """The headline finding."""
        return self.document.head

    @property
    def primary(self) -> tuple[Finding, ...]:
        """The findings of the headline's question, comparator and basis."""
        return self.document.same_question()

    @property
    def cell_findings(self) -> list[Finding]:
        """The published findings of the cells in view: corrected for all cells, whatever the filters choose."""
        return [
            finding
            for finding in self.study.document.cells()
            if all(finding.scope.get(name, value) == value for name, value in self.chosen)
        ]

    def pooled(self, estimand: str, comparator: str | None = None, basis: str | None = None) -> Finding | None:
        """Return the finding of an estimand for all tenured customers in view, its first comparator by default."""
        return self.document.pooled(estimand, comparator, basis)


def query(run: Run, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return columns and rows of a query on a published run; one connection each, never shared between threads."""
    with reading(run.warehouse) as con:
        return run_query(con, text)
