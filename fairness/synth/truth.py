"""The recorded truth of a generated firm: gaps that were injected, and facts about the customers drawn.

An injected gap is what the price-setting process was told to do: every interval should contain it. Facts come from the
generator's own events, not from the files: what each customer pays in the last month once every correction and discount
is settled, and what a new customer would pay for the same over twelve months. Money is exact, in whole pence a year.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from fairness.synth.calendar import completed_months, first_day
from fairness.synth.cycles import Firm, billed_cycles, chosen_for
from fairness.synth.letters import told_truth
from fairness.synth.ordinary import add_on_price, cheapest_plan, loyalty_discount
from fairness.synth.subscriptions import NEW_BELOW, TENURED_FROM, BoolArray
from fairness.synth.tariffs import OPEN, FloatArray, IntArray

_MONTHS = 12
_DIGITS = 9
_LEAST_PER_GROUP = 10
CLEAR, UNREADABLE, TWO_PLANS = range(3)
"""Whether a bill can be understood; if not, why."""
REASONS = {UNREADABLE: "rejected", TWO_PLANS: "several_plans"}


@dataclass(frozen=True, slots=True, eq=False)
class AsOf:
    """What is held on the first day of the last month, test accounts left out: one entry per contract, shape (n,).

    Attributes:
        customer: Number of the customer.
        product, region, channel: Indexes of its cell.
        quantity: Units.
        tenure: Completed months on the first day of the last month; from the first line on where no start is exported.
        paid: What all units cost per year, pence.
        offered: What they would cost a new customer a year, on the day on which the period billed begins, pence.
        is_offered: Whether a new customer can have them.
        level: Price level that offers vary around, of all units a year, pence, not rounded.
        above: What was injected over that level, likewise.
        billing: Whether the bill can be understood.
        is_censored, is_unlisted: Whether the tenure is a lower bound, or unknown.
    """

    customer: IntArray
    product: IntArray
    region: IntArray
    channel: IntArray
    quantity: IntArray
    tenure: IntArray
    paid: IntArray
    offered: IntArray
    is_offered: BoolArray
    level: FloatArray
    above: FloatArray
    billing: IntArray
    is_censored: BoolArray
    is_unlisted: BoolArray

    @property
    def is_known(self) -> BoolArray:
        """Whether the tenure is known."""
        return ~self.is_unlisted

    @property
    def is_tenured(self) -> BoolArray:
        """Whether customers are known to be tenured."""
        return self.is_known & (self.tenure >= TENURED_FROM)

    @property
    def is_new(self) -> BoolArray:
        """Whether customers are known to be new."""
        return self.is_known & (self.tenure < NEW_BELOW)

    def n(self, here: BoolArray) -> int:
        """Return how many customers some entries belong to."""
        return len(np.unique(self.customer[here]))


def as_of_customers(firm: Firm) -> AsOf:
    """Return what customers hold, pay and are offered in the last month."""
    who = firm.who
    as_of = int(first_day(np.array([firm.spec.as_of_month]))[0])
    cycles = billed_cycles(firm, 0, len(who))
    here = (cycles.start <= as_of) & (as_of < cycles.end) & ~who.is_test[cycles.index]
    index, cycle, day = cycles.index[here], cycles.cycle[here], cycles.start[here]
    held = _subscriptions(firm, index, cycle, day)
    if firm.spec.add_on is None:
        return held
    added = _add_ons(firm, index, day, held)
    both = ((getattr(held, field.name), getattr(added, field.name)) for field in fields(AsOf))
    return AsOf(*(np.concatenate(values) for values in both))


def _subscriptions(firm: Firm, index: IntArray, cycle: IntArray, day: IntArray) -> AsOf:
    """Return the contracts of subscriptions, of which each bills the period that begins on a day."""
    who, tariffs, traps = firm.who, firm.tariffs, firm.spec.traps
    window, as_of = first_day(np.array([firm.spec.first_month, firm.spec.as_of_month]))
    quantity, per_year = who.quantity[index], np.where(who.is_yearly[index], 1, _MONTHS)
    _, unit = firm.prices.at(index, day, cycle)
    discount = loyalty_discount(firm, index, day)
    combination = np.where(day >= who.upgraded_on[index], who.later_combination[index], who.combination[index])
    start = np.where(who.is_censored[index], np.maximum(who.joined[index], window), who.joined[index])
    level = firm.prices.level(index, day) * quantity * per_year
    gap = np.where(completed_months(start, day) >= TENURED_FROM, firm.prices.gap(index, day), 0.0)
    unreadable, two_plans = (
        np.isin(index, chosen_for(firm, purpose, count))
        for purpose, count in (
            ("unreadable_bills", traps.unreadable_bills),
            ("extra_plans", traps.extra_plans),
        )
    )
    _, extra = cheapest_plan(firm, index, day)
    return AsOf(
        customer=who.customer[index],
        product=who.product[index],
        region=who.region[index],
        channel=who.channel[index],
        quantity=quantity,
        tenure=completed_months(start, np.full(len(start), as_of)),
        paid=(unit * quantity - discount + np.where(two_plans, extra, 0)) * per_year,
        offered=tariffs.effective_total(combination, tariffs.version(combination, day)) * quantity,
        is_offered=tariffs.offered[combination],
        level=level,
        above=level * gap - discount * per_year,
        billing=np.where(unreadable, UNREADABLE, np.where(two_plans, TWO_PLANS, CLEAR)),
        is_censored=who.is_censored[index],
        is_unlisted=who.is_unlisted[index],
    )


def _add_ons(firm: Firm, index: IntArray, day: IntArray, held: AsOf) -> AsOf:
    """Return what is held beside subscriptions: everybody pays the list price of the day, new or not."""
    assert firm.spec.add_on is not None
    here = firm.who.add_on[index] != OPEN
    combination, price = add_on_price(firm, index[here], day[here])
    year = price * _MONTHS
    name = [one.name for one in firm.spec.products].index(firm.spec.add_on.product)
    own = {
        "product": np.full(len(year), name),
        "quantity": np.ones_like(year),
        "paid": year,
        "offered": firm.tariffs.effective_total(combination, firm.tariffs.version(combination, day[here])),
        "is_offered": np.ones(len(year), dtype=np.bool_),
        "level": year.astype(np.float64),
        "above": np.zeros(len(year)),
        "billing": np.full(len(year), CLEAR),
    }
    return AsOf(**{field.name: own.get(field.name, getattr(held, field.name)[here]) for field in fields(AsOf)})


def recorded_truth(firm: Firm) -> dict[str, Any]:
    """Return the truth of the last month: for the whole book, by product, region, channel and cell."""
    spec, held = firm.spec, as_of_customers(firm)
    everyone = np.ones(len(held.customer), dtype=np.bool_)
    truth: dict[str, Any] = {
        "generator": "billing",
        "seed": firm.seed,
        "as_of": spec.last_month,
        "currency": spec.currency,
        "whole_book": {**figures(held, everyone), **contrasts(held, everyone)},
        "left_censored_customers": held.n(held.is_censored),
        "unknown_tenure_customers": held.n(held.is_unlisted),
    }
    if spec.letters is not None:
        told = told_truth(firm)
        truth["told"] = {
            outcome: {**found, "over": pounds(found["over"]), "under": pounds(found["under"])}
            for outcome, found in told.items()
        }
    names = {
        "product_id": [product.name for product in spec.products],
        "region": [name for name, _ in spec.regions],
        "channel": [name for name, _ in spec.channels],
    }
    codes = {"product_id": held.product, "region": held.region, "channel": held.channel}
    for column, group in (("product_id", "products"), ("region", "regions"), ("channel", "channels")):
        truth[group] = []
        for position, name in enumerate(names[column]):
            here = codes[column] == position
            if here.any():
                truth[group].append({"scope": {column: name}, **figures(held, here), **contrasts(held, here)})
    penalties = {(cell.product, cell.region, cell.channel): cell.penalty for cell in spec.cells}
    truth["cells"] = []
    for keys in np.unique(np.stack(list(codes.values()), axis=1), axis=0):
        here = np.all([code == key for code, key in zip(codes.values(), keys, strict=True)], axis=0)
        scope = {column: names[column][key] for column, key in zip(codes, keys, strict=True)}
        penalty = penalties.get((scope["product_id"], scope["region"], scope["channel"]), 0.0)
        truth["cells"].append({"scope": scope, "penalty": penalty, **figures(held, here)})
    return truth


def figures(held: AsOf, here: BoolArray) -> dict[str, Any]:
    """Return customers, and gap and money a year, of some contracts; what cannot be compared is given separately."""
    tenured = here & held.is_tenured
    compared = tenured & held.is_offered & (held.billing == CLEAR)
    over = held.paid - held.offered
    not_compared = {"no_offer": tenured & ~held.is_offered}
    not_compared |= {name: tenured & held.is_offered & (held.billing == code) for code, name in REASONS.items()}
    return {
        "customers": held.n(here),
        "new_customers": held.n(here & held.is_new),
        "tenured_customers": held.n(tenured),
        "compared_customers": held.n(compared),
        "compared_paid_a_year": pounds(held.paid[compared].sum()),
        "compared_at_offer_a_year": pounds(held.offered[compared].sum()),
        "not_compared": {
            name: {"customers": held.n(those), "paid_a_year": pounds(held.paid[those].sum())}
            for name, those in not_compared.items()
            if those.any()
        },
        "injected_gap": ratio(float(held.above[compared].sum()), float(held.level[compared].sum())),
        "offer_gap": ratio(float(over[compared].sum()), float(held.offered[compared].sum())),
        "customers_above_offer": held.n(compared & (over > 0)),
        "overpaid_a_year": pounds(np.maximum(over[compared], 0).sum()),
        "net_overpaid_a_year": pounds(over[compared].sum()),
    }


def contrasts(held: AsOf, here: BoolArray) -> dict[str, float | None]:
    """Return the raw gap and the like-for-like gap between tenured and new customers, by units: facts."""
    cells = np.unique(np.stack((held.product, held.region, held.channel), axis=1), axis=0, return_inverse=True)[1]
    sums = {}
    for name, chosen in (("tenured", held.is_tenured), ("new", held.is_new)):
        those = here & chosen & (held.billing == CLEAR)
        cell, n_cells = cells[those], int(cells.max(initial=-1)) + 1
        units, paid = (
            np.bincount(cell, weights=values[those], minlength=n_cells)
            for values in (held.quantity.astype(np.float64), held.paid.astype(np.float64))
        )
        customers = np.unique(np.stack((cell, held.customer[those])), axis=1)[0]
        sums[name] = (np.bincount(customers, minlength=n_cells), units, paid)
    (n_tenured, units, paid), (n_new, units_new, paid_new) = sums["tenured"], sums["new"]
    common = (n_tenured >= _LEAST_PER_GROUP) & (n_new >= _LEAST_PER_GROUP)
    expected = float((units[common] * paid_new[common] / units_new[common]).sum())
    raw_new = float(paid_new.sum() * units.sum() / units_new.sum()) if units_new.sum() else 0.0
    return {
        "raw_gap": ratio(float(paid.sum()) - raw_new, raw_new),
        "like_for_like_gap": ratio(float(paid[common].sum()) - expected, expected),
    }


def ratio(above: float, below: float) -> float | None:
    """Return a quotient with nine digits, None where the divisor is 0."""
    return round(above / below, _DIGITS) if below else None


def pounds(pence: int) -> str:
    """Return whole pence as a decimal text.

    Example:
        >>> pounds(123456), pounds(-5)
        ('1234.56', '-0.05')
    """
    whole, rest = divmod(abs(int(pence)), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{rest:02d}"
