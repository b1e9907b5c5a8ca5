"""offer_gap against derived comparators: what new customers of the cell paid on joining, by month of pricing.

A derived comparator is a mean of observed prices, not a known offer: the finding is the like-for-like contrast
reweighted to the months in which tenured prices were set, its variance has both arms, and there is no signed-rank test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fairness.analysis.comparison import Comparison, base_finding, draft
from fairness.analysis.counts import MICROS_PER_UNIT, TICKS_PER_UNIT, BoolArray, Counts, IntArray
from fairness.analysis.coverage import Coverage
from fairness.analysis.distinct import has_comparator, repeats
from fairness.analysis.estimands.new_customers import compare
from fairness.analysis.marts import Marts, product_plans
from fairness.analysis.scopes import POOLED, Scope, cell_scopes
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import OFFER_GAP
from fairness.stats.value_counts import CellArms, CountTable, summarise

AGAINST = OFFER_GAP.against("derived")
_LEAST_TENURED = 2


def has_data(marts: Marts, config: Config) -> bool:
    """Return whether the config's order allows derived comparators and any cell has enough joiners."""
    return AGAINST.name in config.comparator.order and len(marts.derived) > 0


def gap_drafts(marts: Marts, config: Config, scopes: list[Scope], *, with_cells: bool) -> Iterator[Draft]:
    """Return the drafts of offer_gap against joiners: each scope, and each cell where nothing better exists."""
    coverage = Coverage(marts, AGAINST, np.ones(len(marts.cells), dtype=np.bool_))
    families = product_plans(marts)
    for scope in scopes:
        table, cells = _table(marts, scope)
        sample = _Strata(table, summarise(table), cells, families[cells])
        if scope.band is not None and not sample.arms.n_tenured.any():
            continue
        qualified = _qualified(sample.arms, config)
        share = coverage.of(scope)
        base = base_finding(OFFER_GAP.name, scope, share, comparator=AGAINST.name, basis="paid")
        comparison = _compare(sample, qualified, config)
        yield draft(base, _distinct(comparison, scope, marts, marts.parties), share, config)
        if scope == POOLED and with_cells:
            for cell in cell_scopes(marts):
                here = cells == cell.cell
                if not sample.arms.n_tenured[here].any():
                    continue
                share = coverage.of_cell(cell.cell)
                base = base_finding(
                    OFFER_GAP.name, POOLED, share, comparator=AGAINST.name, basis="paid", cell=dict(cell.columns)
                )
                comparison = _compare(sample, qualified & here, config)
                yield draft(base, _distinct(comparison, POOLED, marts, marts.parties.at(cell.cell)), share, config)


def _distinct(comparison: Comparison | None, scope: Scope, marts: Marts, parties: Counts) -> Comparison | None:
    if comparison is None:
        return None
    return comparison.distinct(repeats(parties, scope.tenured(marts, parties) & has_comparator(parties, AGAINST)))


@dataclass(frozen=True, slots=True, eq=False)
class _Strata:
    """Both arms by stratum, a cell in one month of pricing.

    Attributes:
        table: Value counts.
        arms: Their summary by stratum.
        cell: Cell of each stratum, shape (strata,).
        family: Product and plan of each stratum as a number, shape (strata,).
    """

    table: CountTable
    arms: CellArms
    cell: IntArray
    family: IntArray


def _compare(sample: _Strata, chosen: BoolArray, config: Config) -> Comparison | None:
    """Compare the chosen strata; cells are counted, and a stratum is one month of a cell."""
    comparison = compare(
        sample.table, sample.arms, chosen, config, resampled=False, family=sample.family, few_draws=True
    )
    return None if comparison is None else replace(comparison, n_cells=len(np.unique(sample.cell[chosen])))


def _qualified(arms: CellArms, config: Config) -> BoolArray:
    enough: BoolArray = (arms.n_tenured >= _LEAST_TENURED) & (arms.n_new >= config.comparator.min_evidence)
    return enough


def _table(marts: Marts, scope: Scope) -> tuple[CountTable, IntArray]:
    """Return the counts by stratum (cell and month of pricing) and the cell of each stratum."""
    tenured = marts.derived.take(scope.tenured(marts, marts.derived))
    joined = marts.acquisitions
    cell = np.concatenate((tenured.cell, joined.cell))
    month = np.concatenate((tenured.values["pricing_month"], joined.values["pricing_month"]))
    if not len(cell):
        nothing = np.zeros(0, dtype=np.int64)
        empty = np.zeros(0)
        return CountTable(nothing, nothing.astype(np.bool_), empty, empty, nothing, 0), nothing
    strata, position = np.unique(np.stack((cell, month)), axis=1, return_inverse=True)
    ticks, micros = (
        np.concatenate((tenured.values[name], joined.values[name])) for name in ("paid_ticks", "quantity_micros")
    )
    table = CountTable(
        cell=np.asarray(position).reshape(-1),
        tenured=np.arange(len(cell)) < len(tenured),
        price=ticks / TICKS_PER_UNIT * marts.weights[cell],
        reference=micros / MICROS_PER_UNIT,
        n=np.concatenate((tenured.values["n_observations"], joined.values["n_observations"])),
        n_cells=strata.shape[1],
    )
    return table.canonical(), strata[0]
