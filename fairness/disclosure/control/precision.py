"""To how many digits a figure is published: never more closely than a few customers behind it could move it.

A *step* is what a figure is rounded to. It is at least as large as the effect of the ``min_cell`` customers who move
the figure most, taken together, and one of 1, 2 or 5 times a power of ten. A reader of the figure therefore cannot tell
whether those customers are there, nor which of them.

Where fewer customers depart from the rest, only the gap and its interval are published: several figures about the same
few people would tell them apart. What prices leave open decides how. Where they vary, so that many numbers of customers
above their offer fit the gap, the step is as far as half of ``min_cell`` customers could move it. Where there are only
two prices, the gap tells how many pay which. Then the step is more than twice the largest effect times ``min_cell``,
and it is counted from what most pay: up to ``min_cell`` customers more or less at another price leave what is published
as it is.

Decisions D64 and D65.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from fairness.disclosure.control.rules import Rules

FEW_TIMES = 3
"""Fewer than this many times ``min_cell`` customers who depart from the rest are few."""
SEVERAL = 5
"""This many numbers of customers have to fit a gap, or it tells how many pay more."""
COARSEST = 0.05
"""Largest step of a gap: a gap that would be rounded further is withheld."""
COARSEST_SHARE = 0.2
"""Largest step of a share of customers."""
UNSEEN, MOST_UNSEEN = 0.1, 0.5
"""Where nobody departs from the rest, somebody could: by as much as anybody in the whole book does, within these."""
_DIGITS = (1, 2, 5, 10)
_FINEST = 1e-4
_WIDEST = 1.0
_CLUSTERED = 1.5
_INTERVAL_PARTS = 20


class Influence(Protocol):
    """What is known about the customers behind a figure, see :class:`fairness.stats.influence.Influence`."""

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def largest(self) -> float: ...  # noqa: D102
    @property
    def together(self) -> float: ...  # noqa: D102
    @property
    def half(self) -> float: ...  # noqa: D102
    @property
    def room(self) -> float: ...  # noqa: D102
    @property
    def deviating(self) -> float: ...  # noqa: D102
    @property
    def usual(self) -> float | None: ...  # noqa: D102
    @property
    def middle(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that a figure may be published as: ``centre`` plus any whole number of steps.

    Example:
        >>> Grid(0.005).nearest(0.0529), Grid(0.005, 0.048).nearest(0.0469), Grid(0.005).up(0.0529)
        (0.055, 0.048, 0.055)
    """

    step: float
    centre: float = 0.0

    def nearest(self, value: float) -> float:
        """Return the nearest value of the grid, the upper one of two."""
        return self._at(math.floor((value - self.centre) / self.step + 0.5))

    def down(self, value: float) -> float:
        """Return the largest value of the grid that is not above."""
        return self._at(math.floor((value - self.centre) / self.step + 1e-9))

    def up(self, value: float) -> float:
        """Return the smallest value of the grid that is not below."""
        return self._at(math.ceil((value - self.centre) / self.step - 1e-9))

    def _at(self, steps: int) -> float:
        # Decimal text, so that equal figures are equal numbers on every machine; never a negative zero.
        return round(self.centre + steps * self.step, 3 + max(0, -math.floor(math.log10(self.step)))) + 0.0


@dataclass(frozen=True, slots=True)
class Precision:
    """How a gap and what belongs to it are rounded.

    Attributes:
        grid: Grid of the gap and its companions.
        interval: Step of intervals.
        median: Grid of medians; None where they are withheld.
        is_few: Whether only a few customers depart from the rest: the gap and its interval are shown, nothing else.
        is_told: Whether the gap would tell how many, so that the interval is as well.
    """

    grid: Grid
    interval: float
    median: Grid | None
    is_few: bool
    is_told: bool = False


def step_above(value: float) -> float:
    """Return the smallest of 1, 2, 5, 10, ... and their tenths that is not below a value above 0.

    Example:
        >>> step_above(0.0031), step_above(0.2), step_above(7)
        (0.005, 0.2, 10.0)
    """
    exponent = math.floor(math.log10(value))
    found = next(digit for digit in _DIGITS if digit * 10.0**exponent >= value * (1 - 1e-9))
    return float(f"{found}e{exponent}")


