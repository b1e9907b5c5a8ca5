"""The sentences of `diff` and of the list of snapshots: what moved, and what cannot be compared.

Like :mod:`fairness.text.sentences`, everything here takes a change as plain data.
"""

from __future__ import annotations

from fairness.findings.document import Data, Finding
from fairness.findings.estimands import BY_NAME
from fairness.text import labels, numbers

PARTS = {
    "price": "Prices paid",
    "comparator": "Offers to new customers",
    "mix": "Other products or plans",
    "entrants": "Newly tenured or newly covered",
    "leavers": "No longer tenured or covered",
    "definition": "Another definition",
}
"""Name of each part of a change."""


def currencies_differ(one: str, two: str) -> str:
    """Return that the currencies differ."""
    return f"the currency differs: {one} and {two}"


def questions_differ(one: str, two: str) -> str:
    """Return that the primary questions differ."""
    return f"the question differs: {_name(one)} and {_name(two)}"


def fallback_differs(one: Finding, two: Finding) -> str:
    """Return that one run answers with another comparison than the other, because its data hold no offers."""
    return (
        f"the comparison differs: {_name(one.estimand)} ({labels.comparator_kind(one)}) and "
        f"{_name(two.estimand)} ({labels.comparator_kind(two)}); one of them falls back because its data hold no "
        "offers"
    )


def _name(estimand: str) -> str:
    return (BY_NAME[estimand].label if estimand in BY_NAME else estimand).lower()


_SETTINGS = {
    "like_for_like.cell": "the columns of a cell",
    "like_for_like.breaks": "the ranges of a column of the cell",
    "like_for_like.min_per_group": "the least number of customers of a group in a cell",
    "inference.confidence_level": "the confidence level",
    "tenure.new_below_months": "the months below which a customer is new",
    "tenure.tenured_from_months": "the months from which a customer is tenured",
    "comparator.horizon_months": "the horizon of the offer in months",
    "comparator.min_evidence": "the least number of joiners behind a comparator",
    "comparator.basis": "the basis of the offer price",
}
"""Name of each setting in which two runs must agree."""


def settings_differ(key: str, one: object, two: object) -> str:
    """Return that a setting that makes the gap another one differs.

    Example:
        >>> settings_differ("like_for_like.cell", ["region"], ["region", "payment_method"])
        'the columns of a cell: region in the first, region and payment method in the second'
    """
    return f"{_SETTINGS[key]}: {_value(one)} in the first, {_value(two)} in the second"


def _value(value: object) -> str:
    if isinstance(value, list):
        return numbers.listed(_value(item) for item in value) if value else "none"
    if isinstance(value, dict):
        return "; ".join(f"{_value(name)} {_value(item)}" for name, item in value.items()) or "none"
    return labels.column(value).lower() if isinstance(value, str) else "not set" if value is None else f"{value:g}"


def not_estimated(which: str) -> str:
    """Return that one of the two has no gap to compare."""
    return f"the {which} has no gap: it could not be assessed, or it is withheld"


def not_comparable(reasons: list[str]) -> str:
    """Return that two runs cannot be compared, and why."""
    return "the two cannot be compared: " + "; ".join(reasons)


COMPARE_LIKE = "compare two runs of the same question, comparison and cells"
"""How to fix it."""


def rows_disagree(build: str) -> str:
    """Return that the rows of a run do not give its published gap."""
    return f"the rows of run {build} do not add up to its published gap"


NO_SPLIT_QUESTION = "The change is not split: only a gap to stated offers splits exactly."
NO_SPLIT_RUN = "The change is not split: that needs both runs, and a snapshot holds no customers."
NO_SPLIT_KEY = "The change is not split: the runs name their customers by different keys."
NO_SPLIT_ERASED = "The change is not split: customers who are in the published gap were erased from the rows of a run."
"""Why there is no split."""


