"""Where: which cells and groups pay more, and one cell in detail."""

from functools import partial
from html import escape

import streamlit as st

from fairness import titles
from fairness.dashboard import html
from fairness.dashboard.cell import cell_names, open_cell
from fairness.dashboard.frame import above_headline, current_view, end, notes
from fairness.dashboard.look import current_theme
from fairness.dashboard.panels import PLOT, show
from fairness.dashboard.where import forest, heat, lenses, needs_width, verdict_strip

view, theme = current_view(), current_theme()
cells, names = view.cell_findings, cell_names(view)
opened = st.session_state.get("cell") or st.query_params.get("cell")
opened = opened if opened in names else None


def clicked(plot: str) -> None:
    """Open the cell whose mark was clicked."""
    points = st.session_state[plot]["selection"]["points"]
    if points:
        data = points[0]["customdata"]
        st.session_state["cell"] = data if isinstance(data, str) else data[0]


before, figure, after = titles.where_title(cells, view.study.order)
tone = "penalty" if "more" in figure else "favourable" if "less" in figure else "equivalent"
looked_at = (
    sum(f["level"] == "cell" and f["family"] == cells[0]["family"] for f in view.study.document["findings"])
    if cells
    else 0
)
st.html(
    html.headline("Where", above_headline(view), before, figure, after, tone=tone)
    + (html.note(titles.where_summary(cells, looked_at)) if cells else "")
    + notes(view)
)
if cells:
    st.html(html.strip(verdict_strip(view), kind="verdicts"))
    tiles, alone = heat(view, theme, opened), needs_width(view)
    panels = [panel for panel in (tiles, forest(view, theme, opened, narrow=bool(tiles) and not alone)) if panel]
    with st.container(key="cells"):
        side_by_side = len(panels) == 2 and not alone
        places = st.columns([404, 524], gap="medium") if side_by_side else [st.container() for _ in panels]
        for place, panel in zip(places, panels, strict=True):
            with place:
                plot = f"plot-{panel.key}-{opened}"
                show(panel, on_select=partial(clicked, plot), version=f"-{opened}")
    with st.container(key="pick"):
        st.selectbox(
            "Open a cell", names, index=None, key="cell", bind="query-params", placeholder="Choose a cell", width=420
        )
if opened:
    detail = open_cell(view, opened, theme)
    with st.container(key="drill"), st.container(key="panel-cell", gap=None):
        st.html(html.panel_head(detail.panel.title, detail.panel.subtitle))
        left, right = st.columns([584, 336], gap="large")
        with left:
            st.plotly_chart(
                detail.panel.figure, theme=None, config=PLOT, key=f"plot-cell-{opened}", alt=detail.panel.alt
            )
        with right:
            head, rows = detail.table.head, detail.table.rows
            notes_ = "".join(f"<h3>{escape(name)}</h3><p>{escape(text)}</p>" for name, text in detail.notes)
            st.html(f'<div class="side-notes">{html.plain_table(head, rows)}{notes_}</div>')
            st.download_button("Download CSV", detail.csv, "cell.csv", "text/csv", key="cell-csv", on_click="ignore")
        panel = detail.panel
        st.html(html.panel_foot(panel.key, panel.foot, panel.table, panel.sql, image=True))
groups = lenses(view, theme)
for start in range(0, len(groups), 3):
    row = groups[start : start + 3]
    with st.container(key=f"lenses-{start}"):
        for place, panel in zip(st.columns(3, gap="medium"), row, strict=False):
            with place:
                show(panel)
end(view)
