"""Value counts of prices and the per-cell sufficient statistics that every two-sample estimand shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairness.stats import checks
from fairness.stats.checks import BoolArray, FloatArray, IntArray
from fairness.stats.scores import count_sums, group_starts, group_sums, key_starts, rank_sums, sorting, tie_starts


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """One entry per (cell, arm, price, reference) with its number of customers; keys may repeat, in any order.

    Attributes:
        cell: Like-for-like cell, 0 to n_cells - 1, shape (m,).
        tenured: True for the tenured arm, False for the new arm, shape (m,).
        price: Price paid in major units, above 0, shape (m,).
        reference: What the price is measured against, above 0, shape (m,): 1.0 for like for like, expected cost for the
            cost gap, market price for the market gap.
        n: Customers with these values, above 0, shape (m,).
        n_cells: Number of cells, including cells without an entry.
        starts: In canonical form, position of the first entry of each cell and the end, shape (n_cells + 1,); else
            None.

    Raises:
        ValueError: An entry breaks one of these rules.

    Example:
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[20, 30], n_cells=1)
        >>> table.price.dtype
        dtype('float64')
    """

    cell: IntArray
    tenured: BoolArray
    price: FloatArray
    reference: FloatArray
    n: IntArray
    n_cells: int
    starts: IntArray | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Convert the arrays to their types and refuse values that break the rules."""
        cell, n_cells = checks.integers("cell", self.cell), checks.at_least("n_cells", self.n_cells, 0)
        if cell.size and (cell.min() < 0 or cell.max() >= n_cells):
            raise ValueError(f"cell spans {cell.min()} to {cell.max()}: must lie in 0 to n_cells - 1 = {n_cells - 1}")
        converted = {
            "cell": cell,
            "tenured": np.asarray(self.tenured, dtype=np.bool_),
            "price": checks.positive("price", self.price),
            "reference": checks.positive("reference", self.reference),
            "n": checks.counts("n", self.n),
        }
        checks.same_length(**converted)
        for name, array in converted.items():
            object.__setattr__(self, name, array)

    def canonical(self) -> CountTable:
        """Return the counts sorted by all keys, equal keys merged: in this form results repeat bit for bit."""
        if self.starts is not None:
            return self
        names = ("cell", "tenured", "price", "reference")
        order = sorting(*(getattr(self, name) for name in names))
        ordered = [getattr(self, name)[order] for name in names]
        first = key_starts(*ordered)
        columns = {name: column[first] for name, column in zip(names, ordered, strict=True)}
        columns["n"] = np.add.reduceat(self.n[order], first) if first.size else self.n
        return self._with(np.searchsorted(columns["cell"], np.arange(self.n_cells + 1)), columns)

    def restrict(self, cells: BoolArray) -> CountTable:
        """Return the entries of the chosen cells, cell numbers unchanged.

        Args:
            cells: True for the cells to keep, shape (n_cells,).
        """
        if cells.shape != (self.n_cells,):
            raise ValueError(f"cells has shape {cells.shape}: must be (n_cells,) = ({self.n_cells},)")
        chosen = cells.nonzero()[0]
        if self.starts is None or not chosen.size:
            return self._part(cells[self.cell].nonzero()[0], None)
        # In canonical form, a cell, or a run of cells, is one stretch of entries.
        first, last = self.starts[chosen[0]], self.starts[chosen[-1] + 1]
        stretch = self._part(slice(first, last), np.clip(self.starts, first, last) - first)
        if chosen.size == chosen[-1] - chosen[0] + 1:
            return stretch
        kept = cells[stretch.cell].nonzero()[0]
        return stretch._part(kept, np.searchsorted(stretch.cell[kept], np.arange(self.n_cells + 1)))

    def _part(self, index: IntArray | slice, starts: IntArray | None) -> CountTable:
        columns = ("cell", "tenured", "price", "reference", "n")
        return self._with(starts, {name: getattr(self, name)[index] for name in columns})

    def _with(self, starts: IntArray | None, columns: Mapping[str, NDArray[Any]]) -> CountTable:
        """Return a table of entries of this one: they already keep the rules and are not checked again."""
        made = object.__new__(CountTable)
        for name, value in {**columns, "n_cells": self.n_cells, "starts": starts}.items():
            object.__setattr__(made, name, value)
        return made


