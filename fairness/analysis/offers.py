"""offer_gap and overpayment: tenured customers against the firm's own new-customer offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from itertools import pairwise

import numpy as np

from fairness.analysis.comparison import Comparison, base_finding, draft, penalised_share
from fairness.analysis.counts import NO_PRICE, PARTY_OFFERS, TICKS_PER_UNIT, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.coverage import Covered, covered
from fairness.analysis.drafts import Draft
from fairness.analysis.facts import overpayment_fact
from fairness.analysis.marts import Marts, at_rates, to_money
from fairness.analysis.scopes import POOLED, Scope, cell_scopes
from fairness.config import Config
from fairness.results import Companion
from fairness.stats.log_ratio import LogRatio
from fairness.stats.offer_cells import CellSums, cluster_sums, offer_cells, wider_cells
from fairness.stats.offer_ratio import (
    Clustering,
    clustered_log_ratio,
    count_weighted,
    geometric_offer_gap,
    median_ratio,
    offer_relative_ranges,
    party_log_ratio,
    share_above,
    wider,
)
from fairness.stats.overpayment import overpayments
from fairness.stats.ranks import INDEPENDENT, clustered_signed_rank, signed_rank
from fairness.stats.scores import group_starts, key_starts, numbered, sorting
from fairness.stats.standardised_ratio import ONE_CELL, CellRatios, heterogeneity


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the offers that a study compares with.

    Attributes:
        counts: Key of ``Marts.offers``.
        comparator: ``offer`` from an offer file, ``book`` from the book itself.
        basis: headline, effective or standard.
    """

    counts: str
    comparator: str
    basis: str


