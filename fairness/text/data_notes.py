"""What is said about the input files: whose ids match those of another file, and which columns nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairness.findings.document import Document
from fairness.text.numbers import percent

_NAMED_UNMATCHED = 0.01
"""Share of ids without a match from which a reader is warned."""

_MATCHED = {
    "customers": "Customers of the month in the customer file",
    "offers": "What they hold, by product, in the offers",
    "price_events": "Price events, by what they name, in the lines",
}
_UNMATCHED = {
    "customers": "{share} of the month's customers are not in the customer file.",
    "offers": "{share} of what customers hold is of products that the offers do not name.",
    "price_events": "{share} of the price events name something that no line is for.",
}
MEANING = (
    "Ids of two files are compared as they are written. Where a spreadsheet dropped leading zeros, or one system "
    "writes capitals, customers lose their tenure and products their offer. Ids are never joined on a guess: 007 and 7 "
    "may be two customers."
)
OF_ZONES = (
    "A day that a system writes as a moment of another zone shows one hour throughout, such as 22 or 23 in UTC for "
    "days in Berlin. Read in the wrong zone, the first of a month lies in the month before."
)


def matched(document: Document) -> list[tuple[str, str]]:
    """Return for each pair of files what is matched and the share that is, even if 100 %."""
    return [
        (_MATCHED[row["pair"]], percent(1 - row["unmatched_share"]))
        for row in _matches(document)
        if row["unmatched_share"] is not None
    ]


def unmatched(document: Document) -> list[str]:
    """Return a warning for each pair of files whose ids do not match, from 1 %.

    Example:
        >>> rows = [{"pair": "customers", "unmatched_share": 0.3, "differs_by": ["leading zeros", "case"]}]
        >>> unmatched(Document.load({"headline": {}, "reconciliation": {"id_matches": rows}}))[0][-52:]
        'More ids would match ignoring leading zeros or case.'
    """
    return [
        _UNMATCHED[row["pair"]].format(share=percent(row["unmatched_share"])) + _hint(row["differs_by"])
        for row in _matches(document)
        if row["unmatched_share"] is not None and row["unmatched_share"] >= _NAMED_UNMATCHED
    ]


def shared_hours(document: Document) -> list[str]:
    """Return a warning for each column whose moments nearly all fall in one hour that is not midnight.

    Example:
        >>> row = {"path": "lines.csv", "column": "issued_on", "hour": 23, "share": 1.0}
        >>> block = {"time_zone_suspects": [row]}
        >>> shared_hours(Document.load({"headline": {}, "reconciliation": block}))[0][:61]
        "100.0 % of the times in issued_on of lines.csv show 23 o'cloc"
    """
    return [
        f"{percent(row['share'])} of the times in {row['column']} of {row['path']} show {row['hour']} o'clock, most "
        "likely midnight of another zone, so that days and months are off. Write that zone as study.time_zone."
        for row in document.data["reconciliation"].get("time_zone_suspects", ())
    ]


def _matches(document: Document) -> Sequence[Mapping[str, Any]]:
    """Return the pairs of files; none in a run that was built before they were counted."""
    rows: Sequence[Mapping[str, Any]] = document.data["reconciliation"].get("id_matches", ())
    return rows


def _hint(differs_by: Sequence[str]) -> str:
    if not differs_by:
        return ""
    *first, last = differs_by
    return f" More ids would match ignoring {', '.join(first) + ' or ' if first else ''}{last}."


def unread(document: Document) -> str:
    """Return which columns of which files nothing reads; empty where all are read.

    Example:
        >>> block = {"columns_unread": {"lines.csv": ["colour", "note"]}}
        >>> unread(Document.load({"headline": {}, "reconciliation": block}))
        'Nothing reads these columns: colour, note (lines.csv).'
    """
    listed = [f"{', '.join(columns)} ({path})" for path, columns in _unread(document.data) if columns]
    return f"Nothing reads these columns: {'; '.join(listed)}." if listed else ""


def _unread(data: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    for block in (data["reconciliation"], *data.get("reconciliation_by_role", {}).values()):
        yield from block.get("columns_unread", {}).items()
