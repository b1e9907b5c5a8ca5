"""Brings stylesheet, colours and script into the page, once per run, and says which theme is on."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from fairness.charts.interactive import THEMES, Theme
from fairness.charts.interactive.theme import FONT
from fairness.text.escape import Html

_ASSETS = files("fairness.dashboard") / "assets"


def current_theme() -> Theme:
    """Return the colours of the theme that the reader's browser shows."""
    return THEMES["dark" if st.context.theme.type == "dark" else "light"]


def apply_look() -> None:
    """Put the stylesheet with the theme's colours, and the script, into the page."""
    variables = ";".join(f"--{name}:{value}" for name, value in css_variables(current_theme()).items())
    sheet = (_ASSETS / "style.css").read_text(encoding="utf-8")
    put(Html("<style>:root{{{}}}\n{}</style>").format(Html(variables), Html(sheet)))
    st.html(Html("<script>{}</script>").format(Html(page_script())), unsafe_allow_javascript=True)


def put(text: Html) -> None:
    """Put a piece of HTML on the page; its type proves that it is escaped."""
    st.html(text)


def page_script() -> str:
    """Return the script of the pages; no other inline script runs, since the server names its hash."""
    return (_ASSETS / "page.js").read_text(encoding="utf-8")


def css_variables(theme: Theme) -> dict[str, str]:
    """Return the stylesheet's variables: the same colours as in figures."""
    return {
        "font": FONT,
        "bg": theme.background,
        "side": theme.sidebar,
        "ink": theme.ink,
        "ink2": theme.ink2,
        "ink3": theme.ink3,
        "rule": theme.rule,
        "line": theme.hairline,
        "active": theme.active,
        "hatch": theme.hatch,
        "middle": theme.middle,
        "bar-rest": theme.bar_rest,
        "tenured-text": theme.text["tenured"],
        "favourable-text": theme.text["favourable"],
        "equivalent-text": theme.text["equivalent"],
        "favourable-line": theme.favourable_line,
    }
