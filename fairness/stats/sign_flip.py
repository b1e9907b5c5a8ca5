"""The exact test for prices without variance, or for few decisions: a sign for every price decision.

Under a process blind to tenure, each decision is as likely to lie above its comparator as below it. With all k
decisions on one side, no fewer than 2^(k - 1) of 2^k outcomes are less extreme: p = 2 / 2^k, at any sample size and
without any variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks

LEAST_DECISIONS = 6
"""Fewest decisions that can be significant at 5 % when all lie on one side: 2 / 2^6 = 0.031."""
# A decision counts when it holds at least a third of an equal share; those that count must hold most of the money.
_EQUAL_SHARES, _COUNTED_MONEY = 3.0, 0.8


@dataclass(frozen=True, slots=True)
class SignFlip:
    """The exact sign-flip test over price decisions.

    Attributes:
        n_decisions: k, decisions that hold at least a third of an equal share of the money.
        money_share: Share of the money that they hold together.
        p_value: 2 / 2^k where all counted decisions lie on one side of 0, 1 where they do not; None where the counted
            decisions hold less than 80 % of the money: the test does not apply.
        side: 1 where all counted decisions lie beyond the margin above, -1 below, 0 otherwise.
    """

    n_decisions: int
    money_share: float
    p_value: float | None
    side: int

    def decides(self, alpha: float) -> bool:
        """Return whether the test alone gives a verdict: six decisions or more, one side, p below alpha."""
        return (
            self.side != 0
            and self.n_decisions >= LEAST_DECISIONS
            and self.p_value is not None
            and self.p_value < checks.fraction("alpha", alpha)
        )


def sign_flip(price: ArrayLike, comparator: ArrayLike, *, margin: float) -> SignFlip:
    """Test exactly whether price decisions lie on one side of their comparators.

    Args:
        price: Money of the tenured customers of each decision, above 0, shape (decisions,).
        comparator: The same customers at the comparator, above 0, shape (decisions,).
        margin: Margin of equivalence, a fraction: a side is taken only beyond it.

    Returns:
        SignFlip; ``side`` 1 means that tenured customers pay more.

    Raises:
        ValueError: No decision, unequal lengths, or a value that is not above 0.

    References:
        Fisher, The Design of Experiments (1935), section 21; Canay, Romano and Shaikh, Econometrica 85 (2017)
        1013-1030.

    Example:
        >>> test = sign_flip([30.0] * 8, [20.0] * 8, margin=0.01)
        >>> test.n_decisions, test.p_value, test.side, test.decides(0.05)
        (8, 0.0078125, 1, True)
    """
    paid, offered = checks.positive("price", price), checks.positive("comparator", comparator)
    checks.same_length(price=paid, comparator=offered)
    checks.not_empty("price", paid)
    margin = checks.fraction("margin", margin)
    share = offered / offered.sum()
    counted = share >= (1.0 - checks.LOG_NOISE) / (_EQUAL_SHARES * share.size)
    held, k = float(share[counted].sum()), int(counted.sum())
    if held < _COUNTED_MONEY - checks.LOG_NOISE:
        return SignFlip(k, held, None, 0)
    gap = (paid - offered)[counted] / offered[counted]
    one_side = bool((gap > checks.LOG_NOISE).all() or (gap < -checks.LOG_NOISE).all())
    beyond = bool((np.abs(gap) >= margin - checks.LOG_NOISE).all())
    side = (1 if gap[0] > 0 else -1) if one_side and beyond else 0
    return SignFlip(k, held, min(1.0, 2.0 * 0.5**k) if one_side else 1.0, side)
