"""The words of the page *SQL*."""

from __future__ import annotations

from fairness.engine.guard import GuardedResult
from fairness.text import numbers

TITLE = "Ask the published tables in SQL"
HOW = (
    "One query at a time, run in a process that can do nothing else: it reads this build, and no file, setting or "
    "network. It ends by itself after ten seconds."
)
EDITOR = "Query"
SAVED = "Saved analyses"
CHOOSE = "Choose one to put it into the editor"
RUN = "Run"
TABLES = "Tables and columns"
TABLES_HOW = "What the build publishes; tables on the way to them are not listed"
COLUMNS = ("Column", "What it is")
NOT_RUN = "The query did not run"
FIRST_QUERY = (
    "select estimand, comparator, level, scope, estimate, ci_lower, ci_upper, verdict\nfrom findings\nlimit 20;"
)
SHOWN = 200
"""Rows that the page shows."""


def result_title(result: GuardedResult) -> str:
    """Return how much a query has found."""
    if not result.rows:
        return "No row fits"
    n = numbers.many(len(result.rows), "row")
    return f"The first {n} of more" if result.cut.rows else n


def result_subtitle(result: GuardedResult) -> str:
    """Return what of a result is not on the page, or not handed out."""
    parts = [f"{numbers.many(len(result.columns), 'column')}"]
    if len(result.rows) > SHOWN:
        parts.append(f"the first {SHOWN} rows here, all of them in the CSV")
    if result.cut.rows:
        parts.append("no query is handed more than that: narrow it with where, or aggregate")
    if result.cut.columns:
        parts.append(f"{numbers.many(result.cut.columns, 'column')} left out on the right")
    if result.cut.cells:
        parts.append(f"{numbers.many(result.cut.cells, 'long value')} cut")
    return "; ".join(parts)
