"""Price changes: what raised prices, whom the rises hit, and what was told."""

import streamlit as st

from fairness.dashboard.causes import calendar_of, rises_of, told_of
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show, show_rows
from fairness.panels import html
from fairness.panels.price_change_panels import (
    ahead,
    by_run,
    by_tenure,
    decisions,
    drivers,
    exposure,
    outcomes,
    unreasoned,
    untold,
)
from fairness.text import price_change_words
from fairness.text.escape import Html


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    document, letters = rises_of(view.study), told_of(view.study)
    before, figure, after = price_change_words.headline(document)
    put(html.headline("Price changes", above_headline(view), before, figure, after, tone=""))
    put(html.note(price_change_words.LEAD))
    if document["drivers"]:
        put(html.strip(price_change_words.strip(document, letters)))
        show_rows(view.about, [drivers(document), exposure(document)])
        largest = decisions(document)
        if largest is not None:
            show(largest, view.about)
        show_rows(view.about, unreasoned(document))
    else:
        put(Html('<div class="under"></div>'))
    show_rows(view.about, [outcomes(letters), untold(letters), by_tenure(letters), by_run(letters)])
    written = ahead(calendar_of(view.study))
    if written is not None:
        with st.container(key="causes-ahead"):
            show(written, view.about)
    end(view)


if __name__ == "__main__":
    page()
