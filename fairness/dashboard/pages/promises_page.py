"""Promises: which rules are kept, where they failed, and the evidence."""

import streamlit as st

from fairness.dashboard.causes import check_of
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import above_headline, end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.widgets import show, show_rows
from fairness.panels import html
from fairness.panels.promises_panels import about_rules, evidence_csv, rules, unjudged, where
from fairness.text import promise_words


def page() -> None:
    """Draw the page."""
    view = view_of(load_study(), ())
    found = check_of(view.study)
    if found is None:
        put(html.headline("Promises", above_headline(view), promise_words.NO_RULES, "", "", tone=""))
        put(html.note(promise_words.HOW_TO_BEGIN))
        st.code(promise_words.EXAMPLE, language="toml")
        end(view)
        return
    document, evidence = found
    before, figure, after = promise_words.headline(document["kept"])
    put(html.headline("Promises", above_headline(view), before, figure, after, tone=""))
    put(html.note(promise_words.LEAD) + html.strip(promise_words.strip(document["kept"], document["currency"])))
    with st.container(key="causes-rules"):
        show(rules(document), view.about)
    show_rows(view.about, [where(document, evidence), unjudged(document)])
    with st.container(key="causes-about"):
        show(about_rules(document), view.about)
    with st.container(key="panel-evidence", gap=None):
        put(html.panel_head(promise_words.EVIDENCE_TITLE, promise_words.EVIDENCE_HOW))
        name = view.about.file("evidence", "csv")
        data = evidence_csv(evidence).encode("utf-8")
        st.download_button(promise_words.EVIDENCE, data, name, "text/csv", key="evidence-csv", on_click="ignore")
    end(view)


if __name__ == "__main__":
    page()
