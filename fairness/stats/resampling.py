"""Resampling checks of the standardised ratio: the Rao-Wu bootstrap and the permutation of labels within cells.

Both draw counts, not customers: a multinomial or hypergeometric draw over the distinct values of a cell is the same as
drawing its customers. Entries are put in canonical order first and every draw comes from seeded generators, so a seed
gives the same result for any order of the input and any number of threads. Cells are fixed; prices within a cell are
exchangeable draws.

Decision D37.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fairness.stats.checks import FloatArray, IntArray, at_least, fraction, not_empty
from fairness.stats.scores import group_starts, key_starts, sorting
from fairness.stats.value_counts import CountTable

# Distinct relabellings, over all cells together, up to which the permutation distribution is enumerated.
_ENUMERATED = 20_000
# Log ratios this close are ties of one statistic, summed in a different order.
_TIE = 1e-12
# Drawn counts held at once: 32 MB.
_BLOCK = 4_000_000


def rao_wu_interval(table: CountTable, *, confidence_level: float, replicates: int, seed: int) -> tuple[float, float]:
    """Return the bootstrap percentile interval of R - 1: a check of the printed interval, not a replacement.

    In each cell and arm, n - 1 customers are drawn with replacement and weigh n / (n - 1), which makes the bootstrap
    variance equal to the unbiased one even in small cells; R is recomputed from the weighted sums. An interval above 0
    says that tenured customers pay more.

    Args:
        table: Value counts, restricted to the qualified cells: at least two customers in both arms of each.
        confidence_level: Level of the interval, for example 0.95.
        replicates: Number of bootstrap replicates.
        seed: Seed of the generator.

    Returns:
        Lower and upper bound, fractions.

    Raises:
        ValueError: No entry, or a cell and arm with fewer than two customers.

    References:
        Rao and Wu, Journal of the American Statistical Association 83 (1988) 231-241.

    Example:
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[5, 5], n_cells=1)
        >>> [round(bound, 6) for bound in rao_wu_interval(table, confidence_level=0.95, replicates=50, seed=1)]
        [0.1, 0.1]
    """
    level = fraction("confidence_level", confidence_level)
    replicates = at_least("replicates", replicates, 1)
    cells = list(_cells(table))
    # Each cell has its own generator: the draws are the same however many threads share the cells.
    streams = np.random.SeedSequence(seed).spawn(len(cells))

    def drawn(cell: _Cell, stream: np.random.SeedSequence) -> tuple[FloatArray, FloatArray]:
        rng = np.random.default_rng(stream)
        paid, cost = _bootstrap_sums(rng, cell, cell.n_tenured, replicates)
        new_paid, new_cost = _bootstrap_sums(rng, cell, cell.n - cell.n_tenured, replicates)
        return paid, cost * new_paid / new_cost

    numerator, denominator = np.zeros(replicates), np.zeros(replicates)
    with ThreadPoolExecutor(thread_name_prefix="bootstrap") as pool:
        for paid, at_new in pool.map(drawn, cells, streams):
            numerator += paid
            denominator += at_new
    gaps = np.expm1(np.log(numerator / denominator))
    lower, upper = np.quantile(gaps, [0.5 - level / 2.0, 0.5 + level / 2.0])
    return float(lower), float(upper)


def permutation_p_value(table: CountTable, *, replicates: int, seed: int) -> tuple[float, bool]:
    """Test equal prices by permuting the labels within cells: exact for any distribution, zero variance included.

    The statistic is |log R| of the standardised ratio; p is the probability that labels permuted within cells, arm
    sizes kept, give one at least as large. All distinct relabellings are enumerated with their hypergeometric
    probabilities when there are at most 20,000; otherwise p = (1 + b) / (1 + replicates) with b extreme draws.
    A two-sided p-value: it has no sign.

    Args:
        table: Value counts, restricted to the qualified cells: customers in both arms of each.
        replicates: Draws when the distribution is not enumerated.
        seed: Seed of the generator, unused when enumerated.

    Returns:
        The p-value and whether it is exact.

    Raises:
        ValueError: No entry, or a cell with an empty arm.

    References:
        Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010) article 39.

    Example:
        >>> table = CountTable(cell=[0, 0], tenured=[True, False], price=[11.0, 10.0], reference=[1.0, 1.0],
        ...                    n=[3, 3], n_cells=1)
        >>> p, is_exact = permutation_p_value(table, replicates=999, seed=1)
        >>> round(p, 6), is_exact
        (0.1, True)
    """
    replicates = at_least("replicates", replicates, 1)
    cells = list(_cells(table))
    paid = sum(float(cell.n_tenured @ cell.price) for cell in cells)
    at_new = sum(float(_sums(cell, cell.n_tenured[None, :])[1][0]) for cell in cells)
    least = abs(math.log(paid / at_new)) - _TIE
    if _is_enumerable(cells):
        numerator, denominator, probability = _all_relabellings(cells)
        extreme = np.abs(np.log(numerator / denominator)) >= least
        return min(1.0, float(probability[extreme].sum())), True
    numerator, denominator = _drawn_relabellings(cells, replicates, np.random.default_rng(seed))
    extreme = np.abs(np.log(numerator / denominator)) >= least
    return (1 + int(extreme.sum())) / (1 + replicates), False


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """The distinct values of one cell, both arms merged.

    Attributes:
        price: Distinct (price, reference) pairs: the price, shape (k,).
        reference: The reference, shape (k,).
        n: Customers of both arms with that pair, shape (k,).
        n_tenured: Tenured customers among them, shape (k,).
    """

    price: FloatArray
    reference: FloatArray
    n: IntArray
    n_tenured: IntArray


def _cells(table: CountTable) -> Iterator[_Cell]:
    """Yield the cells that have an entry, each with its distinct values in order."""
    not_empty("table", table.cell)
    table = table.canonical()
    for first, last in pairwise((*group_starts(table.cell).tolist(), table.cell.size)):
        arms = slice(first, last)
        order = sorting(table.price[arms], table.reference[arms])
        price, reference, n = table.price[arms][order], table.reference[arms][order], table.n[arms][order]
        values = key_starts(price, reference)
        n_tenured = np.add.reduceat(np.where(table.tenured[arms][order], n, 0), values)
        n = np.add.reduceat(n, values)
        if not 0 < n_tenured.sum() < n.sum():
            raise ValueError(f"table: cell {table.cell[first]} has an empty arm; must have customers in both")
        yield _Cell(price[values], reference[values], n, n_tenured)


def _blocks(replicates: int, n_values: int) -> Iterator[slice]:
    """Yield slices of the replicates whose drawn counts fit in one block."""
    step = max(1, _BLOCK // n_values)
    for start in range(0, replicates, step):
        yield slice(start, min(start + step, replicates))


def _bootstrap_sums(
    rng: np.random.Generator, cell: _Cell, n: IntArray, replicates: int
) -> tuple[FloatArray, FloatArray]:
    """Return the rescaled bootstrap sums of price and reference of one arm, each of shape (replicates,)."""
    held = n > 0
    n, price, reference = n[held], cell.price[held], cell.reference[held]
    size = int(n.sum())
    if size < 2:
        raise ValueError(f"table: an arm of a cell has {size} customer; must have at least 2 to be resampled")
    if n.size == 1:
        return np.full(replicates, size * price[0]), np.full(replicates, size * reference[0])
    paid, cost = np.empty(replicates), np.empty(replicates)
    for block in _blocks(replicates, n.size):
        drawn = rng.multinomial(size - 1, n / size, size=block.stop - block.start).T.astype(np.float64, order="C")
        # Value by value: a fixed order of summation, which a threaded matrix product need not keep.
        paid[block] = (drawn * price[:, None]).sum(axis=0)
        # Like for like, the reference is 1 and its sum is the number drawn.
        cost[block] = size - 1 if (reference == 1.0).all() else (drawn * reference[:, None]).sum(axis=0)
    scale = size / (size - 1)
    return paid * scale, cost * scale


def _sums(cell: _Cell, tenured: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return P_T and X_T P_N / X_N of one cell for each relabelling; ``tenured`` has shape (relabellings, k)."""
    new = cell.n - tenured
    price_t, price_n = np.einsum("rk,k->r", tenured, cell.price), np.einsum("rk,k->r", new, cell.price)
    reference_t = np.einsum("rk,k->r", tenured, cell.reference)
    reference_n = np.einsum("rk,k->r", new, cell.reference)
    return price_t, reference_t * price_n / reference_n


