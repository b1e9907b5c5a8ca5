"""An attacker on share files: what they hold, how it is computed, the price list, and a lot of patience.

Written from docs/privacy.md and docs/method.md alone; no code of the disclosure control is used. Whoever reads a share
file knows: every number in it and how it was rounded, every formula (the program is open), the list prices, that the
scopes of a study add up, and that the customers of two questions are nearly the same. What comes out are *guesses*: the
whole numbers that fit everything published, for a number of customers that must not be known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.stats import beta, t

Row = Mapping[str, Any]
Table = list[dict[str, Any]]
Values = tuple[int, ...]
FloatArray = npt.NDArray[np.float64]

SEVERAL = 5
"""A number is singled out where fewer values than this fit."""
WINDOW = 30
"""So many customers at most are in one question and not in another of the same scope."""
MOST = 600
"""Largest number of customers that is tried where nothing bounds it."""
EXACT = 1e-12
"""How closely a figure is known that nobody rounded."""
_FRACTIONS = ("share_above", "share_rising_faster")
_PAIRS = ("probability_superiority", "mann_whitney")


@dataclass(frozen=True)
class Guess:
    """What an attacker finds out about one number of customers.

    Attributes:
        attack: How.
        about: What is counted, and where.
        values: The numbers that fit, ascending.
        truth: The number.
        is_net: Whether it is a difference of those who came and went, which may be small however many did.
    """

    attack: str
    about: str
    values: Values
    truth: int
    is_net: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the truth is among the values: otherwise the attacker was misled."""
        return self.truth in self.values

    @property
    def singles_out(self) -> bool:
        """Whether so few values fit that the number counts as told."""
        return self.is_right and len(self.values) < SEVERAL

    def is_known_to_be_small(self, least: int) -> bool:
        """Return whether every value that fits is below the threshold."""
        return self.is_right and not self.is_net and max(self.values) < least


@dataclass(frozen=True)
class ShareFile:
    """The tables of a share file.

    Attributes:
        study: Its one row.
        findings, companions, months, cells: Its rows.
    """

    study: Row
    findings: Table
    companions: dict[int, dict[str, Row]]
    months: Table
    cells: Table
    by_place: dict[tuple[Any, ...], Row] = field(default_factory=dict)

    @property
    def least(self) -> int:
        """The threshold, as the file states it."""
        return int(self.study["min_cell"])

    @property
    def step_of_counts(self) -> int:
        """What numbers of customers are rounded to; 1 in files of versions that did not round."""
        return self.least if "rounded_to" in self.findings[0] else 1


def read_share(path: Path) -> ShareFile:
    """Return a share file."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = {name: _rows(con, name) for name in ("study", "findings", "findings_companions", "findings_monthly")}
        cells = _rows(con, "cells")
    companions: dict[int, dict[str, Row]] = {}
    for row in tables["findings_companions"]:
        companions.setdefault(row["finding_id"], {})[row["name"]] = row
    by_place = {place(row): row for row in tables["findings"] if row["scope"] is not None}
    return ShareFile(tables["study"][0], tables["findings"], companions, tables["findings_monthly"], cells, by_place)


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> Table:
    with con.cursor() as cursor:
        result = cursor.execute(f"from {table}")
        names = [str(column[0]) for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def place(finding: Row) -> tuple[Any, ...]:
    """Return question and scope of a finding, of the share file or of the analyst's document."""
    scope = finding["scope"]
    parsed = json.loads(scope) if isinstance(scope, str) else dict(scope)
    question = tuple(finding[name] for name in ("estimand", "comparator", "basis"))
    return (*question, finding["level"], finding["tenure_band"], json.dumps(parsed, sort_keys=True))


# -------------------------------------------------------------------------------------------------- rounding and shares


def ladder(value: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, ... and their tenths that is not below a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= value * (1 - 1e-9))


