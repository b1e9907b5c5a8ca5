from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.standardised_ratio import (
    cell_ratios,
    effective_new,
    geometric_gap,
    heterogeneity,
    largest_relative_range,
    needed_new,
    reversal_gap,
    standardised_ratio,
)
from fairness.stats.value_counts import summarise

# The same sums in another order.
ROUNDING = 1e-12

TWO_CELLS = [
    (0, True, 10.0, 30),
    (0, True, 12.0, 20),
    (0, False, 9.0, 15),
    (0, False, 12.0, 25),
    (1, True, 20.0, 12),
    (1, True, 26.0, 14),
    (1, False, 20.0, 40),
    (1, False, 25.0, 11),
]


def swapped(entries):
    return [(cell, not tenured, *rest) for cell, tenured, *rest in entries]


def test_two_cells_by_hand(make_table) -> None:
    # Tenured pay 540 + 604 = 1144. New means are 435/40 = 10.875 and 1075/51; at them the tenured would pay
    # 50 * 10.875 + 26 * 1075/51 = 543.75 + 548.0392...
    gap = standardised_ratio(summarise(make_table(TWO_CELLS)))
    assert gap.estimate == pytest.approx(1144 / (543.75 + 26 * 1075 / 51) - 1, rel=ROUNDING)


def test_swapping_the_arms_of_one_cell_flips_the_log_ratio(make_table) -> None:
    one = TWO_CELLS[:4]
    gap, other = (standardised_ratio(summarise(make_table(rows))) for rows in (one, swapped(one)))
    assert gap.log_ratio == pytest.approx(-other.log_ratio, rel=ROUNDING)
    assert (gap.se, gap.df) == pytest.approx((other.se, other.df), rel=ROUNDING)
    arms, flipped = summarise(make_table(one)), summarise(make_table(swapped(one)))
    assert math.log1p(geometric_gap(arms)) == pytest.approx(-math.log1p(geometric_gap(flipped)), rel=ROUNDING)


def test_scale_of_prices_and_of_references_does_not_matter(make_table) -> None:
    base = [(*entry, 1.0 + 0.5 * (position % 3)) for position, entry in enumerate(TWO_CELLS)]
    scaled = [(cell, tenured, 3.7 * price, n, 0.3 * x) for cell, tenured, price, n, x in base]
    gap, other = (standardised_ratio(summarise(make_table(rows))) for rows in (base, scaled))
    assert (gap.log_ratio, gap.se, gap.df) == pytest.approx((other.log_ratio, other.se, other.df), rel=1e-10)


def test_a_constant_reference_is_like_for_like(make_table) -> None:
    with_reference = [(*entry, 7.25) for entry in TWO_CELLS]
    gap, plain = (standardised_ratio(summarise(make_table(rows))) for rows in (with_reference, TWO_CELLS))
    assert (gap.log_ratio, gap.se, gap.df) == pytest.approx((plain.log_ratio, plain.se, plain.df), rel=ROUNDING)


def test_equal_prices_give_exactly_zero(make_table) -> None:
    arms = summarise(make_table([(0, True, 0.1, 3), (0, False, 0.1, 7), (1, True, 19.99, 11), (1, False, 19.99, 13)]))
    gap = standardised_ratio(arms)
    assert (gap.log_ratio, gap.se, gap.df, gap.estimate) == (0.0, 0.0, math.inf, 0.0)
    assert geometric_gap(arms) == 0.0


def test_one_cell_equals_its_entry_in_cell_ratios(make_table) -> None:
    arms = summarise(make_table(TWO_CELLS))
    cells = cell_ratios(arms)
    for position in range(2):
        alone, entry = standardised_ratio(arms.select([position])), cells.at(position)
        assert (entry.log_ratio, entry.se, entry.df) == pytest.approx(
            (alone.log_ratio, alone.se, alone.df), rel=ROUNDING
        )


def test_one_customer_in_an_arm_has_an_estimate_and_no_interval(make_table) -> None:
    arms = summarise(make_table([(0, True, 11.0, 1), (0, False, 10.0, 4), (0, False, 12.0, 4)]))
    for gap in (standardised_ratio(arms), cell_ratios(arms).at(0)):
        assert gap.interval(0.95) is None
        assert gap.estimate == pytest.approx(0.0, abs=1e-15)


def test_one_constant_arm_leaves_the_degrees_of_freedom_of_the_other(make_table) -> None:
    arms = summarise(make_table([(0, True, 11.0, 9), (0, False, 10.0, 4), (0, False, 12.0, 5)]))
    assert standardised_ratio(arms).df == pytest.approx(8.0)
    assert cell_ratios(arms).df[0] == pytest.approx(8.0)


def test_effective_new_is_the_number_of_new_customers_for_an_equal_mix(make_table) -> None:
    arms = summarise(make_table([(0, True, 1.0, 200), (0, False, 1.0, 20), (1, True, 1.0, 100), (1, False, 1.0, 10)]))
    assert effective_new(arms) == pytest.approx(30.0)
    skewed = summarise(
        make_table([(0, True, 1.0, 10_000), (0, False, 1.0, 10), (1, True, 1.0, 10), (1, False, 1.0, 999)])
    )
    assert effective_new(skewed) == pytest.approx(10_010**2 / (1e8 / 10 + 100 / 999))


