"""Random tables with margins, hierarchies and links, and an attacker who solves them from their inner cells.

The attacker knows nothing of how the software writes sums down: the variables are the inner cells of each table, every
published number is a sum of them, and shown numbers are equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from fairness.disclosure.control import Measure, Relation, Rules, dominated, reach_of

KINDS = ("one way", "two way", "hierarchical", "linked", "study")
RULES = Rules()
N_BANDS = 2
"""Tenure bands in the release of a study."""


@dataclass(frozen=True)
class Published:
    """A release: its numbers, how they add up, and each as a sum of inner cells.

    Attributes:
        kind: One of KINDS.
        counts: True counts of the published numbers, shape (n,).
        amounts: True amounts.
        largest: The largest contributions of each amount.
        relations: How the numbers add up.
        sums: Which inner cells make up each number, shape (n, inner cells).
        inner: Counts of the inner cells.
    """

    kind: str
    counts: npt.NDArray[np.int64]
    amounts: npt.NDArray[np.float64]
    largest: list[list[float]]
    relations: list[Relation]
    sums: npt.NDArray[np.float64]
    inner: npt.NDArray[np.int64]

    def measures(self) -> tuple[Measure, Measure]:
        """Return the counts, and the amounts with what is unsafe about them."""
        unsafe = [dominated(each, total, RULES) for each, total in zip(self.largest, self.amounts, strict=True)]
        reach = [
            reach_of([total] if count < RULES.min_cell else each, total, RULES)
            for each, total, count in zip(self.largest, self.amounts, self.counts, strict=True)
        ]
        return Measure.of_counts(self.counts, RULES.min_cell), Measure.of_amounts(self.amounts, unsafe, reach)

    def split(self, rng: np.random.Generator) -> list[Measure]:
        """Return the counts of a study in two, above their offer and not: in most cells everybody is one of the two."""
        share = rng.choice([0.0, 1.0, 0.5], len(self.inner) // N_BANDS, p=(0.1, 0.8, 0.1)).repeat(N_BANDS)
        above = self.sums @ rng.binomial(self.inner, share)
        return [Measure.of_counts(counts, RULES.min_cell) for counts in (above, self.counts - above)]


class _Writer:
    """Collects the published numbers of tables with the customers behind each inner cell."""

    def __init__(self, inner: list[list[float]]) -> None:
        self.inner = inner
        self.rows: list[list[int]] = []
        self.relations: list[Relation] = []

    def add(self, cells: list[int]) -> int:
        self.rows.append(cells)
        return len(self.rows) - 1

    def relate(self, total: int, parts: list[int]) -> None:
        self.relations.append(Relation(total, tuple(parts)))

    def published(self, kind: str) -> Published:
        money = [sorted((x for cell in row for x in self.inner[cell]), reverse=True) for row in self.rows]
        sums = np.zeros((len(self.rows), len(self.inner)))
        for place, row in enumerate(self.rows):
            sums[place, row] = 1
        return Published(
            kind,
            np.array([len(each) for each in money]),
            np.array([sum(each) for each in money]),
            [each[:5] for each in money],
            self.relations,
            sums,
            np.array([len(each) for each in self.inner]),
        )


def random_table(rng: np.random.Generator, kind: str) -> Published:
    """Return a random release of that kind: many small cells, some empty, some with one large contributor."""
    if kind == "study":
        return _study(rng)
    n_rows, n_columns = (int(n) for n in rng.integers((3, 2), (7, 5)))
    if kind == "one way":
        n_columns = 1
    inner = [_customers(rng) for _ in range(n_rows * n_columns)]

    def at(row: int, column: int) -> int:
        return row * n_columns + column

    writer = _Writer(inner)
    cells = [[writer.add([at(r, c)]) for c in range(n_columns)] for r in range(n_rows)]
    whole = writer.add(list(range(len(inner))))
    if kind == "one way":
        writer.relate(whole, [row[0] for row in cells])
        return writer.published(kind)
    by_row = [writer.add([at(r, c) for c in range(n_columns)]) for r in range(n_rows)]
    by_column = [writer.add([at(r, c) for r in range(n_rows)]) for c in range(n_columns)]
    writer.relate(whole, by_row)
    writer.relate(whole, by_column)
    for r in range(n_rows):
        writer.relate(by_row[r], cells[r])
    for c in range(n_columns):
        writer.relate(by_column[c], [cells[r][c] for r in range(n_rows)])
    if kind == "hierarchical":
        half = n_rows // 2
        for rows in (range(half), range(half, n_rows)):
            group = writer.add([at(r, c) for r in rows for c in range(n_columns)])
            writer.relate(group, [by_row[r] for r in rows])
            parts = []
            for c in range(n_columns):
                parts.append(writer.add([at(r, c) for r in rows]))
                writer.relate(parts[-1], [cells[r][c] for r in rows])
            writer.relate(group, parts)
    return _linked(writer, rng, by_column, whole, n_columns) if kind == "linked" else writer.published(kind)


def _linked(writer: _Writer, rng: np.random.Generator, by_column: list[int], whole: int, n_columns: int) -> Published:
    """Add a second table of the same customers by other rows; it shares the totals of its columns with the first.

    What an attacker cannot see is how the rows of both tables meet: the second has inner cells of its own.
    """
    n_first, n_rows = len(writer.inner), int(rng.integers(2, 5))
    second: list[list[float]] = [[] for _ in range(n_rows * n_columns)]
    for column in range(n_columns):
        weights = rng.dirichlet(np.full(n_rows, 0.6))
        for cell in range(column, n_first, n_columns):
            for money in writer.inner[cell]:
                second[int(rng.choice(n_rows, p=weights)) * n_columns + column].append(money)
    writer.inner = writer.inner + second
    cells = [[writer.add([n_first + r * n_columns + c]) for c in range(n_columns)] for r in range(n_rows)]
    by_row = [writer.add([n_first + r * n_columns + c for c in range(n_columns)]) for r in range(n_rows)]
    writer.relate(whole, by_row)
    for r in range(n_rows):
        writer.relate(by_row[r], cells[r])
    for c in range(n_columns):
        writer.relate(by_column[c], [cells[r][c] for r in range(n_rows)])
    return writer.published("linked")


def _study(rng: np.random.Generator) -> Published:
    """Return a release in the shape of a study's: the whole, cells of three columns, a lens by each, and bands."""
    shape = (*(int(n) for n in rng.integers((2, 2, 2), (4, 4, 3))), N_BANDS)
    kinds = list(np.ndindex(shape))
    writer = _Writer([_customers(rng) for _ in kinds])
    whole = writer.add(list(range(len(kinds))))

    def add(columns: tuple[int, ...]) -> dict[tuple[int, ...], int]:
        values = np.ndindex(*(shape[column] for column in columns))
        inside = {
            value: [n for n, kind in enumerate(kinds) if tuple(kind[column] for column in columns) == value]
            for value in values
        }
        return {value: writer.add(customers) for value, customers in inside.items()}

    cells = add((0, 1, 2))
    writer.relate(whole, list(cells.values()))
    for column in range(4):
        by_value = add((column,))
        writer.relate(whole, list(by_value.values()))
        for (value,), number in by_value.items():
            if column < 3:
                writer.relate(number, [cell for place, cell in cells.items() if place[column] == value])
    return writer.published("study")


