"""Since when: the gap month by month, with the rises of prices drawn on it."""

from dataclasses import replace

import streamlit as st

from fairness.dashboard.causes import rises_of
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show
from fairness.panels import html
from fairness.panels.since_panels import events, with_events
from fairness.text import price_change_words


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    document = rises_of(view.study)
    line, table = with_events(view, document), events(view, document)
    title = price_change_words.NO_MONTHS if line is None else line.title
    lead = price_change_words.WHY_NO_MONTHS if line is None else price_change_words.SINCE_LEAD
    put(html.headline("Since when", above_headline(view), title, "", "", tone=""))
    put(html.note(lead))
    if line is not None:
        line = replace(line, title=price_change_words.MARKED)
    for panel in (line, table):
        if panel is not None:
            with st.container(key=f"since-{panel.key}"):
                show(panel, view.about)
    end(view)


if __name__ == "__main__":
    page()
