from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.change import cell_changes, change_difference, clustered_mean, summarise_changes
from fairness.stats.ranks import van_elteren

CELL = [0, 0, 0, 0, 1, 1, 1]
TENURED = [True, True, False, False, True, False, False]
CHANGE = [0.05, 0.03, 0.0, 0.02, 0.1, 0.04, 0.06]
N = [10, 20, 5, 15, 12, 6, 6]


def test_two_cells_by_hand() -> None:
    gap = change_difference(summarise_changes(CELL, TENURED, CHANGE, N, n_cells=2))
    # Cell 0: 1.1/30 - 0.3/20; cell 1: 0.1 - 0.05; weights 30/42 and 12/42.
    assert gap.log_ratio == pytest.approx((30 * (1.1 / 30 - 0.015) + 12 * 0.05) / 42, rel=1e-12)
    # Squared deviations of two values d apart with n1 and n2 customers: n1 n2 d^2 / (n1 + n2).
    v_0 = (30 / 42) ** 2 * (10 * 20 / 30 * 0.02**2 / 29 / 30 + 5 * 15 / 20 * 0.02**2 / 19 / 20)
    v_1 = (12 / 42) ** 2 * (6 * 6 / 12 * 0.02**2 / 11 / 12)
    assert gap.se == pytest.approx(math.sqrt(v_0 + v_1), rel=1e-12)


def test_a_cell_alone_equals_its_entry() -> None:
    arms = summarise_changes(CELL, TENURED, CHANGE, N, n_cells=2)
    cells = cell_changes(arms)
    for position in range(2):
        alone, entry = change_difference(arms.select([position])), cells.at(position)
        assert (entry.log_ratio, entry.se, entry.df) == pytest.approx((alone.log_ratio, alone.se, alone.df), rel=1e-12)


def test_swapping_the_arms_of_a_cell_flips_the_sign() -> None:
    arms = summarise_changes(CELL[:4], TENURED[:4], CHANGE[:4], N[:4], n_cells=1)
    other = summarise_changes(CELL[:4], [not t for t in TENURED[:4]], CHANGE[:4], N[:4], n_cells=1)
    assert change_difference(arms).log_ratio == pytest.approx(-change_difference(other).log_ratio, rel=1e-14)
    assert van_elteren(arms)[0] == pytest.approx(-van_elteren(other)[0], rel=1e-14)


def test_the_same_rise_for_all_is_exactly_no_difference() -> None:
    arms = summarise_changes([0, 0], [True, False], [math.log(1.07)] * 2, [70, 30], n_cells=1)
    gap = change_difference(arms)
    assert (gap.log_ratio, gap.se) == (0.0, 0.0)
    assert van_elteren(arms) == (0.0, 1.0)
    assert cell_changes(arms).df[0] == math.inf


def test_order_of_entries_does_not_change_a_bit() -> None:
    order = np.array([6, 2, 0, 5, 3, 1, 4])
    arms = summarise_changes(CELL, TENURED, CHANGE, N, n_cells=2)
    shuffled = summarise_changes(*(np.array(column)[order] for column in (CELL, TENURED, CHANGE, N)), n_cells=2)
    assert change_difference(arms) == change_difference(shuffled)


def test_one_customer_in_an_arm_has_no_interval() -> None:
    arms = summarise_changes([0, 0, 0], [True, False, False], [0.1, 0.0, 0.1], [1, 4, 4], n_cells=1)
    assert change_difference(arms).interval(0.95) is None
    assert cell_changes(arms).at(0).interval(0.95) is None
    assert arms.qualified(min_per_group=2).tolist() == [False]


def test_clustered_mean_by_hand() -> None:
    mean, effective = clustered_mean([3, 3, 5, 9], [0.02, 0.04, 0.06, 0.0], [10, 10, 20, 10])
    centre = (0.2 + 0.4 + 1.2) / 50
    e = [0.6 - 20 * centre, 1.2 - 20 * centre, -10 * centre]
    variance = sum((x / (1 - n / 50)) ** 2 for x, n in zip(e, [20, 20, 10], strict=True)) / 2500
    assert mean.log_ratio == pytest.approx(centre, rel=1e-13)
    assert mean.se == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert effective == pytest.approx(2500 / 900)


def test_clustered_mean_of_one_cluster_or_one_value() -> None:
    assert clustered_mean([1, 1], [0.1, 0.2], [5, 5])[0].se is None
    constant, _ = clustered_mean([1, 2, 3], [0.1, 0.1, 0.1], [5, 7, 11])
    assert constant.se == 0.0


def test_refusals() -> None:
    arms = summarise_changes([0], [True], [0.1], [5], n_cells=2)
    for function in (change_difference, cell_changes):
        with pytest.raises(ValueError, match="arms: cell 0 has an empty arm"):
            function(arms)
    with pytest.raises(ValueError, match=r"log_change\[0\] = -inf: must be finite"):
        summarise_changes([0], [True], [-math.inf], [1], n_cells=1)
    with pytest.raises(ValueError, match="cell spans 0 to 1"):
        summarise_changes([0, 1], [True, False], [0.1, 0.1], [1, 1], n_cells=1)
