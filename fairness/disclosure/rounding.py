"""Round the figures of a finding for publication, each by its kind: what has no grid is withheld."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fairness.disclosure.control import Rules
from fairness.disclosure.control.kinds import Kind
from fairness.disclosure.control.precision import (
    Grid,
    Precision,
    effective_grid,
    gap_precision,
    level_of,
    rounded_count,
    share_grid,
)
from fairness.findings.results import Companion, Finding, Number
from fairness.stats.distributions import t_quantile
from fairness.stats.influence import Influence

WIDEST = 1.0
"""An interval wider than this on either side says nothing, and its digits tell its degrees of freedom."""

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the figures of one finding are rounded.

    Attributes:
        rules: The thresholds.
        n: Customers behind it: those of the smaller side where two are compared.
        precision: Precision of its gap; None where there is none.
        money: Grid of its money; None where there is none.
        share: Whether shares of customers may be shown: both sides are large enough and give no small one away.
    """

    rules: Rules
    n: int
    precision: Precision | None = None
    money: Grid | None = None
    share: bool = False

    def grid(self, kind: Kind) -> Grid | None:
        """Return what figures of a kind are rounded to; None where they are withheld."""
        precision = self.precision
        if kind in (Kind.SHARE, Kind.PAIRS):
            return share_grid(self.n, self.rules) if self.share else None
        if kind is Kind.MONEY:
            return self.money
        if kind is Kind.COUNT:
            return Grid(float(self.rules.min_cell)) if self.share else None
        if precision is None:
            return None
        return precision.median if kind is Kind.MEDIAN else precision.grid if kind is Kind.GAP else None

    def number(self, kind: Kind, value: Number) -> Number:
        """Return a figure as published; None where it is withheld."""
        if value is None or kind is Kind.PLAIN:
            return value
        if kind is Kind.LEVEL:
            return None if self.is_few else level_of(float(value))
        if kind is Kind.EFFECTIVE:
            grid = effective_grid(float(value), self.n, self.rules)
        elif kind is Kind.WIDTH:
            wide = self.precision is None or self.is_few or float(value) > WIDEST
            return None if wide or self.precision is None else Grid(self.precision.interval).up(float(value))
        else:
            grid = self.grid(kind)
        if grid is None:
            return None
        if kind is Kind.COUNT:
            return rounded_count(int(value), self.rules)
        rounded = grid.nearest(float(value))
        return Decimal(f"{rounded:.2f}") if isinstance(value, Decimal) else rounded

    def bounds(self, kind: Kind, estimate: Number, lower: float | None, upper: float | None) -> Bounds:
        """Return an interval as published, never narrower than it is."""
        if estimate is None or lower is None or upper is None:
            return None, None
        if kind in (Kind.SHARE, Kind.PAIRS):
            grid = self.grid(kind)
            return (None, None) if grid is None else (max(0.0, grid.down(lower)), min(1.0, grid.up(upper)))
        precision, middle = self.precision, float(estimate)
        if precision is None or kind is not Kind.GAP or upper - lower > 2 * WIDEST:
            return None, None
        if precision.is_told:
            # Equally far to either side, in steps that hide how far the few make the interval reach.
            shown = precision.grid.nearest(middle)
            reach = max(middle - lower, upper - middle) + abs(middle - shown)
            steps = max(1, math.ceil(reach / precision.interval - 1e-9))
            around = Grid(precision.interval, shown)
            return around.down(shown - steps * precision.interval), around.up(shown + steps * precision.interval)
        grid = Grid(precision.interval)
        return grid.down(lower), grid.up(upper)

    @property
    def is_few(self) -> bool:
        """Whether only a few customers depart from the rest: then nothing but the gap and its interval is shown."""
        return self.precision is not None and self.precision.is_few


def precision_of(
    estimate: Number,
    bounds: Bounds,
    influence: Influence | None,
    rules: Rules,
    *,
    df: float | None = None,
    confidence_level: float | None = None,
    elsewhere: float = 0.0,
) -> Precision | None:
    """Return how a gap is rounded; None where it is withheld, as where nobody knows how far a few customers move it."""
    if influence is None or not isinstance(estimate, float):
        return None
    lower, upper = bounds
    half_width = None if lower is None or upper is None else min(WIDEST, (upper - lower) / 2)
    t = None
    if df is not None and df > 0 and confidence_level is not None:
        t = t_quantile(0.5 + confidence_level / 2, df)
    return gap_precision(influence, rules, half_width=half_width, t=t, elsewhere=elsewhere)


def rounding_of(finding: Finding, rules: Rules, **more: Any) -> Rounding:
    """Return how the figures of a finding are rounded."""
    sides = [finding.n_tenured, *(() if finding.n_new is None else (finding.n_new,))]
    return Rounding(rules, min(sides), **more)


def companion_numbers(companion: Companion, kind: Kind, rounding: Rounding) -> dict[str, Any] | None:
    """Return the figures of a companion as published; None where none of it is."""
    if kind is Kind.WITHHELD or (kind is Kind.PLAIN and companion.estimate is not None):
        return None
    estimate = rounding.number(kind, companion.estimate)
    lower, upper = rounding.bounds(kind, companion.estimate, companion.ci_lower, companion.ci_upper)
    p_value = rounding.number(Kind.LEVEL, companion.p_value)
    if estimate is None and p_value is None:
        return None
    grid = rounding.grid(kind)
    return {
        "estimate": estimate,
        "ci_lower": lower,
        "ci_upper": upper,
        "p_value": p_value,
        "rounded_to": None if estimate is None or grid is None else grid.step,
    }
