"""What the data could have shown: the minimum detectable gap, and the sample that would decide.

At 80 % power on the log scale, where a gap of a few percent is close to its own logarithm. The detectable gap uses the
t distribution of the printed interval; the deciding sample is a normal approximation, in which standard errors fall as
one over the root of the sample in the binding unit (customers or price decisions).

Decision D27.
"""

from __future__ import annotations

import math

from fairness.stats.checks import fraction
from fairness.stats.distributions import normal_quantile, t_quantile

_POWER = 0.8


def minimum_detectable_gap(*, se: float | None, alpha_star: float, df: float | None = None) -> float | None:
    """Return the true gap that would be found significant with 80 % probability: (t_{1-alpha*/2} + t_{0.8}) se.

    A size without a sign: it holds whether tenured customers pay more or less. With many draws the quantiles are the
    normal ones, 1.960 + 0.842 at 5 %; with 20 price decisions (19 degrees of freedom) 2.093 + 0.861.

    Args:
        se: Standard error of the printed interval, log scale.
        alpha_star: Level of the test, adjusted for its family.
        df: Degrees of freedom of the printed interval; None for the normal.

    Returns:
        A fraction, or None when there is no standard error.

    Raises:
        ValueError: ``alpha_star`` outside (0, 1), or a negative standard error.

    References:
        Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), chapter 2.

    Example:
        >>> round(minimum_detectable_gap(se=0.01, alpha_star=0.05), 4)
        0.028
        >>> round(minimum_detectable_gap(se=0.01, alpha_star=0.05, df=19.0), 4)
        0.0295
    """
    alpha_star = fraction("alpha_star", alpha_star)
    if se is None:
        return None
    _not_negative(se)
    freedom = math.inf if df is None else df
    return (t_quantile(1.0 - alpha_star / 2.0, freedom) + t_quantile(_POWER, freedom)) * se


def deciding_sample(*, se: float | None, n: float, margin: float, alpha: float) -> tuple[int, int] | None:
    """Return the total sample that would decide an inconclusive finding, at a true gap of 0 and of twice the margin.

    With se' = se sqrt(n / n'): at 0, ``equivalent`` with 80 % probability needs (z_{1-alpha} + z_{0.9}) se' <= margin;
    at 2 margin, ``penalty`` needs (z_{1-alpha/2} + z_{0.8}) se' <= 2 margin and, for the estimate to pass the margin,
    z_{0.8} se' <= margin. The numbers are totals and may be below ``n``: the sample would then have been enough at that
    gap, and the true gap is probably neither.

    Args:
        se: Standard error of the printed interval, log scale.
        n: Current sample in the binding unit: customers, or effective price decisions.
        margin: Margin of equivalence, a fraction.
        alpha: 1 - confidence level.

    Returns:
        The two totals in the same unit, or None when the standard error is 0 or unknown: no sample would decide.

    Raises:
        ValueError: ``n`` not above 0, a negative standard error, ``margin`` or ``alpha`` outside (0, 1).

    References:
        Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680.

    Example:
        >>> deciding_sample(se=0.01, n=1000, margin=0.01, alpha=0.05)
        (8564, 1963)
    """
    margin, alpha = fraction("margin", margin), fraction("alpha", alpha)
    if not n > 0:
        raise ValueError(f"n = {n!r}: must be above 0")
    if not se:
        return None
    _not_negative(se)
    at_zero = margin / (normal_quantile(1.0 - alpha) + normal_quantile(0.5 + _POWER / 2.0))
    significant = 2.0 * margin / (normal_quantile(1.0 - alpha / 2.0) + normal_quantile(_POWER))
    beyond_margin = margin / normal_quantile(_POWER)
    needed_se = (at_zero, min(significant, beyond_margin))
    first, second = (math.ceil(n * (se / needed) ** 2) for needed in needed_se)
    return first, second


def detectable_penalty(
    *, detectable_gap: float | None, se: float | None, df: float | None, margin: float
) -> float | None:
    """Return the true gap that would be called a penalty with 80 % probability, log scale.

    A penalty needs a gap that its test finds and an estimate beyond the margin: the larger of the detectable gap and
    log(1 + margin) + t_{0.8} se. A precise study finds gaps inside the margin but calls none of them a penalty.

    Args:
        detectable_gap: From :func:`minimum_detectable_gap`; None where there is none.
        se: Standard error of the printed interval, log scale.
        df: Its degrees of freedom; None for the normal.
        margin: Margin of equivalence, a fraction.

    Example:
        >>> round(detectable_penalty(detectable_gap=0.0056, se=0.002, df=None, margin=0.01), 4)
        0.0116
    """
    if detectable_gap is None or se is None:
        return None
    _not_negative(se)
    beyond = math.log1p(fraction("margin", margin)) + t_quantile(_POWER, math.inf if df is None else df) * se
    return max(detectable_gap, beyond)


def _not_negative(se: float) -> None:
    if not se >= 0:
        raise ValueError(f"se = {se!r}: must be None or at least 0")
