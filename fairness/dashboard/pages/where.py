"""Where: which cells and groups pay more, and one cell in detail."""

from functools import partial

import streamlit as st

from fairness.charts.interactive import Theme
from fairness.dashboard.look import current_theme
from fairness.dashboard.page_frame import above_headline, current_view, end, notes, rejected
from fairness.dashboard.widgets import PLOT, show
from fairness.panels import html
from fairness.panels.cell import cell_names, open_cell
from fairness.panels.view import View
from fairness.panels.where import forest, heat, lenses, looked_at, needs_width, verdict_strip
from fairness.text import titles
from fairness.text.escape import html_text

_PER_ROW = 3


def clicked(plot: str) -> None:
    """Open the cell whose mark was clicked."""
    points = st.session_state[plot]["selection"]["points"]
    if points:
        data = points[0]["customdata"]
        st.session_state["cell"] = data if isinstance(data, str) else data[0]


def show_cells(view: View, theme: Theme, names: list[str], opened: str | None) -> None:
    """Draw the heat map and the forest plot, and the choice of a cell for those who use the keyboard."""
    st.html(html.strip(verdict_strip(view), kind="verdicts"))
    tiles, alone = heat(view, theme, opened), needs_width(view)
    rows = forest(view, theme, opened, narrow=tiles is not None and not alone)
    panels = [panel for panel in (tiles, rows) if panel is not None]
    with st.container(key="cells"):
        beside = len(panels) == 2 and not alone
        places = st.columns([404, 524], gap="medium") if beside else [st.container() for _ in panels]
        for place, panel in zip(places, panels, strict=True):
            with place:
                plot = f"plot-{panel.key}-{opened}"
                show(panel, on_select=partial(clicked, plot), version=f"-{opened}")
    with st.container(key="pick"):
        st.selectbox(
            "Open a cell",
            names,
            index=None,
            key="cell",
            bind="query-params",
            placeholder="Choose a cell",
            width=420,
        )


def show_cell(view: View, theme: Theme, name: str) -> None:
    """Draw one cell."""
    detail = open_cell(view, name, theme)
    panel = detail.panel
    with st.container(key="drill"), st.container(key="panel-cell", gap=None):
        st.html(html.panel_head(panel.title, panel.subtitle))
        left, right = st.columns([584, 336], gap="large")
        with left:
            st.plotly_chart(panel.figure, theme=None, config=PLOT, key=f"plot-cell-{name}", alt=panel.alt)
        with right:
            texts = "".join(f"<h3>{html_text(title)}</h3><p>{html_text(text)}</p>" for title, text in detail.notes)
            table = html.plain_table(detail.table.head, detail.table.rows)
            st.html(f'<div class="side-notes">{table}{texts}</div>')
            st.download_button("Download CSV", detail.csv, "cell.csv", "text/csv", key="cell-csv", on_click="ignore")
        st.html(html.panel_foot(panel.key, panel.foot, panel.table, panel.sql, image=True))


def page() -> None:
    """Draw the page."""
    view, theme = current_view(), current_theme()
    cells, names = view.cell_findings, cell_names(view)
    opened = st.session_state.get("cell") or st.query_params.get("cell")
    opened = opened if opened in names else None
    before, figure, after = titles.where_title(cells, view.study.order)
    head = html.headline("Where", above_headline(view), before, figure, after, tone=titles.tone(figure))
    summary = html.note(titles.where_summary(cells, looked_at(view))) if cells else ""
    st.html(rejected(view) + head + summary + notes(view))
    if cells:
        show_cells(view, theme, names, opened)
    if opened:
        show_cell(view, theme, opened)
    groups = lenses(view, theme)
    for start in range(0, len(groups), _PER_ROW):
        with st.container(key=f"lenses-{start}"):
            places = st.columns(_PER_ROW, gap="medium")
            for place, panel in zip(places, groups[start : start + _PER_ROW], strict=False):
                with place:
                    show(panel)
    end(view)


if __name__ == "__main__":
    page()
