"""The address of a view: page, build, filters and cell, as links write it and the dashboard reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from fairness.panels.view import Chosen, Filter, Study, View
from fairness.text import labels, screen

RUN, CELL, EXCLUDED = "run", "cell", "!"
"""Names in the address: the build, the open cell, and what ends the name of a filter that excludes."""
PAGE_NAMES = (
    "first",
    "second",
    "snapshot",
    "sql",
    "saved",
    "customer",
    "remedy",
    "above",
    "renewals",
    "months",
    "budget",
)
"""What single pages keep in the address."""
_RESERVED = frozenset((RUN, CELL, *PAGE_NAMES))


def name_of(column: str) -> str:
    """Return the name of a filter in the address, where a column may have the name of something else.

    Example:
        >>> name_of("region"), name_of("cell")
        ('region', 'cell_')
    """
    return f"{column}_" if column in _RESERVED else column


def filter_columns(study: Study) -> list[str]:
    """Return the cell columns to filter by: those with several values, however many."""
    return [name for name in study.columns if len(study.options(name)) > 1]


def read_filters(study: Study, address: Mapping[str, Sequence[str]]) -> tuple[Chosen, list[str]]:
    """Return the filters that an address sets, and what it asks for that the study does not have, in words.

    Args:
        study: The study.
        address: Values by parameter.
    """
    columns = filter_columns(study)
    known = {f"{name_of(column)}{end}": column for column in columns for end in ("", EXCLUDED)}
    chosen, lost = list[Filter](), list[str]()
    for name, texts in address.items():
        if name in _RESERVED:
            continue
        if name not in known:
            lost.append(screen.unknown_filter(name.removesuffix(EXCLUDED), [labels.column(item) for item in columns]))
            continue
        column = known[name]
        by_name = {text: value for value, text in study.names(column).items()}
        lost += [screen.unknown_value(column, text) for text in texts if text not in by_name]
        values = tuple(by_name[text] for text in dict.fromkeys(texts) if text in by_name)
        if values:
            chosen.append(Filter(column, values, name.endswith(EXCLUDED)))
    return in_order(study, chosen), lost


def in_order(study: Study, chosen: Iterable[Filter]) -> Chosen:
    """Return filters in the order of the study's columns, so that they are equal whatever the order in the address."""
    columns = list(study.columns)
    return tuple(sorted(chosen, key=lambda rule: (columns.index(rule.column), rule.excluded)))


def parameters(study: Study, chosen: Chosen, *, cell: str = "") -> dict[str, list[str]]:
    """Return the parameters of a view's address, by name; a filter with several values has one for each."""
    found = {RUN: [study.run.id]}
    for rule in chosen:
        names = study.names(rule.column)
        found[f"{name_of(rule.column)}{EXCLUDED if rule.excluded else ''}"] = [names[value] for value in rule.values]
    if cell:
        found[CELL] = [cell]
    return found


def page_link(page: str, view: View, *, cell: str = "") -> str:
    """Return the address of a page with the build and the filters of a view."""
    pairs = parameters(view.study, view.chosen, cell=cell).items()
    return f"{page}?" + "&".join(f"{quote(name)}={quote(value)}" for name, values in pairs for value in values)
