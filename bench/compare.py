"""Line up the product's findings with those of the rows, measure how far they are apart, and refuse what differs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from scipy import stats

Key = tuple[str, str, tuple[tuple[str, str], ...], str | None, str]
TOLERANCE = 1e-9
LOOSE = {"signed_rank": 1e-4, "bootstrap_lower": 0.5, "bootstrap_upper": 0.5}
"""Wider tolerances: rounded logarithms split a few ties of the signed ranks; the bootstrap draws at random, its
interval is held to half its half-width."""

_INTERVAL = ("estimate", "ci_lower", "ci_upper")
_SUPPORT = ("n_tenured", "n_new", "n_not_compared", "money_not_compared", "support_share", "support_money_share")

_ALPHA = 0.05
_LEVEL = "level"
_ON_ROWS = ("raw_gap", "like_for_like_gap", "offer_gap", "change_gap")
_BY_CHANCE = "by chance"
_P_VALUES = ("p_value", "p_value_adjusted", "p_value_equivalence")
_ROUNDING = 1e-13
_BY_DRAW = ("ci_lower", "ci_upper", *_P_VALUES, "share_above_lower", "share_above_upper", "signed_rank", "van_elteren",
            "df", "standard_error", "heterogeneity_q", "tau")  # fmt: skip
_STATISTICS = ("van_elteren", "signed_rank", "welch")


def differences(document: dict[str, Any], from_rows: list[dict[str, Any]]) -> dict[str, tuple[float, int]]:
    """Return for each quantity the largest relative difference and how many findings have it.

    Raises:
        SystemExit: One side has a finding that the other has not, or numbers differ by more than the tolerance.
    """
    theirs = {_key(row): _flat_row(row) for row in from_rows}
    # Questions that the rows do not ask have references of their own in the tests.
    asked = {key[0] for key in theirs}
    ours = {key: numbers for key, numbers in product_numbers(document).items() if key[0] in asked}
    if ours.keys() != theirs.keys() or len(theirs) != len(from_rows):
        raise SystemExit(f"findings of one side only: {sorted(map(str, ours.keys() ^ theirs.keys()))[:5]}")
    _check_levels(document)
    theirs = {key: _at_level(numbers, ours[key].get(_LEVEL)) for key, numbers in theirs.items()}
    found: dict[str, tuple[float, int]] = {"findings": (0.0, len(theirs))}
    rising = {key[0] for key in theirs if _rises_are_draws(ours[key], theirs[key])}
    for key, numbers in theirs.items():
        rises = _rises_are_draws(ours[key], numbers)
        for name, value in numbers.items():
            if name in ours[key][_BY_CHANCE] or (rises and name in _BY_DRAW):
                continue
            # Where a rise is the draw of one cell, the p-values of its family are adjusted with others.
            if key[0] in rising and name == "p_value_adjusted":
                continue
            apart = _apart(name, ours[key], numbers)
            if apart > LOOSE.get(name, TOLERANCE):
                raise SystemExit(f"{name} of {key}: the product says {ours[key].get(name)}, the rows say {value}")
            worst, count = found.get(name, (0.0, 0))
            found[name] = max(worst, apart), count + 1
    return found


def _check_levels(document: dict[str, Any]) -> None:
    """Refuse a document whose intervals are not at the level that its own verdicts call for.

    A member of a family with the verdict penalty or favourable is at 1 - alpha R / m, with R such members of m tests
    (Benjamini & Yekutieli 2005); every other is at 1 - alpha.
    """
    members: dict[str, list[dict[str, Any]]] = {}
    for finding in document["findings"]:
        if finding["estimand"] in _ON_ROWS and finding["p_value"] is not None:
            members.setdefault(finding["family"], []).append(finding)
    for family, findings in members.items():
        decided = [finding["verdict"] in ("penalty", "favourable") for finding in findings]
        for finding, is_decided in zip(findings, decided, strict=True):
            level = 1 - _ALPHA * (sum(decided) / len(findings) if is_decided else 1)
            if abs(finding["confidence_level"] - level) > TOLERANCE:
                raise SystemExit(f"level of {family}: the product says {finding['confidence_level']}, not {level}")


def _at_level(numbers: dict[str, Any], level: float | None) -> dict[str, Any]:
    """Return the numbers of the rows with their interval at the level that the product states for the finding."""
    if level is None or numbers.get("standard_error") is None or numbers.get("ci_lower") is None:
        return numbers
    half = stats.t.ppf(0.5 + level / 2, numbers["df"]) * numbers["standard_error"]
    middle = np.log1p(numbers["estimate"])
    return numbers | {"ci_lower": float(np.expm1(middle - half)), "ci_upper": float(np.expm1(middle + half))}


def _rises_are_draws(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Return whether the product's interval has other draws: prices of cells, or a shared rise that joins decisions.

    The rows do not look for rises, nor for cells that share a price: a second search could only repeat the rules of
    the first. What the search finds is held to rises that were put in by tests/unit/stats/test_rises.py, what becomes
    of the money under them by tests/unit/analysis/estimands/test_offer_rises.py, the counts that both read by
    tests/models/test_counted.py, cells as draws by tests/reference/test_clusters_on_rows.py. Such an interval is never
    the narrower one. What does not depend on the draws (estimates, money, support, companions) is compared all the
    same.
    """
    draws, plain = ours.get("df"), theirs.get("df")
    if draws is None or plain is None or relative(draws, plain) <= 1e-6:
        return False
    return bool(_half_width(ours) > _half_width(theirs) * (1 - TOLERANCE))


