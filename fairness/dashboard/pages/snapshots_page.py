"""Snapshots: what moved since the last one, and the snapshots that the study keeps."""

from collections.abc import Sequence

import streamlit as st

from fairness.dashboard.change_panels import (
    FILES,
    about_change,
    before_and_after,
    change_strip,
    file_of,
    kept_panel,
    page_of,
    refusal,
    split_panel,
    state_of,
)
from fairness.dashboard.look import put
from fairness.dashboard.page_frame import end
from fairness.dashboard.session import load_study, view_of
from fairness.dashboard.snapshot_list import Comparison, Entry, beside, comparison, entries, usual_pair
from fairness.dashboard.widgets import show
from fairness.errors import FairnessError
from fairness.panels import html
from fairness.panels.view import Study
from fairness.text import changes, numbers, sentences
from fairness.text.escape import Html

# Keys of the choices, in the state and in the address; a text below them would be printed by Streamlit.
_FIRST, _SECOND, _OPEN = "first", "second", "snapshot"


def choose(key: str, known: dict[str, Entry], usual: Entry) -> str:
    """Set a choice from the address, or to the usual one, before it is drawn; return a name that is not there.

    The usual one goes into the address too: the usual one changes with the next snapshot, but a link must not.
    """
    wanted = st.session_state.get(key) or st.query_params.get(key)
    chosen = wanted if wanted in known else usual.label
    # Once the choice is drawn, the address follows it and must not be written any more.
    if key not in st.session_state and st.query_params.get(key) != chosen:
        st.query_params[key] = chosen
    st.session_state[key] = chosen
    return "" if chosen == wanted else wanted or ""


def head(study: Study, title: str, right: str = "") -> Html:
    """Return the head of the page; no figure in it has the colour of a verdict, as a change is not one."""
    line = " · ".join(part for part in (right, sentences.view_name([])) if part)
    return html.headline("Snapshots", line, title, "", "", tone="")


def show_choice(found: Sequence[Entry]) -> None:
    """Draw the two choices."""
    names = [item.label for item in found]
    with st.container(key="pair"):
        for place, key, label in zip(st.columns(2, gap="medium"), (_FIRST, _SECOND), changes.PAIR, strict=True):
            with place:
                st.selectbox(label, names, index=None, key=key, bind="query-params")


def show_change(study: Study, pair: tuple[Entry, Entry], compared: Comparison) -> None:
    """Draw what moved."""
    change = compared.change
    if change is None:
        return
    about = about_change(study, change, compared)
    put(html.strip(change_strip(change, compared.heads)))
    facts = before_and_after(study, change, compared.heads)
    put(
        Html('<div class="under">{}</div>').format(
            html.panel_foot(facts.key, facts.foot, facts.table, "", about, image=False)
        )
    )
    split = split_panel(study, pair, compared)
    if split is not None:
        show(split, about)
    else:
        put(html.note(change["why_no_split"]))


def show_pair(study: Study, found: Sequence[Entry], pair: tuple[Entry, Entry], lines: Sequence[str]) -> None:
    """Draw head, choice and change for two; whatever goes wrong is stated in the head."""
    months = [numbers.month(item.document["study"]["as_of"]) for item in pair]
    right, compared = f"{months[0]} to {months[1]}", None
    try:
        compared = comparison(*pair)
    except FairnessError as error:
        top = head(study, changes.NOT_COMPARABLE, right) + refusal([error.what])
    else:
        right = f"{right} · {compared.against}"
        if compared.change is None:
            top = head(study, changes.NOT_COMPARABLE, right) + refusal(compared.reasons)
        else:
            top = head(study, changes.change_sentence(compared.change), right)
            top += html.note(changes.change_certainty(compared.change))
    put(top + Html().join(map(html.note, lines)))
    show_choice(found)
    if compared is not None:
        show_change(study, pair, compared)


def show_kept(study: Study, snapshots: Sequence[Entry]) -> None:
    """Draw the list of snapshots, and one of them with its files."""
    show(kept_panel(snapshots), view_of(study, ()).about)
    by_label = {item.label: item for item in snapshots}
    choose(_OPEN, by_label, snapshots[0])
    with st.container(key="open"):
        name = st.selectbox(changes.OPEN, list(by_label), index=None, key=_OPEN, bind="query-params", width=464)
        item = by_label[name] if name in by_label else snapshots[0]
        note = (item.manifest or {})["note"]
        text = Html("<p><b>{}</b> {}</p>").format(changes.NOTE, note) if note else ""
        put(Html('<div class="opened"><p>{}</p>{}</div>').format(page_of(item), text))
        with st.container(horizontal=True, gap="small", key="files"):
            for file, label, kind in FILES:
                path = item.folder / file
                if path.is_file():
                    saved = file_of(item, file)
                    st.download_button(label, path.read_bytes(), saved, kind, key=f"save-{file}", on_click="ignore")
        said, command = state_of(study, item)
        missing = (item.manifest or {})["missing"]
        lines = [said, *(f"{file}: {reason}" for file, reason in missing.items() if "/" not in file)]
        put(Html('<div class="opened">{}</div>').format(Html().join(Html("<p>{}</p>").format(line) for line in lines)))
        st.code(command, language="bash")


def page() -> None:
    """Draw the page."""
    study = load_study()
    found, problems = entries(study)
    snapshots = [item for item in found if item.manifest is not None]
    usual = usual_pair(found)
    known = {item.label: item for item in found}
    if usual is not None:
        gone = [name for key, item in zip((_FIRST, _SECOND), usual, strict=True) if (name := choose(key, known, item))]
        pair = known[st.session_state[_FIRST]], known[st.session_state[_SECOND]]
        show_pair(study, found, pair, [*map(changes.unknown_entry, gone), *problems])
    else:
        title = changes.NOTHING_TO_COMPARE if snapshots else changes.NO_SNAPSHOT
        lines = [changes.WHAT_COMPARES, *problems] if snapshots else [changes.TO_BEGIN, *problems]
        put(head(study, title) + Html().join(map(html.note, lines)))
    if snapshots:
        show_kept(study, snapshots)
    with st.container(key="panel-make", gap=None):
        put(html.panel_head(*changes.MAKE))
        st.code(changes.make_command(beside(study, study.config.path)), language="bash")
    end(view_of(study, ()))


if __name__ == "__main__":
    page()
