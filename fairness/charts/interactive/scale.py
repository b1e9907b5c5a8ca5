"""Axes: round ticks, ranges that always show zero and the margin, and how their numbers are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from fairness.charts.interactive.theme import Theme


def ticks(lower: float, upper: float, *, most: int = 5) -> list[float]:
    """Return at most ``most`` round ticks within a range: steps of 1, 2 or 5 times a power of ten.

    Example:
        >>> ticks(-0.02, 0.31)
        [0.0, 0.1, 0.2, 0.3]
    """
    span = upper - lower
    if span <= 0:
        return [lower]
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if span / (power * factor) <= most)
    first, last = math.ceil(lower / step - 1e-9), math.floor(upper / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def gap_range(values: Iterable[float | None], margin: float) -> tuple[float, float]:
    """Return a range of gaps that holds the values, zero and both ends of the margin, with room at the ends."""
    known = [value for value in values if value is not None] + [-margin * 1.3, margin * 1.3]
    lower, upper = min(known), max(known)
    room = (upper - lower) * 0.08
    return lower - room, upper + room


def percent_ticks(values: Sequence[float]) -> list[str]:
    """Return tick labels in percent; the last one carries the sign.

    Example:
        >>> percent_ticks([-0.05, 0.0, 0.05])
        ['−5', '0', '5 %']
    """
    decimals = 1 if any(abs(value * 100 - round(value * 100)) > 1e-6 for value in values) else 0
    texts = [f"{value * 100:,.{decimals}f}".replace("-", "−") if value else "0" for value in values]
    return [*texts[:-1], f"{texts[-1]} %"] if texts else []


def gap_axis(theme: Theme, range_: tuple[float, float], *, most: int = 5) -> dict[str, Any]:
    """Return the settings of an axis of gaps."""
    values = ticks(*range_, most=most)
    return {
        "range": list(range_),
        "tickmode": "array",
        "tickvals": values,
        "ticktext": percent_ticks(values),
        "ticklabeloverflow": "allow",
        "tickangle": 0,
        "showgrid": True,
        "gridcolor": theme.grid,
        "gridwidth": 1,
        **zero_line(theme),
    }


def zero_line(theme: Theme) -> dict[str, Any]:
    """Return the settings of an axis that shows zero; as a shape, it would lie under the grid."""
    return {"zeroline": True, "zerolinecolor": theme.ink, "zerolinewidth": 1.25}


def margin_band(theme: Theme, margin: float, *, along: str, axis: str = "") -> dict[str, Any]:
    """Return the shape of the margin band.

    Args:
        theme: Colours.
        margin: Half the width of the band, a fraction.
        along: ``x`` or ``y``: the axis of gaps.
        axis: Suffix of that axis.
    """
    across = "y" if along == "x" else "x"
    return {
        "type": "rect",
        f"{along}ref": f"{along}{axis}",
        f"{along}0": -margin,
        f"{along}1": margin,
        f"{across}ref": f"{across}{axis} domain",
        f"{across}0": 0.0,
        f"{across}1": 1.0,
        "fillcolor": theme.band,
        "line": {"width": 0},
        "layer": "below",
    }
