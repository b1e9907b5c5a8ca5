"""The rows' way to what resists outliers and checks the interval: Hodges-Lehmann, bootstrap, heterogeneity of cells.

Part of the rows' way to the findings (``rows_findings.py``). scipy has neither a stratified Hodges-Lehmann estimate
nor a stratified Rao-Wu bootstrap, so both stand here on whole arrays of customers: pairs are never formed, and every
replicate redraws all customers at once. Formulas: docs/method.md.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

REPLICATES = 199
SEED = 1
_STEPS = 45  # halvings: a range of log prices of 10 is narrowed to 3e-13
_NOISE = 1e-12  # of a sum of weights


def hodges_lehmann(
    tenured: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray], cells: np.ndarray, n_cells: int
) -> float:
    """Return exp - 1 of the weighted median of log p_T - log p_N over pairs of a cell, each weighing 1 / (N_c + 1).

    ``tenured`` and ``new`` are the cell and the log price of each customer, sorted by cell; ``cells`` are compared.
    """
    chosen = np.zeros(n_cells, dtype=bool)
    chosen[cells] = True
    (cell_t, log_t), (cell_n, log_n) = [(c[chosen[c]], p[chosen[c]]) for c, p in (tenured, new)]
    # Cells side by side on one line, further apart than any difference within one.
    reach = max(log_t.max(), log_n.max()) - min(log_t.min(), log_n.min()) + 1e-6
    keys_t, keys_n = np.sort(log_t + 4 * reach * cell_t), np.sort(log_n + 4 * reach * cell_n)
    first, last = np.searchsorted(cell_t, cell_n), np.searchsorted(cell_t, cell_n, side="right")
    size = np.bincount(cell_t, minlength=n_cells) + np.bincount(cell_n, minlength=n_cells)
    weight = 1 / (size[cell_n] + 1)
    half = (weight * (last - first)).sum() / 2

    def weight_up_to(shift: float) -> float:
        below = np.clip(np.searchsorted(keys_t, keys_n + shift, side="right"), first, last) - first
        return (weight * below).sum()

    def least_shift(target: float) -> float:
        """Return the least shift whose pairs reach the target."""
        low, high = -reach, reach
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if weight_up_to(middle) >= target else (middle, high)
        return high

    lower = least_shift(half * (1 - _NOISE))
    # A median between two pairs is their mean; which it is shows at the lower one.
    between = weight_up_to(lower) <= half * (1 + _NOISE)
    upper = least_shift(half * (1 + _NOISE)) if between else lower
    return float(np.expm1((lower + upper) / 2))


def bootstrap(
    tenured: tuple[np.ndarray, np.ndarray], new: tuple[np.ndarray, np.ndarray], cells: np.ndarray, n_cells: int
) -> tuple[float, float]:
    """Return the 95 % percentile interval of the standardised ratio, minus 1, from Rao-Wu replicates.

    ``tenured`` and ``new`` are the cell and the price of each customer, sorted by cell.
    """
    rng = np.random.default_rng(SEED)
    chosen = np.zeros(n_cells, dtype=bool)
    chosen[cells] = True
    arms = [(c[chosen[c]], p[chosen[c]]) for c, p in (tenured, new)]
    gaps = [_replicate(rng, arms, n_cells) for _ in range(REPLICATES)]
    return tuple(np.quantile(gaps, [0.025, 0.975]))


def _replicate(rng: np.random.Generator, arms: list[tuple[np.ndarray, np.ndarray]], n_cells: int) -> float:
    """Draw n - 1 customers of every cell and arm with replacement and return the gap of their means, by tenured mix."""
    means, sizes = [], []
    for cell, price in arms:
        size = np.bincount(cell, minlength=n_cells)
        there = np.flatnonzero(size)
        drawn = np.repeat(there, size[there] - 1)
        start = np.cumsum(size) - size
        picked = price[start[drawn] + (rng.random(drawn.size) * size[drawn]).astype(np.int64)]
        means.append(np.bincount(drawn, picked, n_cells)[there] / (size[there] - 1))
        sizes.append(size[there])
    return float((sizes[0] * means[0]).sum() / (sizes[0] * means[1]).sum() - 1)


def heterogeneity(log_ratio: np.ndarray, se: np.ndarray) -> dict[str, float]:
    """Return Q of the cell gaps and tau, the DerSimonian-Laird spread of the true ones."""
    weight = 1 / se**2
    q = (weight * (log_ratio - (weight * log_ratio).sum() / weight.sum()) ** 2).sum()
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return {"heterogeneity_q": q, "tau": np.sqrt(max(0.0, (q - log_ratio.size + 1) / scale))}


def equivalence_p(log_ratio: np.ndarray, se: np.ndarray, df: np.ndarray, margin: float) -> np.ndarray:
    """Return the larger p of the two one-sided tests against a gap of minus and plus the margin."""
    above = stats.t.sf((log_ratio - np.log1p(-margin)) / se, df)
    below = stats.t.cdf((log_ratio - np.log1p(margin)) / se, df)
    return np.maximum(above, below)
