"""Change of prices over twelve months, on the log scale: against new customers' changes, or against dated offers.

A log change of 0.05 is about +5 %. Estimates are differences of mean log changes; as a :class:`LogRatio` they read as
ratios: estimate 0.02 means that tenured prices grew by 2 % more. t distributions are asymptotic in customers or
clusters; which pairs of observations count is fixed before looking.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import LOG_NOISE, BoolArray, FloatArray, IntArray, without_noise
from fairness.stats.clusters import cluster_variance
from fairness.stats.log_ratio import LogRatio
from fairness.stats.offer_cells import wider_cells
from fairness.stats.scores import count_sums, group_sums, rank_sums, sorting
from fairness.stats.standardised_ratio import CellRatios


@dataclass(frozen=True, slots=True, eq=False)
class ChangeArms:
    """Sufficient statistics of log price changes, one entry per cell; every array has shape (cells,).

    It carries the rank quantities under the names :func:`~fairness.stats.ranks.van_elteren` expects.

    Attributes:
        cell: Cell number.
        n_tenured: Tenured customers.
        n_new: New customers.
        mean_tenured: Mean log change of the tenured; NaN when there are none.
        mean_new: Mean log change of the new; NaN when there are none.
        s2_tenured: Sample variance (n - 1) of the tenured log changes; NaN when n < 2, 0 when all are equal.
        s2_new: The same for the new.
        u: Mann-Whitney U of the tenured, equal pairs counting one half.
        u_variance: Tie-corrected variance of ``u`` under exchangeable labels.
    """

    cell: IntArray
    n_tenured: IntArray
    n_new: IntArray
    mean_tenured: FloatArray
    mean_new: FloatArray
    s2_tenured: FloatArray
    s2_new: FloatArray
    u: FloatArray
    u_variance: FloatArray

    def select(self, index: BoolArray | IntArray) -> ChangeArms:
        """Return the chosen cells: a mask of shape (cells,) or an array of positions."""
        return ChangeArms(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def qualified(self, *, min_per_group: int) -> BoolArray:
        """Return True for cells with at least ``min_per_group`` customers in both arms, shape (cells,)."""
        least = checks.at_least("min_per_group", min_per_group, 1)
        return (self.n_tenured >= least) & (self.n_new >= least)


def summarise_changes(
    cell: ArrayLike, tenured: ArrayLike, log_change: ArrayLike, n: ArrayLike, *, n_cells: int
) -> ChangeArms:
    """Reduce counts of log changes to the sufficient statistics of every cell, in one vectorised pass.

    Args:
        cell: Cell of each entry, 0 to n_cells - 1, shape (m,).
        tenured: True for the tenured arm, shape (m,).
        log_change: log(price after / price before), shape (m,).
        n: Customers of each entry, shape (m,).
        n_cells: Number of cells.

    Returns:
        ChangeArms with one entry per cell, in order.

    Raises:
        ValueError: Unequal lengths, a cell out of range, a change that is not finite, a count that is not above 0.

    Example:
        >>> arms = summarise_changes([0, 0], [True, False], [0.05, 0.02], [10, 10], n_cells=1)
        >>> float(arms.mean_tenured[0]), float(arms.u[0])
        (0.05, 100.0)
    """
    cells, change, counts = (
        checks.integers("cell", cell),
        checks.finite("log_change", log_change),
        checks.counts("n", n),
    )
    is_tenured = np.asarray(tenured, dtype=np.bool_)
    checks.same_length(cell=cells, tenured=is_tenured, log_change=change, n=counts)
    if cells.size and (cells.min() < 0 or cells.max() >= n_cells):
        raise ValueError(f"cell spans {cells.min()} to {cells.max()}: must lie in 0 to n_cells - 1 = {n_cells - 1}")
    order = sorting(cells, is_tenured, change, counts)
    cells, is_tenured, change, counts = cells[order], is_tenured[order], change[order], counts[order]
    size, mean, s2 = _moments(2 * cells + is_tenured, change, counts, 2 * n_cells)
    ranks = rank_sums(cell=cells, tenured=is_tenured, score=change, n=counts, n_cells=n_cells)
    new, old = slice(0, None, 2), slice(1, None, 2)
    return ChangeArms(
        cell=np.arange(n_cells),
        n_tenured=size[old],
        n_new=size[new],
        mean_tenured=mean[old],
        mean_new=mean[new],
        s2_tenured=s2[old],
        s2_new=s2[new],
        u=ranks.u,
        u_variance=ranks.u_variance,
    )


def change_difference(arms: ChangeArms) -> LogRatio:
    """Estimate how much more tenured customers' prices changed than those of new customers of the same cell.

    sum_c n_Tc (mean_T - mean_N) / n_T, variance sum_c (n_Tc / n_T)^2 (s2_T / n_Tc + s2_N / n_Nc), Satterthwaite degrees
    of freedom. Above 0, tenured prices grew faster.

    Args:
        arms: Qualified cells, each with customers in both arms.

    Returns:
        LogRatio; ``se`` is None when an arm of a cell has a single customer.

    Raises:
        ValueError: No cells, or a cell without customers in both arms.

    References:
        Welch, Biometrika 34 (1947) 28-35, by stratum.

    Example:
        >>> arms = summarise_changes([0] * 4, [True, True, False, False], [0.04, 0.06, 0.01, 0.03], [5] * 4, n_cells=1)
        >>> round(change_difference(arms).log_ratio, 6)
        0.03
    """
    _both_arms(arms)
    share = arms.n_tenured / arms.n_tenured.sum()
    difference = without_noise(float((share * (arms.mean_tenured - arms.mean_new)).sum()))
    variances = np.concatenate((share**2 * arms.s2_tenured / arms.n_tenured, share**2 * arms.s2_new / arms.n_new))
    total = float(variances.sum())
    if math.isnan(total):
        return LogRatio(log_ratio=difference, se=None, df=None)
    spread = float((variances**2 / (np.concatenate((arms.n_tenured, arms.n_new)) - 1)).sum())
    return LogRatio(log_ratio=difference, se=math.sqrt(total), df=total**2 / spread if spread else math.inf)


def cell_changes(arms: ChangeArms) -> CellRatios:
    """Estimate the difference of mean log changes of every cell on its own, vectorised.

    Entry c equals ``change_difference(arms.select([c]))``. Above 0, tenured prices of the cell grew faster.

    Args:
        arms: Cells, each with customers in both arms.

    Returns:
        CellRatios of arrays with shape (cells,).

    Raises:
        ValueError: No cells, or a cell without customers in both arms.

    Example:
        >>> arms = summarise_changes([0, 0], [True, False], [0.05, 0.02], [10, 10], n_cells=1)
        >>> round(cell_changes(arms).at(0).log_ratio, 6)
        0.03
    """
    _both_arms(arms)
    log_ratio = arms.mean_tenured - arms.mean_new
    log_ratio[np.abs(log_ratio) < LOG_NOISE] = 0.0
    v_tenured, v_new = arms.s2_tenured / arms.n_tenured, arms.s2_new / arms.n_new
    total = v_tenured + v_new
    # Where an arm has one customer, its variance is NaN and so is the total: this only keeps the divisor from being 0.
    spread = v_tenured**2 / np.maximum(arms.n_tenured - 1, 1) + v_new**2 / np.maximum(arms.n_new - 1, 1)
    df = np.divide(total**2, spread, out=np.full(total.shape[0], np.inf), where=spread != 0)
    return CellRatios(log_ratio=log_ratio, se=np.sqrt(total), df=df)


def clustered_mean(cluster: ArrayLike, value: ArrayLike, n: ArrayLike) -> tuple[LogRatio, float]:
    """Estimate the mean of log changes against dated offers, where customers of one offer version share a decision.

    mean = sum n v / sum n with v = dlog p - dlog b; e_g = sum n (v - mean) within cluster g of n_g customers,
    var = sum_g (e_g / (1 - n_g / n))^2 / n^2, t with G_eff - 1 degrees of freedom, G_eff = n^2 / sum n_g^2. Above 0,
    tenured prices grew faster than the offers.

    Args:
        cluster: Offer version of each entry, shape (m,).
        value: Log price change minus log offer change, shape (m,).
        n: Customers of each entry, shape (m,).

    Returns:
        LogRatio, whose ``se`` is None for a single cluster, and G_eff.

    Raises:
        ValueError: No entry, unequal lengths, a value that is not finite, or a count that is not above 0.

    References:
        As :func:`~fairness.stats.offer_ratio.clustered_log_ratio`.

    Example:
        >>> mean, effective = clustered_mean([1, 2], [0.02, 0.04], [10, 10])
        >>> round(mean.log_ratio, 6), round(mean.se, 6), effective
        (0.03, 0.014142, 2.0)
    """
    clusters, values, counts = checks.integers("cluster", cluster), checks.finite("value", value), checks.counts("n", n)
    checks.same_length(cluster=clusters, value=values, n=counts)
    checks.not_empty("value", values)
    order = sorting(clusters, values, counts)
    clusters, values, counts = clusters[order], values[order], counts[order]
    size = float(counts.sum())
    mean = float((counts * values).sum()) / size
    found = cluster_variance(clusters, (values - mean) / size, np.full(values.size, 1.0 / size), counts)
    se = None if found.variance is None else without_noise(math.sqrt(found.variance))
    return LogRatio(log_ratio=without_noise(mean), se=se, df=found.df), found.g_eff


def offer_change_cells(
    cell: ArrayLike, cluster: ArrayLike, value: ArrayLike, n: ArrayLike, *, n_cells: int, confidence_level: float
) -> CellRatios:
    """Estimate the mean log change against dated offers of every cell, with the wider of two errors.

    By customer, s^2 / n with n - 1 degrees of freedom; by price decision, as in :func:`clustered_mean`. A cell with one
    decision keeps its error by customer. Above 0, tenured prices of the cell grew faster than the offers.

    Args:
        cell: Cell of each entry, 0 to n_cells - 1, each with at least one, shape (m,).
        cluster: Price decision of each entry, shape (m,).
        value: Log price change minus log offer change, shape (m,).
        n: Customers of each entry, shape (m,).
        n_cells: Number of cells.
        confidence_level: Level at which the two errors are compared.

    Example:
        >>> cells = offer_change_cells([0, 0, 1], [1, 2, 3], [0.02, 0.04, 0.01], [10, 10, 5], n_cells=2,
        ...                            confidence_level=0.95)
        >>> cells.log_ratio, cells.se.round(4)
        (array([0.03, 0.01]), array([0.0141, 0.    ]))
    """
    cells, clusters = checks.integers("cell", cell), checks.integers("cluster", cluster)
    values, counts = checks.finite("value", value), checks.counts("n", n)
    checks.same_length(cell=cells, cluster=clusters, value=values, n=counts)
    order = sorting(cells, values, counts)
    cells, clusters, values, counts = cells[order], clusters[order], values[order], counts[order]
    size, mean, s2 = _moments(cells, values, counts, n_cells)
    several = size > 1
    own = CellRatios(
        log_ratio=mean,
        se=np.where(several, np.sqrt(s2 / size), np.nan),
        df=np.where(several, size - 1.0, np.nan),
    )
    bounds = np.searchsorted(cells, np.arange(n_cells + 1)).tolist()
    parts = [slice(*pair) for pair in pairwise(bounds)]
    found = [clustered_mean(clusters[part], values[part], counts[part])[0] for part in parts]
    decided = CellRatios(
        log_ratio=mean,
        se=np.array([np.nan if one.se is None else one.se for one in found]),
        df=np.array([np.nan if one.df is None else one.df for one in found]),
    )
    return wider_cells(own, decided, confidence_level=confidence_level)


def _moments(group: IntArray, value: FloatArray, n: IntArray, size: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return count, mean and sample variance by group; a spread within rounding noise is a variance of exactly 0."""
    count = count_sums(group, n, size)
    nothing = np.full(size, np.nan)
    mean = np.divide(group_sums(group, n * value, size), count, out=nothing.copy(), where=count > 0)
    centred = value - mean[group]
    left = np.divide(group_sums(group, n * centred, size) ** 2, count, out=nothing.copy(), where=count > 0)
    squares = group_sums(group, n * centred**2, size)
    s2 = np.divide(squares - left, count - 1, out=nothing, where=count > 1)
    s2[s2 < LOG_NOISE**2] = 0.0
    return count, mean, s2


def _both_arms(arms: ChangeArms) -> None:
    checks.not_empty("arms", arms.cell)
    missing = (arms.n_tenured == 0) | (arms.n_new == 0)
    if missing.any():
        cell = int(arms.cell[np.argmax(missing)])
        raise ValueError(f"arms: cell {cell} has an empty arm; must have customers in both (select qualified cells)")
