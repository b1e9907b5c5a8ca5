"""What is said about the input files: whose ids match those of another file, and which columns nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairness.findings.document import Document
from fairness.text.numbers import count, percent

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
_DOUBTS = {
    "round_rows": "{path} has exactly {n} rows: it may have been cut off there. Compare with the number of rows that "
    "the system counts.",
    "ends_early": "The last bill in {path} is of {said}, and in the months before {share} of the lines are of later "
    "days of the month: the last month may be incomplete.",
    "empty_month": "{path} has no bill at all in {n} of the months between the first and the last, the first of them "
    "{said}: a file may be missing.",
    "nobody_left": "None of the {n} customers billed in the first three months of {path}, from {said} on, is missing "
    "at the end: customers who left may not be in the export.",
    "billed_after_end": "{n} of the {n_of} customers that {path} calls cancelled are billed more than a month after "
    "that day.",
    "stale": "The last bill in {path} is of {said}, more than a month before the study's date: the export may be out "
    "of date.",
}
OF_DOUBTS = (
    "An export that was cut off, or is older than the study, can leave out customers and prices without a trace. Each "
    "of these signs has an innocent reason at times; nothing was left out for it."
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


def input_doubts(document: Document) -> list[str]:
    """Return a warning for each thing that makes an export look cut off or out of date."""
    return [doubt(row) for row in document.data["reconciliation"].get("input_doubts", ())]


def doubt(row: Mapping[str, Any]) -> str:
    """Return what makes an export look cut off or out of date.

    Example:
        >>> doubt({"path": "a.csv", "doubt": "round_rows", "said": None, "n": 50000, "n_of": 50000})[:57]
        'a.csv has exactly 50,000 rows: it may have been cut off t'
    """
    share = percent(row["n"] / row["n_of"]) if row["n_of"] else ""
    return _DOUBTS[row["doubt"]].format(
        path=row["path"], said=row["said"], share=share, n=count(row["n"]), n_of=count(row["n_of"])
    )


def warnings(document: Document) -> list[str]:
    """Return all that a reader is warned of about the input files."""
    return [*unmatched(document), *shared_hours(document), *input_doubts(document)]


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
