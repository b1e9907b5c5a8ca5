"""Plans that are not offered while their product is: how much of the book they hold, and what they may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from fairness.analysis.counts import MICROS_PER_UNIT, NO_REASON, TENURED
from fairness.analysis.coverage import PLAN_NOT_OFFERED
from fairness.analysis.distinct import repeats
from fairness.analysis.marts import Marts
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.results import Companion, UnofferedPlans

BINDING_SHARE = 0.05
"""Share of the tenured, or of their money, from which such plans forbid "equal" and "less"."""

# Share of plans with one price from which plans look like ids of single prices.
_NEARLY_EVERY = 0.9


def unoffered_plans(marts: Marts, config: Config) -> UnofferedPlans | None:
    """Return what tenured customers on plans that are not offered hold and pay; None where there are none."""
    counts = marts.unoffered
    if counts is None:
        return None
    here = counts.take(counts.group == TENURED)
    if not len(here):
        return None
    n, paid, offered = (here.values[name] for name in ("n_observations", "paid_ticks", "offered_ticks"))
    everyone = marts.coverage.take(marts.coverage.group == TENURED)
    money = float((paid * n * marts.weights[here.cell]).sum())
    priced = everyone.values["paid_ticks"] * marts.weights[everyone.cell]
    billed = everyone.values["month_ticks"] * marts.month_weights[everyone.cell]
    money_all = float((priced + billed).sum())
    known = offered > 0
    weights = (n * marts.weights[here.cell])[known]
    against = float((offered[known] * weights).sum())
    return UnofferedPlans(
        observations=int(n.sum()),
        share=_share_of_customers(marts),
        money_share=money / money_all if money_all else 0.0,
        product_offer_gap=float((paid[known] * weights).sum()) / against - 1 if against else None,
        remedy=_remedy(marts, config),
    )


def _share_of_customers(marts: Marts) -> float:
    """Return the share of the tenured customers who hold something on such a plan."""
    parties, rows = marts.parties, marts.coverage
    number = marts.reasons.index(PLAN_NOT_OFFERED) if PLAN_NOT_OFFERED in marts.reasons else NO_REASON - 1

    def customers(*, only_plan: bool) -> int:
        chosen, several = (
            (counts.group == TENURED) & ((counts.values["reason"] == number) | (not only_plan))
            for counts in (rows, parties)
        )
        return int(rows.values["n_observations"][chosen].sum()) - repeats(parties, several)

    everyone = customers(only_plan=False)
    return customers(only_plan=True) / everyone if everyone else 0.0


def _remedy(marts: Marts, config: Config) -> str:
    """Return what to do: plans that nearly all have one price look like the ids of single prices."""
    if _share_of_one_price(marts, config.inference.margin) < _NEARLY_EVERY:
        return "add the offers of these plans, or read the gap beside the headline: product_offer"
    billing = (source.columns for source in config.sources if source.role == "billing")
    mapped = next((columns["plan_id"] for columns in billing if "plan_id" in columns), "plan_id")
    return (
        "nearly every plan has one price, so plan_id looks like the id of a price: write "
        f'price_version_id = "{mapped}" and plan_id = "null" in [source.columns] of billing and offers'
    )


def _share_of_one_price(marts: Marts, margin: float) -> float:
    """Return the share of plans all of whose unit prices lie within the margin of the lowest."""
    counts = marts.prices
    plans = [cell.values.get("plan_id") for cell in marts.cells]
    number = {name: position for position, name in enumerate(dict.fromkeys(plans))}
    plan = np.array([number[name] for name in plans], dtype=np.int64)[counts.cell]
    units = counts.values["quantity_micros"] / MICROS_PER_UNIT
    price = counts.values["paid_ticks"] / units * marts.weights[counts.cell]
    lowest, highest = np.full(len(number), np.inf), np.zeros(len(number))
    np.minimum.at(lowest, plan, price)
    np.maximum.at(highest, plan, price)
    seen = highest > 0
    return float((highest[seen] <= lowest[seen] * (1.0 + margin)).mean()) if seen.any() else 0.0


def with_unoffered(drafts: Iterable[Draft], found: UnofferedPlans | None) -> list[Draft]:
    """Return the drafts; against offers, what such plans pay is shown beside the headline and limits its verdict."""
    listed = list(drafts)
    if found is None:
        return listed
    binds = max(found.share, found.money_share) > BINDING_SHARE
    beside = Companion("product_offer", found.product_offer_gap)

    def marked(draft: Draft) -> Draft:
        finding = draft.finding
        if finding.estimand != "offer_gap" or finding.level != "pooled" or finding.tenure_band is not None:
            return draft
        if draft.evidence is not None and binds:
            doubts = (*draft.evidence.doubts, "plan_not_offered")
            draft = replace(draft, evidence=replace(draft.evidence, doubts=doubts))
        return replace(draft, finding=replace(finding, companions=(*finding.companions, beside)))

    return [marked(draft) for draft in listed]
