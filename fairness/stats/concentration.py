"""How concentrated money is among people: the curve and its Gini coefficient, with those who have none counted too.

Facts about the people at hand, without a distribution.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks


def gini(money: ArrayLike) -> float | None:
    """Return the Gini coefficient: 0 where all have the same, near 1 where one has all; None where nobody has any.

    With amounts in rising order and ranks 1 to n it is sum (2 rank - n - 1) x / (n sum x).

    Args:
        money: Amount of each person, 0 or more, shape (n,).

    Raises:
        ValueError: No person, or an amount that is negative or not finite.

    References:
        Cowell, Measuring Inequality (2011), chapter 2.

    Example:
        >>> gini([0.0, 0.0, 0.0, 8.0]), gini([1.0, 1.0]), gini([0.0])
        (0.75, 0.0, None)
    """
    amounts = _sorted(money)
    total = float(amounts.sum())
    if not total:
        return None
    ranks = np.arange(1, amounts.size + 1)
    return float(((2 * ranks - amounts.size - 1) * amounts).sum() / (amounts.size * total))


def largest_shares(money: ArrayLike, people: Sequence[float]) -> list[float | None]:
    """Return which share of the money belongs to the given shares of the people, those with the most first.

    Within one person the money grows evenly, so that any share of people has an answer.

    Args:
        money: Amount of each person, 0 or more, shape (n,).
        people: Shares of the people, 0 to 1.

    Raises:
        ValueError: No person, or an amount that is negative or not finite.

    Example:
        >>> largest_shares([0.0, 2.0, 0.0, 6.0], [0.25, 0.5, 0.125])
        [0.75, 1.0, 0.375]
    """
    amounts = _sorted(money)[::-1]
    total = float(amounts.sum())
    if not total:
        return [None for _ in people]
    reached = np.concatenate(([0.0], np.cumsum(amounts))) / total
    places = np.linspace(0.0, 1.0, reached.size)
    return [float(np.interp(share, places, reached)) for share in people]


def _sorted(money: ArrayLike) -> checks.FloatArray:
    amounts = checks.finite("money", money)
    checks.not_empty("money", amounts)
    if float(amounts.min()) < 0:
        raise ValueError("money holds an amount below 0")
    return np.sort(amounts)
