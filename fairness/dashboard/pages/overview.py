"""Overview: the answer, how sure it is, and what it rests on."""

import streamlit as st

from fairness import words
from fairness.dashboard import html
from fairness.dashboard.accounts import left_out, rows_accounted
from fairness.dashboard.frame import above_headline, current_view, end, notes
from fairness.dashboard.look import current_theme
from fairness.dashboard.overview import (
    by_basis,
    by_tenure,
    certainty,
    first_row_height,
    headline_panel,
    metric_strip,
    monthly,
    worst,
)
from fairness.dashboard.panels import show

view, theme = current_view(), current_theme()
before, figure, after = words.headline_parts(view.document)
st.html(html.headline("Overview", above_headline(view), before, figure, after, tone=view.head["verdict"]) + notes(view))
facts = headline_panel(view)
st.html(html.strip(metric_strip(view)))
st.html(f'<div class="under">{html.panel_foot(facts.key, facts.foot, facts.table, facts.sql, image=False)}</div>')

height = first_row_height(view)
first = [panel for make in (certainty, by_tenure, by_basis) if (panel := make(view, theme, height))]
second = [panel for panel in (worst(view, theme), monthly(view, theme)) if panel]
accounts = [left_out(view), rows_accounted(view)]
# Columns of panels: where only one figure is in the second row, the accounts stand beside it.
beside = [[panel] for panel in second] if len(second) != 1 else [second, accounts]
rows = [[[panel] for panel in first], beside, [] if len(second) == 1 else [[panel] for panel in accounts]]
for number, row in enumerate(rows):
    if not row:
        continue
    with st.container(key=f"{'three' if len(row) == 3 else 'row'}-{number}"):
        for place, panels in zip(st.columns(len(row), gap="medium"), row, strict=True):
            with place:
                for panel in panels:
                    show(panel)
end(view)
