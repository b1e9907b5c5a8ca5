from __future__ import annotations

import pytest

from fairness.stats.proportion import clopper_pearson


@pytest.mark.parametrize(
    ("k", "n", "interval"), [(0, 30, (0.0, 0.1157)), (3, 200, (0.0031, 0.0432)), (30, 30, (0.8843, 1.0))]
)
def test_published_intervals(k: int, n: int, interval: tuple[float, float]) -> None:
    assert clopper_pearson(k, n, confidence_level=0.95) == pytest.approx(interval, abs=5e-5)


def test_no_trial_has_no_interval() -> None:
    assert clopper_pearson(0, 0, confidence_level=0.95) == (None, None)


def test_counting_the_others_mirrors_the_interval() -> None:
    lower, upper = clopper_pearson(7, 40, confidence_level=0.9)
    assert clopper_pearson(33, 40, confidence_level=0.9) == pytest.approx((1 - upper, 1 - lower), rel=1e-12)


@pytest.mark.parametrize("k", [-1, 31])
def test_refuses_impossible_counts(k: int) -> None:
    with pytest.raises(ValueError, match="must lie in 0 to n = 30"):
        clopper_pearson(k, 30, confidence_level=0.95)
