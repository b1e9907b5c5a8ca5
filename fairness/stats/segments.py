"""Parts of the book compared with each other: one lens value with another, and the worst of many segments.

Parts share tariffs, so their gaps move together: adding two variances hides real differences, and searching hundreds of
parts finds chance differences. Both work on the same table: money paid and offered, by segment and price decision.
Above 0, the part is worse off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import BoolArray, FloatArray, without_noise
from fairness.stats.clusters import ClusterVariance
from fairness.stats.distributions import normal_lower, normal_quantile, t_quantile, t_upper
from fairness.stats.log_ratio import LogRatio

LEAST_DECISIONS = 10
"""Effective price decisions that a segment needs in order to be searched."""
_LARGEST_SHARE = 0.5
# Draws held at once: 32 MB.
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSums:
    """Money of the segments by price decision: paid and at the comparator, shape (segments, decisions); row 0 the book.

    Attributes:
        price: Money paid by the tenured of the segment under the decision, major units, at least 0.
        comparator: The same at the comparator.
    """

    price: FloatArray
    comparator: FloatArray

    @property
    def log_ratio(self) -> FloatArray:
        """Log of paid over offered of each segment, shape (segments,)."""
        return np.asarray(np.log(self.price.sum(axis=1) / self.comparator.sum(axis=1)), dtype=np.float64)

    @property
    def g_eff(self) -> FloatArray:
        """Effective price decisions of each segment, shape (segments,)."""
        return np.asarray(self.comparator.sum(axis=1) ** 2 / (self.comparator**2).sum(axis=1), dtype=np.float64)

    def scores(self) -> FloatArray:
        """Linearised score of each segment's log ratio by decision, shape (segments, decisions)."""
        paid = self.price.sum(axis=1, keepdims=True)
        ratio = paid / self.comparator.sum(axis=1, keepdims=True)
        return np.asarray((self.price - ratio * self.comparator) / paid, dtype=np.float64)


def contrast(one: ArrayLike, other: ArrayLike, one_comparator: ArrayLike, other_comparator: ArrayLike) -> LogRatio:
    """Estimate how much worse off one part of the book is than another: log R_a - log R_b with their joint variance.

    The score of a decision is that of a less that of b, each over 1 - w with w the larger of its two money shares; t
    with the smaller G_eff - 1. ``estimate`` is (1 + gap_a) / (1 + gap_b) - 1, above 0 worse for a.

    Args:
        one: Money paid in a by price decision, at least 0, shape (decisions,).
        other: The same in b; decisions in the same order.
        one_comparator: Money of a at the comparator.
        other_comparator: The same for b.

    Returns:
        LogRatio; ``se`` is None where either part has a single decision, 0 where neither ratio varies.

    Raises:
        ValueError: Unequal lengths, a negative amount, or a part without money.

    References:
        Cameron and Miller, Journal of Human Resources 50 (2015) 317-372, for adding the scores of a cluster first.

    Example:
        >>> gap = contrast([11.0, 22.0], [10.0, 20.0], [10.0, 20.0], [10.0, 20.0])
        >>> round(gap.estimate, 6), gap.se
        (0.1, 0.0)
    """
    sums = _pair(one, other, one_comparator, other_comparator)
    log_a, log_b = sums.log_ratio.tolist()
    held = sums.comparator > 0
    if (held.sum(axis=1) < _TWO).any():
        return LogRatio(without_noise(log_a - log_b), None, None)
    share = (sums.comparator / sums.comparator.sum(axis=1, keepdims=True)).max(axis=0)
    score = sums.scores()
    variance = float((((score[0] - score[1]) / np.maximum(1.0 - share, np.finfo(np.float64).eps)) ** 2).sum())
    found = ClusterVariance(variance, float(sums.g_eff.min()))
    return LogRatio(without_noise(log_a - log_b), without_noise(math.sqrt(variance)), found.df)


_TWO = 2


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSearch:
    """Which segments are worse off than the book, with the family error controlled over all of them.

    Attributes:
        searched: Whether a segment was searched: ten effective decisions and less than half of the money, shape (s,).
        beyond_book: log R_s - log R of each segment; NaN where it was not searched.
        se: Its standard error.
        z: Normal equivalent of its t statistic.
        p_adjusted: (1 + draws whose largest z is at least this one) / (1 + draws).
        lower: Lower bound at the level of the search, simultaneous over all segments.
        estimate: For found segments, the midpoint of ``beyond_book`` and its conditional mean root: what is left once
            the search itself is allowed for; NaN for the others.
    """

    searched: BoolArray
    beyond_book: FloatArray
    se: FloatArray
    z: FloatArray
    p_adjusted: FloatArray
    lower: FloatArray
    estimate: FloatArray


