"""Every estimator on value counts against scipy, statsmodels or numpy on the expanded rows.

Books are drawn by hypothesis in two kinds: price lists of two to five prices (heavy ties) and prices that are all
distinct. Ties of ratios are those of the doubles on the rows, as scipy would rank them.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests

from fairness.stats.change import change_difference, clustered_mean, summarise_changes
from fairness.stats.hodges_lehmann import hodges_lehmann
from fairness.stats.multiplicity import adjust
from fairness.stats.offer_ratio import (
    clustered_log_ratio,
    count_weighted,
    geometric_offer_gap,
    median_ratio,
    offer_ratio,
    party_log_ratio,
    share_above,
)
from fairness.stats.proportion import clopper_pearson
from fairness.stats.ranks import mann_whitney, probability_superiority, signed_rank, van_elteren, welch
from fairness.stats.resampling import permutation_p_value, rao_wu_interval
from fairness.stats.standardised_ratio import (
    cell_ratios,
    effective_new,
    geometric_gap,
    heterogeneity,
    largest_relative_range,
    standardised_ratio,
)
from fairness.stats.value_counts import CountTable, summarise

# Counts and rows add the same numbers in another order; the project promises 1e-9 (docs/method.md).
TOLERANCE = 1e-9
# Monte-Carlo quantities: this many of their own standard errors.
MONTE_CARLO_ERRORS = 3.0

# No deadline: the first call imports scipy. No database and a fixed seed: the same examples everywhere.
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@dataclass(frozen=True)
class Rows:
    """Customers as rows: integer ticks, so that ratios are exact fractions."""

    cell: np.ndarray
    tenured: np.ndarray
    price_ticks: np.ndarray
    reference_ticks: np.ndarray

    @property
    def price(self) -> np.ndarray:
        return self.price_ticks / 10_000

    @property
    def reference(self) -> np.ndarray:
        return self.reference_ticks / 10_000

    @property
    def rank_score(self) -> np.ndarray:
        """Ratio of each row; a cell whose exact ratios are all equal is tied, whatever the last bits of the doubles."""
        ratios = self.price / self.reference
        for cell in np.unique(self.cell):
            here = self.cell == cell
            exact = zip(self.price_ticks[here], self.reference_ticks[here], strict=True)
            if len({Fraction(int(p), int(x)) for p, x in exact}) == 1:
                ratios[here] = ratios[here][0]
        return ratios

    @property
    def arms(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Row numbers of the tenured and of the new customers, by cell."""
        return [
            (np.flatnonzero((self.cell == c) & self.tenured), np.flatnonzero((self.cell == c) & ~self.tenured))
            for c in np.unique(self.cell)
        ]

    def table(self) -> CountTable:
        keys = np.column_stack((self.cell, self.tenured, self.price_ticks, self.reference_ticks))
        distinct, n = np.unique(keys, axis=0, return_counts=True)
        return CountTable(
            cell=distinct[:, 0],
            tenured=distinct[:, 1] == 1,
            price=distinct[:, 2] / 10_000,
            reference=distinct[:, 3] / 10_000,
            n=n,
            n_cells=int(self.cell.max()) + 1,
        )


@st.composite
def books(draw: st.DrawFn, *, max_cells: int = 3, with_reference: bool = True) -> Rows:
    """Draw one to three cells, two to fourteen customers in each arm."""
    tied, has_reference = draw(st.booleans()), with_reference and draw(st.booleans())
    ticks = st.integers(10_000, 2_000_000)
    price_list = draw(st.lists(ticks, min_size=2, max_size=5, unique=True))
    columns: list[tuple[int, bool, int, int]] = []
    used: set[int] = set()
    for cell in range(draw(st.integers(1, max_cells))):
        for tenured in (True, False):
            size = draw(st.integers(2, 14))
            choice = st.sampled_from(price_list) if tied else ticks.filter(lambda price: price not in used)
            for _ in range(size):
                price = draw(choice)
                used.add(price)
                columns.append(
                    (cell, tenured, price, draw(st.sampled_from([8_000, 10_000, 12_500])) if has_reference else 10_000)
                )
    cell_, tenured_, price_, reference_ = (np.array(column) for column in zip(*columns, strict=True))
    return Rows(cell_, tenured_, price_, reference_)


