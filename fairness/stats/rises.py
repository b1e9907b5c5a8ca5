"""Price rises as decisions: many individual prices may have been raised by one factor in one month.

Where a firm rates every customer individually, offers do not show which prices share a decision; a rise of 7 % for
three thousand customers is one decision all the same. Factors are compared to the coin, since prices are rounded.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import FloatArray, IntArray
from fairness.stats.scores import key_starts, sorting

LEAST_CUSTOMERS = 10
"""Number of customers whose prices moved alike from which the move is one decision."""
ALONE = -1
"""Decision number of customers whose price moved like that of too few others."""
_SAME_FACTOR = 0.001
_NEIGHBOURHOOD, _STANDS_OUT = 0.02, 3.0


def shared_rises(group: ArrayLike, before: ArrayLike, after: ArrayLike, n: ArrayLike, *, coin: float) -> IntArray:
    """Return which entries' prices were changed by one factor: groups of ten customers or more, the largest first.

    Two changes share a factor f where each price after lies within 0.1 % or one coin of f times the price before.
    Of the factors of a group, the one that fits the most customers is a decision; it is taken out, and the next is
    looked for. Where factors are spread evenly, none stands out, and nobody decided for many: a factor has to fit three
    times as many customers as it would if the changes within 2 % of it were spread evenly. Unchanged prices are not a
    rise.

    Args:
        group: Product and month of the change of each entry, shape (m,).
        before: Price before, above 0, shape (m,).
        after: Price after, above 0, in the same unit, shape (m,).
        n: Customers of each entry, shape (m,).
        coin: Smallest step of prices in that unit, above 0.

    Returns:
        Number of the rise of each entry, shape (m,); :data:`ALONE` where fewer than ten customers moved alike.

    Raises:
        ValueError: Unequal lengths, a price that is not above 0, or a count that is not above 0.

    Example:
        >>> shared_rises([1, 1, 1], [10.0, 20.0, 20.0], [10.7, 21.4, 23.0], [6, 6, 3], coin=0.01)
        array([ 0,  0, -1])
    """
    groups, counts = checks.integers("group", group), checks.counts("n", n)
    old, new = checks.positive("before", before), checks.positive("after", after)
    checks.same_length(group=groups, before=old, after=new, n=counts)
    found = np.full(groups.size, ALONE, dtype=np.int64)
    width = np.maximum(_SAME_FACTOR * new, coin) / old
    factor = new / old
    moved = np.abs(new - old) > checks.LOG_NOISE
    order = sorting(groups, factor)
    order = np.arange(groups.size)[order] if isinstance(order, slice) else order
    order = order[moved[order]]
    if not order.size:
        return found
    bounds = np.append(key_starts(groups[order]), order.size).tolist()
    number = 0
    for first, last in pairwise(bounds):
        left = order[first:last]
        while left.size:
            alike = _most_alike(factor[left], width[left], counts[left])
            if not _stands_out(factor[left], width[left], counts[left], alike):
                break
            found[left[alike]] = number
            number, left = number + 1, left[~alike]
    return found


def _stands_out(factor: FloatArray, width: FloatArray, n: IntArray, alike: checks.BoolArray) -> bool:
    size = int(n[alike].sum())
    if size < LEAST_CUSTOMERS:
        return False
    middle = float(np.average(factor[alike], weights=n[alike]))
    near = np.abs(factor - middle) <= _NEIGHBOURHOOD
    share = float(np.average(width[alike], weights=n[alike])) / _NEIGHBOURHOOD
    return size >= min(_STANDS_OUT * share, 1.0) * int(n[near | alike].sum())


def _most_alike(factor: FloatArray, width: FloatArray, n: IntArray) -> checks.BoolArray:
    """Return the entries whose interval of factors holds the one that fits the most customers."""
    low, high = factor - width, factor + width
    edges = np.concatenate((low, high))
    step = np.concatenate((n, -n))
    # An interval that ends where another begins still shares that factor, so beginnings come first.
    order = np.lexsort((step < 0, edges))
    best = edges[order[int(np.argmax(np.cumsum(step[order])))]]
    return np.asarray((low <= best) & (best <= high), dtype=np.bool_)
