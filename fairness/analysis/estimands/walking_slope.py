"""walking_slope: how much a customer's price moves away from the offer per year, followed from month to month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import base_finding
from fairness.analysis.coverage import Coverage
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import UNKNOWN_NUMBER, Marts
from fairness.analysis.scopes import POOLED, Scope
from fairness.analysis.verdicts import Draft
from fairness.analysis.walking_rows import WalkingRows
from fairness.config import Config
from fairness.findings.estimands import WALKING_SLOPE
from fairness.findings.facts import walking_fact
from fairness.findings.results import Companion, Diagnostics, Finding
from fairness.stats.slopes import Increments, Walking, walking_slope
from fairness.stats.verdict import Evidence

SPEC = WALKING_SLOPE
_BILLIONTHS = 1e9
_MONTHS = 12
_USUAL_LONGEST = 0.9
"""Quantile of the tenured customers' tenure over which a slope at its margin adds up to the study's margin."""


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the whole book; none where no chain can be followed for a whole year."""
    rows = marts.walking.take(marts.walking.n_at_risk > 0)
    if not len(rows) or not _has_a_whole_year(rows):
        return
    walk = walking_slope(
        Increments(
            cohort=rows.joining_month,
            month=rows.calendar_month,
            plan=rows.plan,
            block=_numbered(rows),
            n=rows.n_at_risk,
            sum_u=(rows.sum_own - rows.sum_offer) / _BILLIONTHS,
            sum_own=rows.sum_own / _BILLIONTHS,
        )
    )
    yield _draft(marts, config, rows, walk)


def _has_a_whole_year(rows: WalkingRows) -> bool:
    """Return whether any joining cohort has customers at risk in every month of the year."""
    pairs = np.unique(np.stack((rows.joining_month, rows.calendar_month)), axis=1)
    return bool((np.unique(pairs[0], return_counts=True)[1] == _MONTHS).any())


def _numbered(rows: WalkingRows) -> np.ndarray:
    """Return product and year as one number: a list that a product's plans share moves once a year."""
    return rows.product * (int(rows.years_ago.max()) + 1) + rows.years_ago


def _draft(marts: Marts, config: Config, rows: WalkingRows, walk: Walking) -> Draft:
    """Return the draft with its own margin: that of the study, spread over the years of the longer-standing."""
    settings, slope = config.inference, walk.slope
    margin = (1.0 + settings.margin) ** (1.0 / _years(marts, config)) - 1.0
    share = Coverage(marts, SPEC.against("offer"), np.ones(len(marts.cells), dtype=np.bool_)).of(POOLED)
    evidence = Evidence(
        qualified=True,
        support_customers=share.customers,
        support_money=share.customers if share.money is None else share.money,
        min_support=settings.min_support,
        alpha=1.0 - settings.confidence_level,
        margin=margin,
        shares_comparators=True,
        g_eff=min(slope.clusters),
        min_pricing_decisions=settings.min_pricing_decisions,
    )
    return Draft(
        finding=_told(
            base_finding(SPEC.name, POOLED, share, comparator="offer", basis="standard"),
            walk,
            beside=_beside(marts, rows),
            interval=slope.ratio.interval(settings.confidence_level),
            margin=margin,
        ),
        ratio=slope.ratio,
        evidence=evidence,
        margin=margin,
        sample=(min(slope.clusters), "pricing_decisions"),
    )


def _beside(marts: Marts, rows: WalkingRows) -> dict[str, float]:
    """Return the share of what was held that ended on the way, and of the months whose plan has no offer."""
    n_left, n_at_risk = int(rows.n_left.sum()), int(rows.n_at_risk.sum())
    last = int(marts.as_of[5:7]) if marts.as_of else 0
    at_end = int(rows.n_at_risk[(rows.years_ago == 0) & (rows.calendar_month == last)].sum())
    without_offer = int(marts.walking.n_without_offer.sum())
    left = {"share_that_left": n_left / (n_left + at_end)} if n_left + at_end else {}
    return left | {"share_of_months_without_offer": without_offer / (without_offer + n_at_risk)}


def _told(
    base: Finding, walk: Walking, *, beside: dict[str, float], interval: tuple[float, float] | None, margin: float
) -> Finding:
    """Return the finding with its sentence and what is shown beside the slope."""
    slope, own, offer = walk.slope, float(np.expm1(walk.own)), float(np.expm1(walk.offer))
    known = {
        "own_part": own,
        "offer_part": offer,
        "customer_years_at_risk": slope.n / _MONTHS,
        **beside,
        "cohorts_left_out": slope.left_out,
        "clusters_of_plans": slope.clusters[0],
        "clusters_of_product_years": slope.clusters[1],
        "margin_a_year": margin,
    }
    return replace(
        base,
        fact=walking_fact(
            slope.ratio.estimate,
            interval,
            own=own,
            offer=offer,
            n_months=slope.n,
            share_left=beside.get("share_that_left"),
            margin=margin,
        ),
        unit="fraction/year",
        interval="two_way" if interval else None,
        test="two_way_t" if interval else None,
        n_observations=slope.n,
        companions=tuple(Companion(name, value) for name, value in known.items()),
        diagnostics=Diagnostics(pricing_decisions=min(slope.clusters)),
    )


def _years(marts: Marts, config: Config) -> float:
    """Return the years of tenure that nine in ten of the tenured have not passed, at least 1."""
    rows = marts.more["gradient_counts"]
    months, n = rows.values["tenure_months"], rows.values["n_priced"]
    known = (months != UNKNOWN_NUMBER) & (months >= config.tenure.tenured_from_months) & (n > 0)
    if not known.any():
        return 1.0
    order = np.argsort(months[known], kind="stable")
    reached = np.cumsum(n[known][order])
    place = int(np.searchsorted(reached, _USUAL_LONGEST * reached[-1]))
    return max(1.0, float(months[known][order][place]) / _MONTHS)