def close(expected: float) -> object:
    return pytest.approx(expected, rel=TOLERANCE, abs=1e-12)


def linearised(rows: Rows) -> tuple[float, np.ndarray, np.ndarray]:
    """R, its variance components and the arm sizes, from the rows as docs/method.md writes them."""
    p, x = rows.price, rows.reference
    a = p[rows.tenured].sum()
    b = sum(x[t].sum() * p[n].sum() / x[n].sum() for t, n in rows.arms)
    components, sizes = [], []
    for t, n in rows.arms:
        r_t, r_n = p[t].sum() / x[t].sum(), p[n].sum() / x[n].sum()
        components.append(t.size * np.var(p[t] - r_t * x[t], ddof=1) / a**2)
        components.append(x[t].sum() ** 2 * n.size * np.var(p[n] - r_n * x[n], ddof=1) / (x[n].sum() ** 2 * b**2))
        sizes += [t.size, n.size]
    return a / b, np.array(components), np.array(sizes)


def varies(rows: Rows) -> bool:
    """Whether every arm of every cell holds at least two different ratios."""
    return all(np.unique(rows.rank_score[arm]).size > 1 for pair in rows.arms for arm in pair)


@EXAMPLES
@given(books())
def test_standardised_ratio(rows: Rows) -> None:
    assume(varies(rows))
    ratio, v, n = linearised(rows)
    gap = standardised_ratio(summarise(rows.table()))
    df = v.sum() ** 2 / (v**2 / (n - 1)).sum()
    assert gap.log_ratio == close(math.log(ratio))
    assert gap.se == close(math.sqrt(v.sum()))
    assert gap.df == close(df)
    low, high = np.exp(math.log(ratio) + stats.t.ppf([0.025, 0.975], df) * math.sqrt(v.sum())) - 1
    assert gap.interval(0.95) == (close(low), close(high))
    assert gap.p_value() == close(2 * stats.t.sf(abs(math.log(ratio)) / math.sqrt(v.sum()), df))
    upper = stats.t.sf((math.log(1.01) - math.log(ratio)) / math.sqrt(v.sum()), df)
    lower = stats.t.sf((math.log(ratio) - math.log(0.99)) / math.sqrt(v.sum()), df)
    assert gap.p_equivalence(0.01) == close(max(upper, lower))


@EXAMPLES
@given(books(max_cells=1, with_reference=False))
def test_one_cell_without_reference_is_the_delta_method_of_two_means(rows: Rows) -> None:
    assume(varies(rows))
    t, n = rows.price[rows.tenured], rows.price[~rows.tenured]
    gap = standardised_ratio(summarise(rows.table()))
    se = math.hypot(stats.sem(t) / t.mean(), stats.sem(n) / n.mean())
    assert (gap.estimate, gap.se) == (close(t.mean() / n.mean() - 1), close(se))


@EXAMPLES
@given(books())
def test_companions_from_cells(rows: Rows) -> None:
    arms = summarise(rows.table())
    log_ratio = np.log(rows.price / rows.reference)
    n_t = sum(t.size for t, _ in rows.arms)
    geometric = sum(t.size * (log_ratio[t].mean() - log_ratio[n].mean()) for t, n in rows.arms) / n_t
    assert geometric_gap(arms) == close(math.expm1(geometric))
    assert effective_new(arms) == close(n_t**2 / sum(t.size**2 / n.size for t, n in rows.arms))
    ratios = [np.exp(log_ratio[np.concatenate(pair)]) for pair in rows.arms]
    assert largest_relative_range(arms) == close(max(np.ptp(ratio) / ratio.mean() for ratio in ratios))


