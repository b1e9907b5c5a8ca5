"""The words of the workbook: its first sheet, and what a column is called above its name in SQL and JSON."""

from __future__ import annotations

SUMMARY = "summary"
"""Name of the first sheet."""
SUMMARY_COLUMNS = ("Figure", "Value", "Beside it", "Below it", "In the snapshot before")
SHEETS = "What is on the other sheets"

_HEADINGS = {
    "ci_lower": "Interval, lower end",
    "ci_upper": "Interval, upper end",
    "equivalence_ci_lower": "Interval for equality, lower end",
    "equivalence_ci_upper": "Interval for equality, upper end",
    "estimate": "Gap or other estimate",
    "amount": "Money a year",
    "estimand": "Question",
    "fact": "In one sentence",
    "basis": "Basis of the comparison",
    "interval": "What the interval is by",
    "n_tenured": "Tenured customers",
    "n_new": "New customers",
    "n_cells": "Cells",
    "n_observations": "Things held",
    "n_not_compared": "Tenured customers not compared",
    "money_not_compared": "Money a year not compared",
    "p_value": "p-value",
    "p_value_adjusted": "p-value, adjusted",
    "p_value_equivalence": "p-value of equality",
    "p_value_equivalence_adjusted": "p-value of equality, adjusted",
    "support_share": "Share of tenured customers compared",
    "support_money_share": "Share of their money compared",
    "id": "Number on the page",
    "n": "Out of",
    "sql": "SQL that gives it",
}


def heading(column: str) -> str:
    """Return what a column is called.

    Example:
        >>> heading("n_tenured"), heading("verdict_reason")
        ('Tenured customers', 'Verdict reason')
    """
    plain = column.replace("_", " ")
    return _HEADINGS.get(column, f"{plain[:1].upper()}{plain[1:]}")
