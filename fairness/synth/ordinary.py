"""What ordinary bills hold besides a price: corrections, discounts and fees on separate lines, add-ons, totals."""

from __future__ import annotations

import numpy as np

from fairness.synth.calendar import add_months, first_day, month_of
from fairness.synth.cycles import (
    CREDIT,
    DISCOUNT,
    FEE,
    FINANCE,
    MANUAL,
    RECURRING,
    RENEWAL,
    SUMMARY,
    Cycles,
    Firm,
    Part,
    chosen_for,
    make_part,
)
from fairness.synth.subscriptions import TENURED_FROM, BoolArray
from fairness.synth.tariffs import OPEN, IntArray

_YEAR, _HALF_YEAR = 12, 6
_REBILLED_DAYS, _TOO_MUCH = 6, 5
_PAPER_BILL, _INSTALMENT = 175, 1250
_DISCOUNT_FROM = 2
"""Months after the last yearly rise from which loyalty discounts are given: to those who complained."""
_FORMS = 3
_NAMED, _ON_THE_BILL = range(_FORMS - 1)


def ordinary_parts(firm: Firm, rng: np.random.Generator, cycles: Cycles, recurring: Part) -> list[Part]:
    """Return the lines that bills hold besides those of ``recurring``, whose bills may be sent later because of them.

    Args:
        firm: Whose bills.
        rng: Generator of the block.
        cycles: The full periods of the block, shape (n,).
        recurring: Their lines, in the same order; the date of issue changes where a bill is sent again.
    """
    traps = firm.spec.traps
    parts = []
    if traps.loyalty_discounts:
        parts.append(_discounts(firm, cycles, recurring))
    if traps.paper_bills:
        parts.append(_charges(firm, rng, cycles, FEE, _PAPER_BILL))
    if traps.instalments:
        parts.append(_charges(firm, rng, cycles, FINANCE, _INSTALMENT))
    if traps.summaries:
        parts.append(_summaries(firm, rng, cycles, recurring))
    if firm.spec.add_on is not None:
        parts.append(_add_ons(firm, cycles))
    if traps.extra_plans:
        parts.append(_extra_plans(firm, cycles))
    if traps.rebills:
        parts += _rebills(firm, rng, cycles, recurring)
    return parts


def last_months(firm: Firm, start: IntArray, months: int) -> BoolArray:
    """Return which days lie in the last months of the window."""
    inside: BoolArray = month_of(start) > firm.spec.as_of_month - months
    return inside


def loyalty_discount(firm: Firm, index: IntArray, day: IntArray) -> IntArray:
    """Return what is taken off bills of a day for loyalty, in pence: half a pound to one and a half, or nothing."""
    who, spec = firm.who, firm.spec
    share = spec.traps.loyalty_discounts
    if not share or not len(firm.tariffs.rise_days):
        return np.zeros(len(index), dtype=np.int64)
    since = add_months(firm.tariffs.rise_days[-1:], np.array([_DISCOUNT_FROM]))
    drawn = np.random.default_rng([firm.seed, 4]).random(len(who)) < share
    has = drawn[index] & ~who.is_yearly[index] & ~who.is_test[index] & (day >= since)
    has &= add_months(who.joined[index], np.full(len(index), TENURED_FROM)) <= since
    return np.where(has, 50 * (1 + index % 3), 0).astype(np.int64)


def add_on_price(firm: Firm, index: IntArray, day: IntArray) -> tuple[IntArray, IntArray]:
    """Return the combination of what subscriptions add, and its list price on days in pence."""
    add_on = firm.spec.add_on
    assert add_on is not None
    product = np.full(len(index), [one.name for one in firm.spec.products].index(add_on.product))
    who = firm.who
    combination = firm.tariffs.combination(product, who.add_on[index], who.region[index], who.channel[index])
    return combination, firm.tariffs.list_price[combination, firm.tariffs.version(combination, day)]


def cheapest_plan(firm: Firm, index: IntArray, day: IntArray) -> tuple[IntArray, IntArray]:
    """Return the combination of the cheapest plan of subscriptions' products, and its list price on days in pence."""
    who, tariffs = firm.who, firm.tariffs
    combination = tariffs.combination(who.product[index], np.zeros_like(index), who.region[index], who.channel[index])
    return combination, tariffs.list_price[combination, tariffs.version(combination, day)]


def _discounts(firm: Firm, cycles: Cycles, recurring: Part) -> Part:
    amount = loyalty_discount(firm, cycles.index, cycles.start)
    here = amount > 0
    index, start = cycles.index[here], cycles.start[here]
    form = index // _FORMS % _FORMS
    part = make_part(
        firm,
        index,
        start,
        DISCOUNT,
        -amount[here],
        reason=MANUAL,
        start=np.where(form <= _ON_THE_BILL, start, OPEN),
        end=np.where(form <= _ON_THE_BILL, cycles.end[here], OPEN),
        refers=np.where(form == _NAMED, recurring["own"][here], OPEN),
    )
    return {**part, "kind": np.where(form <= _ON_THE_BILL, DISCOUNT, CREDIT)}


