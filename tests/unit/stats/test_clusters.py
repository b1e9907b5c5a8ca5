from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.clusters import cluster_variance, two_way
from fairness.stats.log_ratio import LogRatio


def test_the_variance_by_a_loop_over_clusters() -> None:
    rng = np.random.default_rng(4)
    cluster, score, n = rng.integers(0, 7, 60), rng.normal(size=60), rng.integers(1, 9, 60)
    share = rng.random(60)
    share /= (n * share).sum()
    found = cluster_variance(cluster, score, share, n)
    variance = squares = 0.0
    for number in range(7):
        own = cluster == number
        w = float((n[own] * share[own]).sum())
        variance += (float((n[own] * score[own]).sum()) / (1 - w)) ** 2
        squares += w**2
    assert found.variance == pytest.approx(variance, rel=1e-12)
    assert found.g_eff == pytest.approx(1 / squares, rel=1e-12)
    assert found.df == pytest.approx(1 / squares - 1, rel=1e-12)


def test_repeated_clusters_count_as_written_out() -> None:
    short = cluster_variance([1, 2], [0.02, -0.01], [0.2, 0.1], [1, 1], repeats=[3, 4])
    long = cluster_variance(np.arange(7), [0.02] * 3 + [-0.01] * 4, [0.2] * 3 + [0.1] * 4, np.ones(7, dtype=int))
    assert (short.variance, short.g_eff) == pytest.approx((long.variance, long.g_eff), rel=1e-12)


def test_a_single_cluster_shows_no_variance() -> None:
    assert cluster_variance([5, 5], [0.1, -0.1], [0.5, 0.5], [1, 1]).variance is None


def test_a_dominating_cluster_is_not_quiet() -> None:
    """One of two clusters holds 90 %: what is left out of it decides, so the error is that of the small one."""
    found = cluster_variance([1, 2], [0.01, -0.01], [0.9, 0.1], [1, 1])
    assert math.sqrt(found.variance or 0) == pytest.approx(math.hypot(0.01 / 0.1, 0.01 / 0.9))


def test_two_independent_noises_add() -> None:
    """Twenty parties cross twenty decisions, one customer each way: both noises are in, neither twice."""
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        party, decision = np.divmod(np.arange(400), 20)
        log_price = rng.normal(0, 0.03, 20)[party] + rng.normal(0, 0.03, 20)[decision] + rng.normal(0, 0.01, 400)
        estimate = log_price.mean()
        score, share, ones = (log_price - estimate) / 400, np.full(400, 1 / 400), np.ones(400, dtype=int)

        def by(key: np.ndarray, score=score, share=share, ones=ones, estimate=estimate) -> LogRatio:
            found = cluster_variance(key, score, share, ones)
            return LogRatio(estimate, math.sqrt(found.variance or 0), found.df)

        ratio, _ = two_way(by(party), by(decision), by(np.arange(400)))
        lower, upper = ratio.interval(0.95) or (1, -1)
        covered += lower <= 0 <= upper
    assert 180 <= covered <= 199


def test_two_way_is_never_below_the_larger_and_takes_the_smaller_df() -> None:
    ratio, dominant = two_way(LogRatio(0.1, 0.02, 50.0), LogRatio(0.1, 0.01, 9.0), LogRatio(0.1, 0.03, 99.0))
    assert (ratio.se, ratio.df, dominant) == (0.02, 9.0, "party")
    nothing, by = two_way(LogRatio(0.1, 0.02, 50.0), LogRatio(0.1, None, None), LogRatio(0.1, 0.02, 50.0))
    assert (nothing.se, by) == (None, "decision")