@dataclass(frozen=True, slots=True, eq=False)
class CellArms:
    """Sufficient statistics of both arms, one entry per cell; every array has shape (cells,).

    Ratios are price over reference. A statistic of an empty arm is NaN, its sums are 0.

    Attributes:
        cell: Cell number in the table it was summarised from.
        n_tenured: Tenured customers.
        n_new: New customers.
        price_tenured: Sum of prices of the tenured, major units.
        price_new: Sum of prices of the new, major units.
        reference_tenured: Sum of references of the tenured.
        reference_new: Sum of references of the new.
        s2_tenured: Sample variance (n - 1) of p - (P/X) x of the tenured, major units squared; NaN when n < 2,
            exactly 0 when all ratios of the arm are equal.
        s2_new: The same for the new.
        mean_log_tenured: Mean of log(p/x) of the tenured.
        mean_log_new: Mean of log(p/x) of the new.
        u: Mann-Whitney U of the tenured on p/x, equal pairs counting one half.
        u_variance: Tie-corrected variance of ``u`` under exchangeable labels.
        relative_range: (max - min) / mean of p/x over both arms; 0 when all are equal.
    """

    cell: IntArray
    n_tenured: IntArray
    n_new: IntArray
    price_tenured: FloatArray
    price_new: FloatArray
    reference_tenured: FloatArray
    reference_new: FloatArray
    s2_tenured: FloatArray
    s2_new: FloatArray
    mean_log_tenured: FloatArray
    mean_log_new: FloatArray
    u: FloatArray
    u_variance: FloatArray
    relative_range: FloatArray

    def select(self, index: BoolArray | IntArray) -> CellArms:
        """Return the chosen cells: a mask of shape (cells,) or an array of positions."""
        return CellArms(**{item.name: getattr(self, item.name)[index] for item in fields(self)})

    def qualified(self, *, min_per_group: int) -> BoolArray:
        """Return True for cells with at least ``min_per_group`` customers in both arms, shape (cells,)."""
        least = checks.at_least("min_per_group", min_per_group, 1)
        enough: BoolArray = (self.n_tenured >= least) & (self.n_new >= least)
        return enough

    def degenerate(self) -> BoolArray:
        """Return True for cells in which an arm has several customers and no variance, shape (cells,)."""
        without_variance: BoolArray = (self.s2_tenured == 0) | (self.s2_new == 0)
        return without_variance


def summarise(table: CountTable) -> CellArms:
    """Reduce value counts to the sufficient statistics of every cell, in one vectorised pass.

    The variance is two-pass: residuals p - (P/X) x are formed first, so that nothing cancels. Sums are pairwise, with a
    relative error below 1e-14 for any number of entries.

    Args:
        table: Value counts of all cells.

    Returns:
        CellArms with one entry for each of ``table.n_cells`` cells, in order.

    Example:
        >>> table = CountTable(cell=[0, 0, 0], tenured=[True, True, False], price=[9.0, 11.0, 10.0],
        ...                    reference=[1.0, 1.0, 1.0], n=[2, 2, 5], n_cells=1)
        >>> arms = summarise(table)
        >>> float(arms.price_tenured[0]), round(float(arms.s2_tenured[0]), 6), float(arms.u[0])
        (40.0, 1.333333, 10.0)
    """
    table = table.canonical()
    n_groups = 2 * table.n_cells
    group = 2 * table.cell + table.tenured
    ratio = table.price / table.reference
    score = np.log(ratio)
    n = count_sums(group, table.n, n_groups)
    price = group_sums(group, table.n * table.price, n_groups)
    reference = group_sums(group, table.n * table.reference, n_groups)
    s2 = _variances(table, group, n, price, reference)
    s2[_is_constant(group, score, n_groups) & (n > 1)] = 0.0
    mean_log = _divide(group_sums(group, table.n * score, n_groups), n)
    ranks = rank_sums(cell=table.cell, tenured=table.tenured, score=ratio, n=table.n, n_cells=table.n_cells)
    relative_range = relative_ranges(table.cell, ratio, table.n, table.n_cells)
    relative_range[ranks.is_constant] = 0.0
    new, tenured = slice(0, None, 2), slice(1, None, 2)
    return CellArms(
        cell=np.arange(table.n_cells),
        n_tenured=n[tenured],
        n_new=n[new],
        price_tenured=price[tenured],
        price_new=price[new],
        reference_tenured=reference[tenured],
        reference_new=reference[new],
        s2_tenured=s2[tenured],
        s2_new=s2[new],
        mean_log_tenured=mean_log[tenured],
        mean_log_new=mean_log[new],
        u=ranks.u,
        u_variance=ranks.u_variance,
        relative_range=relative_range,
    )


def relative_ranges(cell: IntArray, ratio: FloatArray, n: IntArray, n_cells: int) -> FloatArray:
    """Return (max - min) / mean of ``ratio`` by sorted cell, shape (n_cells,), NaN for a cell without entries."""
    starts = group_starts(cell)
    ranges = np.full(n_cells, np.nan)
    if starts.size:
        mean = _divide(group_sums(cell, n * ratio, n_cells), count_sums(cell, n, n_cells))[cell[starts]]
        ranges[cell[starts]] = (np.maximum.reduceat(ratio, starts) - np.minimum.reduceat(ratio, starts)) / mean
    return ranges


def _variances(table: CountTable, group: IntArray, n: IntArray, price: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the sample variance of p - (P/X) x by group; the second term removes the rounding left in the mean."""
    ratio = _divide(price, reference)
    residual = table.price - ratio[group] * table.reference
    total = group_sums(group, table.n * residual, n.shape[0])
    squares = group_sums(group, table.n * residual**2, n.shape[0])
    variances = np.full(n.shape[0], np.nan)
    np.divide(squares - total * _divide(total, n), n - 1, out=variances, where=n > 1)
    return variances


def _is_constant(group: IntArray, score: FloatArray, n_groups: int) -> BoolArray:
    """Return True for groups whose scores are all tied."""
    order = sorting(group, score)
    in_order = group[order]
    ties = in_order[tie_starts(in_order, score[order])]
    constant: BoolArray = np.bincount(ties, minlength=n_groups) == 1
    return constant


def _divide(numerator: FloatArray, denominator: FloatArray | IntArray) -> FloatArray:
    """Return the quotient, NaN where the denominator is 0."""
    quotient = np.full(numerator.shape[0], np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient
