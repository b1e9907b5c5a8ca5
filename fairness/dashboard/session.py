"""What a page shows: the published findings, or the same analysis on the cells that the filters choose."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from fairness.analysis.marts_reader import load_marts
from fairness.analysis.study import analyse, needs
from fairness.build.identity import config_of
from fairness.config import Config, find_config, load_config
from fairness.engine.connection import reading
from fairness.errors import DataError
from fairness.findings.document import Document
from fairness.panels.address import RUN
from fairness.panels.view import Chosen, Study, View, query
from fairness.runs.documents import read_findings, read_settings
from fairness.runs.store import Run, current_id, current_run, find_run
from fairness.text import screen

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


class RunGoneError(DataError):
    """The address names a run that the study does not have."""


def config_path() -> Path:
    """Return the config that the dashboard was started with: the argument after ``--``, or the current folder's."""
    argument = sys.argv[1] if len(sys.argv) > 1 else None
    return find_config(Path(argument) if argument else None)


@st.cache_resource(show_spinner=False, max_entries=4)
def _load_config(path: str) -> Config:
    # Only locations are taken from it: the definitions are those of the run.
    return load_config(Path(path))


def load_study() -> Study:
    """Return the study that the dashboard serves, at the run that the address names; from now on it names one.

    Raises:
        RunGoneError: The address names a run that is not there; no other one is shown instead.
    """
    path, wanted = config_path(), st.query_params.get(RUN)
    study = open_study(path, wanted)
    if wanted is None:
        st.query_params[RUN] = study.run.id
    return study


def open_study(path: Path, run_id: str | None = None) -> Study:
    """Return the study of a config file, at a run or at its current one."""
    config = _load_config(str(path.resolve()))
    return _load_study(str(config.path), _run_of(config, run_id).id)


def newest_run() -> str:
    """Return the id of the run that is current now."""
    return current_id(_load_config(str(config_path().resolve())).output_dir)


def _run_of(config: Config, run_id: str | None) -> Run:
    if run_id is None:
        return current_run(config.output_dir)
    run = find_run(config.output_dir, run_id)
    if run is None:
        raise RunGoneError(screen.run_gone(run_id[:40]))
    return run


@st.cache_resource(show_spinner="Reading the findings", max_entries=4)
def _load_study(path: str, run_id: str) -> Study:
    config = _load_config(path)
    run = _run_of(config, run_id)
    cells: dict[str, dict[str, str | None]] = {}
    for key, _, name, value in query(run, _CELLS_QUERY)[1]:
        cells.setdefault(key, {})[name] = value
    return Study(config_of(read_settings(run), config), run, Document.load(read_findings(run)), cells)


def view_of(study: Study, chosen: Chosen) -> View:
    """Return what the filters leave; without any, the published findings exactly."""
    if not chosen:
        return View(study, study.document, (), study.kept(()))
    narrowed = _narrowed(str(study.config.path), study.run.id, chosen)
    return View(study, Document.load(narrowed), chosen, study.kept(chosen))


def filters_fit(study: Study) -> bool:
    """Return whether this software gives the published findings: only then may filters recompute."""
    return _fits(str(study.config.path), study.run.id)


@st.cache_data(show_spinner=screen.CHECKING, max_entries=4)
def _fits(path: str, run_id: str) -> bool:
    study = _load_study(path, run_id)
    with reading(study.run.warehouse) as con:
        again = analyse(con, study.config, study.document.build).to_dict()
    return bool(json.loads(json.dumps(again["findings"])) == study.document.data["findings"])


@st.cache_data(show_spinner=screen.COMPUTING, max_entries=64)
def _narrowed(path: str, run_id: str, chosen: Chosen) -> dict[str, Any]:
    study = _load_study(path, run_id)

    def keep(values: Mapping[str, str | None]) -> bool:
        return all(rule.takes(values.get(rule.column)) for rule in chosen)

    with reading(study.run.warehouse) as con:
        return analyse(
            con, study.config, study.document.build, marts=load_marts(con, needs(study.config), keep)
        ).to_dict()