def _charges(firm: Firm, rng: np.random.Generator, cycles: Cycles, kind: int, pence: int) -> Part:
    """Bill a charge of the same amount every month of the last year."""
    who, spec = firm.who, firm.spec
    share = spec.traps.paper_bills if kind == FEE else spec.traps.instalments
    may = ~who.is_yearly & ~who.is_test
    if kind == FINANCE:
        may &= np.array([product.usage > 0 for product in spec.products])[who.product]
    here = _drawn(rng, share, cycles) & may[cycles.index] & last_months(firm, cycles.start, _YEAR)
    index, start = cycles.index[here], cycles.start[here]
    return make_part(firm, index, start, kind, np.full(len(index), pence), reason=RENEWAL, listed=pence)


def _drawn(rng: np.random.Generator, share: float, cycles: Cycles) -> BoolArray:
    """Draw subscriptions of a block, and return which periods are theirs."""
    low = int(cycles.index.min(initial=0))
    drawn = rng.random(int(cycles.index.max(initial=low)) - low + 1) < share
    theirs: BoolArray = drawn[cycles.index - low]
    return theirs


def _summaries(firm: Firm, rng: np.random.Generator, cycles: Cycles, recurring: Part) -> Part:
    """State the amount of a bill again, as its total."""
    here = _drawn(rng, firm.spec.traps.summaries, cycles) & last_months(firm, cycles.start, _YEAR)
    here &= ~firm.who.is_yearly[cycles.index] & ~firm.who.is_test[cycles.index]
    return make_part(
        firm,
        cycles.index[here],
        cycles.start[here],
        SUMMARY,
        recurring["net"][here],
        reason=RENEWAL,
        start=cycles.start[here],
        end=cycles.end[here],
    )


def _add_ons(firm: Firm, cycles: Cycles) -> Part:
    assert firm.spec.add_on is not None
    here = (firm.who.add_on[cycles.index] != OPEN) & last_months(firm, cycles.start, firm.spec.add_on.months)
    return _beside(firm, cycles, here, add_on_price(firm, cycles.index[here], cycles.start[here]))


def _extra_plans(firm: Firm, cycles: Cycles) -> Part:
    """Also bill the cheapest plan of the product on the same subscription."""
    who = chosen_for(firm, "extra_plans", firm.spec.traps.extra_plans)
    here = np.isin(cycles.index, who) & last_months(firm, cycles.start, _HALF_YEAR)
    return _beside(firm, cycles, here, cheapest_plan(firm, cycles.index[here], cycles.start[here]))


def _beside(firm: Firm, cycles: Cycles, here: BoolArray, plan: tuple[IntArray, IntArray]) -> Part:
    """Return recurring lines of other plans beside some periods; a plan is its combination and its price."""
    start, (combination, price) = cycles.start[here], plan
    return make_part(
        firm,
        cycles.index[here],
        start,
        RECURRING,
        price,
        reason=RENEWAL,
        start=start,
        end=cycles.end[here],
        listed=price,
        combination=combination,
    )


def _rebills(firm: Firm, rng: np.random.Generator, cycles: Cycles, recurring: Part) -> list[Part]:
    """Bill too much, reverse all of it a few days later, every other time by name, and then send the right bill."""
    spec = firm.spec
    end = int(first_day(np.array([spec.as_of_month + 1]))[0])
    here = (rng.random(len(cycles.index)) < spec.traps.rebills) & (cycles.start + _REBILLED_DAYS < end)
    here &= ~firm.who.is_test[cycles.index]
    for purpose, count in (("rejected", spec.traps.rejected), ("unreadable_bills", spec.traps.unreadable_bills)):
        here &= ~np.isin(cycles.index, chosen_for(firm, purpose, count))
    index, start, stop = cycles.index[here], cycles.start[here], cycles.end[here]
    quantity, net = recurring["quantity"][here], recurring["net"][here]
    wrong = net + net // _TOO_MUCH
    own = 2 * len(cycles.index) + np.arange(len(index))
    recurring["issued"] = np.where(here, cycles.start + _REBILLED_DAYS, recurring["issued"])
    columns = {"start": start, "end": stop, "quantity": quantity, "combination": recurring["combination"][here]}
    bills = make_part(firm, index, start, RECURRING, wrong, reason=RENEWAL, own=own, **columns)
    named = np.where(np.arange(len(index)) % 2 == 0, own, OPEN)
    return [bills, make_part(firm, index, start + _REBILLED_DAYS, CREDIT, -wrong, refers=named, **columns)]