@EXAMPLES
@given(books())
def test_heterogeneity_is_that_of_a_random_effects_meta_analysis(rows: Rows) -> None:
    assume(varies(rows) and np.unique(rows.cell).size > 1)
    arms = summarise(rows.table())
    cells = cell_ratios(arms)
    # The oracle subtracts near-equal sums when one weight dominates, and takes roots of a negative tau^2 on the way.
    assume(cells.se.max() < 100 * cells.se.min())
    with np.errstate(invalid="ignore"):
        oracle = combine_effects(cells.log_ratio, cells.se**2, method_re="dl")
    result = heterogeneity(cells)
    assert (result.q, result.df) == (close(oracle.q), oracle.df)
    assert result.p_value == close(stats.chi2.sf(oracle.q, oracle.df))
    assert result.tau == pytest.approx(math.sqrt(max(0.0, oracle.tau2)), rel=TOLERANCE, abs=1e-9)


@EXAMPLES
@given(books())
def test_van_elteren_and_probability(rows: Rows) -> None:
    numerator = variance = wins = pairs = 0.0
    for t, n in rows.arms:
        both = np.concatenate((rows.rank_score[t], rows.rank_score[n]))
        rank, size = stats.rankdata(both), both.size
        u = stats.mannwhitneyu(both[: t.size], both[t.size :]).statistic
        # The permutation variance of a rank sum is that of a sum drawn without replacement from the ranks.
        variance += t.size * n.size / size * np.var(rank, ddof=1) / (size + 1) ** 2
        numerator += (rank[: t.size].sum() - t.size * (size + 1) / 2) / (size + 1)
        wins, pairs = wins + u / (size + 1), pairs + t.size * n.size / (size + 1)
    arms = summarise(rows.table())
    assume(variance > 0)
    z, p = van_elteren(arms)
    assert z == close(numerator / math.sqrt(variance))
    assert p == close(2 * stats.norm.sf(abs(numerator) / math.sqrt(variance)))
    assert probability_superiority(arms) == close(wins / pairs)


@EXAMPLES
@given(books(max_cells=1))
def test_van_elteren_of_one_cell_is_mann_whitney(rows: Rows) -> None:
    score = rows.rank_score
    assume(np.unique(score).size > 1)
    oracle = stats.mannwhitneyu(score[rows.tenured], score[~rows.tenured], use_continuity=False, method="asymptotic")
    assert van_elteren(summarise(rows.table()))[1] == close(oracle.pvalue)


@EXAMPLES
@given(books(max_cells=1))
def test_hodges_lehmann_of_one_cell_is_the_median_difference(rows: Rows) -> None:
    log_ratio = np.log(rows.price / rows.reference)
    differences = np.subtract.outer(log_ratio[rows.tenured], log_ratio[~rows.tenured])
    assert hodges_lehmann(rows.table()) == close(math.expm1(np.median(differences)))


@EXAMPLES
@given(books(with_reference=False))
def test_hodges_lehmann_over_cells_is_the_weighted_median_difference(rows: Rows) -> None:
    log_price = np.log(rows.price)
    pairs = [
        (log_price[i] - log_price[j], Fraction(1, t.size + n.size + 1))
        for t, n in rows.arms
        for i, j in itertools.product(t, n)
    ]
    pairs.sort()
    running = list(itertools.accumulate(weight for _, weight in pairs))
    half = running[-1] / 2
    lower = next(d for (d, _), total in zip(pairs, running, strict=True) if total >= half)
    upper = next(d for (d, _), total in zip(pairs, running, strict=True) if total > half)
    assert hodges_lehmann(rows.table()) == close(math.expm1((lower + upper) / 2))


@EXAMPLES
@given(books(max_cells=1, with_reference=False))
def test_mann_whitney_and_welch_are_scipy_with_its_defaults(rows: Rows) -> None:
    t, n = rows.price[rows.tenured], rows.price[~rows.tenured]
    (values_t, counts_t), (values_n, counts_n) = (np.unique(arm, return_counts=True) for arm in (t, n))
    u, p, probability = mann_whitney(values_t, counts_t, values_n, counts_n)
    oracle = stats.mannwhitneyu(t, n)
    assert (u, p) == (close(oracle.statistic), close(oracle.pvalue))
    assert probability == close(oracle.statistic / (t.size * n.size))
    # scipy warns of an arm of identical rows and refuses to vouch for its own digits there.
    assume(varies(rows))
    means = stats.ttest_ind(t, n, equal_var=False)
    assert welch(values_t, counts_t, values_n, counts_n) == (
        close(means.statistic),
        close(means.df),
        close(means.pvalue),
    )


