"""The five distributions the package needs, from scipy.special, which loads several times faster than scipy.stats."""

from __future__ import annotations

import math
from functools import lru_cache

from fairness.stats.checks import FloatArray


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile.

    Example:
        >>> round(normal_quantile(0.975), 6)
        1.959964
    """
    from scipy.special import ndtri

    return float(ndtri(probability))


def normal_lower(z: float) -> float:
    """Return P(Z < z) of a standard normal Z."""
    from scipy.special import ndtr

    return float(ndtr(z))


def normal_two_sided(z: float) -> float:
    """Return P(|Z| > |z|) of a standard normal Z."""
    from scipy.special import ndtr

    return min(1.0, 2.0 * float(ndtr(-abs(z))))


@lru_cache(maxsize=1024)
def t_quantile(probability: float, df: float) -> float:
    """Return the quantile of Student's t; ``df`` may be fractional, or infinite for the normal."""
    from scipy.special import stdtrit

    return normal_quantile(probability) if math.isinf(df) else float(stdtrit(df, probability))


def t_quantiles(probability: float, df: FloatArray) -> FloatArray:
    """Return the quantiles of Student's t for an array of degrees of freedom; NaN where those are NaN."""
    from scipy.special import ndtri, stdtrit

    quantiles: FloatArray = stdtrit(df, probability)
    quantiles[df == math.inf] = ndtri(probability)
    return quantiles


def t_upper(value: float, df: float) -> float:
    """Return P(t > value) of Student's t; ``df`` may be fractional, or infinite for the normal."""
    from scipy.special import ndtr, stdtr

    return float(ndtr(-value) if math.isinf(df) else stdtr(df, -value))


def chi2_upper(value: float, df: float) -> float:
    """Return P(chi-squared > value)."""
    from scipy.special import chdtrc

    return float(chdtrc(df, value))


def f_upper(value: float, df_numerator: float, df_denominator: float) -> float:
    """Return P(F > value); an infinite ``df_denominator`` means a chi-squared over its degrees of freedom."""
    from scipy.special import fdtrc

    if math.isinf(df_denominator):
        return chi2_upper(value * df_numerator, df_numerator)
    return float(fdtrc(df_numerator, df_denominator, value))


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return the quantile of the beta distribution."""
    from scipy.special import betaincinv

    return float(betaincinv(a, b, probability))