def test_needed_new_by_hand() -> None:
    # ln 0.05 / ln(1 - 0.01 / 0.5), and with the range raised to twice the margin ln 0.05 / ln 0.5.
    assert needed_new(relative_range=None, margin=0.01, alpha=0.05) == pytest.approx(math.log(0.05) / math.log(0.98))
    assert needed_new(relative_range=0.001, margin=0.01, alpha=0.05) == pytest.approx(math.log(0.05) / math.log(0.5))
    # Equal prices prove nothing of the range: it is unknown.
    assert needed_new(relative_range=0.0, margin=0.01, alpha=0.05) == needed_new(
        relative_range=None, margin=0.01, alpha=0.05
    )
    assert needed_new(relative_range=0.5, margin=0.01, alpha=0.05) == needed_new(
        relative_range=None, margin=0.01, alpha=0.05
    )


def test_largest_relative_range(make_table) -> None:
    arms = summarise(make_table(TWO_CELLS))
    # Cell 1: prices 20 to 26 around the mean (12*20 + 14*26 + 40*20 + 11*25) / 77.
    assert largest_relative_range(arms) == pytest.approx(max(3 / (975 / 90), 6 / (1679 / 77)))
    assert largest_relative_range(arms.select(np.zeros(2, dtype=bool))) is None


@pytest.mark.parametrize("n_each", [10, 10_000])
def test_opposite_constant_cells_are_hugely_heterogeneous(make_table, n_each: int) -> None:
    entries = [(c, True, 11.0 if c < 10 else 9.0, n_each) for c in range(20)] + [
        (c, False, 10.0, n_each) for c in range(20)
    ]
    arms = summarise(make_table(entries))
    assert standardised_ratio(arms).estimate == pytest.approx(0.0, abs=1e-15)
    result = heterogeneity(cell_ratios(arms))
    assert result.q > 1e9
    assert result.p_value == 0.0
    assert result.tau == pytest.approx(0.1, abs=0.005)  # half of log(1.1 / 0.9), times root 20/19


def test_equal_constant_cells_are_homogeneous(make_table) -> None:
    entries = [(c, t, 10.0 + c, 10 + c) for c in range(5) for t in (True, False)]
    result = heterogeneity(cell_ratios(summarise(make_table(entries))))
    assert (result.q, result.df, result.p_value, result.tau) == (0.0, 4, 1.0, 0.0)


def test_equal_gaps_of_constant_cells_are_homogeneous(make_table) -> None:
    entries = [(c, t, (1.1 if t else 1.0) * (10.0 + c), 10 + c) for c in range(5) for t in (True, False)]
    result = heterogeneity(cell_ratios(summarise(make_table(entries))))
    assert result.q < 1e-12
    assert result.tau == 0.0


def test_heterogeneity_needs_two_cells_with_a_standard_error(make_table) -> None:
    one = summarise(make_table([*TWO_CELLS, (2, True, 5.0, 1), (2, False, 6.0, 9)]))
    assert heterogeneity(cell_ratios(one)).df == 1  # the third cell has no standard error
    alone = heterogeneity(cell_ratios(one.select([0, 2])))
    assert (alone.q, alone.df, alone.p_value, alone.tau) == (0.0, 0, None, 0.0)


def test_reversal_gap_brings_the_overall_gap_to_zero() -> None:
    gap = reversal_gap(covered_tenured=1100.0, covered_comparator=1000.0, uncovered_tenured=500.0)
    uncovered_comparator = 500.0 / (1 + gap)
    assert (1100.0 + 500.0) / (1000.0 + uncovered_comparator) == pytest.approx(1.0)


def test_reversal_gap_may_not_exist() -> None:
    assert reversal_gap(covered_tenured=10.0, covered_comparator=12.0, uncovered_tenured=0.0) is None
    assert reversal_gap(covered_tenured=10.0, covered_comparator=15.0, uncovered_tenured=5.0) is None
    assert reversal_gap(covered_tenured=10.0, covered_comparator=10.0, uncovered_tenured=5.0) == 0.0


def test_refuses_empty_arms_and_no_cells(make_table) -> None:
    arms = summarise(make_table([(0, True, 1.0, 2), (0, False, 1.0, 2), (1, True, 1.0, 2)]))
    for function in (standardised_ratio, cell_ratios, geometric_gap, effective_new):
        with pytest.raises(ValueError, match="arms: cell 1 has an empty arm"):
            function(arms)
        with pytest.raises(ValueError, match="arms is empty"):
            function(arms.select(np.zeros(2, dtype=bool)))


def test_refuses_impossible_parameters() -> None:
    with pytest.raises(ValueError, match=r"relative_range = -1\.0"):
        needed_new(relative_range=-1.0, margin=0.01, alpha=0.05)
    with pytest.raises(ValueError, match="margin = 0"):
        needed_new(relative_range=0.1, margin=0, alpha=0.05)
    with pytest.raises(ValueError, match=r"uncovered_tenured = -1\.0: must be at least 0"):
        reversal_gap(covered_tenured=1.0, covered_comparator=1.0, uncovered_tenured=-1.0)
