"""Puts a panel on the page: its figure, and one click away its table, its SQL and its image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from fairness.charts.interactive import draw
from fairness.dashboard.look import current_theme, put
from fairness.panels import html
from fairness.panels.panel import Panel
from fairness.text.about import About

PLOT = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False, "plotlyServerURL": ""}


def show(panel: Panel, about: About, *, on_select: Callable[[], None] | None = None, version: str = "") -> None:
    """Put a panel on the page.

    Args:
        panel: What it shows.
        about: Where its numbers come from, as stated in whatever leaves the page.
        on_select: Called on a click on a mark; the selection is under the key of the plot.
        version: Part of the key of the plot: a new one forgets the last click.
    """
    with st.container(key=f"panel-{panel.key}", gap=None):
        put(html.panel_head(panel.title, panel.subtitle))
        if panel.chart is not None:
            options: dict[str, Any] = {} if on_select is None else {"on_select": on_select, "selection_mode": "points"}
            st.plotly_chart(
                draw(panel.chart, current_theme()),
                theme=None,
                config=PLOT,
                key=f"plot-{panel.key}{version}",
                alt=panel.alt or panel.title,
                **options,
            )
        if panel.body:
            put(panel.body)
        drawn = panel.chart is not None
        texts = panel.key, panel.foot, panel.table, panel.sql, about
        put(html.panel_foot(*texts, image=drawn, more=panel.more, sql_how=panel.sql_how))


def show_rows(about: About, panels: Sequence[Panel | None]) -> None:
    """Put panels on the page in rows of two; what the study does not have is left out."""
    found = [panel for panel in panels if panel is not None]
    for start in range(0, len(found), 2):
        pair = found[start : start + 2]
        with st.container(key=f"causes-{pair[0].key}"):
            for place, panel in zip(st.columns(2, gap="medium"), pair, strict=False):
                with place:
                    show(panel, about)
