"""Read the documents of a published run: its findings and its settings."""

from __future__ import annotations

import json
from typing import Any

from fairness.errors import DataError
from fairness.runs.store import Run


def read_findings(run: Run) -> dict[str, Any]:
    """Return the findings document of a published run, as ``analyze --format json`` prints it."""
    document: dict[str, Any] = json.loads(run.findings.read_text(encoding="utf-8"))
    return document


def read_settings(run: Run) -> dict[str, Any]:
    """Return the settings with which a run was built.

    Raises:
        DataError: The run was built by a version that did not keep them.
    """
    if not run.settings.is_file():
        raise DataError("the run does not hold its settings", where=run.folder.name, mend="run `fairness build` again")
    settings: dict[str, Any] = json.loads(run.settings.read_text(encoding="utf-8"))
    return settings
