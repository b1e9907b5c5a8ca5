"""Rank companions: they ask who pays more, not by how much, and so resist a few extreme prices.

All are computed from value counts; ties count one half and enter every variance. Labels are taken as exchangeable
within a cell under the null; normal approximations are asymptotic in the number of customers. Positive, or above one
half for a probability, means that tenured customers pay more.

Decision D28.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import LOG_NOISE, FloatArray, IntArray
from fairness.stats.distributions import normal_two_sided, t_upper
from fairness.stats.scores import RankSums, group_starts, rank_sums, sorting, tie_starts

# scipy.stats.mannwhitneyu uses the exact distribution up to this size of either sample when nothing is tied.
_EXACT_SIZE = 8

INDEPENDENT = -1
"""Cluster number of customers who share their price decision with nobody."""


class RankedCells(Protocol):
    """Any per-cell summary that carries the rank quantities: CellArms, ChangeArms, RankSums; arrays of shape (cells,).

    Attributes:
        n_tenured: Tenured customers.
        n_new: New customers.
        u: Mann-Whitney U of the tenured, equal pairs counting one half.
        u_variance: Tie-corrected null variance of ``u``.
    """

    @property
    def n_tenured(self) -> IntArray: ...  # noqa: D102
    @property
    def n_new(self) -> IntArray: ...  # noqa: D102
    @property
    def u(self) -> FloatArray: ...  # noqa: D102
    @property
    def u_variance(self) -> FloatArray: ...  # noqa: D102


def van_elteren(arms: RankedCells) -> tuple[float, float]:
    """Test whether tenured customers rank higher than new ones of the same cell: the stratified rank test.

    z = sum_c (U_c - n_T n_N / 2) / (N_c + 1) over the root of sum_c var(U_c) / (N_c + 1)^2, tie-corrected, without
    continuity correction. z > 0 means that tenured customers pay more.

    Args:
        arms: Rank quantities of the cells; cells with one arm add nothing.

    Returns:
        z and the two-sided normal p-value; (0.0, 1.0) when all scores are tied within every cell.

    References:
        van Elteren, Bulletin of the International Statistical Institute 37 (1960) 351-361.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[5, 5], n_cells=1)
        >>> [round(value, 4) for value in van_elteren(summarise(table))]
        [3.0, 0.0027]
    """
    size = arms.n_tenured + arms.n_new + 1.0
    variance = float((arms.u_variance / size**2).sum())
    if variance <= 0:
        return 0.0, 1.0
    pairs = arms.n_tenured * arms.n_new.astype(np.float64)
    z = float(((arms.u - pairs / 2.0) / size).sum()) / math.sqrt(variance)
    return z, normal_two_sided(z)


def probability_superiority(arms: RankedCells) -> float | None:
    """Return the probability that a tenured customer pays more than a new one of the cell, ties counting one half.

    sum_c U_c / (N_c + 1) over sum_c n_T n_N / (N_c + 1). One half means that neither side ranks higher, above one half
    that tenured customers pay more.

    Args:
        arms: Rank quantities of the cells; cells with one arm add nothing.

    Returns:
        A probability, or None when no cell has both arms.

    Example:
        >>> from fairness.stats.value_counts import CountTable, summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[10.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[5, 5], n_cells=1)
        >>> probability_superiority(summarise(table))
        0.5
    """
    size = arms.n_tenured + arms.n_new + 1.0
    pairs = float((arms.n_tenured * arms.n_new.astype(np.float64) / size).sum())
    return float((arms.u / size).sum()) / pairs if pairs else None


def mann_whitney(
    prices_tenured: ArrayLike, n_tenured: ArrayLike, prices_new: ArrayLike, n_new: ArrayLike
) -> tuple[float, float, float]:
    """Compare the raw prices of both arms, ignoring cells; equal to scipy.stats.mannwhitneyu with its defaults.

    U counts the pairs in which the tenured price is higher, equal pairs one half; the p-value is two-sided with
    continuity and tie correction, and exact when an arm has at most 8 customers and nothing is tied. U above half of
    the pairs means that tenured customers pay more.

    Args:
        prices_tenured: Prices of the tenured, major units, shape (a,).
        n_tenured: Customers at each, shape (a,).
        prices_new: Prices of the new, major units, shape (b,).
        n_new: Customers at each, shape (b,).

    Returns:
        U, the p-value, and U over the number of pairs.

    Raises:
        ValueError: An empty arm, a count that is not above 0, or a price that is not finite.

    References:
        Mann and Whitney, Annals of Mathematical Statistics 18 (1947) 50-60.

    Example:
        >>> mann_whitney([11.0], [20], [10.0], [20])[2]
        1.0
    """
    prices_t, count_t = _weighted("tenured", prices_tenured, n_tenured)
    prices_n, count_n = _weighted("new", prices_new, n_new)
    prices, n = np.concatenate((prices_t, prices_n)), np.concatenate((count_t, count_n))
    is_tenured = np.arange(prices.size) < prices_t.size
    sums = rank_sums(cell=np.zeros(prices.size, dtype=np.int64), tenured=is_tenured, score=prices, n=n, n_cells=1)
    u, size_t, size_n = float(sums.u[0]), int(sums.n_tenured[0]), int(sums.n_new[0])
    return u, _mann_whitney_p(sums, prices, n, is_tenured), u / (size_t * size_n)


def _mann_whitney_p(sums: RankSums, prices: FloatArray, n: IntArray, is_tenured: checks.BoolArray) -> float:
    size_t, size_n = int(sums.n_tenured[0]), int(sums.n_new[0])
    untied = np.unique(prices).size == size_t + size_n
    if untied and min(size_t, size_n) <= _EXACT_SIZE:
        from scipy.stats import mannwhitneyu

        return float(mannwhitneyu(prices[is_tenured], prices[~is_tenured], method="exact").pvalue)
    sd = math.sqrt(float(sums.u_variance[0]))
    distance = abs(float(sums.u[0]) - size_t * size_n / 2.0)
    # Within half a pair of the mean, the continuity correction would overshoot it: there is no evidence at all.
    return normal_two_sided((distance - 0.5) / sd) if sd and distance > 0.5 else 1.0


def welch(
    prices_tenured: ArrayLike, n_tenured: ArrayLike, prices_new: ArrayLike, n_new: ArrayLike
) -> tuple[float, float, float] | None:
    """Compare the raw mean prices of both arms; equal to scipy.stats.ttest_ind(equal_var=False).

    t = (mean_T - mean_N) / sqrt(s2_T / n_T + s2_N / n_N). Above 0, tenured customers pay more.

    Args:
        prices_tenured: Prices of the tenured, major units, shape (a,).
        n_tenured: Customers at each, shape (a,).
        prices_new: Prices of the new, major units, shape (b,).
        n_new: Customers at each, shape (b,).

    Returns:
        t, its degrees of freedom and the two-sided p-value; None when an arm has one customer or nothing varies.

    Raises:
        ValueError: An empty arm, a count that is not above 0, or a price that is not finite.

    References:
        Welch, Biometrika 34 (1947) 28-35.

    Example:
        >>> t, df, p = welch([10.0, 12.0], [5, 5], [9.0, 11.0], [5, 5])
        >>> round(t, 4), round(df, 4), round(p, 4)
        (2.1213, 18.0, 0.048)
    """
    (mean_t, v_t, size_t), (mean_n, v_n, size_n) = (
        _mean_variance(*_weighted("tenured", prices_tenured, n_tenured)),
        _mean_variance(*_weighted("new", prices_new, n_new)),
    )
    if min(size_t, size_n) < 2 or v_t + v_n == 0:
        return None
    t = (mean_t - mean_n) / math.sqrt(v_t + v_n)
    df = (v_t + v_n) ** 2 / (v_t**2 / (size_t - 1) + v_n**2 / (size_n - 1))
    return t, df, min(1.0, 2.0 * t_upper(abs(t), df))


def signed_rank(differences: ArrayLike, n: ArrayLike) -> tuple[float, float]:
    """Test whether differences against each customer's own offer lie around 0: Wilcoxon with Pratt's zeros.

    Zeros are ranked with the rest and then dropped; z = (W+ - E W+) / sd with tie correction and without continuity
    correction. Equal to scipy.stats.wilcoxon(zero_method="pratt", correction=False, method="asymptotic"). z > 0:
    tenured customers pay more.

    Args:
        differences: Differences, usually log(p/b), shape (m,).
        n: Customers with each, shape (m,).

    Returns:
        z and the two-sided normal p-value; (0.0, 1.0) when all differences are 0.

    Raises:
        ValueError: No entry, a count that is not above 0, or a difference that is not finite.

    References:
        Pratt, Journal of the American Statistical Association 54 (1959) 655-667; Cureton, ibid. 62 (1967) 1068-1069.

    Example:
        >>> [round(value, 4) for value in signed_rank([0.1, 0.0, -0.1], [6, 3, 1])]
        [1.8898, 0.0588]
    """
    values, counts = _weighted("differences", differences, n)
    signed = _signed_ranks(values, counts)
    return _z_and_p(float((counts * signed).sum()), float((counts * signed**2).sum()))


def clustered_signed_rank(
    cluster: ArrayLike, differences: ArrayLike, n: ArrayLike, repeats: ArrayLike | None = None
) -> tuple[float, float]:
    """Run the signed-rank test where customers of a cluster share a price decision, or are accounts of one party.

    z = sum_g S_g / sqrt(sum_g S_g^2) with S_g the sum of the signed ranks of cluster g: under the null the sign of a
    whole cluster may flip, not that of each of its customers. With every customer on its own it is
    :func:`signed_rank` exactly, ties and zeros included. z > 0: tenured customers pay more. The normal approximation
    is asymptotic in the clusters.

    Args:
        cluster: Cluster of each entry, shape (m,); :data:`INDEPENDENT` for customers who are clusters of their own.
        differences: Differences, usually log(p/b), shape (m,).
        n: Customers of each entry in the cluster, shape (m,).
        repeats: How many clusters look like this one, the same for all its entries, shape (m,); None for one each.

    Returns:
        z and the two-sided normal p-value; (0.0, 1.0) when all differences are 0.

    Raises:
        ValueError: No entry, unequal lengths, a count that is not above 0, or a difference that is not finite.

    References:
        Rosner, Glynn and Lee, Biometrics 62 (2006) 185-192; Datta and Satten, Biometrics 64 (2008) 501-507.

    Example:
        >>> [round(value, 4) for value in clustered_signed_rank([1, 2, 3], [0.1, 0.2, -0.1], [50, 50, 50])]
        [0.8691, 0.3848]
    """
    clusters, values, counts = (
        checks.integers("cluster", cluster),
        checks.finite("differences", differences),
        checks.counts("n", n),
    )
    alike = np.ones_like(counts) if repeats is None else checks.counts("repeats", repeats)
    checks.same_length(cluster=clusters, differences=values, n=counts, repeats=alike)
    checks.not_empty("differences", values)
    order = sorting(values, counts, alike)
    clusters, values, counts, alike = clusters[order], values[order], counts[order], alike[order]
    sums = counts * _signed_ranks(values, counts * alike)
    alone = clusters == INDEPENDENT
    by_cluster = sorting(clusters[~alone])
    starts = group_starts(clusters[~alone][by_cluster])
    together = np.add.reduceat(sums[~alone][by_cluster], starts) if starts.size else np.zeros(0)
    many = alike[~alone][by_cluster][starts]
    # An entry of independent customers holds n of them, each with the same signed rank.
    squares = float((alike[alone] * sums[alone] ** 2 / counts[alone]).sum()) + float((many * together**2).sum())
    return _z_and_p(float((alike * sums).sum()), squares)


def _signed_ranks(values: FloatArray, n: IntArray) -> FloatArray:
    """Return the rank of |value| among all ``n``, signed, for ascending values; ties share their mean, zeros have 0."""
    # Read outwards from 0, each side ascends: two runs are merged, not sorted.
    below = int(np.searchsorted(values, 0.0))
    outwards = np.concatenate((np.arange(below)[::-1], np.arange(below, values.size)))
    order = outwards[np.argsort(np.abs(values[outwards]), kind="stable")]
    ascending = np.abs(values[order])
    starts = tie_starts(np.zeros(values.size, dtype=np.int64), ascending)
    tied = np.add.reduceat(n[order].astype(np.float64), starts)
    rank = np.empty(values.size)
    rank[order] = np.repeat(np.cumsum(tied) - tied + (tied + 1.0) / 2.0, np.diff(np.append(starts, values.size)))
    return np.where(np.abs(values) <= LOG_NOISE, 0.0, np.sign(values) * rank)


def _z_and_p(total: float, squares: float) -> tuple[float, float]:
    """Return z for a sum of independent terms with mean 0 from the sum of their squares, and its p-value."""
    if squares <= 0:
        return 0.0, 1.0
    z = total / math.sqrt(squares)
    return z, normal_two_sided(z)


def _weighted(name: str, values: ArrayLike, n: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Return validated values with their counts, sorted by value so that results do not depend on the order."""
    checked, counts = checks.finite(name, values), checks.counts(f"n of {name}", n)
    checks.same_length(**{name: checked, "n": counts})
    checks.not_empty(name, checked)
    order = sorting(checked, counts)
    return checked[order], counts[order]


def _mean_variance(values: FloatArray, n: IntArray) -> tuple[float, float, int]:
    """Return the mean, the squared standard error of the mean (0 for one customer) and the number of customers."""
    size = int(n.sum())
    mean = float((n * values).sum()) / size
    centred = values - mean
    squares = float((n * centred**2).sum()) - float((n * centred).sum()) ** 2 / size
    constant = values[0] == values[-1]
    return mean, 0.0 if constant or size < 2 else squares / (size - 1) / size, size
