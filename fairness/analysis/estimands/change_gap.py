"""change_gap: how much faster prices of tenured customers changed than those of new customers of the same cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fairness.analysis.comparison import Comparison, base_finding, decided_shares, draft
from fairness.analysis.counts import TICKS_PER_UNIT, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.coverage import Coverage, Covered
from fairness.analysis.distinct import enough, has_comparator, repeats
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import POOLED, CellScope, Scope, cell_scopes
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimand_spec import Comparator
from fairness.findings.estimands import CHANGE_GAP
from fairness.findings.results import Companion, Finding
from fairness.stats.change import (
    ChangeArms,
    cell_changes,
    change_difference,
    clustered_mean,
    offer_change_cells,
    summarise_changes,
)
from fairness.stats.influence import Influence, influence, mean_influence
from fairness.stats.log_ratio import LogRatio
from fairness.stats.ranks import clustered_signed_rank, probability_superiority, van_elteren
from fairness.stats.scores import group_starts
from fairness.stats.sign_flip import SignFlip, sign_flip
from fairness.stats.standardised_ratio import ONE_CELL, heterogeneity

SPEC = CHANGE_GAP
_OFFERS, _NEW = SPEC.against("offer"), SPEC.against("new_customers")
_WITH_OFFERS = 2
"""Value of ``change_known`` where the offers of a year ago are known as well."""


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the drafts of each scope and cell: against dated offers, or against new customers where there are none.

    New customers rarely have a price a year ago, so they are used only where offers have no dates.
    """
    if is_primary or has_data(marts):
        make = offer_drafts if has_dated_offers(marts) else gap_drafts
        yield from make(marts, config, scopes)


def headline(marts: Marts, config: Config) -> tuple[Comparator, BoolArray]:
    """Return what the headline compares with, and which cells: those with enough changes in both groups."""
    if has_dated_offers(marts):
        return _OFFERS, np.ones(len(marts.cells), dtype=np.bool_)
    return _NEW, _qualified(marts, config, POOLED, _changed(marts, POOLED).arms)


def has_data(marts: Marts) -> bool:
    """Return whether anyone's price twelve months ago is known."""
    return len(marts.changes) > 0


def has_dated_offers(marts: Marts) -> bool:
    """Return whether tenured customers have offers in force on both dates to compare their change with."""
    return bool(_against_offers(marts, marts.changes).any())


def offer_drafts(marts: Marts, config: Config, scopes: list[Scope]) -> Iterator[Draft]:
    """Return the drafts of change_gap against dated offers: mean of the price's log change minus the offer's."""
    known = _against_offers(marts, marts.changes)
    coverage = Coverage(marts, _OFFERS, np.ones(len(marts.cells), dtype=np.bool_))
    for scope in scopes:
        chosen = scope.tenured(marts, marts.changes) & known
        if scope.band is not None and not chosen.any():
            continue
        yield draft(*_offer_parts(marts, config, scope, chosen, coverage.of(scope)), config)
        if scope == POOLED:
            for cell in cell_scopes(marts):
                here = chosen & (marts.changes.cell == cell.cell)
                if here.any():
                    parts = _offer_parts(marts, config, POOLED, here, coverage.of_cell(cell.cell), cell=cell)
                    yield draft(*parts, config)


def _against_offers(marts: Marts, counts: Counts) -> BoolArray:
    known: BoolArray = (counts.values["before_offer_ticks"] > 0) & (counts.values["after_offer_ticks"] > 0)
    return known


def _offer_parts(
    marts: Marts, config: Config, scope: Scope, chosen: BoolArray, share: Covered, *, cell: CellScope | None = None
) -> tuple[Finding, Comparison | None, Covered]:
    only = None if cell is None else cell.cell
    columns = None if cell is None else dict(cell.columns)
    base = base_finding(SPEC.name, scope, share, comparator=_OFFERS.name, basis="standard", cell=columns)
    rows = marts.changes.take(chosen)
    if not len(rows):
        return base, None, share
    parties = marts.parties if only is None else marts.parties.at(only)
    several = scope.tenured(marts, parties) & (parties.values["change_known"] == _WITH_OFFERS)
    return base, _compare_with_offers(rows, config).distinct(repeats(parties, several)), share


