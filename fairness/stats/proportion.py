"""The exact binomial interval, for rates of a process: customers or policies are taken as independent trials."""

from __future__ import annotations

from fairness.stats.checks import fraction
from fairness.stats.distributions import beta_quantile


def clopper_pearson(k: int, n: int, *, confidence_level: float) -> tuple[float | None, float | None]:
    """Return the Clopper-Pearson interval of a rate of which k of n trials were seen.

    The bounds are the rates at which k or more, and k or fewer, have probability (1 - confidence level) / 2: beta
    quantiles. Coverage is at least the level at any n. Near 0 the thing counted is rare; it has no other sign.

    Args:
        k: Trials counted.
        n: All trials.
        confidence_level: Level, for example 0.95.

    Returns:
        Lower and upper bound; (None, None) when there is no trial.

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
