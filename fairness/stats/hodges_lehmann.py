"""The stratified Hodges-Lehmann gap: the shift of log prices at which the van Elteren test sees no difference.

Pairs are never formed: a cell of 100,000 against 100,000 customers has ten thousand million of them. Their weighted
distribution function is evaluated from sorted counts instead, and bisection narrows down its median until few pairs are
left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fairness.stats.checks import FloatArray, IntArray
from fairness.stats.scores import count_sums, group_starts, sorting
from fairness.stats.value_counts import CountTable

# Relative tolerance at which the weight below counts as one half: sums of the weights 1 / (N + 1) are not exact.
_WEIGHT_NOISE = 1e-12
# Pairs of entries that are listed one by one: as many as a few steps of the bisection would examine.
_LISTED = 50_000
# Rounding of a key in units of its own last place, with a margin: key, shift and their sum are each rounded.
_KEY_ROUNDINGS = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """Scores of all cells on one line: cells lie so far apart that no shift reaches from one into the next.

    Attributes:
        tenured: Sorted keys of the tenured entries, shape (a,).
        running: Tenured customers in the first i entries, shape (a + 1,).
        new: Sorted keys of the new entries, shape (b,).
        first: Position of the first tenured entry of each new entry's cell, shape (b,).
        last: Position after the last tenured entry of that cell, shape (b,).
        weight: Customers of each new entry over (N_c + 1) of its cell, shape (b,).
        reach: Largest possible absolute difference within a cell.
        noise: Largest rounding error of a comparison of keys.
    """

    tenured: FloatArray
    running: IntArray
    new: FloatArray
    first: IntArray
    last: IntArray
    weight: FloatArray
    reach: float
    noise: float

    def up_to(self, shift: float) -> IntArray:
        """Return for each new entry the position after its last pair whose difference is at most ``shift``."""
        return np.clip(np.searchsorted(self.tenured, self.new + shift, side="right"), self.first, self.last)

    def weight_to(self, position: IntArray) -> float:
        """Return the weight of all pairs before the positions."""
        return float((self.weight * (self.running[position] - self.running[self.first])).sum())

    def between(self, start: IntArray, end: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return difference and weight of every pair from ``start`` to before ``end``."""
        n_pairs = end - start
        new = np.repeat(np.arange(self.new.size), n_pairs)
        tenured = np.arange(new.size) - np.repeat(np.cumsum(n_pairs) - n_pairs, n_pairs) + start[new]
        customers = self.running[tenured + 1] - self.running[tenured]
        return self.tenured[tenured] - self.new[new], self.weight[new] * customers

    def next_above(self, shift: float) -> float:
        """Return the smallest difference of a pair above ``shift``, or ``shift`` when there is none."""
        after = np.searchsorted(self.tenured, self.new + (shift + self.noise), side="right")
        found = after < self.last
        differences = self.tenured[after[found]] - self.new[found]
        return float(differences.min()) if differences.size else shift


def hodges_lehmann(table: CountTable) -> float | None:
    """Return the typical gap of a tenured over a new customer of the same cell, robust against extreme prices.

    The weighted median of all differences log r_T - log r_N within cells, r = p/x, each pair weighing 1 / (N_c + 1):
    the shift that brings the van Elteren statistic to its null value. For one cell it is the median of all pairwise
    differences. Returned as exp(median) - 1; above 0, tenured customers pay more.

    Args:
        table: Value counts, restricted to the qualified cells; cells with one arm add nothing.

    Returns:
        The gap as a fraction, or None when no cell has both arms.

    References:
        Hodges and Lehmann, Annals of Mathematical Statistics 34 (1963) 598-611.

    Example:
        >>> table = CountTable(cell=[0, 0, 0], tenured=[True, True, False], price=[11.0, 30.0, 10.0],
        ...                    reference=[1.0] * 3, n=[9, 1, 10], n_cells=1)
        >>> round(hodges_lehmann(table), 9)
        0.1
    """
    keys = _keys(table.canonical())
    if keys is None:
        return None
    half = keys.weight_to(keys.last) / 2.0
    slack = half * _WEIGHT_NOISE
    lower = _least_shift(keys, half - slack)
    exactly_half = keys.weight_to(keys.up_to(lower + keys.noise)) <= half + slack
    upper = keys.next_above(lower) if exactly_half else lower
    median = (lower + upper) / 2.0
    return 0.0 if abs(median) <= keys.noise else math.expm1(median)


def _least_shift(keys: _Keys, target: float) -> float:
    """Return the smallest difference of a pair at which the weight of the pairs up to it reaches the target."""
    below, above = -keys.reach, keys.reach
    start, end = keys.first, keys.last
    while (end - start).sum() > _LISTED:
        middle = (below + above) / 2.0
        if above - below <= keys.noise:
            return middle
        position = keys.up_to(middle)
        if keys.weight_to(position) >= target:
            above, end = middle, position
        else:
            below, start = middle, position
    difference, weight = keys.between(start, end)
    order = np.argsort(difference, kind="stable")
    short = keys.weight_to(start) + np.cumsum(weight[order]) < target
    return float(difference[order[min(int(short.sum()), order.size - 1)]])


def _keys(table: CountTable) -> _Keys | None:
    """Return the scores of a table in canonical form; None where no cell has both arms."""
    size_t, size_n = (
        count_sums(table.cell, np.where(arm, table.n, 0), table.n_cells) for arm in (table.tenured, ~table.tenured)
    )
    paired = (size_t > 0) & (size_n > 0)
    if not paired.any():
        return None
    table = table.restrict(paired)
    # Scores are centred per cell, and cells are numbered without gaps: small keys keep their last digits.
    starts = group_starts(table.cell)
    cells = table.cell[starts]
    cell = np.repeat(np.arange(cells.size), np.diff(starts, append=table.cell.size))
    score = np.log(table.price / table.reference)
    low, high = np.minimum.reduceat(score, starts), np.maximum.reduceat(score, starts)
    reach = float((high - low).max()) + 1e-6
    key = score - ((low + high) / 2.0)[cell] + 4.0 * reach * cell
    order = sorting(cell, key)
    key, cell, n, is_tenured = key[order], cell[order], table.n[order], table.tenured[order]
    bounds = np.searchsorted(cell[is_tenured], np.arange(cells.size + 1))
    return _Keys(
        tenured=key[is_tenured],
        running=np.concatenate(([0], np.cumsum(n[is_tenured]))),
        new=key[~is_tenured],
        first=bounds[cell[~is_tenured]],
        last=bounds[cell[~is_tenured] + 1],
        weight=n[~is_tenured] / (size_t + size_n + 1.0)[cells][cell[~is_tenured]],
        reach=reach,
        noise=_KEY_ROUNDINGS * float(np.spacing(np.abs(key).max() + 2.0 * reach)),
    )