def change_sentence(change: Data) -> str:
    """Return how the gap changed, in one sentence.

    Example:
        >>> change_sentence({"first": {"gap": 0.05}, "second": {"gap": 0.09}, "estimate": 0.04, "ci_lower": 0.0105,
        ...     "ci_upper": 0.0695, "p_value": 0.009})
        'The gap rose by 4.0 percentage points (1.1 to 7.0), from 5.0 % to 9.0 %'
        >>> change_sentence({"first": {"gap": 0.055}, "second": {"gap": 0.053}, "estimate": -0.002, "ci_lower": -0.012,
        ...     "ci_upper": 0.008, "p_value": 0.74})
        'No clear change: the gap went from 5.5 % to 5.3 % (−0.2 percentage points, −1.2 to 0.8)'
    """
    first, second = (numbers.percent(change[name]["gap"]) for name in ("first", "second"))
    size = change["estimate"]
    if round(abs(size), 9) == 0:
        return f"The gap did not change: {first}"
    low, high = change["ci_lower"], change["ci_upper"]
    if low is not None and low <= 0 <= high:
        # Whether it rose or fell is what cannot be told.
        points = f"{_points(size)} percentage points, {_points(low)} to {_points(high)}"
        return f"No clear change: the gap went from {first} to {second} ({points})"
    verb = "rose" if size > 0 else "fell"
    text = f"The gap {verb} by {_points(abs(size))} percentage points"
    if low is not None:
        text += f" ({' to '.join(_points(bound) for bound in sorted((abs(low), abs(high))))})"
    return f"{text}, from {first} to {second}"


def _points(value: float) -> str:
    return f"{value * 100:.1f}".replace("-", "−")


def change_certainty(change: Data) -> str:
    """Return how sure the change is."""
    if change["p_value"] is None:
        return "No interval can be given for the change."
    rest = "price decisions" if change["clustered_by"] == "pricing_decision" else "parties"
    if change["p_value"] < 1 - change["confidence_level"]:
        return f"Chance in {rest} alone would hardly show such a change (p {numbers.p_value(change['p_value'])})."
    return f"Chance in {rest} alone could show such a change (p {numbers.p_value(change['p_value'])})."


def money_sentence(change: Data, currency: str) -> str:
    """Return how the money net above the offer changed."""
    first, second = (numbers.money(change[name]["money"], currency) for name in ("first", "second"))
    return f"Paid above the offer, net: {first} a year, then {second} a year."


def points(value: float) -> str:
    """Return percentage points with their sign.

    Example:
        >>> points(0.0123), points(-0.002), points(0.0)
        ('+1.23', '−0.20', '0.00')
    """
    text = f"{value * 100:+.2f}".replace("-", "−")
    return "0.00" if text.strip("+−") == "0.00" else text


NET = "Paid above the offer, net"
NET_A_YEAR = f"{NET} a year"
"""Names of figures of a change."""


def hover(name: str, gap: str, money: str, customers: str, *, is_part: bool) -> str:
    """Return what a bar of a change says: a part in percentage points, or one of the two gaps."""
    if is_part:
        return f"{name}\n{gap} percentage points\n{money} a year\n{customers} customers"
    return f"{name}\n{gap}\n{money} a year net\n{customers} tenured customers"


SPLIT_TITLE = "What moved, exact sums"
SPLIT_COLUMNS = ("", "Money a year", "Gap, percentage points", "Customers")
TOTAL = "Together"
"""Names in the table of a change."""


def sides(change: Data) -> str:
    """Return what is compared with what."""
    one, two = change["first"], change["second"]
    return (
        f"From {numbers.month(one['as_of'])} (build {one['build']}) "
        f"to {numbers.month(two['as_of'])} (build {two['build']})"
    )


NO_SNAPSHOT = "No snapshot yet"
NOTHING_TO_COMPARE = "Nothing to compare yet"
NOT_COMPARABLE = "These two cannot be compared"
"""Headlines of the page of snapshots where there is no change to tell."""

TO_BEGIN = (
    "A snapshot is a folder that never changes: the page for executives with its files, and all that an auditor needs "
    "to compute it again."
)
WHAT_COMPARES = (
    "A comparison takes two builds of this study: snapshots or runs of two months, or of two definitions. This study "
    "has only one."
)
FILTERS_REST = "Not used here: this page is of the whole book."
EXACT = "Exact sums: the parts add up to the change before rounding. Strong bars widen the gap, pale ones narrow it."
ROWS_OF_BOTH = "The split reads the rows of both runs and is for the analyst: nothing in it is withheld."
ELSEWHERE = "Snapshots written to other folders with --to are not listed."
KEPT_COLUMNS = ("As of", "Answer", "Gap", "Tenured customers", "Written", "Build", "Note")
"""Sentences and column names of the page of snapshots."""

