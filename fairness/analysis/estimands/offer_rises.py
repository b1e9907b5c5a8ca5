"""Rises that were decided for many customers at once, beside the offers those customers are compared with."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fairness.analysis.counts import TICKS_PER_UNIT, BoolArray, FloatArray, IntArray
from fairness.analysis.estimands.offer_rows import Offers, decisions_of
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.stats.rises import ALONE, shared_rises
from fairness.stats.scores import numbered

# Hundredth of a currency unit, in ticks.
_COIN = TICKS_PER_UNIT / 100
# Share of the tenured money from which shared rises replace offer prices as decisions.
_HALF = 0.5
_INDIVIDUAL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Rises:
    """What is paid and offered by those whose price before its last change is known, shape (m,).

    Attributes:
        cell: Cell of each entry.
        decision: Price decision of its offer.
        rise: Number of the rise that it shares with ten customers or more, or ``ALONE``.
        price: What is paid, major units of one period.
        offer: What a new customer would pay for as many units.
        n: Observations.
    """

    cell: IntArray
    decision: IntArray
    rise: IntArray
    price: FloatArray
    offer: FloatArray
    n: IntArray

    def take(self, chosen: BoolArray) -> Rises:
        """Return the chosen entries, a mask of shape (m,)."""
        return Rises(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def rises_of(marts: Marts, whole: Offers) -> Rises | None:
    """Return the rises of the whole book; None where nobody's earlier price is known."""
    counts = marts.rises
    if not len(counts):
        return None
    values = counts.values
    products = [cell.values.get("product_id") for cell in marts.cells]
    number = {name: position for position, name in enumerate(dict.fromkeys(products))}
    product = np.array([number[name] for name in products], dtype=np.int64)[counts.cell]
    n = values["n_observations"]
    rise = shared_rises(
        numbered(product, values["changed_month"]), values["before_ticks"], values["after_ticks"], n, coin=_COIN
    )
    scale = marts.weights[counts.cell] / TICKS_PER_UNIT
    return Rises(
        cell=counts.cell,
        decision=decisions_of(marts, "primary", whole, counts.cell, values["offered_ticks"]),
        rise=rise,
        price=values["paid_ticks"] * scale,
        offer=values["offered_ticks"] * scale,
        n=n,
    )


def in_scope(marts: Marts, scope: Scope, rises: Rises | None) -> Rises | None:
    """Return the rises of the customers that a scope compares."""
    return rises.take(scope.tenured(marts, marts.rises, with_new=True)) if rises else None


def by_rise(
    rises: Rises, decision: IntArray, paid: FloatArray, offered: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Return money paid and offered with shared rises as the decisions; None where they hold less than half of it.

    Args:
        rises: Rises of the compared customers.
        decision: Price decisions of their offers, ascending, shape (decisions,).
        paid: Money paid under each, shape (decisions,).
        offered: The same at the offers.
    """
    shared = rises.rise != ALONE
    price, offer = rises.price[shared] * rises.n[shared], rises.offer[shared] * rises.n[shared]
    if price.sum() < _HALF * paid.sum():
        return None
    place = np.searchsorted(decision, rises.decision[shared])
    left = [values - np.bincount(place, taken, values.size) for values, taken in ((paid, price), (offered, offer))]
    kept = left[1] > 1e-9 * offered
    number = numbered(rises.rise[shared])
    moved = [np.bincount(number, taken) for taken in (price, offer)]
    both = (np.concatenate((rest[kept], gone)) for rest, gone in zip(left, moved, strict=True))
    new_paid, new_offered = (np.asarray(values, dtype=np.float64) for values in both)
    return new_paid, new_offered


def are_unseen(offers: Offers, rises: Rises | None) -> bool:
    """Return whether nearly every customer has a separate offer, so that only rises show who shares a decision."""
    if rises is not None and len(rises.n):
        return False
    n = int(offers.n[offers.orders.rows].sum())
    decisions = np.unique(offers.decision[offers.orders.decision]).size
    return n > 1 and decisions >= _INDIVIDUAL * n
