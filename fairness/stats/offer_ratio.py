"""Estimands against explicit offers: each tenured customer's price p against the offer b to a new customer.

R = sum p / sum b; R - 1 above 0 means that tenured customers pay more than they would as new customers. Offers are
fixed and known. A price carries the noise of the party that pays it and of the decision that set it, shared by all
customers of a tariff: both variances are combined (two-way) and never less than the larger. They are asymptotic in
the effective number of clusters. Comparators derived from new customers' own prices are estimates, not offers: use the
standardised ratio for them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import LOG_NOISE, FloatArray, IntArray, without_noise
from fairness.stats.clusters import cluster_variance
from fairness.stats.log_ratio import LogRatio
from fairness.stats.proportion import clopper_pearson
from fairness.stats.scores import group_starts, sorting
from fairness.stats.value_counts import relative_ranges


@dataclass(frozen=True, slots=True)
class OfferSums:
    """Money of the assessable tenured customers: facts.

    Attributes:
        price: Sum of prices paid, major units.
        comparator: Sum of the offers to the same customers, major units.
        n: Customers.
    """

    price: float
    comparator: float
    n: int

    @property
    def estimate(self) -> float:
        """Sum of prices over sum of offers, minus 1: a fraction, above 0 when tenured customers pay more."""
        return (self.price - self.comparator) / self.comparator


@dataclass(frozen=True, slots=True)
class ShareAbove:
    """How many customers pay strictly more than their offer.

    Attributes:
        k: Customers with price above offer: a fact.
        n: Customers compared.
        share: k / n: a fact.
        ci_lower: Lower Clopper-Pearson bound of the rate of the process that set the prices.
        ci_upper: Upper bound.
    """

    k: int
    n: int
    share: float
    ci_lower: float
    ci_upper: float


def offer_ratio(price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> OfferSums:
    """Sum prices and offers: ``estimate`` is sum n p / sum n b - 1, above 0 when tenured customers pay more.

    Args:
        price: Prices paid p, major units, above 0, shape (m,).
        comparator: Offers b, major units, above 0, shape (m,).
        n: Customers of each entry, shape (m,).

    Returns:
        OfferSums.

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    Example:
        >>> round(offer_ratio([11.0, 20.0], [10.0, 20.0], [1, 1]).estimate, 6)
        0.033333
    """
    p, b, counts = _checked(price, comparator, n)
    return OfferSums(price=float((counts * p).sum()), comparator=float((counts * b).sum()), n=int(counts.sum()))


def clustered_log_ratio(
    cluster: ArrayLike, price: ArrayLike, comparator: ArrayLike, n: ArrayLike
) -> tuple[LogRatio, float]:
    """Estimate the offer ratio with clusters of customers who share a price decision.

    e_g = sum n (p - R b) within cluster g, var(log R) = sum_g (e_g / (1 - B_g / B))^2 / P^2, t with G_eff - 1 degrees
    of freedom, G_eff = (sum B_g)^2 / sum B_g^2. R - 1 above 0 means that tenured customers pay more.

    Args:
        cluster: Cluster of each entry, usually the price decision, shape (m,).
        price: Prices paid p, major units, above 0, shape (m,).
        comparator: Offers b, major units, above 0, shape (m,).
        n: Customers of each entry, shape (m,).

    Returns:
        LogRatio, whose ``se`` is None for a single cluster, and G_eff.

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    References:
        Kish, Survey Sampling (1965), section 8.2; Cameron and Miller, Journal of Human Resources 50 (2015) 317-372.

    Example:
        >>> gap, effective = clustered_log_ratio([1, 1, 2], [11.0, 10.0, 21.0], [10.0, 10.0, 20.0], [5, 5, 5])
        >>> round(gap.estimate, 6), effective
        (0.05, 2.0)
    """
    clusters, p, b, counts = _checked_by("cluster", cluster, price, comparator, n)
    return _ratio(p, b, counts, clusters)


def party_log_ratio(price: ArrayLike, comparator: ArrayLike, n_parties: ArrayLike) -> tuple[LogRatio, float]:
    """Estimate the offer ratio with every party (customer, household, firm) as its own cluster.

    var(log R) = sum n (e / (1 - b / B))^2 / P^2 with e = p - R b, t with G_eff - 1 degrees of freedom,
    G_eff = B^2 / sum n b^2. R - 1 above 0 means that tenured customers pay more.

    Args:
        price: What a party pays p, major units, above 0, shape (m,): its one price, or the sum over its accounts.
        comparator: Its offer b, or the sum over its accounts, shape (m,).
        n_parties: Parties with these two values, shape (m,).

    Returns:
        LogRatio, whose ``se`` is None for a single party, and G_eff.

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    References:
        As :func:`clustered_log_ratio`.

    Example:
        >>> gap, effective = party_log_ratio([11.0, 10.0], [10.0, 10.0], [50, 50])
        >>> round(gap.estimate, 6), round(effective, 6)
        (0.05, 100.0)
    """
    p, b, counts = _checked(price, comparator, n_parties)
    return _ratio(p, b, counts, None)


def count_weighted(cell: ArrayLike, price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> float:
    """Return the gap weighted by customers, not by money: sum_c n_c (P_c / B_c) / n - 1.

    Above 0, tenured customers pay more.

    Args:
        cell: Cell of each entry, shape (m,).
        price: Prices paid p, above 0, shape (m,).
        comparator: Offers b, above 0, shape (m,).
        n: Customers of each entry, shape (m,).

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    Example:
        >>> round(count_weighted([0, 1], [11.0, 100.0], [10.0, 100.0], [3, 1]), 6)
        0.075
    """
    cells, p, b, counts = _checked_by("cell", cell, price, comparator, n)
    starts = group_starts(cells)
    paid, offered, size = (np.add.reduceat(values, starts) for values in (counts * p, counts * b, counts))
    return without_noise(float((size * (paid - offered) / offered).sum() / size.sum()))


def median_ratio(price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> float:
    """Return the median of p/b over customers, minus 1; above 0 when most tenured customers pay more.

    Args:
        price: Prices paid p, above 0, shape (m,).
        comparator: Offers b, above 0, shape (m,).
        n: Customers of each entry, shape (m,).

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    Example:
        >>> round(median_ratio([11.0, 12.0], [10.0, 10.0], [1, 1]), 6)
        0.15
    """
    p, b, counts = _checked(price, comparator, n)
    ratio = p / b
    order = np.argsort(ratio, kind="stable")
    running, ratio = np.cumsum(counts[order]), ratio[order]
    total = int(running[-1])
    low, high = np.searchsorted(running, [(total - 1) // 2, total // 2], side="right")
    return without_noise(float((ratio[low] + ratio[high]) / 2.0) - 1.0)


def share_above(price: ArrayLike, comparator: ArrayLike, n: ArrayLike, *, confidence_level: float) -> ShareAbove:
    """Count the customers who pay strictly more than their offer.

    The share is a fact; its interval is that of the process rate, with customers taken as independent. Near 0 hardly
    anybody pays more, near 1 nearly every tenured customer does.

    Args:
        price: Prices paid p, above 0, shape (m,).
        comparator: Offers b, above 0, shape (m,).
        n: Customers of each entry, shape (m,).
        confidence_level: Level of the Clopper-Pearson interval.

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    Example:
        >>> share_above([11.0, 10.0], [10.0, 10.0], [1, 3], confidence_level=0.95).share
        0.25
    """
    p, b, counts = _checked(price, comparator, n)
    k, size = int(counts[p > b].sum()), int(counts.sum())
    lower, upper = clopper_pearson(k, size, confidence_level=confidence_level)
    # Both bounds exist: there is at least one customer.
    return ShareAbove(k=k, n=size, share=k / size, ci_lower=lower or 0.0, ci_upper=upper or 0.0)


def geometric_offer_gap(price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> float:
    """Return exp(mean log p/b) - 1: the gap of the typical customer; above 0, tenured customers pay more.

    Args:
        price: Prices paid p, above 0, shape (m,).
        comparator: Offers b, above 0, shape (m,).
        n: Customers of each entry, shape (m,).

    Raises:
        ValueError: No entry, unequal lengths, or a value that is not above 0.

    Example:
        >>> round(geometric_offer_gap([11.0], [10.0], [4]), 6)
        0.1
    """
    p, b, counts = _checked(price, comparator, n)
    order = sorting(p, b, counts)
    return without_noise(math.expm1(float((counts * np.log(p / b))[order].sum() / counts.sum())))


def offer_relative_ranges(
    cell: ArrayLike, price: ArrayLike, comparator: ArrayLike, n: ArrayLike, *, n_cells: int
) -> FloatArray:
    """Return (max - min) / mean of p/b in every cell, shape (n_cells,), NaN for a cell without customers.

    0 means that all customers of the cell have the same ratio to their offers; it is a spread and has no sign.

    Args:
        cell: Cell of each entry, 0 to n_cells - 1, shape (m,).
        price: Prices paid p, above 0, shape (m,).
        comparator: Offers b, above 0, shape (m,).
        n: Customers of each entry, shape (m,).
        n_cells: Number of cells.

    Raises:
        ValueError: No entry, unequal lengths, a value that is not above 0, or a cell out of range.

    Example:
        >>> offer_relative_ranges([0, 0], [9.0, 11.0], [10.0, 10.0], [1, 1], n_cells=1).round(6)
        array([0.2])
    """
    cells, p, b, counts = _checked_by("cell", cell, price, comparator, n)
    if cells.min() < 0 or cells.max() >= n_cells:
        raise ValueError(f"cell spans {cells.min()} to {cells.max()}: must lie in 0 to n_cells - 1 = {n_cells - 1}")
    ranges = relative_ranges(cells, p / b, counts, n_cells)
    ranges[ranges < LOG_NOISE] = 0.0
    return ranges


def _checked(price: ArrayLike, comparator: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray, IntArray]:
    p, b, counts = checks.positive("price", price), checks.positive("comparator", comparator), checks.counts("n", n)
    checks.same_length(price=p, comparator=b, n=counts)
    checks.not_empty("price", p)
    return p, b, counts


def _checked_by(
    name: str, key: ArrayLike, price: ArrayLike, comparator: ArrayLike, n: ArrayLike
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """Return key, price, comparator and counts, validated and sorted by all of them."""
    keys, (p, b, counts) = checks.integers(name, key), _checked(price, comparator, n)
    checks.same_length(**{name: keys, "price": p})
    order = sorting(keys, p, b, counts)
    return keys[order], p[order], b[order], counts[order]


def _ratio(price: FloatArray, comparator: FloatArray, n: IntArray, cluster: IntArray | None) -> tuple[LogRatio, float]:
    """Return the ratio of the sums and G_eff; without ``cluster`` each of the n is a cluster of its own."""
    paid, offered = float((n * price).sum()), float((n * comparator).sum())
    score, share = (price - (paid / offered) * comparator) / paid, comparator / offered
    if cluster is None:
        ones = np.ones_like(n)
        found = cluster_variance(np.arange(n.size), score, share, ones, repeats=n)
    else:
        found = cluster_variance(cluster, score, share, n)
    return _with_variance(without_noise(math.log(paid / offered)), found.variance, found.df), found.g_eff


def _with_variance(log_ratio: float, variance: float | None, df: float | None) -> LogRatio:
    se = None if variance is None else without_noise(math.sqrt(variance))
    return LogRatio(log_ratio=log_ratio, se=se, df=df)
