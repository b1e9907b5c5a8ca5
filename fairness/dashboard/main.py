"""The table of pages, and what every page shares: look, sidebar, and the words for what goes wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit import runtime

from fairness.dashboard.access import in_front
from fairness.dashboard.filters import sidebar
from fairness.dashboard.look import apply_look
from fairness.dashboard.session import load_study
from fairness.errors import FairnessError

_PAGES = Path(__file__).resolve().parent / "pages"
PAGES = (
    ("Overview", _PAGES / "overview.py", ""),
    ("Where", _PAGES / "where.py", "where"),
    ("Snapshots", _PAGES / "snapshots.py", "snapshots"),
)
"""Title, script and address of each page, the first one at the root."""
_WHOLE_BOOK = ("Snapshots",)
"""Pages that no filter narrows."""


def main() -> None:
    """Run the dashboard."""
    st.set_page_config(
        page_title="Fairness",
        page_icon=str(_PAGES.parent / "assets" / "icon.svg"),
        layout="wide",
        initial_sidebar_state="expanded",
    )
    pages = [st.Page(path, title=title, url_path=address, default=not address) for title, path, address in PAGES]
    current = st.navigation(pages, position="hidden")
    apply_look()
    if _unprotected():
        st.error("This server answers everybody who asks. Start the dashboard with `fairness app` and your config.")
        st.stop()
    try:
        study = load_study()
    except FairnessError as error:
        st.error(str(error))
        st.stop()
    sidebar(
        study,
        [(str(path), title) for title, path, _ in PAGES],
        current.title,
        filtered=current.title not in _WHOLE_BOOK,
    )
    current.run()


def _unprotected() -> bool:
    """Return whether Streamlit's own server shows the pages, which checks neither hosts nor a token."""
    # Its tester runs the script without a server, with a stand-in for the runtime.
    return runtime.exists() and type(runtime.get_instance()) is runtime.Runtime and not in_front()
