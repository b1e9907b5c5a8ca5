"""Where: which cells and groups pay more, and one cell in detail."""

from functools import partial

import streamlit as st

from fairness.charts.interactive import draw
from fairness.dashboard.look import current_theme, put
from fairness.dashboard.page_frame import above_headline, current_view, end, notes, rejected
from fairness.dashboard.widgets import PLOT, show
from fairness.panels import html
from fairness.panels.address import CELL
from fairness.panels.cell import CellView, cells_by_name, open_cell
from fairness.panels.lenses import lenses
from fairness.panels.view import View
from fairness.panels.where_panels import forest, heat, looked_at, needs_width, verdict_strip
from fairness.text import screen, titles
from fairness.text.escape import Html

_PER_ROW = 3
_PICK = "pick-cell"


def open_address(name: str | None) -> None:
    """Open a cell, or close it: the address says which one is open."""
    if name:
        st.query_params[CELL] = name
    else:
        st.query_params.pop(CELL, None)


def clicked(plot: str) -> None:
    """Open the cell whose mark was clicked."""
    points = st.session_state[plot]["selection"]["points"]
    if points:
        data = points[0]["customdata"]
        open_address(data if isinstance(data, str) else data[0])


def picked() -> None:
    """Open the cell that was chosen from the list."""
    open_address(st.session_state[_PICK])


def show_cells(view: View, names: list[str], opened: str | None) -> None:
    """Draw the heat map and the forest plot, and the choice of a cell for those who use the keyboard."""
    put(html.strip(verdict_strip(view), kind="verdicts"))
    tiles, alone = heat(view, opened), needs_width(view)
    rows = forest(view, opened, narrow=tiles is not None and not alone)
    panels = [panel for panel in (tiles, rows) if panel is not None]
    with st.container(key="cells"):
        beside = len(panels) == 2 and not alone
        places = st.columns([404, 524], gap="medium") if beside else [st.container() for _ in panels]
        for place, panel in zip(places, panels, strict=True):
            with place:
                plot = f"plot-{panel.key}-{opened}"
                show(panel, view.about, on_select=partial(clicked, plot), version=f"-{opened}")
    with st.container(key="pick"):
        # The address is what counts: it may have changed by Back, or by a link.
        st.session_state[_PICK] = opened
        st.selectbox(
            "Open a cell",
            names,
            index=None,
            key=_PICK,
            placeholder="Choose a cell",
            width=420,
            on_change=picked,
        )


def show_steps(names: list[str], opened: str) -> None:
    """Draw the links from an open cell: to the previous one, the next one, and back to all."""
    place = names.index(opened)
    with st.container(horizontal=True, gap="small", key="steps"):
        for label, target, key in (
            (screen.PREVIOUS, names[place - 1] if place else None, "previous"),
            (screen.NEXT, names[place + 1] if place + 1 < len(names) else None, "next"),
        ):
            st.button(label, key=f"cell-{key}", disabled=target is None, on_click=open_address, args=(target,))
        st.button(screen.CLOSE, key="cell-close", on_click=open_address, args=(None,))


def show_cell(view: View, names: list[str], name: str) -> None:
    """Draw one cell."""
    detail = open_cell(view, name)
    panel = detail.panel
    with st.container(key="drill"):
        show_steps(names, name)
        with st.container(key="panel-cell", gap=None):
            put(Html('<div data-opened="{}">{}</div>').format(name, html.panel_head(panel.title, panel.subtitle)))
            left, right = st.columns([584, 336], gap="large")
            with left:
                if panel.chart is not None:
                    figure = draw(panel.chart, current_theme())
                    st.plotly_chart(figure, theme=None, config=PLOT, key=f"plot-cell-{name}", alt=panel.alt)
            with right:
                show_beside(detail)
            texts = panel.key, panel.foot, panel.table, panel.sql, view.about
            put(html.panel_foot(*texts, image=True, sentence=detail.sentence))


def show_beside(detail: CellView) -> None:
    """Draw what is shown beside the figure of a cell."""
    texts = Html().join(Html("<h3>{}</h3><p>{}</p>").format(title, text) for title, text in detail.notes)
    table = html.plain_table(detail.table.head, detail.table.rows)
    put(Html('<div class="side-notes">{}{}</div>').format(table, texts))
    st.download_button("Download CSV", detail.csv, detail.file, "text/csv", key="cell-csv", on_click="ignore")


def page() -> None:
    """Draw the page."""
    view = current_view()
    cells, names = view.cell_findings, list(cells_by_name(view))
    wanted = st.query_params.get(CELL)
    opened = wanted if wanted in names else None
    before, figure, after = titles.where_title(cells, view.study.order)
    head = html.headline("Where", above_headline(view), before, figure, after, tone=titles.tone(figure))
    summary = html.note(titles.where_summary(cells, looked_at(view))) if cells else ""
    gone = html.note(screen.unknown_cell(wanted, filtered=bool(view.chosen))) if wanted and not opened else ""
    put(rejected(view) + head + summary + gone + notes(view))
    if cells:
        show_cells(view, names, opened)
    if opened:
        show_cell(view, names, opened)
    groups = lenses(view)
    for start in range(0, len(groups), _PER_ROW):
        with st.container(key=f"lenses-{start}"):
            places = st.columns(_PER_ROW, gap="medium")
            for place, panel in zip(places, groups[start : start + _PER_ROW], strict=False):
                with place:
                    show(panel, view.about)
    end(view)


if __name__ == "__main__":
    page()
