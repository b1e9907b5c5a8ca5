"""offer_gap: tenured customers against the firm's own new-customer offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fairness.analysis.comparison import Comparison, base_finding, decided_shares, draft
from fairness.analysis.counts import OTHER_DATE, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.coverage import Coverage
from fairness.analysis.distinct import has_comparator, repeats, repeats_by_cell
from fairness.analysis.draws import decisions_differ, skewed
from fairness.analysis.estimands import best_offer, joiners
from fairness.analysis.estimands.best_offer import beside_other_date, with_best_offer, with_discount_bounds
from fairness.analysis.estimands.offer_rises import Rises, are_unseen, by_rise, in_scope, rises_of
from fairness.analysis.estimands.offer_rows import Offers, arrange, parties_of, within
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts, product_plans
from fairness.analysis.scopes import POOLED, Scope, cell_scopes
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimand_spec import Comparator
from fairness.findings.estimands import OFFER_GAP
from fairness.findings.results import Companion
from fairness.stats.checks import LOG_NOISE
from fairness.stats.clusters import Way, two_way
from fairness.stats.influence import ratio_influence
from fairness.stats.log_ratio import LogRatio, is_wider
from fairness.stats.offer_cells import CellSums, cluster_sums, offer_cells, wider_cells
from fairness.stats.offer_ratio import (
    count_weighted,
    geometric_offer_gap,
    median_ratio,
    offer_relative_ranges,
    party_log_ratio,
    share_above,
)
from fairness.stats.proportion import clustered_proportion
from fairness.stats.ranks import clustered_signed_rank, signed_rank
from fairness.stats.scores import group_starts
from fairness.stats.sign_flip import SignFlip, sign_flip
from fairness.stats.standardised_ratio import ONE_CELL, CellRatios, heterogeneity

SPEC = OFFER_GAP
INFLUENCE = "influence"
"""Key of a month's influence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One basis of the offers that a study compares with.

    Attributes:
        counts: Key of ``Marts.offers``.
        comparator: ``offer`` from an offer file, ``book`` from the book itself.
        basis: headline, effective or standard.
    """

    counts: str
    comparator: str
    basis: str


def readings(marts: Marts, config: Config) -> list[Reading]:
    """Return the readings of explicit offers that the study has, the primary first; empty without offers.

    A book states one price per offer, so it has one reading: the basis is what the config says that price is.
    """
    # An offer file in which nothing fits is no reason to answer a different question: then nobody can be assessed.
    is_given = any(source.role == "offers" for source in config.sources)
    comparator = "offer" if is_given else "book"
    if comparator not in config.comparator.order or not (is_given or len(marts.offers["primary"])):
        return []
    primary = config.comparator.basis
    found = [Reading("primary", comparator, primary)]
    if marts.has_dated_offers:
        found += [Reading(name, comparator, name) for name in ("headline", "effective", "standard") if name != primary]
    return found


def assessable_cells(marts: Marts) -> BoolArray:
    """Return True for every cell: against an offer no minimum per cell applies."""
    return np.ones(len(marts.cells), dtype=np.bool_)


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from: those of the comparators that the config allows.

    The monthly series is shown only beside the headline.
    """
    tables = reductions(SPEC, *config.comparator.order) | {"rise_counts", "best_offer_counts"}
    return tables | {"monthly_offer_counts", "monthly_repeats"} if config.inference.primary == SPEC.name else tables


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the drafts of each scope and cell, against each reading of the offers and against joiners."""
    known = readings(marts, config)
    for reading in known:
        yield from gap_drafts(marts, config, scopes, reading)
    if joiners.has_data(marts, config):
        yield from joiners.gap_drafts(marts, config, scopes, with_cells=not known)


def headline(marts: Marts, config: Config) -> tuple[Comparator, BoolArray]:
    """Return what the headline compares with (joiners where no offer exists), and which cells: all of them."""
    known = readings(marts, config)
    return SPEC.against(known[0].comparator if known else joiners.AGAINST.name), assessable_cells(marts)


def can_answer(marts: Marts, config: Config) -> bool:
    """Return whether a comparator exists that the config's order allows."""
    return bool(readings(marts, config)) or joiners.has_data(marts, config)


