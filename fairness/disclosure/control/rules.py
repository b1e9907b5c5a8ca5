"""What is unsafe by itself: small counts, and amounts that one or two contributors dominate.

Decision D63.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of a release.

    Attributes:
        min_cell: Smallest count that is shown; 0 is small too, because it says something about everybody.
        dominance_n: The n of the (n, k) rule: this many largest contributors together ...
        dominance_share: ... may not hold more than this fraction of an amount. (2, 85 %) is common in European
            statistics; the rule and :func:`reach_of` follow Hundepool et al., Handbook on Statistical Disclosure
            Control, ESSNet SDC, 2010, chapter 4.
    """

    min_cell: int = 10
    dominance_n: int = 2
    dominance_share: float = 0.85


def small(counts: Sequence[int] | npt.NDArray[np.int64], rules: Rules) -> npt.NDArray[np.bool_]:
    """Return which counts are too small to be shown, shape (n,).

    Example:
        >>> small([0, 9, 10], Rules()).tolist()
        [True, True, False]
    """
    found: npt.NDArray[np.bool_] = np.asarray(counts) < rules.min_cell
    return found


def dominated(contributions: Sequence[float], total: float, rules: Rules) -> bool:
    """Return whether the largest contributors hold too much of an amount.

    Args:
        contributions: At least the ``dominance_n`` largest contributions, not negative, in any order.
        total: Sum of all contributions.
        rules: The thresholds.

    Example:
        >>> dominated([60.0, 30.0], 100.0, Rules()), dominated([50.0, 30.0], 100.0, Rules())
        (True, False)
        >>> dominated([], 0.0, Rules())
        False
    """
    largest = sorted(contributions, reverse=True)[: rules.dominance_n]
    return sum(largest) > rules.dominance_share * total


def reach_of(contributions: Sequence[float], total: float, rules: Rules) -> float:
    """Return how far above its true value an attacker's upper bound of a withheld amount has to lie.

    For the (n, k) rule: the largest n divided by k, minus the total; that much more from others would make the amount
    safe. An amount withheld because few people are behind it is treated as theirs alone.

    Example:
        >>> round(reach_of([85.0, 15.0], 100.0, Rules()), 2)
        17.65
    """
    largest = sorted(contributions, reverse=True)[: rules.dominance_n]
    return max(0.0, sum(largest) / rules.dominance_share - total)
