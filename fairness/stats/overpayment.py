"""Overpayment against explicit offers: money and people, counted exactly. Facts, without a verdict.

Everything is integer arithmetic on ticks of 10^-4 major units. Nothing is asymptotic; the noise floor is a yardstick
that takes deviations from the mean gap as roughly normal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import IntArray

# E max(0, Z) = sigma / sqrt(2 pi) for a normal Z with mean 0: 0.3989 of its standard deviation.
_MEAN_POSITIVE_PART = 1.0 / math.sqrt(2.0 * math.pi)
# Sums whose bound stays below this fit int64 with room to spare.
_SAFE_SUM = 2.0**62


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What tenured customers pay above their offers, per period of the prices.

    Attributes:
        gross: Sum of max(0, p - b) over customers, ticks of 10^-4 major units.
        net: Sum of p - b over customers, ticks; above 0 when tenured customers pay more in total.
        n_affected: Customers with p > b.
        n: Customers compared.
        sigma: Standard deviation (n - 1) of p - b around its mean, ticks; None for one customer.
        noise_floor: Gross overpayment a customer that noise of this size alone would show at a true gap of 0, ticks;
            None for one customer.
    """

    gross: int
    net: int
    n_affected: int
    n: int
    sigma: float | None
    noise_floor: float | None


def overpayment(price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> Overpayment:
    """Sum what tenured customers pay above their offers, gross and net, exactly.

    gross = sum n max(0, p - b), net = sum n (p - b). The gross sum is never negative and grows with noise: when p - b
    is normal with mean 0 and standard deviation sigma, E max(0, p - b) = sigma / sqrt(2 pi), about 0.3989 sigma a
    customer, with no true gap at all. That floor, from the sd of p - b around its mean gap, is to be printed beside the
    gross sum. Net above 0: tenured customers pay more.

    Args:
        price: Prices paid p, integer ticks of 10^-4 major units, shape (m,).
        comparator: Offers b, integer ticks, shape (m,).
        n: Customers of each entry, shape (m,).

    Returns:
        Overpayment, money in ticks as Python integers.

    Raises:
        ValueError: No entry, unequal lengths, prices that are not integers, or a count that is not above 0.

    Example:
        >>> result = overpayment([110_000, 95_000], [100_000, 100_000], [2, 1])
        >>> result.gross, result.net, result.n_affected
        (20000, 15000, 2)
    """
    p, b = checks.integers("price", price), checks.integers("comparator", comparator)
    counts = checks.counts("n", n)
    checks.same_length(price=p, comparator=b, n=counts)
    checks.not_empty("price", p)
    excess = p - b
    size = int(counts.sum())
    net = _exact_sum(counts, excess)
    sigma = _standard_deviation(excess, counts, net / size, size)
    return Overpayment(
        gross=_exact_sum(counts, np.maximum(excess, 0)),
        net=net,
        n_affected=int(counts[excess > 0].sum()),
        n=size,
        sigma=sigma,
        noise_floor=None if sigma is None else sigma * _MEAN_POSITIVE_PART,
    )


def _exact_sum(n: IntArray, values: IntArray) -> int:
    """Return sum n * values as a Python integer; beyond 64 bits it is added in Python."""
    if float(np.abs(values).max()) * float(n.sum()) < _SAFE_SUM:
        return int((n * values).sum())
    return sum(count * value for count, value in zip(n.tolist(), values.tolist(), strict=True))


def _standard_deviation(values: IntArray, n: IntArray, mean: float, size: int) -> float | None:
    if size < 2:
        return None
    order = np.lexsort((n, values))
    squares = (n * (values - mean) ** 2)[order].sum()
    return math.sqrt(float(squares) / (size - 1))