def counts_behind(published: int | None, step: int) -> range:
    """Return the numbers of customers that are published so; any up to :data:`MOST` where none is."""
    if published is None:
        return range(1, MOST)
    return range(published, published + 1) if step == 1 else range(published - step // 2, published + (step + 1) // 2)


def fits_fraction(share: float, n: int, step: int, *, parts: int = 1) -> bool:
    """Return whether some k of n customers (of n x parts pairs) are published as this share."""
    whole = n * parts
    if step == 1:
        return abs(share * whole - round(share * whole)) <= 1e-9 * max(1.0, share * whole)
    half = ladder(step / n) / 2 * (1 + 1e-9)
    return math.ceil((share - half) * whole - 1e-9) <= math.floor((share + half) * whole + 1e-9)


def near(file: ShareFile, finding: Row) -> range | None:
    """Return the window of customers of a question whose count is not shown, from the headline's in its scope."""
    head = file.findings[0]
    other = dict(finding) | {name: head[name] for name in ("estimand", "comparator", "basis")}
    known = file.by_place.get(place(other))
    if known is None or known["n_tenured"] is None or finding["n_tenured"] is not None:
        return None
    behind = counts_behind(known["n_tenured"], file.step_of_counts)
    return range(max(1, behind.start - WINDOW), behind.stop + WINDOW)


def fractions_found(file: ShareFile, truth: Mapping[tuple[Any, ...], Row]) -> Iterator[Guess]:
    """Guess the customers of other questions from shares: a share of n customers is k / n, of pairs k / (2 n m)."""
    for key, finding in file.by_place.items():
        window, share = near(file, finding), finding["effect_size"]
        if window is None or share is None or not is_target(file, truth, key):
            continue
        name = finding["effect_size_name"]
        if name in _FRACTIONS:
            values = tuple(n for n in window if fits_fraction(share, n, file.step_of_counts))
        elif name in _PAIRS and (finding["level"] == "cell" or finding["estimand"] == "raw_gap"):
            # Pairs tie in halves; the new customers are some number that the file does not show.
            values = tuple(n for n in window if _fits_pairs(share, n, file.step_of_counts))
        else:
            continue
        yield Guess("continued fraction of a share", f"customers of {key}", values, truth[key]["n_tenured"])


def _fits_pairs(share: float, n: int, step: int) -> bool:
    if step > 1:
        return fits_fraction(share, n, step, parts=2 * n)
    reduced = Fraction(share).limit_denominator(4 * n * MOST)
    if abs(float(reduced) - share) > EXACT:
        return False
    return any((2 * n * new) % reduced.denominator == 0 for new in range(1, MOST))


def is_target(file: ShareFile, truth: Mapping[tuple[Any, ...], Row], key: tuple[Any, ...]) -> bool:
    """Return whether the customers of a question differ from the headline's by fewer than may be known."""
    head = file.findings[0]
    other = (head["estimand"], head["comparator"], head["basis"], *key[3:])
    if other not in truth or key not in truth:
        return False
    return 0 < abs(truth[key]["n_tenured"] - truth[other]["n_tenured"]) < file.least


# -------------------------------------------------------------------------------------------------- tests and intervals


def statistics_solved(file: ShareFile, truth: Mapping[tuple[Any, ...], Row]) -> Iterator[Guess]:
    """Guess customers from statistics: z of n equal signs, p of n flips, t with its p, an exact binomial interval."""
    for key, finding in file.by_place.items():
        window = near(file, finding)
        if window is None or not is_target(file, truth, key):
            continue
        companions = file.companions.get(finding["finding_id"], {})
        levels = finding["confidence_level"], file.study["confidence_level"]
        solved = [_degrees_of_freedom(finding, window)]
        solved += [attack(row, window) for row in (finding, *companions.values()) for attack in (_signs, _flips)]
        solved += [_binomial(companions["share_above"], window, *levels)] if "share_above" in companions else []
        values = min((found for found in solved if found), key=len, default=tuple(window))
        yield Guess("test statistic", f"customers of {key}", values, truth[key]["n_tenured"])


def _signs(row: Row, window: range) -> Values:
    z = row.get("statistic")
    if z is None:
        return ()
    return tuple(
        n
        for n in window
        if any(abs(abs(z) - value) < 1e-9 for value in (math.sqrt(n), math.sqrt(1.5 * n * (n + 1) / (2 * n + 1))))
    )


def _flips(row: Row, window: range) -> Values:
    p = row["p_value"]
    return () if not p else tuple(n for n in window if abs(math.log2(2 / p) - n) < 1e-9)


def _degrees_of_freedom(finding: Row, window: range) -> Values:
    """Return n where every customer is a cluster of the same offer: t has n - 1 degrees of freedom."""
    gap, low, high, statistic = (finding.get(name) for name in ("estimate", "ci_lower", "ci_upper", "statistic"))
    if None in (gap, low, high, statistic) or not statistic or finding["interval"] != "party":
        return ()
    se = math.log1p(gap) / statistic
    half = (math.log1p(high) - math.log1p(low)) / 2
    level = 0.5 + finding["confidence_level"] / 2
    return tuple(n for n in window if n > 1 and abs(t.ppf(level, n - 1) * se - half) < 1e-9 * half)


def _binomial(row: Row, window: range, *levels: float | None) -> Values:
    share, low = row["estimate"], row["ci_lower"]
    if share is None or low is None:
        return tuple(window)
    found = []
    for n in window:
        k = round(share * n)
        bounds = [beta.ppf((1 - level) / 2, k, n - k + 1) for level in levels if level and k]
        if any(abs(bound - low) < 1e-9 for bound in bounds):
            found.append(n)
    return tuple(found)


# --------------------------------------------------------------------------------------------- one customer's own price


def own_ratios(
    file: ShareFile, ratios: Mapping[str, Sequence[float]], about: Callable[[Row], str | None]
) -> list[Guess]:
    """Guess whose ratio the published median is: how many customers have one that is published so.

    Args:
        file: A share file.
        ratios: Scope to the ratio of price and offer, minus 1, of each of its customers.
        about: Gives the scope of a finding, as ``ratios`` name it; None for others.
    """
    found = []
    for finding in file.findings:
        scope = about(finding)
        median = file.companions.get(finding["finding_id"], {}).get("median_ratio")
        if scope is None or median is None or median["estimate"] is None:
            continue
        half = (median.get("rounded_to") or 2 * EXACT) / 2
        n_alike = sum(abs(ratio - median["estimate"]) <= half * (1 + 1e-9) for ratio in ratios[scope])
        # One value fits where the median is the ratio of one customer and of nobody else.
        found.append(Guess("median", f"a customer's own ratio in {scope}", tuple(range(1, n_alike + 1)), 1))
    return found


# ------------------------------------------------------------------------------------------------------- sums of scopes


@dataclass(frozen=True)
class Sums:
    """The headline's question by scope, as sums of inner cells: customers alike in all columns.

    Attributes:
        inner: Place of a scope to its inner cells, each of shape (cells,).
        n: Customers of each inner cell.
        above: Those of them above their offer.
    """

    inner: Mapping[tuple[Any, ...], FloatArray]
    n: FloatArray
    above: FloatArray


def sums_solved(file: ShareFile, sums: Sums) -> list[Guess]:
    """Guess small counts by linear programs: customers, and those above their offer or not, are sums of inner cells."""
    nothing = np.zeros_like(sums.n)
    left, low, high = [nothing], [0.0], [0.0]
    for key, inner in sums.inner.items():
        row = file.by_place.get(key)
        if row is None:
            continue
        if row["n_tenured"] is not None:
            behind = counts_behind(row["n_tenured"], file.step_of_counts)
            left.append(np.concatenate((inner, inner)))
            low.append(behind[0])
            high.append(behind[-1])
        for above in _above(file, row):
            left.append(np.concatenate((inner, nothing)))
            low.append(above[0])
            high.append(above[1])
    left[0] = np.zeros(2 * len(nothing))
    rows = np.array(left)
    within = {"A_ub": np.vstack((rows, -rows)), "b_ub": np.concatenate((high, -np.array(low)))}
    found = []
    for key, inner in sums.inner.items():
        n, above = int(inner @ sums.n), int(inner @ sums.above)
        row = file.by_place.get(key)
        hidden = row is None or row["n_tenured"] is None
        for what, number, target in (
            ("customers", n, np.concatenate((inner, inner))),
            ("customers above their offer", above, np.concatenate((inner, nothing))),
            ("customers not above their offer", n - above, np.concatenate((nothing, inner))),
        ):
            if number < file.least and n > 0 and (hidden or what != "customers"):
                found.append(Guess("linear program", f"{what} of {key}", _range_of(target, within), number))
    return found


def _above(file: ShareFile, finding: Row) -> Iterator[tuple[float, float]]:
    """Return how many of a finding are above their offer, as its share and the money's companion say."""
    affected = file.companions.get(finding["finding_id"], {}).get("customers_affected")
    money = file.by_place.get(("overpayment", *place(finding)[1:]))
    if affected is None and money is not None:
        affected = file.companions.get(money["finding_id"], {}).get("customers_affected")
    if affected is not None:
        behind = counts_behind(int(affected["estimate"]), file.step_of_counts)
        yield behind[0], behind[-1]
    share, n = finding["effect_size"], finding["n_tenured"]
    if share is not None and n is not None and finding["effect_size_name"] == "share_above":
        sizes = counts_behind(n, file.step_of_counts)
        half = 1e-9 if file.step_of_counts == 1 else ladder(file.step_of_counts / sizes[0]) / 2
        yield (share - half) * sizes[0], (share + half) * sizes[-1]


def _range_of(target: FloatArray, within: Mapping[str, Any]) -> Values:
    ends = []
    for sign in (1.0, -1.0):
        solved = linprog(sign * target, bounds=(0, None), **within)
        ends.append(sign * solved.fun if solved.status == 0 else float(MOST))
    return tuple(range(math.ceil(ends[0] - 1e-6), min(MOST, math.floor(ends[1] + 1e-6)) + 1))


# ------------------------------------------------------------------------------------------------- months and snapshots


def differences_found(
    about: str,
    first: Mapping[Any, int | None],
    second: Mapping[Any, int | None],
    truth: Callable[[Any], int],
    *,
    step: int,
) -> Iterator[Guess]:
    """Guess by how many customers a number changed from one table to the next, where both show it."""
    for key, n in first.items():
        other = second.get(key)
        if n is None or other is None:
            continue
        values = {b - a for a, b in product(counts_behind(n, step), counts_behind(other, step))}
        yield Guess("difference", f"{about} {key}", tuple(sorted(values)), truth(key), is_net=True)


def month_pairs(file: ShareFile) -> Iterator[tuple[Row, Row]]:
    """Return the successive months of a series."""
    yield from pairwise(file.months)


# --------------------------------------------------------------------------------------------------------------- digits


def exact_doubles(file: ShareFile) -> int:
    """Return how many published figures carry more than six significant digits: as many as the computer had."""
    names = ("estimate", "amount", "ci_lower", "ci_upper", "statistic", "p_value", "p_value_adjusted", "effect_size")
    names += ("support_share", "minimum_detectable_gap", "equivalence_ci_lower", "equivalence_ci_upper")
    names += ("p_value_equivalence", "p_value_equivalence_adjusted", "mean_price", "mean_offer", "pricing_decisions")
    companions = [row for rows in file.companions.values() for row in rows.values()]
    rows = [*file.findings, *companions, *file.months, *file.cells]
    return sum(is_exact(row[name]) for row in rows for name in names if row.get(name) is not None)


def is_exact(value: float) -> bool:
    """Return whether a number has more than six significant digits.

    Example:
        >>> is_exact(0.05298), is_exact(0.0529859636707255)
        (False, True)
    """
    return float(f"{float(value):.6g}") != float(value)
