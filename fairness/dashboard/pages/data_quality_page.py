"""Data quality: what happened to every row, what was not read, and who could not be compared."""

import streamlit as st

from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show
from fairness.panels import html
from fairness.panels.coverage_panels import left_out, rows_accounted
from fairness.panels.quality import by_month, inputs, rejected, set_aside, unread
from fairness.text import quality_words


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    block = view.document["reconciliation"]
    before, figure, after = quality_words.headline(block["rows_in"], sum(block["rows_rejected"].values()))
    put(html.headline("Data quality", above_headline(view), before, figure, after, tone=""))
    pairs = ((rows_accounted(view), left_out(view)), (set_aside(view), rejected(view)), (by_month(view), unread(view)))
    for number, pair in enumerate(pairs):
        panels = [panel for panel in pair if panel is not None]
        with st.container(key=f"quality-{number}"):
            for place, panel in zip(st.columns(len(panels), gap="medium"), panels, strict=True):
                with place:
                    show(panel, view.about)
    show(inputs(view), view.about)
    end(view)


if __name__ == "__main__":
    page()
