"""Cells as the draws: where prices are set per cell, customers of a cell repeat one decision.

A price list gives every customer of a cell one price, and a firm may set the list of each cell with its own noise. The
draws are then the cells' prices, not the customers'. Cells that plainly share one list price are one decision. Above 0,
tenured customers pay more.

Decision D21.
"""

from __future__ import annotations

import math

import numpy as np

from fairness.stats import checks
from fairness.stats.checks import FloatArray, IntArray, without_noise
from fairness.stats.clusters import cluster_variance
from fairness.stats.distributions import normal_two_sided
from fairness.stats.log_ratio import LogRatio
from fairness.stats.scores import count_sums, group_starts, group_sums, sorting
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CellArms, CountTable


def price_spread(table: CountTable) -> float:
    """Return the standard deviation of log(p/x) within the arms of the cells, pooled; 0 where nothing varies.

    Args:
        table: Value counts of the compared cells.

    Example:
        >>> table = CountTable(cell=[0, 0, 0], tenured=[True, True, False], price=[9.0, 11.0, 10.0],
        ...                    reference=[1.0] * 3, n=[5, 5, 10], n_cells=1)
        >>> round(price_spread(table), 4)
        0.0748
    """
    table = table.canonical()
    group, size = 2 * table.cell + table.tenured, 2 * table.n_cells
    score = np.log(table.price / table.reference)
    count = count_sums(group, table.n, size)
    known = count > 0
    mean = np.divide(group_sums(group, table.n * score, size), count, out=np.zeros(size), where=known)
    squares = float((table.n * (score - mean[group]) ** 2).sum())
    freedom = int(count.sum() - known.sum())
    return without_noise(math.sqrt(squares / freedom)) if freedom > 0 else 0.0


def shared_decisions(table: CountTable, arms: CellArms, family: IntArray, *, margin: float) -> IntArray:
    """Return the price decision of each cell: cells of one product and plan with the same list price share one.

    Cells are joined where the medians of p/x of both arms lie within the margin of each other, and chains of such cells
    are one decision; where single prices spread wider than two margins there is no list price, and every cell is a
    decision of its own.

    Args:
        table: Value counts of the compared cells.
        arms: Their summary, shape (cells,).
        family: Product and plan of each cell of ``arms`` as a number, shape (cells,); only cells with the same number
            are joined.
        margin: Margin of equivalence, a fraction.

    Returns:
        Number of the decision of each cell, shape (cells,).

    Raises:
        ValueError: ``family`` of another length, or a margin outside (0, 1).

    Example:
        >>> from fairness.stats.value_counts import summarise
        >>> table = CountTable(cell=[0, 0, 1, 1], tenured=[True, False] * 2, price=[11.0, 10.0, 11.01, 10.0],
        ...                    reference=[1.0] * 4, n=[50] * 4, n_cells=2)
        >>> shared_decisions(table, summarise(table), np.array([7, 7]), margin=0.01)
        array([0, 0])
    """
    margin, families = checks.fraction("margin", margin), checks.integers("family", family)
    checks.same_length(family=families, cell=arms.cell)
    own = np.arange(arms.cell.size)
    if price_spread(table) > 2.0 * margin:
        return own
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    medians = _log_medians(table)[arms.cell]
    near = math.log1p(margin) + checks.LOG_NOISE
    first, second = _pairs(families, medians, near)
    links = coo_array((np.ones(first.size, dtype=np.int8), (first, second)), shape=(own.size, own.size))
    labels: IntArray = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


def decision_ratio(arms: CellArms, decision: IntArray) -> tuple[LogRatio, float]:
    """Estimate the standardised ratio with the cells' price decisions as the draws.

    With A = sum P_Tc, B = sum X_Tc rho_c and e_g = sum over the cells of decision g of P_Tc - R X_Tc rho_c,
    var(log R) = sum_g (e_g / (1 - w_g))^2 / A^2, w_g = B_g / B, t with G_eff - 1 degrees of freedom and
    G_eff = 1 / sum w^2.

    Args:
        arms: Compared cells, each with customers in both arms.
        decision: Decision of each cell, shape (cells,), from :func:`shared_decisions`.

    Returns:
        LogRatio, whose ``se`` is None for a single decision, and G_eff.

    References:
        Cameron and Miller, Journal of Human Resources 50 (2015) 317-372.

    Example:
        >>> from fairness.stats.value_counts import summarise
        >>> table = CountTable(cell=[0, 0, 1, 1], tenured=[True, False] * 2, price=[11.0, 10.0, 21.0, 20.0],
        ...                    reference=[1.0] * 4, n=[50] * 4, n_cells=2)
        >>> gap, decisions = decision_ratio(summarise(table), np.array([0, 1]))
        >>> round(gap.estimate, 4), round(gap.se, 4), round(decisions, 2)
        (0.0667, 0.0349, 1.8)
    """
    total = standardised_ratio(arms)
    paid, offered = decision_sums(arms, decision)
    money, at_new = paid.sum(), offered.sum()
    ones = np.ones(paid.size, dtype=np.int64)
    result = cluster_variance(np.arange(paid.size), (paid - (money / at_new) * offered) / money, offered / at_new, ones)
    se = None if result.variance is None else without_noise(math.sqrt(result.variance))
    return LogRatio(log_ratio=total.log_ratio, se=se, df=result.df), result.g_eff


