"""Read the documents of a published run: its findings and its settings."""

from __future__ import annotations

from typing import Any

from fairness.runs.json_file import read_json
from fairness.runs.store import Run

_AGAIN = "run `fairness build` again"


def read_findings(run: Run) -> dict[str, Any]:
    """Return the findings document of a published run, as ``analyze --format json`` prints it."""
    document: dict[str, Any] = read_json(run.findings, fix=_AGAIN)
    return document


def read_settings(run: Run) -> dict[str, Any]:
    """Return the settings that a run was built with."""
    settings: dict[str, Any] = read_json(run.settings, fix=_AGAIN)
    return settings