def gap_drafts(marts: Marts, config: Config, scopes: list[Scope], reading: Reading) -> Iterator[Draft]:
    """Return the drafts of offer_gap under one reading: each scope, and each cell under the primary one."""
    compared = marts.offers[reading.counts]
    coverage = Coverage(marts, SPEC.against(reading.comparator), assessable_cells(marts), compared)
    family = product_plans(marts)
    whole = arrange(compared, marts.weights, family)
    is_primary = reading.counts == "primary"
    other = OTHER_DATE[config.comparator.date]
    on_other_date = arrange(marts.offers[other], marts.weights, family) if is_primary else None
    rises = rises_of(marts, whole) if is_primary else None
    for scope in scopes:
        offers = within(marts, scope, whole, reading.counts)
        here = in_scope(marts, scope, rises)
        if scope.band is not None and not len(offers):
            continue
        share = coverage.of(scope, with_new=True)
        base = base_finding(SPEC.name, scope, share, comparator=reading.comparator, basis=reading.basis)
        comparison = _compare(offers, config, here)
        if comparison is not None and is_primary and are_unseen(offers, here):
            comparison = replace(comparison, warnings=(*comparison.warnings, "rises_unseen"))
        if comparison is not None:
            several = in_reading(marts, marts.parties, scope, reading)
            comparison = comparison.distinct(repeats(marts.parties, several))
        if comparison is not None and on_other_date is not None and scope.band is None:
            companions = _on_other_date(within(marts, scope, on_other_date, other), other, config)
            comparison = beside_other_date(comparison, companions, config)
        if comparison is not None and is_primary:
            comparison = with_best_offer(marts, comparison, best_offer.in_scope(marts, scope), config.inference.margin)
            if scope == POOLED:
                comparison = with_discount_bounds(marts, comparison)
        yield draft(base, comparison, share, config)
        if scope == POOLED and is_primary:
            yield from _cell_drafts(marts, config, reading, offers, here, coverage=coverage)


def pooled(marts: Marts, config: Config, reading: Reading) -> Comparison | None:
    """Return the comparison of the whole book under one reading; None where nobody has an offer."""
    whole = arrange(marts.offers[reading.counts], marts.weights, product_plans(marts))
    rises = rises_of(marts, whole) if reading.counts == "primary" else None
    comparison = _compare(within(marts, POOLED, whole, reading.counts), config, in_scope(marts, POOLED, rises))
    if comparison is None:
        return None
    return comparison.distinct(repeats(marts.parties, in_reading(marts, marts.parties, POOLED, reading)))


def in_reading(marts: Marts, parties: Counts, scope: Scope, reading: Reading) -> BoolArray:
    """Return which observations of parties with several a reading compares in a scope."""
    return scope.tenured(marts, parties, with_new=True) & has_comparator(
        parties, SPEC.against(reading.comparator), reading.counts
    )


def _on_other_date(offers: Offers, name: str, config: Config) -> tuple[Companion, ...]:
    """Return the same gap against the offer of the other day: at_price_set or at_cycle_start."""
    if not len(offers):
        return ()
    level = config.inference.confidence_level
    ratio = _ratios(offers, None, level).ratio
    return (Companion(name, ratio.estimate, *(ratio.interval(level) or (None, None))),)


def _cell_drafts(
    marts: Marts, config: Config, reading: Reading, pooled: Offers, rises: Rises | None, *, coverage: Coverage
) -> Iterator[Draft]:
    repeated = repeats_by_cell(marts.parties, in_reading(marts, marts.parties, POOLED, reading), len(marts.cells))
    by_cell = pooled.orders.by_cell(pooled.cell)
    several = marts.parties.take(POOLED.tenured(marts, marts.parties, with_new=True)).by_cell()
    present = set(marts.coverage.cell[POOLED.tenured(marts, marts.coverage)].tolist())
    for scope in cell_scopes(marts):
        if scope.cell not in present:
            continue
        share = coverage.of_cell(scope.cell)
        base = base_finding(
            SPEC.name,
            POOLED,
            share,
            comparator=reading.comparator,
            basis=reading.basis,
            cell=dict(scope.columns),
        )
        comparison = None
        if orders := by_cell.get(scope.cell):
            parties = parties_of(marts, reading.counts, pooled, orders.rows, several.get(scope.cell))
            here = rises.take(rises.cell == scope.cell) if rises else None
            comparison = _compare(replace(pooled, orders=orders, parties=parties), config, here)
        if comparison is not None:
            comparison = comparison.distinct(int(repeated[scope.cell]))
            chosen = best_offer.in_cell(marts, POOLED, scope.cell)
            comparison = with_best_offer(marts, comparison, chosen, config.inference.margin)
        yield draft(base, comparison, share, config)


