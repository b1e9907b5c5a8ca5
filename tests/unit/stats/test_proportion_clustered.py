from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from fairness.stats.proportion import clustered_proportion


def test_single_trials_as_decisions_are_clopper_pearson() -> None:
    counted = np.repeat([1, 0], [30, 70])
    found = clustered_proportion(np.arange(100), counted, np.ones(100, dtype=int), confidence_level=0.95)
    exact = binomtest(30, 100).proportion_ci(0.95, method="exact")
    assert found == pytest.approx((exact.low, exact.high), rel=1e-9)


def test_customers_of_shared_decisions_are_covered() -> None:
    """20 decisions of 200 customers each: rates vary by decision, and customers as trials would be sure of noise."""
    rng = np.random.default_rng(1)
    covered = naive = 0
    for _ in range(300):
        rate = rng.beta(9.5, 9.5, 20)
        counted = rng.binomial(200, rate)
        lower, upper = clustered_proportion(np.arange(20), counted, np.full(20, 200), confidence_level=0.95) or (1, 0)
        covered += lower <= 0.5 <= upper
        exact = binomtest(int(counted.sum()), 4000).proportion_ci(0.95, method="exact")
        naive += exact.low <= 0.5 <= exact.high
    assert covered >= 276
    assert naive < 180


def test_none_seen_is_bounded_by_decisions_not_customers() -> None:
    lower, upper = clustered_proportion(np.arange(12), np.zeros(12, dtype=int), np.full(12, 900), confidence_level=0.95)
    assert (lower, upper) == (0.0, pytest.approx(1 - 0.025 ** (1 / 12)))
    above = clustered_proportion(np.arange(12), np.full(12, 900), np.full(12, 900), confidence_level=0.95)
    assert above == (pytest.approx(0.025 ** (1 / 12)), 1.0)
    assert clustered_proportion([1, 1], [3, 4], [10, 10], confidence_level=0.95) is None
    with pytest.raises(ValueError, match="0 to n"):
        clustered_proportion([1, 2], [11, 0], [10, 10], confidence_level=0.95)
