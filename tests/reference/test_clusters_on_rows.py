"""Estimators for customers who share a price decision or a party, against plain loops and references on the rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from fairness.stats.offer_cells import CellSums, cluster_sums, offer_cells, wider_cells
from fairness.stats.offer_ratio import clustered_log_ratio, party_log_ratio
from fairness.stats.ranks import INDEPENDENT, clustered_signed_rank, signed_rank
from fairness.stats.standardised_ratio import CellRatios, heterogeneity

TOLERANCE = 1e-9
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def close(expected: float) -> object:
    return pytest.approx(expected, rel=TOLERANCE, abs=1e-12)


DIFFERENCES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([-0.25, -0.125, 0.0, 0.125, 0.25, 0.5])), min_size=2, max_size=30
)


@EXAMPLES
@given(DIFFERENCES)
def test_clustered_signed_rank_by_cluster_loops(rows: list[tuple[int, float]]) -> None:
    cluster, value = (np.array(column) for column in zip(*rows, strict=True))
    assume(value.any())
    # Pratt: zeros are ranked with the rest and then have no sign.
    signed = np.sign(value) * stats.rankdata(np.abs(value))
    sums = [signed[cluster == g].sum() for g in np.unique(cluster)]
    assume(any(sums))
    entries, n = np.unique(np.column_stack((cluster, value)), axis=0, return_counts=True)
    z, p = clustered_signed_rank(entries[:, 0].astype(int), entries[:, 1], n)
    expected = sum(sums) / math.sqrt(sum(s**2 for s in sums))
    assert z == close(expected)
    assert p == close(2 * stats.norm.sf(abs(expected)))


@EXAMPLES
@given(DIFFERENCES)
def test_clustered_signed_rank_of_single_customers_is_wilcoxon(rows: list[tuple[int, float]]) -> None:
    value = np.array([value for _, value in rows])
    assume(value.any())
    oracle = stats.wilcoxon(value, zero_method="pratt", correction=False, method="asymptotic")
    distinct, n = np.unique(value, return_counts=True)
    apart = clustered_signed_rank(np.arange(value.size), value, np.ones(value.size, dtype=int))
    together = clustered_signed_rank(np.full(n.size, INDEPENDENT), distinct, n)
    for z, p in (apart, together, signed_rank(distinct, n)):
        assert (abs(z), p) == (close(abs(oracle.zstatistic)), close(oracle.pvalue))


def test_repeated_clusters_count_as_often_as_they_stand() -> None:
    value = np.array([0.1, -0.2, 0.3, 0.05, -0.4])
    short = clustered_signed_rank([0, 0, 1, 1, INDEPENDENT], value, [1, 2, 1, 1, 4], [3, 3, 2, 2, 1])
    cluster = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, *range(5, 9)]
    long = clustered_signed_rank(cluster, value[[0, 1] * 3 + [2, 3] * 2 + [4] * 4], [1, 2] * 3 + [1] * 8)
    assert short == (close(long[0]), close(long[1]))


def test_more_customers_of_the_same_decisions_are_no_more_evidence() -> None:
    value, n = np.array([0.03, 0.01, -0.02, 0.04, 0.02, -0.01]), np.array([5, 4, 6, 5, 4, 6])
    few, many = (clustered_signed_rank(np.arange(6), value, k * n)[0] for k in (100, 10_000))
    assert few == pytest.approx(many, rel=0.01)
    assert signed_rank(value, 10_000 * n)[0] == pytest.approx(10 * signed_rank(value, 100 * n)[0], rel=0.01)
    # One decision is one draw: z is 1 or -1 whatever its customers.
    assert clustered_signed_rank([0, 0], [0.1, 0.2], [500, 500])[0] == 1.0


def test_clustered_signed_rank_keeps_its_level_and_finds_a_gap() -> None:
    # 40 offers of 100 customers each, decisions with 3 % symmetric noise: a customer's sign is that of its decision.
    rng, worlds = np.random.default_rng(12), 400
    n, alone, shared, found = np.full(40, 100), 0, 0, 0
    for _ in range(worlds):
        value = rng.normal(0.0, 0.03, 40)
        alone += signed_rank(value, n)[1] < 0.05
        shared += clustered_signed_rank(np.arange(40), value, n)[1] < 0.05
        found += clustered_signed_rank(np.arange(40), value + 0.02, n)[0] > 1.96
    assert shared / worlds == pytest.approx(0.05, abs=3 * math.sqrt(0.05 * 0.95 / worlds))
    assert alone / worlds > 0.5
    assert found / worlds > 0.9


@st.composite
def offers(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    """Draw cells, versions, prices and offers of customers, as rows; every cell has customers."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(100, 140), st.sampled_from([100, 110, 125])),
            min_size=6,
            max_size=40,
        )
    )
    cell, version, price, offer = (np.array(column) for column in zip(*rows, strict=True))
    assume(np.unique(cell).size == 3)
    return cell, version, price / 10, offer / 10