def _compare_with_offers(rows: Counts, config: Config) -> Comparison:
    n = rows.values["n_observations"]
    offer_change = np.log(rows.values["after_offer_ticks"] / rows.values["before_offer_ticks"])
    own_change = _log_change(rows)
    value = own_change - offer_change
    decision = rows.values["decision"]
    by_decision, decisions = clustered_mean(decision, value, n)
    z, rank_p = clustered_signed_rank(decision, value, n)
    total = int(n.sum())
    level = config.inference.confidence_level
    cells, members = np.unique(rows.cell, return_inverse=True)
    spread, decided = ONE_CELL, (0.0, 0.0)
    if cells.size > 1:
        gaps = offer_change_cells(members, decision, value, n, n_cells=cells.size, confidence_level=level)
        spread = heterogeneity(gaps, few_draws=True)
        decided = decided_shares(gaps, np.bincount(members, weights=n), config)
    exact = _exact(decision, value, n, config) if _is_exact(by_decision, decisions, config) else None
    decides = exact is not None and exact.decides(1.0 - level)
    return Comparison(
        ratio=by_decision,
        n_tenured=total,
        n_new=None,
        n_observations=total,
        n_cells=cells.size,
        rank=(z, rank_p),
        geometric=by_decision.estimate,
        n_eff=float(total),
        relative_range=None,
        spread=spread,
        decided=decided,
        effect_size=(float((n * (value > 0)).sum() / total), "share_rising_faster"),
        companions=(
            Companion("signed_rank", statistic=z, p_value=rank_p),
            Companion("tenured_mean_log_change", float((own_change * n).sum() / total)),
            Companion("offer_mean_log_change", float((offer_change * n).sum() / total)),
        ),
        interval="decision",
        test="sign_flip_exact" if decides else "cluster_t",
        pricing_decisions=decisions,
        by_decision=by_decision.interval(level),
        p_value=exact.p_value if exact is not None and decides else None,
        exact=exact,
        influence=mean_influence(value, n, few=config.privacy.min_cell, beside=(own_change, offer_change)),
    )


def _is_exact(ratio: LogRatio, decisions: float, config: Config) -> bool:
    """Return whether decisions are few, or changes do not vary: an interval then says nothing."""
    return decisions < config.inference.min_pricing_decisions or ratio.se == 0


def _exact(decision: IntArray, value: FloatArray, n: IntArray, config: Config) -> SignFlip:
    """Return the sign-flip test over decisions, weighted by customers."""
    order = np.argsort(decision, kind="stable")
    starts = group_starts(decision[order])
    size = np.add.reduceat(n[order], starts).astype(np.float64)
    mean = np.add.reduceat((n * value)[order], starts) / size
    return sign_flip(size * np.exp(mean), size, margin=config.inference.margin)


def _qualified(marts: Marts, config: Config, scope: Scope, arms: ChangeArms) -> BoolArray:
    least = config.like_for_like.min_per_group
    return enough(arms.n_tenured, arms.n_new, marts.parties, _several(scope, marts, marts.parties), least=least)


def _several(scope: Scope, marts: Marts, parties: Counts) -> tuple[BoolArray, BoolArray]:
    """Return which observations of parties with several are in either arm."""
    usable = has_comparator(parties, _NEW)
    return usable & scope.tenured(marts, parties), usable & scope.new(marts, parties)


def gap_drafts(marts: Marts, config: Config, scopes: list[Scope]) -> Iterator[Draft]:
    """Return the drafts of change_gap against new customers: each scope, and each cell of the whole book."""
    for scope in scopes:
        changed = _changed(marts, scope)
        arms = changed.arms
        if scope.band is not None and not arms.n_tenured.any():
            continue
        qualified = _qualified(marts, config, scope, arms)
        coverage = Coverage(marts, _NEW, qualified)
        share = coverage.of(scope)
        base = base_finding(SPEC.name, scope, share, comparator=_NEW.name, basis="paid")
        comparison = _compare(changed, qualified, config)
        if comparison is not None:
            compared = qualified[marts.parties.cell]
            several = _several(scope, marts, marts.parties)
            comparison = comparison.distinct(*(repeats(marts.parties, arm & compared) for arm in several))
        if comparison is not None and scope == POOLED:
            comparison = replace(comparison, companions=comparison.companions + _own_changes(marts))
        yield draft(base, comparison, share, config)
        if scope == POOLED:
            yield from _cell_drafts(marts, config, changed, qualified, coverage)


