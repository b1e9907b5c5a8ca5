"""Price changes: what raised prices, whom the rises hit, and what was told."""

from collections.abc import Sequence

import streamlit as st

from fairness.dashboard.causes import rises_of, told_of
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show
from fairness.panels import html
from fairness.panels.panel import Panel
from fairness.panels.price_change_panels import (
    by_run,
    by_tenure,
    decisions,
    drivers,
    exposure,
    outcomes,
    unreasoned,
    untold,
)
from fairness.panels.view import View
from fairness.text import price_change_words
from fairness.text.escape import Html


def show_rows(view: View, panels: Sequence[Panel | None]) -> None:
    """Draw panels in rows of two."""
    found = [panel for panel in panels if panel is not None]
    for start in range(0, len(found), 2):
        pair = found[start : start + 2]
        with st.container(key=f"causes-{pair[0].key}"):
            for place, panel in zip(st.columns(2, gap="medium"), pair, strict=False):
                with place:
                    show(panel, view.about)


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    document, letters = rises_of(view.study), told_of(view.study)
    before, figure, after = price_change_words.headline(document)
    put(html.headline("Price changes", above_headline(view), before, figure, after, tone=""))
    put(html.note(price_change_words.LEAD))
    if document["drivers"]:
        put(html.strip(price_change_words.strip(document, letters)))
        show_rows(view, [drivers(document), exposure(document)])
        largest = decisions(document)
        if largest is not None:
            show(largest, view.about)
        show_rows(view, unreasoned(document))
    else:
        put(Html('<div class="under"></div>'))
    show_rows(view, [outcomes(letters), untold(letters), by_tenure(letters), by_run(letters)])
    end(view)


if __name__ == "__main__":
    page()
