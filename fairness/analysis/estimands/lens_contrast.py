"""lens_contrast: each value of a lens against the rest of it, with their joint variance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import base_finding
from fairness.analysis.counts import TENURED, BoolArray, FloatArray
from fairness.analysis.coverage import Coverage
from fairness.analysis.estimands import offer_gap
from fairness.analysis.estimands.offer_gap import Reading, assessable_cells
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.estimands.segment_money import Money, customers, money_of
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import LENS_CONTRAST
from fairness.findings.facts import contrast_fact
from fairness.findings.results import Companion, Diagnostics
from fairness.stats.scores import group_starts, group_sums
from fairness.stats.segments import contrast

SPEC = LENS_CONTRAST


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of each value of each lens that has a rest; one family of tests for each lens."""
    known = offer_gap.readings(marts, config)
    money = money_of(marts, known[0]) if known else None
    if money is None:
        return
    against = SPEC.against(known[0].comparator)
    coverage = Coverage(marts, against, assessable_cells(marts))
    for scope in scopes:
        if scope.lens is None:
            continue
        inside = money.within(scope.columns)
        if not money.comparator[inside].any() or not money.comparator[~inside].any():
            continue
        base = base_finding(SPEC.name, scope, coverage.of(scope), comparator=against.name, basis=known[0].basis)
        own, rest = ((money.price[part].sum(axis=0), money.comparator[part].sum(axis=0)) for part in (inside, ~inside))
        ratio = contrast(own[0], rest[0], own[1], rest[1])
        same = _same_cells(marts, known[0], scope)
        name = ", ".join(f"{column} {value}" for column, value in scope.columns)
        base = replace(
            base,
            fact=contrast_fact(name, ratio.estimate, same),
            estimate=ratio.estimate,
            n_tenured=customers(marts, known[0], money, inside),
            n_observations=int(money.n[inside].sum()),
            n_cells=_cells(marts, known[0], scope),
            companions=(Companion("same_cells", same),),
            interval="decision",
            test="cluster_t",
            diagnostics=Diagnostics(pricing_decisions=_least_decisions(money, inside)),
        )
        # Two parts on one list differ as a fact: nothing was drawn, so there is nothing to test.
        if ratio.se:
            yield Draft(finding=base, ratio=ratio)
        else:
            yield Draft(finding=replace(base, family=None, interval=None, test=None))


def _cells(marts: Marts, reading: Reading, scope: Scope) -> int:
    counts = marts.offers[reading.counts]
    return int(np.unique(counts.cell[scope.tenured(marts, counts)]).size)


def _least_decisions(money: Money, inside: BoolArray) -> float:
    """Return the effective price decisions of the part that has fewer."""
    parts = [money.comparator[part].sum(axis=0) for part in (inside, ~inside)]
    return min(float(part.sum() ** 2 / (part**2).sum()) for part in parts)


def _same_cells(marts: Marts, reading: Reading, scope: Scope) -> float | None:
    """Return the difference over cells that hold both parts, each weighted by its precision; None without one."""
    counts = marts.offers[reading.counts]
    rows = counts.take(counts.group == TENURED)
    inside = scope.within(marts, rows)
    n = rows.values["n_observations"] * marts.weights[rows.cell]
    cells = rows.cell[group_starts(rows.cell)]
    place = np.searchsorted(cells, rows.cell)

    def log_ratio(part: BoolArray) -> tuple[FloatArray, FloatArray]:
        weight = np.where(part, n, 0.0)
        paid, offered = (
            group_sums(place, rows.values[name] * weight, cells.size) for name in ("paid_ticks", "offered_ticks")
        )
        known = offered > 0
        return np.log(np.divide(paid, offered, out=np.ones_like(paid), where=known)), offered

    (own, own_money), (rest, rest_money) = log_ratio(inside), log_ratio(~inside)
    both = (own_money > 0) & (rest_money > 0)
    if not both.any():
        return None
    weight = own_money[both] * rest_money[both] / (own_money[both] + rest_money[both])
    return float(np.expm1((weight * (own - rest)[both]).sum() / weight.sum()))
