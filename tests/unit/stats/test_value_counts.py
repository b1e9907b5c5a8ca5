from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from fairness.stats.value_counts import CountTable, summarise

# Pairwise sums of 200,000 decimals; the contract of the module is 1e-12.
SUM_TOLERANCE = 1e-14


def random_table(seed: int, m: int = 400, n_cells: int = 7) -> CountTable:
    rng = np.random.default_rng(seed)
    return CountTable(
        cell=rng.integers(0, n_cells, m),
        tenured=rng.random(m) < 0.6,
        price=rng.integers(1_000, 9_999, m) / 100,
        reference=rng.integers(500, 999, m) / 100,
        n=rng.integers(1, 9, m),
        n_cells=n_cells,
    )


def reordered(table: CountTable, order: np.ndarray) -> CountTable:
    columns = {name: getattr(table, name)[order] for name in ("cell", "tenured", "price", "reference", "n")}
    return CountTable(**columns, n_cells=table.n_cells)


def assert_same_bits(left: object, right: object) -> None:
    for field in fields(left):  # type: ignore[arg-type]
        np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name), err_msg=field.name)


@pytest.mark.parametrize("seed", range(5))
def test_order_of_entries_does_not_change_a_bit(seed: int) -> None:
    table = random_table(seed)
    shuffled = reordered(table, np.random.default_rng(seed).permutation(table.cell.size))
    assert_same_bits(summarise(table), summarise(shuffled))


def test_splitting_counts_over_repeated_entries_does_not_change_a_bit() -> None:
    table = random_table(1)
    twice = {name: np.tile(getattr(table, name), 2) for name in ("cell", "tenured", "price", "reference")}
    first = (table.n + 1) // 2
    rest = table.n - first
    keep = np.concatenate((np.ones(first.size, dtype=bool), rest > 0))
    split = CountTable(
        **{name: column[keep] for name, column in twice.items()},
        n=np.concatenate((first, rest))[keep],
        n_cells=table.n_cells,
    )
    assert_same_bits(summarise(table), summarise(split))


def test_sums_are_accurate_for_many_entries() -> None:
    rng = np.random.default_rng(3)
    price = rng.integers(50_000, 5_000_000, 200_000) / 10_000
    table = CountTable(
        cell=np.zeros(price.size, dtype=int),
        tenured=np.ones(price.size, dtype=bool),
        price=price,
        reference=np.ones(price.size),
        n=np.ones(price.size, dtype=int),
        n_cells=1,
    )
    arms = summarise(table)
    assert arms.price_tenured[0] == pytest.approx(math.fsum(price), rel=SUM_TOLERANCE)
    assert arms.s2_tenured[0] == pytest.approx(np.var(price, ddof=1), rel=1e-12)


def test_large_offset_does_not_cancel_the_variance(make_table) -> None:
    # Two prices of a million, one ten-thousandth apart: s2 of (0, d) with n = 2 is d^2 / 2.
    arms = summarise(make_table([(0, True, 1e6, 1), (0, True, 1e6 + 1e-4, 1)]))
    step = (1e6 + 1e-4) - 1e6
    assert arms.s2_tenured[0] == pytest.approx(step**2 / 2, rel=1e-6)


def test_pooled_is_the_concatenation_of_single_cells() -> None:
    table = random_table(2)
    whole = summarise(table)
    for cell in range(table.n_cells):
        alone = summarise(table.restrict(np.arange(table.n_cells) == cell)).select([cell])
        assert_same_bits(whole.select([cell]), alone)


def test_scaling_prices_scales_sums_and_leaves_ranks(make_table) -> None:
    entries = [(0, True, 10.0, 3), (0, True, 12.5, 4), (0, False, 10.0, 5), (0, False, 11.25, 2)]
    arms = summarise(make_table(entries))
    scaled = summarise(make_table([(cell, arm, 4 * price, n) for cell, arm, price, n in entries]))
    assert scaled.price_tenured[0] == 4 * arms.price_tenured[0]
    assert scaled.s2_tenured[0] == 16 * arms.s2_tenured[0]
    assert scaled.u[0] == arms.u[0] == 3 * 2.5 + 4 * 7  # half of 5 ties; 12.5 above both new prices
    assert scaled.u_variance[0] == arms.u_variance[0]
    assert scaled.relative_range[0] == pytest.approx(arms.relative_range[0], rel=1e-15)


