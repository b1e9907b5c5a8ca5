"""One customer: prices against the offers, why they changed, what was told, and every line."""

import streamlit as st

from fairness.causes.one_customer import customer, furthest
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show, show_rows
from fairness.panels import html
from fairness.panels.customer_panels import changes, choose, letters, lines, paths
from fairness.text import customer_words


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    head = st.container()
    with st.container(key="asked-customer"):
        name = st.text_input(
            customer_words.FIELD, key="customer", bind="query-params", placeholder=customer_words.HOW, width=420
        ).strip()
    document = customer(view.study.run, name) if name else None
    title = (customer_words.NOBODY, "", "")
    if document is not None:
        title = customer_words.headline(document)
    elif name:
        title = (customer_words.unknown(name), "", "")
    with head:
        tone = "penalty" if title[1].endswith("more") else "favourable" if title[1] else ""
        put(html.headline("One customer", above_headline(view), *title, tone=tone))
        put(html.note(customer_words.LEAD) + html.note(customer_words.PSEUDONYMS))
    if document is None:
        with st.container(key="causes-furthest"):
            show(choose(view, furthest(view.study.run)), view.about)
    else:
        show_rows(view.about, [*paths(document), changes(document), letters(document)])
        with st.container(key="causes-lines"):
            show(lines(document), view.about)
    end(view)


if __name__ == "__main__":
    page()
