"""Secondary suppression: what has to be withheld beside the unsafe, until no withheld number can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairness.disclosure.intervals import BoolArray, Component, FloatArray, Program, Relation, bounds, components

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One number per cell of the release: a count or an amount.

    Attributes:
        values: True values, not negative, shape (n,).
        unsafe: Cells that may not be shown for their own sake, shape (n,).
        width: Least width of the interval in which an attacker may place a withheld value, shape (n,).
        reach: How far above the true value that interval has to go, shape (n,); 0 for counts.
    """

    values: FloatArray
    unsafe: BoolArray
    width: FloatArray
    reach: FloatArray

    @classmethod
    def of_counts(cls, counts: npt.ArrayLike, min_cell: int) -> Measure:
        """Return the measure of counts: unsafe below ``min_cell``, to be known no closer than that."""
        values = np.asarray(counts, dtype=np.float64)
        return cls(values, values < min_cell, np.full(len(values), float(min_cell)), np.zeros(len(values)))

    @classmethod
    def of_amounts(cls, amounts: npt.ArrayLike, unsafe: npt.ArrayLike, reach: npt.ArrayLike) -> Measure:
        """Return the measure of amounts; an attacker's upper bound has to lie ``reach`` above the truth."""
        values = np.asarray(amounts, dtype=np.float64)
        return cls(
            values, np.asarray(unsafe, dtype=np.bool_), np.zeros(len(values)), np.asarray(reach, dtype=np.float64)
        )


def protect(
    measures: Sequence[Measure], relations: Sequence[Relation], *, masked: BoolArray | None = None
) -> BoolArray:
    """Return which cells are withheld: the unsafe, and as few others as a greedy search finds, the smallest first.

    A cell is shown or withheld in all measures together. The result holds against one who knows every shown number,
    every sum, and that nothing is negative: each withheld value stays as uncertain as its measure asks. Shown numbers
    are never changed.

    Args:
        measures: The numbers of each cell; the first decides which cell is cheapest to withhold.
        relations: How they add up; the same for all measures.
        masked: Cells that are withheld already.

    Raises:
        ValueError: Cells cannot be protected although everything that could be withheld is.

    Example:
        >>> total, *parts = 40, 25, 3, 12
        >>> counts = Measure.of_counts([total, *parts], 10)
        >>> protect([counts], [Relation(0, (1, 2, 3))]).tolist()
        [False, False, True, True]
    """
    n = len(measures[0].values)
    hidden = np.zeros(n, dtype=np.bool_) if masked is None else masked.copy()
    for measure in measures:
        hidden |= measure.unsafe
    sums_of: dict[int, list[Relation]] = {}
    for relation in relations:
        for cell in relation.members:
            sums_of.setdefault(cell, []).append(relation)
    done: set[tuple[int, ...]] = set()
    while True:
        added = _close_singles(measures[0], hidden, relations)
        if added:
            continue
        exposed: list[tuple[int, Component]] = []
        for component in components(hidden, relations):
            if component.cells in done:
                continue
            found = next((cell for measure in measures for cell in _exposed(measure, hidden, component)), None)
            if found is None:
                done.add(component.cells)
            else:
                exposed.append((found, component))
        if not exposed:
            return hidden
        for cell, component in exposed:
            _withhold_one(measures[0], hidden, [sums_of.get(cell, []), component.relations])


def _close_singles(measure: Measure, hidden: BoolArray, relations: Sequence[Relation]) -> bool:
    """Withhold a second number of every sum that has exactly one; return whether there was any."""
    found = False
    for relation in relations:
        members = relation.members
        if sum(bool(hidden[cell]) for cell in members) == 1:
            _withhold_one(measure, hidden, [[relation]])
            found = True
    return found


def _withhold_one(measure: Measure, hidden: BoolArray, choices: Sequence[Sequence[Relation]]) -> None:
    """Withhold the smallest shown number of the first group of sums that has one."""
    for relations in choices:
        shown = {cell for relation in relations for cell in relation.members if not hidden[cell]}
        if shown:
            # Of equals a part: a total is of use to more readers.
            totals = {relation.total for relation in relations}
            hidden[min(shown, key=lambda cell: (measure.values[cell], cell in totals, cell))] = True
            return
    raise ValueError("a withheld number cannot be protected: nothing is left that could be withheld with it")


def _exposed(measure: Measure, hidden: BoolArray, component: Component) -> list[int]:
    """Return the first cell of a component that is known too closely; empty where there is none."""
    if len(component.relations) < 2:
        found = bounds(measure.values, hidden, component, component.cells)
        return [cell for cell, low, high in found if not _is_wide(measure, cell, low, high)][:1]
    program = Program(measure.values, hidden, component)
    cells = np.array(component.cells)
    # Every solution is a table that fits what is shown: the values it gives to all cells count for all of them.
    low = measure.values[cells].copy()
    high = low.copy()
    for place, cell in enumerate(component.cells):
        for sign in (-1, 1):
            if _is_wide(measure, cell, float(low[place]), float(high[place])):
                break
            solution, value = program.extreme(cell, sign)
            if solution is not None:
                low, high = np.minimum(low, solution), np.maximum(high, solution)
            elif sign == -1:
                high[place] = value
        if not _is_wide(measure, cell, float(low[place]), float(high[place])):
            return [cell]
    return []


def _is_wide(measure: Measure, cell: int, low: float, high: float) -> bool:
    slack = _TOLERANCE * max(1.0, float(measure.values[cell]))
    wide = high - low >= measure.width[cell] - slack and high >= measure.values[cell] + measure.reach[cell] - slack
    # Whatever the rules ask, a withheld number is never known exactly; where it is nothing at all, there is no amount.
    known = high - low <= slack and (measure.width[cell] > 0 or measure.values[cell] > 0)
    return wide and not known
