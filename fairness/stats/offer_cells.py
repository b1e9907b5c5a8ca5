"""The offer gap of every cell on its own, with the wider of its two standard errors, all cells at once.

Cells are compared with each other to see whether their gaps offset. They carry the uncertainty of the printed interval:
where customers of a cell share price decisions, a cell with ten offers holds ten draws, however many customers it has.
Above 0, tenured customers of the cell pay more.

Decision D24.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import LOG_NOISE, FloatArray, IntArray
from fairness.stats.distributions import t_quantiles
from fairness.stats.scores import count_sums, group_starts, group_sums, key_starts, sorting
from fairness.stats.standardised_ratio import CellRatios


@dataclass(frozen=True, slots=True, eq=False)
class CellSums:
    """What clusters of customers pay and are offered within a cell; entries with equal sums may be merged.

    Attributes:
        cell: Cell of each entry, 0 to n_cells - 1, shape (m,).
        price: Sum of prices of a cluster, major units, above 0, shape (m,).
        comparator: Sum of its offers, above 0, shape (m,).
        n: Clusters with these sums, shape (m,).
    """

    cell: IntArray
    price: FloatArray
    comparator: FloatArray
    n: IntArray


def cluster_sums(
    cell: ArrayLike,
    cluster: ArrayLike,
    price: ArrayLike,
    comparator: ArrayLike,
    n: ArrayLike,
    *,
    repeats: ArrayLike | None = None,
) -> CellSums:
    """Add the customers of each cluster within a cell: one offer version, or the accounts of one party.

    Args:
        cell: Cell of each entry, shape (m,); a cluster with customers in several cells is one in each.
        cluster: Cluster of each entry, shape (m,).
        price: Prices paid, major units, above 0, shape (m,).
        comparator: Offers, above 0, shape (m,).
        n: Customers of each entry in the cluster, shape (m,).
        repeats: How many clusters look like this one, the same for all its entries, shape (m,); None for one each.

    Example:
        >>> sums = cluster_sums([0, 0, 0], [7, 7, 8], [11.0, 10.0, 20.0], [10.0, 10.0, 20.0], [1, 2, 1])
        >>> sums.price, sums.comparator
        (array([31., 20.]), array([30., 20.]))
    """
    cells, clusters = checks.integers("cell", cell), checks.integers("cluster", cluster)
    p, b, counts = checks.positive("price", price), checks.positive("comparator", comparator), checks.counts("n", n)
    alike = np.ones_like(counts) if repeats is None else checks.counts("repeats", repeats)
    checks.same_length(cell=cells, cluster=clusters, price=p, comparator=b, n=counts, repeats=alike)
    order = sorting(cells, clusters, p, b, counts)
    cells, clusters, p, b, counts = cells[order], clusters[order], p[order], b[order], counts[order]
    starts = key_starts(cells, clusters)
    if not starts.size:
        return CellSums(cells, p, b, counts)
    return CellSums(
        cell=cells[starts],
        price=np.add.reduceat(counts * p, starts),
        comparator=np.add.reduceat(counts * b, starts),
        n=alike[order][starts],
    )


def offer_cells(clusters: CellSums, *, n_cells: int) -> CellRatios:
    """Estimate the offer ratio of every cell from its clusters.

    Entry c equals ``clustered_log_ratio`` of the cell alone: e_g = P_g - R_c B_g, var = sum (e_g / (1 - B_g / B_c))^2
    / P_c^2, G_eff - 1 degrees of freedom. ``se`` and ``df`` are NaN for a cell with one cluster. Above 0, tenured
    customers of the cell pay more.

    Args:
        clusters: From :func:`cluster_sums`, or customers who are clusters of their own.
        n_cells: Number of cells, each with at least one cluster.

    Raises:
        ValueError: A cell without clusters.

    References:
        As :func:`~fairness.stats.offer_ratio.clustered_log_ratio`.

    Example:
        >>> sums = cluster_sums([0, 0, 1], [1, 2, 1], [11.0, 21.0, 9.0], [10.0, 20.0, 10.0], [1, 1, 5])
        >>> offer_cells(sums, n_cells=2).se.round(4)
        array([0.0349,    nan])
    """
    order = sorting(clusters.cell, clusters.price, clusters.comparator, clusters.n)
    cell, n, p, b = clusters.cell[order], clusters.n[order], clusters.price[order], clusters.comparator[order]
    if group_starts(cell).size != n_cells:
        raise ValueError(f"clusters lie in {group_starts(cell).size} cells: must be all n_cells = {n_cells}")
    paid, offered = group_sums(cell, n * p, n_cells), group_sums(cell, n * b, n_cells)
    several = count_sums(cell, n, n_cells) > 1
    log_ratio = np.log(paid / offered)
    log_ratio[np.abs(log_ratio) < LOG_NOISE] = 0.0
    residual = p - (paid / offered)[cell] * b
    # A cell with one cluster has all its money in it: this only keeps the divisor from being 0.
    share = np.where(several[cell], b / offered[cell], 0.0)
    se = np.sqrt(group_sums(cell, n * (residual / (1.0 - share)) ** 2, n_cells)) / paid
    se[se < LOG_NOISE] = 0.0
    effective = offered**2 / group_sums(cell, n * b**2, n_cells)
    return CellRatios(
        log_ratio=log_ratio, se=np.where(several, se, np.nan), df=np.where(several, effective - 1.0, np.nan)
    )


def wider_cells(first: CellRatios, second: CellRatios, *, confidence_level: float) -> CellRatios:
    """Return each cell with the wider of its two intervals; the known one where the other cannot be computed.

    Unlike the printed interval, a cell whose customers share one decision keeps the error by party: without an error it
    would drop out of the comparison of cells, and gaps of single offers could offset unseen. The noise of a lone
    decision cannot be told from a gap of its cell, so such cells make ``equivalent`` harder, never easier.

    Args:
        first: Cells with one clustering.
        second: The same cells with the other.
        confidence_level: Level at which the two are compared.

    Example:
        >>> import numpy as np
        >>> one, two = (CellRatios(np.zeros(2), np.array(se), np.array([9.0, 9.0]))
        ...             for se in ([0.01, 0.01], [0.02, np.nan]))
        >>> wider_cells(one, two, confidence_level=0.95).se
        array([0.02, 0.01])
    """
    level = checks.fraction("confidence_level", confidence_level)
    widths = [np.nan_to_num(t_quantiles(0.5 + level / 2.0, cells.df) * cells.se, nan=-1.0) for cells in (first, second)]
    use_second = widths[1] > widths[0]
    return CellRatios(
        log_ratio=first.log_ratio,
        se=np.where(use_second, second.se, first.se),
        df=np.where(use_second, second.df, first.df),
    )
