"""The words for what the data could show: how small a gap would be found, and what would decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairness.findings.document import Document, Finding
from fairness.text import numbers

COLUMNS = ("part", "tenured", "price decisions", "gap found in 80 %", "penalty found in 80 %", "would decide")


def title(document: Document) -> str:
    """Return what the table is about."""
    return f"How small a gap the data could show: {document.head.estimand}, margin {document.margin * 100:g} %"


def note(document: Document) -> str:
    """Return how to read the table."""
    return (
        "A gap is found when its test rejects 0; a penalty is called when the estimate lies beyond the margin as well. "
        "Both in 80 of 100 draws of the process, at the standard errors of this run. Bands and lens values are "
        "adjusted for the number of tests."
    )


def name(finding: Finding) -> str:
    """Return the name of a part.

    Example:
        >>> name(Finding(scope={"region": "North"})), name(Finding(tenure_band="2")), name(Finding())
        ('region North', 'tenure 2', 'whole book')
    """
    if finding.tenure_band is not None:
        return f"tenure {finding.tenure_band}"
    return (
        ", ".join(f"{column} {'unknown' if value is None else value}" for column, value in finding.scope.items())
        or "whole book"
    )


def row(part: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a part as it is read."""
    sample = part["sample_that_decides"]
    return (
        part["part"],
        numbers.count(part["tenured_customers"]),
        "–" if part["pricing_decisions"] is None else f"{part['pricing_decisions']:,.0f}",
        _size(part["detectable_gap"]),
        _size(part["detectable_penalty"]),
        "" if sample is None else f"{numbers.count(sample)} {str(part['unit_of_it']).replace('_', ' ')}",
    )


def _size(value: float | None) -> str:
    return "–" if value is None else numbers.percent(value)