@EXAMPLES
@given(st.lists(st.sampled_from([-0.25, -0.125, 0.0, 0.125, 0.25, 0.5]), min_size=2, max_size=30))
def test_signed_rank_with_ties_and_zeros(differences: list[float]) -> None:
    assume(any(differences))
    values, n = np.unique(differences, return_counts=True)
    oracle = stats.wilcoxon(differences, zero_method="pratt", correction=False, method="asymptotic")
    z, p = signed_rank(values, n)
    assert (abs(z), p) == (close(abs(oracle.zstatistic)), close(oracle.pvalue))
    above = stats.wilcoxon(
        differences, zero_method="pratt", correction=False, method="asymptotic", alternative="greater"
    )
    assert stats.norm.sf(z) == close(above.pvalue)


@EXAMPLES
@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=30, unique_by=abs))
def test_signed_rank_without_ties(ticks: list[int]) -> None:
    assume(any(ticks))
    differences = np.array(ticks) / 10**6
    oracle = stats.wilcoxon(differences, zero_method="pratt", correction=False, method="asymptotic")
    z, p = signed_rank(differences, np.ones(differences.size, dtype=int))
    assert (abs(z), p) == (close(abs(oracle.zstatistic)), close(oracle.pvalue))


@st.composite
def offers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw versions, prices and offers of customers, as rows."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 4), st.integers(100, 140), st.sampled_from([100, 110, 125])),
            min_size=2,
            max_size=40,
        )
    )
    version, price, offer = (np.array(column) for column in zip(*rows, strict=True))
    return version, price / 10, offer / 10


