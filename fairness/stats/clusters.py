"""Variances of a ratio whose draws are clusters: parties, price decisions, or both at once.

Every estimator hands over *linearised scores*: numbers that sum to 0 over the book and whose squares, cluster by
cluster, sum to the variance of the log ratio. Each cluster's score is divided by 1 - w, where w is its share of the
money, so that a cluster that pulls the ratio towards itself does not look less variable than it is (the jackknife
form). A t distribution with G_eff - 1 degrees of freedom, G_eff = 1 / sum w^2, is asymptotic in the clusters.

Decisions D20 and D23.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import FloatArray, IntArray
from fairness.stats.log_ratio import LogRatio
from fairness.stats.scores import key_starts, sorting

Way = Literal["party", "decision"]


@dataclass(frozen=True, slots=True)
class ClusterVariance:
    """The variance under one clustering.

    Attributes:
        variance: Variance of the log ratio; None for a single cluster.
        g_eff: Effective number of clusters, 1 / sum of squared money shares.
    """

    variance: float | None
    g_eff: float

    @property
    def df(self) -> float | None:
        """Degrees of freedom of t: G_eff - 1; None for a single cluster."""
        return None if self.variance is None else self.g_eff - 1.0


def cluster_variance(
    cluster: ArrayLike, score: ArrayLike, share: ArrayLike, n: ArrayLike, repeats: ArrayLike | None = None
) -> ClusterVariance:
    """Return sum over clusters of (score / (1 - share))^2: the variance of a log ratio, without sign.

    Args:
        cluster: Cluster of each entry, shape (m,).
        score: Linearised score of one customer of the entry, shape (m,).
        share: Share of the money of one customer of the entry, 0 to 1, shape (m,); all of them sum to 1.
        n: Customers of each entry within the cluster, shape (m,).
        repeats: How many clusters look like this one, the same for all its entries, shape (m,); None for one each.

    Returns:
        ClusterVariance; the variance is None for a single cluster.

    Raises:
        ValueError: No entry, unequal lengths, a value that is not finite, or a count that is not above 0.

    References:
        Cameron and Miller, Journal of Human Resources 50 (2015) 317-372; Kish, Survey Sampling (1965), section 8.2.

    Example:
        >>> result = cluster_variance([1, 2], [0.01, -0.01], [0.5, 0.5], [1, 1])
        >>> round(result.variance, 6), result.g_eff
        (0.0008, 2.0)
    """
    clusters, scores, shares, counts = (
        checks.integers("cluster", cluster),
        checks.finite("score", score),
        checks.finite("share", share),
        checks.counts("n", n),
    )
    alike = np.ones_like(counts) if repeats is None else checks.counts("repeats", repeats)
    checks.same_length(cluster=clusters, score=scores, share=shares, n=counts, repeats=alike)
    checks.not_empty("score", scores)
    return _variance((clusters,), scores, shares, counts, alike)


def two_way(by_party: LogRatio, by_decision: LogRatio, by_both: LogRatio) -> tuple[LogRatio, Way]:
    """Return the ratio with V_party + V_decision - V_both, never below the larger, and which of the two dominates.

    A price carries the noise of the party that pays it and of the decision that set it; what both share is subtracted
    once. The degrees of freedom are those of the clustering with fewer effective clusters.

    Args:
        by_party: The ratio with every party as one draw.
        by_decision: The same ratio with every price decision as one draw.
        by_both: The same ratio with every party within every decision as one draw.

    Returns:
        LogRatio and ``"party"`` or ``"decision"``; ``se`` is None where a clustering has a single cluster, which then
        dominates.

    References:
        Cameron, Gelbach and Miller, Journal of Business and Economic Statistics 29 (2011) 238-249.

    Example:
        >>> one, two, both = (LogRatio(0.05, se, df) for se, df in ((0.03, 19.0), (0.04, 9.0), (0.01, 99.0)))
        >>> ratio, dominant = two_way(one, two, both)
        >>> round(ratio.se, 4), ratio.df, dominant
        (0.049, 9.0, 'decision')
    """
    party, decision = by_party.se, by_decision.se
    if party is None or decision is None or by_party.df is None or by_decision.df is None:
        return LogRatio(by_party.log_ratio, None, None), "party" if party is None else "decision"
    together = party**2 + decision**2 - (by_both.se or 0.0) ** 2
    variance = max(together, party**2, decision**2)
    df = min(by_party.df, by_decision.df)
    return LogRatio(by_party.log_ratio, math.sqrt(variance), df), "party" if party >= decision else "decision"


def _variance(
    keys: tuple[IntArray, ...], score: FloatArray, share: FloatArray, n: IntArray, repeats: IntArray
) -> ClusterVariance:
    """Return the variance of clusters named by their keys, each standing for ``repeats`` clusters that look like it."""
    order = sorting(*keys, score)
    starts = key_starts(*(key[order] for key in keys))
    scores, shares = (np.add.reduceat((n * values)[order], starts) for values in (score, share))
    alike = repeats[order][starts]
    g_eff = 1.0 / float((alike * shares**2).sum())
    if int(alike.sum()) < 2:
        return ClusterVariance(None, g_eff)
    # Shares are fractions of one sum: rounding must not turn a cluster that holds nearly all of it into one that holds
    # more.
    left = np.maximum(1.0 - shares, np.finfo(np.float64).eps)
    return ClusterVariance(float((alike * (scores / left) ** 2).sum()), g_eff)


def connected(one: ArrayLike, other: ArrayLike, *, size: int) -> IntArray:
    """Return the connected component that each of ``size`` things lies in: things that share an owner are connected.

    Args:
        one: Thing of each entry, from 0 to ``size`` - 1, shape (m,).
        other: Owner of it, at least 0, shape (m,).
        size: How many things there are; one without an entry is a component of its own.

    Returns:
        Component of each thing as a number, shape (size,).

    Example:
        >>> connected([0, 1, 1, 2], [7, 7, 8, 9], size=4).tolist()
        [0, 0, 1, 2]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    things, owners = checks.integers("one", one), checks.integers("other", other)
    checks.same_length(one=things, other=owners)
    _, places = np.unique(owners, return_inverse=True)
    n_owners = int(places.max()) + 1 if places.size else 0
    shape = (size + n_owners, size + n_owners)
    graph = coo_array((np.ones(things.size, dtype=np.int8), (things, size + places)), shape=shape)
    _, part = connected_components(graph, directed=False)
    return np.asarray(part[:size], dtype=np.int64)
