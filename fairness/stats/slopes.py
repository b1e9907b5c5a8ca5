"""How prices vary with tenure: across customers at one date, and along each customer's own path.

Two different questions. The *gradient* compares customers of different tenure today: a list that merely rose over the
years produces one even in a firm that is blind to tenure, so it carries no test of the pricing process. The *walking
slope* follows each joining cohort from month to month, price over offer, leavers included until they leave. Above 0,
prices of longer-standing customers are higher, or rose faster than the offers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import BoolArray, FloatArray, IntArray, without_noise
from fairness.stats.clusters import ClusterVariance, cluster_variance, two_way
from fairness.stats.log_ratio import LogRatio
from fairness.stats.scores import count_sums, group_sums, key_starts, numbered, sorting

LEAST_CLUSTERS = 10
"""Effective clusters of either kind below which a slope has no interval."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope on the log scale, per year.

    Attributes:
        ratio: The slope as a log ratio: ``estimate`` is the change per year as a fraction; ``se`` is None where either
            clustering has fewer than ten effective clusters.
        n: Observations, or customer-months, that it rests on.
        clusters: Effective clusters of the first and of the second kind.
        left_out: Observations, or cohorts, that could not be used.
    """

    ratio: LogRatio
    n: int
    clusters: tuple[float, float]
    left_out: int


def tenure_gradient(
    *,
    cell: ArrayLike,
    cluster: ArrayLike,
    half_year: ArrayLike,
    tenure_months: ArrayLike,
    n: ArrayLike,
    sum_y: ArrayLike,
) -> Slope:
    """Estimate the slope of y = log(p/b) on completed tenure years within cells, customers weighing 1.

    beta = sum n (t - t_c)(y - y_c) / Q, Q = sum n (t - t_c)^2. Scores n (t - t_c)(y - y_c - beta (t - t_c)) are summed
    by decision cluster and by joining half-year; the variance is two-way, t with the smaller G_eff - 1, shares being
    those of Q. Above 0, prices of longer-standing customers are higher; it does not say that anyone's price rose.

    Args:
        cell: Cell of each atom, shape (m,).
        cluster: Cells joined by shared decisions, as a number, shape (m,).
        half_year: Joining half-year, shape (m,).
        tenure_months: Completed months, shape (m,).
        n: Observations of the atom, shape (m,).
        sum_y: Sum of log(p/b) over them, shape (m,).

    Returns:
        Slope; ``left_out`` counts observations in cells with one tenure. ``ratio.log_ratio`` is 0 without a standard
        error where no cell has two tenures.

    Raises:
        ValueError: No atom, unequal lengths, a count that is not above 0, or a value that is not finite.

    References:
        Cameron, Gelbach and Miller, Journal of Business and Economic Statistics 29 (2011) 238-249.

    Example:
        >>> slope = tenure_gradient(cell=[0, 0], cluster=[0, 0], half_year=[1, 2], tenure_months=[24, 36], n=[10, 10],
        ...                         sum_y=[0.0, 0.1])
        >>> round(slope.ratio.log_ratio, 6), slope.ratio.se
        (0.01, None)
    """
    cells, clusters, halves = (
        checks.integers(*pair) for pair in (("cell", cell), ("cluster", cluster), ("half_year", half_year))
    )
    months, counts, total = (
        checks.integers("tenure_months", tenure_months),
        checks.counts("n", n),
        checks.finite("sum_y", sum_y),
    )
    checks.same_length(cell=cells, cluster=clusters, half_year=halves, tenure_months=months, n=counts, sum_y=total)
    checks.not_empty("n", counts)
    order = sorting(cells, clusters, halves, months, total)
    cells, clusters, halves = cells[order], clusters[order], halves[order]
    months, counts, total = months[order], counts[order], total[order]
    place = numbered(cells)
    size = int(place.max()) + 1
    weight = count_sums(place, counts, size).astype(np.float64)
    years = months / 12.0
    t = years - (group_sums(place, counts * years, size) / weight)[place]
    y = total - counts * (group_sums(place, total, size) / weight)[place]
    q = counts * t**2
    whole = float(q.sum())
    same = group_sums(place, q, size) <= checks.LOG_NOISE
    left_out = int(counts[same[place]].sum())
    if whole <= checks.LOG_NOISE:
        return Slope(LogRatio(0.0, None, None), 0, (0.0, 0.0), left_out)
    beta = float((t * y).sum()) / whole
    score = t * (y - beta * counts * t) / whole
    ratio, effective = _two_way(beta, clusters, halves, score, q / whole)
    return Slope(ratio, int(counts.sum()) - left_out, effective, left_out)


@dataclass(frozen=True, slots=True, eq=False)
class Increments:
    """Monthly increments u = dlog p - dlog b of chains, summed; every array has shape (m,).

    Attributes:
        cohort: Joining month.
        month: Calendar month of the year, 1 to 12.
        plan: Product and plan: the first clustering.
        block: Product and block of twelve months: the second clustering.
        n: Customer-months at risk.
        sum_u: Sum of u over them.
        sum_own: Sum of dlog p; the rest is the offers' part.
    """

    cohort: IntArray
    month: IntArray
    plan: IntArray
    block: IntArray
    n: IntArray
    sum_u: FloatArray
    sum_own: FloatArray


@dataclass(frozen=True, slots=True)
class Walking:
    """The walking slope with its two parts.

    Attributes:
        slope: The slope, per year; ``left_out`` counts cohorts without a risk set in some calendar month.
        own: Part of the customers' own prices, log scale, per year.
        offer: Part of the offers: slope = own - offer exactly.
    """

    slope: Slope
    own: float
    offer: float


def walking_slope(rows: Increments) -> Walking:
    """Estimate how much a customer's price moves away from the offer each year, by joining cohort.

    S_h = sum over the twelve calendar months of the mean increment of those of cohort h at risk in that month, and
    slope = sum w_h S_h with w_h the cohort's share of customer-months. Leavers count until they leave, so leaving after
    a rise, or just before one, moves nothing. Above 0, prices walk away from the offers.

    Args:
        rows: Increments of the last whole years.

    Returns:
        Walking; ``slope.ratio`` has no standard error below ten effective clusters of either kind.

    Raises:
        ValueError: No rows, or no cohort with customers at risk in every calendar month.

    References:
        Nelson, Journal of Quality Technology 27 (1995) 147-157, for mean functions by risk sets; Cameron, Gelbach and
        Miller, Journal of Business and Economic Statistics 29 (2011) 238-249.

    Example:
        >>> months = np.arange(1, 13)
        >>> rows = Increments(np.zeros(12, dtype=int), months, np.zeros(12, dtype=int), np.zeros(12, dtype=int),
        ...                   np.full(12, 50), np.where(months == 4, 50 * 0.03, 0.0), np.where(months == 4, 1.5, 0.0))
        >>> walk = walking_slope(rows)
        >>> round(walk.slope.ratio.log_ratio, 6), round(walk.own, 6), walk.offer
        (0.03, 0.03, 0.0)
    """
    checks.not_empty("rows", rows.n)
    cohort = numbered(rows.cohort)
    size = int(cohort.max()) + 1
    cell = cohort * _MONTHS + rows.month - 1
    at_risk = np.bincount(cell, weights=rows.n, minlength=size * _MONTHS).reshape(size, _MONTHS)
    whole: BoolArray = np.asarray((at_risk > 0).all(axis=1), dtype=np.bool_)
    if not whole.any():
        raise ValueError("rows: no cohort has customers at risk in every calendar month; needs a whole year of one")
    kept = whole[cohort]
    weight = np.where(whole, at_risk.sum(axis=1), 0.0)
    weight /= weight.sum()
    # Each customer-month of a cohort and calendar month weighs w_h / n_hm.
    factor = np.where(kept, weight[cohort] / at_risk.ravel()[cell], 0.0)
    slope, own = (float((factor * values).sum()) for values in (rows.sum_u, rows.sum_own))
    score = factor * (rows.sum_u - rows.n * slope / _MONTHS)
    share = factor * rows.n / _MONTHS
    ratio, effective = _two_way(slope, rows.plan[kept], rows.block[kept], score[kept], share[kept])
    found = Slope(ratio, int(rows.n[kept].sum()), effective, int((~whole).sum()))
    return Walking(found, without_noise(own), without_noise(own - slope))


def _two_way(
    slope: float, first: IntArray, second: IntArray, score: FloatArray, share: FloatArray
) -> tuple[LogRatio, tuple[float, float]]:
    """Return a slope with its two-way variance, and the effective clusters of both kinds."""
    both = numbered(first, second)
    found = [_by(slope, key, score, share) for key in (first, second, both)]
    effective = found[0][1].g_eff, found[1][1].g_eff
    if min(effective) < LEAST_CLUSTERS:
        return LogRatio(without_noise(slope), None, None), effective
    return two_way(found[0][0], found[1][0], found[2][0])[0], effective


def _by(slope: float, key: IntArray, score: FloatArray, share: FloatArray) -> tuple[LogRatio, ClusterVariance]:
    order = sorting(key, score)
    starts = key_starts(key[order])
    scores, shares = (np.add.reduceat(values[order], starts) for values in (score, share))
    found = cluster_variance(np.arange(starts.size), scores, shares, np.ones(starts.size, dtype=np.int64))
    se = None if found.variance is None else without_noise(math.sqrt(found.variance))
    return LogRatio(without_noise(slope), se, found.df), found