def counted(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    distinct, n = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    return (*distinct.T, n)


@EXAMPLES
@given(offers())
def test_offer_companions(book: tuple[np.ndarray, ...]) -> None:
    version, p, b = book
    v, price, offer, n = counted(version, p, b)
    assert offer_ratio(price, offer, n).estimate == close(p.sum() / b.sum() - 1)
    assert median_ratio(price, offer, n) == close(np.median(p / b) - 1)
    assert geometric_offer_gap(price, offer, n) == close(stats.gmean(p / b) - 1)
    by_cell = sum((version == c).sum() * p[version == c].sum() / b[version == c].sum() for c in np.unique(version))
    assert count_weighted(v.astype(int), price, offer, n) == close(by_cell / p.size - 1)
    share = share_above(price, offer, n, confidence_level=0.95)
    oracle = stats.binomtest(int((p > b).sum()), p.size).proportion_ci(method="exact")
    assert (share.share, share.ci_lower, share.ci_upper) == (
        close((p > b).mean()),
        close(oracle.low),
        close(oracle.high),
    )


@EXAMPLES
@given(offers())
def test_clustered_ratio_by_cluster_loops(book: tuple[np.ndarray, ...]) -> None:
    version, p, b = book
    assume(np.unique(version).size > 1)
    ratio, total = p.sum() / b.sum(), b.sum()
    groups = [version == g for g in np.unique(version)]
    variance = sum(((p[g] - ratio * b[g]).sum() / (1 - b[g].sum() / total)) ** 2 for g in groups) / p.sum() ** 2
    v, price, offer, n = counted(version, p, b)
    gap, effective = clustered_log_ratio(v.astype(int), price, offer, n)
    assert gap.log_ratio == close(math.log(ratio))
    assert gap.se == pytest.approx(math.sqrt(variance), rel=TOLERANCE, abs=1e-13)
    assert effective == close(total**2 / sum(b[g].sum() ** 2 for g in groups))
    single, alone = counted(p, b)[:2], counted(p, b)[2]
    by_party = party_log_ratio(*single, alone)[0]
    variance = (((p - ratio * b) / (1 - b / total)) ** 2).sum() / p.sum() ** 2
    assert by_party.se == pytest.approx(math.sqrt(variance), rel=TOLERANCE, abs=1e-13)


def test_clustered_ratio_of_equal_clusters_is_statsmodels_cluster_robust() -> None:
    # Weighted least squares of p on b without a constant, weights 1/b, has slope sum p / sum b. With clusters of equal
    # offer money the jackknife's leverage term is the usual correction sqrt(G / (G - 1)), squared.
    rng = np.random.default_rng(11)
    cluster = np.repeat(np.arange(12), 5)
    b = np.tile([10.0, 12.0, 15.0, 20.0, 30.0], 12)
    p = (b * (1.03 + 0.02 * rng.standard_normal(12))[cluster] + rng.normal(0, 0.2, b.size)).round(2)
    fit = sm.WLS(p, b, weights=1 / b).fit()
    robust = fit.get_robustcov_results(cov_type="cluster", groups=cluster, use_correction=False)
    gap, effective = clustered_log_ratio(cluster, p, b, np.ones(b.size, dtype=int))
    assert 1 + gap.estimate == close(fit.params[0])
    assert gap.se == close(robust.bse[0] * 12 / 11 / fit.params[0])
    assert effective == close(12.0)


@EXAMPLES
@given(books(max_cells=1, with_reference=False))
def test_change_difference_of_one_cell_is_welch(rows: Rows) -> None:
    assume(varies(rows))
    change = np.log(rows.price / 50)
    cell, tenured, value, n = counted(rows.cell, rows.tenured, change)
    gap = change_difference(summarise_changes(cell.astype(int), tenured == 1, value, n, n_cells=1))
    oracle = stats.ttest_ind(change[rows.tenured], change[~rows.tenured], equal_var=False)
    assert gap.log_ratio == close(change[rows.tenured].mean() - change[~rows.tenured].mean())
    # The statistic is a difference of means over its error: near 0 it keeps absolute, not relative digits.
    assert gap.statistic == pytest.approx(oracle.statistic, rel=TOLERANCE, abs=1e-9)
    assert (gap.df, gap.p_value()) == (close(oracle.df), close(oracle.pvalue))


@EXAMPLES
@given(st.lists(st.integers(-(10**4), 10**4), min_size=2, max_size=30).filter(lambda ticks: len(set(ticks)) > 1))
def test_clustered_mean_of_single_customers_is_the_one_sample_t_with_the_jackknife_error(ticks: list[int]) -> None:
    values = np.array(ticks) / 10**5
    mean, effective = clustered_mean(np.arange(values.size), values, np.ones(values.size, dtype=int))
    # Each residual over 1 - 1/n: the error is sqrt(n / (n - 1)) times that of the mean.
    wider = math.sqrt(values.size / (values.size - 1))
    assert (mean.log_ratio, mean.se) == (close(values.mean()), close(stats.sem(values) * wider))
    assert effective == close(values.size)
    assume(abs(values.mean()) > 1e-9)
    t = values.mean() / stats.sem(values) / wider
    assert mean.p_value() == close(2 * stats.t.sf(abs(t), values.size - 1))


@EXAMPLES
@given(st.integers(1, 400), st.integers(0, 400), st.sampled_from([0.9, 0.95, 0.99]))
def test_clopper_pearson(n: int, k: int, level: float) -> None:
    assume(k <= n)
    oracle = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="exact")
    assert clopper_pearson(k, n, confidence_level=level) == (close(oracle.low), close(oracle.high))


@EXAMPLES
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1), st.sampled_from([0.01, 0.02, 0.5])), min_size=1, max_size=20),
    st.sampled_from([("bh", "fdr_bh"), ("by", "fdr_by"), ("holm", "holm")]),
)
def test_adjusted_p_values(p_values: list[float | None], methods: tuple[str, str]) -> None:
    tested = [p for p in p_values if p is not None]
    assume(tested)
    ours = adjust(p_values, method=methods[0])
    assert [position for position, p in enumerate(ours) if p is None] == [
        i for i, p in enumerate(p_values) if p is None
    ]
    oracle = multipletests(tested, method=methods[1])[1]
    assert [p for p in ours if p is not None] == pytest.approx(oracle.tolist(), rel=TOLERANCE)


