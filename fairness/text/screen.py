"""What the dashboard says beside findings: which view this is, what a link cannot show, what went wrong.

Like :mod:`fairness.text.sentences`, everything here takes plain data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fairness.findings.document import Document, Finding
from fairness.text import labels, numbers, sentences

CORRECTIONS = {"bh": "Benjamini–Hochberg", "by": "Benjamini–Yekutieli", "holm": "Holm"}
"""Name of each adjustment of p-values."""


def intervals(document: Document, findings: Iterable[Finding]) -> str:
    """Return how wide the intervals of findings are: those picked from many for their size are wider.

    Example:
        >>> document = Document.load({"study": {"confidence_level": 0.95}, "headline": {}})
        >>> intervals(document, [Finding(confidence_level=0.95), Finding(confidence_level=0.975)])
        '95 % intervals, 97.5 % for those picked by their size'
    """
    usual = document.confidence_level
    wider = sorted({found.confidence_level for found in findings if found.confidence_level} - {usual})
    text = f"{sentences.level(document)} intervals"
    if not wider:
        return text
    ends = dict.fromkeys(f"{round(level * 100, 1):g} %" for level in (wider[0], wider[-1]))
    return f"{text}, {' to '.join(ends)} for those picked by their size"


def correction(method: str, n_tests: int) -> str:
    """Return how the p-values of a panel were adjusted.

    Example:
        >>> correction("holm", 3)
        'Adjusted for 3 tests (Holm)'
    """
    if not n_tests:
        return "No test, so nothing to adjust for"
    return f"{numbers.adjusted(n_tests).capitalize()} ({CORRECTIONS[method]})"


def not_in_view(names: Sequence[str]) -> str:
    """Return which values the filters leave out."""
    return f"Not in this view: {', '.join(names)}"


def no_tenured(names: Sequence[str]) -> str:
    """Return which values have nobody who could be compared."""
    return f"No tenured customers here: {', '.join(names)}"


def not_assessed(names: Sequence[str]) -> str:
    """Return which values cannot be assessed."""
    return f"Cannot be assessed: {', '.join(names)}"


def between(number: int, what: str) -> str:
    """Return that rows between the ends of a long list are not drawn.

    Example:
        >>> between(21, "group")
        '21 more groups between these, in the table'
    """
    return f"{number:,} more {what}{'' if number == 1 else 's'} between these, in the table"


MONTHS_OF_THE_WHOLE = (
    "Month by month is known for the whole book only",
    "The monthly counts hold no cells, so a filter cannot choose among them",
    "See the months of the whole book",
)
"""Title, subtitle and link where the months would stand in a filtered view."""

ROWS_OF_THE_WHOLE = "What happened to every row that was read, of the whole book whatever the filters choose"
ROWS = "What happened to every row that was read; rows and amounts tie out"

OTHER_SOFTWARE = (
    "This build was made by another version of the software, so a filtered view of it cannot be computed. Run "
    "`fairness build` to build anew."
)

ALL_INSTEAD = f"{OTHER_SOFTWARE} This is the whole book."

CHECKING = "Checking that this software computes what was published"
READING = "Reading the published rows"
WORKING_OUT = "Working out the cost, and the gap at the new prices"
CHECKING_RULES = "Testing the rules on the published prices"
COMPUTING = "Computing this view from the published counts"
"""Shown while a view is being made."""

UNPROTECTED = "This server answers everybody who asks. Start the dashboard with `fairness app` and your config."

NO_FILTER = (
    "These settings define the numbers, so a change is a new build and not a filter. Choose what you want, put the "
    "lines into the config and run the command; this page then offers the new build."
)
HORIZON = "Horizon of the effective offer (months)"
BASIS = "Basis of the offer price"
"""What the dialog on definitions says."""

FACTS = (
    "The gap, the money and the people are facts of this month. The interval says what would fit the process that sets "
    "the prices; it does not cover a wrong comparator, wrong data, or differences that no column records."
)
"""Last line of each page."""

WHOLE_BOOK = "Show the whole book"
NEWEST = "Open the newest build"
AGAIN = "Try again"
OVERVIEW = "Go to Overview"
COPY = "Copy as sentence"
CLEAR = "Clear filters"
MORE = "Filters and definitions"
PREVIOUS, NEXT, CLOSE = "Previous cell", "Next cell", "Close"
ALL_BUT = "All but these"
PAGE_FAILED = "This page could not be drawn"
NOTHING_BUILT = "Nothing to show yet"
LINK_FAILED = "This link asks for something that is not here"


def newer(run_id: str) -> str:
    """Return that a newer build than the one shown exists."""
    return f"A newer build is there, {run_id}. This page stays with the one in its address."


def run_gone(run_id: str) -> str:
    """Return that the build of a link is gone."""
    return (
        f"The build {run_id} is not among the builds of this study any more: it was removed, or the link is of another "
        "study. Its numbers are not shown from another build."
    )


def unknown_filter(name: str, known: Sequence[str]) -> str:
    """Return that the study has no filter of that name."""
    listed = f"it has {numbers.listed(known)}" if known else "it has none"
    return f"The link filters by “{name}”, and this study has no such filter: {listed}."


def unknown_value(column: str, name: str) -> str:
    """Return that a column has no value of that name."""
    return f"The link asks for {labels.column(column)} “{name}”, which does not occur in this build."


def unknown_cell(name: str, *, filtered: bool) -> str:
    """Return that the cell of a link is not in the view."""
    where = "in this view" if filtered else "in this build"
    return f"The link opens the cell “{name}”, and there is no such cell {where}."


def empty_view(filters: str) -> str:
    """Return that no cell fits all filters."""
    return f"No cell of this build fits all filters together: {filters}."


def unexpected(kind: str) -> str:
    """Return what is said about a defect; its traceback is where the dashboard was started."""
    return (
        f"Something unforeseen happened ({kind}). The other pages and the published files are as they were. What "
        "happened is printed in the terminal where the dashboard was started; please report it with the build."
    )


def filter_words(column: str, names: Sequence[str], *, excluded: bool) -> str:
    """Return a filter as a reader says it.

    Example:
        >>> filter_words("region", ["North", "South"], excluded=False), filter_words("region", ["North"], excluded=True)
        ('Region North or South', 'Region other than North')
    """
    *first, last = names
    listed = f"{', '.join(first)} or {last}" if first else last
    return f"{labels.column(column)} {'other than ' if excluded else ''}{listed}"


def copied(document: Document, about: str) -> str:
    """Return the answer as a sentence for a mail or a minute: with its interval, and what it is about."""
    return f"{sentences.headline(document)}{interval(document.head, document)}. {about}."


def interval(finding: Finding, document: Document) -> str:
    """Return the interval of a finding as it follows a sentence; empty where there is none.

    Example:
        >>> document = Document.load({"study": {"confidence_level": 0.95}, "headline": {}})
        >>> interval(Finding(estimate=-0.03, ci_lower=-0.04, ci_upper=-0.021, verdict="favourable"), document)
        ' (95 % interval 2.1 to 4.0 %)'
    """
    if not finding.has_interval:
        return ""
    level = f"{(finding.confidence_level or document.confidence_level) * 100:.3g} %"
    low, high = finding.interval
    if finding.verdict not in ("penalty", "favourable"):
        ends = f"{numbers.percentage(low)} to {numbers.percentage(high)}"
        return f": the gap is {numbers.percent(finding.estimate)} ({level} interval {ends})"
    # The sentence gives the size without a sign.
    low, high = (-high, -low) if finding.verdict == "favourable" else (low, high)
    return f" ({level} interval {numbers.percentage(low)} to {numbers.percentage(high)} %)"
