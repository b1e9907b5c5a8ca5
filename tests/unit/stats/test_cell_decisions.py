from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.cell_decisions import decision_ratio, decision_van_elteren, price_spread, shared_decisions
from fairness.stats.value_counts import CountTable, summarise


def _table(tenured: list[list[float]], new: list[list[float]], n: int = 5) -> CountTable:
    rows = [
        (cell, side, p)
        for side, arm in ((True, tenured), (False, new))
        for cell, prices in enumerate(arm)
        for p in prices
    ]
    cell, side, price = (np.array(column) for column in zip(*rows, strict=True))
    ones = np.ones(len(rows))
    return CountTable(cell, side, price.astype(float), ones, np.full(len(rows), n), len(tenured)).canonical()


def test_list_prices_in_thirty_regions_are_one_decision() -> None:
    table = _table([[10.3]] * 30, [[10.0]] * 30)
    label = shared_decisions(table, summarise(table), np.zeros(30, dtype=int), margin=0.01)
    assert set(label.tolist()) == {0}
    ratio, decisions = decision_ratio(summarise(table), label)
    assert (ratio.se, decisions) == (None, 1.0)


def test_other_plans_and_other_lists_stay_apart() -> None:
    table = _table([[10.3], [10.3], [12.0]], [[10.0], [10.0], [11.5]])
    arms = summarise(table)
    assert len(set(shared_decisions(table, arms, np.array([0, 1, 0]), margin=0.01).tolist())) == 3
    assert len(set(shared_decisions(table, arms, np.array([0, 0, 0]), margin=0.01).tolist())) == 2


def test_prices_that_spread_are_no_list() -> None:
    rng = np.random.default_rng(1)
    spread = [list(20 * np.exp(rng.normal(0, 0.05, 40))) for _ in range(2)]
    table = _table([spread[0]] * 2, [spread[1]] * 2)
    assert price_spread(table) > 0.02
    assert shared_decisions(table, summarise(table), np.zeros(2, dtype=int), margin=0.01).tolist() == [0, 1]


def test_the_variance_by_hand() -> None:
    table = _table([[11.0], [21.0], [33.0]], [[10.0], [20.0], [30.0]])
    ratio, decisions = decision_ratio(summarise(table), np.array([0, 1, 1]))
    paid, offered = [55.0, 105.0 + 165.0], [50.0, 100.0 + 150.0]
    r = 325 / 300
    e = [p - r * b for p, b in zip(paid, offered, strict=True)]
    variance = sum((x / (1 - b / 300)) ** 2 for x, b in zip(e, offered, strict=True)) / 325**2
    assert ratio.se == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert decisions == pytest.approx(300**2 / (50**2 + 250**2))


def test_list_prices_of_a_fair_firm_give_few_penalties() -> None:
    """Each cell's two list prices carry noise of their own; counting customers would be sure of any difference."""
    rng = np.random.default_rng(9)
    penalties = 0
    for _ in range(400):
        prices = 20 * np.exp(rng.normal(0, 0.03, (12, 2)))
        table = _table([[p] for p in prices[:, 0]], [[p] for p in prices[:, 1]])
        ratio, _ = decision_ratio(summarise(table), np.arange(12))
        lower, _ = ratio.interval(0.95) or (0.0, 0.0)
        penalties += lower > 0
    assert penalties <= 24


def test_ranks_with_cells_as_draws() -> None:
    table = _table([[11.0], [21.0], [9.0]], [[10.0], [20.0], [10.0]])
    z, _ = decision_van_elteren(summarise(table), np.arange(3))
    # Each cell's score is +-12.5 / 11: two up, one down.
    assert z == pytest.approx(1 / math.sqrt(3))
