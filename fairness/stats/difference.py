"""The change of a ratio gap between two runs: its interval and test, and its exact split into parts.

Assumptions: each run's interval rests on price decisions that are draws from its process. The two runs are treated as
    separate draws; where the same parties are in both, the spread of their own changes is a second look. The wider of
    the two is printed. Errors of one price list that persist make the runs similar, so the interval is, if anything,
    too wide.

Decisions D73 and D74.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from fairness.stats.clusters import cluster_variance, two_way
from fairness.stats.distributions import t_quantile, t_upper
from fairness.stats.log_ratio import LogRatio

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapChange:
    """How a gap changed.

    Attributes:
        estimate: Second gap less the first, as a fraction (0.01 is one percentage point).
        ci_lower, ci_upper: Its interval; None where a run has no standard error.
        statistic: Estimate over its standard error.
        p_value: Two-sided.
        df: Degrees of freedom (Welch-Satterthwaite).
        clustered_by: Which look was wider: ``pricing_decision`` or ``party``.
    """

    estimate: float
    ci_lower: float | None = None
    ci_upper: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    df: float | None = None
    clustered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One gap with its precision.

    Attributes:
        gap: Estimate, a fraction.
        standard_error: Standard error of the log ratio; None where unknown.
        df: Degrees of freedom; None for the normal distribution.
    """

    gap: float
    standard_error: float | None
    df: float | None


def gap_change(first: Look, second: Look, *, confidence_level: float, party_variance: float | None = None) -> GapChange:
    """Return the change of a gap with its interval and test, each the inversion of the other.

    The standard error of a gap R - 1 is R times that of log R (delta method). 0 means no change; above 0 the gap has
    grown: tenured customers pay more than before.

    Args:
        first: The earlier gap.
        second: The later one.
        confidence_level: Level of the interval.
        party_variance: Variance of the change from the parties' own changes, see :func:`paired_variance`.

    Example:
        >>> change = gap_change(Look(0.05, 0.01, 30.0), Look(0.09, 0.01, 30.0), confidence_level=0.95)
        >>> round(change.estimate, 3), round(change.p_value, 3), round(change.ci_lower, 4)
        (0.04, 0.01, 0.0097)
    """
    estimate = second.gap - first.gap
    if first.standard_error is None or second.standard_error is None:
        return GapChange(estimate)
    parts = [((1 + look.gap) * look.standard_error) ** 2 for look in (first, second) if look.standard_error is not None]
    variance = sum(parts)
    dfs = [look.df for look in (first, second)]
    df = math.inf
    if variance > 0 and all(value is not None for value in dfs):
        df = variance**2 / sum(part**2 / value for part, value in zip(parts, dfs, strict=True) if value)
    clustered_by = "pricing_decision"
    if party_variance is not None and party_variance > variance:
        variance, clustered_by = party_variance, "party"
    error = math.sqrt(variance)
    if error == 0:
        return GapChange(estimate)
    quantile = t_quantile(0.5 + confidence_level / 2, df)
    statistic = estimate / error
    return GapChange(
        estimate,
        estimate - quantile * error,
        estimate + quantile * error,
        statistic,
        min(1.0, 2 * t_upper(abs(statistic), df)),
        df if math.isfinite(df) else None,
        clustered_by,
    )


def paired_variance(paid: tuple[FloatArray, FloatArray], offered: tuple[FloatArray, FloatArray]) -> float:
    """Return the variance of a change of gap from what each party adds to it; a party in both runs is one draw.

    With R = sum of paid / sum of offered, a party's part in a run is (p - R b) / sum of b; its part in the change is
    the later less the earlier.

    Args:
        paid: What each party pays, first and second run, shape (parties,); 0 where it is not in a run.
        offered: What each party is offered, same shape.

    Example:
        >>> same = np.array([10.0, 12.0, 11.0]), np.array([10.0, 12.0, 11.0])
        >>> paired_variance(same, (np.full(3, 10.0), np.full(3, 10.0)))
        0.0
    """
    parts = []
    for p, b in zip(paid, offered, strict=True):
        total = float(b.sum())
        parts.append((p - float(p.sum()) / total * b) / total)
    own: FloatArray = parts[1] - parts[0]
    return float((own**2).sum())