KEPT_SUBTITLE = (
    "Answer and gap to the comparator with its interval, as each snapshot holds them after disclosure control"
)
OPEN_PAGE = "Open the page"
FIX_LIKE = f"{COMPARE_LIKE[0].upper()}{COMPARE_LIKE[1:]}."
OPEN = "Open a snapshot"
NOTE = "Note of the owner:"
PAIR = ("From", "To")
MAKE = ("Make a snapshot", "In the folder of the study. It builds first where exports or settings have changed")
SPLIT_HEAD = ("", "Gap, points", "Money a year", "Customers")
"""More of them."""


def sql_of_two(first: str, second: str) -> str:
    """Return how the query behind a change is run."""
    return (
        "Runs in DuckDB in the folder of the study, on both published runs. Sums are in 10,000ths, by part. The whole "
        f"answer: fairness diff {first} {second} --format json"
    )


def split_subtitle(change: Data, margin: str) -> str:
    """Return what is drawn: the parts of a change between two gaps."""
    first, second = (numbers.count(change[name]["customers"]) for name in ("first", "second"))
    return (
        f"From the first gap to the second in percentage points; {first} tenured customers, then {second}. "
        f"Grey band: {margin}"
    )


def change_test(change: Data) -> str:
    """Return the test of a change, for the metric strip."""
    if change["p_value"] is None:
        return "no test"
    return f"p {numbers.p_value(change['p_value'])}, {change['confidence_level'] * 100:g} % interval"


def entry(as_of: str | None, name: str, *, is_snapshot: bool) -> str:
    """Return how a choice names a snapshot or a run.

    Example:
        >>> entry("2025-12", "2025-12-8d387c93def7", is_snapshot=True), entry(None, "8d387c93def7", is_snapshot=False)
        ('Dec 2025, snapshot 8d387c93def7', 'date not stated, run 8d387c93def7')
    """
    bare = name.removeprefix(f"{as_of or 'undated'}-")
    return f"{numbers.month(as_of)}, {'snapshot' if is_snapshot else 'run'} {bare}"


def unknown_entry(name: str) -> str:
    """Return that the address names a snapshot or a run that is not there."""
    return f"The address names “{name}”, which is not among the snapshots and runs of this study (any more)."


def unreadable(name: str, what: str) -> str:
    """Return that a snapshot or a run cannot be listed."""
    return f"{name} is not listed: {what}"


def largest_part(parts: list[Data]) -> str:
    """Return the title over the parts of a change.

    Example:
        >>> largest_part([{"part": "mix", "gap": -0.0002}, {"part": "price", "gap": 0.0282}])
        'Largest part: prices paid, +2.82 percentage points'
    """
    part = max(parts, key=lambda item: abs(item["gap"]))
    if points(part["gap"]) == "0.00":
        return "Nothing moved the gap"
    name = PARTS[part["part"]]
    return f"Largest part: {name[0].lower()}{name[1:]}, {points(part['gap'])} percentage points"


def change_with_interval(change: Data) -> tuple[str, str]:
    """Return the change in percentage points and its interval.

    Example:
        >>> change_with_interval({"estimate": 0.0104, "ci_lower": 0.0013, "ci_upper": 0.0197})
        ('+1.0', 'points (+0.1 to +2.0)')
    """
    size = f"{change['estimate'] * 100:+.1f}".replace("-", "−")
    size = "0.0" if size.strip("+−") == "0.0" else size
    if change["ci_lower"] is None:
        return size, "points (no interval)"
    low, high = (f"{change[end] * 100:+.1f}".replace("-", "−") for end in ("ci_lower", "ci_upper"))
    return size, f"points ({low} to {high})"


def kept_title(number: int) -> str:
    """Return the title over the list of snapshots."""
    return f"{numbers.many(number, 'snapshot')} of this study"


def files_as_written(n_files: int) -> str:
    """Return that the files of a snapshot are those that its manifest names."""
    return f"All {n_files} files are as they were written. To check that the exports still give them:"


def files_changed(lines: list[str]) -> str:
    """Return that files of a snapshot are not those that were written."""
    return f"Changed since it was written: {'; '.join(lines)}. In full:"


def make_command(config: str) -> str:
    """Return the command that makes a snapshot with a note."""
    return f'fairness snapshot {config} --note "Seen and accepted. Name, date"'
