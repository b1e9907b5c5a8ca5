"""offer_gap and overpayment: tenured customers against the firm's own new-customer offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

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
from fairness.stats.scores import group_starts, key_starts, numbered
from fairness.stats.standardised_ratio import CellRatios, heterogeneity


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
        several: Observations of the others, one entry each; ``n`` = parties with exactly this set of observations.
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
        if not len(self.pattern):
            return signed_rank(np.log(self.single.price / self.single.comparator), self.single.n)
        alone = np.full(len(self.single.n), INDEPENDENT)
        differences = [np.log(x.price / x.comparator) for x in (self.single, self.several)]
        return clustered_signed_rank(
            np.concatenate((alone, self.pattern)),
            np.concatenate(differences),
            np.concatenate((self.single.n, np.ones_like(self.pattern))),
            np.concatenate((np.ones_like(self.single.n), self.several.n)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Offers:
    """Value counts of (price, offer) of one scope, shape (m,), in major units of one period.

    Attributes:
        cell: Cell of each entry.
        version: Offer version of each entry: the (cell, offer price) pair of a book.
        price: What was paid.
        offer: What a new customer is offered.
        n: Customers.
        parties: The same customers by party.
    """

    cell: IntArray
    version: IntArray
    price: FloatArray
    offer: FloatArray
    n: IntArray
    parties: _Parties


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
    counts = marts.offers[reading.counts]
    for scope in scopes:
        chosen = scope.tenured(marts, counts, with_new=True)
        if scope.band is not None and not chosen.any():
            continue
        share = covered(marts, scope, "offer_gap", everywhere, with_new=True)
        base = base_finding("offer_gap", scope, share, comparator=reading.comparator, basis=reading.basis)
        parties = scope.tenured(marts, marts.parties, with_new=True)
        rows, several = counts.take(chosen), marts.parties.take(parties)
        comparison = _compare(_offers(marts, reading.counts, rows, several), config)
        if comparison is not None and reading.counts == "primary" and scope.band is None:
            comparison = replace(comparison, companions=comparison.companions + _at_price_set(marts, config, scope))
        yield draft(base, comparison, share, config)
        if scope == POOLED and reading.counts == "primary":
            yield from _cell_drafts(marts, config, reading, rows, several)


def _at_price_set(marts: Marts, config: Config, scope: Scope) -> tuple[Companion, ...]:
    """Return the same gap against the offer that was in force when each price version began."""
    counts = marts.offers["at_price_set"]
    parties = scope.tenured(marts, marts.parties, with_new=True)
    rows = counts.take(scope.tenured(marts, counts, with_new=True))
    comparison = _compare(_offers(marts, "at_price_set", rows, marts.parties.take(parties)), config)
    if comparison is None:
        return ()
    lower, upper = comparison.ratio.interval(config.inference.confidence_level) or (None, None)
    return (Companion("at_price_set", comparison.ratio.estimate, lower, upper),)


def _cell_drafts(marts: Marts, config: Config, reading: Reading, rows: Counts, several: Counts) -> Iterator[Draft]:
    everywhere = assessable_cells(marts)
    by_cell, parties = rows.by_cell(), several.by_cell()
    present = np.unique(marts.coverage.cell[POOLED.tenured(marts, marts.coverage)])
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
        here = _offers(
            marts, reading.counts, by_cell.get(scope.cell, rows.none()), parties.get(scope.cell, several.none())
        )
        yield draft(base, _compare(here, config), share, config)


def _offers(marts: Marts, reading: str, rows: Counts, several: Counts) -> _Offers:
    return _arrange(rows, marts.weights, _parties(marts.weights, rows, several, PARTY_OFFERS[reading]))


def _arrange(rows: Counts, weights: FloatArray, parties: _Parties) -> _Offers:
    """Return counts in major units of one period, with the offer version of each entry."""
    # A book has no version ids: there the pair of cell and offer price is the decision that customers share.
    own = rows.values["version"] >= 0
    decided_by = np.where(own, rows.values["version"], rows.cell)
    version = numbered(own, decided_by, np.where(own, 0, rows.values["offer_ticks"]))
    scale = weights[rows.cell]
    return _Offers(
        cell=rows.cell,
        version=version,
        price=rows.values["price_ticks"] / TICKS_PER_UNIT * scale,
        offer=rows.values["offer_ticks"] / TICKS_PER_UNIT * scale,
        n=rows.values["n_customers"],
        parties=parties,
    )


def _parties(weights: FloatArray, rows: Counts, several: Counts, column: str) -> _Parties:
    """Return the parties behind the counts: the customers of parties with several are taken out of the others."""
    several = several.take((several.values["price_ticks"] != NO_PRICE) & (several.values[column] > 0))
    shared = (several.cell, *(several.values[name] for name in ("price_ticks", column, "n_parties")))
    single = (rows.cell, *(rows.values[name] for name in ("price_ticks", "offer_ticks", "n_customers")))
    cell, price, offer, n = single
    if len(several):
        cell, price, offer, n = (np.concatenate(pair) for pair in zip(single, (*shared[:3], -shared[3]), strict=True))
        order = np.lexsort((offer, price, cell))
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
    if not len(offers.n):
        return None
    level = config.inference.confidence_level
    values = (offers.price, offers.offer, offers.n)
    by_party = offers.parties.log_ratio()
    by_version, decisions = clustered_log_ratio(offers.version, *values)
    ratio, interval = wider(by_party, by_version, confidence_level=level)
    z, rank_p = _signed_rank(offers, interval)
    above = share_above(*values, confidence_level=level)
    geometric = geometric_offer_gap(*values)
    cells, members, n_by_cell = _cell_gaps(offers, level)
    ranges = offer_relative_ranges(members, *values, n_cells=len(n_by_cell))
    paid = float((offers.price * offers.n).sum())
    total = int(offers.n.sum())
    return Comparison(
        ratio=ratio,
        n_tenured=total,
        n_new=None,
        n_cells=len(n_by_cell),
        rank=(z, rank_p),
        geometric=geometric,
        n_eff=float(total),
        relative_range=float(np.nanmax(ranges)),
        spread=heterogeneity(cells, few_draws=True),
        penalised_share=0.0 if len(n_by_cell) == 1 else penalised_share(cells, n_by_cell, config),
        effect_size=(above.share, "share_above"),
        companions=(
            Companion("geometric", geometric),
            Companion("count_weighted", count_weighted(offers.cell, *values)),
            Companion("median_ratio", median_ratio(*values)),
            Companion("share_above", above.share, above.ci_lower, above.ci_upper),
            Companion("signed_rank", statistic=z, p_value=rank_p),
        ),
        interval=interval,
        test="cluster_t",
        paid=paid,
        comparator_money=float((offers.offer * offers.n).sum()),
        pricing_decisions=decisions,
        by_party=by_party.interval(level),
        by_offer_version=by_version.interval(level),
    )


def _signed_rank(offers: _Offers, interval: Clustering) -> tuple[float, float]:
    """Return the signed-rank test with the clusters of the printed interval."""
    if interval == "party":
        return offers.parties.signed_rank()
    return clustered_signed_rank(offers.version, np.log(offers.price / offers.offer), offers.n)


def _cell_gaps(offers: _Offers, level: float) -> tuple[CellRatios, IntArray, IntArray]:
    """Return each cell's own gap with its wider interval, the cell number of each entry, each cell's customers."""
    # Entries are sorted by cell.
    first = group_starts(offers.cell)
    cells, members = offers.cell[first], np.repeat(np.arange(first.size), np.diff(first, append=len(offers.cell)))
    by_version = offer_cells(
        cluster_sums(members, offers.version, offers.price, offers.offer, offers.n), n_cells=len(cells)
    )
    by_party = offer_cells(offers.parties.by_cell(cells), n_cells=len(cells))
    sizes = np.bincount(members, weights=offers.n, minlength=len(cells)).astype(np.int64)
    return wider_cells(by_party, by_version, confidence_level=level), members, sizes


def overpayment_drafts(marts: Marts, config: Config, scopes: list[Scope], reading: Reading) -> Iterator[Draft]:
    """Return the money of each scope: gross and net of those below, a year, and the customers above. Facts."""
    everywhere = assessable_cells(marts)
    counts = marts.money[reading.counts]
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
            n_cells=len(np.unique(rows.cell)),
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
        comparison = _compare(_arrange(counts, one, _parties(one, counts, marts.parties.none(), "offer_ticks")), config)
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
