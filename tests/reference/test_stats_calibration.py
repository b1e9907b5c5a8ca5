"""A small sample of the calibration in bench/: null worlds, injected truth, and each guard of the verdict at work.

Bounds are the nominal rates plus three Monte-Carlo errors of the number of worlds simulated; seeds are fixed.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from fairness.stats.clusters import two_way
from fairness.stats.hodges_lehmann import hodges_lehmann
from fairness.stats.multiplicity import adjust
from fairness.stats.offer_ratio import clustered_log_ratio, party_log_ratio
from fairness.stats.ranks import van_elteren
from fairness.stats.resampling import permutation_p_value
from fairness.stats.standardised_ratio import (
    cell_ratios,
    effective_new,
    geometric_gap,
    heterogeneity,
    largest_relative_range,
    needed_new,
    standardised_ratio,
)
from fairness.stats.value_counts import CountTable, summarise
from fairness.stats.verdict import Evidence, Verdict, decide

pytestmark = pytest.mark.slow

ALPHA, MARGIN = 0.05, 0.01
WORLDS = 400


def rate_error(rate: float, worlds: int = WORLDS) -> float:
    """Three Monte-Carlo errors of a rate."""
    return 3 * math.sqrt(rate * (1 - rate) / worlds)


def table_of(cell: np.ndarray, tenured: np.ndarray, price: np.ndarray, n: np.ndarray | None = None) -> CountTable:
    ones = np.ones(cell.size, dtype=int)
    return CountTable(
        cell=cell,
        tenured=tenured,
        price=price,
        reference=ones,
        n=ones if n is None else n,
        n_cells=int(cell.max()) + 1,
    )


def constant_arms(tenured_price: np.ndarray, new_price: np.ndarray, n_each: int) -> CountTable:
    """One price in each arm of each cell."""
    k = tenured_price.size
    return table_of(
        np.tile(np.arange(k), 2),
        np.repeat([True, False], k),
        np.concatenate((tenured_price, new_price)),
        np.full(2 * k, n_each),
    )


def judge(table: CountTable, *, support: float = 1.0) -> Verdict:
    """Gather the evidence of the verdict (docs/method.md) for the pooled like-for-like gap."""
    arms = summarise(table)
    gap, cells, spread = standardised_ratio(arms), cell_ratios(arms), heterogeneity(cell_ratios(arms))
    degenerate = bool(arms.degenerate().any())
    p = permutation_p_value(table, replicates=999, seed=1)[0] if degenerate else gap.p_value()
    adjusted = adjust([cells.at(i).p_value() for i in range(arms.cell.size)], method="bh")
    penalised = np.array(
        [q is not None and q < ALPHA and cells.log_ratio[i] >= math.log1p(MARGIN) for i, q in enumerate(adjusted)]
    )
    z, rank_p = van_elteren(arms)
    return decide(
        Evidence(
            qualified=True,
            support_customers=support,
            support_money=support,
            min_support=0.2,
            alpha=ALPHA,
            margin=MARGIN,
            estimate=gap.estimate,
            interval=gap.interval(1 - ALPHA),
            equivalence_interval=gap.interval(1 - 2 * ALPHA),
            p_adjusted=p,
            p_equivalence_adjusted=gap.p_equivalence(MARGIN),
            rank_z=z,
            rank_p=rank_p,
            geometric=geometric_gap(arms),
            n_eff=effective_new(arms),
            n_eff_needed=needed_new(relative_range=largest_relative_range(arms), margin=MARGIN, alpha=ALPHA),
            q_p_value=spread.p_value,
            tau=spread.tau,
            decided_share=float(arms.n_tenured[penalised].sum() / arms.n_tenured.sum()),
        )
    )


def noisy_world(
    rng: np.random.Generator, *, gap: float, sd: float, tenured: int, new: int, cells: int = 6
) -> CountTable:
    """Log-normal prices in pence around a list price per cell; the tenured mean is 1 + gap times the new one."""
    size = tenured + new
    cell = np.repeat(np.arange(cells), size)
    is_tenured = np.tile(np.arange(size) < tenured, cells)
    level = (20.0 + 5.0 * cell) * np.where(is_tenured, 1 + gap, 1.0)
    price = (level * np.exp(rng.normal(-(sd**2) / 2, sd, cell.size))).round(2)
    return table_of(cell, is_tenured, price)


def test_null_worlds_cover_and_raise_no_false_penalty() -> None:
    rng = np.random.default_rng(20_240_501)
    covered, verdicts = 0, Counter()
    for _ in range(WORLDS):
        table = noisy_world(rng, gap=0.0, sd=0.25, tenured=80, new=30)
        lower, upper = standardised_ratio(summarise(table)).interval(0.95)
        covered += lower <= 0 <= upper
        verdicts[judge(table).verdict] += 1
    assert covered / WORLDS == pytest.approx(0.95, abs=rate_error(0.05))
    assert verdicts["penalty"] / WORLDS <= ALPHA / 2 + rate_error(ALPHA / 2)
    assert verdicts["favourable"] / WORLDS <= ALPHA / 2 + rate_error(ALPHA / 2)


def test_few_new_against_many_tenured_still_cover() -> None:
    rng = np.random.default_rng(77)
    covered = 0
    for _ in range(WORLDS):
        table = noisy_world(rng, gap=0.03, sd=0.1, tenured=200, new=10, cells=20)
        lower, upper = standardised_ratio(summarise(table)).interval(0.95)
        covered += lower <= 0.03 <= upper
    assert covered / WORLDS == pytest.approx(0.95, abs=rate_error(0.05))


def test_an_injected_penalty_is_found_by_every_estimator() -> None:
    rng = np.random.default_rng(3)
    table = noisy_world(rng, gap=0.08, sd=0.1, tenured=3_000, new=2_000)
    arms = summarise(table)
    gap = standardised_ratio(arms)
    # The shift is the same for all customers, so all three estimators look for 8 %.
    for estimate in (gap.estimate, geometric_gap(arms), hodges_lehmann(table)):
        assert estimate == pytest.approx(0.08, abs=4 * gap.se)
    assert judge(table).verdict == "penalty"


def test_equal_large_arms_are_equivalent_and_a_gap_at_the_margin_is_not() -> None:
    rng = np.random.default_rng(4)
    worlds = 100
    at_zero = Counter(judge(noisy_world(rng, gap=0.0, sd=0.1, tenured=800, new=600)).verdict for _ in range(worlds))
    at_margin = Counter(judge(noisy_world(rng, gap=0.01, sd=0.1, tenured=800, new=600)).verdict for _ in range(worlds))
    assert at_zero["equivalent"] >= 0.75 * worlds
    assert at_margin["equivalent"] / worlds <= ALPHA + rate_error(ALPHA, worlds)


def test_shared_offers_raise_no_false_penalty() -> None:
    # 20 offers of 500 customers each, tariffs set with 2 % noise around the offer: a tariff's customers share one draw.
    rng = np.random.default_rng(5)
    offer = 20.0 + np.arange(20)
    n = np.full(20, 500)
    by_customer, by_decision = Counter(), Counter()
    for _ in range(WORLDS):
        price = (offer * np.exp(rng.normal(0, 0.02, 20))).round(2)
        party, (version, g_eff) = (
            party_log_ratio(price, offer, n)[0],
            clustered_log_ratio(np.arange(20), price, offer, n),
        )
        chosen, name = two_way(party, version, party)
        assert name == "decision"
        for result, tally in ((party, by_customer), (chosen, by_decision)):
            evidence = Evidence(
                qualified=True,
                support_customers=1.0,
                support_money=1.0,
                min_support=0.2,
                alpha=ALPHA,
                margin=MARGIN / 10,  # so that the rate is that of the test, not that of passing the margin
                estimate=result.estimate,
                interval=result.interval(1 - ALPHA),
                equivalence_interval=result.interval(1 - 2 * ALPHA),
                p_adjusted=result.p_value(),
                p_equivalence_adjusted=result.p_equivalence(MARGIN / 10),
                shares_comparators=True,
                g_eff=g_eff,
                min_pricing_decisions=10,
            )
            tally[decide(evidence).verdict] += 1
    assert by_decision["penalty"] / WORLDS <= ALPHA / 2 + rate_error(ALPHA / 2)
    # Customers taken as independent would accuse the firm in almost every other world: the reason for the clustering.
    assert by_customer["penalty"] / WORLDS > 0.3


def test_permutation_of_a_tied_list_keeps_its_level() -> None:
    rng = np.random.default_rng(6)
    worlds, rejected = 300, 0
    for _ in range(worlds):
        price = rng.choice([10.0, 12.0, 15.0], size=60)
        table = table_of(np.repeat([0, 1], 30), np.tile(np.arange(30) < 20, 2), price)
        rejected += permutation_p_value(table, replicates=199, seed=1)[0] < ALPHA
    assert rejected / worlds <= ALPHA + rate_error(ALPHA, worlds)


def test_guard_a_tied_price_list_with_ten_new_customers_is_not_equivalent() -> None:
    # All ten new customers pay the list price; of the tenured, 1 in 400 pays 40 % more: too rare to move the gap, and
    # ten draws could not have shown the same share of dear new customers either.
    table = table_of(
        np.zeros(3, dtype=int),
        np.array([True, True, False]),
        np.array([10.0, 14.0, 10.0]),
        np.array([1_995, 5, 10]),
    )
    result = judge(table)
    assert (result.verdict, result.reason) == ("inconclusive", "small_effective_sample")
    assert "small_effective_sample" in result.warnings
    many = table_of(table.cell, table.tenured, table.price, np.array([1_995, 5, 2_000]))
    assert judge(many).verdict == "equivalent"


@pytest.mark.parametrize("n_each", [10, 500])
def test_guard_ten_dearer_cells_against_ten_cheaper_ones_offset(n_each: int) -> None:
    tenured = np.where(np.arange(20) < 10, 11.0, 9.0)
    result = judge(constant_arms(tenured, np.full(20, 10.0), n_each))
    assert (result.verdict, result.reason) == ("inconclusive", "offsetting_gaps")
    assert judge(constant_arms(np.full(20, 10.0), np.full(20, 10.0), n_each)).verdict == "equivalent"


def test_guard_offsetting_is_seen_through_noise() -> None:
    rng = np.random.default_rng(9)
    cell = np.repeat(np.arange(20), 400)
    tenured = np.tile(np.arange(400) < 200, 20)
    level = np.where(tenured, np.where(cell < 10, 1.1, 0.9), 1.0)
    table = table_of(cell, tenured, (50 * level * np.exp(rng.normal(0, 0.02, cell.size))).round(2))
    assert judge(table).reason == "offsetting_gaps"


def test_guard_estimators_that_disagree_decide_nothing() -> None:
    # Tenured customers pay 3 % more than 99 in 100 new ones; 1 in 100 new customers pays ten times the price. The mean
    # says -5.5 %, rank and geometric mean say that tenured customers pay more.
    table = table_of(
        np.zeros(3, dtype=int),
        np.array([True, False, False]),
        np.array([10.3, 10.0, 100.0]),
        np.array([20_000, 19_800, 200]),
    )
    result = judge(table)
    assert standardised_ratio(summarise(table)).estimate < -0.05
    assert (result.verdict, result.reason) == ("inconclusive", "estimators_disagree")


def test_a_minority_that_pays_half_more_is_a_penalty_though_most_save_a_penny() -> None:
    # 90 % a penny cheaper, 10 % at +50 %: the rank test points down, the geometric mean with the money up (+4 %).
    # Rule 3 asks for both against the estimate, so the many cannot hide the few.
    table = table_of(
        np.zeros(4, dtype=int),
        np.array([True, True, False, False]),
        np.array([9.99, 15.0, 10.0, 10.01]),
        np.array([9_000, 1_000, 5_000, 5_000]),
    )
    arms = summarise(table)
    assert van_elteren(arms)[0] < -10
    assert geometric_gap(arms) == pytest.approx(0.0395, abs=0.001)
    assert judge(table).verdict == "penalty"


@pytest.mark.parametrize(
    ("support", "verdict", "warnings"), [(0.15, "not_assessable", ()), (0.35, "penalty", ("narrow_support",))]
)
def test_guard_support(support: float, verdict: str, warnings: tuple[str, ...]) -> None:
    table = noisy_world(np.random.default_rng(10), gap=0.08, sd=0.05, tenured=200, new=200)
    result = judge(table, support=support)
    assert result.verdict == verdict
    assert result.warnings == warnings
