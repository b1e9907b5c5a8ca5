"""Charts as plotly figures. Nothing here queries the database or decides what a number means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairness.charts.chart_spec import (
    Chart,
    HeatMap,
    IntervalColumns,
    IntervalRows,
    MonthlySteps,
    PriceDistributions,
    PricePath,
)
from fairness.charts.interactive.distribution import price_distributions
from fairness.charts.interactive.heatmap import heat_map
from fairness.charts.interactive.intervals import interval_columns, interval_rows
from fairness.charts.interactive.monthly import monthly_steps
from fairness.charts.interactive.price_path import price_path
from fairness.charts.interactive.theme import THEMES, Theme, ThemeName

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["THEMES", "Theme", "ThemeName", "draw"]


def draw(chart: Chart, theme: Theme) -> Figure:
    """Return a chart as a figure in the colours of a theme."""
    match chart:
        case IntervalRows():
            return interval_rows(chart, theme)
        case IntervalColumns():
            return interval_columns(chart, theme)
        case MonthlySteps():
            return monthly_steps(chart, theme)
        case HeatMap():
            return heat_map(chart, theme)
        case PriceDistributions():
            return price_distributions(chart, theme)
        case PricePath():
            return price_path(chart, theme)
