"""tenure_gradient: how prices of customers with different tenures differ at one date; a fact without a test.

A list that merely rose over the years produces one even in a firm that is blind to tenure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import base_finding
from fairness.analysis.counts import IntArray
from fairness.analysis.coverage import Coverage
from fairness.analysis.estimands.offer_gap import readings
from fairness.analysis.estimands.offer_rows import arrange
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import UNKNOWN_NUMBER, Marts, product_plans
from fairness.analysis.scopes import POOLED, Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import TENURE_GRADIENT
from fairness.findings.facts import gradient_fact
from fairness.findings.results import Companion, Diagnostics, Finding
from fairness.stats.clusters import connected
from fairness.stats.slopes import Slope, tenure_gradient

SPEC = TENURE_GRADIENT
_BILLIONTHS = 1e9
_HALF_YEAR = 6


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the whole book: price over offer, or the price alone where a study has no offers."""
    known = readings(marts, config)
    against = SPEC.against(known[0].comparator if known else "none")
    share = Coverage(marts, against, np.ones(len(marts.cells), dtype=np.bool_)).of(POOLED)
    basis = "standard" if against.name == "offer" else "paid"
    base = base_finding(SPEC.name, POOLED, share, comparator=against.name, basis=basis)
    base = replace(base, unit="fraction/year", family=None)
    rows = marts.more["gradient_counts"]
    n, sums = (
        rows.values[name] for name in (("n_matched", "sum_log_ratio") if known else ("n_priced", "sum_log_price"))
    )
    months = rows.values["tenure_months"]
    exact = (months != UNKNOWN_NUMBER) & (n > 0)
    inexact = int(n[months == UNKNOWN_NUMBER].sum())
    if not exact.any():
        yield Draft(finding=base)
        return
    of_cell, has_one_offer = _clusters(marts, known[0].counts if known else None)
    slope = tenure_gradient(
        cell=rows.cell[exact],
        cluster=of_cell[rows.cell[exact]],
        half_year=-(months[exact] // _HALF_YEAR),
        tenure_months=months[exact],
        n=n[exact],
        sum_y=sums[exact] / _BILLIONTHS,
    )
    if not slope.n:
        yield Draft(finding=base)
        return
    tenured = exact & (months >= config.tenure.tenured_from_months)
    base = replace(base, n_tenured=int(n[tenured].sum()), n_cells=len(np.unique(rows.cell[exact])))
    finding = _told(base, slope, config, than=against.than, has_one_offer=has_one_offer)
    inexactly = Companion("observations_without_exact_tenure", inexact)
    yield Draft(finding=replace(finding, companions=(*finding.companions, inexactly)))


def _told(base: Finding, slope: Slope, config: Config, *, than: str, has_one_offer: bool) -> Finding:
    """Return the finding with the slope, its interval and its sentence."""
    interval = slope.ratio.interval(config.inference.confidence_level)
    return replace(
        base,
        fact=gradient_fact(slope.ratio.estimate, interval, than=than, n=slope.n, has_one_offer=has_one_offer),
        estimate=slope.ratio.estimate,
        ci_lower=interval[0] if interval else None,
        ci_upper=interval[1] if interval else None,
        interval="two_way" if interval else None,
        n_observations=slope.n,
        companions=(
            Companion("clusters_of_cells", slope.clusters[0]),
            Companion("clusters_of_joining_half_years", slope.clusters[1]),
            Companion("observations_in_cells_of_one_tenure", slope.left_out),
        ),
        diagnostics=Diagnostics(df=slope.ratio.df, standard_error=slope.ratio.se),
    )


def _clusters(marts: Marts, reading: str | None) -> tuple[IntArray, bool]:
    """Return cells joined by shared price decisions as numbers, shape (cells,), and whether each has one offer.

    Without offers, cells of one product and plan are joined: they may share a list.
    """
    family = product_plans(marts)
    if reading is None:
        return family, False
    counts = marts.offers["standard" if len(marts.offers["standard"]) else reading]
    decision = arrange(counts, marts.weights, family).decision
    pairs = np.unique(np.stack((counts.cell, counts.values["offered_ticks"])), axis=1)
    has_one_offer = bool(np.unique(pairs[0]).size == pairs.shape[1])
    return connected(counts.cell, decision, size=len(marts.cells)), has_one_offer