def decision_sums(arms: CellArms, decision: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return what the tenured of each decision pay, and what they would at the new customers' prices of their cells.

    Args:
        arms: Compared cells, each with customers in both arms.
        decision: Decision of each cell, shape (cells,), from :func:`shared_decisions`.

    Returns:
        Two arrays of shape (decisions,), major units.

    Example:
        >>> from fairness.stats.value_counts import summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0] * 2, n=[3, 9],
        ...                    n_cells=1)
        >>> decision_sums(summarise(table), np.array([0]))
        (array([33.]), array([30.]))
    """
    decisions = checks.integers("decision", decision)
    checks.same_length(decision=decisions, cell=arms.cell)
    order = sorting(decisions)
    starts = group_starts(decisions[order])
    comparator = arms.reference_tenured * arms.price_new / arms.reference_new
    return np.add.reduceat(arms.price_tenured[order], starts), np.add.reduceat(comparator[order], starts)


def decision_van_elteren(arms: CellArms, decision: IntArray) -> tuple[float, float]:
    """Run the stratified rank test with price decisions as the draws.

    With S_g the sum over the cells of decision g of (U_c - n_T n_N / 2) / (N_c + 1), z = sum S_g / sqrt(sum S_g^2):
    under the null the sign of a whole decision may flip. z > 0 means that tenured customers rank higher.

    Args:
        arms: Rank quantities of the cells.
        decision: Decision of each cell, shape (cells,).

    Returns:
        z and the two-sided normal p-value; (0.0, 1.0) when all scores are tied within every cell.

    References:
        Datta and Satten, Biometrics 64 (2008) 501-507, for signs of whole clusters.

    Example:
        >>> from fairness.stats.value_counts import summarise
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0] * 2, n=[3, 9],
        ...                    n_cells=1)
        >>> decision_van_elteren(summarise(table), np.array([0]))[0]
        1.0
    """
    pairs = arms.n_tenured * arms.n_new.astype(np.float64)
    own = (arms.u - pairs / 2.0) / (arms.n_tenured + arms.n_new + 1.0)
    order = sorting(decision)
    sums = np.add.reduceat(own[order], group_starts(decision[order]))
    spread = math.sqrt(float((sums**2).sum()))
    if not spread:
        return 0.0, 1.0
    z = float(sums.sum()) / spread
    return z, normal_two_sided(z)


def _log_medians(table: CountTable) -> FloatArray:
    """Return the median of log(p/x) of the new and the tenured of each cell, shape (n_cells, 2); NaN without any."""
    group, score = 2 * table.cell + table.tenured, np.log(table.price / table.reference)
    order = sorting(group, score)
    groups, scores, n = group[order], score[order], table.n[order]
    medians = np.full(2 * table.n_cells, np.nan)
    starts = group_starts(groups)
    if not starts.size:
        return medians.reshape(-1, 2)
    running = np.cumsum(n)
    before = np.concatenate(([0], running[:-1]))[starts]
    size = np.add.reduceat(n, starts)
    low, high = (np.searchsorted(running, before + rank, side="right") for rank in ((size - 1) // 2, size // 2))
    medians[groups[starts]] = (scores[low] + scores[high]) / 2.0
    return medians.reshape(-1, 2)


def _pairs(family: IntArray, medians: FloatArray, near: float) -> tuple[IntArray, IntArray]:
    """Return pairs of cells of one family whose medians agree: each cell with its neighbours in a sorted sweep."""
    order = np.lexsort((medians[:, 0], family))
    families, new, tenured = family[order], medians[order, 0], medians[order, 1]
    first, second = [], []
    step = 1
    while step < order.size:
        close = (families[step:] == families[:-step]) & (new[step:] - new[:-step] <= near)
        if not close.any():
            break
        alike = np.nonzero(close & (np.abs(tenured[step:] - tenured[:-step]) <= near))[0]
        first.append(order[alike])
        second.append(order[alike + step])
        step += 1
    nothing = np.zeros(0, dtype=np.int64)
    return np.concatenate([nothing, *first]), np.concatenate([nothing, *second])
