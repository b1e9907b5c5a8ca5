"""What the head and the end of every page have in common, and the page that stands in for one that cannot be shown."""

from __future__ import annotations

from collections.abc import Sequence

from fairness.dashboard.filters import chosen
from fairness.dashboard.look import put
from fairness.dashboard.session import filters_fit, load_study, view_of
from fairness.panels import html
from fairness.panels.view import Study, View
from fairness.runs.erasure_record import read_erasures
from fairness.text import codes, data_notes, messages, screen, sentences
from fairness.text.escape import Html
from fairness.text.reasons import reason_of
from fairness.text.rejections import rejected_lines
from fairness.text.warning_words import VIEW_FALLBACK, WARNINGS


def current_view() -> View:
    """Return what the filters leave; where the software no longer fits the build, the whole book with a note on why."""
    study = load_study()
    filters = chosen(study)
    if filters and not filters_fit(study):
        put(html.note(screen.ALL_INSTEAD))
        return view_of(study, ())
    return view_of(study, filters)


def above_headline(view: View) -> str:
    """Return the line over the headline: as of when, against what, for whom."""
    about = view.about
    parts = [about.month] if about.as_of else []
    return " · ".join(part for part in (*parts, about.compared_with, about.filters) if part)


def rejected(view: View) -> Html:
    """Return what is shown above the headline where many rows of the study were rejected."""
    meaning = WARNINGS["rows_rejected"].meaning
    lines = rejected_lines(view.study.document)
    return Html().join(html.warning(line, meaning, f"rejected-{number}") for number, line in enumerate(lines))


def notes(view: View) -> Html:
    """Return the lines under the headline: warnings with their meaning, what to do, and what a filtered view is."""
    head = view.head
    least = view.study.config.inference.min_pricing_decisions
    lines = [
        (codes.warning(code, finding, min_pricing_decisions=least), code) for code, finding in view.document.warnings()
    ]
    if view.chosen and head.estimand != view.whole.head.estimand:
        # The study has offers, but none of them in this view: the usual sentence would speak of the whole study.
        lines = [(VIEW_FALLBACK if code == "primary_fallback" else line, code) for line, code in lines]
    explained = [(line, WARNINGS[code].meaning) for line, code in lines]
    explained += [(line, data_notes.MEANING) for line in data_notes.unmatched(view.document)]
    explained += [(line, data_notes.OF_ZONES) for line in data_notes.shared_hours(view.document)]
    explained += [(line, data_notes.OF_DOUBTS) for line in data_notes.input_doubts(view.document)]
    text = Html().join(html.warning(line, meaning, str(number)) for number, (line, meaning) in enumerate(explained))
    target = "" if view.chosen else sentences.appetite(view.document)
    text += Html().join(html.note(line) for line in [*filter(None, [target]), *_erasures(view.study)])
    main = sentences.main_reason(view.document)
    if head.verdict == "not_assessable" and main is not None:
        text += html.note(reason_of(main["reason"]).fix)
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
    put(
        Html('<div class="end"><span>{}</span><span>Build {}</span></div>').format(
            screen.FACTS, view.document["build"]["id"]
        )
    )


def stand_in(page: str, title: str, lines: Sequence[str]) -> None:
    """Draw what a reader sees where a page cannot be shown: its name, what is wrong, and what to do.

    Args:
        page: Name of the page.
        title: What is wrong, as the headline.
        lines: The same in full, and what to do.
    """
    put(html.headline(page, "", title, "", "", tone="") + Html().join(map(html.note, lines)))


def close() -> None:
    """Put the last line on a page that shows no numbers."""
    put(Html('<div class="end"></div>'))