def _cell_drafts(
    marts: Marts, config: Config, changed: _Changed, qualified: BoolArray, coverage: Coverage
) -> Iterator[Draft]:
    arms = changed.arms
    for scope in cell_scopes(marts):
        if not arms.n_tenured[scope.cell] and not arms.n_new[scope.cell]:
            continue
        here = np.zeros(len(marts.cells), dtype=np.bool_)
        here[scope.cell] = True
        share = coverage.of_cell(scope.cell)
        base = base_finding(SPEC.name, POOLED, share, comparator=_NEW.name, basis="paid", cell=dict(scope.columns))
        comparison = _compare(changed, qualified & here, config)
        if comparison is not None:
            parties = marts.parties.at(scope.cell)
            comparison = comparison.distinct(*(repeats(parties, arm) for arm in _several(POOLED, marts, parties)))
        yield draft(base, comparison, share, config)


@dataclass(frozen=True, slots=True, eq=False)
class _Changed:
    """Both arms of one scope: the rows, which of them are tenured, and their statistics per cell."""

    rows: Counts
    tenured: BoolArray
    arms: ChangeArms


def _changed(marts: Marts, scope: Scope) -> _Changed:
    counts = marts.changes
    tenured, new = scope.tenured(marts, counts), scope.new(marts, counts)
    rows = counts.take(tenured | new)
    is_tenured: BoolArray = tenured[tenured | new]
    n = rows.values["n_observations"]
    arms = summarise_changes(rows.cell, is_tenured, _log_change(rows), n, n_cells=len(marts.cells))
    return _Changed(rows, is_tenured, arms)


def _log_change(rows: Counts) -> FloatArray:
    """Return log(price after / price before), from prices in major units as the rows state them."""
    after, before = rows.values["after_ticks"] / TICKS_PER_UNIT, rows.values["before_ticks"] / TICKS_PER_UNIT
    return np.asarray(np.log(after / before), dtype=np.float64)


def _compare(changed: _Changed, chosen: BoolArray, config: Config) -> Comparison | None:
    if not chosen.any():
        return None
    arms = changed.arms.select(chosen)
    cells = cell_changes(arms)
    ratio = change_difference(arms)
    z, rank_p = van_elteren(arms)
    superiority = probability_superiority(arms)
    tenured = arms.n_tenured.astype(np.float64)
    degenerate = bool(((arms.s2_tenured == 0) | (arms.s2_new == 0)).any())
    return Comparison(
        ratio=ratio,
        n_tenured=int(arms.n_tenured.sum()),
        n_new=int(arms.n_new.sum()),
        n_observations=int(arms.n_tenured.sum()),
        n_cells=int(arms.cell.size),
        rank=(z, rank_p),
        geometric=ratio.estimate,
        n_eff=float(tenured.sum() ** 2 / (tenured**2 / arms.n_new).sum()),
        relative_range=None,
        spread=heterogeneity(cells),
        decided=(0.0, 0.0) if arms.cell.size == 1 else decided_shares(cells, arms.n_tenured, config),
        effect_size=(superiority, "probability_superiority"),
        companions=(
            Companion("probability_superiority", superiority),
            Companion("van_elteren", statistic=z, p_value=rank_p),
        ),
        interval="log_t_satterthwaite",
        test="satterthwaite_t",
        influence=_influence(changed, chosen, few=config.privacy.min_cell),
        warnings=("degenerate_variance",) if degenerate else (),
    )


def _influence(changed: _Changed, chosen: BoolArray, *, few: int) -> Influence:
    """Return how far a few customers could move the difference: a new one moves the mean of its cell."""
    here = chosen[changed.rows.cell]
    cell, tenured, arms = changed.rows.cell[here], changed.tenured[here], changed.arms
    change = _log_change(changed.rows)[here]
    total = float(arms.n_tenured[chosen].sum())
    away = change - np.where(tenured, arms.mean_tenured[cell], arms.mean_new[cell])
    weight = np.where(tenured, 1.0, arms.n_tenured[cell] / arms.n_new[cell])
    return influence(
        away * weight / total,
        deviation=away,
        own=np.where(tenured, change - arms.mean_new[cell], np.nan),
        n=changed.rows.values["n_observations"][here],
        few=few,
    )


def _own_changes(marts: Marts) -> tuple[Companion, ...]:
    """Return the mean log change of each side over everyone who states a prior price: context for the difference."""
    found = []
    for name, mask in (
        ("tenured_mean_log_change", POOLED.tenured(marts, marts.changes)),
        ("new_mean_log_change", POOLED.new(marts, marts.changes)),
    ):
        rows = marts.changes.take(mask)
        if len(rows):
            n = rows.values["n_observations"]
            found.append(Companion(name, float((_log_change(rows) * n).sum() / n.sum())))
    return tuple(found)
