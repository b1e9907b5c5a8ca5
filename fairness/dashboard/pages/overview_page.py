"""Overview: the answer, how certain it is, and what it rests on."""

from functools import partial

import streamlit as st

from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, current_view, end, notes, rejected
from fairness.dashboard.widgets import show
from fairness.panels import html
from fairness.panels.coverage_panels import left_out, rows_accounted
from fairness.panels.overview_panels import (
    by_basis,
    by_tenure,
    certainty,
    first_row_height,
    monthly,
    no_months,
    open_links,
    worst,
)
from fairness.panels.panel import Panel
from fairness.panels.range_panel import hangs_on
from fairness.panels.strip import headline_panel, metric_strip
from fairness.panels.view import View
from fairness.text import screen, sentences
from fairness.text.escape import Html


def rows_of(view: View) -> list[list[list[Panel]]]:
    """Return the panels that the study has: rows of columns of panels."""
    height = first_row_height(view)
    months = no_months(view) if view.chosen and view.whole.months else monthly(view)
    first = [panel for make in (certainty, by_tenure, by_basis) if (panel := make(view, height))]
    second = [panel for panel in (worst(view, partial(open_links, view)), months) if panel]
    accounts = [panel for panel in (left_out(view), rows_accounted(view), hangs_on(view)) if panel]
    # Where there is only one figure in the second row, the accounts are placed beside it.
    if len(second) == 1:
        return [[[panel] for panel in first], [second, accounts]]
    return [[[panel] for panel in part] for part in (first, second, accounts)]


def page() -> None:
    """Draw the page."""
    view = current_view()
    before, figure, after = sentences.headline_parts(view.document)
    head = html.headline("Overview", above_headline(view), before, figure, after, tone=view.head.verdict or "")
    put(rejected(view) + head + notes(view))
    put(html.strip(metric_strip(view)))
    facts = headline_panel(view)
    texts = facts.key, facts.foot, facts.table, facts.sql, view.about
    foot = html.panel_foot(*texts, image=False, sentence=screen.copied(view.document, view.about.line()))
    put(Html('<div class="under">{}</div>').format(foot))
    for number, row in enumerate(row for row in rows_of(view) if row):
        with st.container(key=f"{'three' if len(row) == 3 else 'row'}-{number}"):
            for place, panels in zip(st.columns(len(row), gap="medium"), row, strict=True):
                with place:
                    for panel in panels:
                        show(panel, view.about)
    end(view)


if __name__ == "__main__":
    page()
