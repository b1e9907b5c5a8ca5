"""The standardised ratio and its rank test where parties (households, firms) have several customers.

Prices of one party move together: three accounts of a household are less evidence than three strangers. Cells stay
fixed strata; the draws are parties, and a party may have customers in several cells and in both groups. Where every
party has one customer, all results are those of :mod:`~fairness.stats.standardised_ratio` and
:func:`~fairness.stats.ranks.van_elteren`. Above 0, tenured customers pay more.

Decision D23.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from fairness.stats.checks import LOG_NOISE, BoolArray, FloatArray, IntArray
from fairness.stats.distributions import normal_two_sided
from fairness.stats.ranks import van_elteren
from fairness.stats.scores import key_starts, mid_ranks, sorting
from fairness.stats.standardised_ratio import CellRatios, cell_ratios
from fairness.stats.value_counts import CellArms, CountTable


@dataclass(frozen=True, slots=True, eq=False)
class PartyRows:
    """Customers of parties that have several, one entry each; parties alike in all of them share their entries.

    They are part of the value counts beside them, not added to those.

    Attributes:
        pattern: Set of customers that the entry belongs to, shape (m,).
        cell: Cell, numbered as in the counts, shape (m,), ascending.
        tenured: True for the tenured arm, shape (m,).
        price: Price paid, major units, shape (m,).
        reference: What it is measured against, shape (m,).
        n: Parties with exactly this set, the same for all its entries, shape (m,).
    """

    pattern: IntArray
    cell: IntArray
    tenured: BoolArray
    price: FloatArray
    reference: FloatArray
    n: IntArray

    def __len__(self) -> int:
        """Return the number of entries."""
        return int(self.pattern.shape[0])

    def take(self, index: BoolArray | slice) -> PartyRows:
        """Return the chosen entries: a mask of shape (m,) or a slice."""
        return PartyRows(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def of_cell(self, cell: int) -> PartyRows:
        """Return the entries of one cell."""
        first, last = np.searchsorted(self.cell, [cell, cell + 1])
        return self.take(slice(int(first), int(last)))


@dataclass(frozen=True, slots=True, eq=False)
class _Strata:
    """Parties by stratum: an arm of a cell, number 2 * position of the cell, + 1 if tenured; arrays of shape (strata,).

    Attributes:
        size: Parties.
        money: Sum of prices.
        squares: Sum of squared party residuals; a party's residual is the sum of p - (P/X) x over its customers.
        pattern, stratum, residual, n: The residual of each set of customers in each stratum it reaches, shape (k,).
    """

    size: IntArray
    money: FloatArray
    squares: FloatArray
    pattern: IntArray
    stratum: IntArray
    residual: FloatArray
    n: IntArray


def party_cells(arms: CellArms, rows: PartyRows) -> CellRatios:
    """Estimate the standardised ratio of every cell on its own with every party as one draw, vectorised.

    With z_j the sum of a party's linearised residuals over its customers in an arm of m parties, var(log R_c) = sum
    over parties of (sum over arms of sqrt(m / (m - 1)) z_j)^2. Degrees of freedom follow Satterthwaite, with m - 1 for
    each arm; a party in both arms counts in the one with fewer parties. An arm that is a single party takes the
    mean squared coefficient of variation of parties in that arm of the other cells. Above 0, tenured customers pay
    more.

    Args:
        arms: Cells, each with customers in both arms.
        rows: Customers of parties that have several, in these cells.

    References:
        Cochran, Sampling Techniques (1977), chapters 6 and 9A; Satterthwaite, Biometrics Bulletin 2 (1946) 110-114.
    """
    scale = np.column_stack((-1.0 / arms.price_new, 1.0 / arms.price_tenured))
    variance, df = _linearised(_strata(arms, rows), scale.ravel(), np.repeat(np.arange(arms.cell.size), 2))
    se = np.sqrt(variance)
    se[se < LOG_NOISE] = 0.0
    return CellRatios(log_ratio=cell_ratios(arms).log_ratio, se=se, df=df)


def effective_parties(arms: CellArms, rows: PartyRows) -> float:
    """Return how many new parties the comparison rests on: ``effective_new`` with parties in place of customers."""
    size = _strata(arms, rows).size.astype(np.float64)
    new, tenured = size[0::2], size[1::2]
    return float(tenured.sum() ** 2 / (tenured**2 / new).sum())


def party_van_elteren(table: CountTable, arms: CellArms, rows: PartyRows) -> tuple[float, float]:
    """Run the stratified rank test with every party as one draw.

    The statistic is that of :func:`~fairness.stats.ranks.van_elteren`, a sum over customers of
    a_i = (t_i - n_T / N)(rank_i - (N + 1) / 2) / (N + 1), t_i = 1 for the tenured. The products of different
    customers of a party are added to the variance for independent customers: sum over parties of
    (sum a_i)^2 - sum a_i^2. z > 0 means that tenured customers rank higher.

    Args:
        table: Value counts of the cells.
        arms: Their summary.
        rows: Customers of parties that have several, in these cells.

    Returns:
        z and the two-sided normal p-value; those of ``van_elteren`` where the products leave no variance.

    References:
        Rosner, Glynn and Lee, Biometrics 59 (2003) 1089-1098; Datta and Satten, JASA 100 (2005) 908-915.
    """
    z, p_value = van_elteren(arms)
    size = arms.n_tenured + arms.n_new
    independent = float((arms.u_variance / (size + 1.0) ** 2).sum())
    if not len(rows) or independent <= 0:
        return z, p_value
    place = np.searchsorted(arms.cell, rows.cell)
    rank = mid_ranks(
        cell=np.concatenate((table.cell, rows.cell)),
        score=np.concatenate((table.price / table.reference, rows.price / rows.reference)),
        n=np.concatenate((table.n, np.zeros_like(rows.n))),
        n_cells=table.n_cells,
    )[len(table.n) :]
    centred = rank - (size[place] + 1.0) / 2.0
    part = (rows.tenured - arms.n_tenured[place] / size[place]) * centred / (size[place] + 1.0)
    order = np.argsort(rows.pattern, kind="stable")
    starts = key_starts(rows.pattern[order])
    together = float((rows.n[order][starts] * np.add.reduceat(part[order], starts) ** 2).sum())
    variance = independent + together - float((rows.n * part**2).sum())
    if variance <= 0:
        return z, p_value
    z *= math.sqrt(independent / variance)
    return z, normal_two_sided(z)


def _strata(arms: CellArms, rows: PartyRows) -> _Strata:
    """Reduce both arms of every cell to parties: customers on their own from the summary, the others from the rows."""
    size = np.column_stack((arms.n_new, arms.n_tenured)).ravel()
    money, reference, s2 = (
        np.column_stack(pair).ravel().astype(np.float64)
        for pair in (
            (arms.price_new, arms.price_tenured),
            (arms.reference_new, arms.reference_tenured),
            (arms.s2_new, arms.s2_tenured),
        )
    )
    stratum = 2 * np.searchsorted(arms.cell, rows.cell) + rows.tenured
    residual = rows.price - (money / reference)[stratum] * rows.reference
    order = sorting(rows.pattern, stratum, residual)
    starts = key_starts(rows.pattern[order], stratum[order])
    sums = np.add.reduceat(residual[order], starts) if starts.size else np.zeros(0)
    at, n = stratum[order][starts], rows.n[order][starts]
    taken = np.bincount(stratum, weights=rows.n * residual**2, minlength=size.size)
    added = np.bincount(at, weights=n * sums**2, minlength=size.size)
    fewer = np.bincount(stratum, weights=rows.n, minlength=size.size) - np.bincount(at, weights=n, minlength=size.size)
    return _Strata(
        size=size - np.rint(fewer).astype(np.int64),
        money=money,
        # What is left for customers on their own is a difference: rounding must not make it negative.
        squares=np.maximum((size - 1) * s2 - taken, 0.0) + added,
        pattern=rows.pattern[order][starts],
        stratum=at,
        residual=sums,
        n=n,
    )


def _linearised(strata: _Strata, scale: FloatArray, unit: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return variance and degrees of freedom of each unit, a sum over its strata of scale times the total residual.

    Args:
        strata: Parties by stratum.
        scale: Derivative of the log ratio with respect to the total of each stratum, shape (strata,).
        unit: Which result each stratum belongs to, ascending, shape (strata,).
    """
    several = strata.size > 1
    correction = np.divide(strata.size, strata.size - 1, out=np.zeros(several.size), where=several)
    own = scale**2 * correction * strata.squares
    freedom = np.where(several, strata.size - 1.0, 1.0)
    for arm in (0, 1):
        here = np.arange(several.size) % 2 == arm
        known, lone = here & several, here & ~several & ~np.isnan(strata.squares)
        if lone.any():
            variation = strata.size * correction * strata.squares / strata.money**2
            own[lone] = (scale * strata.money)[lone] ** 2 * (variation[known].mean() if known.any() else math.nan)
            freedom[lone] = max(float((strata.size[known] - 1.0).sum()), 1.0)
    # A party in several strata of a unit counts in full in the one with the fewest parties, which comes first here.
    value = scale[strata.stratum] * np.sqrt(correction[strata.stratum]) * strata.residual
    units = unit[strata.stratum]
    rank = np.where(several, strata.size, strata.size.max() + 1)[strata.stratum]
    order = sorting(strata.pattern, units, rank, strata.stratum)
    value, at, n = value[order], strata.stratum[order], strata.n[order]
    starts = key_starts(strata.pattern[order], units[order])
    whole = np.add.reduceat(value, starts) if starts.size else np.zeros(0)
    own -= np.bincount(at, weights=n * value**2, minlength=own.size)
    own = np.maximum(own, 0.0) + np.bincount(at[starts], weights=n[starts] * whole**2, minlength=own.size)
    size = int(unit[-1]) + 1
    variance = np.bincount(unit, weights=own, minlength=size).astype(np.float64)
    spread = np.bincount(unit, weights=own**2 / freedom, minlength=size)
    df = np.divide(variance**2, spread, out=np.full(size, math.inf), where=spread != 0)
    return variance, np.where(np.isnan(variance), math.nan, df)
