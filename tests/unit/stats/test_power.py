from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from fairness.stats.power import deciding_sample, detectable_penalty, minimum_detectable_gap

NORMAL = NormalDist()


def test_minimum_detectable_gap_is_detected_in_eight_of_ten() -> None:
    gap = minimum_detectable_gap(se=0.004, alpha_star=0.01)
    power = 1 - NORMAL.cdf(NORMAL.inv_cdf(0.995) - gap / 0.004)
    assert power == pytest.approx(0.8, rel=1e-9)


@pytest.mark.parametrize("df", [9.0, 19.0, 60.5])
def test_minimum_detectable_gap_of_few_decisions_is_detected_in_eight_of_ten(df: float) -> None:
    gap = minimum_detectable_gap(se=0.004, alpha_star=0.05, df=df)
    power = stats.nct.sf(stats.t.ppf(0.975, df), df, gap / 0.004)
    assert power == pytest.approx(0.8, abs=0.01)
    assert gap > minimum_detectable_gap(se=0.004, alpha_star=0.05)
    assert minimum_detectable_gap(se=0.004, alpha_star=0.05, df=math.inf) == minimum_detectable_gap(
        se=0.004, alpha_star=0.05
    )


def test_minimum_detectable_gap_without_error() -> None:
    assert minimum_detectable_gap(se=None, alpha_star=0.05) is None
    assert minimum_detectable_gap(se=0.0, alpha_star=0.05) == 0.0


@pytest.mark.parametrize(
    ("se", "margin", "alpha"), [(0.01, 0.01, 0.05), (0.002, 0.01, 0.05), (0.05, 0.02, 0.1), (0.01, 0.01, 0.5)]
)
def test_deciding_samples_decide_with_eight_in_ten(se: float, margin: float, alpha: float) -> None:
    at_zero, at_twice = deciding_sample(se=se, n=500, margin=margin, alpha=alpha)
    z = NORMAL.inv_cdf

    def equivalent(n: int) -> float:
        now = se * math.sqrt(500 / n)
        return 2 * NORMAL.cdf(margin / now - z(1 - alpha)) - 1

    def penalty(n: int) -> float:
        now = se * math.sqrt(500 / n)
        return 1 - NORMAL.cdf(max(z(1 - alpha / 2), margin / now) - 2 * margin / now)

    # The number given is enough, and one percent fewer would not be.
    assert equivalent(at_zero) >= 0.8 - 1e-9
    assert penalty(at_twice) >= 0.8 - 1e-9
    assert equivalent(int(at_zero * 0.99) - 1) < 0.8
    assert penalty(int(at_twice * 0.99) - 1) < 0.8


@pytest.mark.parametrize("se", [None, 0.0])
def test_no_sample_decides_without_a_standard_error(se: float | None) -> None:
    assert deciding_sample(se=se, n=100, margin=0.01, alpha=0.05) is None


def test_refusals() -> None:
    with pytest.raises(ValueError, match="n = 0: must be above 0"):
        deciding_sample(se=0.1, n=0, margin=0.01, alpha=0.05)
    with pytest.raises(ValueError, match=r"se = -0\.1"):
        minimum_detectable_gap(se=-0.1, alpha_star=0.05)


@pytest.mark.parametrize("se", [0.001, 0.004, 0.03])
def test_a_penalty_of_that_size_is_called_in_80_of_100_draws(se: float) -> None:
    """Normal draws around the gap, counted: significant at 5 % and at least the margin."""
    found = minimum_detectable_gap(se=se, alpha_star=0.05)
    gap = detectable_penalty(detectable_gap=found, se=se, df=None, margin=0.01)
    assert gap is not None
    draws = np.random.default_rng(5).normal(gap, se, 200_000)
    called = (draws > 1.959964 * se) & (draws >= math.log1p(0.01))
    assert called.mean() == pytest.approx(0.8, abs=0.005)


def test_without_a_standard_error_nothing_can_be_promised() -> None:
    assert detectable_penalty(detectable_gap=None, se=None, df=None, margin=0.01) is None
