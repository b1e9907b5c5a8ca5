from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.hodges_lehmann import hodges_lehmann
from fairness.stats.ranks import mann_whitney, probability_superiority, signed_rank, van_elteren, welch
from fairness.stats.value_counts import CountTable, summarise

ENTRIES = [
    (0, True, 10.0, 12),
    (0, True, 12.0, 5),
    (0, False, 9.0, 7),
    (0, False, 12.0, 3),
    (1, True, 30.0, 2),
    (1, True, 20.0, 6),
    (1, False, 25.0, 9),
]


def swapped(entries):
    return [(cell, not tenured, *rest) for cell, tenured, *rest in entries]


def test_swapping_the_arms_flips_every_rank_quantity(make_table) -> None:
    arms, other = summarise(make_table(ENTRIES)), summarise(make_table(swapped(ENTRIES)))
    assert van_elteren(arms)[0] == pytest.approx(-van_elteren(other)[0], rel=1e-14)
    assert van_elteren(arms)[1] == pytest.approx(van_elteren(other)[1], rel=1e-13)
    assert probability_superiority(arms) == pytest.approx(1 - probability_superiority(other), rel=1e-14)
    forth, back = (math.log1p(hodges_lehmann(make_table(rows))) for rows in (ENTRIES, swapped(ENTRIES)))
    assert forth == pytest.approx(-back, abs=1e-11)


def test_all_tied_is_no_evidence(make_table) -> None:
    table = make_table([(0, True, 9.99, 100), (0, False, 9.99, 100)])
    arms = summarise(table)
    assert van_elteren(arms) == (0.0, 1.0)
    assert probability_superiority(arms) == 0.5
    assert hodges_lehmann(table) == 0.0


def test_without_pairs_there_is_no_probability_and_no_shift(make_table) -> None:
    table = make_table([(0, True, 9.99, 100), (1, False, 9.99, 100)])
    assert probability_superiority(summarise(table)) is None
    assert hodges_lehmann(table) is None
    assert van_elteren(summarise(table)) == (0.0, 1.0)


def test_cells_of_one_arm_add_nothing(make_table) -> None:
    alone = [*ENTRIES, (2, True, 1.0, 50), (3, False, 900.0, 50)]
    assert van_elteren(summarise(make_table(ENTRIES))) == van_elteren(summarise(make_table(alone)))
    assert hodges_lehmann(make_table(alone)) == pytest.approx(hodges_lehmann(make_table(ENTRIES)), abs=1e-11)


def test_hodges_lehmann_moves_with_an_injected_shift(make_table) -> None:
    shifted = [(c, t, price * (1.25 if t else 1.0), n) for c, t, price, n in ENTRIES]
    before, after = hodges_lehmann(make_table(ENTRIES)), hodges_lehmann(make_table(shifted))
    assert (1 + after) / (1 + before) == pytest.approx(1.25, rel=1e-10)


def test_hodges_lehmann_is_the_shift_at_which_van_elteren_sees_nothing() -> None:
    rng = np.random.default_rng(4)
    m = 600
    table = CountTable(
        cell=rng.integers(0, 12, m),
        tenured=rng.random(m) < 0.5,
        price=rng.lognormal(3, 0.3, m),
        reference=np.ones(m),
        n=np.ones(m, dtype=int),
        n_cells=12,
    )
    shift = hodges_lehmann(table)

    def z(factor: float) -> float:
        price = np.where(table.tenured, table.price / factor, table.price)
        moved = CountTable(
            cell=table.cell, tenured=table.tenured, price=price, reference=table.reference, n=table.n, n_cells=12
        )
        return van_elteren(summarise(moved))[0]

    assert z((1 + shift) * (1 - 1e-6)) >= 0 >= z((1 + shift) * (1 + 1e-6))
    assert abs(z(1 + shift)) < 0.01  # one pair among thousands


def test_hodges_lehmann_keeps_its_digits_over_many_cells() -> None:
    n_cells = 5_000
    cell = np.repeat(np.arange(n_cells), 2)
    price = np.where(np.arange(2 * n_cells) % 2 == 0, 1.07, 1.0) * np.repeat(np.linspace(1, 900, n_cells).round(2), 2)
    table = CountTable(
        cell=cell,
        tenured=np.arange(2 * n_cells) % 2 == 0,
        price=price,
        reference=np.ones(2 * n_cells),
        n=np.full(2 * n_cells, 20),
        n_cells=n_cells,
    )
    assert hodges_lehmann(table) == pytest.approx(0.07, abs=1e-9)


def test_welch_needs_two_customers_and_some_variance() -> None:
    assert welch([1.0], [1], [1.0, 2.0], [3, 3]) is None
    assert welch([0.1], [30], [0.3], [30]) is None


def test_order_of_entries_does_not_change_a_bit() -> None:
    rng = np.random.default_rng(0)
    prices, n = rng.integers(100, 999, 50) / 7, rng.integers(1, 5, 50)
    order = rng.permutation(50)
    assert mann_whitney(prices, n, prices + 1, n) == mann_whitney(prices[order], n[order], prices + 1, n)
    assert welch(prices, n, prices + 1, n) == welch(prices[order], n[order], prices + 1, n)
    values = prices - prices.mean()
    assert signed_rank(values, n) == signed_rank(values[order], n[order])


def test_mann_whitney_without_any_difference() -> None:
    assert mann_whitney([5.0], [50], [5.0], [40]) == (1000.0, 1.0, 0.5)


def test_signed_rank_signs_and_zeros() -> None:
    z, p = signed_rank([0.1, -0.2, 0.0], [10, 3, 4])
    assert (-z, p) == pytest.approx(signed_rank([-0.1, 0.2, 0.0], [10, 3, 4]))
    assert signed_rank([0.0, 1e-17], [10, 3]) == (0.0, 1.0)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="tenured is empty"):
        mann_whitney([], [], [1.0], [1])
    with pytest.raises(ValueError, match=r"n of new\[0\] = 0: must be above 0"):
        welch([1.0], [2], [1.0], [0])
    with pytest.raises(ValueError, match=r"differences\[1\] = inf: must be finite"):
        signed_rank([0.1, math.inf], [1, 1])
