"""Prices that were set, month by month: the decisions of each month, each against what its key had when last set.

Decision D76.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fairness.analysis.counts import TICKS_PER_UNIT, BoolArray, FloatArray, IntArray, sorted_columns
from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE
from fairness.stats.e_values import Month
from fairness.stats.rises import ALONE, shared_rises
from fairness.stats.scores import numbered

YEAR = 12
"""Months that have to lie between a price and the one of the same key that it is held against."""
_COIN = TICKS_PER_UNIT / 100
_NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class SetPrices:
    """The rows of set_price_counts; every array has shape (m,).

    Attributes:
        month: Month, as year * 12 + month - 1.
        product: Product, as a number.
        key: Product, plan, region, channel and billing interval, as a number.
        decision: Price decision of the offer, as a number.
        is_new_offer: 1 in the first month in which tenured customers stand against the decision.
        before, after: Price of a unit before and after a change, in ticks; 0 without one.
        paid, offered: Money a year, in ticks.
        n: Observations.
    """

    month: IntArray
    product: IntArray
    key: IntArray
    decision: IntArray
    is_new_offer: IntArray
    before: IntArray
    after: IntArray
    paid: IntArray
    offered: IntArray
    n: IntArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.n.shape[0])

    def take(self, chosen: BoolArray) -> SetPrices:
        """Return the chosen rows, a mask of shape (m,)."""
        return SetPrices(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Watched:
    """The decisions of one month.

    Attributes:
        month: Month, as year * 12 + month - 1.
        decisions: Gap and money of each.
        without_reference: Observations whose key has no price set a year or more before; 0 for levels.
    """

    month: int
    decisions: Month
    without_reference: int


def set_prices(con: Connection) -> SetPrices:
    """Return the rows of set_price_counts of the current database, sorted by all their columns."""
    frame = ENGINE.read_counts(
        con,
        """
        select
            cast(year(month) * 12 + month(month) - 1 as bigint) as month,
            dense_rank() over (order by product_id) as product,
            dense_rank() over (
                order by product_id, plan_id nulls first, region nulls first, channel nulls first, interval_unit,
                    interval_count
            ) as key,
            dense_rank() over (order by pricing_decision) as decision,
            cast(is_new_offer as bigint) as is_new_offer,
            coalesce(before_ticks, 0) as before,
            coalesce(after_ticks, 0) as after,
            cast(round(paid_ticks * intervals_a_year) as bigint) as paid,
            cast(round(offered_ticks * intervals_a_year) as bigint) as offered,
            n_observations as n
        from (
            select
                *,
                case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365.0 / 7 else 365.0 end
                    / interval_count as intervals_a_year
            from set_price_counts
        )
        """,
        [],
    )
    names = [field.name for field in fields(SetPrices)]
    arrays = sorted_columns(frame, names)
    return SetPrices(*(arrays[name] for name in names))


def no_set_prices() -> SetPrices:
    """Return no rows."""
    return SetPrices(*(np.zeros(0, dtype=np.int64) for _ in fields(SetPrices)))


def watched(rows: SetPrices, *, is_drift: bool, first: int, last: int) -> list[Watched]:
    """Return the decisions of each month from ``first`` to ``last``, both included.

    A decision is an offer in the month in which tenured customers first stand against it, or a rise of ten customers of
    a product by one factor, which takes its customers out of the offers.

    Args:
        rows: What was set.
        is_drift: Whether each decision is held against the gap that its keys had when last set a year or more before;
            otherwise against 0.
        first: First month, as year * 12 + month - 1.
        last: Last month.
    """
    draw = _draws(rows)
    kept = rows.take(draw != _NONE)
    draw = draw[draw != _NONE]
    reference = _references(kept) if is_drift else np.zeros(len(kept))
    found = []
    for month in range(first, last + 1):
        here = kept.month == month
        known = here & np.isfinite(reference)
        decisions = _decisions(kept.take(known), draw[known], reference[known])
        found.append(Watched(month, decisions, int(kept.n[here & ~known].sum())))
    return found


def _draws(rows: SetPrices) -> IntArray:
    """Return the decision that each row belongs to, shape (m,): rises first, then offers; -1 for moves of a few."""
    rise = np.full(len(rows), ALONE, dtype=np.int64)
    moved = rows.before > 0
    if moved.any():
        group = numbered(rows.product[moved], rows.month[moved])
        rise[moved] = shared_rises(group, rows.before[moved], rows.after[moved], rows.n[moved], coin=_COIN)
    shared = rise != ALONE
    offers = rows.decision + (int(rise.max(initial=ALONE)) + 1)
    return np.where(shared, rise, np.where(rows.is_new_offer == 1, offers, _NONE))


def _references(rows: SetPrices) -> FloatArray:
    """Return log(P/B) of each row's key when last set a year or more before, shape (m,); nan where it never was."""
    if not len(rows):
        return np.zeros(0)
    base = int(rows.month.max()) + 1
    at = rows.key * base + rows.month
    code, place = np.unique(at, return_inverse=True)
    gap = np.log(np.bincount(place, rows.paid) / np.bincount(place, rows.offered))
    earlier = np.searchsorted(code, at - YEAR, side="right") - 1
    is_same = (earlier >= 0) & (code[np.maximum(earlier, 0)] // base == rows.key) & (rows.month >= YEAR)
    return np.where(is_same, gap[np.maximum(earlier, 0)], np.nan)


def _decisions(rows: SetPrices, draw: IntArray, reference: FloatArray) -> Month:
    """Return gap and money of each decision; the references of its keys are weighted by their money."""
    if not len(rows):
        return Month((), ())
    number = numbered(draw)
    paid, offered, held = (
        np.bincount(number, values) for values in (rows.paid, rows.offered, rows.offered * reference)
    )
    gap = np.log(paid / offered) - held / offered
    return Month(tuple(gap.tolist()), tuple((offered / TICKS_PER_UNIT).tolist()))
