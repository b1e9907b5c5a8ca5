"""Prices in the wrong unit: cents read as euros, a decimal mark read as a thousands sign.

Real prices of one thing differ by a factor of a few; units differ by 100 or 1,000. What is found here is a suspicion
for somebody to check, never a correction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.scores import group_starts, sorting

_LEAST_MEDIAN, _LARGEST_MEDIAN = 0.2, 5.0
_LEAST_SHARE, _NEAR = 0.01, 0.2
# A unit's factor, and the range of ratios that real prices would fill on the way to it.
_FACTORS = ((100.0, 8.0, 80.0), (1000.0, 80.0, 800.0))


@dataclass(frozen=True, slots=True)
class UnitSuspect:
    """A group of prices that differ from what they are compared with as units do.

    Attributes:
        group: Number of the group.
        median_ratio: Median of price over comparator.
        factor: 100 or 1,000 where single rows differ by it, or by its inverse; None where the median does.
    """

    group: int
    median_ratio: float
    factor: float | None


def unit_suspects(group: ArrayLike, ratio: ArrayLike, n: ArrayLike) -> list[UnitSuspect]:
    """Return the groups whose prices look as if they were in a different unit from what they are compared with.

    A group is suspect where the median ratio lies outside 0.2 to 5, or where at least 1 % of it lie within 20 % of
    100 or 1,000, or of their inverse, while none lies in between: between 8 and 80 (80 and 800). A long tail of dear
    prices fills that range, another unit leaves it empty.

    Args:
        group: Product and plan of each entry as a number, shape (m,).
        ratio: Price over offer, or over the median price of the group where there is none, above 0, shape (m,).
        n: Observations of each entry, shape (m,).

    Returns:
        The suspects, by group.

    Raises:
        ValueError: Unequal lengths, a ratio or count that is not above 0.

    Example:
        >>> unit_suspects([0, 0, 1], [1.0, 100.0, 1.1], [90, 10, 50])
        [UnitSuspect(group=0, median_ratio=1.0, factor=100.0)]
    """
    groups, ratios, counts = checks.integers("group", group), checks.positive("ratio", ratio), checks.counts("n", n)
    checks.same_length(group=groups, ratio=ratios, n=counts)
    if not groups.size:
        return []
    order = sorting(groups, ratios)
    groups, ratios, counts = groups[order], ratios[order], counts[order]
    starts = group_starts(groups)
    found = []
    for first, last in zip(starts.tolist(), [*starts[1:].tolist(), groups.size], strict=True):
        here, size = ratios[first:last], counts[first:last]
        running = np.cumsum(size)
        median = float(here[np.searchsorted(running, (int(running[-1]) - 1) // 2, side="right")])
        factor = _factor(here, size, int(running[-1]))
        if factor is not None or not _LEAST_MEDIAN <= median <= _LARGEST_MEDIAN:
            found.append(UnitSuspect(int(groups[first]), median, factor))
    return found


def _factor(ratio: checks.FloatArray, n: checks.IntArray, total: int) -> float | None:
    for factor, low, high in _FACTORS:
        for values in (ratio, 1.0 / ratio):
            near = np.abs(values / factor - 1.0) <= _NEAR
            between = (values > low) & (values < high) & ~near
            if n[near].sum() >= _LEAST_SHARE * total and near.any() and not between.any():
                return factor
    return None
