"""What a page shows: the published findings, or the same analysis on the cells that the filters choose."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from fairness import captions
from fairness.analysis.marts import load_marts
from fairness.analysis.study import analyse
from fairness.config import Config, find_config, load_config
from fairness.engine.connection import reading
from fairness.engine.query import run_query
from fairness.runs.documents import read_findings
from fairness.runs.store import Run, current_run

Chosen = tuple[tuple[str, str | None], ...]
"""Column and value of each filter that is set."""

_CELLS_QUERY = """
select cell_key, column_order, column_name, value
from cell_value
where cell_key in (
    select cell_value.cell_key from cell_value
    inner join params on cell_value.value = params.currency
    where cell_value.column_name = 'currency'
)
order by cell_key, column_order
"""
_BASE = ("product_id", "currency", "interval_unit", "interval_count")


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
        return tuple(name for name in (*_BASE, *self.config.like_for_like.cell) if name in named)

    @property
    def order(self) -> tuple[str, ...]:
        """All columns that scopes may name, in the order in which their values are read."""
        return (*_BASE, *self.config.like_for_like.cell, *self.config.lenses.names)

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


def config_path() -> Path:
    """Return the config that the dashboard was started with: the argument after ``--``, or the current folder's."""
    argument = sys.argv[1] if len(sys.argv) > 1 else None
    return find_config(Path(argument) if argument else None)


@st.cache_resource(show_spinner=False, max_entries=4)
def _load_config(path: str) -> Config:
    # Read once: what the filters compute must follow the settings that the run was built from.
    return load_config(Path(path))


def load_study() -> Study:
    """Return the study that the dashboard serves, at its current run."""
    return open_study(config_path())


def open_study(path: Path) -> Study:
    """Return the study of a config file, at its current run."""
    config = _load_config(str(path.resolve()))
    run = current_run(config.output_dir)
    return _load_study(str(config.path), run.id)


@st.cache_resource(show_spinner="Reading the findings", max_entries=4)
def _load_study(path: str, run_id: str) -> Study:
    config = _load_config(path)
    run = current_run(config.output_dir)
    cells: dict[str, dict[str, str | None]] = {}
    for key, _, name, value in query(run, _CELLS_QUERY)[1]:
        cells.setdefault(key, {})[name] = value
    return Study(config, run, read_findings(run), cells)


def query(run: Run, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return columns and rows of a query on a published run; one connection each, never shared between threads."""
    with reading(run.warehouse) as con:
        return run_query(con, text)


def view_of(study: Study, chosen: Chosen) -> View:
    """Return what the filters leave; without any, the published findings exactly."""
    wanted = dict(chosen)
    keys = frozenset(
        key for key, values in study.cells.items() if all(values.get(name) == value for name, value in wanted.items())
    )
    if not chosen:
        return View(study, study.document, (), keys)
    return View(study, _narrowed(str(study.config.path), study.run.id, chosen), chosen, keys)


def filters_fit(study: Study) -> bool:
    """Say whether the config at hand gives the published findings: only then may filters recompute."""
    return _fits(str(study.config.path), study.run.id)


@st.cache_data(show_spinner="Checking that the config fits the build", max_entries=4)
def _fits(path: str, run_id: str) -> bool:
    study = _load_study(path, run_id)
    with reading(study.run.warehouse) as con:
        again = analyse(con, study.config, study.document["build"]).to_dict()
    return bool(json.loads(json.dumps(again["findings"])) == study.document["findings"])


@st.cache_data(show_spinner="Computing this view from the published counts", max_entries=64)
def _narrowed(path: str, run_id: str, chosen: Chosen) -> dict[str, Any]:
    study = _load_study(path, run_id)
    wanted = dict(chosen)

    def keep(values: Mapping[str, str | None]) -> bool:
        return all(values.get(name) == value for name, value in wanted.items())

    with reading(study.run.warehouse) as con:
        return analyse(con, study.config, study.document["build"], marts=load_marts(con, keep)).to_dict()


def option_names(study: Study, column: str) -> dict[str | None, str]:
    """Return the name of each value of a cell column."""
    return captions.values(study.options(column))
