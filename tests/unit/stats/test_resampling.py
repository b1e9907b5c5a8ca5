from __future__ import annotations

import numpy as np
import pytest

from fairness.stats.resampling import permutation_p_value, rao_wu_interval
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CountTable, summarise


def random_table(seed: int, m: int = 60, n_cells: int = 3) -> CountTable:
    rng = np.random.default_rng(seed)
    cell = np.arange(m) % n_cells
    return CountTable(
        cell=cell,
        tenured=(np.arange(m) // n_cells) % 2 == 0,
        price=rng.integers(900, 1_100, m) / 100,
        reference=rng.integers(90, 110, m) / 100,
        n=rng.integers(1, 6, m),
        n_cells=n_cells,
    )


def shuffled(table: CountTable) -> CountTable:
    order = np.random.default_rng(9).permutation(table.cell.size)
    columns = {name: getattr(table, name)[order] for name in ("cell", "tenured", "price", "reference", "n")}
    return CountTable(**columns, n_cells=table.n_cells)


def test_seed_decides_and_order_does_not() -> None:
    table = random_table(1)
    options = {"confidence_level": 0.95, "replicates": 200}
    assert rao_wu_interval(table, seed=5, **options) == rao_wu_interval(shuffled(table), seed=5, **options)
    assert rao_wu_interval(table, seed=5, **options) != rao_wu_interval(table, seed=6, **options)
    assert permutation_p_value(table, replicates=200, seed=5) == permutation_p_value(
        shuffled(table), replicates=200, seed=5
    )


def test_bootstrap_agrees_with_the_linearised_interval() -> None:
    rng = np.random.default_rng(2)
    m = 4_000
    table = CountTable(
        cell=np.arange(m) % 4,
        tenured=rng.random(m) < 0.5,
        price=rng.lognormal(3, 0.2, m).round(2),
        reference=np.ones(m),
        n=np.ones(m, dtype=int),
        n_cells=4,
    )
    printed = standardised_ratio(summarise(table)).interval(0.95)
    resampled = rao_wu_interval(table, confidence_level=0.95, replicates=2_000, seed=3)
    # The quantile of 2,000 replicates has an error of about 0.06 standard errors, 0.015 of the width: three of them.
    assert resampled == pytest.approx(printed, abs=3 * 0.015 * (printed[1] - printed[0]))


def test_bootstrap_without_variance_has_no_width(make_table) -> None:
    table = make_table([(0, True, 11.0, 5), (0, False, 10.0, 5)])
    assert rao_wu_interval(table, confidence_level=0.9, replicates=20, seed=1) == pytest.approx((0.1, 0.1), rel=1e-12)


def test_bootstrap_keeps_the_weight_of_every_cell(make_table) -> None:
    # Nearly constant arms, so only the weights can move the ratio: 2 and 40 tenured customers at +10 % and -10 %. One
    # draw of 2 has to count twice.
    entries = [(0, True, 11.0, 1), (0, True, 11.0001, 1), (1, True, 9.0, 20), (1, True, 9.0001, 20)]
    table = make_table([*entries, (0, False, 10.0, 5), (1, False, 10.0, 5)])
    expected = (2 * 11 + 40 * 9) / 420 - 1
    interval = rao_wu_interval(table, confidence_level=0.9, replicates=50, seed=1)
    assert interval == pytest.approx((expected, expected), abs=1e-5)


def test_bootstrap_of_two_customers_has_the_unbiased_variance(make_table) -> None:
    # One draw from two customers at 11 and 12 is either: the interval spans both. Two draws would also give 11.5.
    table = make_table([(0, True, 11.0, 1), (0, True, 12.0, 1), (0, False, 10.0, 5)])
    interval = rao_wu_interval(table, confidence_level=0.5, replicates=200, seed=1)
    assert interval == pytest.approx((0.1, 0.2), rel=1e-12)


def test_enumeration_stops_at_its_limit() -> None:
    # 2 tenured of k customers with distinct prices: k (k - 1) / 2 relabellings, 11,175 and 44,850.
    for k, enumerated in ((150, True), (300, False)):
        table = CountTable(
            cell=np.zeros(k, dtype=int),
            tenured=np.arange(k) < 2,
            price=np.arange(k) + 10.0,
            reference=np.ones(k),
            n=np.ones(k, dtype=int),
            n_cells=1,
        )
        assert permutation_p_value(table, replicates=20, seed=1)[1] is enumerated


def test_permutation_of_constant_arms_is_the_hypergeometric(make_table) -> None:
    # Two prices, split by arm: the observed table and its mirror image are the two most extreme of C(12, 6) = 924.
    table = make_table([(0, True, 11.0, 6), (0, False, 10.0, 6)])
    p, is_exact = permutation_p_value(table, replicates=10, seed=1)
    assert is_exact
    assert p == pytest.approx(2 / 924, rel=1e-12)


def test_permutation_multiplies_over_cells(make_table) -> None:
    # Both cells split completely: only the two tables with both cells at the same end reach the observed statistic.
    table = make_table([(c, t, 11.0 if t else 10.0, 4) for c in (0, 1) for t in (True, False)])
    p, is_exact = permutation_p_value(table, replicates=10, seed=1)
    assert is_exact
    assert p == pytest.approx(2 / 70**2, rel=1e-9)


def test_permutation_of_equal_prices_is_certain(make_table) -> None:
    table = make_table([(0, True, 0.1, 300), (0, False, 0.1, 7), (1, True, 0.3, 9, 0.1), (1, False, 3.0, 9, 1.0)])
    assert permutation_p_value(table, replicates=10, seed=1) == (pytest.approx(1.0), True)


def test_permutation_counts_of_a_million_stay_exact(make_table) -> None:
    table = make_table([(0, True, 11.0, 3), (0, True, 10.0, 10**6), (0, False, 10.0, 10**6)])
    p, is_exact = permutation_p_value(table, replicates=10, seed=1)
    assert is_exact
    # Three dear customers, each in either arm with probability close to one half: all on one side has 2 / 8.
    assert p == pytest.approx(0.25, rel=1e-5)


def test_permutation_draws_when_there_are_too_many_relabellings() -> None:
    p, is_exact = permutation_p_value(random_table(3), replicates=99, seed=1)
    assert not is_exact
    assert (100 * p) == pytest.approx(round(100 * p))
    assert p >= 0.01


def test_many_replicates_are_drawn_in_blocks(monkeypatch) -> None:
    table = random_table(4)
    monkeypatch.setattr("fairness.stats.resampling._BLOCK", 50)
    lower, upper = rao_wu_interval(table, confidence_level=0.9, replicates=101, seed=1)
    assert lower < standardised_ratio(summarise(table)).estimate < upper
    assert 0 < permutation_p_value(table, replicates=101, seed=1)[0] <= 1


def test_refusals(make_table) -> None:
    with pytest.raises(ValueError, match="must have at least 2 to be resampled"):
        rao_wu_interval(make_table([(0, True, 1.0, 1), (0, False, 1.0, 2)]), confidence_level=0.9, replicates=9, seed=1)
    with pytest.raises(ValueError, match="cell 0 has an empty arm"):
        permutation_p_value(make_table([(0, True, 1.0, 5)]), replicates=9, seed=1)
    with pytest.raises(ValueError, match="replicates = 0: must be at least 1"):
        permutation_p_value(random_table(1), replicates=0, seed=1)
    empty = CountTable(cell=[], tenured=[], price=[], reference=[], n=[], n_cells=1)
    with pytest.raises(ValueError, match="table is empty"):
        permutation_p_value(empty, replicates=9, seed=1)
