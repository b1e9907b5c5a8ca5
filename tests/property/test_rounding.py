"""A few customers more or less leave every published figure as it is; no figure tells a count to the customer."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from fairness.disclosure.control import Rules
from fairness.disclosure.control.kinds import COMPANIONS, DIAGNOSTICS, EFFECT_SIZES, FINDINGS, Kind
from fairness.disclosure.control.precision import (
    coverage_grid,
    gap_precision,
    level_of,
    money_grid,
    rounded_count,
    share_grid,
)
from fairness.disclosure.rounding import Rounding, precision_of
from fairness.stats.influence import contrast_influence, mean_influence, ratio_influence, sum_influence
from fairness.stats.offer_ratio import party_log_ratio
from fairness.stats.value_counts import CountTable

RULES = Rules()
LEAST = RULES.min_cell
SEVERAL = 5


def published(n_above: int, n: int, uplift: float, *, offer: float = 30.0) -> tuple[Any, ...]:
    """Return gap and interval as published, of n customers of whom so many pay the uplift and the others the offer.

    Elsewhere in the book somebody pays the uplift.
    """
    counts = np.array([n_above, n - n_above])
    chosen = counts > 0
    price = np.array([round(offer * (1 + uplift), 2), offer])[chosen]
    rows = price, np.full(price.shape, offer), counts[chosen]
    ratio, _ = party_log_ratio(*rows)
    bounds = ratio.interval(0.95) or (None, None)
    found = ratio_influence(*rows, few=LEAST)
    precision = precision_of(ratio.estimate, bounds, found, RULES, df=ratio.df, confidence_level=0.95, elsewhere=uplift)
    if precision is None:
        return (None,)
    rounding = Rounding(RULES, n, precision)
    return rounding.number(Kind.GAP, ratio.estimate), *rounding.bounds(Kind.GAP, ratio.estimate, *bounds)


@pytest.mark.parametrize("uplift", [0.02, 0.048, 0.1, 0.25])
@pytest.mark.parametrize("n", [200, 411, 1500, 20_000])
def test_up_to_ten_at_another_price_leave_gap_and_interval_as_they_are(n: int, uplift: float) -> None:
    of_few_above = {published(k, n, uplift) for k in range(LEAST + 1)}
    of_few_not_above = {published(n - k, n, uplift) for k in range(LEAST + 1)}
    assert len(of_few_above) == 1, of_few_above
    assert len(of_few_not_above) == 1, of_few_not_above


@pytest.mark.parametrize("seed", range(5))
def test_every_published_gap_fits_as_many_counts_as_the_threshold(seed: int) -> None:
    draw = random.Random(seed)
    n, uplift = draw.randint(150, 2000), draw.choice((0.03, 0.07, 0.2))
    by_gap: dict[Any, list[int]] = {}
    for k in range(n + 1):
        by_gap.setdefault(published(k, n, uplift)[0], []).append(k)
    assert len(by_gap) > 3
    assert np.median([len(counts) for counts in by_gap.values()]) >= SEVERAL
    for counts in by_gap.values():
        for small in (counts, [n - k for k in counts]):
            # Whatever says that a number is below the threshold fits every number below it, and more.
            assert min(small) >= LEAST or set(range(LEAST + 1)) <= set(small)


def test_one_customer_who_pays_much_more_is_not_seen() -> None:
    draw = np.random.default_rng(1)
    ratio = draw.normal(1.05, 0.03, 3000)
    offer = np.full(3000, 40.0)
    with_one = ratio.copy()
    with_one[0] = 1.6
    values = []
    for each in (ratio, with_one):
        found = ratio_influence(each * offer, offer, np.ones(3000, dtype=int), few=LEAST)
        precision = gap_precision(found, RULES, half_width=0.002, t=1.96)
        assert precision is not None
        values.append((precision.grid.step, float((each * offer).sum() / offer.sum() - 1)))
    assert abs(values[0][1] - values[1][1]) < values[1][0] / 2


def test_a_gap_that_few_customers_make_is_withheld() -> None:
    found = ratio_influence([900.0, 25.0], [25.0, 25.0], [1, 200], few=LEAST)
    assert gap_precision(found, RULES, half_width=0.1, t=1.96) is None


@pytest.mark.parametrize("n", [150, 400, 2500])
def test_money_does_not_tell_how_few_pay_it(n: int) -> None:
    def gross(k: int) -> float:
        value = np.array([24.0, 0.0]) if k < n else np.array([24.0])
        counts = np.array([k, n - k]) if k < n else np.array([n])
        chosen = counts > 0
        found = sum_influence(value[chosen], counts[chosen], few=LEAST)
        grid = money_grid(found, RULES, n_published=rounded_count(n, RULES))
        return 0.0 if grid is None else grid.nearest(24.0 * k)

    assert len({gross(k) for k in range(1, LEAST + 1)}) == 1
    assert len({gross(n - k) for k in range(LEAST + 1)}) == 1


def test_new_customers_count_as_much_as_they_move_the_gap() -> None:
    # Ten new customers set what 4,000 tenured are held against.
    price = np.array([11.0, 10.0, *np.linspace(9, 11, 10)])
    n, tenured = np.array([2000, 2000, *[1] * 10]), np.array([True, True, *[False] * 10])
    table = CountTable(np.zeros(12, dtype=int), tenured, price, np.ones(12), n, 1)
    found = contrast_influence(table, few=LEAST)
    assert found.together > 0.04
    assert gap_precision(found, RULES, half_width=0.02, t=2.0) is None or found.together <= 0.05


def test_means_are_measured_with_those_published_beside_them() -> None:
    alone = mean_influence([0.01, 0.02], [300, 300], few=LEAST)
    beside = mean_influence([0.01, 0.02], [300, 300], few=LEAST, beside=([0.5, 0.1],))
    assert beside.together > 10 * alone.together


def test_shares_are_no_finer_than_the_threshold() -> None:
    for n in (50, 57, 411, 4107, 1_000_003):
        grid, covered = share_grid(n, RULES), coverage_grid(max(n, 100), RULES)
        assert grid is not None
        assert grid.step * n >= LEAST
        assert covered is not None
        assert {covered.nearest(1 - k / max(n, 100)) for k in range(LEAST + 1)} == {1.0}
    assert share_grid(49, RULES) is None


def test_counts_of_nearly_the_same_customers_differ_by_a_range() -> None:
    for n in range(LEAST, 400):
        for more in range(LEAST):
            shown = rounded_count(n, RULES), rounded_count(n + more, RULES)
            fitting = {
                b - a
                for a in range(n - LEAST, n + LEAST)
                for b in range(a, n + 3 * LEAST)
                if a >= LEAST and (rounded_count(a, RULES), rounded_count(b, RULES)) == shown
            }
            assert len(fitting) >= LEAST / 2
            assert rounded_count(n, RULES) >= LEAST


@pytest.mark.parametrize("k", range(5, 30))
def test_levels_do_not_tell_how_many_signs_were_equal(k: int) -> None:
    p = 2.0 ** (1 - k)
    alike = [other for other in range(2, 40) if level_of(2.0 ** (1 - other)) == level_of(p)]
    assert len(alike) >= 2


def test_every_kind_is_one_of_the_declared() -> None:
    declared = [*FINDINGS.values(), *COMPANIONS.values(), *EFFECT_SIZES.values(), *DIAGNOSTICS.values()]
    assert all(isinstance(kind, Kind) for kind in declared)
    assert FINDINGS["statistic"] is Kind.WITHHELD
    assert {EFFECT_SIZES[name] for name in EFFECT_SIZES} <= {Kind.SHARE, Kind.PAIRS}
