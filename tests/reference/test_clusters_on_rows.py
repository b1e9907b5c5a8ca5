"""Estimators for customers who share a price decision or a party, against plain loops and references on the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from fairness.stats.jackknife import party_jackknife
from fairness.stats.offer_cells import CellSums, cluster_sums, offer_cells, wider_cells
from fairness.stats.offer_ratio import clustered_log_ratio, party_log_ratio
from fairness.stats.party_clusters import PartyRows, effective_parties, party_cells, party_van_elteren
from fairness.stats.ranks import INDEPENDENT, clustered_signed_rank, signed_rank, van_elteren
from fairness.stats.standardised_ratio import (
    CellRatios,
    cell_ratios,
    effective_new,
    heterogeneity,
    standardised_ratio,
)
from fairness.stats.value_counts import CountTable, summarise

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


def test_cells_of_shared_offers_differ_no_more_than_their_decisions() -> None:
    # 10 cells of 8 offers, 50 customers each, tariffs with 3 % noise; then half of the cells 10 % up, half down.
    rng, worlds = np.random.default_rng(6), 400
    cell, version, n = np.repeat(np.arange(10), 8), np.arange(80), np.full(80, 50)
    offer, shift = 20.0 + version, np.where(cell % 2 == 0, 0.1, -0.1)
    by_party = by_decision = seen = 0
    for _ in range(worlds):
        price = (offer * (1 + rng.normal(0, 0.03, 80))).round(2)
        customers = offer_cells(CellSums(cell, price, offer, n), n_cells=10)
        decisions = offer_cells(cluster_sums(cell, version, price, offer, n), n_cells=10)
        cells = wider_cells(customers, decisions, confidence_level=0.95)
        by_party += heterogeneity(customers).p_value < 0.05
        by_decision += heterogeneity(cells, few_draws=True).p_value < 0.05
        offset = cluster_sums(cell, version, price * (1 + shift), offer, n)
        seen += heterogeneity(offer_cells(offset, n_cells=10), few_draws=True).p_value < 0.05
    assert by_decision / worlds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / worlds)
    assert by_party / worlds > 0.5
    assert seen == worlds


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


@dataclass(frozen=True)
class Book:
    """Customers as rows, with the party of each."""

    party: np.ndarray
    cell: np.ndarray
    tenured: np.ndarray
    price: np.ndarray
    reference: np.ndarray

    def table(self) -> CountTable:
        return CountTable(
            cell=self.cell,
            tenured=self.tenured,
            price=self.price,
            reference=self.reference,
            n=np.ones(self.cell.size, dtype=int),
            n_cells=int(self.cell.max()) + 1,
        )

    def several(self) -> PartyRows:
        """Return the customers of parties with several, as the product reads them."""
        size = np.bincount(self.party)[self.party]
        order = np.flatnonzero(size > 1)
        order = order[np.argsort(self.cell[order], kind="stable")]
        return self.rows(order)

    def rows(self, order: np.ndarray) -> PartyRows:
        return PartyRows(
            pattern=self.party[order],
            cell=self.cell[order],
            tenured=self.tenured[order],
            price=self.price[order],
            reference=self.reference[order],
            n=np.ones(order.size, dtype=int),
        )

    def strata(self) -> list[np.ndarray]:
        return [(self.cell == c) & (self.tenured == t) for c in np.unique(self.cell) for t in (False, True)]


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Draw two cells with customers in both arms, some parties anywhere; every arm holds two parties or more."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 9),
                st.integers(0, 1),
                st.booleans(),
                st.integers(80, 140),
                st.sampled_from([100, 110, 125]),
            ),
            min_size=12,
            max_size=40,
        )
    )
    party, cell, tenured, price, reference = (np.array(column) for column in zip(*rows, strict=True))
    book = Book(party, cell, tenured, price / 10, reference / 10)
    assume(all(np.unique(party[here]).size > 1 for here in book.strata()))
    return book


def by_loops(book: Book) -> tuple[float, float]:
    """Return the variance of log R by party and its degrees of freedom, party by party over the rows."""
    p, x, total, share = book.price, book.reference, {}, {}
    a = p[book.tenured].sum()
    pairs = [book.strata()[i : i + 2] for i in range(0, len(book.strata()), 2)]
    b = sum(x[t].sum() * p[n].sum() / x[n].sum() for n, t in pairs)
    for new, tenured in pairs:
        for here, scale in ((new, -x[tenured].sum() / (x[new].sum() * b)), (tenured, 1 / a)):
            residual = scale * (p - p[here].sum() / x[here].sum() * x)
            parties = np.unique(book.party[here])
            factor = math.sqrt(parties.size / (parties.size - 1))
            share[id(here)] = (
                {g: factor * residual[here & (book.party == g)].sum() for g in parties},
                parties.size - 1,
            )
    for parties, _ in share.values():
        for g, z in parties.items():
            total[g] = total.get(g, 0.0) + z
    variance = sum(z**2 for z in total.values())
    # A party counts whole in the first of the arms with the fewest parties that it reaches.
    counted = dict.fromkeys(share, 0.0)
    for g, z in total.items():
        counted[min((key for key in share if g in share[key][0]), key=lambda key: share[key][1])] += z**2
    spread = sum(counted[key] ** 2 / df for key, (_, df) in share.items())
    return variance, variance**2 / spread if spread else math.inf


@EXAMPLES
@given(books())
def test_parties_of_one_customer_change_nothing(book: Book) -> None:
    alone = replace(book, party=np.arange(book.cell.size))
    arms = summarise(alone.table())
    cells = cell_ratios(arms)
    for rows in (alone.several(), alone.rows(np.argsort(alone.cell, kind="stable"))):
        by_cell = party_cells(arms, rows)
        assert by_cell.se == pytest.approx(cells.se, rel=TOLERANCE, abs=1e-12)
        assert by_cell.df == pytest.approx(cells.df, rel=TOLERANCE)
        assert effective_parties(arms, rows) == close(effective_new(arms))
        assert party_van_elteren(alone.table(), arms, rows) == (
            close(van_elteren(arms)[0]),
            close(van_elteren(arms)[1]),
        )


@EXAMPLES
@given(books())
def test_cells_by_party_by_loops_over_the_rows(book: Book) -> None:
    cells = party_cells(summarise(book.table()), book.several())
    for c in range(2):
        here = book.cell == c
        variance, df = by_loops(Book(*(getattr(book, field.name)[here] for field in fields(Book))))
        assert cells.se[c] == pytest.approx(math.sqrt(variance), rel=1e-6, abs=1e-9)
        assert variance < 1e-12 or cells.df[c] == pytest.approx(df, rel=1e-6)


@EXAMPLES
@given(books(), st.integers(2, 5))
def test_a_book_copied_within_its_parties_is_no_more_evidence(book: Book, copies: int) -> None:
    once = replace(book, party=np.arange(book.cell.size))
    copied = Book(*(np.repeat(getattr(once, field.name), copies) for field in fields(Book)))
    few, many = summarise(once.table()), summarise(copied.table())
    plain = party_jackknife(once.table(), few, once.several()).ratio
    gap = party_jackknife(copied.table(), many, copied.several()).ratio
    assert gap.log_ratio == close(plain.log_ratio)
    assert gap.se == pytest.approx(plain.se, rel=1e-6, abs=1e-9)
    assert gap.df == pytest.approx(plain.df, rel=1e-6)
    assert effective_parties(many, copied.several()) == close(effective_new(few))


@EXAMPLES
@given(books())
def test_rank_test_by_party_by_loops_over_the_rows(book: Book) -> None:
    arms, score = summarise(book.table()), book.price / book.reference
    part = np.zeros(score.size)
    independent = numerator = 0.0
    for c in np.unique(book.cell):
        here = book.cell == c
        rank, t, size = stats.rankdata(score[here]), book.tenured[here], int(here.sum())
        part[here] = (t - t.mean()) * (rank - rank.mean()) / (size + 1)
        independent += t.sum() * (~t).sum() / size * np.var(rank, ddof=1) / (size + 1) ** 2
        numerator += (rank[t] - rank.mean()).sum() / (size + 1)
    products = sum(part[book.party == g].sum() ** 2 for g in np.unique(book.party)) - (part**2).sum()
    assume(independent > 1e-9 and independent + products > 1e-6)
    assert numerator == pytest.approx(part.sum(), abs=1e-12)
    z, p = party_van_elteren(book.table(), arms, book.several())
    assert z == close(numerator / math.sqrt(independent + products))
    assert p == close(2 * stats.norm.sf(abs(z)))


def test_an_arm_of_a_single_party_varies_as_the_others_do() -> None:
    rng = np.random.default_rng(3)
    cell, tenured = np.repeat([0, 1, 2], 40), np.tile(np.arange(40) < 20, 3)
    party = np.where((cell == 2) & ~tenured, 500, np.arange(120))
    book = Book(party, cell, tenured, (30.0 + rng.normal(0, 2, 120)).round(2), np.ones(120))
    arms, rows = summarise(book.table()), book.several()
    cells, plain = party_cells(arms, rows), cell_ratios(arms)
    new = [book.price[(cell == c) & ~tenured] for c in (0, 1)]
    variation = np.mean([(prices.std(ddof=1) / prices.mean()) ** 2 for prices in new])
    here = book.price[(cell == 2) & ~tenured]
    expected = plain.se[2] ** 2 + variation - here.var(ddof=1) / here.mean() ** 2 / 20
    assert cells.se[2] == close(math.sqrt(expected))
    # Nothing shows how parties vary: no error can be given.
    assert np.isnan(party_cells(arms.select([2]), rows).se[0])


def test_households_that_move_together_cover_and_are_found() -> None:
    # 8 cells, 60 tenured and 24 new customers each in households of 3 that share 8 % noise.
    rng, worlds, covered, alone, found = np.random.default_rng(21), 300, 0, 0, 0
    cell = np.repeat(np.arange(8), 84)
    tenured = np.tile(np.arange(84) < 60, 8)
    party = np.arange(cell.size) // 3
    for _ in range(worlds):
        price = (30.0 + 2.0 * cell) * (1 + 0.08 * rng.standard_normal(party.max() + 1))[party]
        for gap in (0.0, 0.05):
            book = Book(party, cell, tenured, (price * np.where(tenured, 1 + gap, 1.0)).round(2), np.ones(cell.size))
            arms = summarise(book.table())
            lower, upper = party_jackknife(book.table(), arms, book.several()).ratio.interval(0.95)
            covered += lower <= gap <= upper
            found += gap > 0 and lower > 0
            lower, upper = standardised_ratio(arms).interval(0.95)
            alone += lower <= gap <= upper
    assert covered / (2 * worlds) == pytest.approx(0.95, abs=3 * math.sqrt(0.05 * 0.95 / worlds))
    assert alone / (2 * worlds) < 0.85
    assert found / worlds > 0.9
