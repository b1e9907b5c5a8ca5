"""The cheapest offer that fits beside the comparator: what tenured customers pay against that one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import Comparison
from fairness.analysis.counts import TICKS_PER_UNIT, BoolArray
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.findings.results import Companion
from fairness.stats.verdict import Doubt

BEST: Doubt = "best_available_offer"


def with_best_offer(marts: Marts, comparison: Comparison, chosen: BoolArray, margin: float) -> Comparison:
    """Return a comparison with the gap to the cheapest offer that fits, where that is another for anybody.

    Beyond the margin from the headline's gap it forbids "equivalent".

    Args:
        marts: The study.
        comparison: Against the comparator, with its money.
        chosen: Rows of ``marts.best_offers`` that are about the customers compared.
        margin: The study's margin.
    """
    counts = marts.best_offers
    if comparison.paid is None or comparison.comparator_money is None or not chosen.any():
        return comparison
    here = counts.take(chosen)
    offered, best, n = (here.values[name] for name in ("offered_ticks", "best_ticks", "n_observations"))
    saved = float(((offered - best) * n * marts.weights[here.cell]).sum()) / TICKS_PER_UNIT
    gap = comparison.paid / (comparison.comparator_money - saved) - 1.0
    is_apart = abs(gap - comparison.ratio.estimate) > margin
    return replace(
        comparison,
        companions=(*comparison.companions, Companion(BEST, gap)),
        doubts=(*comparison.doubts, BEST) if is_apart else comparison.doubts,
    )


def in_scope(marts: Marts, scope: Scope) -> BoolArray:
    """Return the rows of ``marts.best_offers`` of the customers that a scope compares."""
    return scope.tenured(marts, marts.best_offers, with_new=True)


def in_cell(marts: Marts, scope: Scope, cell: int) -> BoolArray:
    """Return those of one cell."""
    here: BoolArray = in_scope(marts, scope) & np.equal(marts.best_offers.cell, cell)
    return here
