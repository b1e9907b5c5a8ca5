"""What a page shows: the published findings, or the same analysis on the cells that the filters choose."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from fairness.analysis.marts import load_marts
from fairness.analysis.study import analyse, needs
from fairness.config import Config, find_config, load_config
from fairness.engine.connection import reading
from fairness.findings.document import Document
from fairness.panels.view import Chosen, Study, View, query
from fairness.runs.documents import read_findings
from fairness.runs.store import current_run
from fairness.text import labels

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
    return Study(config, run, Document.load(read_findings(run)), cells)


def view_of(study: Study, chosen: Chosen) -> View:
    """Return what the filters leave; without any, the published findings exactly."""
    wanted = dict(chosen)
    keys = frozenset(
        key for key, values in study.cells.items() if all(values.get(name) == value for name, value in wanted.items())
    )
    if not chosen:
        return View(study, study.document, (), keys)
    narrowed = _narrowed(str(study.config.path), study.run.id, chosen)
    return View(study, Document.load(narrowed), chosen, keys)


def filters_fit(study: Study) -> bool:
    """Say whether the config at hand gives the published findings: only then may filters recompute."""
    return _fits(str(study.config.path), study.run.id)


@st.cache_data(show_spinner="Checking that the config fits the build", max_entries=4)
def _fits(path: str, run_id: str) -> bool:
    study = _load_study(path, run_id)
    with reading(study.run.warehouse) as con:
        again = analyse(con, study.config, study.document.build).to_dict()
    return bool(json.loads(json.dumps(again["findings"])) == study.document.data["findings"])


@st.cache_data(show_spinner="Computing this view from the published counts", max_entries=64)
def _narrowed(path: str, run_id: str, chosen: Chosen) -> dict[str, Any]:
    study = _load_study(path, run_id)
    wanted = dict(chosen)

    def keep(values: Mapping[str, str | None]) -> bool:
        return all(values.get(name) == value for name, value in wanted.items())

    with reading(study.run.warehouse) as con:
        return analyse(
            con, study.config, study.document.build, marts=load_marts(con, needs(study.config), keep)
        ).to_dict()


def option_names(study: Study, column: str) -> dict[str | None, str]:
    """Return the name of each value of a cell column."""
    return labels.values(study.options(column))