@EXAMPLES
@given(offers())
def test_cells_at_once_are_the_cells_one_by_one(book: tuple[np.ndarray, ...]) -> None:
    cell, version, price, offer = book
    ones = np.ones(cell.size, dtype=int)
    by_version = offer_cells(cluster_sums(cell, version, price, offer, ones), n_cells=3)
    by_party = offer_cells(CellSums(cell, price, offer, ones), n_cells=3)
    for c in range(3):
        here = cell == c
        for cells, (alone, effective) in (
            (by_version, clustered_log_ratio(version[here], price[here], offer[here], ones[here])),
            (by_party, party_log_ratio(price[here], offer[here], ones[here])),
        ):
            assert cells.log_ratio[c] == close(alone.log_ratio)
            assert cells.se[c] == pytest.approx(math.nan if alone.se is None else alone.se, rel=1e-9, nan_ok=True)
            assert alone.se is None or cells.df[c] == close(effective - 1)
    both = wider_cells(by_party, by_version, confidence_level=0.95)
    lone = np.isnan(by_version.se)
    assert (both.se[lone & ~np.isnan(by_party.se)] == by_party.se[lone & ~np.isnan(by_party.se)]).all()


def test_parties_within_a_cell_are_one_cluster() -> None:
    # Two parties alike with two accounts each, and one account more: 3 clusters, whatever the number of rows.
    sums = cluster_sums([0, 0, 0], [4, 4, 5], [11.0, 12.0, 9.0], [10.0, 10.0, 10.0], [1, 1, 1], repeats=[2, 2, 1])
    short = offer_cells(sums, n_cells=1)
    rows = [(0, 11.0), (0, 12.0), (1, 11.0), (1, 12.0), (2, 9.0)]
    party, price = (np.array(column) for column in zip(*rows, strict=True))
    alone, effective = clustered_log_ratio(party, price, np.full(5, 10.0), np.ones(5, dtype=int))
    assert (short.log_ratio[0], short.se[0], short.df[0]) == (
        close(alone.log_ratio),
        close(alone.se),
        close(effective - 1),
    )


def test_heterogeneity_of_few_draws_is_welch_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    groups = [rng.normal(0.01 * k, 0.02 + 0.01 * k, 4 + k) for k in range(5)]
    cells = CellRatios(
        log_ratio=np.array([g.mean() for g in groups]),
        se=np.array([stats.sem(g) for g in groups]),
        df=np.array([g.size - 1.0 for g in groups]),
    )
    oracle = anova_oneway(groups, use_var="unequal", welch_correction=True)
    assert heterogeneity(cells, few_draws=True).p_value == close(oracle.pvalue)
    known = CellRatios(cells.log_ratio, cells.se, np.full(5, math.inf))
    assert heterogeneity(known, few_draws=True) == heterogeneity(cells)
