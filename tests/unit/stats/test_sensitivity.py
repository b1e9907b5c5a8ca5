from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from fairness.stats.log_ratio import LogRatio
from fairness.stats.sensitivity import explaining_quality, hidden_bias
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CellArms, CountTable, summarise


def _study(
    tenured: np.ndarray, new: np.ndarray, cell: tuple[np.ndarray, np.ndarray]
) -> tuple[CountTable, CellArms, LogRatio]:
    price = np.concatenate((tenured, new))
    table = CountTable(
        np.concatenate(cell), np.arange(price.size) < tenured.size, price, np.ones(price.size),
        np.ones(price.size, dtype=int), int(max(part.max() for part in cell)) + 1,
    ).canonical()  # fmt: skip
    arms = summarise(table)
    return table, arms, standardised_ratio(arms)


def test_the_bound_is_the_solution_of_the_linear_program() -> None:
    rng = np.random.default_rng(2)
    new = rng.lognormal(3, 0.2, 40)
    table, arms, ratio = _study(np.full(40, new.mean() * 1.05), new, (np.zeros(40, dtype=int), np.zeros(40, dtype=int)))
    found = hidden_bias(table, arms, ratio, confidence_level=0.95).lambda_estimate
    assert found is not None
    best = linprog(-new / 40, A_eq=[np.ones(40) / 40], b_eq=[1.0], bounds=(1 / found, found))
    assert -best.fun == pytest.approx(new.mean() * 1.05, rel=1e-4)


@pytest.mark.parametrize("planted", [1.2, 2.0])
def test_a_planted_trait_is_recovered(planted: float) -> None:
    """A hidden trait of half of the customers, those with the dearer prices, multiplies the odds of being tenured."""
    rng = np.random.default_rng(3)
    price, cell = rng.lognormal(3, 0.15, 60_000), rng.integers(0, 20, 60_000)
    # The sharp bound puts the trait on the dearest 1 / (planted + 1) of the new.
    rank = np.array(
        [price[cell == number].argsort().argsort() / (cell == number).sum() for number in range(20)], dtype=object
    )
    share = np.empty(price.size)
    for number in range(20):
        share[cell == number] = np.asarray(rank[number], dtype=float)
    odds = np.where(share > planted / (planted + 1), planted, 1 / planted)
    tenured = rng.random(price.size) < odds / (1 + odds)
    study = _study(price[tenured], price[~tenured], (cell[tenured], cell[~tenured]))
    found = hidden_bias(*study, confidence_level=0.95)
    assert found.lambda_estimate == pytest.approx(planted, rel=0.15)
    assert found.lambda_interval is not None
    assert 1 <= found.lambda_interval < (found.lambda_estimate or 0)


def test_reasons_where_there_is_no_bound() -> None:
    same = np.zeros(30, dtype=int)
    beyond = _study(np.full(30, 50.0), np.linspace(10, 12, 30), (same, same))
    assert hidden_bias(*beyond, confidence_level=0.95).reason == "beyond_new_prices"
    listed = _study(np.full(30, 11.0), np.full(30, 10.0), (same, same))
    assert hidden_bias(*listed, confidence_level=0.95).reason == "list_prices"
    equal = _study(np.linspace(10, 12, 30), np.linspace(10, 12, 30), (same, same))
    assert hidden_bias(*equal, confidence_level=0.95).reason == "no_gap"


def test_a_favour_is_explained_by_the_cheapest() -> None:
    same = np.zeros(100, dtype=int)
    new = np.concatenate((np.full(90, 12.0), np.full(10, 10.0)))
    below = hidden_bias(*_study(np.full(100, 11.0), new, (same, same)), confidence_level=0.95)
    assert below.lambda_estimate == pytest.approx(5.0, rel=1e-3)


def test_the_benchmark_says_how_far_a_control_shifts_the_odds() -> None:
    cell = np.repeat([0, 1], 60)
    tenured, new = np.linspace(10, 12, 120), np.linspace(9, 11, 120)
    table, arms, ratio = _study(tenured, new, (cell, np.repeat([0, 1], [90, 30])))
    found = hidden_bias(table, arms, ratio, confidence_level=0.95, coarser={"region": np.array([0, 0])})
    assert found.benchmark["region"] == pytest.approx(2.0)


def test_the_quality_that_explains_an_offer_gap() -> None:
    low = explaining_quality(paid=90.0, offered=100.0, units=10.0, interval=(-0.16, -0.04), margin=0.01)
    assert (low.to_zero, low.to_margin) == pytest.approx((-1.0, -0.9))
    assert low.to_interval == pytest.approx(-0.4)
    assert (
        explaining_quality(paid=101.0, offered=100.0, units=1.0, interval=(-0.01, 0.03), margin=0.02).to_interval == 0.0
    )
    assert explaining_quality(paid=101.0, offered=100.0, units=1.0, interval=None, margin=0.02).to_margin == 0.0