def worst_segments(sums: SegmentSums, *, alpha: float, draws: int, seed: int) -> SegmentSearch:
    """Search segments for a gap beyond the book's, flipping one sign for each price decision.

    Scores psi_sg = (P_sg - R_s B_sg) / P_s - (P_g - R B_g) / P; under the null those with R_s = R are flipped together,
    one Rademacher sign per decision for all segments, restudentised, and the largest z is compared. Neither customers
    nor labels are permuted: that would take chance in regional tariffs for a find. Above 0, the segment is worse off
    than the book.

    Args:
        sums: Money by segment and decision, the book in row 0.
        alpha: Family error.
        draws: Sign flips, for example 999.
        seed: Seed of the generator.

    Returns:
        SegmentSearch of arrays over the segments without the book, shape (segments - 1,).

    Raises:
        ValueError: Fewer than one segment, or alpha outside (0, 1).

    References:
        Westfall and Young, Resampling-Based Multiple Testing (1993); Wu, Annals of Statistics 14 (1986) 1261-1295.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> offer = np.full((2, 40), 100.0); offer[1, 20:] = 0.0; offer[1] *= 0.4
        >>> paid = offer * rng.normal(1.0, 0.01, 40); paid[1] *= 1.1
        >>> found = worst_segments(SegmentSums(paid, offer), alpha=0.05, draws=199, seed=1)
        >>> bool(found.searched[0]), float(found.p_adjusted[0])
        (True, 0.005)
    """
    alpha, draws = checks.fraction("alpha", alpha), checks.at_least("draws", draws, 1)
    if sums.price.shape[0] < _TWO or sums.price.shape != sums.comparator.shape:
        raise ValueError(f"sums: shapes {sums.price.shape}, {sums.comparator.shape}; must be equal, the book first")
    book, size = sums.comparator[0].sum(), sums.price.shape[0] - 1
    held = sums.comparator[1:].sum(axis=1)
    known = held > 0
    searched = np.zeros(size, dtype=np.bool_)
    searched[known] = (_part(sums, known).g_eff[1:] >= LEAST_DECISIONS) & (held[known] < _LARGEST_SHARE * book)
    nothing = np.full(size, np.nan)
    if not searched.any():
        return SegmentSearch(searched, *(nothing.copy() for _ in range(6)))
    part = _part(sums, searched)
    beyond = part.log_ratio[1:] - part.log_ratio[0]
    scale = 1.0 / np.maximum(1.0 - _shares(part), np.finfo(np.float64).eps)
    score = part.scores()
    se = np.sqrt((((score[1:] - score[0]) * scale) ** 2).sum(axis=1))
    df = part.g_eff[1:] - 1.0
    z = _normal(beyond, se, df)
    largest = _largest_flipped(_null(part, scale, df), draws=draws, seed=seed)
    c = float(np.quantile(largest, 1.0 - alpha, method="higher"))
    p = (1.0 + (largest[None, :] >= z[:, None] - checks.LOG_NOISE).sum(axis=1)) / (1.0 + draws)
    # The root as a share of z: with few decisions z is far below t, and multiplying it by the error would shrink twice.
    roots = np.array([_conditional_root(value, c) / value if value > c else math.nan for value in z.tolist()])
    estimate = beyond * (1.0 + roots) / 2.0
    critical = np.array([t_quantile(normal_lower(c), freedom) for freedom in df.tolist()])
    filled = []
    for values in (beyond, se, z, p, beyond - critical * se, estimate):
        whole = nothing.copy()
        whole[searched] = values
        filled.append(whole)
    return SegmentSearch(searched, *filled)


def _pair(*amounts: ArrayLike) -> SegmentSums:
    arrays = [
        checks.finite(name, values)
        for name, values in zip(("one", "other", "one_comparator", "other_comparator"), amounts, strict=True)
    ]
    checks.same_length(one=arrays[0], other=arrays[1], one_comparator=arrays[2], other_comparator=arrays[3])
    if any((array < 0).any() or not array.sum() > 0 for array in arrays):
        raise ValueError("contrast: amounts must be at least 0, and each part must have money")
    return SegmentSums(np.stack(arrays[:2]), np.stack(arrays[2:]))


