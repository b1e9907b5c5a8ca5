"""What the head and the end of every page have in common."""

from __future__ import annotations

import streamlit as st

from fairness.dashboard.filters import chosen, filters_fit, in_words
from fairness.dashboard.session import load_study, view_of
from fairness.panels import html
from fairness.panels.view import Study, View
from fairness.runs.erasure_record import read_erasures
from fairness.text import codes, messages, numbers, sentences
from fairness.text.escape import html_text
from fairness.text.rejections import rejected_lines


def current_view() -> View:
    """Return what the filters leave; where the config no longer fits the build, the whole book with a word on why."""
    study = load_study()
    filters = chosen(study)
    if filters and not filters_fit(study):
        st.html(
            html.note(
                "The config has changed since this build, so filters cannot be computed: start the dashboard "
                "again to build anew. This is the whole book."
            )
        )
        return view_of(study, ())
    return view_of(study, filters)


def above_headline(view: View) -> str:
    """Return the line over the headline: as of when, against what, for whom."""
    study: Study = view.study
    parts = [numbers.month(view.document["study"]["as_of"])] if view.document["study"]["as_of"] else []
    parts += [sentences.comparison(view.document, horizon=study.config.comparator.horizon_months), in_words(study)]
    return " · ".join(part for part in parts if part)


def rejected(view: View) -> str:
    """Return what stands above the headline where many rows of the study were rejected."""
    meaning = codes.MEANINGS["rows_rejected"]
    lines = rejected_lines(view.study.document)
    return "".join(html.warning(line, meaning, f"rejected-{number}") for number, line in enumerate(lines))


def notes(view: View) -> str:
    """Return the lines under the headline: warnings with their meaning, and what a filtered view is."""
    head = view.head
    least = view.study.config.inference.min_pricing_decisions
    lines = [
        (codes.warning(code, finding, min_pricing_decisions=least), code) for code, finding in view.document.warnings()
    ]
    if view.chosen and head["estimand"] != view.study.document["headline"]["estimand"]:
        # The study has offers, but none of them in this view: the usual sentence would speak of the whole study.
        lines = [(codes.VIEW_FALLBACK if code == "primary_fallback" else line, code) for line, code in lines]
    text = "".join(html.warning(line, codes.MEANINGS[code], str(number)) for number, (line, code) in enumerate(lines))
    text += "".join(html.note(line) for line in _erasures(view.study))
    if view.chosen:
        text += html.note(sentences.view_note(len(view.keys), len(view.study.cells)))
    return text


def _erasures(study: Study) -> list[str]:
    """Return when customers were erased, and whether the run shown is older or newer than that."""
    record = study.run.known()
    erased = read_erasures(study.config.output_dir)
    return messages.erasures(study.run.id, record["published_at"], erased) if record else []


def end(view: View) -> None:
    """Put the last line on the page: how to read it, and the build."""
    st.html(
        '<div class="end"><span>The gap, the money and the people are facts of this month. The interval says what '
        "would fit the process that sets the prices; it does not cover a wrong comparator, wrong data, or differences "
        f"that no column records.</span><span>Build {html_text(view.document['build']['id'])}</span></div>"
    )
