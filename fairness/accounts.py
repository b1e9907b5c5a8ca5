"""The sentences of `snapshot --verify` and `diff`: what differs, what moved, and what cannot be compared.

Like :mod:`fairness.words`, everything here takes plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairness import captions, words

Data = Mapping[str, Any]


def file_is_gone(name: str) -> str:
    """Return that a file of a snapshot is not there."""
    return f"{name}: the file is gone"


def file_was_changed(name: str) -> str:
    """Return that a file of a snapshot is not the one that was written."""
    return f"{name}: changed after it was written; its bytes do not match the manifest"


def file_was_added(name: str) -> str:
    """Return that a folder holds a file that is not part of its snapshot."""
    return f"{name}: not part of the snapshot"


def file_differs(name: str, *, is_extra: bool, is_gone: bool) -> str:
    """Return that a file computed again is another one."""
    if is_extra:
        return f"{name}: made now, not in the snapshot"
    return f"{name}: in the snapshot, not made now" if is_gone else f"{name}: computed again, it has other bytes"


def cannot_compare(name: str, reason: str) -> str:
    """Return that a file cannot be computed here."""
    return f"{name}: not compared: {reason}"


def input_differs(path: str, old: Data | None, new: Data | None) -> str:
    """Return how an input file differs from the one of a snapshot."""
    if old is None or new is None:
        return f"input {path}: {'new' if old is None else 'not read any more'}"
    return f"input {path}: {words.count(old['rows'])} rows then, {words.count(new['rows'])} now; its content differs"


def value_differs(path: str, old: object, new: object) -> str:
    """Return how a value differs."""
    return f"  {path}: {_short(old)} then, {_short(new)} now"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def more_values(number: int) -> str:
    """Return how many further values differ."""
    return f"  and {words.many(number, 'other value')}"


def is_verified(folder: str, n_files: int) -> str:
    """Return that a snapshot is the same when computed again."""
    return f"{folder}: computed again from the exports, all {n_files} files are the same, bit for bit."


def is_not_verified(folder: str, number: int) -> str:
    """Return that a snapshot is not the same when computed again."""
    return f"{folder}: not the same ({words.many(number, 'difference')})"


def key_differs() -> str:
    """Return that pseudonyms are made with another key, which is part of the build's id."""
    return "key: the pseudonyms are made with another key, so the build has another id"


def software_differs(old: str, new: str) -> str:
    """Return that another software computed a snapshot."""
    if old == new:
        return f"software: modules or SQL files differ within version {old}"
    return f"software: version {old} then, {new} now"


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


def fallback_differs(one: Data, two: Data) -> str:
    """Return that one run answers with another comparison than the other, because its data hold no offers."""
    return (
        f"the comparison differs: {_name(one['estimand'])} ({one['comparator']}) and {_name(two['estimand'])} "
        f"({two['comparator']}); one of them falls back because its data hold no offers"
    )


def _name(estimand: str) -> str:
    return words.ESTIMANDS.get(estimand, estimand).lower()


def settings_differ(key: str, one: object, two: object) -> str:
    """Return that a setting that makes the gap another one differs."""
    return f"{key} differs: {one} and {two}"


def not_estimated(which: str) -> str:
    """Return that one of the two has no gap to compare."""
    return f"the {which} has no gap: it could not be assessed, or it is withheld"


def not_comparable(reasons: list[str]) -> str:
    """Return that two runs cannot be compared, and why."""
    return "the two cannot be compared: " + "; ".join(reasons)


COMPARE_LIKE = "compare two runs of the same question, comparison and cells"
"""How to mend it."""


def rows_disagree(build: str) -> str:
    """Return that the rows of a run do not give its published gap."""
    return f"the rows of run {build} do not add up to its published gap"


NO_SPLIT_QUESTION = "The change is not split: only a gap to stated offers splits exactly."
NO_SPLIT_RUN = "The change is not split: that needs both runs, and a snapshot holds no customers."
NO_SPLIT_KEY = "The change is not split: the runs name their customers by different keys."
"""Why there is no split."""


def change_sentence(change: Data) -> str:
    """Return how the gap changed, in one sentence.

    Example:
        >>> change_sentence({"first": {"gap": 0.05}, "second": {"gap": 0.09}, "estimate": 0.04, "ci_lower": 0.0105,
        ...     "ci_upper": 0.0695, "p_value": 0.009})
        'The gap rose by 4.0 percentage points (1.1 to 7.0), from 5.0 % to 9.0 %'
    """
    first, second = (words.percent(change[name]["gap"]) for name in ("first", "second"))
    size = change["estimate"]
    if round(abs(size), 9) == 0:
        return f"The gap did not change: {first}"
    verb = "rose" if size > 0 else "fell"
    sign = 1 if size > 0 else -1
    text = f"The gap {verb} by {_points(abs(size))} percentage points"
    if change["ci_lower"] is not None:
        low, high = sorted((sign * change["ci_lower"], sign * change["ci_upper"]))
        text += f" ({_points(low)} to {_points(high)})"
    return f"{text}, from {first} to {second}"


def _points(value: float) -> str:
    return f"{value * 100:.1f}".replace("-", "−")


def change_certainty(change: Data) -> str:
    """Return how sure the change is."""
    if change["p_value"] is None:
        return "No interval can be given for the change."
    rest = "price decisions" if change["clustered_by"] == "pricing_decision" else "parties"
    if change["p_value"] < 0.05:
        return f"Chance in {rest} alone would hardly show such a change (p {captions.p_value(change['p_value'])})."
    return f"Chance in {rest} alone could show such a change (p {captions.p_value(change['p_value'])})."


def money_sentence(change: Data, currency: str) -> str:
    """Return how the money net above the offer changed."""
    first, second = (words.money(change[name]["money"], currency) for name in ("first", "second"))
    return f"Paid above the offer, net: {first} a year, then {second} a year."


def points(value: float) -> str:
    """Return percentage points with their sign.

    Example:
        >>> points(0.0123), points(-0.002), points(0.0)
        ('+1.23', '−0.20', '0.00')
    """
    text = f"{value * 100:+.2f}".replace("-", "−")
    return "0.00" if text.strip("+−") == "0.00" else text


SPLIT_TITLE = "What moved, exact sums"
SPLIT_COLUMNS = ("", "Money a year", "Gap, percentage points", "Customers")
TOTAL = "Together"
"""Names in the table of a change."""


def sides(change: Data) -> str:
    """Return what is compared with what."""
    one, two = change["first"], change["second"]
    return (
        f"From {words.month(one['as_of'])} (build {one['build']}) to {words.month(two['as_of'])} (build {two['build']})"
    )