@dataclass(frozen=True, slots=True, eq=False)
class _Parties:
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
class _Orders:
    """Positions of entries in every order in which an estimator sums them, each of shape (entries,).

    All entries of a reading are sorted once; those of a scope or cell are then taken out of each order.

    Attributes:
        rows: As the counts have them.
        price: By price, offer and customers.
        cell: By cell, then so.
        version: By offer version, then so.
        version_in_cell: By cell and offer version, then so.
        gap: By log ratio of price and offer, then customers.
    """

    rows: IntArray
    price: IntArray
    cell: IntArray
    version: IntArray
    version_in_cell: IntArray
    gap: IntArray

    def take(self, chosen: BoolArray) -> _Orders:
        """Return the orders of the chosen entries: a mask over all of the reading."""
        return _Orders(*(order[chosen.take(order)] for order in (getattr(self, item.name) for item in fields(self))))

    def by_cell(self, cell: IntArray) -> dict[int, _Orders]:
        """Return the orders of each cell, ``cell`` being that of every entry; sorted by cell, they are slices."""
        rows, gap = self.rows[sorting(cell[self.rows])], self.gap[sorting(cell[self.gap])]
        ascending = cell[self.cell]
        first = group_starts(ascending)
        found = {}
        for number, bounds in zip(ascending[first].tolist(), pairwise((*first.tolist(), len(rows))), strict=True):
            here = slice(*bounds)
            own, versions = self.cell[here], self.version_in_cell[here]
            found[number] = _Orders(rows[here], own, own, versions, versions, gap[here])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Offers:
    """Value counts of (price, offer) in major units of one period: all of a reading, of which ``orders`` are counted.

    Attributes:
        cell: Cell of each entry, shape (m,).
        version: Offer version of each entry: the (cell, offer price) pair of a book.
        price: What was paid.
        offer: What a new customer is offered.
        log_ratio: Logarithm of price over offer.
        n: Customers.
        orders: The entries of the scope.
        parties: The same customers by party; None where every party has one observation.
    """

    cell: IntArray
    version: IntArray
    price: FloatArray
    offer: FloatArray
    log_ratio: FloatArray
    n: IntArray
    orders: _Orders
    parties: _Parties | None = None

    def sums(self, order: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Return price, offer and customers of the entries in one of the orders."""
        return self.price.take(order), self.offer.take(order), self.n.take(order)

    def __len__(self) -> int:
        """Return the number of entries of the scope."""
        return len(self.orders.rows)


def readings(marts: Marts, config: Config) -> list[Reading]:
    """Return the readings of explicit offers that the study has, the primary first; empty without offers.

    A book states one price per offer, so it has one reading: the basis is what the config says that price is.
    """
    comparator = "offer" if marts.has_dated_offers else "book"
    # An offer file in which nothing fits is no reason to ask another question: nobody can be assessed then.
    if comparator not in config.comparator.order or not (marts.has_dated_offers or len(marts.offers["primary"])):
        return []
    primary = config.comparator.basis
    found = [Reading("primary", comparator, primary)]
    if marts.has_dated_offers:
        found += [Reading(name, comparator, name) for name in ("headline", "effective", "standard") if name != primary]
    return found


def assessable_cells(marts: Marts) -> BoolArray:
    """Return True for every cell: against an offer no minimum per cell applies."""
    return np.ones(len(marts.cells), dtype=np.bool_)


def gap_drafts(marts: Marts, config: Config, scopes: list[Scope], reading: Reading) -> Iterator[Draft]:
    """Return the drafts of offer_gap under one reading: each scope, and each cell under the primary one."""
    everywhere = assessable_cells(marts)
    whole = _arrange(marts.offers[reading.counts], marts.weights)
    is_primary = reading.counts == "primary"
    at_set = _arrange(marts.offers["at_price_set"], marts.weights) if is_primary else None
    for scope in scopes:
        offers = _within(marts, scope, whole, reading.counts)
        if scope.band is not None and not len(offers):
            continue
        share = covered(marts, scope, "offer_gap", everywhere, with_new=True)
        base = base_finding("offer_gap", scope, share, comparator=reading.comparator, basis=reading.basis)
        comparison = _compare(offers, config)
        if comparison is not None and at_set is not None and scope.band is None:
            companions = _at_price_set(_within(marts, scope, at_set, "at_price_set"), config)
            comparison = replace(comparison, companions=comparison.companions + companions)
        yield draft(base, comparison, share, config)
        if scope == POOLED and is_primary:
            yield from _cell_drafts(marts, config, reading, offers)


def _at_price_set(offers: _Offers, config: Config) -> tuple[Companion, ...]:
    """Return the same gap against the offer that was in force when each price version began."""
    if not len(offers):
        return ()
    level = config.inference.confidence_level
    by_party, by_version, _ = _ratios(offers)
    ratio, _ = wider(by_party, by_version, confidence_level=level)
    return (Companion("at_price_set", ratio.estimate, *(ratio.interval(level) or (None, None))),)


def _cell_drafts(marts: Marts, config: Config, reading: Reading, pooled: _Offers) -> Iterator[Draft]:
    everywhere = assessable_cells(marts)
    by_cell = pooled.orders.by_cell(pooled.cell)
    several = marts.parties.take(POOLED.tenured(marts, marts.parties, with_new=True)).by_cell()
    present = set(marts.coverage.cell[POOLED.tenured(marts, marts.coverage)].tolist())
    for scope in cell_scopes(marts):
        if scope.cell not in present:
            continue
        share = covered(marts, POOLED, "offer_gap", everywhere, only=scope.cell)
        base = base_finding(
            "offer_gap",
            POOLED,
            share,
            comparator=reading.comparator,
            basis=reading.basis,
            cell=dict(scope.columns),
        )
        comparison = None
        if orders := by_cell.get(scope.cell):
            parties = _parties(marts, reading.counts, orders.rows, several.get(scope.cell))
            comparison = _compare(replace(pooled, orders=orders, parties=parties), config)
        yield draft(base, comparison, share, config)


def _arrange(counts: Counts, weights: FloatArray) -> _Offers:
    """Return counts in major units of one period, with the offer version of each entry, sorted for every estimator."""
    # A book has no version ids: there the pair of cell and offer price is the decision that customers share.
    own = counts.values["version"] >= 0
    decided_by = np.where(own, counts.values["version"], counts.cell)
    version = numbered(own, decided_by, np.where(own, 0, counts.values["offer_ticks"]))
    scale = weights[counts.cell]
    price = counts.values["price_ticks"] / TICKS_PER_UNIT * scale
    offer = counts.values["offer_ticks"] / TICKS_PER_UNIT * scale
    log_ratio, n = np.log(price / offer), counts.values["n_customers"]
    rows = np.arange(len(counts))
    by_price, by_gap = rows[sorting(price, offer, n)], rows[sorting(log_ratio, n)]
    # Sorting is stable: entries of a cell or version keep the order by price.
    by_version = by_price[sorting(version[by_price])]
    by_cell = by_price[sorting(counts.cell[by_price])]
    in_cell = by_version[sorting(counts.cell[by_version])]
    orders = _Orders(rows, by_price, by_cell, by_version, in_cell, by_gap)
    return _Offers(counts.cell, version, price, offer, log_ratio, n, orders)


def _within(marts: Marts, scope: Scope, whole: _Offers, reading: str) -> _Offers:
    """Return the offers of a scope out of all of a reading."""
    chosen = scope.tenured(marts, marts.offers[reading], with_new=True)
    several = marts.parties.take(scope.tenured(marts, marts.parties, with_new=True))
    orders = whole.orders.take(chosen)
    return replace(whole, orders=orders, parties=_parties(marts, reading, orders.rows, several))


def _parties(marts: Marts, reading: str, chosen: IntArray, several: Counts | None) -> _Parties | None:
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
    several = several.take((several.values["price_ticks"] != NO_PRICE) & (several.values[column] > 0))
    if not len(several):
        return None
    weights, rows = marts.weights, marts.offers[reading].take(chosen)
    shared = (several.cell, *(several.values[name] for name in ("price_ticks", column, "n_parties")))
    single = (rows.cell, *(rows.values[name] for name in ("price_ticks", "offer_ticks", "n_customers")))
    cell, price, offer, n = (np.concatenate(pair) for pair in zip(single, (*shared[:3], -shared[3]), strict=True))
    order = sorting(cell, price, offer)
    cell, price, offer, n = cell[order], price[order], offer[order], n[order]
    starts = key_starts(cell, price, offer)
    left = np.add.reduceat(n, starts)
    kept = starts[left > 0]
    cell, price, offer, n = cell[kept], price[kept], offer[kept], left[left > 0]
    return _Parties(_sums(weights, cell, price, offer, n), _sums(weights, *shared), several.values["pattern"])


def _sums(weights: FloatArray, cell: IntArray, price: IntArray, offer: IntArray, n: IntArray) -> CellSums:
    scale = weights[cell]
    return CellSums(cell, price / TICKS_PER_UNIT * scale, offer / TICKS_PER_UNIT * scale, n)


def _compare(offers: _Offers, config: Config) -> Comparison | None:
    """Compare prices with their offers; None where nobody has both."""
    if not len(offers):
        return None
    level, orders = config.inference.confidence_level, offers.orders
    by_party, by_version, decisions = _ratios(offers)
    ratio, interval = wider(by_party, by_version, confidence_level=level)
    z, rank_p = _signed_rank(offers, interval)
    by_gap, in_cell = offers.sums(orders.gap), offers.sums(orders.cell)
    above = share_above(*by_gap, confidence_level=level)
    geometric = geometric_offer_gap(*offers.sums(orders.price))
    cell = offers.cell[orders.cell]
    starts = group_starts(cell)
    members = np.repeat(np.arange(starts.size), np.diff(starts, append=cell.size))
    several = starts.size > 1
    cells = _cell_gaps(offers, members, starts, level) if several else None
    price, offer, n = offers.sums(orders.rows)
    paid, total = float((price * n).sum()), int(n.sum())
    return Comparison(
        ratio=ratio,
        n_tenured=total,
        n_new=None,
        n_cells=starts.size,
        rank=(z, rank_p),
        geometric=geometric,
        n_eff=float(total),
        relative_range=float(np.nanmax(offer_relative_ranges(members, *in_cell, n_cells=starts.size))),
        spread=heterogeneity(cells, few_draws=True) if cells else ONE_CELL,
        penalised_share=penalised_share(cells, np.add.reduceat(in_cell[2], starts), config) if cells else 0.0,
        effect_size=(above.share, "share_above"),
        companions=(
            Companion("geometric", geometric),
            Companion("count_weighted", count_weighted(cell, *in_cell)),
            Companion("median_ratio", median_ratio(*by_gap)),
            Companion("share_above", above.share, above.ci_lower, above.ci_upper),
            Companion("signed_rank", statistic=z, p_value=rank_p),
        ),
        interval=interval,
        test="cluster_t",
        paid=paid,
        comparator_money=float((offer * n).sum()),
        pricing_decisions=decisions,
        by_party=by_party.interval(level),
        by_offer_version=by_version.interval(level),
    )


def _ratios(offers: _Offers) -> tuple[LogRatio, LogRatio, float]:
    """Return the offer ratio clustered by party and by offer version, and the effective number of versions."""
    orders, parties = offers.orders, offers.parties
    by_party = parties.log_ratio() if parties else party_log_ratio(*offers.sums(orders.price))[0]
    return by_party, *clustered_log_ratio(offers.version[orders.version], *offers.sums(orders.version))


def _signed_rank(offers: _Offers, interval: Clustering) -> tuple[float, float]:
    """Return the signed-rank test with the clusters of the printed interval."""
    if interval == "party" and offers.parties:
        return offers.parties.signed_rank()
    order = offers.orders.gap
    differences, n = offers.log_ratio[order], offers.n[order]
    return (
        signed_rank(differences, n)
        if interval == "party"
        else clustered_signed_rank(offers.version[order], differences, n)
    )


def _cell_gaps(offers: _Offers, members: IntArray, starts: IntArray, level: float) -> CellRatios:
    """Return each cell's own gap with its wider interval.

    Args:
        offers: Of several cells.
        members: Position of the cell of each entry, by cell, shape (m,).
        starts: First entry of each cell, shape (cells,).
        level: Confidence level at which intervals are compared.
    """
    orders, parties = offers.orders, offers.parties
    versions = offers.version[orders.version_in_cell], *offers.sums(orders.version_in_cell)
    by_version = offer_cells(cluster_sums(members, *versions), n_cells=starts.size)
    own = parties.by_cell(offers.cell[orders.cell][starts]) if parties else CellSums(members, *offers.sums(orders.cell))
    return wider_cells(offer_cells(own, n_cells=starts.size), by_version, confidence_level=level)


def overpayment_drafts(marts: Marts, config: Config, scopes: list[Scope], reading: Reading) -> Iterator[Draft]:
    """Return the money of each scope: gross and net of those below, a year, and the customers above. Facts."""
    everywhere = assessable_cells(marts)
    counts = marts.money[reading.counts]
    price, offer, n = (counts.values[name] for name in ("price_ticks", "offer_ticks", "n_customers"))
    counts = counts.take(sorting(counts.cell, price - offer, n))
    for scope in scopes:
        chosen = scope.tenured(marts, counts, with_new=True)
        if scope.band is not None and not chosen.any():
            continue
        share = covered(marts, scope, "overpayment", everywhere, with_new=True)
        rows = counts.take(chosen)
        yield _money_draft(marts, reading, scope, share, rows, cell=None)
        if scope == POOLED and reading.counts == "primary":
            by_cell = rows.by_cell()
            for cell in cell_scopes(marts):
                if here := by_cell.get(cell.cell):
                    share = covered(marts, POOLED, "overpayment", everywhere, only=cell.cell)
                    yield _money_draft(marts, reading, POOLED, share, here, cell=dict(cell.columns))


def _money_draft(
    marts: Marts, reading: Reading, scope: Scope, share: Covered, rows: Counts, *, cell: dict[str, str | None] | None
) -> Draft:
    base = base_finding("overpayment", scope, share, comparator=reading.comparator, basis=reading.basis, cell=cell)
    base = replace(base, unit=f"{marts.currency}/year", family=None, interval=None)
    if not len(rows):
        return Draft(finding=base)
    money = overpayments(rows.cell, *(rows.values[name] for name in ("price_ticks", "offer_ticks", "n_customers")))
    rates = [marts.cells[index].intervals_per_year for index in money.group]
    gross, net = (at_rates(rates, amounts) for amounts in (money.gross, money.net))
    n_affected = sum(money.n_affected)
    floors = np.array([float(rate) for rate in rates]) * money.noise_floor * np.array(money.n) / TICKS_PER_UNIT
    # A cell with one customer shows no noise of its own; where every cell is such, there is no floor.
    known = floors[~np.isnan(floors)]
    n = int(rows.values["n_customers"].sum())
    fact = overpayment_fact(to_money(gross), to_money(net), currency=marts.currency, n_affected=n_affected, n=n)
    return Draft(
        finding=replace(
            base,
            fact=fact,
            estimate=to_money(gross),
            n_tenured=n,
            n_cells=len(money.group),
            companions=(
                Companion("net", to_money(net)),
                Companion("customers_affected", n_affected),
                Companion("noise_floor", Decimal(f"{known.sum():.2f}") if known.size else None),
            ),
        )
    )


def monthly_gaps(marts: Marts, config: Config) -> list[dict[str, object]]:
    """Return offer_gap of every month of the data, each against the offers in force then; empty for a book.

    Parties are customers here: clustering several accounts would need every month's pairings.
    """
    level, one = config.inference.confidence_level, np.ones(1)
    found: list[dict[str, object]] = []
    for month, counts in marts.monthly.items():
        comparison = _compare(_arrange(counts, one), config)
        if comparison is None:
            continue
        lower, upper = comparison.ratio.interval(level) or (None, None)
        found.append(
            {
                "month": month,
                "estimate": comparison.ratio.estimate,
                "ci_lower": lower,
                "ci_upper": upper,
                "interval": comparison.interval,
                "n_tenured": comparison.n_tenured,
                "pricing_decisions": comparison.pricing_decisions,
            }
        )
    return found
