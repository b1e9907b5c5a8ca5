"""What the pages on causes show, each computed once for a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from fairness.causes.price_rises import rises
from fairness.causes.promise_check import check
from fairness.causes.remedies import Remedy, remedy
from fairness.causes.rise_calendar import calendar
from fairness.causes.told import told
from fairness.config import load_config
from fairness.config.promises import Promises
from fairness.dashboard.session import open_study
from fairness.panels.view import Study
from fairness.text import screen


def rises_of(study: Study) -> dict[str, Any]:
    """Return what raised prices, as `fairness changes` prints it."""
    return _rises(str(study.config.path), study.run.id)


def calendar_of(study: Study) -> dict[str, Any]:
    """Return what is written about the next twelve months, as `fairness calendar` prints it."""
    return _calendar(str(study.config.path), study.run.id)


@st.cache_data(show_spinner=screen.READING, max_entries=4)
def _calendar(path: str, run_id: str) -> dict[str, Any]:
    return calendar(_study(path, run_id).run)


def told_of(study: Study) -> dict[str, Any]:
    """Return what was told and charged, as `fairness told` prints it."""
    return _told(str(study.config.path), study.run.id)


def check_of(study: Study) -> tuple[dict[str, Any], list[tuple[Any, ...]]] | None:
    """Return what `fairness check` prints, with its evidence; None where the config names no rule.

    Rules change no result, so no run records them: they are those of the config on disk.
    """
    promises = load_config(study.config.path).promises
    if not promises.rule:
        return None
    return _check(str(study.config.path), study.run.id, promises.model_dump_json())


@st.cache_data(show_spinner=screen.CHECKING_RULES, max_entries=4)
def _check(path: str, run_id: str, promises: str) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    study = _study(path, run_id)
    config = study.config.model_copy(update={"promises": Promises.model_validate_json(promises)})
    return check(study.run, config)


def remedy_of(study: Study, asked: Remedy) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Return what `fairness remedy` prints, with the list for the billing system."""
    return _remedy(str(study.config.path), study.run.id, asked)


@st.cache_data(show_spinner=screen.WORKING_OUT, max_entries=16)
def _remedy(path: str, run_id: str, asked: Remedy) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    study = _study(path, run_id)
    return remedy(study.run, study.config, asked)


@st.cache_data(show_spinner=screen.READING, max_entries=4)
def _rises(path: str, run_id: str) -> dict[str, Any]:
    return rises(_study(path, run_id).run)


@st.cache_data(show_spinner=screen.READING, max_entries=4)
def _told(path: str, run_id: str) -> dict[str, Any]:
    return told(_study(path, run_id).run)


def _study(path: str, run_id: str) -> Study:
    return open_study(Path(path), run_id)
