"""The exact binomial interval, for rates of a process: for independent trials, and for trials that share decisions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import fraction
from fairness.stats.clusters import cluster_variance
from fairness.stats.distributions import beta_quantile, t_quantile


def clopper_pearson(k: int, n: int, *, confidence_level: float) -> tuple[float | None, float | None]:
    """Return the Clopper-Pearson interval of a rate observed in k of n trials.

    The bounds are the rates at which k or more, and k or fewer, have probability (1 - confidence level) / 2: beta
    quantiles. Coverage is at least the level at any n. Near 0 the thing counted is rare; it has no other sign.

    Args:
        k: Trials counted.
        n: All trials.
        confidence_level: Level, for example 0.95.

    Returns:
        Lower and upper bound; (None, None) when there are no trials.

    Raises:
        ValueError: k outside 0 to n, or a level outside (0, 1).

    References:
        Clopper and Pearson, Biometrika 26 (1934) 404-413.

    Example:
        >>> [round(bound, 4) for bound in clopper_pearson(0, 30, confidence_level=0.95)]
        [0.0, 0.1157]
    """
    level = fraction("confidence_level", confidence_level)
    if not 0 <= k <= n:
        raise ValueError(f"k = {k!r}: must lie in 0 to n = {n!r}")
    if n == 0:
        return None, None
    tail = (1.0 - level) / 2.0
    lower = 0.0 if k == 0 else beta_quantile(tail, k, n - k + 1)
    upper = 1.0 if k == n else beta_quantile(1.0 - tail, k + 1, n - k)
    return lower, upper


def clustered_proportion(
    cluster: ArrayLike, k: ArrayLike, n: ArrayLike, *, confidence_level: float
) -> tuple[float, float] | None:
    """Return the interval of a rate whose trials share price decisions: Clopper-Pearson at the effective sample.

    With V the clustered variance of the rate and deff = max(1, V / (share (1 - share) / n)), the effective sample is
    n* = n / deff (t_{n-1} / t_{G-1})^2. Near 0 the thing counted is rare; it has no other sign. Without a failure, or
    without a success, the open side is 1 - (tail)^(1 / G_eff): decisions, not customers, have shown none.

    Args:
        cluster: Price decision of each entry, shape (m,).
        k: Trials counted in the entry, 0 to n, shape (m,).
        n: All its trials, above 0, shape (m,).
        confidence_level: Level, for example 0.95.

    Returns:
        Lower and upper bound; None for a single decision.

    Raises:
        ValueError: No entry, unequal lengths, or a k outside 0 to n.

    References:
        Korn and Graubard, Survey Methodology 24 (1998) 193-201.

    Example:
        >>> bounds = clustered_proportion(np.arange(20), [10, 190] * 10, [200] * 20, confidence_level=0.95)
        >>> [round(bound, 3) for bound in bounds]
        [0.27, 0.73]
    """
    level = fraction("confidence_level", confidence_level)
    clusters, counted, size = checks.integers("cluster", cluster), checks.integers("k", k), checks.counts("n", n)
    checks.same_length(cluster=clusters, k=counted, n=size)
    checks.not_empty("n", size)
    if (counted < 0).any() or (counted > size).any():
        raise ValueError("k: must lie in 0 to n")
    whole, total = int(size.sum()), int(counted.sum())
    share = total / whole
    weight = size / whole
    found = cluster_variance(clusters, (counted - share * size) / whole, weight, np.ones_like(size))
    if found.variance is None or found.df is None:
        return None
    tail = (1.0 - level) / 2.0
    if total in (0, whole):
        open_side = 1.0 - tail ** (1.0 / found.g_eff)
        return (0.0, open_side) if total == 0 else (1.0 - open_side, 1.0)
    # Customers as clusters of their own carry the same leverage term, so they have no design effect.
    binomial = share * (1.0 - share) / whole * (whole / (whole - 1.0)) ** 2
    effect = max(1.0, found.variance / binomial)
    ratio = t_quantile(1.0 - tail, whole - 1.0) / t_quantile(1.0 - tail, found.df)
    effective = whole / effect * ratio**2
    x = share * effective
    return beta_quantile(tail, x, effective - x + 1.0), beta_quantile(1.0 - tail, x + 1.0, effective - x)
