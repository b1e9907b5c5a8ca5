"""The recorded truth of a generated firm: gaps that were injected, and facts of the customers drawn.

An injected gap is what the price-setting process was told to do: every interval should contain it. Facts are exact:
they hold for the files as they are written. Prices are per month, in ticks of 1/10000 of the currency, half-even.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fairness.synth.calendar import completed_months, first_day
from fairness.synth.lines import Firm, billed_cycles
from fairness.synth.subscriptions import NEW_BELOW, TENURED_FROM, BoolArray
from fairness.synth.tariffs import FloatArray, IntArray

TICKS = 10_000
_TICKS_PER_PENNY = 100
_MONTHS = 12
_DIGITS = 9
_LEAST_PER_GROUP = 10


@dataclass(frozen=True, slots=True, eq=False)
class AsOf:
    """Customers with a full period that covers the first day of the last month, test accounts left out, shape (n,).

    Attributes:
        cell: Index of the cell.
        quantity: Units.
        tenure: Completed months on the first day of the last month; from the first line on where no start is exported.
        price: What a unit costs a month, ticks.
        offer: Effective price of the offer in force when the price was set, ticks; 0 where there is none.
        billed: What a unit costs an interval, month or year, ticks: as billed, not divided.
        billed_offer: The offer for an interval, ticks.
        per_year: Intervals of a year.
        level: Price level that offers vary around, ticks, not rounded.
        gap: Injected gap over that level.
        is_censored: Whether the tenure is a lower bound.
    """

    cell: IntArray
    quantity: IntArray
    tenure: IntArray
    price: IntArray
    offer: IntArray
    billed: IntArray
    billed_offer: IntArray
    per_year: IntArray
    level: FloatArray
    gap: FloatArray
    is_censored: BoolArray


def as_of_customers(firm: Firm) -> AsOf:
    """Return what customers pay and are offered in the last month."""
    spec, who, tariffs = firm.spec, firm.who, firm.tariffs
    window, as_of = first_day(np.array([spec.first_month, spec.as_of_month]))
    cycles = billed_cycles(firm, 0, len(who))
    here = (cycles.start <= as_of) & (as_of < cycles.end) & ~who.is_test[cycles.index]
    index, cycle, day = cycles.index[here], cycles.cycle[here], cycles.start[here]
    _, paid = firm.prices.at(index, day, cycle)
    months = np.where(who.is_yearly[index], _MONTHS, 1)
    combination = np.where(day >= who.upgraded_on[index], who.later_combination[index], who.combination[index])
    total = tariffs.effective_total(combination, tariffs.version(combination, day))
    year = np.full(len(total), _MONTHS)
    start = np.where(who.is_censored[index], np.maximum(who.joined[index], window), who.joined[index])
    return AsOf(
        cell=who.cell[index],
        quantity=who.quantity[index],
        tenure=completed_months(start, np.full(len(start), as_of)),
        price=half_even(paid * _TICKS_PER_PENNY, months),
        offer=np.where(tariffs.offered[combination], half_even(total * _TICKS_PER_PENNY, year), 0),
        billed=paid * _TICKS_PER_PENNY,
        billed_offer=half_even(total * _TICKS_PER_PENNY * months, year),
        per_year=_MONTHS // months,
        level=firm.prices.level(index, day) * _TICKS_PER_PENNY / months,
        gap=np.where(completed_months(start, day) >= TENURED_FROM, firm.prices.gap(index, day), 0.0),
        is_censored=who.is_censored[index],
    )


def half_even(amount: IntArray, parts: IntArray) -> IntArray:
    """Divide whole numbers, halves to the even neighbour.

    Example:
        >>> half_even(np.array([5, 15, 16]), np.array([2, 10, 10]))
        array([2, 2, 2])
    """
    quotient, rest = amount // parts, amount % parts
    up = (2 * rest > parts) | ((2 * rest == parts) & (quotient % 2 == 1))
    rounded: IntArray = quotient + up
    return rounded


def recorded_truth(firm: Firm) -> dict[str, Any]:
    """Return the truth of the last month: for the whole book, by product, region, channel and cell."""
    spec, customers = firm.spec, as_of_customers(firm)
    everyone = np.ones(len(customers.cell), dtype=np.bool_)
    truth: dict[str, Any] = {
        "generator": "billing",
        "seed": firm.seed,
        "as_of": spec.last_month,
        "currency": spec.currency,
        "whole_book": {**figures(customers, everyone), **contrasts(customers, everyone)},
        "left_censored_customers": int(customers.is_censored.sum()),
    }
    for column, key in (("products", "product"), ("regions", "region"), ("channels", "channel")):
        values = list(dict.fromkeys(getattr(cell, key) for cell in spec.cells))
        truth[column] = []
        for value in values:
            here = np.array([getattr(cell, key) == value for cell in spec.cells])[customers.cell]
            scope = {"product_id" if key == "product" else key: value}
            truth[column].append({"scope": scope, **figures(customers, here), **contrasts(customers, here)})
    truth["cells"] = [
        {
            "scope": {"product_id": cell.product, "region": cell.region, "channel": cell.channel},
            "penalty": cell.penalty,
            **figures(customers, customers.cell == position),
        }
        for position, cell in enumerate(spec.cells)
    ]
    return truth


def figures(customers: AsOf, here: BoolArray) -> dict[str, Any]:
    """Return counts, prices of one unit a month, and gap and money a year of all units of some customers."""
    tenured = here & (customers.tenure >= TENURED_FROM)
    offered = tenured & (customers.offer > 0)
    price, offer = customers.price[offered], customers.offer[offered]
    per_year = customers.per_year * customers.quantity
    level = customers.level[offered] * customers.quantity[offered]
    paid, due = (per_year * customers.billed)[offered], (per_year * customers.billed_offer)[offered]
    over = paid - due
    return {
        "customers": int(here.sum()),
        "new_customers": int((here & (customers.tenure < NEW_BELOW)).sum()),
        "tenured_customers": int(tenured.sum()),
        "tenured_paid": money(int(customers.price[tenured].sum())),
        "assessable_customers": int(offered.sum()),
        "assessable_paid": money(int(price.sum())),
        "assessable_at_offer": money(int(offer.sum())),
        "not_assessable_customers": int((tenured & ~offered).sum()),
        "not_assessable_paid": money(int(customers.price[tenured & ~offered].sum())),
        "not_assessable_paid_a_year": money(int((per_year * customers.billed)[tenured & ~offered].sum())),
        "injected_gap": ratio(float((level * customers.gap[offered]).sum()), float(level.sum())),
        "offer_gap": ratio(float(over.sum()), float(due.sum())),
        "customers_above_offer": int((over > 0).sum()),
        "overpaid_a_year": money(int(np.maximum(over, 0).sum())),
        "net_overpaid_a_year": money(int(over.sum())),
    }


def contrasts(customers: AsOf, here: BoolArray) -> dict[str, float | None]:
    """Return the raw gap and the like-for-like gap between tenured and new customers, by units: facts."""
    tenured, new = here & (customers.tenure >= TENURED_FROM), here & (customers.tenure < NEW_BELOW)
    units = customers.quantity.astype(np.float64)
    price = customers.billed * customers.per_year * units / _MONTHS
    n_cells = int(customers.cell.max(initial=-1)) + 1
    sums = {}
    for name, chosen in (("tenured", tenured), ("new", new)):
        cell = customers.cell[chosen]
        held, paid = (np.bincount(cell, weights=values[chosen], minlength=n_cells) for values in (units, price))
        sums[name] = (np.bincount(cell, minlength=n_cells), held, paid)
    (n_tenured, held, paid), (n_new, held_new, paid_new) = sums["tenured"], sums["new"]
    common = (n_tenured >= _LEAST_PER_GROUP) & (n_new >= _LEAST_PER_GROUP)
    expected = (held[common] * paid_new[common] / held_new[common]).sum()
    raw_new = float(paid_new.sum() * held.sum() / held_new.sum()) if held_new.sum() else 0.0
    return {
        "raw_gap": ratio(float(paid.sum()) - raw_new, raw_new),
        "like_for_like_gap": ratio(float(paid[common].sum() - expected), float(expected)),
    }


def ratio(above: float, below: float) -> float | None:
    """Return a quotient with nine digits, None where nothing stands below."""
    return round(above / below, _DIGITS) if below else None


def money(ticks: int) -> str:
    """Return ticks as a decimal text.

    Example:
        >>> money(123456), money(-5)
        ('12.3456', '-0.0005')
    """
    whole, rest = divmod(abs(ticks), TICKS)
    return f"{'-' if ticks < 0 else ''}{whole}.{rest:04d}"
