"""What a panel is made from: a published run, and what the filters leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairness.config import Config
from fairness.engine.connection import reading
from fairness.engine.query import run_query
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
    document: Mapping[str, Any]
    cells: Mapping[str, Mapping[str, str | None]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that name a cell, in the order in which they are read."""
        named: Mapping[str, Any] = next(
            (finding["scope"] for finding in self.document["findings"] if finding["level"] == "cell"), {}
        )
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
    document: Mapping[str, Any]
    chosen: Chosen
    keys: frozenset[str]

    @property
    def head(self) -> Mapping[str, Any]:
        """The headline finding."""
        head: Mapping[str, Any] = self.document["findings"][0]
        return head

    @property
    def primary(self) -> list[Mapping[str, Any]]:
        """The findings of the headline's question, comparator and basis."""
        return [finding for finding in self.document["findings"] if _kind(finding) == _kind(self.head)]

    @property
    def cell_findings(self) -> list[Mapping[str, Any]]:
        """The published findings of the cells in view: corrected for all cells, whatever the filters choose."""
        published = self.study.document
        return [
            finding
            for finding in published["findings"]
            if finding["level"] == "cell"
            and _kind(finding) == _kind(published["headline"])
            and all(finding["scope"].get(name, value) == value for name, value in self.chosen)
        ]

    def pooled(
        self, estimand: str, comparator: str | None = None, basis: str | None = None
    ) -> Mapping[str, Any] | None:
        """Return the finding of an estimand for all tenured customers in view, its first comparator by default."""
        for finding in self.document["findings"]:
            fits = finding["estimand"] == estimand and finding["level"] == "pooled" and finding["tenure_band"] is None
            if fits and comparator in (None, finding["comparator"]) and basis in (None, finding["basis"]):
                return finding  # type: ignore[no-any-return]
        return None


def _kind(finding: Mapping[str, Any]) -> tuple[str, str, str]:
    return finding["estimand"], finding["comparator"], finding["basis"]


def query(run: Run, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return columns and rows of a query on a published run; one connection each, never shared between threads."""
    with reading(run.warehouse) as con:
        return run_query(con, text)
