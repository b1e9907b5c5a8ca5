"""Offers beside the comparator: the cheapest that fits and that of the other day. Where far apart, nothing is equal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import Comparison
from fairness.analysis.counts import TICKS_PER_UNIT, BoolArray
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.config import Config
from fairness.findings.results import Companion
from fairness.stats.verdict import Doubt

BEST: Doubt = "best_available_offer"


def with_best_offer(marts: Marts, comparison: Comparison, chosen: BoolArray, margin: float) -> Comparison:
    """Return a comparison with the gap to the cheapest offer that fits, where that is a different one for anybody.

    Beyond the margin from the headline's gap it forbids "equivalent".

    Args:
        marts: The study.
        comparison: Against the comparator, with its money.
        chosen: Rows of ``marts.best_offers`` for the customers compared.
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


def with_discount_bounds(marts: Marts, comparison: Comparison) -> Comparison:
    """Return the comparison of the whole book with the gap that includes discounts of unknown place.

    Wherever they belong, the gap lies between the bounds; without such discounts nothing is added.
    """
    found, paid, offered = marts.discount_bounds, comparison.paid, comparison.comparator_money
    if found is None or paid is None or offered is None or not marts.month_weights.size:
        return comparison
    # A month's money has one factor in all cells: that of a year, or that of the only interval there is.
    least, most, rest = (ticks * float(marts.month_weights[0]) / TICKS_PER_UNIT for ticks in found)
    bounds = [(paid + money) / (offered + rest) - 1.0 for money in (least, most)]
    return replace(comparison, companions=(*comparison.companions, Companion("discount_bounds", None, *bounds)))


def in_scope(marts: Marts, scope: Scope) -> BoolArray:
    """Return the rows of ``marts.best_offers`` of the customers that a scope compares."""
    return scope.tenured(marts, marts.best_offers, with_new=True)


def in_cell(marts: Marts, scope: Scope, cell: int) -> BoolArray:
    """Return the same for one cell."""
    here: BoolArray = in_scope(marts, scope) & np.equal(marts.best_offers.cell, cell)
    return here


def beside_other_date(comparison: Comparison, companions: tuple[Companion, ...], config: Config) -> Comparison:
    """Return a comparison with the offer of the other day beside it, which may forbid "equivalent".

    It does so where the study asks for the offer of the day on which the price was set: that of the cycle billed is
    what a new customer is offered today.
    """
    margin = config.inference.margin
    gaps = [other.estimate for other in companions if isinstance(other.estimate, float)]
    is_apart = any(abs(gap - comparison.ratio.estimate) > margin for gap in gaps)
    doubts: tuple[Doubt, ...] = ("pricing_dates_differ",) if is_apart and config.comparator.date == "price_set" else ()
    return replace(comparison, companions=comparison.companions + companions, doubts=(*comparison.doubts, *doubts))
