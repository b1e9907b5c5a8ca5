"""What every page shares: look, sidebar, and the words for what goes wrong."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit import runtime

from fairness.dashboard.access import in_front
from fairness.dashboard.filters import lost, sidebar
from fairness.dashboard.look import apply_look
from fairness.dashboard.page_frame import close, stand_in
from fairness.dashboard.session import RunGoneError, load_study
from fairness.errors import FairnessError
from fairness.panels.address import RUN
from fairness.panels.view import Study
from fairness.text import screen
from fairness.text.titles import PAGES, WHOLE_BOOK

_PAGES = Path(__file__).resolve().parent / "pages"


def main() -> None:
    """Run the dashboard."""
    pages = [st.Page(_script(title), title=title, url_path=address, default=not address) for title, address in PAGES]
    current = st.navigation(pages, position="hidden")
    st.set_page_config(
        page_title=f"{current.title} · Fairness",
        page_icon=str(_PAGES.parent / "assets" / "icon.svg"),
        layout="wide",
        initial_sidebar_state="expanded",
    )
    apply_look()
    if _unprotected():
        st.error(screen.UNPROTECTED)
        st.stop()
    study = _study(current.title)
    if study is not None:
        guarded(current.title, partial(_draw, study, current.title, current.run))


def _draw(study: Study, title: str, run: Callable[[], None]) -> None:
    """Draw the sidebar and the page; where the address asks for what is not there, say so instead."""
    sidebar(study, [(_script(name), name) for name, _ in PAGES], title, filtered=title not in WHOLE_BOOK)
    problems = lost(study)
    if not problems:
        run()
        return
    stand_in(title, screen.LINK_FAILED, problems)
    st.page_link(_script(title), label=screen.WHOLE_BOOK, query_params={RUN: study.run.id})
    close()


def _script(title: str) -> str:
    """Return the script of a page, such as ``data_quality_page.py`` of Data quality."""
    return str(_PAGES / f"{title.lower().replace(' ', '_')}_page.py")


def _study(page: str) -> Study | None:
    """Return the study; None, with a page that says why, where there is nothing to show."""
    try:
        return load_study()
    except RunGoneError as error:
        stand_in(page, screen.LINK_FAILED, [error.what])
        st.page_link(_script(PAGES[0][0]), label=screen.NEWEST, query_params={})
    except FairnessError as error:
        stand_in(page, screen.NOTHING_BUILT, [_sentence(error.what), _sentence(error.fix)])
        st.button(screen.AGAIN)
    close()
    return None


def guarded(page: str, run: Callable[[], None]) -> None:
    """Draw a page; whatever goes wrong is put in our words, with a way to go on.

    Args:
        page: Its title.
        run: Draws it.
    """
    try:
        run()
    except FairnessError as error:
        stand_in(page, screen.PAGE_FAILED, [_sentence(error.what), _sentence(error.fix)])
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        stand_in(page, screen.PAGE_FAILED, [screen.unexpected(type(error).__name__)])
    else:
        return
    st.button(screen.AGAIN)
    st.page_link(_script(PAGES[0][0]), label=screen.OVERVIEW)
    close()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _unprotected() -> bool:
    """Return whether Streamlit's own server shows the pages, which checks neither hosts nor a token."""
    # Its tester runs the script without a server, with a stand-in for the runtime.
    return runtime.exists() and type(runtime.get_instance()) is runtime.Runtime and not in_front()
