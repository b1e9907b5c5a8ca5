"""How far a few customers could move a figure, which decides to how many digits it may be published.

Facts about the data at hand, without any distribution: the effect of one customer is the first-order one, as in the
infinitesimal jackknife. Nothing here has a sign: it does not matter whose effect it is, only how large it can be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import FloatArray, IntArray
from fairness.stats.value_counts import CountTable

FEW_TIMES = 3
"""Where fewer than this many times the few depart from the rest, the figure says something about them in particular."""
_NOISE = 1e-9
_ALIKE = 0.0025
"""Own values this close to the middle one count as the same: prices are rounded to cents."""


@dataclass(frozen=True, slots=True)
class Influence:
    """How far few customers can move a figure.

    Attributes:
        n: Customers behind the figure.
        largest: The largest effect of one customer, in the unit of the figure.
        together: Effects of the few customers with the largest ones, added up.
        half: The same for half as many.
        deviating: How many customers depart from the rest in effect: half the sum of all deviations over the largest
            one. With k customers at one value and all others at another it is the smaller of k and n - k.
        usual: Where :attr:`deviating` is below :data:`FEW_TIMES` times the few: the value that at least half of the
            customers share, to three decimals; None where there is none.
        room: How many different numbers of customers above 0 are possible with the same mean of the own values, if each
            customer could have any of those values or 0; of customers below 0 where the mean is negative. Infinite
            where there are none.
        middle: Distance from the middle own value within which, on either side of it, the few lie; None where a side
            holds fewer.

    Example:
        >>> few = influence([0.001, 0.0], deviation=[0.1, 0.0], own=[0.1, 0.0], n=[3, 97], few=10)
        >>> few.largest, round(few.together, 4), round(few.deviating, 1), few.usual
        (0.001, 0.003, 1.5, 0.0)
    """

    n: int
    largest: float
    together: float
    half: float
    deviating: float
    room: float
    usual: float | None
    middle: float | None

    def of_customers(self, n_observations: int, n_customers: int) -> Influence:
        """Return the same where the entries are observations and a customer may have several.

        Example:
            >>> one = influence([0.1], deviation=[0.1], own=[0.1], n=[30], few=10)
            >>> one.of_customers(30, 15).largest
            0.2
        """
        each = max(1.0, n_observations / max(1, n_customers))
        return replace(self, largest=self.largest * each, together=self.together * each, half=self.half * each)


def influence(effect: ArrayLike, *, deviation: ArrayLike, own: ArrayLike, n: ArrayLike, few: int) -> Influence:
    """Measure how far the few customers with the largest effects could move a figure.

    Args:
        effect: How far one customer of each entry moves the figure, whichever way, shape (m,).
        deviation: How far the own value of such a customer lies from the figure, shape (m,).
        own: That own value; NaN for customers who have none, such as those on the other side, shape (m,).
        n: Customers of each entry, shape (m,).
        few: How many customers are few.

    Returns:
        Influence.

    Raises:
        ValueError: No entry, unequal lengths, or a count that is not above 0.

    References:
        Hampel et al., Robust Statistics: The Approach Based on Influence Functions (1986), chapter 2.

    Example:
        >>> influence([0.001, 0.002], deviation=[0.1, 0.2], own=[0.1, -0.2], n=[60, 30], few=10).together
        0.02
    """
    counts = checks.counts("n", n)
    effects, away = (np.abs(np.asarray(values, dtype=np.float64)) for values in (effect, deviation))
    values = np.asarray(own, dtype=np.float64)
    checks.same_length(effect=effects, deviation=away, own=values, n=counts)
    checks.not_empty("effect", effects)
    # Equal prices may differ from their own mean by rounding.
    known = values[~np.isnan(values)]
    away[away <= _NOISE * max(1.0, float(np.abs(known).max(initial=0.0)))] = 0.0
    furthest = float(away.max())
    deviating = float((counts * away).sum()) / (2.0 * furthest) if furthest > 0 else 0.0
    usual, middle = _middle(values, counts, few)
    return Influence(
        n=int(counts.sum()),
        largest=float(effects.max()),
        together=_largest(effects, counts, few),
        half=_largest(effects, counts, max(1, few // 2)),
        deviating=deviating,
        room=_room(values, counts),
        usual=usual if deviating < FEW_TIMES * few else None,
        middle=middle,
    )


def ratio_influence(price: ArrayLike, comparator: ArrayLike, n: ArrayLike, *, few: int) -> Influence:
    """Measure how far few customers could move the ratio of what they pay to what they are offered.

    The effect of a customer is that on sum p / sum b or that on the mean of log(p/b), whichever is larger, so that it
    holds for the companions of the ratio as well.

    Args:
        price: Prices paid p, above 0, shape (m,).
        comparator: Offers b, above 0, shape (m,).
        n: Customers of each entry, shape (m,).
        few: How many customers are few.

    Example:
        >>> found = ratio_influence([11.0, 10.0], [10.0, 10.0], [3, 97], few=10)
        >>> round(found.largest, 5), found.usual
        (0.00097, 0.0)
    """
    p, b, counts = np.asarray(price, dtype=np.float64), np.asarray(comparator, dtype=np.float64), checks.counts("n", n)
    total, size = float((counts * b).sum()), float(counts.sum())
    ratio = float((counts * p).sum()) / total
    return influence(
        np.maximum(np.abs(p - ratio * b) / total, np.abs(p / b - ratio) / size),
        deviation=p / b - ratio,
        own=p / b - 1.0,
        n=counts,
        few=few,
    )


def contrast_influence(table: CountTable, *, few: int) -> Influence:
    """Measure how far few customers of either side could move the standardised ratio of two samples.

    R = A / B with A = sum_c P_Tc, B = sum_c X_Tc P_Nc / X_Nc, see :mod:`fairness.stats.standardised_ratio`. A tenured
    customer moves A or, where all count equally, a mean of ratios; a new one moves the mean of its cell.

    Args:
        table: Value counts; each cell has customers on both sides.
        few: How many customers are few.

    Example:
        >>> table = CountTable(cell=[0] * 3, tenured=[True, True, False], price=[11.0, 10.0, 10.0], reference=[1.0] * 3,
        ...                    n=[3, 97, 50], n_cells=1)
        >>> found = contrast_influence(table, few=10)
        >>> round(found.largest, 5), round(found.deviating, 2), found.usual
        (0.00097, 3.0, 0.0)
    """
    is_tenured, counts, p, x = table.tenured, table.n, table.price, table.reference
    _, place = np.unique(table.cell, return_inverse=True)
    place = place.reshape(-1)

    def sums(values: FloatArray, side: checks.BoolArray) -> FloatArray:
        return np.asarray(np.bincount(place, weights=np.where(side, counts * values, 0.0)), dtype=np.float64)

    ones = np.ones_like(p)
    x_tenured, x_new = sums(x, is_tenured), sums(x, ~is_tenured)
    n_tenured, n_new = sums(ones, is_tenured), sums(ones, ~is_tenured)
    level = sums(p, ~is_tenured) / x_new
    total = float((x_tenured * level).sum())
    ratio = float((counts * p)[is_tenured].sum()) / total
    relative = p / (level[place] * x)
    own = np.maximum(np.abs(p - ratio * level[place] * x) / total, np.abs(relative - ratio) / n_tenured.sum())
    money, people = ratio * (x_tenured / x_new / total)[place] * np.abs(p - level[place] * x), n_tenured / n_new
    other = np.maximum(money, ratio * people[place] / n_tenured.sum() * np.abs(relative - 1.0))
    return influence(
        np.where(is_tenured, own, other),
        deviation=np.where(is_tenured, relative - ratio, ratio * (relative - 1.0)),
        own=np.where(is_tenured, relative - 1.0, np.nan),
        n=counts,
        few=few,
    )


def mean_influence(value: ArrayLike, n: ArrayLike, *, few: int, beside: tuple[ArrayLike, ...] = ()) -> Influence:
    """Measure how far few customers could move the mean of a value, and the means of others beside it.

    Args:
        value: The value, shape (m,).
        n: Customers of each entry, shape (m,).
        few: How many customers are few.
        beside: Values whose means are published to the same digits, each of shape (m,).

    Example:
        >>> round(mean_influence([0.1, 0.0], [3, 97], few=10).largest, 5)
        0.00097
    """
    counts = checks.counts("n", n)
    size = float(counts.sum())
    listed = [np.asarray(values, dtype=np.float64) for values in (value, *beside)]
    away = [np.abs(values - float((counts * values).sum()) / size) for values in listed]
    return influence(np.max(away, axis=0) / size, deviation=away[0], own=listed[0], n=counts, few=few)


def sum_influence(value: ArrayLike, n: ArrayLike, *, few: int) -> Influence:
    """Measure how far few customers could move a sum: by what each of them adds to it.

    Example:
        >>> found = sum_influence([12.0, 0.0], [3, 97], few=10)
        >>> found.largest, found.together, found.usual
        (12.0, 36.0, 0.0)
    """
    values, counts = np.asarray(value, dtype=np.float64), checks.counts("n", n)
    mean = float((counts * values).sum()) / float(counts.sum())
    return influence(values, deviation=values - mean, own=values, n=counts, few=few)


def _largest(effects: FloatArray, n: IntArray, few: int) -> float:
    """Return the sum of the largest effects, each counted once per customer."""
    if effects.size > few:
        # An entry has at least one customer: no more entries are needed.
        chosen = np.argpartition(effects, -few)[-few:]
        effects, n = effects[chosen], n[chosen]
    order = np.argsort(-effects, kind="stable")
    before = np.cumsum(n[order]) - n[order]
    taken = np.clip(few - before, 0, n[order])
    return float((taken * effects[order]).sum())


def _room(own: FloatArray, n: IntArray) -> float:
    """Return how many numbers of customers on the side of the mean fit it: a linear program with one constraint."""
    known = ~np.isnan(own)
    values, counts = own[known], n[known]
    if not values.size:
        return math.inf
    total = float(counts.sum())
    mean = float((counts * values).sum()) / total
    if mean < 0:
        values, mean = -values, -mean
    on_side = values[values > _NOISE]
    if not on_side.size or mean <= 0:
        return 0.0
    lowest, least, most = min(0.0, float(values.min())), float(on_side.min()), float(on_side.max())
    return total * (min(1.0, (mean - lowest) / (least - lowest)) - min(1.0, mean / most))


def _middle(own: FloatArray, n: IntArray, few: int) -> tuple[float | None, float | None]:
    """Return the value that most customers share, and how far from the middle one the few on either side of it lie."""
    known = ~np.isnan(own)
    values, counts = own[known], n[known]
    if not values.size:
        return None, None
    order = np.argsort(values, kind="stable")
    values, reached = values[order], np.cumsum(counts[order])
    total = int(reached[-1])
    half = (total - 1) // 2
    middle = float(values[np.searchsorted(reached, half, side="right")])
    alike = np.abs(values - middle) <= _ALIKE * max(1.0, abs(middle))
    usual = round(middle, 3) if 2 * int(counts[order][alike].sum()) >= total else None
    if half < few or half + few >= total:
        return usual, None
    below, above = (float(values[np.searchsorted(reached, half + by, side="right")]) for by in (-few, few))
    return usual, max(middle - below, above - middle)
