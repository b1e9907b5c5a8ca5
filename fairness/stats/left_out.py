"""How far those who could not be compared could move a gap, at the cheapest and at the dearest comparator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Money of those who are compared and of those who are not, all in one unit.

    Attributes:
        compared: What those compared would pay at their comparator, above 0.
        paid: What the others pay.
        cheapest, dearest: What the others would pay, each at the cheapest and at the dearest comparator of the product.
    """

    compared: float
    paid: float
    cheapest: float
    dearest: float

    def worst(self, lower: float, upper: float) -> tuple[float, float]:
        """Return the smallest and the largest gap for everybody, where the gap of those compared lies in an interval.

        Args:
            lower: Smallest gap of those compared, a fraction.
            upper: Largest.

        Example:
            >>> LeftOut(compared=90.0, paid=10.0, cheapest=8.0, dearest=12.5).worst(0.0, 0.0)
            (-0.024390243902439046, 0.020408163265306145)
        """
        least = (self.compared * (1.0 + lower) + self.paid) / (self.compared + self.dearest) - 1.0
        greatest = (self.compared * (1.0 + upper) + self.paid) / (self.compared + self.cheapest) - 1.0
        return least, greatest
