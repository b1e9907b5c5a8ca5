"""What a panel is made from: a published run, and what the filters leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fairness.config import Config
from fairness.engine.connection import reading
from fairness.engine.query import run_query
from fairness.findings.document import Document, Finding
from fairness.runs.store import Run
from fairness.text import labels, numbers, screen, sentences
from fairness.text.about import About


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the values of a cell column.

    Attributes:
        column: The column.
        values: The chosen values, at least one.
        excluded: Whether all but these are in view.
    """

    column: str
    values: tuple[str | None, ...]
    excluded: bool = False

    def takes(self, value: str | None) -> bool:
        """Return whether a value is in view."""
        return (value in self.values) is not self.excluded


Chosen = tuple[Filter, ...]
"""The filters that are set, one for a column."""

_BASE = ("product_id", "plan_id", "currency", "interval_unit", "interval_count")


@dataclass(frozen=True, eq=False)
class Study:
    """A published run with the settings that it was built from.

    Attributes:
        config: The settings of the run, at the location of the study's config.
        run: The published run.
        document: Its findings document.
        cells: Values by column for each cell key.
    """

    config: Config
    run: Run
    document: Document
    cells: Mapping[str, Mapping[str, str | None]]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that name a cell, in the order in which they are read."""
        named = next((finding.scope for finding in self.document.findings if finding.level == "cell"), {})
        return tuple(name for name in dict.fromkeys((*_BASE, *self.config.like_for_like.cell)) if name in named)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All columns that scopes may name, in the order in which their values are read."""
        return tuple(dict.fromkeys((*_BASE, *self.config.like_for_like.cell, *self.config.lenses.names)))

    def options(self, column: str) -> list[str | None]:
        """Return the distinct values of a cell column, sorted for reading."""
        from fairness.analysis.scopes import natural

        return sorted({values[column] for values in self.cells.values() if column in values}, key=natural)

    def kept(self, chosen: Chosen) -> frozenset[str]:
        """Return the keys of the cells that the filters leave."""
        return frozenset(
            key for key, values in self.cells.items() if all(rule.takes(values.get(rule.column)) for rule in chosen)
        )

    def names(self, column: str) -> dict[str | None, str]:
        """Return the name of each value of a cell column."""
        return labels.values(self.options(column))

    def words(self, chosen: Chosen) -> str:
        """Return what filters choose, in words."""
        return sentences.view_name(
            screen.filter_words(
                rule.column, [self.names(rule.column)[value] for value in rule.values], excluded=rule.excluded
            )
            for rule in chosen
        )


@dataclass(frozen=True, eq=False)
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
    def whole(self) -> Document:
        """The published document, which lists the cells."""
        return self.study.document

    @property
    def order(self) -> tuple[str, ...]:
        """Columns in the order in which their values are read."""
        return self.study.order

    @property
    def head(self) -> Finding:
        """The headline finding."""
        return self.document.head

    @cached_property
    def about(self) -> About:
        """Where the numbers in the view come from."""
        as_of = self.document.as_of
        return About(
            study=self.document.name,
            as_of=as_of or "",
            month=numbers.month(as_of),
            compared_with=sentences.comparison(self.document, horizon=self.study.config.comparator.horizon_months),
            filters=self.study.words(self.chosen),
            build=str(self.document.build["id"]),
        )

    @property
    def primary(self) -> tuple[Finding, ...]:
        """The findings of the headline's question, comparator and basis."""
        return self.document.same_question()

    @cached_property
    def cell_findings(self) -> list[Finding]:
        """The published findings of the cells in view: adjusted for all cells, whatever the filters choose."""
        return [
            finding
            for finding in self.study.document.cells()
            if all(rule.takes(finding.scope[rule.column]) for rule in self.chosen if rule.column in finding.scope)
        ]

    def pooled(self, estimand: str, comparator: str | None = None, basis: str | None = None) -> Finding | None:
        """Return the finding of an estimand for all tenured customers in view, its first comparator by default."""
        return self.document.pooled(estimand, comparator, basis)


def query(run: Run, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return columns and rows of a query on a published run; one connection each, not shared between threads."""
    with reading(run.warehouse) as con:
        return run_query(con, text)
