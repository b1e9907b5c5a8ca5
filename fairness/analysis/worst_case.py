"""What those who are not compared hold, at the cheapest and at the dearest comparator of their product.

Where even that cannot move an average out of the margin, narrow support does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairness.analysis.counts import TICKS_PER_UNIT, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.marts import Marts


@dataclass(frozen=True, slots=True)
class Extremes:
    """What is left out, at the comparators of its product.

    Attributes:
        paid: Money.
        cheapest, dearest: The same things at the cheapest and at the dearest comparator of their product.
    """

    paid: float
    cheapest: float
    dearest: float


class WorstCase:
    """The extremes of every row of the coverage; unknown where the money or the comparators of a product are unknown.

    Args:
        marts: The study.
        comparators: Counts of (offered) of what is compared.
        left_out: Observations that are not compared, shape (rows of the coverage,).
        paid: Their money, in the unit of the finding's sums, same shape.
    """

    def __init__(self, marts: Marts, comparators: Counts, left_out: IntArray, paid: FloatArray) -> None:
        rows = marts.coverage
        names = [cell.values.get("product_id") for cell in marts.cells]
        number = {name: position for position, name in enumerate(dict.fromkeys(names))}
        product = np.array([number[name] for name in names], dtype=np.int64)
        # A comparator is for all units of an observation; one for fewer units would make everybody look dear.
        offered = comparators.values["offered_ticks"] * marts.weights[comparators.cell] / TICKS_PER_UNIT
        cheapest, dearest = np.full(len(number), np.inf), np.zeros(len(number))
        known = offered > 0
        np.minimum.at(cheapest, product[comparators.cell][known], offered[known])
        np.maximum.at(dearest, product[comparators.cell][known], offered[known])
        here = product[rows.cell]
        has_unknown_money = rows.values["n_observations"] > rows.values["n_priced"] + rows.values["n_billed"]
        self._is_unknown = (left_out > 0) & (has_unknown_money | (dearest[here] == 0))
        self._paid = paid
        self._cheapest = left_out * np.where(np.isfinite(cheapest), cheapest, 0.0)[here]
        self._dearest = left_out * dearest[here]

    def of(self, chosen: BoolArray | IntArray) -> Extremes | None:
        """Return the extremes of some rows together; None where nobody can tell."""
        if self._is_unknown[chosen].any():
            return None
        paid, cheapest, dearest = (
            float(values[chosen].sum()) for values in (self._paid, self._cheapest, self._dearest)
        )
        return Extremes(paid, cheapest, dearest)