def _compare(offers: Offers, config: Config, rises: Rises | None = None) -> Comparison | None:
    """Compare prices with their offers; None where nobody has both."""
    if not len(offers):
        return None
    level, orders = config.inference.confidence_level, offers.orders
    ratios = _ratios(offers, rises, level)
    z, rank_p = _signed_rank(offers, ratios.dominant)
    exact, differ = _by_decision(ratios, config)
    skew, bounds = skewed(ratios.ratio, *_scores(offers, ratios), config)
    decides = exact is not None and exact.decides(1.0 - level)
    by_gap, in_cell = offers.sums(orders.gap), offers.sums(orders.cell)
    geometric = geometric_offer_gap(*offers.sums(orders.price))
    cell = offers.cell[orders.cell]
    starts = group_starts(cell)
    members = np.repeat(np.arange(starts.size), np.diff(starts, append=cell.size))
    cells = _cell_gaps(offers, members, starts, level) if starts.size > 1 else None
    above = share_above(*by_gap, confidence_level=level).share
    price, offer, n = offers.sums(orders.rows)
    total = int(n.sum())
    return Comparison(
        ratio=ratios.ratio,
        n_tenured=total,
        n_new=None,
        n_observations=total,
        n_cells=starts.size,
        rank=(z, rank_p),
        geometric=geometric,
        n_eff=float(total),
        relative_range=float(np.nanmax(offer_relative_ranges(members, *in_cell, n_cells=starts.size))),
        spread=heterogeneity(cells, few_draws=True) if cells else ONE_CELL,
        decided=decided_shares(cells, np.add.reduceat(in_cell[2], starts), config) if cells else (0.0, 0.0),
        effect_size=(above, "share_above"),
        companions=(
            Companion("geometric", geometric),
            *_companions(offers, above, level),
            Companion("signed_rank", statistic=z, p_value=rank_p),
        ),
        interval=ratios.dominant,
        test="sign_flip_exact" if decides else "cluster_t",
        paid=float((price * n).sum()),
        comparator_money=float((offer * n).sum()),
        pricing_decisions=ratios.decisions,
        by_party=ratios.by_party.interval(level),
        by_decision=ratios.by_decision.interval(level),
        p_value=exact.p_value if exact is not None and decides else None,
        exact=exact,
        skew=skew,
        bootstrap_t=bounds,
        decisions_differ=differ,
        influence=ratio_influence(*by_gap, few=config.privacy.min_cell),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ratios:
    """The offer ratio by what the draws are.

    Attributes:
        ratio: With both sources of noise.
        dominant: Which of them contributes more.
        by_party, by_decision: With each alone.
        decisions: Effective number of price decisions.
        paid, offered: Money of each decision, shape (decisions,).
        is_constant: Whether nothing varies within the decisions.
    """

    ratio: LogRatio
    dominant: Way
    by_party: LogRatio
    by_decision: LogRatio
    decisions: float
    paid: FloatArray
    offered: FloatArray
    is_constant: bool


def _ratios(offers: Offers, rises: Rises | None, level: float) -> _Ratios:
    """Return the offer ratio by party, by price decision or shared rise, whichever is wider, and by both at once."""
    orders, parties = offers.orders, offers.parties
    by_party = parties.log_ratio() if parties else party_log_ratio(*offers.sums(orders.price))[0]
    price, offer, n = offers.sums(orders.decision)
    decision, gap = offers.decision[orders.decision], offers.log_ratio[orders.decision]
    starts = group_starts(decision)
    paid, offered = np.add.reduceat(n * price, starts), np.add.reduceat(n * offer, starts)
    is_constant = bool((np.maximum.reduceat(gap, starts) - np.minimum.reduceat(gap, starts) < LOG_NOISE).all())
    by_decision, decisions = party_log_ratio(paid, offered, np.ones_like(starts))
    if rises is not None and (shared := by_rise(rises, decision[starts], paid, offered)):
        wider, fewer = party_log_ratio(*shared, np.ones(shared[0].size, dtype=np.int64))
        if is_wider(wider, by_decision, confidence_level=level):
            by_decision, decisions, (paid, offered), is_constant = wider, fewer, shared, False
    # A party with one observation lies in one decision: by both, it is what it is by party.
    by_both = parties.log_ratio_by_decision() if parties else by_party
    ratio, dominant = two_way(by_party, by_decision, by_both)
    return _Ratios(ratio, dominant, by_party, by_decision, decisions, paid, offered, is_constant)


def _by_decision(ratios: _Ratios, config: Config) -> tuple[SignFlip | None, bool]:
    """Return the sign-flip test where decisions are few or alike, and whether large ones differ without noise."""
    settings = config.inference
    few = ratios.decisions < settings.min_pricing_decisions or ratios.ratio.se == 0
    exact = sign_flip(ratios.paid, ratios.offered, margin=settings.margin) if few else None
    return exact, ratios.is_constant and decisions_differ(ratios.paid, ratios.offered, settings.margin)


def _companions(offers: Offers, above: float | None, level: float) -> tuple[Companion, ...]:
    """Return other averages of the gap; the interval of the share above has decisions as its trials."""
    price, offer, n = offers.sums(offers.orders.decision)
    bounds = clustered_proportion(
        offers.decision[offers.orders.decision], np.where(price > offer, n, 0), n, confidence_level=level
    )
    return (
        Companion("count_weighted", count_weighted(offers.cell[offers.orders.cell], *offers.sums(offers.orders.cell))),
        Companion("median_ratio", median_ratio(*offers.sums(offers.orders.gap))),
        Companion("share_above", above, *(bounds or (None, None))),
    )


def _scores(offers: Offers, ratios: _Ratios) -> tuple[FloatArray, IntArray]:
    """Return the score of each draw behind the printed interval, and the number of draws with it."""
    orders, parties = offers.orders, offers.parties
    if ratios.dominant == "decision":
        paid, offered, counts = ratios.paid, ratios.offered, np.ones(ratios.paid.size, dtype=np.int64)
    elif parties:
        sums = parties.sums()
        paid, offered, counts = sums.price, sums.comparator, sums.n
    else:
        paid, offered, counts = offers.sums(orders.price)
    total = float((counts * paid).sum())
    return (paid - total / float((counts * offered).sum()) * offered) / total, counts


def _signed_rank(offers: Offers, dominant: Way) -> tuple[float, float]:
    """Return the signed-rank test with the clusters that dominate the printed interval."""
    if dominant == "party" and offers.parties:
        return offers.parties.signed_rank()
    order = offers.orders.gap
    differences, n = offers.log_ratio[order], offers.n[order]
    return (
        signed_rank(differences, n)
        if dominant == "party"
        else clustered_signed_rank(offers.decision[order], differences, n)
    )


def _cell_gaps(offers: Offers, members: IntArray, starts: IntArray, level: float) -> CellRatios:
    """Return each cell's own gap with its wider interval.

    Args:
        offers: Of several cells.
        members: Position of the cell of each entry, by cell, shape (m,).
        starts: First entry of each cell, shape (cells,).
        level: Confidence level at which intervals are compared.
    """
    orders, parties = offers.orders, offers.parties
    decisions = offers.decision[orders.decision_in_cell], *offers.sums(orders.decision_in_cell)
    by_decision = offer_cells(cluster_sums(members, *decisions), n_cells=starts.size)
    own = parties.by_cell(offers.cell[orders.cell][starts]) if parties else CellSums(members, *offers.sums(orders.cell))
    return wider_cells(offer_cells(own, n_cells=starts.size), by_decision, confidence_level=level)


def monthly_gaps(marts: Marts, config: Config) -> list[dict[str, object]]:
    """Return offer_gap of every month of the data, each against the offers in force then; empty for a book.

    A month comes with :data:`INFLUENCE`, how far a few customers could move it, which is not part of the document.

    Parties are customers here: clustering several accounts would need every month's pairings.
    """
    level, same = config.inference.confidence_level, np.zeros(len(marts.interval_weights), dtype=np.int64)
    found: list[dict[str, object]] = []
    for month, counts in marts.monthly.items():
        comparison = _compare(arrange(counts, marts.interval_weights, same), config)
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
                "n_tenured": comparison.n_tenured - marts.monthly_repeats.get(month, 0),
                "pricing_decisions": comparison.pricing_decisions,
                INFLUENCE: comparison.influence,
            }
        )
    return found
