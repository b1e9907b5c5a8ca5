"""Line up the product's findings with those of the rows and measure how far they are apart."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

Key = tuple[str, str, tuple[tuple[str, str], ...], str | None]
TOLERANCE = 1e-9
CHECKED = ("estimate", "ci_lower", "ci_upper")
"""Held to the tolerance; p-values, test statistics and companions are held to it too, and listed apart."""

_P_VALUES = ("p_value", "p_value_adjusted", "p_value_equivalence")
_STATISTICS = ("van_elteren", "signed_rank", "welch")


def differences(
    document: dict[str, Any], from_rows: list[dict[str, Any]], *, left_out: Collection[str] = ()
) -> dict[str, tuple[float, int]]:
    """Return for each quantity the largest relative difference and how many findings have it.

    Args:
        document: The product's findings document.
        from_rows: The findings computed from the rows.
        left_out: Estimands that the rows leave out.

    Raises:
        SystemExit: One side has a finding that the other has not.
    """
    ours, theirs = _product(document, left_out), {_key(row): _flat_row(row) for row in from_rows}
    if ours.keys() != theirs.keys():
        raise SystemExit(f"findings of one side only: {sorted(map(str, ours.keys() ^ theirs.keys()))[:5]}")
    found: dict[str, tuple[float, int]] = {}
    for key, numbers in theirs.items():
        for name, value in numbers.items():
            worst, count = found.get(name, (0.0, 0))
            found[name] = max(worst, relative(ours[key][name], value)), count + 1
    return found


def relative(one: float, other: float) -> float:
    """Return |a - b| over the larger of both."""
    return abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0


def _key(row: dict[str, Any]) -> Key:
    return row["estimand"], row["level_name"], tuple(sorted(row["scope"].items())), row["band"]


def _flat_row(row: dict[str, Any]) -> dict[str, float]:
    numbers = {name: row[name] for name in (*CHECKED, *_P_VALUES) if name in row}
    return {**numbers, **row["companions"]}


def _product(document: dict[str, Any], left_out: Collection[str]) -> dict[Key, dict[str, float]]:
    """Return the product's numbers under the names of the other side; findings without an estimate are left out.

    So are those under another comparator or basis than the first of their estimand.
    """
    found: dict[Key, dict[str, float]] = {}
    money: dict[Key, dict[str, Any]] = {}
    first: dict[str, tuple[str, str]] = {}
    for finding in document["findings"]:
        kind = finding["comparator"], finding["basis"]
        if finding["estimand"] in left_out or kind != first.setdefault(finding["estimand"], kind):
            continue
        key = finding["estimand"], finding["level"], tuple(sorted(finding["scope"].items())), finding["tenure_band"]
        if finding["estimand"] == "overpayment":
            money[("offer_gap", *key[1:])] = finding
        elif finding["estimate"] is not None:
            numbers = {name: finding[name] for name in (*CHECKED, *_P_VALUES)}
            found[key] = {**numbers, **_companions(finding)}
    for key, finding in money.items():
        net = next(item["estimate"] for item in finding["companions"] if item["name"] == "net")
        found[key] |= {"gross_a_year": float(finding["estimate"] or 0), "net_a_year": float(net or 0)}
    for month in document["monthly"]:
        found["offer_gap", "month", (("month", month["month"]),), None] = {name: month[name] for name in CHECKED}
    return found


def _companions(finding: dict[str, Any]) -> dict[str, float]:
    numbers = {name: finding["diagnostics"][name] for name in ("heterogeneity_q", "tau")}
    for item in finding["companions"]:
        name = item["name"]
        numbers[name] = item["statistic"] if name in _STATISTICS else item["estimate"]
        if name == "share_above":
            numbers |= {"share_above_lower": item["ci_lower"], "share_above_upper": item["ci_upper"]}
        if name == "bootstrap":
            numbers |= {"bootstrap_lower": item["ci_lower"], "bootstrap_upper": item["ci_upper"]}
    return numbers
