"""The parts of the book that findings are made for: pooled, tenure bands, lens values; cells are taken from each.

Decisions D31 and D33.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fairness.analysis.counts import MIDDLE, NEW, TENURED, BoolArray, Counts
from fairness.analysis.marts import Marts
from fairness.findings.results import Level


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the book.

    Attributes:
        level: pooled or lens; cells are derived from the pooled scope.
        columns: Column values that define it; empty when pooled.
        lens: Position of the lens in ``Marts.lens_names``, or None.
        lens_value: Its value.
        band: Tenure band number, or None for the loyalty groups.
        label: Label of the band.
    """

    level: Level
    columns: tuple[tuple[str, str | None], ...] = ()
    lens: int | None = None
    lens_value: str | None = None
    band: int | None = None
    label: str | None = None

    @property
    def family(self) -> str:
        """Name of the set of tests that a finding in this scope is adjusted with."""
        if self.lens is not None:
            return f"lens:{self.columns[0][0]}"
        return "bands" if self.band is not None else "pooled"

    def within(self, marts: Marts, counts: Counts) -> BoolArray:
        """Return which rows lie in the scope's lens value, whatever their group."""
        if self.lens is None:
            return np.ones(len(counts), dtype=np.bool_)
        fits = np.array([values[self.lens] == self.lens_value for values in marts.lens_values], dtype=np.bool_)
        inside: BoolArray = fits[counts.lens]
        return inside

    def tenured(self, marts: Marts, counts: Counts, *, with_new: bool = False) -> BoolArray:
        """Return the rows of the compared arm: the tenured, or the band.

        Args:
            marts: The study.
            counts: The rows.
            with_new: Whether a band keeps its new customers; only where the comparator is not made from them.
        """
        inside = self.within(marts, counts)
        if self.band is None:
            chosen: BoolArray = inside & (counts.group == TENURED)
            return chosen
        groups = (TENURED, MIDDLE, NEW) if with_new else (TENURED, MIDDLE)
        banded: BoolArray = inside & (counts.band == self.band)
        banded &= np.logical_or.reduce([counts.group == group for group in groups])
        return banded

    def new(self, marts: Marts, counts: Counts) -> BoolArray:
        """Return the rows of new customers in the scope."""
        chosen: BoolArray = self.within(marts, counts) & (counts.group == NEW)
        return chosen


POOLED = Scope("pooled")


def scopes(marts: Marts) -> Iterator[Scope]:
    """Return pooled, each tenure band, then each value of each lens, in display order."""
    yield POOLED
    for number, label in enumerate(marts.bands, start=1):
        yield Scope("pooled", band=number, label=label)
    for position, name in enumerate(marts.lens_names):
        distinct = {values[position] for values in marts.lens_values}
        for value in sorted(distinct, key=natural):
            yield Scope("lens", ((name, value),), lens=position, lens_value=value)


@lru_cache(maxsize=4096)
def natural(value: str | None) -> tuple[int, tuple[tuple[int, float, str], ...]]:
    """Return a sort key that puts numbers in numeric order and the unknown last.

    Example:
        >>> sorted(["10-14", "15+", "0-4", "5-9"], key=natural)
        ['0-4', '5-9', '10-14', '15+']
        >>> sorted(["30-<40", "<30", "40+"], key=natural)
        ['<30', '30-<40', '40+']
    """
    if value is None:
        return 1, ()
    parts = re.split(r"(\d+(?:\.\d+)?)", value)
    # "<30" has no lower edge: it comes before every band that has one.
    below = value.startswith("<")
    numbers = tuple(
        (0, float("-inf") if below else float(part), "") if index % 2 else (1, 0.0, part.casefold())
        for index, part in enumerate(parts)
        if part and not (below and index == 0)
    )
    return 0, numbers


def cell_columns(marts: Marts) -> tuple[str, ...]:
    """Return the columns that name a cell: the configured ones, and as many others as tell the cells apart."""
    if not marts.cells:
        return ()
    base = ("product_id", "plan_id", "currency", "interval_unit", "interval_count")
    configured = tuple(name for name in marts.cells[0].values if name not in base)
    names: tuple[str, ...] = ()
    for name in (name for name in base if name in marts.cells[0].values):
        shown = {tuple(cell.values[column] for column in (*names, *configured)) for cell in marts.cells}
        varies = len({cell.values[name] for cell in marts.cells}) > 1
        if varies and (name == "product_id" or len(shown) < len(marts.cells)):
            names = (*names, name)
    return (*names, *configured) or ("product_id",)


@dataclass(frozen=True, slots=True)
class CellScope:
    """One cell as a finding names it: its index and its column values."""

    cell: int
    columns: tuple[tuple[str, str | None], ...]


def cell_scopes(marts: Marts) -> list[CellScope]:
    """Return the cells in the natural order of their values."""
    names = cell_columns(marts)
    found = [
        CellScope(index, tuple((name, cell.values[name]) for name in names)) for index, cell in enumerate(marts.cells)
    ]
    return sorted(found, key=lambda scope: [natural(value) for _, value in scope.columns])
