"""Figures: results in, plotly figures out. Nothing here asks the database or decides what a number means."""

from fairness.charts.interactive.distribution import PriceShares, price_distributions
from fairness.charts.interactive.heatmap import Tile, heat_map, shows_intervals
from fairness.charts.interactive.intervals import AXIS, Row, interval_columns, interval_rows
from fairness.charts.interactive.monthly import monthly_steps
from fairness.charts.interactive.theme import THEMES, Theme, ThemeName

__all__ = [
    "AXIS",
    "THEMES",
    "PriceShares",
    "Row",
    "Theme",
    "ThemeName",
    "Tile",
    "heat_map",
    "interval_columns",
    "interval_rows",
    "monthly_steps",
    "price_distributions",
    "shows_intervals",
]
