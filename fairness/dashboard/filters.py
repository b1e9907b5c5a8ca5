"""The sidebar: pages, filters with their values, what the study fixes, and the build.

A filter chooses cells and is part of the address. Whatever defines the numbers (who is tenured, the offer's reading,
the margin) is no filter: it is shown, and changing it is a new build.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

import streamlit as st

from fairness.dashboard.session import filters_fit, option_names, view_of
from fairness.panels.view import Chosen, Study
from fairness.text import changes, labels, numbers, sentences
from fairness.text.escape import html_text

MOST_OPTIONS = 60


def filter_columns(study: Study) -> list[str]:
    """Return the cell columns that can be filtered by."""
    return [name for name in study.columns if 1 < len(study.options(name)) <= MOST_OPTIONS]


def sidebar(study: Study, pages: Sequence[tuple[str, str]], here: str, *, filtered: bool) -> None:
    """Draw the sidebar; filters are read with :func:`chosen` afterwards.

    Args:
        study: The study.
        pages: Script and title of each page.
        here: Title of the page that is shown.
        filtered: The page follows the filters; elsewhere they keep their values and rest.
    """
    with st.sidebar:
        name = html_text(study.document["study"]["name"])
        st.html(f'<div class="brand"><i></i>Fairness</div><div class="study">{name}</div>')
        for path, title in pages:
            with st.container(key="here" if title == here else f"page-{title.lower()}"):
                st.page_link(path, label=title, query_params=_kept(study))
        columns = filter_columns(study)
        if columns:
            rest = "" if filtered else f'<div class="rest">{html_text(changes.FILTERS_REST)}</div>'
            st.html(f'<div class="sh">Filters</div>{rest}')
            for column in columns:
                _select(study, column, enabled=filtered)
        st.html('<div class="sh">Fixed by the study</div>' + _definitions(study))
        if st.button("Change a definition", key="change", width="stretch"):
            _change(study)
        st.html('<button type="button" class="btn" data-link="here">Copy link to this view</button>')
        with st.container(key="build"):
            st.html(f'<div class="meta">{_build(study)}</div>')


def _select(study: Study, column: str, *, enabled: bool) -> None:
    names = list(option_names(study, column).values())
    everything = f"All {len(names)}"
    options = [everything, *names]
    st.selectbox(labels.column(column), options, key=column, bind="query-params", disabled=not enabled)


def _kept(study: Study) -> dict[str, str]:
    """Return the filters as the address writes them, for links to other pages."""
    return {column: option_names(study, column)[value] for column, value in chosen(study)}


def chosen(study: Study) -> Chosen:
    """Return the filters that are set."""
    found = []
    for column in filter_columns(study):
        by_name = {name: value for value, name in option_names(study, column).items()}
        name = st.session_state.get(column)
        if name in by_name:
            found.append((column, by_name[name]))
    return tuple(found)


def in_words(study: Study) -> str:
    """Return the filters as the line above the headline."""
    return sentences.view_name(
        (labels.column(column), option_names(study, column)[value]) for column, value in chosen(study)
    )


def _definitions(study: Study) -> str:
    config, document = study.config, study.document
    items = [("As of", numbers.month(document["study"]["as_of"]))]
    head = document["headline"]
    items.append(("Against", labels.comparator_kind(head)))
    if head["comparator"] == "offer" and head["basis"] == "effective":
        items.append(("Over", f"{config.comparator.horizon_months} months"))
    items += [
        ("New", f"below {config.tenure.new_below_months} months"),
        ("Tenured", f"from {config.tenure.tenured_from_months} months"),
        ("Equal", f"within {config.inference.margin * 100:g} %"),
    ]
    lines = "".join(f"<span>{html_text(name)}</span><b>{html_text(text)}</b>" for name, text in items)
    return f'<div class="defs">{lines}</div>'


def _build(study: Study) -> str:
    build, block = study.document["build"], study.document["reconciliation"]
    fingerprint = build["inputs"][0]["sha256"][:8] if build["inputs"] else ""
    tie = "amounts tie out" if block["ties_out"] else ""
    currencies = ", ".join(block["amount_in"])
    return (
        f"Build {html_text(build['id'])}<br>Input {fingerprint}, version {html_text(build['software_version'])}<br>"
        f"Every row accounted for,<br>{tie} in {html_text(currencies)}"
    )


@st.dialog("Change a definition", width="large")
def _change(study: Study) -> None:
    """Offer a new build: the lines of the config that would change, and the command."""
    config = study.config
    st.write(
        "These settings define the numbers, so a change is a new build and not a filter. Choose what you want, put the "
        "lines into the config and run the command; the page shows the new build when you start it again."
    )
    left, right = st.columns(2)
    with left:
        new = st.number_input("New below (months)", 1, 600, config.tenure.new_below_months)
        tenured = st.number_input(
            "Tenured from (months)", int(new), 1200, max(int(new), config.tenure.tenured_from_months)
        )
        horizon = st.number_input("Horizon of the effective offer (months)", 1, 120, config.comparator.horizon_months)
    with right:
        margin = st.number_input("Equal within (%)", 0.1, 49.0, config.inference.margin * 100, step=0.5, format="%.1f")
        bases = ["headline", "effective", "standard"]
        basis = st.selectbox(
            "Reading of the offer", bases, bases.index(config.comparator.basis), format_func=labels.BASES.__getitem__
        )
        cell = st.multiselect(
            "Cell columns",
            sorted({*config.like_for_like.cell, *config.lenses.names}),
            list(config.like_for_like.cell),
            format_func=labels.column,
        )
    lines = config_lines(
        study,
        {
            "like_for_like": {"cell": list(cell)},
            "tenure": {"new_below_months": int(new), "tenured_from_months": int(tenured)},
            "comparator": {"basis": basis, "horizon_months": int(horizon)},
            "inference": {"margin": round(margin / 100, 4)},
        },
    )
    if not lines:
        st.write("Nothing changed yet.")
        return
    tomllib.loads(lines)
    st.code(lines, language="toml")
    st.code(f"fairness app {config.path.name}", language="bash")


def config_lines(study: Study, wanted: Mapping[str, Mapping[str, object]]) -> str:
    """Return the lines of the config that differ from the study's.

    Args:
        study: The study.
        wanted: Section to setting to its new value.
    """
    found = []
    for section, settings in wanted.items():
        now = getattr(study.config, section)
        changed = [
            f"{name} = {_toml(value)}" for name, value in settings.items() if _plain(getattr(now, name)) != value
        ]
        if changed:
            found.append("\n".join([f"[{section}]", *changed]))
    return "\n\n".join(found)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)


__all__ = ["chosen", "config_lines", "filter_columns", "filters_fit", "in_words", "sidebar", "view_of"]
