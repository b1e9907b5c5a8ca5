"""What becomes of the money of price decisions where a rise that many share is the decision; numbers by hand."""

from __future__ import annotations

import numpy as np

from fairness.analysis.estimands.offer_rises import Rises, by_rise
from fairness.stats.rises import ALONE

DECISIONS = np.array([1, 2, 3])
PAID, OFFERED = np.array([100.0, 60.0, 40.0]), np.array([80.0, 50.0, 40.0])


def rises(*n: int) -> Rises:
    """Return customers of the three decisions: those of the first two share a rise, those of the last rose alone."""
    return Rises(
        cell=np.zeros(3, dtype=np.int64),
        decision=DECISIONS,
        rise=np.array([0, 0, ALONE]),
        price=np.array([10.0, 5.0, 8.0]),
        offer=np.array([8.0, 4.0, 8.0]),
        n=np.array(n),
    )


def test_shared_rises_take_their_money_out_of_the_decisions_of_their_offers() -> None:
    found = by_rise(rises(10, 6, 5), DECISIONS, PAID, OFFERED)
    assert found is not None
    # All of the first decision (10 x 10 of 100) and half of the second (6 x 5 of 60) rose together; the third did not.
    assert found[0].tolist() == [60 - 30, 40, 100 + 30]
    assert found[1].tolist() == [50 - 24, 40, 80 + 24]
    assert found[0].sum() == PAID.sum()
    assert found[1].sum() == OFFERED.sum()


def test_rises_of_less_than_half_of_the_money_are_no_decisions() -> None:
    # 7 x 10 + 5 x 5 = 95 of 200.
    assert by_rise(rises(7, 5, 5), DECISIONS, PAID, OFFERED) is None
    assert by_rise(rises(7, 6, 5), DECISIONS, PAID, OFFERED) is not None
