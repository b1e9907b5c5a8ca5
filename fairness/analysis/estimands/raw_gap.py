"""raw_gap: the plain means of tenured and new customers, all plans mixed; a figure without a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import base_finding, draft
from fairness.analysis.coverage import Coverage
from fairness.analysis.distinct import repeats
from fairness.analysis.estimands.new_customers import (
    COMPARATOR,
    compare,
    count_table,
    in_order,
    party_rows,
    several_of,
)
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import RAW_GAP
from fairness.findings.results import Companion
from fairness.stats.ranks import mann_whitney, welch
from fairness.stats.value_counts import CountTable, summarise

SPEC = RAW_GAP


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the raw gap of each scope: all plans mixed, no verdict, always shown beside a like-for-like gap."""
    counts = in_order(marts, None, by_cell=False)
    coverage = Coverage(marts, SPEC.against(COMPARATOR), np.ones(len(marts.cells), dtype=np.bool_))
    for scope in scopes:
        by_cell = count_table(marts, counts, scope, None)
        mixed = CountTable(
            cell=np.zeros_like(by_cell.cell),
            tenured=by_cell.tenured,
            price=by_cell.price,
            reference=by_cell.reference,
            n=by_cell.n,
            n_cells=1,
        )
        table = mixed.canonical()
        arms = summarise(table)
        if scope.band is not None and not arms.n_tenured.any():
            continue
        share = coverage.of(scope)
        base = base_finding(SPEC.name, scope, share, comparator=COMPARATOR, basis="paid")
        both = arms.qualified(min_per_group=1)
        parties = party_rows(marts, scope, None)
        parties = replace(parties, cell=np.zeros_like(parties.cell))
        comparison = compare(table, arms, both, config, resampled=False, parties=parties)
        if comparison is not None:
            several = several_of(marts, scope, SPEC)
            comparison = comparison.distinct(*(repeats(marts.parties, arm) for arm in several))
            comparison = replace(comparison, companions=_companions(mixed))
        yield draft(base, comparison, share, config, judged=False)


def _companions(table: CountTable) -> tuple[Companion, ...]:
    tenured = table.tenured
    price = table.price / table.reference
    arms = (price[tenured], table.n[tenured], price[~tenured], table.n[~tenured])
    u, p_value, probability = mann_whitney(*arms)
    found = [Companion("mann_whitney", probability, statistic=u, p_value=p_value)]
    if (tested := welch(*arms)) is not None:
        found.append(Companion("welch", statistic=tested[0], p_value=tested[2]))
    return tuple(found)
