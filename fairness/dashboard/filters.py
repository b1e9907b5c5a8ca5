"""The sidebar: pages, filters with their values, what the study fixes, and the build.

A filter chooses cells. What is chosen is held in the address and nowhere else: a link restores a view, and Back undoes
a filter. Whatever defines the numbers (who is tenured, the basis of the offer price, the margin) is not a filter: it is
shown, and changing it takes a new build.

Decision D36.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fairness.dashboard.definitions import change_definition, definitions
from fairness.dashboard.look import put
from fairness.dashboard.session import newest_run
from fairness.panels.address import EXCLUDED, RUN, filter_columns, in_order, name_of, parameters, read_filters
from fairness.panels.view import Chosen, Filter, Study
from fairness.text import changes, labels, screen
from fairness.text.escape import Html


def sidebar(study: Study, pages: Sequence[tuple[str, str]], here: str, *, filtered: bool) -> None:
    """Draw the sidebar; filters are read with :func:`chosen`.

    Args:
        study: The study.
        pages: Script and title of each page.
        here: Title of the page that is shown.
        filtered: Whether the page follows the filters; elsewhere they keep their values but do nothing.
    """
    with st.sidebar:
        brand = Html('<div class="brand"><i></i>Fairness</div><div class="study">{}</div>')
        put(brand.format(study.document["study"]["name"]))
        for path, title in pages:
            with st.container(key="here" if title == here else f"page-{title.lower().replace(' ', '-')}"):
                st.page_link(path, label=title, query_params=_pairs(study, chosen(study)))
        more = Html(
            '<button type="button" class="btn side-more" data-more="side" aria-expanded="false">{}</button>'
        ).format(screen.MORE)
        put(more)
        with st.container(key="rest"):
            if filter_columns(study):
                _filters(study, enabled=filtered)
            put(Html('<div class="sh">Fixed by the study</div>') + definitions(study))
            if st.button("Change a definition", key="change", width="stretch"):
                change_definition(study)
            put(Html('<button type="button" class="btn" data-link="here">Copy link to this view</button>'))
        with st.container(key="build"):
            _newer(study)
            put(Html('<div class="meta">{}</div>').format(_build(study)))


def _pairs(study: Study, rules: Chosen) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters(study, rules).items() for value in values]


def _filters(study: Study, *, enabled: bool) -> None:
    rest = "" if enabled else Html('<div class="rest">{}</div>').format(changes.FILTERS_REST)
    put(Html('<div class="sh">Filters</div>{}').format(rest))
    rules = chosen(study)
    for column in filter_columns(study):
        _select(study, column, rules, enabled=enabled)
    if rules and enabled:
        st.button(screen.CLEAR, key="clear", width="stretch", on_click=_write, args=(study, ()))


def _select(study: Study, column: str, rules: Chosen, *, enabled: bool) -> None:
    """Draw one filter: the values that the other filters leave, and those that are chosen."""
    own = next((rule for rule in rules if rule.column == column), None)
    others = tuple(rule for rule in rules if rule.column != column)
    left = {study.cells[key].get(column) for key in study.kept(others)} | set(own.values if own else ())
    names = study.names(column)
    options = [names[value] for value in study.options(column) if value in left]
    key = f"filter-{column}"
    # The address is what counts: it may have changed by Back, or by a link.
    st.session_state[key] = [names[value] for value in own.values] if own else []
    st.multiselect(
        labels.column(column),
        options,
        key=key,
        placeholder=f"All {len(options)}",
        disabled=not enabled,
        on_change=_changed,
        args=(study, column),
    )
    if own is not None and enabled:
        st.session_state[f"{key}{EXCLUDED}"] = own.excluded
        st.checkbox(screen.ALL_BUT, key=f"{key}{EXCLUDED}", on_change=_changed, args=(study, column))


def _changed(study: Study, column: str) -> None:
    """Write what a reader has chosen into the address."""
    key = f"filter-{column}"
    by_name = {text: value for value, text in study.names(column).items()}
    values = tuple(by_name[text] for text in st.session_state[key])
    rest = [rule for rule in chosen(study) if rule.column != column]
    if values:
        rest.append(Filter(column, values, bool(st.session_state.get(f"{key}{EXCLUDED}"))))
    _write(study, in_order(study, rest))


def _write(study: Study, rules: Chosen) -> None:
    known = {f"{name_of(column)}{end}" for column in filter_columns(study) for end in ("", EXCLUDED)}
    kept = {name: values for name, values in address().items() if name not in known}
    # All at once: each change of the address is a step that Back undoes.
    st.query_params.from_dict({**kept, **parameters(study, rules)})


def address() -> dict[str, list[str]]:
    """Return the parameters of the address."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def chosen(study: Study) -> Chosen:
    """Return the filters that are set."""
    return read_filters(study, address())[0]


def lost(study: Study) -> list[str]:
    """Return what the address asks for that the study does not have, in words; and that nothing fits all filters."""
    rules, problems = read_filters(study, address())
    if not problems and rules and not study.kept(rules):
        return [screen.empty_view(study.words(rules))]
    return problems


@st.fragment(run_every="30s")
def _newer(study: Study) -> None:
    """Offer a newer build; the page stays with its own."""
    newest = newest_run()
    if newest and newest != study.run.id:
        put(Html('<div class="newer">{}</div>').format(screen.newer(newest)))
        if st.button(screen.NEWEST, key="newest", width="stretch"):
            st.query_params[RUN] = newest
            st.rerun()


def _build(study: Study) -> Html:
    build, block = study.document["build"], study.document["reconciliation"]
    fingerprint = build["inputs"][0]["sha256"][:8] if build["inputs"] else ""
    tie = "amounts tie out" if block["ties_out"] else ""
    currencies = ", ".join(block["amount_in"])
    return Html(
        "Build {id}<br>Input {fingerprint}, version {software_version}<br>Every row accounted for,"
        "<br>{tie} in {currencies}"
    ).format(
        id=build["id"],
        fingerprint=fingerprint,
        software_version=build["software_version"],
        tie=tie,
        currencies=currencies,
    )
