"""Read the documents of a published run: its findings and its settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fairness.runs.json_file import read_json
from fairness.runs.range_file import RANGE, read_range
from fairness.runs.store import Run

_AGAIN = "run `fairness build` again"


def read_findings(run: Run) -> dict[str, Any]:
    """Return the findings document of a published run, as ``analyze --format json`` prints it.

    Where `fairness range` was run for this build, ``hangs_on`` and ``specifications`` are what it found.
    """
    document: dict[str, Any] = read_json(run.findings, fix=_AGAIN)
    output = run.folder.parent.parent
    found = read_range(output, document, read_settings(run)) if (output / RANGE).is_file() else None
    if found is None:
        return document
    return document | {"hangs_on": found.hangs_on, "specifications": [asdict(row) for row in found.rows]}


def read_settings(run: Run) -> dict[str, Any]:
    """Return the settings that a run was built with."""
    settings: dict[str, Any] = read_json(run.settings, fix=_AGAIN)
    return settings
