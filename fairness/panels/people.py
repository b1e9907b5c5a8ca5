"""How many people are behind several cells: someone who holds things in two of them is one customer."""

from __future__ import annotations

from collections.abc import Sequence

from fairness.findings.document import Finding
from fairness.findings.estimands import BY_NAME
from fairness.panels.queries import KEY_SEPARATOR, customers_of_cells_query
from fairness.panels.view import View, query


def compared(view: View, cells: Sequence[Finding]) -> int:
    """Return the distinct tenured customers compared in cells.

    Args:
        view: The view shown.
        cells: Findings of cells, each of which counts its own customers once.
    """
    counted = [cell for cell in cells if cell.n_tenured]
    n = sum(cell.n_tenured or 0 for cell in counted)
    if len(counted) < 2:
        return n
    chosen = _keys(view, counted)
    first = counted[0]
    known_by = BY_NAME[first.estimand].against(first.comparator).known_by
    rows = query(view.study.run, customers_of_cells_query(known_by))[1]
    return n - sum(
        int(n_alike) * max(0, len(chosen.intersection(str(keys).split(KEY_SEPARATOR))) - 1) for n_alike, keys in rows
    )


def _keys(view: View, cells: Sequence[Finding]) -> set[str]:
    """Return the keys of the cells that findings are about."""
    names = tuple(cells[0].scope)
    known: dict[tuple[str | None, ...], str] = {}
    for key, values in view.study.cells.items():
        known.setdefault(tuple(values.get(name) for name in names), key)
    return {known[tuple(cell.scope[name] for name in names)] for cell in cells}
