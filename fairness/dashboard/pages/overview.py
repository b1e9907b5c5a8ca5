"""Overview: the answer, how sure it is, and what it rests on."""

import streamlit as st

from fairness import words
from fairness.dashboard import html
from fairness.dashboard.accounts import left_out, rows_accounted
from fairness.dashboard.frame import above_headline, current_view, end, notes
from fairness.dashboard.look import current_theme
from fairness.dashboard.overview import by_basis, by_tenure, certainty, headline_panel, metric_strip, monthly, worst
from fairness.dashboard.panels import show

view, theme = current_view(), current_theme()
before, figure, after = words.headline_parts(view.document)
st.html(html.headline("Overview", above_headline(view), before, figure, after, tone=view.head["verdict"]) + notes(view))
facts = headline_panel(view)
st.html(html.strip(metric_strip(view)))
st.html(f'<div class="under">{html.panel_foot(facts.key, facts.foot, facts.table, facts.sql, image=False)}</div>')

first = [panel for panel in (certainty(view, theme), by_tenure(view, theme), by_basis(view, theme)) if panel]
second = [panel for panel in (worst(view, theme), monthly(view, theme)) if panel]
third = [left_out(view), rows_accounted(view)]
if len(second) == 1:
    second, third = [second[0], third[0]], third[1:]
for name, row in (("three", first), ("two", second), ("last", third)):
    if not row:
        continue
    with st.container(key=name):
        for place, panel in zip(st.columns(len(row), gap="medium"), row, strict=True):
            with place:
                show(panel)
end(view)
