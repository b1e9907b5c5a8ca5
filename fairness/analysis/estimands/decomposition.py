"""decomposition: the difference of mean yearly money in four terms that add up to it exactly; a fact without a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from fairness.analysis.comparison import base_finding, draft
from fairness.analysis.counts import MICROS_PER_UNIT, BoolArray, Counts
from fairness.analysis.coverage import Coverage
from fairness.analysis.distinct import has_price, repeats
from fairness.analysis.estimands import new_customers
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts, to_money
from fairness.analysis.scopes import POOLED, Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import DECOMPOSITION, LIKE_FOR_LIKE_GAP
from fairness.findings.facts import decomposition_fact
from fairness.findings.results import Companion
from fairness.stats.mean_difference import NOBODY, TERMS, Arm, Decomposition, decompose
from fairness.stats.scores import exact_sums, group_starts

SPEC = DECOMPOSITION
_COIN = 100
"""Ticks of the smallest coin shown: a cent."""


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the whole book: the matched cells are those that like_for_like_gap compares."""
    _, matched = new_customers.headline(marts, config, LIKE_FOR_LIKE_GAP)
    against = SPEC.against(new_customers.COMPARATOR)
    share = Coverage(marts, against, matched).of(POOLED)
    base = base_finding(SPEC.name, POOLED, share, comparator=against.name, basis="paid")
    base = replace(base, unit=f"{marts.currency}/year", family=None)
    tenured, new = POOLED.tenured(marts, marts.prices), POOLED.new(marts, marts.prices)
    found = decompose_counts(marts, tenured, new, matched)
    if found is None:
        yield draft(base, None, share, config)
        return
    money = {name: to_money(Fraction(ticks)) for name, ticks in found.rounded(_COIN).items()}
    total = sum(money.values(), Decimal(0))
    n = marts.prices.values["n_observations"]
    several = has_price(marts.parties)
    counted = [
        int(n[mask].sum()) - repeats(marts.parties, several & arm(marts, marts.parties))
        for mask, arm in ((tenured, POOLED.tenured), (new, POOLED.new))
    ]
    yield Draft(
        finding=replace(
            base,
            fact=decomposition_fact(total, money, currency=marts.currency),
            estimate=total,
            n_tenured=counted[0],
            n_new=counted[1],
            n_observations=int(n[tenured].sum()),
            n_cells=int(matched.sum()),
            companions=_companions(found, money),
        )
    )


def decompose_counts(marts: Marts, tenured: BoolArray, new: BoolArray, matched: BoolArray) -> Decomposition | None:
    """Split the difference of mean yearly money between two masks over the prices; None where no cell is matched."""
    arms = [_arms(marts, marts.prices.take(mask)) for mask in (tenured, new)]
    cells = {cell: (arms[0].get(cell, NOBODY), arms[1].get(cell, NOBODY)) for cell in arms[0].keys() | arms[1].keys()}
    return decompose(cells, matched=[cell for cell in matched.nonzero()[0].tolist() if cell in cells])


def _arms(marts: Marts, rows: Counts) -> dict[int, Arm]:
    """Return the exact sums of each cell: observations, ticks a year, units."""
    starts = group_starts(rows.cell)
    n = rows.values["n_observations"]
    counts, ticks, micros = (
        exact_sums(values, starts) for values in (n, rows.values["paid_ticks"] * n, rows.values["quantity_micros"] * n)
    )
    return {
        cell: Arm(count, marts.cells[cell].per_year * paid, Fraction(units, MICROS_PER_UNIT))
        for cell, count, paid, units in zip(rows.cell[starts].tolist(), counts, ticks, micros, strict=True)
    }


def _companions(found: Decomposition, money: dict[str, Decimal]) -> tuple[Companion, ...]:
    """Return the terms, the base of their percentages, and those without a counterpart with their own means."""
    terms = [Companion(name, money[name]) for name in TERMS]
    shares = [Companion(f"{name}_of_new_mean", float(getattr(found, name) / found.mean_new)) for name in TERMS]
    arms = zip(("tenured", "new"), found.n_unmatched, found.mean_unmatched, strict=True)
    outside = [
        companion
        for arm, n, mean in arms
        for companion in (
            Companion(f"n_unmatched_{arm}", n),
            Companion(f"mean_unmatched_{arm}", None if mean is None else to_money(mean)),
        )
    ]
    means = (Companion("mean_new", to_money(found.mean_new)), Companion("standard", to_money(found.standard)))
    return (*terms, *shares, *means, *outside)