def _customers(rng: np.random.Generator) -> list[float]:
    """Return what each customer of an inner cell pays."""
    size = int(
        rng.choice([0, rng.integers(1, 10), rng.integers(10, 30), rng.integers(30, 200)], p=(0.1, 0.3, 0.3, 0.3))
    )
    money = np.round(rng.lognormal(3, 0.5, size), 2)
    if size and rng.random() < 0.1:
        money[0] *= 500
    return [float(x) for x in money]


def attack(
    published: Published, values: npt.NDArray[np.float64], masked: npt.NDArray[np.bool_], *, whole: bool = False
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the least and greatest value that each withheld number can have; the value itself where it is shown.

    Args:
        published: The release.
        values: True values of its numbers.
        masked: Which are withheld.
        whole: Whether the attacker uses that the numbers are whole; takes an integer program.
    """
    low, high = values.astype(float), values.astype(float)
    scale = 1.0 if whole else max(1.0, float(values.max()))
    shown = published.sums[~masked]
    equations: dict[str, object] = {"A_eq": shown, "b_eq": values[~masked] / scale} if len(shown) else {}
    if published.kind == "linked":
        # Both tables count the same customers: their column totals agree whether or not they are shown.
        links = _links(published)
        left = np.vstack([shown, links])
        right = np.concatenate([values[~masked] / scale, np.zeros(len(links))])
        equations = {"A_eq": left, "b_eq": right}
    for number in np.flatnonzero(masked):
        for sign, bound in ((1, low), (-1, high)):
            found = linprog(sign * published.sums[number], bounds=(0, None), integrality=int(whole), **equations)
            if found.status == 0:
                bound[number] = sign * found.fun * scale
            else:
                assert sign == -1, found.message
                bound[number] = np.inf
    return low, high


def _links(published: Published) -> npt.NDArray[np.float64]:
    """Return the equations that tie the second table to the first: a total is the sum of its parts in both."""
    rows = [
        published.sums[list(relation.parts)].sum(axis=0) - published.sums[relation.total]
        for relation in published.relations
    ]
    return np.array([row for row in rows if np.any(row)])
