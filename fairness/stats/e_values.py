"""Month after month without false alarms: bets on the decisions of each month, added up.

Each month is an e-value: a number whose mean is at most 1 while decisions are set symmetrically about a gap, or a
drift, of at most the margin. Alarms come from their average with weights fixed before the first month: looking 36
times costs nothing, and months may depend on each other. Above 0, tenured customers pay more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks

LEAST_DECISIONS = 10
"""Decisions that a month needs; with fewer it waits and is judged together with the next."""
_LEAST_SKEWNESS = -0.5
"""Skewness of the decisions' gaps below which the form for levels is approximate: a long lower tail breaks symmetry."""
LEAST_MONTHS = 12
"""Months needed to show whether all tariffs swing together; until then there is no alarm."""
_SWING = 0.5
_LEAST_GAPS = 3
_BETS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0)


@dataclass(frozen=True, slots=True)
class Month:
    """The decisions set in one month.

    Attributes:
        gap: log(P/B) of each decision, less its own reference in the drift form, shape (decisions,).
        weight: Money at the comparator of each, major units, above 0, shape (decisions,).
    """

    gap: tuple[float, ...]
    weight: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One month of the sequence.

    Attributes:
        log_e: Log of the month's e-value; None for a month that waits.
        average: Sum of the e-values so far over the number of months fixed at the start: alarm at 1 / alpha.
        n_decisions: Decisions used, including those of earlier waiting months; for a month that waits, those that wait.
        is_alarm: Whether ``average`` has reached 1 / alpha.
    """

    log_e: float | None
    average: float
    n_decisions: int
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class Monitored:
    """A sequence of looks.

    Attributes:
        looks: One for each month.
        months_move_together: Whether months swing by more than half the margin beyond the noise of their decisions:
            the month is then the draw, and no alarm is given.
    """

    looks: tuple[Look, ...]
    months_move_together: bool


def log_e_value(gap: ArrayLike, weight: ArrayLike, *, margin: float) -> float:
    """Return the log of the e-value of one month: the mean over six stakes of prod 2 / (1 + exp(-2 stake x)).

    x = w (gap - log(1 + margin)), w the decision's weight over the largest. Where each x is independent and symmetric
    about a point of at most 0, the mean of the e-value is at most 1, whatever the sample size and the variances. Large
    values say that decisions lie above the margin.

    Args:
        gap: log(P/B) of each decision, less its reference in the drift form, shape (m,).
        weight: Money at the comparator, above 0, shape (m,).
        margin: Margin, a fraction: the null is a gap of at most it.

    Raises:
        ValueError: No decision, unequal lengths, a gap that is not finite, or a weight that is not above 0.

    References:
        Ramdas, Grunwald, Vovk and Shafer, Statistical Science 38 (2023) 576-601; de la Pena, Annals of Probability 27
        (1999) 537-564, for symmetric variables.

    Example:
        >>> log_e_value([0.0099503309] * 12, [1.0] * 12, margin=0.01) < 1e-6
        True
        >>> round(log_e_value([0.05] * 12, [1.0] * 12, margin=0.01), 2)
        7.53
    """
    gaps, weights = checks.finite("gap", gap), checks.positive("weight", weight)
    checks.same_length(gap=gaps, weight=weights)
    checks.not_empty("gap", gaps)
    x = weights / weights.max() * (gaps - math.log1p(checks.fraction("margin", margin)))
    logs = [float((math.log(2.0) - np.logaddexp(0.0, -2.0 * bet * x)).sum()) for bet in _BETS]
    return float(np.logaddexp.reduce(logs) - math.log(len(_BETS)))


def monitor(months: Sequence[Month], *, margin: float, alpha: float, n_months: int) -> Monitored:
    """Look at each month as it comes: alarm when the sum of e-values over ``n_months`` reaches 1 / alpha.

    Args:
        months: Decisions set in each month, in order; at most ``n_months``.
        margin: Margin, a fraction.
        alpha: Largest probability of any alarm in the whole sequence.
        n_months: Length of the sequence, fixed at the start.

    Returns:
        Monitored; an alarm says that tenured customers pay more, or that their gap grew, by more than the margin.

    Raises:
        ValueError: More months than ``n_months``, or a level outside (0, 1).

    References:
        As :func:`log_e_value`.

    Example:
        >>> fair, dear = Month((0.0,) * 20, (1.0,) * 20), Month((0.05,) * 20, (1.0,) * 20)
        >>> looks = monitor([fair] * 12 + [dear], margin=0.01, alpha=0.05, n_months=36).looks
        >>> looks[11].is_alarm, looks[12].is_alarm
        (False, True)
    """
    alpha = checks.fraction("alpha", alpha)
    if len(months) > checks.at_least("n_months", n_months, 1):
        raise ValueError(f"months holds {len(months)}: must be at most n_months = {n_months}; start a new sequence")
    looks: list[Look] = []
    waiting: list[Month] = []
    total = 0.0
    for position, month in enumerate(months, start=1):
        waiting.append(month)
        gaps = [gap for one in waiting for gap in one.gap]
        weights = [weight for one in waiting for weight in one.weight]
        if len(gaps) < LEAST_DECISIONS:
            looks.append(Look(None, total / n_months, len(gaps), False))
            continue
        waiting = []
        log_e = log_e_value(gaps, weights, margin=margin)
        # A single month this strong decides, whatever comes after: the cap keeps the sum finite.
        total += math.exp(min(log_e, 700.0))
        # Each look uses what was known then: months that come later never change it.
        quiet = position >= LEAST_MONTHS and not months_move_together(months[:position], margin=margin)
        looks.append(Look(log_e, total / n_months, len(gaps), quiet and total / n_months >= 1.0 / alpha))
    return Monitored(tuple(looks), months_move_together(months, margin=margin))


def months_move_together(months: Sequence[Month], *, margin: float) -> bool:
    """Return whether months swing together beyond the noise of their decisions.

    The variance of the months' mean gaps is half the mean square of their successive differences without the largest,
    so one lasting step does not move it; the mean of s_t^2 / G_t is its noise. A swing of half the margin counts, and
    one of a quarter where the variance is twice its noise. All tariffs moved a little in one month are one draw, not
    G_t: bets on them would be bets on the same thing.

    Args:
        months: Decisions set in each month; months with fewer than ten do not count.
        margin: Margin, a fraction.

    References:
        von Neumann, Annals of Mathematical Statistics 12 (1941) 367-395, for successive differences.

    Example:
        >>> up, down = Month((0.03,) * 12, (1.0,) * 12), Month((-0.03,) * 12, (1.0,) * 12)
        >>> months_move_together([up, down] * 6, margin=0.01)
        True
        >>> months_move_together([down] * 6 + [up] * 6, margin=0.01)
        False
    """
    known = [np.asarray(month.gap) for month in months if len(month.gap) >= LEAST_DECISIONS]
    if len(known) < LEAST_MONTHS:
        return False
    squares = np.sort(np.diff([gaps.mean() for gaps in known]) ** 2)
    between = float(squares[:-1].mean()) / 2.0
    noise = float(np.mean([gaps.var(ddof=1) / gaps.size for gaps in known]))
    swing = math.sqrt(max(0.0, between - noise)) / checks.fraction("margin", margin)
    return swing > _SWING or (swing > _SWING / 2.0 and between > 2.0 * noise)


def has_long_lower_tail(months: Iterable[Month]) -> bool:
    """Return whether the gaps of all decisions have a long lower tail: the form for levels is then approximate.

    Args:
        months: Decisions set in each month.

    Example:
        >>> has_long_lower_tail([Month((0.0, 0.01, 0.02), (1.0,) * 3), Month((-0.3,), (1.0,))])
        True
        >>> has_long_lower_tail([Month((0.0, 0.01, 0.02), (1.0,) * 3)])
        False
    """
    gaps = np.array([gap for month in months for gap in month.gap])
    if gaps.size < _LEAST_GAPS or not np.ptp(gaps) > 0:
        return False
    centred = gaps - gaps.mean()
    return bool((centred**3).mean() < _LEAST_SKEWNESS * (centred**2).mean() ** 1.5)
