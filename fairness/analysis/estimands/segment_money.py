"""Money paid and offered by lens values and price decision, for comparing parts of the book with each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fairness.analysis.counts import BoolArray, FloatArray, IntArray
from fairness.analysis.distinct import repeats
from fairness.analysis.estimands.offer_gap import Reading, in_reading
from fairness.analysis.estimands.offer_rows import arrange
from fairness.analysis.marts import Marts, product_plans
from fairness.analysis.scopes import POOLED
from fairness.stats.segments import SegmentSums

Scope = tuple[tuple[str, str | None], ...]
"""Columns with their values."""

MOST_LENSES = 3
_MOST_ENTRIES = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """What tenured customers pay and are offered, by lens combination and price decision, major units of one period.

    Attributes:
        price: Paid, shape (combinations, decisions).
        comparator: Offered, the same shape.
        n: Observations of each combination, shape (combinations,).
        values: Lens values of each combination.
        names: The lenses.
    """

    price: FloatArray
    comparator: FloatArray
    n: IntArray
    values: tuple[tuple[str | None, ...], ...]
    names: tuple[str, ...]

    def within(self, scope: Scope) -> BoolArray:
        """Return which combinations lie in a scope, shape (combinations,)."""
        wanted = [(self.names.index(name), value) for name, value in scope]
        return np.array([all(values[at] == value for at, value in wanted) for values in self.values], dtype=np.bool_)

    def segments(self) -> list[Scope]:
        """Return single lens values, then pairs, then triples, as long as their table stays small."""
        found: list[Scope] = []
        for size in range(1, MOST_LENSES + 1):
            more = [
                scope
                for chosen in combinations(range(len(self.names)), size)
                for scope in dict.fromkeys(
                    tuple((self.names[at], values[at]) for at in chosen) for values in self.values
                )
            ]
            if (len(found) + len(more)) * self.price.shape[1] > _MOST_ENTRIES:
                break
            found += more
        return found

    def sums(self, scopes: list[Scope]) -> SegmentSums:
        """Return the money of scopes, the whole book in row 0."""
        inside = np.stack([np.ones(len(self.values)), *(self.within(scope).astype(np.float64) for scope in scopes)])
        return SegmentSums(inside @ self.price, inside @ self.comparator)


def money_of(marts: Marts, reading: Reading) -> Money | None:
    """Return the money at one basis of the offer price; None where no tenured customer has an offer."""
    counts = marts.offers[reading.counts]
    offers = arrange(counts, marts.weights, product_plans(marts))
    chosen = POOLED.tenured(marts, counts)
    if not chosen.any():
        return None
    _, decision = np.unique(offers.decision[chosen], return_inverse=True)
    size, width = len(marts.lens_values), int(decision.max()) + 1
    if size * width > _MOST_ENTRIES:
        return None
    place = counts.lens[chosen] * width + decision
    n = offers.n[chosen]

    def table(values: FloatArray) -> FloatArray:
        summed = np.bincount(place, weights=values[chosen] * n, minlength=size * width)
        return np.asarray(summed.reshape(size, width), dtype=np.float64)

    of_lens = np.bincount(counts.lens[chosen], weights=n, minlength=size).astype(np.int64)
    return Money(table(offers.price), table(offers.offer), of_lens, marts.lens_values, marts.lens_names)


def customers(marts: Marts, reading: Reading, money: Money, inside: BoolArray) -> int:
    """Return the distinct customers of lens combinations, a mask of shape (combinations,)."""
    several = in_reading(marts, marts.parties, POOLED, reading) & inside[marts.parties.lens]
    return int(money.n[inside].sum()) - repeats(marts.parties, several)