def gap_precision(
    found: Influence, rules: Rules, *, half_width: float | None, t: float | None, elsewhere: float = 0.0
) -> Precision | None:
    """Return how a gap is rounded; None where rounding would leave too little of it.

    Args:
        found: How far a few customers could move it.
        rules: The thresholds.
        elsewhere: How far anybody in the whole book departs from its gap.
        half_width: Half the width of its interval; None where there is none.
        t: Quantile of the t distribution that the interval takes; None where there is none.

    Example:
        >>> from fairness.stats.influence import ratio_influence
        >>> rows = ratio_influence([11.0, 10.0], [10.0, 10.0], [300, 700], few=10)
        >>> gap_precision(rows, Rules(), half_width=0.003, t=1.96).grid
        Grid(step=0.001, centre=0.0)
    """
    is_few = found.deviating < FEW_TIMES * rules.min_cell
    is_told = is_few and found.room < SEVERAL
    if is_told:
        could_be = max(UNSEEN, min(MOST_UNSEEN, elsewhere), abs(found.usual or 0.0)) / found.n
        # One more than the threshold, so that the last of them is not on the edge.
        step = step_above(2 * (rules.min_cell + 1) * max(found.largest, could_be))
    else:
        step = step_above(max(found.half if is_few else found.together, _FINEST))
    if step > COARSEST * (1 + 1e-9):
        return None
    if is_told:
        # The effect of the few on the standard error, all of them in one cluster, may be as large as this.
        interval = step_above(step / 2 * (1 + _CLUSTERED * (t or 2.0)))
        return Precision(Grid(step, found.usual or 0.0), interval, None, is_few, is_told)
    interval = max(step, step_above((half_width or step) / _INTERVAL_PARTS))
    middle = None if found.middle is None else max(step, step_above(max(2 * found.middle, _FINEST)))
    median = None if is_few or middle is None or middle > COARSEST * (1 + 1e-9) else Grid(middle)
    return Precision(Grid(step), interval, median, is_few)


def money_grid(found: Influence, rules: Rules, *, n_published: int | None, could_be: float = 0.0) -> Grid | None:
    """Return how a sum of money is rounded; None where only a few contribute and no two of them the same amount.

    Args:
        found: What each customer adds to it.
        rules: The thresholds.
        n_published: Number of customers as published; None where it is not.
        could_be: What a customer could add, though nobody does.
    """
    if found.deviating >= FEW_TIMES * rules.min_cell:
        return Grid(step_above(found.together))
    largest = max(found.largest, could_be)
    if found.usual is None or largest <= 0:
        return None
    # The number of customers is rounded as well: their usual amount is counted that many times.
    return Grid(step_above(4 * rules.min_cell * largest), round(found.usual * (n_published or 0), 2))


def mean_grid(found: Influence, rules: Rules) -> Grid | None:
    """Return how a mean of money is rounded; None where only a few depart from the rest."""
    if found.deviating < FEW_TIMES * rules.min_cell:
        return None
    return Grid(step_above(found.together))


def share_grid(n: int, rules: Rules) -> Grid | None:
    """Return how a share of n customers is rounded; None where that would leave nothing.

    Example:
        >>> share_grid(4107, Rules()), share_grid(57, Rules()), share_grid(20, Rules())
        (Grid(step=0.005, centre=0.0), Grid(step=0.2, centre=0.0), None)
    """
    if n < 1:
        return None
    step = step_above(rules.min_cell / n)
    return Grid(step) if step <= COARSEST_SHARE * (1 + 1e-9) else None


def coverage_grid(n: int, rules: Rules) -> Grid | None:
    """Return how the share of n customers who could be compared is rounded; None where that would leave nothing.

    The step is twice that of other shares: up to ``min_cell`` who could not be compared are published as none.

    Example:
        >>> coverage_grid(400, Rules())
        Grid(step=0.05, centre=0.0)
    """
    if n < 1:
        return None
    step = step_above(2 * rules.min_cell / n)
    return Grid(step) if step <= COARSEST_SHARE * (1 + 1e-9) else None


def effective_grid(value: float, n: int, rules: Rules) -> Grid | None:
    """Return how an effective number of customers or decisions is rounded, with n customers behind it.

    Example:
        >>> effective_grid(238.9, 11_058, Rules()), effective_grid(30.0, 30, Rules())
        (Grid(step=1.0, centre=0.0), None)
    """
    if value <= 0 or n < 1:
        return None
    step = step_above(max(1.0, 4 * rules.min_cell * value / n))
    return Grid(step) if 2 * step <= value else None


def rounded_count(n: int, rules: Rules) -> int:
    """Return a number of customers as published: the nearest multiple of ``min_cell``, the upper one of two.

    Example:
        >>> [rounded_count(n, Rules()) for n in (10, 14, 15, 4107)]
        [10, 10, 20, 4110]
    """
    return (2 * n + rules.min_cell) // (2 * rules.min_cell) * rules.min_cell


_LEVELS = (0.001, 0.01, 0.05, 1.0)


def level_of(p_value: float) -> float:
    """Return the customary level that a p-value does not exceed.

    An exact p-value of k equal signs is 2 / 2^k, that of a permutation 1 over a binomial coefficient: digits reveal
    counts.

    Example:
        >>> [level_of(p) for p in (0.0, 0.0011, 0.05, 0.3)]
        [0.001, 0.01, 0.05, 1.0]
    """
    return next(level for level in _LEVELS if p_value <= level)