def _is_enumerable(cells: list[_Cell]) -> bool:
    total = 1
    for cell in cells:
        total *= _count_relabellings(cell)
        if total > _ENUMERATED:
            return False
    return True


def _count_relabellings(cell: _Cell) -> int:
    """Return the number of distinct tenured counts of a cell, or anything above the limit once it is passed.

    These numbers rise towards half of the customers and fall symmetrically, so the number for 2 tenured customers, at
    least k (k - 1) / 2 for k values, is a lower bound for every size but 1: many values are settled without counting.
    """
    k, size = cell.n.size, int(cell.n_tenured.sum())
    size = min(size, int(cell.n.sum()) - size)
    if size == 1:
        return k
    if k * (k - 1) // 2 > _ENUMERATED:
        return _ENUMERATED + 1
    ways = np.zeros(size + 1, dtype=np.int64)
    ways[0] = 1
    for count in cell.n:
        running = np.cumsum(ways)
        ways = running.copy()
        ways[count + 1 :] -= running[: max(0, size - count)]
        # A further value never lowers a number, and the final ones rise up to ``size``: any of them is a lower bound.
        if ways.max() > _ENUMERATED:
            return _ENUMERATED + 1
    return int(ways[size])


def _all_relabellings(cells: list[_Cell]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return sum P_T, sum X_T P_N / X_N and the probability of every combination of relabellings over cells."""
    numerator, denominator, probability = np.zeros(1), np.zeros(1), np.ones(1)
    for cell in cells:
        tenured = _relabellings(cell)
        paid, at_new = _sums(cell, tenured)
        numerator = np.add.outer(numerator, paid).ravel()
        denominator = np.add.outer(denominator, at_new).ravel()
        probability = np.multiply.outer(probability, _probabilities(cell, tenured)).ravel()
    return numerator, denominator, probability


def _relabellings(cell: _Cell) -> IntArray:
    """Return every way to distribute the tenured customers over the values, shape (relabellings, k)."""
    rows, left = np.zeros((1, 0), dtype=np.int64), np.array([cell.n_tenured.sum()])
    capacity_after = cell.n.sum() - np.cumsum(cell.n)
    for count, after in zip(cell.n, capacity_after, strict=True):
        low, high = np.maximum(0, left - after), np.minimum(count, left)
        choices = high - low + 1
        index = np.repeat(np.arange(left.size), choices)
        step = np.arange(index.size) - np.repeat(np.cumsum(choices) - choices, choices)
        taken = low[index] + step
        rows, left = np.column_stack((rows[index], taken)), left[index] - taken
    return rows


def _probabilities(cell: _Cell, tenured: IntArray) -> FloatArray:
    """Return the multivariate hypergeometric probability of each relabelling, shape (relabellings,)."""
    from scipy.special import gammaln

    ways = gammaln(cell.n + 1.0) - gammaln(tenured + 1.0) - gammaln(cell.n - tenured + 1.0)
    log_probability = ways.sum(axis=1)
    # Normalised by its own sum rather than by the binomial of the totals: the rounding of large logarithms cancels.
    probability = np.exp(log_probability - log_probability.max())
    normalised: FloatArray = probability / probability.sum()
    return normalised


def _drawn_relabellings(cells: list[_Cell], replicates: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return sum P_T and sum X_T P_N / X_N of random relabellings, each of shape (replicates,)."""
    numerator, denominator = np.zeros(replicates), np.zeros(replicates)
    for cell in cells:
        size = int(cell.n_tenured.sum())
        # Shuffling the customers is cheaper than one hypergeometric draw per value when few customers share a value.
        shuffle = int(cell.n.sum()) < 8 * cell.n.size
        for block in _blocks(replicates, cell.n.size):
            drawn = rng.multivariate_hypergeometric(
                cell.n, size, size=block.stop - block.start, method="count" if shuffle else "marginals"
            )
            paid, at_new = _sums(cell, drawn)
            numerator[block] += paid
            denominator[block] += at_new
    return numerator, denominator
