"""first_renewal_gap: later renewals of a term against first renewals of the same cell and month of pricing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np

from fairness.analysis.comparison import base_finding, draft
from fairness.analysis.counts import MICROS_PER_UNIT, TENURED, TICKS_PER_UNIT, BoolArray, Counts, IntArray
from fairness.analysis.coverage import Covered
from fairness.analysis.estimands.new_customers import compare
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts, product_plans
from fairness.analysis.scopes import POOLED, Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import FIRST_RENEWAL_GAP
from fairness.stats.value_counts import CountTable, summarise

SPEC = FIRST_RENEWAL_GAP
_MONTHS_OF_QUARTER = 3


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the whole book, not assessable where no term was renewed; none for a book, which has none."""
    rows = marts.more["renewal_counts"]
    if not len(rows):
        if any(source.role == "billing" for source in config.sources):
            yield _without_terms(marts, config)
        return
    later = rows.group == TENURED
    n, month = rows.values["n_observations"], rows.values["pricing_month"]
    least = config.like_for_like.min_per_group
    period = merged(rows.cell, month, later, n, least=least)
    strata, place = np.unique(np.stack((rows.cell, period)), axis=1, return_inverse=True)
    table = CountTable(
        cell=np.asarray(place).reshape(-1),
        tenured=later,
        price=rows.values["paid_ticks"] / TICKS_PER_UNIT * marts.weights[rows.cell],
        reference=rows.values["quantity_micros"] / MICROS_PER_UNIT,
        n=n,
        n_cells=strata.shape[1],
    ).canonical()
    arms = summarise(table)
    qualified = arms.qualified(min_per_group=least)
    cells = np.zeros(len(marts.cells), dtype=np.bool_)
    cells[strata[0][qualified]] = True
    against = SPEC.against("first_renewals")
    share = _covered(marts, rows, qualified[np.asarray(place).reshape(-1)])
    base = base_finding(SPEC.name, POOLED, share, comparator=against.name, basis="standard")
    family = product_plans(marts)[strata[0]]
    found = compare(table, arms, qualified, config, resampled=False, family=family, few_draws=True)
    yield draft(base, None if found is None else replace(found, n_cells=int(cells.sum())), share, config)


def _without_terms(marts: Marts, config: Config) -> Draft:
    """Return the draft that says that there is nothing to renew."""
    share = _covered(marts, marts.more["renewal_counts"], np.zeros(0, dtype=np.bool_))
    found = draft(
        base_finding(SPEC.name, POOLED, share, comparator="first_renewals", basis="standard"), None, share, config
    )
    return replace(found, evidence=found.evidence and replace(found.evidence, no_terms=True))


def _covered(marts: Marts, rows: Counts, compared: BoolArray) -> Covered:
    """Return the share of the later renewals, and of their money, with first renewals in the same month."""
    later = rows.group == TENURED
    n, ticks = rows.values["n_observations"], rows.values["paid_ticks"] * rows.values["n_observations"]
    money = ticks * marts.weights[rows.cell] / TICKS_PER_UNIT

    def held(chosen: BoolArray) -> tuple[int, Decimal]:
        return int(n[chosen].sum()), marts.yearly(rows.cell[chosen], ticks[chosen])

    n_all, n_in = int(n[later].sum()), int(n[later & compared].sum())
    total, inside = float(money[later].sum()), float(money[later & compared].sum())
    return Covered(
        customers=n_in / n_all if n_all else 0.0,
        money=inside / total if total else None,
        uncovered_money=total - inside,
        everyone=held(later),
        left_out=held(later & ~compared),
    )


def merged(cell: IntArray, month: IntArray, later: BoolArray, n: IntArray, *, least: int) -> IntArray:
    """Return the period of each entry: its month where the cell has enough of both, else its quarter.

    Args:
        cell: Cell of each entry, shape (m,).
        month: Its month, as year * 12 + month - 1.
        later: Whether it is a later renewal.
        n: Observations.
        least: How many of both a month needs.

    Returns:
        The month, or minus the first month of the quarter: the remaining months of a quarter are one period.

    Example:
        >>> one, months = np.zeros(4, dtype=np.int64), np.array([24, 24, 25, 26])
        >>> merged(one, months, np.array([True, False, True, False]), np.array([5, 5, 1, 2]), least=5).tolist()
        [24, 24, -24, -24]
    """
    pairs, place = np.unique(np.stack((cell, month)), axis=1, return_inverse=True)
    place = np.asarray(place).reshape(-1)
    counts = [np.bincount(place, weights=np.where(arm, n, 0), minlength=pairs.shape[1]) for arm in (later, ~later)]
    enough = np.minimum(*counts)[place] >= least
    return np.where(enough, month, -(month - month % _MONTHS_OF_QUARTER))
