"""Prices beside their offers, sorted once for every estimator: a reading, and the scopes and cells taken out of it."""

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
    """

    single: CellSums
    several: CellSums
    pattern: IntArray

    def log_ratio(self) -> LogRatio:
        """Return the offer ratio with every party as its own cluster, over all cells."""
        together = self._together(np.zeros_like(self.pattern))
        return party_log_ratio(together.price, together.comparator, together.n)[0]

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

    All entries of a reading are sorted once; those of a scope or cell are then taken out of each order.

    Attributes:
        rows: As the counts have them.
        price: By price, offer and observations.
        cell: By cell, then so.
        version: By offer version, then so.
        version_in_cell: By cell and offer version, then so.
        gap: By log ratio of price and offer, then observations.
    """

    rows: IntArray
    price: IntArray
    cell: IntArray
    version: IntArray
    version_in_cell: IntArray
    gap: IntArray

    def take(self, chosen: BoolArray) -> Orders:
        """Return the orders of the chosen entries: a mask over all of the reading."""
        return Orders(*(order[chosen.take(order)] for order in (getattr(self, item.name) for item in fields(self))))

    def by_cell(self, cell: IntArray) -> dict[int, Orders]:
        """Return the orders of each cell, ``cell`` being that of every entry; sorted by cell, they are slices."""
        rows, gap = self.rows[sorting(cell[self.rows])], self.gap[sorting(cell[self.gap])]
        ascending = cell[self.cell]
        first = group_starts(ascending)
        found = {}
        for number, bounds in zip(ascending[first].tolist(), pairwise((*first.tolist(), len(rows))), strict=True):
            here = slice(*bounds)
            own, versions = self.cell[here], self.version_in_cell[here]
            found[number] = Orders(rows[here], own, own, versions, versions, gap[here])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Value counts of (paid, offered) in major units of one period: all of a reading, of which ``orders`` are counted.

    Attributes:
        cell: Cell of each entry, shape (m,).
        version: Offer version of each entry: the (cell, offer price) pair of a book.
        price: What is paid, price times quantity.
        offer: What a new customer would pay for as many units.
        log_ratio: Logarithm of price over offer.
        n: Observations.
        orders: The entries of the scope.
        parties: The same customers by party; None where every party has one observation.
    """

    cell: IntArray
    version: IntArray
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


def arrange(counts: Counts, weights: FloatArray) -> Offers:
    """Return counts in major units of one period, with the offer version of each entry, sorted for every estimator."""
    # A book has no version ids: there the pair of cell and offer price is the decision that customers share.
    own = counts.values["version"] >= 0
    decided_by = np.where(own, counts.values["version"], counts.cell)
    version = numbered(own, decided_by, np.where(own, 0, counts.values["offered_ticks"]))
    scale = weights[counts.cell]
    price = counts.values["paid_ticks"] / TICKS_PER_UNIT * scale
    offer = counts.values["offered_ticks"] / TICKS_PER_UNIT * scale
    log_ratio, n = np.log(price / offer), counts.values["n_observations"]
    rows = np.arange(len(counts))
    by_price, by_gap = rows[sorting(price, offer, n)], rows[sorting(log_ratio, n)]
    # Sorting is stable: entries of a cell or version keep the order by price.
    by_version = by_price[sorting(version[by_price])]
    by_cell = by_price[sorting(counts.cell[by_price])]
    in_cell = by_version[sorting(counts.cell[by_version])]
    orders = Orders(rows, by_price, by_cell, by_version, in_cell, by_gap)
    return Offers(counts.cell, version, price, offer, log_ratio, n, orders)


def within(marts: Marts, scope: Scope, whole: Offers, reading: str) -> Offers:
    """Return the offers of a scope out of all of a reading."""
    chosen = scope.tenured(marts, marts.offers[reading], with_new=True)
    several = marts.parties.take(scope.tenured(marts, marts.parties, with_new=True))
    orders = whole.orders.take(chosen)
    return replace(whole, orders=orders, parties=parties_of(marts, reading, orders.rows, several))


def parties_of(marts: Marts, reading: str, chosen: IntArray, several: Counts | None) -> Parties | None:
    """Return the parties behind counts: the customers of parties with several are taken out of the others.

    Args:
        marts: The study.
        reading: Key of the counts.
        chosen: Which of their rows are looked at, shape (m,).
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
    return Parties(_sums(weights, cell, price, offer, n), _sums(weights, *shared), several.values["pattern"])


def _sums(weights: FloatArray, cell: IntArray, price: IntArray, offer: IntArray, n: IntArray) -> CellSums:
    scale = weights[cell]
    return CellSums(cell, price / TICKS_PER_UNIT * scale, offer / TICKS_PER_UNIT * scale, n)
