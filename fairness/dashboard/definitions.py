"""What defines the numbers: shown in the sidebar, and changed only by a new build."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import streamlit as st

from fairness.panels.view import Study
from fairness.text import labels, numbers, screen
from fairness.text.escape import Html


def definitions(study: Study) -> Html:
    """Return the definitions that the numbers rest on: those that the run was built with."""
    config, document = study.config, study.document
    items = [("As of", numbers.month(document["study"]["as_of"]))]
    head = document.head
    items.append(("Against", labels.comparator_kind(head)))
    if head.comparator == "offer" and head.basis == "effective":
        items.append(("Over", f"{config.comparator.horizon_months} months"))
    items += [
        ("New", f"below {config.tenure.new_below_months} months"),
        ("Tenured", f"from {config.tenure.tenured_from_months} months"),
        ("Equal", f"within {config.inference.margin * 100:g} %"),
    ]
    lines = Html().join(Html("<span>{}</span><b>{}</b>").format(name, text) for name, text in items)
    return Html('<div class="defs">{}</div>').format(lines)


@st.dialog("Change a definition", width="large")
def change_definition(study: Study) -> None:
    """Offer a new build: the lines of the config that would change, and the command."""
    config = study.config
    st.write(screen.NO_FILTER)
    left, right = st.columns(2)
    with left:
        new = st.number_input("New below (months)", 1, 600, config.tenure.new_below_months)
        tenured = st.number_input(
            "Tenured from (months)", int(new), 1200, max(int(new), config.tenure.tenured_from_months)
        )
        horizon = st.number_input(screen.HORIZON, 1, 120, config.comparator.horizon_months)
    with right:
        margin = st.number_input("Equal within (%)", 0.1, 49.0, config.inference.margin * 100, step=0.5, format="%.1f")
        bases = ["headline", "effective", "standard"]
        basis = st.selectbox(
            screen.BASIS, bases, bases.index(config.comparator.basis), format_func=labels.BASES.__getitem__
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
    st.code(f"fairness build {config.path.name}", language="bash")


def config_lines(study: Study, wanted: Mapping[str, Mapping[str, object]]) -> str:
    """Return the lines of the config that differ from the study's.

    Args:
        study: The study.
        wanted: New values by section and setting.
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
