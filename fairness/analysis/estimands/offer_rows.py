"""Prices beside their offers, sorted once for every estimator: one basis, and the scopes and cells taken from it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np

from fairness.analysis.counts import NO_PRICE, PARTY_OFFERS, TICKS_PER_UNIT, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.stats.log_ratio import LogRatio
from fairness.stats.offer_cells import CellSums, cluster_sums
from fairness.stats.offer_ratio import party_log_ratio
from fairness.stats.ranks import INDEPENDENT, clustered_signed_rank
from fairness.stats.scores import group_starts, key_starts, numbered, sorting


@dataclass(frozen=True, slots=True, eq=False)
class Parties:
    """What parties pay and are offered: most have one observation, some have several.

    Attributes:
        single: Parties with one observation: its price and offer.
        several: Observations of the others, one entry each and at least one; ``n`` = parties with exactly this set of
            observations.
        pattern: Set of observations that each entry of ``several`` belongs to.
        decision: Price decision of each entry of ``several``.
    """

    single: CellSums
    several: CellSums
    pattern: IntArray
    decision: IntArray

    def log_ratio(self) -> LogRatio:
        """Return the offer ratio with every party as its own cluster, over all cells."""
        together = self.sums()
        return party_log_ratio(together.price, together.comparator, together.n)[0]

    def log_ratio_by_decision(self) -> LogRatio:
        """Return the offer ratio with every party within every price decision as its own cluster."""
        together = self._together(self.decision)
        return party_log_ratio(together.price, together.comparator, together.n)[0]

    def sums(self) -> CellSums:
        """Return what each party pays and is offered over all cells, with ``n`` parties of each kind."""
        return self._together(np.zeros_like(self.pattern))

    def by_cell(self, cells: IntArray) -> CellSums:
        """Return the sums of every party within each cell, cells numbered by their position in sorted ``cells``."""
        together = self._together(self.several.cell)
        return replace(together, cell=np.searchsorted(cells, together.cell))

    def _together(self, cell: IntArray) -> CellSums:
        several = self.several
        ones = np.ones_like(several.n)
        added = cluster_sums(cell, self.pattern, several.price, several.comparator, ones, repeats=several.n)
        both = (self.single, added)
        return CellSums(
            cell=np.concatenate([part.cell for part in both]),
            price=np.concatenate([part.price for part in both]),
            comparator=np.concatenate([part.comparator for part in both]),
            n=np.concatenate([part.n for part in both]),
        )

    def signed_rank(self) -> tuple[float, float]:
        """Return the signed-rank test with every party as its own cluster."""
        alone = np.full(len(self.single.n), INDEPENDENT)
        differences = [np.log(x.price / x.comparator) for x in (self.single, self.several)]
        return clustered_signed_rank(
            np.concatenate((alone, self.pattern)),
            np.concatenate(differences),
            np.concatenate((self.single.n, np.ones_like(self.pattern))),
            np.concatenate((np.ones_like(self.single.n), self.several.n)),
        )


@dataclass(frozen=True, slots=True)
class Orders:
    """Positions of entries in every order in which an estimator sums them, each of shape (entries,).

    All entries of a reading are sorted once; those of a scope or cell are then taken from each order.

    Attributes:
        rows: In the order of the counts.
        price: By price, offer and observations.
        cell: By cell, then the same.
        decision: By price decision, then the same.
        decision_in_cell: By cell and price decision, then the same.
        gap: By log ratio of price and offer, then observations.
    """

    rows: IntArray
    price: IntArray
    cell: IntArray
    decision: IntArray
    decision_in_cell: IntArray
    gap: IntArray

    def take(self, chosen: BoolArray) -> Orders:
        """Return the orders of the chosen entries: a mask over the whole reading."""
        return Orders(*(order[chosen.take(order)] for order in (getattr(self, item.name) for item in fields(self))))

    def by_cell(self, cell: IntArray) -> dict[int, Orders]:
        """Return the orders of each cell, with ``cell`` that of every entry; sorted by cell, they are slices."""
        rows, gap = self.rows[sorting(cell[self.rows])], self.gap[sorting(cell[self.gap])]
        ascending = cell[self.cell]
        first = group_starts(ascending)
        found = {}
        for number, bounds in zip(ascending[first].tolist(), pairwise((*first.tolist(), len(rows))), strict=True):
            here = slice(*bounds)
            own, decisions = self.cell[here], self.decision_in_cell[here]
            found[number] = Orders(rows[here], own, own, decisions, decisions, gap[here])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Value counts of (paid, offered) in major units of one period: the whole reading; ``orders`` are counted.

    Attributes:
        cell: Cell of each entry, shape (m,).
        decision: Price decision of each entry.
        price: What is paid, price times quantity.
        offer: What a new customer would pay for as many units.
        log_ratio: Logarithm of price over offer.
        n: Observations.
        orders: The entries of the scope.
        parties: The same customers by party; None where every party has one observation.
    """

    cell: IntArray
    decision: IntArray
    price: FloatArray
    offer: FloatArray
    log_ratio: FloatArray
    n: IntArray
    orders: Orders
    parties: Parties | None = None

    def sums(self, order: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Return price, offer and observations of the entries in one of the orders."""
        return self.price.take(order), self.offer.take(order), self.n.take(order)

    def __len__(self) -> int:
        """Return the number of entries of the scope."""
        return len(self.orders.rows)


def arrange(counts: Counts, weights: FloatArray, family: IntArray) -> Offers:
    """Return counts in major units of one period, with the price decision of each entry, sorted for every estimator.

    A decision is one offer price of a product and plan, wherever it holds and as long as it is offered without a
    break; a stated decision overrides that.

    Args:
        counts: Of (paid, offered, decision).
        weights: Factor that brings the prices of each cell to one period, shape (cells,).
        family: Product and plan of each cell as a number, shape (cells,).
    """
    stated, ticks = counts.values["decision"], counts.values["offered_ticks"]
    decision = numbered(family[counts.cell], stated, np.where(stated < 0, ticks, 0))
    scale = weights[counts.cell]
    price = counts.values["paid_ticks"] / TICKS_PER_UNIT * scale
    offer = counts.values["offered_ticks"] / TICKS_PER_UNIT * scale
    log_ratio, n = np.log(price / offer), counts.values["n_observations"]
    rows = np.arange(len(counts))
    by_price, by_gap = rows[sorting(price, offer, n)], rows[sorting(log_ratio, n)]
    # Sorting is stable: entries of a cell or decision keep the order by price.
    by_decision = by_price[sorting(decision[by_price])]
    by_cell = by_price[sorting(counts.cell[by_price])]
    in_cell = by_decision[sorting(counts.cell[by_decision])]
    orders = Orders(rows, by_price, by_cell, by_decision, in_cell, by_gap)
    return Offers(counts.cell, decision, price, offer, log_ratio, n, orders)


def within(marts: Marts, scope: Scope, whole: Offers, reading: str) -> Offers:
    """Return the offers of a scope from the whole of a reading."""
    chosen = scope.tenured(marts, marts.offers[reading], with_new=True)
    several = marts.parties.take(scope.tenured(marts, marts.parties, with_new=True))
    orders = whole.orders.take(chosen)
    return replace(whole, orders=orders, parties=parties_of(marts, reading, whole, orders.rows, several))


def parties_of(marts: Marts, reading: str, whole: Offers, chosen: IntArray, several: Counts | None) -> Parties | None:
    """Return the parties behind counts: the customers of parties with several are taken out of the others.

    Args:
        marts: The study.
        reading: Key of the counts.
        whole: The whole reading, whose entries name the price decision of a cell's offer.
        chosen: Which of its rows are counted, shape (m,).
        several: Customers of the same scope whose party has several.
    """
    if not several:
        return None
    column = PARTY_OFFERS[reading]
    several = several.take((several.values["paid_ticks"] != NO_PRICE) & (several.values[column] > 0))
    if not len(several):
        return None
    weights, rows = marts.weights, marts.offers[reading].take(chosen)
    shared = (several.cell, *(several.values[name] for name in ("paid_ticks", column, "n_parties")))
    single = (rows.cell, *(rows.values[name] for name in ("paid_ticks", "offered_ticks", "n_observations")))
    cell, price, offer, n = (np.concatenate(pair) for pair in zip(single, (*shared[:3], -shared[3]), strict=True))
    order = sorting(cell, price, offer)
    cell, price, offer, n = cell[order], price[order], offer[order], n[order]
    starts = key_starts(cell, price, offer)
    left = np.add.reduceat(n, starts)
    kept = starts[left > 0]
    cell, price, offer, n = cell[kept], price[kept], offer[kept], left[left > 0]
    decision = decisions_of(marts, reading, whole, several.cell, several.values[column])
    single_sums, shared_sums = _sums(weights, cell, price, offer, n), _sums(weights, *shared)
    return Parties(single_sums, shared_sums, several.values["pattern"], decision)


def decisions_of(marts: Marts, reading: str, whole: Offers, cell: IntArray, offer: IntArray) -> IntArray:
    """Return the price decision of offers in cells, from the counts; of several with one price, the first."""
    counts = marts.offers[reading]
    ticks = counts.values["offered_ticks"]
    order = sorting(counts.cell, ticks, whole.decision)
    keys = np.stack((counts.cell[order], ticks[order]))
    starts = key_starts(*keys)
    known = {
        tuple(key): number
        for key, number in zip(keys[:, starts].T.tolist(), whole.decision[order][starts], strict=True)
    }
    return np.array([known[pair] for pair in zip(cell.tolist(), offer.tolist(), strict=True)], dtype=np.int64)


def _sums(weights: FloatArray, cell: IntArray, price: IntArray, offer: IntArray, n: IntArray) -> CellSums:
    scale = weights[cell]
    return CellSums(cell, price / TICKS_PER_UNIT * scale, offer / TICKS_PER_UNIT * scale, n)