def paired_change(
    paid: tuple[FloatArray, FloatArray],
    offered: tuple[FloatArray, FloatArray],
    *,
    decision: npt.NDArray[np.int64],
    party: npt.NDArray[np.int64],
    confidence_level: float,
) -> GapChange:
    """Return the change of a gap where the same things are priced twice, so that what both prices share drops out.

    With R = sum of paid / sum of offered, a thing adds (p - R b) / sum of b to a gap, and the later part less the
    earlier to its change. Parties and price decisions are the draws, combined as in the gap itself. Above 0, the gap
    grows.

    Args:
        paid: What each thing costs, before and after, shape (things,).
        offered: What a new customer would pay for it, before and after, above 0, shape (things,).
        decision: Price decision of each thing before, shape (things,).
        party: Party of each thing, shape (things,).
        confidence_level: Level of the interval.

    References:
        Cameron, Gelbach and Miller, Journal of Business and Economic Statistics 29 (2011) 238-249.

    Example:
        >>> before, offers = np.array([10.0, 10.0, 10.0, 10.0]), np.full(4, 10.0)
        >>> after, numbers = np.array([11.0, 11.0, 10.0, 10.0]), np.arange(4)
        >>> found = paired_change(
        ...     (before, after), (offers, offers), decision=numbers, party=numbers, confidence_level=0.95
        ... )
        >>> round(found.estimate, 3), round(found.ci_lower, 3), round(found.ci_upper, 3)
        (0.05, -0.056, 0.156)
    """
    own, shares, gaps = np.zeros_like(paid[0]), np.zeros_like(paid[0]), []
    for p, b, sign in zip(paid, offered, (-1.0, 1.0), strict=True):
        total = float(b.sum())
        gaps.append(float(p.sum()) / total - 1.0)
        own += sign * (p - (1.0 + gaps[-1]) * b) / total
        shares += b / (2.0 * total)
    estimate, ones = gaps[1] - gaps[0], np.ones_like(decision)
    both = np.unique(np.stack((decision, party)), axis=1, return_inverse=True)[1].reshape(-1)
    looks = []
    for cluster in (party, decision, both):
        found = cluster_variance(cluster, own, shares, ones)
        looks.append(LogRatio(estimate, None if found.variance is None else math.sqrt(found.variance), found.df))
    ratio, way = two_way(*looks)
    if not ratio.se or ratio.df is None:
        return GapChange(estimate)
    quantile, statistic = t_quantile(0.5 + confidence_level / 2, ratio.df), estimate / ratio.se
    return GapChange(
        estimate,
        estimate - quantile * ratio.se,
        estimate + quantile * ratio.se,
        statistic,
        min(1.0, 2 * t_upper(abs(statistic), ratio.df)),
        ratio.df,
        "party" if way == "party" else "pricing_decision",
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of one run or of one part of a change: what is paid and what is offered."""

    paid: Fraction
    offered: Fraction


def exact_split(first: Totals, second: Totals, parts: Sequence[Totals]) -> list[tuple[Fraction, Fraction]]:
    """Return (money, gap) that each part adds to the change; both add up exactly.

    With E = paid - offered, B = offered and R = E / B the identity is dR = (dE - mean(R) dB) / mean(B), with means over
    the two runs. It is linear in dE and dB, so each part's own dE and dB give its share.

    Args:
        first: Sums of the first run.
        second: Sums of the second run.
        parts: Changes of the sums, part by part; they add up to second less first.

    Raises:
        ValueError: The parts do not add up, or a run offers nothing.

    Example:
        >>> before, after = Totals(Fraction(110), Fraction(100)), Totals(Fraction(120), Fraction(100))
        >>> exact_split(before, after, [Totals(Fraction(10), Fraction(0))])
        [(Fraction(10, 1), Fraction(1, 10))]
    """
    if not (first.offered and second.offered):
        raise ValueError("a run without offers has no gap")
    for name in ("paid", "offered"):
        if sum(getattr(part, name) for part in parts) != getattr(second, name) - getattr(first, name):
            raise ValueError(f"the parts do not add up to the change of what is {name}")
    mean_gap = (first.paid / first.offered + second.paid / second.offered) / 2 - 1
    mean_offered = (first.offered + second.offered) / 2
    money = [part.paid - part.offered for part in parts]
    return [(own, (own - mean_gap * part.offered) / mean_offered) for own, part in zip(money, parts, strict=True)]
