"""The common result form of every ratio estimand: a logarithm of a ratio, its standard error and its t distribution.

One test per estimand, and the printed interval is its inversion: an interval excludes 0 exactly when the p-value is
significant at the same level. The t distribution on the log scale is asymptotic in the number of customers or clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fairness.stats.checks import fraction
from fairness.stats.distributions import t_quantile, t_upper

# exp() of anything larger is not a finite float: an interval that wide says nothing and counts as not computable.
LARGEST_EXPONENT = 700.0
# Two ways of computing the same standard error differ by less.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class LogRatio:
    """A ratio on the log scale; above 0, tenured customers pay more.

    Attributes:
        log_ratio: Logarithm of the ratio of what tenured customers pay to what they are compared with.
        se: Its standard error; 0 when the data show no variation; None when it cannot be computed (one customer in an
            arm, one cluster).
        df: Degrees of freedom of t, possibly fractional; ``inf`` for the normal; None where ``se`` is None.

    Example:
        >>> gap = LogRatio(log_ratio=0.0953101798, se=0.02, df=40.0)
        >>> round(gap.estimate, 6)
        0.1
        >>> [round(bound, 4) for bound in gap.interval(0.95)]
        [0.0564, 0.1454]
    """

    log_ratio: float
    se: float | None
    df: float | None

    def __post_init__(self) -> None:
        """Turn a NaN standard error into None, so that nothing downstream can compute with it."""
        if self.se is None or self.df is None or math.isnan(self.se) or math.isnan(self.df):
            object.__setattr__(self, "se", None)
            object.__setattr__(self, "df", None)

    @property
    def estimate(self) -> float:
        """The ratio minus 1, a fraction: 0.034 means that tenured customers pay 3.4 % more."""
        return math.expm1(self.log_ratio)

    @property
    def statistic(self) -> float | None:
        """The t statistic; None when the standard error is 0 or not computable."""
        return self.log_ratio / self.se if self.se else None

    def interval(self, confidence_level: float) -> tuple[float, float] | None:
        """Return exp(log ratio +- t se) - 1; None when not computable, zero width when the standard error is 0."""
        level = fraction("confidence_level", confidence_level)
        if self.se is None or self.df is None:
            return None
        half = t_quantile(0.5 + level / 2.0, self.df) * self.se if self.se else 0.0
        if not half + abs(self.log_ratio) < LARGEST_EXPONENT:
            return None
        return math.expm1(self.log_ratio - half), math.expm1(self.log_ratio + half)

    def p_value(self) -> float | None:
        """Return 2 P(t > |log ratio| / se); None when the standard error is 0 or not computable."""
        statistic = self.statistic
        return None if statistic is None or self.df is None else min(1.0, 2.0 * t_upper(abs(statistic), self.df))

    def p_equivalence(self, margin: float) -> float | None:
        """Return the p-value of two one-sided tests that the ratio lies between 1 - margin and 1 + margin.

        It is below alpha exactly when the 1 - 2 alpha interval lies inside the margin. None when the standard error is
        0 or not computable: the interval alone then says whether it lies inside.

        References:
            Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680.
        """
        margin = fraction("margin", margin)
        if not self.se or self.df is None:
            return None
        above_lower = (self.log_ratio - math.log1p(-margin)) / self.se
        below_upper = (math.log1p(margin) - self.log_ratio) / self.se
        return t_upper(min(above_lower, below_upper), self.df)


def is_wider(result: LogRatio, other: LogRatio, *, confidence_level: float) -> bool:
    """Return whether a result has a wider interval than another for the same ratio, by more than rounding.

    One that cannot be computed is wider than any other.

    Example:
        >>> is_wider(LogRatio(0.1, 0.03, 9.0), LogRatio(0.1, 0.01, 99.0), confidence_level=0.95)
        True
    """
    widths = []
    for one in (result, other):
        interval = one.interval(confidence_level)
        widths.append(math.inf if interval is None else interval[1] - interval[0])
    return widths[0] > widths[1] * (1.0 + _ROUNDING)