def all_statistics(rows: Rows) -> np.ndarray:
    """|log R| of every relabelling of the rows within cells, each equally likely."""
    numerator, denominator = np.zeros(1), np.zeros(1)
    for t, n in rows.arms:
        members = np.concatenate((t, n))
        p, x = rows.price[members], rows.reference[members]
        chosen = np.array(list(itertools.combinations(range(members.size), t.size)))
        p_t, x_t = p[chosen].sum(axis=1), x[chosen].sum(axis=1)
        numerator = np.add.outer(numerator, p_t).ravel()
        denominator = np.add.outer(denominator, x_t * (p.sum() - p_t) / (x.sum() - x_t)).ravel()
    return np.abs(np.log(numerator / denominator))


@st.composite
def small_books(draw: st.DrawFn) -> Rows:
    """Draw one or two cells of at most four customers an arm: few enough to relabel the rows one by one."""
    price = st.sampled_from([100_000, 110_000, 125_000]) if draw(st.booleans()) else st.integers(90_000, 140_000)
    columns = [
        (cell, tenured, draw(price), draw(st.sampled_from([8_000, 10_000])))
        for cell in range(draw(st.integers(1, 2)))
        for tenured in (True, False)
        for _ in range(draw(st.integers(1, 4)))
    ]
    return Rows(*(np.array(column) for column in zip(*columns, strict=True)))


@EXAMPLES
@given(small_books())
def test_exact_permutation_is_the_share_of_relabelled_rows(rows: Rows) -> None:
    p, is_exact = permutation_p_value(rows.table(), replicates=10, seed=1)
    statistics = all_statistics(rows)
    observed = abs(math.log(linearised_ratio(rows)))
    assert is_exact
    assert p == close(float((statistics >= observed - 1e-12).mean()))


def linearised_ratio(rows: Rows) -> float:
    p, x = rows.price, rows.reference
    return float(p[rows.tenured].sum() / sum(x[t].sum() * p[n].sum() / x[n].sum() for t, n in rows.arms))


def test_drawn_permutation_is_near_the_exact_one() -> None:
    rng = np.random.default_rng(8)
    ticks = rng.choice(np.arange(95_000, 110_000), 18, replace=False)
    rows = Rows(np.zeros(18, int), np.arange(18) < 9, ticks + 2_000 * (np.arange(18) < 9), np.full(18, 10_000))
    exact = float((all_statistics(rows) >= abs(math.log(linearised_ratio(rows))) - 1e-12).mean())
    p, is_exact = permutation_p_value(rows.table(), replicates=4_000, seed=2)
    assert not is_exact
    assert p == pytest.approx(exact, abs=MONTE_CARLO_ERRORS * math.sqrt(exact * (1 - exact) / 4_000))


def test_bootstrap_is_that_of_rescaled_rows() -> None:
    rng = np.random.default_rng(5)
    cell = np.repeat([0, 0, 1, 1], [40, 5, 30, 6])
    tenured = np.repeat([True, False, True, False], [40, 5, 30, 6])
    ticks = rng.choice([95_000, 100_000, 104_000, 120_000], cell.size)
    rows = Rows(cell, tenured, ticks, np.where(rng.random(cell.size) < 0.5, 10_000, 11_000))
    replicates, p, x = 4_000, rows.price, rows.reference
    top, bottom = np.zeros(replicates), np.zeros(replicates)
    for t, n in rows.arms:
        # n - 1 rows with replacement, each weighing n / (n - 1); for the ratio of the new arm the factor cancels.
        drawn_t, drawn_n = rng.choice(t, (replicates, t.size - 1)), rng.choice(n, (replicates, n.size - 1))
        scale = t.size / (t.size - 1)
        top += scale * p[drawn_t].sum(axis=1)
        bottom += scale * x[drawn_t].sum(axis=1) * p[drawn_n].sum(axis=1) / x[drawn_n].sum(axis=1)
    by_rows = np.quantile(top / bottom - 1, [0.025, 0.975])
    # Error of a tail quantile: root(q (1 - q) / B) over the normal density there, for each of the two simulations.
    error = np.std(top / bottom) * math.sqrt(0.025 * 0.975 / replicates) / stats.norm.pdf(1.96) * math.sqrt(2)
    ours = rao_wu_interval(rows.table(), confidence_level=0.95, replicates=replicates, seed=3)
    assert ours == pytest.approx(tuple(by_rows), abs=MONTE_CARLO_ERRORS * error)
