"""The findings document as it may leave the firm: what disclosure control withholds is null, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

_KEYS = ("estimand", "comparator", "basis", "level", "scope", "tenure_band", "unit", "warnings")
_ROWS = ("rows_in", "rows_accepted", "rows_duplicate", "ties_out")


def released(document: Mapping[str, Any], min_cell: int = 10) -> Document:
    findings = [_finding(item, min_cell) for item in document["findings"]]
    block = document["reconciliation"]
    return {
        "schema_version": document["schema_version"],
        "study": document["study"],
        "build": document["build"],
        "disclosure": {
            "min_cell": min_cell,
            "findings": len(findings),
            "findings_withheld": sum(item["withheld"] is not None for item in findings),
        },
        "reconciliation": {
            **{name: block[name] for name in _ROWS},
            "rows_excluded": sum(block["rows_excluded"].values()),
            "rows_rejected": sum(block["rows_rejected"].values()),
        },
        "support": document["support"],
        "headline": findings[0],
        "findings": [item for item in findings if item["withheld"] is None or not item["scope"]],
        "promises": document["promises"],
        "monthly": [{**row, "withheld": None} for row in document["monthly"]],
    }


def _finding(finding: Mapping[str, Any], min_cell: int) -> Document:
    if 0 < finding["n_tenured"] < min_cell:
        return {**{name: finding[name] if name in _KEYS else None for name in finding}, "withheld": "small_count"}
    return {**finding, "withheld": None}
