from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from fairness.stats.log_ratio import LogRatio
from fairness.stats.skewness import bootstrap_t_interval, customer_scores, skewness_over_root
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CountTable, summarise


def test_skewness_is_that_of_scipy_over_the_root() -> None:
    rng = np.random.default_rng(1)
    values = rng.lognormal(0, 1, 80)
    assert skewness_over_root(values, np.ones(80, dtype=int)) == pytest.approx(stats.skew(values) / math.sqrt(80))
    counted = np.array([1.0, 2.0, 9.0])
    assert skewness_over_root(counted, [5, 3, 1]) == pytest.approx(stats.skew(np.repeat(counted, [5, 3, 1])) / 3)
    assert skewness_over_root([1.0, 1.0], [5, 5]) == 0.0


def test_squares_of_the_scores_are_the_variance() -> None:
    rng = np.random.default_rng(2)
    table = CountTable(
        rng.integers(0, 3, 90), rng.random(90) < 0.5, rng.lognormal(3, 0.3, 90), rng.uniform(0.5, 2, 90),
        rng.integers(1, 5, 90), 3,
    ).canonical()  # fmt: skip
    arms = summarise(table)
    score, n = customer_scores(table, arms)
    size = np.where(table.tenured, arms.n_tenured[table.cell], arms.n_new[table.cell])
    variance = (n * score**2 * size / (size - 1)).sum()
    assert math.sqrt(variance) == pytest.approx(standardised_ratio(arms).se, rel=1e-10)


def test_the_bootstrap_follows_the_tail_that_t_ignores() -> None:
    rng = np.random.default_rng(3)
    hits = {"t": 0, "bootstrap": 0}
    for world in range(150):
        draws = rng.lognormal(0, 1.2, 25) - math.exp(0.72)
        mean = draws.mean()
        score = (draws - mean) / 25
        ratio = LogRatio(mean / 10, float(np.sqrt((score**2).sum() * 25 / 24)) / 10, 24.0)
        truth = 0.0
        bounds = bootstrap_t_interval(
            ratio, score / 10, np.ones(25, dtype=int), confidence_level=0.95, replicates=399, seed=world
        )
        assert bounds is not None
        for name, (lower, upper) in (("t", ratio.interval(0.95) or (1, -1)), ("bootstrap", bounds)):
            hits[name] += lower <= truth <= upper
    assert hits["bootstrap"] > hits["t"] + 5
    assert hits["bootstrap"] >= 132


def test_nothing_to_resample_gives_none() -> None:
    ratio = LogRatio(0.1, 0.0, 9.0)
    assert bootstrap_t_interval(ratio, [0.0, 0.1, 0.2], [1, 1, 1], confidence_level=0.95, replicates=9, seed=1) is None


def test_an_interval_beyond_all_numbers_is_none() -> None:
    gap = LogRatio(0.05, 400.0, 5.0)
    assert (
        bootstrap_t_interval(gap, [0.2, -0.1, -0.1], [2, 2, 2], confidence_level=0.95, replicates=499, seed=1) is None
    )
