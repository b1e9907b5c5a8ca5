"""What the pages on causes show, each computed once for a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from fairness.causes.price_rises import rises
from fairness.causes.told import told
from fairness.dashboard.session import open_study
from fairness.panels.view import Study
from fairness.text import screen


def rises_of(study: Study) -> dict[str, Any]:
    """Return what raised prices, as `fairness changes` prints it."""
    return _rises(str(study.config.path), study.run.id)


def told_of(study: Study) -> dict[str, Any]:
    """Return what was told and charged, as `fairness told` prints it."""
    return _told(str(study.config.path), study.run.id)


@st.cache_data(show_spinner=screen.READING, max_entries=4)
def _rises(path: str, run_id: str) -> dict[str, Any]:
    return rises(_study(path, run_id).run)


@st.cache_data(show_spinner=screen.READING, max_entries=4)
def _told(path: str, run_id: str) -> dict[str, Any]:
    return told(_study(path, run_id).run)


def _study(path: str, run_id: str) -> Study:
    return open_study(Path(path), run_id)
