"""Remedies: what lower prices for tenured customers would cost, and the gap that is left."""

from decimal import Decimal
from typing import Final

import streamlit as st

from fairness.causes.remedies import Kind, Remedy
from fairness.dashboard.causes import remedy_of
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show, show_rows
from fairness.panels import html
from fairness.panels.remedies_panels import billing_list, by, curve, gap, glide, list_csv
from fairness.text import remedy_words

KINDS: dict[str, Kind] = dict(zip(remedy_words.KINDS, ("match", "cap", "glide", "refund"), strict=True))
_KEPT: Final = "query-params"


def asked() -> Remedy:
    """Draw the choice and return what is asked for; all of it stands in the address."""
    with st.container(key="asked"):
        first, second, third = st.columns([2, 1, 1], gap="small")
        with first:
            name = st.selectbox(remedy_words.CHOICE, list(KINDS), key="remedy", bind=_KEPT)
        kind = KINDS[str(name)]
        above, renewals, months = 5.0, 3, 12
        with second:
            if kind == "cap":
                above = st.number_input(remedy_words.ABOVE, 0.0, 1000.0, 5.0, step=1.0, key="above", bind=_KEPT)
            elif kind == "glide":
                renewals = st.number_input(remedy_words.RENEWALS, 1, 100, 3, key="renewals", bind=_KEPT)
            elif kind == "refund":
                months = st.number_input(remedy_words.MONTHS, 1, 240, 12, key="months", bind=_KEPT)
        with third:
            budget = st.number_input(
                remedy_words.BUDGET, min_value=1.0, value=None, step=10_000.0, key="budget", bind=_KEPT
            )
    limit = None if budget is None else Decimal(str(budget))
    share = float(Decimal(str(above)) / 100)
    return Remedy(kind=kind, x=share, renewals=int(renewals), months=int(months), budget=limit)


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    head, choice = st.container(), asked()
    document, listed = remedy_of(view.study, choice)
    before, figure, after = remedy_words.headline(document)
    with head:
        put(html.headline("Remedies", above_headline(view), before, figure, after, tone=""))
        put(html.note(remedy_words.LEAD))
    put(html.strip(remedy_words.strip(document, margin=view.document.margin)))
    show_rows(view.about, [gap(view, document), curve(document)])
    show_rows(view.about, [by(document, "products"), by(document, "channels"), glide(document)])
    with st.container(key="causes-list"):
        show(billing_list(document, listed), view.about)
        if listed and choice.kind != "refund":
            name = view.about.file(f"{choice.kind}-list", "csv")
            data = list_csv(listed).encode("utf-8")
            st.download_button(remedy_words.DOWNLOAD, data, name, "text/csv", key="list-csv", on_click="ignore")
    end(view)


if __name__ == "__main__":
    page()