def test_one_customer_has_no_variance_and_an_empty_arm_has_nothing(make_table) -> None:
    arms = summarise(make_table([(0, True, 10.0, 1)]))
    assert np.isnan(arms.s2_tenured[0])
    assert np.isnan(arms.s2_new[0])
    assert np.isnan(arms.mean_log_new[0])
    assert (arms.n_tenured[0], arms.n_new[0], arms.price_new[0], arms.u[0]) == (1, 0, 0.0, 0.0)


def test_ratios_equal_as_decimals_are_ties_though_floats_differ(make_table) -> None:
    # 0.3 / 0.1 is 2.9999999999999996 in floats and 3 / 1 is 3.0: the same ratio.
    assert 0.3 / 0.1 != 3.0 / 1.0
    arms = summarise(make_table([(0, True, 0.3, 5, 0.1), (0, True, 3.0, 5, 1.0), (0, False, 3.0, 10, 1.0)]))
    assert arms.s2_tenured[0] == 0.0
    assert arms.u_variance[0] == 0.0
    assert arms.u[0] == 50.0
    assert arms.relative_range[0] == 0.0


def test_neighbouring_prices_of_a_large_amount_are_not_ties(make_table) -> None:
    arms = summarise(make_table([(0, True, 99_999.9999, 4), (0, False, 99_999.9998, 4)]))
    assert arms.u[0] == 16.0


def test_empty_cells_are_kept_in_place() -> None:
    table = CountTable(cell=[2, 2], tenured=[True, False], price=[2.0, 1.0], reference=[1.0, 1.0], n=[2, 2], n_cells=4)
    arms = summarise(table)
    assert arms.n_tenured.tolist() == [0, 0, 2, 0]
    assert np.isnan(arms.relative_range).tolist() == [True, True, False, True]
    assert arms.qualified(min_per_group=2).tolist() == [False, False, True, False]
    assert arms.degenerate().tolist() == [False, False, True, False]


def test_a_table_without_entries_has_empty_cells() -> None:
    empty = CountTable(cell=[], tenured=[], price=[], reference=[], n=[], n_cells=2)
    assert summarise(empty).n_new.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": [0, 2]}, "cell spans 0 to 2: must lie in 0 to n_cells - 1 = 1"),
        ({"cell": [-1, 0]}, "cell spans -1 to 0"),
        ({"cell": [0.5, 1.0]}, "cell has dtype float64: must hold integers"),
        ({"price": [1.0, 0.0]}, r"price\[1\] = 0.0: must be above 0"),
        ({"price": [float("nan"), 1.0]}, r"price\[0\] = nan: must be finite"),
        ({"reference": [1.0, -2.0]}, r"reference\[1\] = -2.0: must be above 0"),
        ({"n": [1, 0]}, r"n\[1\] = 0: must be above 0"),
        ({"n": [1]}, "lengths .*'n': 1.*: must be equal"),
        ({"price": [[1.0, 2.0]]}, r"price has shape \(1, 2\): must have one dimension"),
        ({"n_cells": -1}, "n_cells = -1: must be at least 0"),
    ],
)
def test_refuses(change: dict[str, object], message: str) -> None:
    good = {"cell": [0, 1], "tenured": [True, False], "price": [1.0, 2.0], "reference": [1.0, 1.0], "n": [1, 1]}
    with pytest.raises(ValueError, match=message):
        CountTable(**{"n_cells": 2, **good, **change})


def test_restrict_refuses_a_mask_of_another_length() -> None:
    with pytest.raises(ValueError, match="cells has shape"):
        random_table(1).restrict(np.ones(3, dtype=bool))
