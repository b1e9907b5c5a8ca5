"""Overpayment against explicit offers: money and people, counted exactly. Facts, without a verdict.

Everything is integer arithmetic on ticks of 10^-4 major units. Nothing is asymptotic; the noise floor is a yardstick
that takes deviations from the mean gap as roughly normal.

Decision D30.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import FloatArray, IntArray
from fairness.stats.scores import MAX_EXACT, exact_sums, group_starts, group_sums, sorting

# E max(0, Z) = sigma / sqrt(2 pi) for a normal Z with mean 0: 0.3989 of its standard deviation.
_MEAN_POSITIVE_PART = 1.0 / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Overpayments:
    """What tenured customers pay above their offers, per period of the prices, one entry per group.

    Attributes:
        group: The groups, ascending.
        gross: Sum of max(0, p - b) over customers, ticks of 10^-4 major units.
        net: Sum of p - b over customers, ticks; above 0 when tenured customers pay more in total.
        n_affected: Customers with p > b.
        n: Customers compared.
        noise_floor: Gross overpayment per customer that noise of this size alone would show at a true gap of 0, ticks,
            shape (groups,); NaN for one customer.
    """

    group: list[int]
    gross: list[int]
    net: list[int]
    n_affected: list[int]
    n: list[int]
    noise_floor: FloatArray


def overpayments(group: ArrayLike, price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> Overpayments:
    """Sum what tenured customers pay above their offers, gross and net, exactly, in every group.

    gross = sum n max(0, p - b), net = sum n (p - b). The gross sum is never negative and grows with noise: when p - b
    is normal with mean 0 and standard deviation sigma, E max(0, p - b) = sigma / sqrt(2 pi), about 0.3989 sigma per
    customer, with no true gap at all. That floor, from the sd (n - 1) of p - b around its mean gap, belongs beside the
    gross sum in print. Net above 0: tenured customers pay more.

    Args:
        group: Group of each entry, usually the cell, shape (m,).
        price: Prices paid p, integer ticks of 10^-4 major units, shape (m,).
        comparator: Offers b, integer ticks, shape (m,).
        n: Customers of each entry, shape (m,).

    Returns:
        Overpayments, money in ticks as Python integers.

    Raises:
        ValueError: No entry, unequal lengths, prices that are not integers, or a count that is not above 0.

    Example:
        >>> result = overpayments([7, 7], [110_000, 95_000], [100_000, 100_000], [2, 1])
        >>> result.gross, result.net, result.n_affected
        ([20000], [15000], [2])
    """
    groups, p, b = (checks.integers(*x) for x in (("group", group), ("price", price), ("comparator", comparator)))
    counts = checks.counts("n", n)
    checks.same_length(group=groups, price=p, comparator=b, n=counts)
    checks.not_empty("price", p)
    # A fixed order makes the sum of squares reproducible to the last bit.
    excess = p - b
    order = sorting(groups, excess, counts)
    groups, excess, counts = groups[order], excess[order], counts[order]
    starts = group_starts(groups)
    sizes, net = exact_sums(counts, starts), _weighted(counts, excess, starts)
    number = np.repeat(np.arange(starts.size), np.diff(starts, append=groups.size))
    mean = np.array([total / size for total, size in zip(net, sizes, strict=True)])
    squares = group_sums(number, counts * (excess - mean[number]) ** 2, starts.size)
    free = np.array([size - 1 if size > 1 else math.nan for size in sizes])
    return Overpayments(
        group=groups[starts].tolist(),
        gross=_weighted(counts, np.maximum(excess, 0), starts),
        net=net,
        n_affected=exact_sums(np.where(excess > 0, counts, 0), starts),
        n=sizes,
        noise_floor=np.sqrt(squares / free) * _MEAN_POSITIVE_PART,
    )


def _weighted(n: IntArray, values: IntArray, starts: IntArray) -> list[int]:
    """Return the sum of n * values for each run as Python integers; products beyond 64 bits are computed in Python."""
    if float(np.abs(values).max()) * float(n.max()) < MAX_EXACT:
        return exact_sums(n * values, starts)
    return exact_sums(n.astype(object) * values.astype(object), starts)
