"""Rank quantities per cell of any score, from counts: the shared core of the price and the change comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairness.stats.checks import LOG_NOISE, BoolArray, FloatArray, IntArray

MAX_EXACT = 2.0**62
"""Products and sums whose bound stays below this fit int64 with room to spare."""
_LARGEST_NARROW = 2**16 - 1


@dataclass(frozen=True, slots=True, eq=False)
class RankSums:
    """Mann-Whitney quantities of every cell.

    Attributes:
        n_tenured: Tenured customers, shape (n_cells,).
        n_new: New customers, shape (n_cells,).
        u: Pairs in which the tenured score is higher, equal pairs counting one half, shape (n_cells,).
        u_variance: Tie-corrected variance of ``u`` when labels are exchangeable, shape (n_cells,).
        is_constant: True where all scores of the cell are equal, shape (n_cells,); False for an empty cell.
    """

    n_tenured: IntArray
    n_new: IntArray
    u: FloatArray
    u_variance: FloatArray
    is_constant: BoolArray


def group_starts(sorted_group: IntArray) -> IntArray:
    """Return the index at which each run of equal values starts, shape (runs,)."""
    return key_starts(sorted_group)


def sorting(*keys: IntArray | FloatArray | BoolArray) -> IntArray | slice:
    """Return the index that sorts entries by the first key, those equal in it by the next, and so on.

    Where they are already in that order, it is the slice of all of them: once sorted, entries stay sorted in every part
    taken out of them, and code that needs an order finds it without sorting again.

    Example:
        >>> sorting(np.array([2, 1, 2]), np.array([0.5, 0.5, 0.1]))
        array([1, 2, 0])
        >>> sorting(np.array([1, 2, 2]), np.array([0.5, 0.1, 0.5]))
        slice(None, None, None)
    """
    return slice(None) if _is_sorted(keys) else np.lexsort([_narrow(key) for key in reversed(keys)])


def _is_sorted(keys: tuple[IntArray | FloatArray | BoolArray, ...]) -> bool:
    tied: BoolArray | None = None
    for key in keys:
        before, after = key[:-1], key[1:]
        falls, same = after < before, after == before
        if (falls if tied is None else falls & tied).any():
            return False
        tied = same if tied is None else same & tied
    return True


def _narrow(key: IntArray | FloatArray | BoolArray) -> NDArray[Any]:
    """Return a key that sorts the same: integers that fit 16 bits are sorted by their digits, without comparing."""
    if key.dtype != np.int64 or not key.size or key.min() < 0 or key.max() > _LARGEST_NARROW:
        return key
    return key.astype(np.uint16)


def numbered(*keys: IntArray | FloatArray | BoolArray) -> IntArray:
    """Return the number of each entry's combination of keys, from 0 in their order, shape (m,).

    Example:
        >>> numbered(np.array([2, 1, 2, 1]), np.array([0.5, 0.5, 0.5, 0.1]))
        array([2, 1, 2, 0])
    """
    order = sorting(*keys)
    changed = np.zeros(keys[0].size, dtype=np.bool_)
    for key in keys:
        in_order = key[order]
        changed[1:] |= in_order[1:] != in_order[:-1]
    numbers = np.empty(changed.size, dtype=np.int64)
    numbers[order] = np.cumsum(changed)
    return numbers


def key_starts(*sorted_keys: IntArray | FloatArray | BoolArray) -> IntArray:
    """Return the index at which each run of entries with equal keys starts, shape (runs,)."""
    changed = np.zeros(sorted_keys[0].shape[0], dtype=np.bool_)
    changed[:1] = True
    for key in sorted_keys:
        changed[1:] |= key[1:] != key[:-1]
    return changed.nonzero()[0].astype(np.int64, copy=False)


def group_sums(sorted_group: IntArray, values: FloatArray | IntArray, size: int) -> FloatArray:
    """Return the sum of ``values`` by group, shape (size,), 0 for a group without entries.

    ``np.add.reduceat`` sums pairwise: its error grows with the logarithm of the number of entries, unlike that of
    ``bincount``.
    """
    starts = group_starts(sorted_group)
    sums = np.zeros(size, dtype=np.float64)
    if starts.size:
        sums[sorted_group[starts]] = np.add.reduceat(values, starts)
    return sums


def count_sums(sorted_group: IntArray, values: IntArray, size: int) -> IntArray:
    """Return the exact integer sum of ``values`` by group, shape (size,)."""
    starts = group_starts(sorted_group)
    sums = np.zeros(size, dtype=np.int64)
    if starts.size:
        sums[sorted_group[starts]] = np.add.reduceat(values, starts)
    return sums


def exact_sums(values: IntArray, starts: IntArray) -> list[int]:
    """Return the sum of each run of entries that begins at ``starts``, as Python integers: nothing wraps.

    Example:
        >>> exact_sums(np.array([2**62, 2**62, 1]), np.array([0, 2]))
        [9223372036854775808, 1]
    """
    if not starts.size:
        return []
    if float(np.abs(values).max()) * values.shape[0] < MAX_EXACT:
        totals: list[int] = np.add.reduceat(values, starts).tolist()
        return totals
    return [int(part.sum()) for part in np.split(values.astype(object), starts[1:])]


def tie_starts(sorted_group: IntArray, sorted_score: FloatArray) -> IntArray:
    """Return where each run of tied scores starts; scores within rounding noise of their neighbour are tied."""
    changed = np.ones(sorted_group.shape[0], dtype=np.bool_)
    noise = LOG_NOISE * np.maximum(1.0, np.abs(sorted_score[1:]))
    changed[1:] = (sorted_group[1:] != sorted_group[:-1]) | (np.diff(sorted_score) > noise)
    return np.flatnonzero(changed).astype(np.int64)


def _rank_ties(sorted_cell: IntArray, sorted_score: FloatArray) -> IntArray:
    """Return where each run of tied scores of a cell starts: equal doubles, as in ranking the rows.

    In a cell whose scores differ by rounding noise alone, all are tied: 5.5/5 and 11.11/10.1 are the same ratio in
    decimals, and a price list that is a multiple of the reference must not be ranked by its last bits.
    """
    if not sorted_cell.size:
        return np.zeros(0, dtype=np.int64)
    starts = group_starts(sorted_cell)
    lowest, highest = sorted_score[starts], sorted_score[np.append(starts[1:], sorted_score.shape[0]) - 1]
    constant = highest - lowest <= LOG_NOISE * np.maximum(1.0, np.abs(highest))
    sizes = np.diff(np.append(starts, sorted_score.shape[0]))
    score = np.where(np.repeat(constant, sizes), np.repeat(lowest, sizes), sorted_score)
    changed = np.ones(sorted_cell.shape[0], dtype=np.bool_)
    changed[1:] = (sorted_cell[1:] != sorted_cell[:-1]) | (score[1:] != score[:-1])
    return np.flatnonzero(changed).astype(np.int64)


def mid_ranks(*, cell: IntArray, score: FloatArray, n: IntArray, n_cells: int) -> FloatArray:
    """Return the rank of each entry's score among the customers of its cell, ties sharing their mean, shape (m,).

    Args:
        cell: Cell of each entry, shape (m,), any order.
        score: Score to be ranked, shape (m,).
        n: Customers of each entry, shape (m,); an entry of 0 is ranked where it would tie and moves no other.
        n_cells: Number of cells.

    Example:
        >>> mid_ranks(cell=np.array([0, 0, 0]), score=np.array([2.0, 1.0, 2.0]), n=np.array([3, 4, 0]), n_cells=1)
        array([6. , 2.5, 6. ])
    """
    order = sorting(cell, score)
    starts = _rank_ties(cell[order], score[order])
    if not starts.size:
        return np.zeros(0)
    tied = np.add.reduceat(n[order], starts)
    tie_cell = cell[order][starts]
    totals = count_sums(tie_cell, tied, n_cells)
    earlier = np.cumsum(totals) - totals
    rank = np.cumsum(tied) - tied - earlier[tie_cell] + (tied + 1.0) / 2.0
    ranks = np.empty(cell.shape[0])
    ranks[order] = np.repeat(rank, np.diff(np.append(starts, cell.shape[0])))
    return ranks


def rank_sums(*, cell: IntArray, tenured: BoolArray, score: FloatArray, n: IntArray, n_cells: int) -> RankSums:
    """Return the Mann-Whitney statistic of the tenured arm and its null variance in every cell.

    U = sum over tenured of (new customers below + half of the new customers equal); its variance under exchangeable
    labels is n_T n_N / 12 * sum_g t_g (N - t_g)(N + t_g) / (N (N - 1)) over tie groups of size t_g, which is the usual
    tie correction written without cancellation: exactly 0 when all scores are equal. U above n_T n_N / 2 means that
    tenured customers pay more.

    Args:
        cell: Cell of each entry, shape (m,), any order.
        tenured: True for the tenured arm, shape (m,).
        score: Score to be ranked, shape (m,).
        n: Customers of each entry, shape (m,).
        n_cells: Number of cells.

    Returns:
        RankSums of arrays with shape (n_cells,).

    References:
        Lehmann, Nonparametrics: Statistical Methods Based on Ranks (1975), section 1.4.

    Example:
        >>> import numpy as np
        >>> sums = rank_sums(cell=np.array([0, 0]), tenured=np.array([True, False]), score=np.array([2.0, 1.0]),
        ...                  n=np.array([3, 4]), n_cells=1)
        >>> float(sums.u[0])
        12.0
    """
    order = sorting(cell, score)
    cell, score, n, tenured_n = cell[order], score[order], n[order], np.where(tenured, n, 0)[order]
    starts = _rank_ties(cell, score)
    if not starts.size:
        zero = np.zeros(n_cells, dtype=np.int64)
        return RankSums(zero, zero, zero.astype(np.float64), zero.astype(np.float64), zero.astype(np.bool_))
    tie_cell = cell[starts]
    tie_tenured, tie_all = np.add.reduceat(tenured_n, starts), np.add.reduceat(n, starts)
    tie_new = tie_all - tie_tenured
    total_tenured = count_sums(tie_cell, tie_tenured, n_cells)
    total_new = count_sums(tie_cell, tie_new, n_cells)
    # Twice the new customers below each tie group, in integers: the running total minus that of the earlier cells.
    earlier = np.cumsum(total_new) - total_new
    twice_below = 2 * (np.cumsum(tie_new) - tie_new - earlier[tie_cell]) + tie_new
    u = group_sums(tie_cell, tie_tenured.astype(np.float64) * twice_below / 2.0, n_cells)
    size = (total_tenured + total_new).astype(np.float64)
    spread = group_sums(tie_cell, tie_all * (size[tie_cell] - tie_all) * (size[tie_cell] + tie_all), n_cells)
    pairs = size * (size - 1.0)
    variance = total_tenured * total_new / 12.0 * np.divide(spread, pairs, out=np.zeros(n_cells), where=pairs > 0)
    n_ties = np.bincount(tie_cell, minlength=n_cells)
    return RankSums(total_tenured, total_new, u, variance, n_ties == 1)
