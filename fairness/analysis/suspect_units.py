"""Products whose prices seem to be in another unit than what they are compared with: no verdict until checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from fairness.analysis.counts import MICROS_PER_UNIT, TICKS_PER_UNIT, Counts, FloatArray, IntArray
from fairness.analysis.marts import Marts
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.results import SuspectUnit
from fairness.stats.scores import numbered
from fairness.stats.units import unit_suspects

# Share of the money, paid or offered, from which suspect units forbid a verdict.
_BINDING_SHARE = 0.05


def suspect_units(marts: Marts, config: Config) -> tuple[SuspectUnit, ...]:
    """Return the products and plans whose unit is suspect, unless the config says that it was checked.

    Prices are compared with their offers or, where a study has none, with the median of product, plan and interval.
    """
    cells = marts.cells
    keys = [(cell.values.get("product_id"), cell.values.get("plan_id")) for cell in cells]
    names = list(dict.fromkeys(keys))
    plan = np.array([names.index(key) for key in keys], dtype=np.int64)
    offers = marts.offers["primary"]
    counts = offers if len(offers) else marts.prices
    if not len(counts):
        return ()
    paid = counts.values["paid_ticks"] / TICKS_PER_UNIT
    group, against = plan[counts.cell], _offered(offers) if len(offers) else _medians(marts, plan)
    n = counts.values["n_observations"]
    usable = (paid > 0) & (against > 0)
    money = np.stack((paid * n, against * n)) * marts.weights[counts.cell]
    total = money.sum(axis=1)
    found = []
    for suspect in unit_suspects(group[usable], paid[usable] / against[usable], n[usable]):
        product, name = names[suspect.group]
        if product in config.ledger.checked_units:
            continue
        share = float((money[:, group == suspect.group].sum(axis=1) / total).max())
        found.append(SuspectUnit(product, name, suspect.median_ratio, suspect.factor, share, _remedy(product)))
    return tuple(found)


def _remedy(product: str | None) -> str:
    return f'check the unit of the amounts; if they are right, write [ledger] checked_units = ["{product}"]'


def _offered(offers: Counts) -> FloatArray:
    offered: FloatArray = offers.values["offered_ticks"] / TICKS_PER_UNIT
    return offered


def _medians(marts: Marts, plan: IntArray) -> FloatArray:
    """Return for each count the median amount of as many units of its product, plan and billing interval."""
    counts = marts.prices
    units = counts.values["quantity_micros"] / MICROS_PER_UNIT
    price = counts.values["paid_ticks"] / TICKS_PER_UNIT / units
    rates = [cell.per_year for cell in marts.cells]
    number_of = {rate: number for number, rate in enumerate(dict.fromkeys(rates))}
    interval = np.array([number_of[rate] for rate in rates], dtype=np.int64)
    group = numbered(plan[counts.cell], interval[counts.cell])
    medians = np.zeros(int(group.max()) + 1)
    order = np.lexsort((price, group))
    running = np.cumsum(counts.values["n_observations"][order])
    bounds = np.searchsorted(group[order], np.arange(medians.size + 1))
    for number in range(medians.size):
        first, last = int(bounds[number]), int(bounds[number + 1])
        before = int(running[first - 1]) if first else 0
        middle = before + (int(running[last - 1]) - before + 1) // 2
        medians[number] = price[order][first + int(np.searchsorted(running[first:last], middle))]
    return np.asarray(medians[group] * units, dtype=np.float64)


def without_verdict(drafts: Iterable[Draft], suspects: tuple[SuspectUnit, ...]) -> list[Draft]:
    """Return the drafts, marked where suspect units hold so much of the money that no verdict may be given."""
    listed = list(drafts)
    if sum(suspect.money_share for suspect in suspects) < _BINDING_SHARE:
        return listed
    return [
        replace(draft, evidence=replace(draft.evidence, unit_suspect=True)) if draft.evidence else draft
        for draft in listed
    ]
