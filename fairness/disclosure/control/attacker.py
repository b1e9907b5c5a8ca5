"""The attacker: how closely withheld numbers can be known from the shown ones and how they add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
_GAVE_UP = "the linear program of the disclosure control failed: {}"


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum that an attacker knows: a total and its parts, as positions of numbers.

    A margin of a table, a level of a hierarchy, or a table that shares its total with another. What the parts leave of
    the total is taken as known to the attacker, which is the worst case.

    Attributes:
        total: Position of the total; None where the total is known anyway.
        parts: Positions of the parts.
    """

    total: int | None
    parts: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        """All positions, the total first."""
        return self.parts if self.total is None else (self.total, *self.parts)


@dataclass(frozen=True, slots=True)
class Component:
    """Withheld numbers that are connected.

    Attributes:
        cells: Their positions.
        relations: The sums that contain any of them.
    """

    cells: tuple[int, ...]
    relations: tuple[Relation, ...]


def components(masked: BoolArray, relations: Sequence[Relation]) -> list[Component]:
    """Return the withheld numbers in groups that no sum connects."""
    parent = {int(cell): int(cell) for cell in np.flatnonzero(masked)}

    def root(cell: int) -> int:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    touched = [(relation, [cell for cell in relation.members if masked[cell]]) for relation in relations]
    for _, cells in touched:
        for cell in cells[1:]:
            parent[root(cell)] = root(cells[0])
    groups: dict[int, list[int]] = {}
    for cell in parent:
        groups.setdefault(root(cell), []).append(cell)
    sums: dict[int, list[Relation]] = {}
    for relation, cells in touched:
        if cells:
            sums.setdefault(root(cells[0]), []).append(relation)
    return [Component(tuple(cells), tuple(sums.get(key, ()))) for key, cells in sorted(groups.items())]


def attainable(values: FloatArray, masked: BoolArray, relations: Sequence[Relation]) -> tuple[FloatArray, FloatArray]:
    """Return the smallest and largest value that each number can have for someone who sees the shown ones.

    Args:
        values: True values, not negative, shape (n,). The attacker knows that none is negative.
        masked: Which are withheld, shape (n,).
        relations: How they add up.

    Returns:
        Lower and upper bounds, shape (n,); both the value itself where it is shown, infinity where nothing bounds it.
        For counts, the bounds of margins of two-column tables are whole numbers.

    Example:
        >>> lower, upper = attainable(np.array([12.0, 4.0, 8.0]), np.array([False, True, True]), [Relation(0, (1, 2))])
        >>> lower.tolist(), upper.tolist()
        ([12.0, 0.0, 0.0], [12.0, 12.0, 12.0])
    """
    lower, upper = values.astype(np.float64), values.astype(np.float64)
    for component in components(masked, relations):
        for cell, low, high in bounds(values, masked, component, component.cells):
            lower[cell], upper[cell] = low, high
    return lower, upper


def bounds(
    values: FloatArray, masked: BoolArray, component: Component, cells: Iterable[int]
) -> list[tuple[int, float, float]]:
    """Return (cell, smallest, largest) for some cells of a component."""
    if not component.relations:
        return [(cell, 0.0, np.inf) for cell in cells]
    if len(component.relations) == 1:
        return [_of_one_sum(values, masked, component.relations[0], cell) for cell in cells]
    program = Program(values, masked, component)
    return [(cell, program.extreme(cell, 1)[1], program.extreme(cell, -1)[1]) for cell in cells]


def _of_one_sum(values: FloatArray, masked: BoolArray, relation: Relation, cell: int) -> tuple[int, float, float]:
    parts = [part for part in relation.parts if masked[part]]
    hidden_total = relation.total is not None and masked[relation.total]
    if len(parts) + hidden_total == 1:
        return cell, float(values[cell]), float(values[cell])
    together = float(values[parts].sum())
    if not hidden_total:
        return cell, 0.0, together
    if cell == relation.total:
        return cell, float(values[cell]) - together, np.inf
    # The total covers at least nothing: a shown remainder larger than the total cannot occur with parts >= 0.
    return cell, 0.0, np.inf


class Program:
    """The linear program of one component: every sum an equation, every number at least 0.

    Args:
        values: True values of all numbers.
        masked: Which are withheld.
        component: The withheld ones to bound.
    """

    def __init__(self, values: FloatArray, masked: BoolArray, component: Component) -> None:
        from scipy.sparse import csr_matrix

        # Whether nothing bounds one of them, as far as was tried: it is then worth trying all of them at once.
        self._is_open = False
        self._place = {cell: place for place, cell in enumerate(component.cells)}
        entries: list[tuple[int, int, float]] = []
        for row, relation in enumerate(component.relations):
            if relation.total is not None and masked[relation.total]:
                entries.append((row, self._place[relation.total], -1.0))
            entries += [(row, self._place[part], 1.0) for part in relation.parts if masked[part]]
        rows, columns, signs = (np.array(column) for column in zip(*entries, strict=True))
        shape = (len(component.relations), len(component.cells))
        self._matrix = csr_matrix((signs, (rows, columns)), shape=shape)
        # Scaled to 1, so that the solver's absolute tolerance means the same for counts and for money.
        self._scale = max(1.0, float(values[list(component.cells)].max()))
        self._right = self._matrix @ (values[list(component.cells)] / self._scale)

    def extreme(self, cell: int, sign: int) -> tuple[FloatArray | None, float]:
        """Return the solution that makes a cell smallest (sign 1) or largest (-1), and the cell's value in it.

        Where nothing bounds the cell: None and infinity.

        Raises:
            ArithmeticError: The solver gave up.
        """
        from scipy.optimize import linprog

        place = self._place[cell]
        if sign == -1 and self._is_open and self._unbounded[place]:
            return None, np.inf
        cost = np.zeros(len(self._place))
        cost[place] = sign
        found = linprog(cost, A_eq=self._matrix, b_eq=self._right, bounds=(0, None), method="highs")
        if found.status in (3, 4) and sign == -1 and self._unbounded[place]:
            self._is_open = True
            return None, np.inf
        if found.status != 0:
            raise ArithmeticError(_GAVE_UP.format(found.message))
        solution = np.asarray(found.x, dtype=np.float64) * self._scale
        return solution, float(solution[place])

    @cached_property
    def _unbounded(self) -> BoolArray:
        """Which cells can grow without bound, shape (n,): those of a direction in which every sum stays the same.

        Directions add up and can be stretched: one holds all such cells at 1 or more, and has the largest sum of all
        when each cell counts up to 1.
        """
        from scipy.optimize import linprog
        from scipy.sparse import csr_matrix, eye_array, hstack

        rows, n = self._matrix.shape
        unit = eye_array(n)
        # The direction first, then the part of it that counts: at most the direction, at most 1.
        found = linprog(
            np.concatenate([np.zeros(n), -np.ones(n)]),
            A_eq=hstack([self._matrix, csr_matrix((rows, n))]),
            b_eq=np.zeros(rows),
            A_ub=hstack([-unit, unit]),
            b_ub=np.zeros(n),
            bounds=[(0, None)] * n + [(0, 1)] * n,
            method="highs",
        )
        if found.status != 0:
            raise ArithmeticError(_GAVE_UP.format(found.message))
        counted: FloatArray = found.x[n:]
        return counted > 0.5
