"""How large a difference that nobody recorded would have to be to explain the gap away.

Like for like: Lambda bounds the odds ratio by which a hidden trait shifts who is tenured within a cell; the smallest
Lambda that brings the gap to 0 is compared with what recorded controls do. Against offers: the quality, in money, that
would have to lie between what the tenured have and what is offered. Neither is a test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from fairness.stats import checks
from fairness.stats.checks import FloatArray, IntArray
from fairness.stats.log_ratio import LogRatio
from fairness.stats.scores import count_sums, group_starts, group_sums, sorting
from fairness.stats.value_counts import CellArms, CountTable

Reason = Literal["", "beyond_new_prices", "list_prices", "no_gap"]

LARGEST = 1_000.0
LEAST_NEW = 30
"""New customers of a cell below which the bound is a few percent too large: approximate."""
_HALF = 0.5
_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class HiddenBias:
    """The marginal sensitivity of a like-for-like gap.

    Attributes:
        lambda_estimate: Smallest Lambda that explains the whole estimate; None with a ``reason``.
        lambda_interval: Smallest that explains the interval's near end; 1 where the interval holds 0; None likewise.
        benchmark: For each control, how far it alone shifts the odds of being tenured: its 90th percentile.
        approximate: Whether a compared cell has fewer than 30 new customers.
        reason: Why there is no Lambda: ``beyond_new_prices``, no mixture of new prices reaches the tenured mean;
            ``list_prices``, new prices do not vary in cells that hold half of the money; ``no_gap``.
    """

    lambda_estimate: float | None
    lambda_interval: float | None
    benchmark: dict[str, float]
    approximate: bool
    reason: Reason


def hidden_bias(
    table: CountTable,
    arms: CellArms,
    ratio: LogRatio,
    *,
    confidence_level: float,
    coarser: dict[str, IntArray] | None = None,
) -> HiddenBias:
    """Find the smallest hidden shift of the odds of being tenured that would explain a like-for-like gap.

    The new customers' mean of each cell is replaced by its largest possible value when each new customer's weight may
    lie between 1 / Lambda and Lambda and weights average exactly 1: the dearest new prices that hold 1 / (Lambda + 1)
    of the cell weigh Lambda, the others 1 / Lambda. For a gap below 0, the cheapest do.

    Args:
        table: Value counts of the compared cells.
        arms: Their summary, each cell with customers in both arms.
        ratio: The printed gap.
        confidence_level: Level of its interval.
        coarser: For each control, the cell without it, shape (cells,).

    Returns:
        HiddenBias.

    References:
        Tan, JASA 101 (2006) 1619-1637; Dorn and Guo, JASA 118 (2023) 2645-2657.

    Example:
        >>> from fairness.stats.standardised_ratio import standardised_ratio
        >>> from fairness.stats.value_counts import summarise
        >>> table = CountTable(cell=[0, 0, 0], tenured=[True, False, False], price=[11.0, 10.0, 12.0],
        ...                    reference=[1.0] * 3, n=[100, 90, 10], n_cells=1)
        >>> found = hidden_bias(table, summarise(table), standardised_ratio(summarise(table)), confidence_level=0.95)
        >>> round(found.lambda_estimate, 3), found.approximate
        (5.0, False)
    """
    benchmark = {name: _odds_shift(arms, cell) for name, cell in (coarser or {}).items()}
    approximate = bool((arms.n_new < LEAST_NEW).any())
    if ratio.log_ratio == 0:
        return HiddenBias(None, None, benchmark, approximate, "no_gap")
    side = 1 if ratio.log_ratio > 0 else -1
    bound = _Bound.of(table, arms, side)
    offered = arms.reference_tenured * arms.price_new / arms.reference_new
    if bound.constant_money(offered) >= _HALF:
        return HiddenBias(None, None, benchmark, approximate, "list_prices")
    paid = float(arms.price_tenured.sum())
    found = bound.least(paid)
    if found is None:
        return HiddenBias(None, None, benchmark, approximate, "beyond_new_prices")
    return HiddenBias(found, _near_end(bound, ratio, paid, confidence_level), benchmark, approximate, "")


@dataclass(frozen=True, slots=True)
class ExplainingQuality:
    """The quality that would explain a gap against offers, per unit and billing period, major units.

    Attributes:
        to_zero: (P - B) / units: what would make prices and offers alike.
        to_margin: (P - (1 + margin) B) / units, with 1 - margin where the gap is below 0; 0 inside the margin.
        to_interval: The same at the interval's near end; 0 where the interval holds 0, None without an interval.
        share_of_offer: ``to_zero`` over the mean offer.
    """

    to_zero: float
    to_margin: float
    to_interval: float | None
    share_of_offer: float


def explaining_quality(
    *, paid: float, offered: float, units: float, interval: tuple[float, float] | None, margin: float
) -> ExplainingQuality:
    """Return how much better, in money per unit, what the tenured have would have to be than what is offered.

    Above 0, tenured customers pay more and would have to get more.

    Args:
        paid: What the compared customers pay, above 0.
        offered: What they would pay at their offers, above 0.
        units: Units they hold, above 0.
        interval: Printed interval of the gap, fractions; None where there is none.
        margin: Margin of equivalence, a fraction.

    Example:
        >>> found = explaining_quality(paid=110.0, offered=100.0, units=10.0, interval=(0.04, 0.16), margin=0.01)
        >>> found.to_zero, round(found.to_margin, 3), round(found.to_interval, 3), found.share_of_offer
        (1.0, 0.9, 0.4, 0.1)
    """
    for name, value in (("paid", paid), ("offered", offered), ("units", units)):
        if not value > 0:
            raise ValueError(f"{name} = {value!r}: must be above 0")
    margin = checks.fraction("margin", margin)
    side = 1.0 if paid >= offered else -1.0
    near = None
    if interval is not None:
        end = interval[0] if side > 0 else interval[1]
        near = end * offered / units if end * side > 0 else 0.0
    beyond = side * max(0.0, side * (paid - (1.0 + side * margin) * offered))
    return ExplainingQuality((paid - offered) / units, beyond / units, near, (paid - offered) / offered)


@dataclass(frozen=True, slots=True, eq=False)
class _Bound:
    """Prices of the new by cell, the dearest first (the cheapest for a gap below 0), with running sums by cell."""

    cell: IntArray
    starts: IntArray
    reference: FloatArray
    price: FloatArray
    ratio: FloatArray
    weight: FloatArray
    side: int

    @classmethod
    def of(cls, table: CountTable, arms: CellArms, side: int) -> _Bound:
        """Return the sorted prices; ``weight`` is X_T / X_N of each cell."""
        new = ~table.tenured
        cell = np.searchsorted(arms.cell, table.cell[new])
        reference, price = (table.n[new] * values[new] for values in (table.reference, table.price))
        ratio = price / reference
        order = sorting(cell, -side * ratio)
        starts = group_starts(cell[order])
        weight = arms.reference_tenured / arms.reference_new
        return cls(cell[order], starts, reference[order], price[order], ratio[order], weight, side)

    def constant_money(self, offered: FloatArray) -> float:
        """Return the share of the comparator money in cells whose new prices do not vary."""
        spread = np.maximum.reduceat(self.ratio, self.starts) - np.minimum.reduceat(self.ratio, self.starts)
        alike = spread <= checks.LOG_NOISE * np.abs(np.maximum.reduceat(self.ratio, self.starts))
        return float(offered[alike].sum() / offered.sum())

    def money(self, bias: float) -> float:
        """Return what the tenured would pay at the most favourable weights of the new customers of their cells."""
        size = self.weight.size
        total = group_sums(self.cell, self.reference, size)
        running = np.cumsum(self.reference)
        before = running - self.reference - np.repeat(running[self.starts] - self.reference[self.starts], self._sizes)
        # The entry at the edge is split: weights average exactly 1.
        top = np.clip((total / (bias + 1.0))[self.cell] - before, 0.0, self.reference)
        weighted = self.ratio * (bias * top + (self.reference - top) / bias)
        return float((self.weight * group_sums(self.cell, weighted, size)).sum())

    @property
    def _sizes(self) -> IntArray:
        return count_sums(self.cell, np.ones_like(self.cell), self.weight.size)

    def least(self, target: float) -> float | None:
        """Return the smallest Lambda at which the tenured money is explained; None where none up to 1,000 does."""
        low, high = 0.0, math.log(LARGEST)
        if self.side * (self.money(LARGEST) - target) < 0:
            return None
        while high - low > _PRECISION:
            middle = (low + high) / 2.0
            if self.side * (self.money(math.exp(middle)) - target) < 0:
                low = middle
            else:
                high = middle
        return math.exp(high)


def _near_end(bound: _Bound, ratio: LogRatio, paid: float, confidence_level: float) -> float | None:
    interval = ratio.interval(confidence_level)
    if interval is None:
        return None
    if interval[0] <= 0 <= interval[1]:
        return 1.0
    end = interval[0] if ratio.log_ratio > 0 else interval[1]
    return bound.least(paid * math.exp(math.log1p(end) - ratio.log_ratio))


def _odds_shift(arms: CellArms, coarser: ArrayLike) -> float:
    """Return the 90th percentile, by tenured customers, of how far leaving a control in shifts the odds of tenure."""
    key = checks.integers("coarser", coarser)
    checks.same_length(coarser=key, cell=arms.cell)
    size = int(key.max()) + 1
    whole = np.bincount(key, weights=arms.n_tenured, minlength=size) / np.bincount(
        key, weights=arms.n_new, minlength=size
    )
    odds = arms.n_tenured / arms.n_new / whole[key]
    shift = np.maximum(odds, 1.0 / odds)
    order = np.argsort(shift, kind="stable")
    running = np.cumsum(arms.n_tenured[order])
    return float(shift[order][np.searchsorted(running, 0.9 * running[-1])])
