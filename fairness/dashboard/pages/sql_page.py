"""SQL: questions that no page answers, asked through the guarded runner."""

import streamlit as st

from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show
from fairness.engine.guard import GuardedResult, run_guarded
from fairness.errors import FairnessError
from fairness.panels import html
from fairness.panels.sql_results import answer, saved_analyses, schema_html, tables
from fairness.panels.view import Study
from fairness.text import query_words

_SQL, _TEXT, _SAVED = "sql", "sql-text", "sql-saved"


def put_in() -> None:
    """Put a saved analysis into the editor."""
    chosen = st.session_state[_SAVED]
    if chosen:
        st.session_state[_TEXT] = saved_analyses()[chosen]


def ask() -> None:
    """Keep the query in the address, so that a link carries it, and have it run."""
    st.query_params[_SQL] = st.session_state[_TEXT]
    st.session_state["sql-asked"] = st.session_state[_TEXT]


@st.cache_data(show_spinner="Running the query", max_entries=16)
def found(path: str, run_id: str, text: str) -> GuardedResult:
    """Return the answer to a query; equal for a build, which never changes."""
    return run_guarded(load_study().run.warehouse, text)


def show_answer(study: Study, text: str) -> None:
    """Draw the answer, or why there is none."""
    try:
        result = found(str(study.config.path), study.run.id, text)
    except FairnessError as error:
        fix = f" {error.fix[:1].upper()}{error.fix[1:]}." if error.fix else ""
        put(html.panel_head(query_words.NOT_RUN, "") + html.note(f"{error.what}.{fix}"))
        return
    show(answer(result, text), view_of(study, ()).about)


def page() -> None:
    """Draw the page."""
    study = load_study()
    view = view_of(study, ())
    put(html.headline("SQL", above_headline(view), query_words.TITLE, "", "", tone="") + html.note(query_words.HOW))
    if _TEXT not in st.session_state:
        # A link brings its query along; it runs when the reader says so.
        st.session_state[_TEXT] = st.query_params.get(_SQL, query_words.FIRST_QUERY)
    with st.container(key="editor"):
        st.selectbox(
            query_words.SAVED,
            list(saved_analyses()),
            index=None,
            key=_SAVED,
            placeholder=query_words.CHOOSE,
            on_change=put_in,
        )
        st.text_area(query_words.EDITOR, key=_TEXT, height=220)
        st.button(query_words.RUN, key="sql-run", type="primary", on_click=ask)
    asked = st.session_state.get("sql-asked")
    if asked:
        show_answer(study, asked)
    with st.container(key="panel-schema", gap=None):
        put(html.panel_head(query_words.TABLES, query_words.TABLES_HOW) + schema_html(tables()))
    end(view)


if __name__ == "__main__":
    page()
