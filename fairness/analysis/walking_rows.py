"""Read the monthly increments of price and offer into arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairness.analysis.counts import BoolArray, IntArray, sorted_columns
from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE

_COLUMNS = (
    *("joining_month", "product", "plan", "years_ago", "calendar_month"),
    *("n_at_risk", "sum_own", "sum_offer", "n_left", "n_without_offer"),
)


@dataclass(frozen=True, slots=True, eq=False)
class WalkingRows:
    """The rows of walking_counts; every array has shape (m,).

    Attributes:
        joining_month: Month of joining, as year * 12 + month - 1.
        product: Product, as a number.
        plan: Product and plan, as a number.
        years_ago: Whole years before the as-of month.
        calendar_month: Month of the year, 1 to 12.
        n_at_risk: Customer-months with an increment.
        sum_own: Sum of the log changes of the price, in billionths.
        sum_offer: Sum of the log changes of the offer, in billionths.
        n_left: Of those at risk, those in the last month of a thing held that ended.
        n_without_offer: Customer-months with a price whose plan has no offer.
    """

    joining_month: IntArray
    product: IntArray
    plan: IntArray
    years_ago: IntArray
    calendar_month: IntArray
    n_at_risk: IntArray
    sum_own: IntArray
    sum_offer: IntArray
    n_left: IntArray
    n_without_offer: IntArray

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.n_at_risk.shape[0])

    def take(self, chosen: BoolArray) -> WalkingRows:
        """Return the chosen rows."""
        return WalkingRows(*(getattr(self, name)[chosen] for name in _COLUMNS))


def walking_rows(con: Connection) -> WalkingRows:
    """Return the rows of walking_counts of the current database, sorted by all their columns."""
    frame = ENGINE.read_counts(
        con,
        """
        select
            joining_month, years_ago, calendar_month, n_at_risk, sum_own, sum_offer, n_left, n_without_offer,
            dense_rank() over (order by product_id) as product,
            dense_rank() over (order by product_id, plan_id nulls first) as plan
        from walking_counts
        """,
        [],
    )
    arrays = sorted_columns(frame, list(_COLUMNS))
    return WalkingRows(*(arrays[name] for name in _COLUMNS))


def no_walking_rows() -> WalkingRows:
    """Return no rows."""
    return WalkingRows(*(np.zeros(0, dtype=np.int64) for _ in _COLUMNS))
