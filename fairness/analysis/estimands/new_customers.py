"""Tenured customers against new customers: what like_for_like_gap, market_gap, cost_gap and raw_gap share.

Prices are divided by units (like for like, raw), expected cost or market price; see :mod:`.counts` for amounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from fairness.analysis.comparison import Comparison, base_finding, decided_shares, draft
from fairness.analysis.counts import (
    MICROS_PER_UNIT,
    NEW,
    NO_PRICE,
    PARTY_REFERENCES,
    TICKS_PER_UNIT,
    BoolArray,
    Counts,
    FloatArray,
    IntArray,
)
from fairness.analysis.coverage import Coverage
from fairness.analysis.distinct import enough, has_comparator, has_price, repeats, repeats_by_cell
from fairness.analysis.draws import Draws, infer
from fairness.analysis.marts import Marts, product_plans
from fairness.analysis.scopes import POOLED, Scope, cell_scopes
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimand_spec import Comparator, Estimand
from fairness.findings.results import Companion
from fairness.stats.hodges_lehmann import hodges_lehmann
from fairness.stats.influence import contrast_influence
from fairness.stats.offer_ratio import median_ratio, offer_ratio, share_above
from fairness.stats.party_clusters import PartyRows
from fairness.stats.ranks import probability_superiority
from fairness.stats.resampling import permutation_p_value, rao_wu_interval
from fairness.stats.scores import sorting
from fairness.stats.standardised_ratio import geometric_gap, largest_relative_range
from fairness.stats.value_counts import CellArms, CountTable, summarise

COMPARATOR = "new_customers"
_BY_COLUMN = {column: reference for reference, column in PARTY_REFERENCES.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """Both arms of one scope, reduced.

    Attributes:
        table: Value counts.
        arms: Statistics of each cell.
        qualified: Which cells qualify, shape (cells,).
        parties: Observations of parties with several, as clusters.
        several: Which rows of ``Marts.parties`` are in the tenured, and in the new arm.
    """

    table: CountTable
    arms: CellArms
    qualified: BoolArray
    parties: PartyRows
    several: tuple[BoolArray, BoolArray]


def reference_of(spec: Estimand) -> str | None:
    """Return the reference that an estimand divides amounts by; None means by the units that they pay for."""
    return _BY_COLUMN.get(spec.against(COMPARATOR).known_by)


def has_data(marts: Marts, spec: Estimand) -> bool:
    """Return whether the book has what the estimand divides by."""
    reference = reference_of(spec)
    return reference is None or len(marts.references[reference]) > 0


def headline(marts: Marts, config: Config, spec: Estimand) -> tuple[Comparator, BoolArray]:
    """Return what an estimand compares with, and which cells of the whole book, shape (cells,)."""
    counts = in_order(marts, reference_of(spec))
    return spec.against(COMPARATOR), _sample(marts, config, spec, POOLED, counts).qualified


def pooled(marts: Marts, config: Config, spec: Estimand) -> tuple[CountTable, CellArms, Comparison] | None:
    """Return counts and sums of the compared cells of the whole book, and their comparison; None without any."""
    sample = _sample(marts, config, spec, POOLED, in_order(marts, reference_of(spec)))
    chosen = sample.qualified
    family = product_plans(marts)
    found = compare(sample.table, sample.arms, chosen, config, resampled=False, parties=sample.parties, family=family)
    if found is None:
        return None
    found = found.distinct(*_repeats(marts.parties, sample.several, chosen))
    return sample.table.restrict(chosen), sample.arms.select(chosen), found


def gap_drafts(marts: Marts, config: Config, spec: Estimand, scopes: list[Scope]) -> Iterator[Draft]:
    """Return the drafts of an estimand: each scope, and each cell of the whole book."""
    counts = in_order(marts, reference_of(spec))
    for scope in scopes:
        sample = _sample(marts, config, spec, scope, counts)
        if scope.band is not None and not sample.arms.n_tenured.any():
            continue
        coverage = Coverage(marts, spec.against(COMPARATOR), sample.qualified)
        share = coverage.of(scope)
        base = base_finding(spec.name, scope, share, comparator=COMPARATOR, basis="paid")
        comparison = compare(
            sample.table,
            sample.arms,
            sample.qualified,
            config,
            resampled=scope == POOLED,
            parties=sample.parties,
            family=product_plans(marts),
        )
        if comparison is not None:
            comparison = comparison.distinct(*_repeats(marts.parties, sample.several, sample.qualified))
        if comparison is not None and scope == POOLED:
            context = _context(marts, reference_of(spec), sample, config)
            comparison = replace(comparison, companions=comparison.companions + context)
        yield draft(base, comparison, share, config)
        if scope == POOLED:
            yield from _cell_drafts(marts, config, spec, sample, coverage)


def in_order(marts: Marts, reference: str | None, *, by_cell: bool = True) -> Counts:
    """Return the counts of prices sorted once as they are compared, so that the rows of every scope are sorted too."""
    counts = marts.prices if reference is None else marts.references[reference]
    cell = (counts.cell,) if by_cell else ()
    price, measure = _money(marts, counts, "paid_ticks"), _reference(marts, counts, _column(reference))
    return counts.take(sorting(*cell, counts.group != NEW, price, measure, counts.values["n_observations"]))


def _column(reference: str | None) -> str | None:
    return None if reference is None else "reference_ticks"


def _money(marts: Marts, counts: Counts, column: str) -> FloatArray:
    """Return ticks in major units, converted to one period where cells have several intervals."""
    money: FloatArray = counts.values[column] / TICKS_PER_UNIT * marts.weights[counts.cell]
    return money


def _reference(marts: Marts, counts: Counts, column: str | None) -> FloatArray:
    """Return what amounts are divided by: a column of ticks, or the units that they pay for where it is None."""
    if column is None:
        units: FloatArray = counts.values["quantity_micros"] / MICROS_PER_UNIT
        return units
    return _money(marts, counts, column)


def _sample(marts: Marts, config: Config, spec: Estimand, scope: Scope, counts: Counts) -> _Sample:
    reference = reference_of(spec)
    table = count_table(marts, counts, scope, reference).canonical()
    arms = summarise(table)
    several = several_of(marts, scope, spec)
    least = config.like_for_like.min_per_group
    qualified = enough(arms.n_tenured, arms.n_new, marts.parties, several, least=least)
    return _Sample(table, arms, qualified, party_rows(marts, scope, reference), several)


def several_of(marts: Marts, scope: Scope, spec: Estimand) -> tuple[BoolArray, BoolArray]:
    """Return which observations of parties with several are in the tenured, and in the new arm of a scope."""
    usable = has_comparator(marts.parties, spec.against(COMPARATOR))
    return usable & scope.tenured(marts, marts.parties), usable & scope.new(marts, marts.parties)


def _repeats(parties: Counts, arms: tuple[BoolArray, BoolArray], cells: BoolArray) -> tuple[int, int]:
    """Return by how much observations of the chosen cells exceed customers, in the tenured and in the new arm."""
    inside = cells[parties.cell]
    tenured, new = (repeats(parties, arm & inside) for arm in arms)
    return tenured, new


def count_table(marts: Marts, counts: Counts, scope: Scope, reference: str | None) -> CountTable:
    """Return the value counts of a scope."""
    tenured, new = scope.tenured(marts, counts), scope.new(marts, counts)
    chosen = tenured | new
    rows = counts.take(chosen)
    return CountTable(
        cell=rows.cell,
        tenured=tenured[chosen],
        price=_money(marts, rows, "paid_ticks"),
        reference=_reference(marts, rows, _column(reference)),
        n=rows.values["n_observations"],
        n_cells=len(marts.cells),
    )


def party_rows(marts: Marts, scope: Scope, reference: str | None) -> PartyRows:
    """Return the customers of a scope who belong to parties with several, as :func:`_count_table` counts them."""
    several = marts.parties
    tenured = scope.tenured(marts, several)
    chosen = (tenured | scope.new(marts, several)) & (has_price(several))
    ticks = None if reference is None else several.values[PARTY_REFERENCES[reference]]
    if ticks is not None:
        chosen &= ticks != NO_PRICE
    rows = several.take(chosen)
    return PartyRows(
        pattern=rows.values["pattern"],
        cell=rows.cell,
        tenured=tenured[chosen],
        price=_money(marts, rows, "paid_ticks"),
        reference=_reference(marts, rows, None if reference is None else PARTY_REFERENCES[reference]),
        n=rows.values["n_parties"],
    )


def _cell_drafts(marts: Marts, config: Config, spec: Estimand, sample: _Sample, coverage: Coverage) -> Iterator[Draft]:
    repeated = [repeats_by_cell(marts.parties, arm, len(marts.cells)) for arm in sample.several]
    family = product_plans(marts)
    for scope in cell_scopes(marts):
        here = np.zeros(len(marts.cells), dtype=np.bool_)
        here[scope.cell] = True
        if not sample.arms.n_tenured[scope.cell] and not sample.arms.n_new[scope.cell]:
            continue
        share = coverage.of_cell(scope.cell)
        base = base_finding(spec.name, POOLED, share, comparator=COMPARATOR, basis="paid", cell=dict(scope.columns))
        parties = sample.parties.of_cell(scope.cell)
        comparison = compare(
            sample.table, sample.arms, sample.qualified & here, config, resampled=False, parties=parties, family=family
        )
        if comparison is not None:
            comparison = comparison.distinct(*(int(arm[scope.cell]) for arm in repeated))
        yield draft(base, comparison, share, config)


def compare(
    table: CountTable,
    arms: CellArms,
    chosen: BoolArray,
    config: Config,
    *,
    resampled: bool,
    parties: PartyRows | None = None,
    family: IntArray | None = None,
    few_draws: bool = False,
) -> Comparison | None:
    """Compare the chosen cells; None where there are none.

    Args:
        table: Value counts.
        arms: Their summary by cell.
        chosen: True for the cells to compare, shape (n_cells,).
        config: The study.
        resampled: Whether the bootstrap companion is wanted.
        parties: Those of the counted customers whose party has several; None where parties are not known.
        family: Product and plan of each cell as a number, shape (n_cells,); None where prices are not decided by cell.
        few_draws: Whether cells may hold only a few new customers, such as the joiners of one month.
    """
    if not chosen.any():
        return None
    table, arms = table.restrict(chosen), arms.select(chosen)
    draws = infer(
        table,
        arms,
        config,
        parties=parties.take(chosen[parties.cell]) if parties else None,
        family=None if family is None else family[chosen],
        few_draws=few_draws,
    )
    return _compared(table, arms, draws, config, resampled=resampled)


def _compared(table: CountTable, arms: CellArms, draws: Draws, config: Config, *, resampled: bool) -> Comparison:
    """Return the numbers of the cells that are compared."""
    is_degenerate = bool(arms.degenerate().any())
    p_value, test = _test(table, draws, config, degenerate=is_degenerate)
    geometric, superiority = geometric_gap(arms), probability_superiority(arms)
    companions = (
        Companion("geometric", geometric),
        Companion("hodges_lehmann", hodges_lehmann(table)),
        Companion("probability_superiority", superiority),
        Companion("van_elteren", statistic=draws.rank[0], p_value=draws.rank[1]),
    )
    paid = float(arms.price_tenured.sum())
    return Comparison(
        ratio=draws.ratio,
        n_tenured=int(arms.n_tenured.sum()),
        n_new=int(arms.n_new.sum()),
        n_observations=int(arms.n_tenured.sum()),
        n_cells=int(arms.cell.size),
        rank=draws.rank,
        rank_by_party=draws.rank_by_party,
        geometric=geometric,
        n_eff=draws.n_eff,
        relative_range=largest_relative_range(arms),
        spread=draws.spread,
        decided=_decided(table, arms, draws, config),
        effect_size=(superiority, "probability_superiority"),
        companions=(*companions, *(_bootstrap(table, arms, draws, config) if resampled else ())),
        interval=draws.interval,
        test=test,
        paid=paid,
        comparator_money=paid / (1.0 + draws.ratio.estimate),
        p_value=p_value,
        pricing_decisions=draws.decisions,
        by_party=draws.by_party,
        by_decision=draws.by_decision,
        exact=draws.exact,
        skew=draws.skew,
        bootstrap_t=draws.bootstrap_t,
        decisions_differ=draws.decisions_differ,
        cells_are_draws=draws.cells_are_draws,
        influence=contrast_influence(table, few=config.privacy.min_cell),
        warnings=("degenerate_variance",) if is_degenerate else (),
    )


def _bootstrap(table: CountTable, arms: CellArms, draws: Draws, config: Config) -> tuple[Companion, ...]:
    """Return the bootstrap interval; nothing where it is switched off or an arm of a cell has one customer."""
    settings = config.inference
    if not settings.bootstrap_replicates or min(arms.n_tenured.min(), arms.n_new.min()) <= 1:
        return ()
    lower, upper = rao_wu_interval(
        table,
        confidence_level=settings.confidence_level,
        replicates=settings.bootstrap_replicates,
        seed=settings.seed,
    )
    return (Companion("bootstrap", draws.ratio.estimate, lower, upper),)


def _decided(table: CountTable, arms: CellArms, draws: Draws, config: Config) -> tuple[float, float]:
    """Return the shares of customers in cells with a verdict of their own, above and below."""
    cells, degenerate = draws.cells, arms.degenerate()

    def permuted(position: int) -> float | None:
        if not degenerate[position] or not cells.log_ratio[position] > 0:
            return None
        here = np.zeros(table.n_cells, dtype=np.bool_)
        here[arms.cell[position]] = True
        return _permuted(table.restrict(here), config)[0]

    return (0.0, 0.0) if arms.cell.size == 1 else decided_shares(cells, arms.n_tenured, config, permuted=permuted)


def _test(table: CountTable, draws: Draws, config: Config, *, degenerate: bool) -> tuple[float | None, str]:
    """Return the p-value that replaces that of the interval, or None, and the name of the test."""
    if draws.exact is not None and draws.exact.decides(1.0 - config.inference.confidence_level):
        return draws.exact.p_value, "sign_flip_exact"
    # Labels are exchangeable within cells only where customers are the draws; where decisions are, whole cells are.
    if degenerate and draws.decisions is None:
        return _permuted(table, config)
    return None, "satterthwaite_t" if draws.interval == "log_t_satterthwaite" else "cluster_t"


def _permuted(table: CountTable, config: Config) -> tuple[float, str]:
    """Return the permutation p-value of the chosen cells and whether it is exact."""
    settings = config.inference
    p_value, is_exact = permutation_p_value(table, replicates=settings.permutation_replicates, seed=settings.seed)
    return p_value, "permutation_exact" if is_exact else "permutation_monte_carlo"


def _context(marts: Marts, reference: str | None, sample: _Sample, config: Config) -> tuple[Companion, ...]:
    """Return how far each side is from the reference: context, never an offer.

    The first two cover the compared cells; those of ``_all`` cover everyone who has the reference.
    """
    if reference is None:
        return ()
    arms = sample.arms.select(sample.qualified)
    found = [
        Companion("tenured_to_reference", arms.price_tenured.sum() / arms.reference_tenured.sum() - 1),
        Companion("new_to_reference", arms.price_new.sum() / arms.reference_new.sum() - 1),
    ]
    # Sums over everyone are made row by row, in the order of the marts.
    table = count_table(marts, marts.references[reference], POOLED, reference)
    for name, mask in (("tenured", table.tenured), ("new", ~table.tenured)):
        if mask.any():
            ratio = offer_ratio(table.price[mask], table.reference[mask], table.n[mask])
            found.append(Companion(f"{name}_to_reference_all", ratio.estimate))
    if table.tenured.any():
        values = (table.price[table.tenured], table.reference[table.tenured], table.n[table.tenured])
        above = share_above(*values, confidence_level=config.inference.confidence_level)
        found += [
            Companion("median_ratio_all", median_ratio(*values)),
            Companion("share_above_all", above.share, above.ci_lower, above.ci_upper),
            Companion("gross_above_reference_all", _gross_above(marts, reference)),
        ]
    return tuple(found)


def _gross_above(marts: Marts, reference: str) -> Decimal:
    """Return what all tenured customers pay above the reference per year: exact money."""
    counts = marts.references[reference]
    rows = counts.take(POOLED.tenured(marts, counts))
    excess = np.maximum(rows.values["paid_ticks"] - rows.values["reference_ticks"], 0) * rows.values["n_observations"]
    return marts.yearly(rows.cell, excess)
