from __future__ import annotations

import numpy as np
import pytest

from fairness.stats.rises import ALONE, shared_rises


def test_one_rise_behind_many_rounded_prices_is_one_decision() -> None:
    before = np.random.default_rng(1).uniform(4, 90, 3000).round(2)
    found = shared_rises(
        np.zeros(3000, dtype=int), before, (before * 1.07).round(2), np.ones(3000, dtype=int), coin=0.01
    )
    assert set(found.tolist()) == {0}


def test_two_rises_of_a_month_stay_apart_and_months_and_products_too() -> None:
    before = np.linspace(20, 60, 80).round(2)
    factor = np.repeat([1.05, 1.0525], 40)
    group = np.tile([7, 8], 40)
    found = shared_rises(group, before, (before * factor).round(2), np.ones(80, dtype=int), coin=0.01)
    seen = {(g, f, r) for g, f, r in zip(group.tolist(), factor.tolist(), found.tolist(), strict=True)}
    assert len(seen) == 4
    assert {r for *_, r in seen} == {0, 1, 2, 3}


def test_changes_set_one_by_one_are_no_decision() -> None:
    rng = np.random.default_rng(2)
    before = rng.uniform(20, 60, 5000).round(2)
    after = (before * rng.uniform(1.02, 1.08, 5000)).round(2)
    found = shared_rises(np.zeros(5000, dtype=int), before, after, np.ones(5000, dtype=int), coin=0.01)
    assert (found == ALONE).mean() > 0.99


def test_a_rise_among_changes_set_one_by_one_is_found() -> None:
    rng = np.random.default_rng(3)
    before = rng.uniform(20, 60, 2000).round(2)
    factor = np.where(np.arange(2000) < 800, 1.06, rng.uniform(1.0, 1.12, 2000))
    found = shared_rises(
        np.zeros(2000, dtype=int), before, (before * factor).round(2), np.ones(2000, dtype=int), coin=0.01
    )
    assert (found[:800] == 0).all()
    assert (found[800:] == 0).mean() < 0.05


def test_few_customers_unchanged_prices_and_nobody() -> None:
    nine = shared_rises([1], [10.0], [10.7], [9], coin=0.01)
    assert nine.tolist() == [ALONE]
    assert shared_rises([1], [10.0], [10.0], [500], coin=0.01).tolist() == [ALONE]
    assert shared_rises(np.zeros(0, dtype=int), [], [], np.zeros(0, dtype=int), coin=0.01).size == 0
    with pytest.raises(ValueError, match="before"):
        shared_rises([1], [0.0], [1.0], [5], coin=0.01)
