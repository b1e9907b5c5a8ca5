"""offer_gap and overpayment: tenured customers against the firm's own new-customer offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from fairness.analysis.comparison import Comparison, base_finding, draft, penalised_share
from fairness.analysis.counts import NO_PRICE, PARTY_OFFERS, TICKS_PER_UNIT, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.coverage import Covered, covered
from fairness.analysis.drafts import Draft
from fairness.analysis.facts import overpayment_fact
from fairness.analysis.marts import Marts, to_money
from fairness.analysis.scopes import POOLED, Scope, cell_scopes
from fairness.config import Config
from fairness.results import Companion
from fairness.stats.log_ratio import LogRatio
from fairness.stats.offer_ratio import (
    clustered_log_ratio,
    count_weighted,
    geometric_offer_gap,
    median_ratio,
    offer_relative_ranges,
    party_log_ratio,
    share_above,
    wider,
)
from fairness.stats.overpayment import overpayment
from fairness.stats.ranks import signed_rank
from fairness.stats.scores import group_starts, numbered
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
class _Offers:
    """Value counts of (price, offer) of one scope, shape (m,), in major units of one period.

    Attributes:
        cell: Cell of each entry.
        version: Offer version of each entry: the (cell, offer price) pair of a book.
        price: What was paid.
        offer: What a new customer is offered.
        n: Customers.
        parties: (price sum, offer sum, number of parties): each customer, or several accounts of one party together.
    """

    cell: IntArray
    version: IntArray
    price: FloatArray
    offer: FloatArray
    n: IntArray
    parties: tuple[FloatArray, FloatArray, IntArray]


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
    return _arrange(rows, marts.weights, _party_sums(marts, rows, several, PARTY_OFFERS[reading]))


def _arrange(rows: Counts, weights: FloatArray, parties: tuple[FloatArray, FloatArray, IntArray]) -> _Offers:
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


def _party_sums(marts: Marts, rows: Counts, several: Counts, column: str) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return counts of what parties pay and are offered in all: most have one observation, some have several."""
    usable = (several.values["price_ticks"] != NO_PRICE) & (several.values[column] > 0)
    several = several.take(usable)
    price, offer = _money(marts, rows, "price_ticks"), _money(marts, rows, "offer_ticks")
    if not len(several):
        return price, offer, rows.values["n_customers"]
    # Customers whose party has several observations leave the counts and come back as one party with its sums.
    their_price, their_offer = _money(marts, several, "price_ticks"), _money(marts, several, column)
    both = np.concatenate((price, their_price)), np.concatenate((offer, their_offer))
    left_n = np.concatenate((rows.values["n_customers"], -several.values["n_parties"]))
    pairs = numbered(*both)
    first = np.unique(pairs, return_index=True)[1]
    left = np.bincount(pairs, weights=left_n)
    keep = left > 0
    patterns, member = np.unique(several.values["pattern"], return_inverse=True)
    size = np.zeros(len(patterns), dtype=np.int64)
    size[member] = several.values["n_parties"]
    return (
        np.concatenate((both[0][first][keep], np.bincount(member, weights=their_price))),
        np.concatenate((both[1][first][keep], np.bincount(member, weights=their_offer))),
        np.concatenate((left[keep].astype(np.int64), size)),
    )


def _money(marts: Marts, rows: Counts, column: str) -> FloatArray:
    """Return a column of ticks in major units of one period."""
    money: FloatArray = rows.values[column] / TICKS_PER_UNIT * marts.weights[rows.cell]
    return money


def _compare(offers: _Offers, config: Config) -> Comparison | None:
    """Compare prices with their offers; None where nobody has both."""
    if not len(offers.n):
        return None
    level = config.inference.confidence_level
    values = (offers.price, offers.offer, offers.n)
    by_party, _ = party_log_ratio(*offers.parties)
    by_version, decisions = clustered_log_ratio(offers.version, *values)
    ratio, interval = wider(by_party, by_version, confidence_level=level)
    z, rank_p = signed_rank(np.log(offers.price / offers.offer), offers.n)
    above = share_above(*values, confidence_level=level)
    geometric = geometric_offer_gap(*values)
    cells, members, n_by_cell = _cell_gaps(offers)
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
        spread=heterogeneity(cells),
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


def _cell_gaps(offers: _Offers) -> tuple[CellRatios, IntArray, IntArray]:
    """Return each cell's own gap by party, the cell number of each entry and the customers of each cell."""
    # Entries are sorted by cell.
    first = group_starts(offers.cell)
    members = np.repeat(np.arange(first.size), np.diff(first, append=len(offers.cell)))
    ratios: list[LogRatio] = []
    for start, end in pairwise((*first, len(offers.cell))):
        here = slice(start, end)
        ratios.append(party_log_ratio(offers.price[here], offers.offer[here], offers.n[here])[0])
    gaps = CellRatios(
        log_ratio=np.array([ratio.log_ratio for ratio in ratios]),
        se=np.array([np.nan if ratio.se is None else ratio.se for ratio in ratios]),
        df=np.array([np.nan if ratio.df is None else ratio.df for ratio in ratios]),
    )
    sizes = np.bincount(members, weights=offers.n, minlength=first.size).astype(np.int64)
    return gaps, members, sizes


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
    gross = net = Fraction(0)
    floor: float | None = 0.0
    n_affected = 0
    for index, here in rows.by_cell().items():
        money = overpayment(here.values["price_ticks"], here.values["offer_ticks"], here.values["n_customers"])
        per_year = marts.cells[index].intervals_per_year
        gross, net, n_affected = (
            gross + per_year * money.gross,
            net + per_year * money.net,
            n_affected + money.n_affected,
        )
        if floor is not None and money.noise_floor is not None:
            floor += float(per_year) * money.noise_floor * money.n / TICKS_PER_UNIT
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
                Companion("noise_floor", None if floor is None else Decimal(f"{floor:.2f}")),
            ),
        )
    )


def monthly_gaps(marts: Marts, config: Config) -> list[dict[str, object]]:
    """Return offer_gap of every month of the data, each against the offers in force then; empty for a book.

    Parties are customers here: clustering several accounts would need every month's pairings.
    """
    level = config.inference.confidence_level
    found: list[dict[str, object]] = []
    for month, counts in marts.monthly.items():
        singles = tuple(counts.values[name] / TICKS_PER_UNIT for name in ("price_ticks", "offer_ticks"))
        arranged = _arrange(counts, np.ones(1), (singles[0], singles[1], counts.values["n_customers"]))
        comparison = _compare(arranged, config)
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