def _half_width(numbers: dict[str, Any]) -> float:
    """Return half the interval of a single test on the log scale."""
    return float(stats.t.ppf(1 - _ALPHA / 2, numbers["df"]) * numbers["standard_error"])


def _apart(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """Return how far a number of both sides is apart, relative to the larger; infinite where only one side has it."""
    one, other = (None if str(value) == "nan" else value for value in (ours.get(name), theirs[name]))
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    if isinstance(one, str) or isinstance(other, str):
        return 0.0 if Decimal(one) == Decimal(other) else relative(float(one), float(other)) + TOLERANCE
    if name.startswith("bootstrap"):
        return abs(one - other) / (ours["bootstrap_upper"] - ours["bootstrap_lower"]) * 2
    # A gap is a ratio of sums less 1: where it all but vanishes, only the ratio's digits are left.
    return 0.0 if abs(one - other) < _ROUNDING else relative(one, other)


def relative(one: float, other: float) -> float:
    """Return |a - b| over the larger of both."""
    return abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0


def _key(row: dict[str, Any]) -> Key:
    scope = tuple(sorted(row["scope"].items()))
    return row["estimand"], row["level_name"], scope, row["band"], row.get("reading", "")


def _flat_row(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: row[name] for name in (*_INTERVAL, *_P_VALUES) if name in row}
    return {**numbers, **row["companions"]}


def product_numbers(document: dict[str, Any]) -> dict[Key, dict[str, Any]]:
    """Return the product's numbers under the names of the other side.

    A comparator and basis other than the first of an estimand is another reading of the same question.
    """
    found: dict[Key, dict[str, Any]] = {}
    first: dict[str, tuple[str, str]] = {}
    permuted = {finding["family"] for finding in document["findings"] if _is_permuted(finding)}
    for finding in document["findings"]:
        kind = finding["comparator"], finding["basis"]
        reading = "" if kind == first.setdefault(finding["estimand"], kind) else ":".join(kind)
        scope = tuple(sorted(finding["scope"].items()))
        numbers = {name: finding[name] for name in (*_INTERVAL, *_P_VALUES, *_SUPPORT)}
        numbers["money_not_compared"] = float(numbers["money_not_compared"] or 0)
        numbers[_LEVEL] = finding["confidence_level"]
        numbers[_BY_CHANCE] = ("p_value",) if _is_permuted(finding) else ()
        if finding["family"] in permuted:
            numbers[_BY_CHANCE] += ("p_value_adjusted", "ci_lower", "ci_upper")
        key = finding["estimand"], finding["level"], scope, finding["tenure_band"], reading
        found[key] = numbers | _companions(finding)
    for month in document["monthly"]:
        key = "offer_gap", "month", (("month", month["month"]),), None, ""
        found[key] = {_BY_CHANCE: (), **{name: month[name] for name in (*_INTERVAL, "n_tenured") if name in month}}
    return found


def _is_permuted(finding: dict[str, Any]) -> bool:
    """Return whether the p-value is drawn at random: the rows have none, and it moves what is adjusted with it."""
    return str(finding["test"]).startswith("permutation")


def _companions(finding: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: finding["diagnostics"][name] for name in ("heterogeneity_q", "tau", "standard_error", "df")}
    for item in finding["companions"]:
        name = item["name"]
        numbers[name] = item["statistic"] if name in _STATISTICS else item["estimate"]
        if item["ci_lower"] is not None:
            numbers |= {f"{name}_lower": item["ci_lower"], f"{name}_upper": item["ci_upper"]}
    return numbers
