"""Secondary suppression: what has to be withheld besides the unsafe, until no withheld number can be worked out.

Decision D66.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairness.disclosure.control.attacker import (
    BoolArray,
    Component,
    FloatArray,
    Program,
    Relation,
    bounds,
    components,
)

IntArray = npt.NDArray[np.int64]

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One number per cell of the release: a count or an amount.

    Attributes:
        values: True values, not negative, shape (n,).
        unsafe: Cells that may not be shown in their own right, shape (n,).
        width: Smallest width of the interval in which an attacker may place a withheld value, shape (n,).
        reach: How far above the true value that interval has to go, shape (n,); 0 for counts.
        whole: Whether the values are known to be whole.
    """

    values: FloatArray
    unsafe: BoolArray
    width: FloatArray
    reach: FloatArray
    whole: bool

    @classmethod
    def of_counts(cls, counts: npt.ArrayLike, min_cell: int) -> Measure:
        """Return the measure of counts: unsafe below ``min_cell``, to be known no closer than that."""
        values = np.asarray(counts, dtype=np.float64)
        return cls(values, values < min_cell, np.full(len(values), float(min_cell)), np.zeros(len(values)), True)

    @classmethod
    def of_amounts(cls, amounts: npt.ArrayLike, unsafe: npt.ArrayLike, reach: npt.ArrayLike) -> Measure:
        """Return the measure of amounts; an attacker's upper bound has to lie ``reach`` above the truth."""
        values = np.asarray(amounts, dtype=np.float64)
        return cls(
            values,
            np.asarray(unsafe, dtype=np.bool_),
            np.zeros(len(values)),
            np.asarray(reach, dtype=np.float64),
            False,
        )


def protect(
    measures: Sequence[Measure], relations: Sequence[Relation], *, masked: BoolArray | None = None
) -> BoolArray:
    """Return which cells are withheld: the unsafe, and as few others as a greedy search finds.

    Parts go before totals, and totals before the whole, which is part of no sum: a number that is the sum of all others
    is withheld only where it is unsafe itself or nothing else protects. Among equal ranks, the smallest goes first.

    A cell is shown or withheld in all measures together. The result holds against anyone who knows every shown number,
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

        The total goes where its only part is small, since what that leaves of it is known:

        >>> protect([Measure.of_counts([40, 3], 10)], [Relation(0, (1,))]).tolist()
        [True, True]
    """
    n = len(measures[0].values)
    hidden = np.zeros(n, dtype=np.bool_) if masked is None else masked.copy()
    for measure in measures:
        hidden |= measure.unsafe
    sums_of: dict[int, list[Relation]] = {}
    for relation in relations:
        for cell in relation.members:
            sums_of.setdefault(cell, []).append(relation)
    rank = _ranks(n, relations)
    done: set[tuple[int, ...]] = set()
    while True:
        added = _close_singles(measures[0], rank, hidden, relations)
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
            _withhold_one(measures[0], rank, hidden, [sums_of.get(cell, []), component.relations])


def _ranks(n: int, relations: Sequence[Relation]) -> IntArray:
    """Return for each number whether it is only a part (0), a subtotal (1) or the whole (2), shape (n,)."""
    totals = [relation.total for relation in relations if relation.total is not None]
    # The only part of a total is that total by another name: without it, the total could not be shown either.
    parts = [cell for relation in relations if len(relation.parts) > 1 for cell in relation.parts]
    rank: IntArray = np.full(n, 2, dtype=np.int64)
    rank[parts] = 0
    rank[totals] = np.maximum(rank[totals], 1)
    return rank


def _close_singles(measure: Measure, rank: IntArray, hidden: BoolArray, relations: Sequence[Relation]) -> bool:
    """Withhold a second number of every sum that has exactly one; return whether there were any."""
    found = False
    for relation in relations:
        if sum(bool(hidden[cell]) for cell in relation.members) == 1:
            _withhold_one(measure, rank, hidden, [[relation]])
            found = True
    return found


def _withhold_one(measure: Measure, rank: IntArray, hidden: BoolArray, choices: Sequence[Sequence[Relation]]) -> None:
    """Withhold a shown number of the lowest rank: the smallest in the first group of sums that has one."""
    shown = [
        (int(rank[cell]), nearness, float(measure.values[cell]), cell)
        for nearness, relations in enumerate(choices)
        for relation in relations
        for cell in relation.members
        if not hidden[cell]
    ]
    if not shown:
        raise ValueError("a withheld number cannot be protected: nothing is left that could be withheld with it")
    hidden[min(shown)[-1]] = True


def _exposed(measure: Measure, hidden: BoolArray, component: Component) -> list[int]:
    """Return the first cell of a component that is known too closely; empty where there is none."""
    if len(component.relations) < 2:
        found = bounds(measure.values, hidden, component, component.cells)
        return [cell for cell, low, high in found if not _is_wide(measure, cell, low, high)][:1]
    program = Program(measure.values, hidden, component)
    cells = np.array(component.cells)
    # Every solution is a table that fits what is shown, so the values it gives count for all cells.
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
    if measure.whole:
        # With three or more columns, the linear program may end between whole numbers, where there is no table.
        low, high = np.ceil(low - slack), np.floor(high + slack)
    wide = high - low >= measure.width[cell] - slack and high >= measure.values[cell] + measure.reach[cell] - slack
    # Whatever the rules ask, a withheld number is never known exactly; where it is 0, there is no amount.
    known = high - low <= slack and (measure.width[cell] > 0 or measure.values[cell] > 0)
    return wide and not known
