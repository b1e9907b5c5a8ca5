"""hidden_bias: how large a difference that nobody recorded would have to be to explain the gap away; not a test.

Against new customers, it is a trait of customers; against offers, the quality of what they have, in money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fairness.analysis.comparison import base_finding
from fairness.analysis.counts import MICROS_PER_UNIT, BoolArray, IntArray
from fairness.analysis.coverage import Coverage
from fairness.analysis.estimands import new_customers, offer_gap
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import POOLED, Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import HIDDEN_BIAS, LIKE_FOR_LIKE_GAP
from fairness.findings.facts import hidden_trait_fact, quality_fact
from fairness.findings.results import Companion, Finding
from fairness.stats.sensitivity import HiddenBias, explaining_quality, hidden_bias

SPEC = HIDDEN_BIAS


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the draft of the whole book against new customers, and against the offers where there are any."""
    if (trait := _trait(marts, config)) is not None:
        yield Draft(finding=trait, warnings=trait.warnings)
    if known := offer_gap.readings(marts, config):
        quality = _quality(marts, config, known[0])
        if quality is not None:
            yield Draft(finding=quality)


def _trait(marts: Marts, config: Config) -> Finding | None:
    """Return the smallest hidden shift of the odds of being tenured that explains the like-for-like gap."""
    against, qualified = new_customers.headline(marts, config, LIKE_FOR_LIKE_GAP)
    found = new_customers.pooled(marts, config, LIKE_FOR_LIKE_GAP)
    if found is None:
        return None
    table, arms, comparison = found
    level = config.inference.confidence_level
    bias = hidden_bias(
        table, arms, comparison.ratio, confidence_level=level, coarser=_without_each_control(marts, config, qualified)
    )
    share = Coverage(marts, against, qualified).of(POOLED)
    base = base_finding(SPEC.name, POOLED, share, comparator=against.name, basis="paid")
    return replace(
        base,
        fact=hidden_trait_fact(bias.lambda_estimate, bias.lambda_interval, bias.benchmark, reason=bias.reason),
        estimate=bias.lambda_estimate,
        unit="odds ratio",
        family=None,
        n_tenured=comparison.n_tenured,
        n_new=comparison.n_new,
        n_observations=comparison.n_observations,
        n_cells=comparison.n_cells,
        companions=_companions(bias),
        warnings=("approximate",) if bias.approximate else (),
    )


def _companions(bias: HiddenBias) -> tuple[Companion, ...]:
    """Return the bound at the interval's end, what recorded controls do, and why there is no bound."""
    why = (Companion(bias.reason),) if bias.reason else ()
    controls = (Companion(f"benchmark_{name}", shift) for name, shift in bias.benchmark.items())
    return (Companion("at_interval", bias.lambda_interval), *controls, *why)


def _without_each_control(marts: Marts, config: Config, qualified: BoolArray) -> dict[str, IntArray]:
    """Return, for each configured column of the cell, the cell without it, as numbers, shape (qualified cells,)."""
    cells = [marts.cells[place].values for place in qualified.nonzero()[0].tolist()]
    found = {}
    for control in config.like_for_like.cell:
        keys = [tuple(value for name, value in values.items() if name != control) for values in cells]
        number = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        found[control] = np.array([number[key] for key in keys], dtype=np.int64)
    return found


def _quality(marts: Marts, config: Config, reading: offer_gap.Reading) -> Finding | None:
    """Return how much more per unit, in money, the tenured would have to get to explain the gap to the offers."""
    comparison = offer_gap.pooled(marts, config, reading)
    if comparison is None or not comparison.paid or not comparison.comparator_money:
        return None
    counts = marts.offers[reading.counts]
    rows = counts.take(POOLED.tenured(marts, counts, with_new=True))
    units = float((rows.values["quantity_micros"] * rows.values["n_observations"]).sum()) / MICROS_PER_UNIT
    settings = config.inference
    quality = explaining_quality(
        paid=comparison.paid,
        offered=comparison.comparator_money,
        units=units,
        interval=comparison.ratio.interval(settings.confidence_level),
        margin=settings.margin,
    )
    against = SPEC.against(reading.comparator)
    share = Coverage(marts, against, offer_gap.assessable_cells(marts)).of(POOLED, with_new=True)
    base = base_finding(SPEC.name, POOLED, share, comparator=reading.comparator, basis=reading.basis)
    period = "year" if (marts.weights != 1).any() else "billing period"
    return replace(
        base,
        fact=quality_fact(
            to_zero=quality.to_zero,
            to_margin=quality.to_margin,
            at_interval=quality.to_interval,
            share_of_offer=quality.share_of_offer,
            currency=marts.currency,
            period=period,
        ),
        estimate=quality.to_zero,
        unit=f"{marts.currency}/unit and {period}",
        family=None,
        n_tenured=comparison.n_tenured,
        n_observations=comparison.n_observations,
        n_cells=comparison.n_cells,
        companions=(
            Companion("to_margin", quality.to_margin),
            Companion("at_interval", quality.to_interval),
            Companion("share_of_offer", quality.share_of_offer),
        ),
    )