def _part(sums: SegmentSums, chosen: BoolArray) -> SegmentSums:
    rows = np.concatenate(([True], chosen))
    return SegmentSums(sums.price[rows], sums.comparator[rows])


def _shares(part: SegmentSums) -> FloatArray:
    """Return the larger of a decision's money shares in the segment and in the book, shape (segments, decisions)."""
    share = part.comparator / part.comparator.sum(axis=1, keepdims=True)
    return np.asarray(np.maximum(share[1:], share[0]), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Null:
    """Scores that segments and book would have at the book's ratio, with the money shares that re-estimating takes."""

    own: FloatArray
    book: FloatArray
    own_share: FloatArray
    book_share: FloatArray
    scale: FloatArray
    df: FloatArray


def _null(part: SegmentSums, scale: FloatArray, df: FloatArray) -> _Null:
    paid, offered = part.price[0].sum(), part.comparator[0].sum()
    ratio = paid / offered
    held = part.comparator[1:].sum(axis=1, keepdims=True)
    own = (part.price[1:] - ratio * part.comparator[1:]) / (ratio * held)
    book = (part.price[0] - ratio * part.comparator[0]) / paid
    return _Null(own, book, part.comparator[1:] / held, part.comparator[0] / offered, scale, df)


def _normal(beyond: FloatArray, se: FloatArray, df: FloatArray) -> FloatArray:
    """Return the normal equivalents of t statistics; 0 where nothing varies and nothing differs, else very large."""
    t = np.divide(
        beyond, se, out=np.where(np.abs(beyond) > checks.LOG_NOISE, np.copysign(1e6, beyond), 0.0), where=se > 0
    )
    return np.array([_z(value, freedom) for value, freedom in zip(t.tolist(), df.tolist(), strict=True)])


def _z(t: float, df: float) -> float:
    # The smallest tail that a double can hold keeps the order of statistics beyond it.
    return math.copysign(-normal_quantile(max(t_upper(abs(t), df), 1e-300)), t)


def _largest_flipped(null: _Null, *, draws: int, seed: int) -> FloatArray:
    """Return the largest z over the segments under each draw of signs, shape (draws,).

    A flipped sample has ratios of its own, T_s and T_b: its residuals are e psi - w_s T_s + w_b T_b, as re-estimating
    leaves them, and its variance the sum of their squares.
    """
    from scipy.special import ndtri, stdtr

    rng = np.random.default_rng(seed)
    score, weight = null.own - null.book, null.scale**2
    squares = (weight * score**2).sum(axis=1, keepdims=True)
    own_squares, book_squares, products = (
        (weight * values).sum(axis=1, keepdims=True)
        for values in (null.own_share**2, null.book_share**2, null.own_share * null.book_share)
    )
    own_cross, book_cross = weight * score * null.own_share, weight * score * null.book_share
    found = []
    step = max(1, _BLOCK // max(score.shape))
    for start in range(0, draws, step):
        signs = rng.integers(0, 2, size=(score.shape[1], min(step, draws - start))) * 2.0 - 1.0
        own, book = null.own @ signs, (null.book @ signs)[None, :]
        variance = squares + own_squares * own**2 + book_squares * book**2 - 2.0 * products * own * book
        variance += 2.0 * (book * (book_cross @ signs) - own * (own_cross @ signs))
        t = np.divide(own - book, np.sqrt(np.maximum(variance, 0.0)), out=np.zeros_like(own), where=variance > 0)
        z = -ndtri(np.maximum(stdtr(null.df[:, None], -t), 1e-300))
        found.append(z.max(axis=0))
    largest: FloatArray = np.concatenate(found).astype(np.float64)
    return largest


def _conditional_root(z: float, c: float) -> float:
    """Return theta at least 0 with z = theta + phi(c - theta) / Phi(theta - c): the mean, given a z above c."""
    from scipy.optimize import brentq
    from scipy.special import log_ndtr

    def excess(theta: float) -> float:
        log_density = -0.5 * (c - theta) ** 2 - 0.5 * math.log(2.0 * math.pi)
        return theta + math.exp(log_density - float(log_ndtr(theta - c))) - z

    return 0.0 if excess(0.0) >= 0 else float(brentq(excess, 0.0, z))
