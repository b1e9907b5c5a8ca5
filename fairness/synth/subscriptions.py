"""Customers of a generated firm, and the price that each pays at any time.

A customer joins on the offer in force: introductory price for its cycles, then that offer's list price. From the first
yearly rise after twelve months on (yearly products: from the first renewal on) the price is the level of the offers,
times 1 + the cell's gap, times the walking of completed years.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from fairness.synth.calendar import add_months, completed_months, first_day, month_of
from fairness.synth.spec import BillingSpec
from fairness.synth.tariffs import OPEN, RUN_UP, FloatArray, IntArray, Tariffs

BoolArray = NDArray[np.bool_]

NEVER = 10**7
"""A day after all others."""

NEW_BELOW, TENURED_FROM = 12, 24
WALKING_YEARS = 15

_RECENT = 1.6
_NOISE_LIMIT = 2.5
_TEST_PRICE = 0.1
_MONTHS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Subscriptions:
    """One entry per subscription, those of test accounts and second ones last, shape (n,).

    Attributes:
        customer: Number of the customer; that of their only or first subscription.
        cell: Index of the cell in the spec.
        product, region, channel: Indexes of its keys.
        plan, later_plan: Plan on joining, and after the upgrade (the same where there is none).
        combination, later_combination: The tariffs' combinations of both.
        upgraded_on: Day of the upgrade, or NEVER.
        joined, left: First day, and the day after the last (NEVER while active).
        quantity: Units.
        payment: Index of the payment method.
        factor: Individual price over the price list.
        party: Number of the customer whose party this one belongs to.
        is_vulnerable, is_test, is_censored: Flags; a censored customer's start is not exported.
        is_unlisted: Whether the customer is missing from the customer file.
        add_on: Plan of the product held as well, or OPEN.
        is_yearly: Whether it is billed yearly.
    """

    customer: IntArray
    cell: IntArray
    product: IntArray
    region: IntArray
    channel: IntArray
    plan: IntArray
    later_plan: IntArray
    combination: IntArray
    later_combination: IntArray
    upgraded_on: IntArray
    joined: IntArray
    left: IntArray
    quantity: IntArray
    payment: IntArray
    factor: FloatArray
    party: IntArray
    is_vulnerable: BoolArray
    is_test: BoolArray
    is_censored: BoolArray
    is_unlisted: BoolArray
    is_yearly: BoolArray
    add_on: IntArray

    def __len__(self) -> int:
        """Return the number of subscriptions."""
        return len(self.cell)

    def first_cycle(self, who: IntArray | slice = slice(None)) -> IntArray:
        """Return the month of the first full cycle."""
        joined = self.joined[who]
        month = month_of(joined)
        return np.where(self.is_yearly[who] | (joined == first_day(month)), month, month + 1)


def draw_subscriptions(spec: BillingSpec, tariffs: Tariffs, rng: np.random.Generator) -> Subscriptions:
    """Draw the subscriptions of a firm; every draw depends only on the spec and the generator's state."""
    n = spec.customers + spec.traps.test_accounts
    weights = np.array([cell.weight for cell in spec.cells])
    cell = rng.choice(len(spec.cells), size=n, p=weights / weights.sum()).astype(np.int64)
    product, region, channel = (index[cell] for index in _cell_indexes(spec))
    is_yearly = np.array([one.interval == "year" for one in spec.products])[product]
    n_plans = np.array([len(one.plans) for one in spec.products])[product]
    plan = np.floor(rng.random(n) * n_plans).astype(np.int64)
    joined = _joining_days(spec, rng, cell, product)
    left = _leaving_days(spec, rng, joined)
    is_test = np.arange(n) >= spec.customers
    upgraded_on = _upgrade_days(spec, rng, joined, left, ~is_yearly & tariffs.offered[tariffs.first[product, 0]])
    step = 1 + np.floor(rng.random(n) * np.maximum(n_plans - 1, 1)).astype(np.int64)
    later_plan = np.where((upgraded_on < NEVER) & (n_plans > 1), (plan + step) % n_plans, plan)
    several = (rng.random(n) < spec.traps.several_units) & ~is_yearly
    shares = np.array([share for _, share in spec.payment_methods])
    noise = 1.0 + spec.price_noise * np.clip(rng.standard_normal(n), -_NOISE_LIMIT, _NOISE_LIMIT)
    first = Subscriptions(
        customer=np.arange(n),
        cell=cell,
        product=product,
        region=region,
        channel=channel,
        plan=plan,
        later_plan=later_plan,
        combination=tariffs.combination(product, plan, region, channel),
        later_combination=tariffs.combination(product, later_plan, region, channel),
        upgraded_on=np.where(later_plan == plan, NEVER, upgraded_on),
        joined=joined,
        left=left,
        quantity=np.where(several, 2 + (rng.random(n) < 0.3), 1).astype(np.int64),
        payment=np.searchsorted(np.cumsum(shares / shares.sum())[:-1], rng.random(n), side="right").astype(np.int64),
        factor=np.where(is_test, _TEST_PRICE, noise),
        party=_parties(spec, rng, n),
        is_vulnerable=rng.random(n) < spec.vulnerable_share,
        is_test=is_test,
        is_censored=_censored(spec, rng, joined, left, ~is_yearly & ~is_test),
        is_unlisted=np.zeros(n, dtype=np.bool_),
        is_yearly=is_yearly,
        add_on=np.full(n, OPEN),
    )
    return _with_ordinary(spec, rng, first)


def _with_ordinary(spec: BillingSpec, rng: np.random.Generator, who: Subscriptions) -> Subscriptions:
    """Add what is held as well, customers whom no file knows, and second subscriptions, which are like the first."""
    n, traps = len(who), spec.traps
    add_on, is_unlisted = who.add_on.copy(), who.is_unlisted.copy()
    if spec.add_on is not None:
        place = (spec.add_on.beside, spec.add_on.channel)
        here = np.array([(one.product, one.channel) == place for one in spec.cells])[who.cell] & ~who.is_test
        here &= rng.random(n) < spec.add_on.share
        n_plans = next(len(one.plans) for one in spec.products if one.name == spec.add_on.product)
        add_on[here] = np.floor(rng.random(int(here.sum())) * n_plans).astype(np.int64)
    if traps.unlisted:
        may = np.flatnonzero(~who.is_test & ~who.is_censored)
        is_unlisted[rng.permutation(may)[: traps.unlisted]] = True
    found = replace(who, add_on=add_on, is_unlisted=is_unlisted)
    if not traps.second_subscriptions:
        return found
    may = np.flatnonzero(~who.is_test & ~who.is_yearly & (add_on == OPEN) & (who.left == NEVER))
    twins = np.concatenate((np.arange(n), np.sort(rng.permutation(may)[: traps.second_subscriptions])))
    return Subscriptions(**{field.name: getattr(found, field.name)[twins] for field in fields(found)})


def _cell_indexes(spec: BillingSpec) -> tuple[IntArray, IntArray, IntArray]:
    """Return product, region and channel of each cell as indexes."""
    names = (
        [product.name for product in spec.products],
        [name for name, _ in spec.regions],
        [name for name, _ in spec.channels],
    )
    keys = [(cell.product, cell.region, cell.channel) for cell in spec.cells]
    product, region, channel = np.array(
        [[known.index(key) for known, key in zip(names, row, strict=True)] for row in keys], dtype=np.int64
    ).T
    return product, region, channel


def _joining_days(spec: BillingSpec, rng: np.random.Generator, cell: IntArray, product: IntArray) -> IntArray:
    """Draw the loyalty group at the end by its share, then the day within it; long tenures are rarer.

    Nobody has joined a legacy product since :data:`RUN_UP` months before the window.
    """
    new_share = np.array([spec.new_share if one.new_share is None else one.new_share for one in spec.cells])[cell]
    legacy = np.array([not one.campaigns for one in spec.products])[product]
    which, within = rng.random(len(cell)), rng.random(len(cell))
    is_new = (which < new_share) & ~legacy
    is_middle = (which < new_share + spec.middle_share) & ~is_new & ~legacy
    end = np.array([spec.as_of_month])
    as_of, last = first_day(end)[0], first_day(end + 1)[0] - 1
    year_ago, two_ago, long_ago, closed = (
        add_months(np.array([as_of]), np.array([-months]))[0]
        for months in (NEW_BELOW, TENURED_FROM, spec.longest_tenure, spec.months + RUN_UP)
    )
    latest = np.where(is_new, last, np.where(is_middle, year_ago, np.where(legacy, closed, two_ago)))
    earliest = np.where(is_new, year_ago + 1, np.where(is_middle, two_ago + 1, min(long_ago, closed - 1)))
    share = np.where(is_new | is_middle, within, within**_RECENT)
    days: IntArray = (latest - np.floor(share * (latest - earliest + 1))).astype(np.int64)
    return days


def _leaving_days(spec: BillingSpec, rng: np.random.Generator, joined: IntArray) -> IntArray:
    """Draw a day in a month between the second after joining and the one before last, evenly, for those that leave."""
    leaves, within, day = rng.random(len(joined)), rng.random(len(joined)), rng.random(len(joined))
    earliest = np.maximum(month_of(joined) + 2, spec.first_month + 1)
    months = np.maximum(spec.as_of_month - earliest, 0)
    month = earliest + np.floor(within * months).astype(np.int64)
    left = first_day(month) + np.floor(day * 28).astype(np.int64)
    return np.where((leaves < spec.leavers) & (months > 0), left, NEVER)


def _upgrade_days(
    spec: BillingSpec, rng: np.random.Generator, joined: IntArray, left: IntArray, may: BoolArray
) -> IntArray:
    """Draw a mid-month day within the window, after two years, for those that change their plan."""
    chosen, within, day = rng.random(len(joined)), rng.random(len(joined)), rng.random(len(joined))
    earliest = np.maximum(month_of(joined) + TENURED_FROM + 1, spec.first_month)
    latest = np.where(
        left < NEVER, month_of(np.minimum(left, first_day(np.array([spec.as_of_month]))[0])) - 1, spec.as_of_month - 1
    )
    months = np.maximum(latest - earliest + 1, 0)
    month = earliest + np.floor(within * months).astype(np.int64)
    upgraded = first_day(month) + 1 + np.floor(day * 26).astype(np.int64)
    return np.where(may & (chosen < spec.traps.upgrades) & (months > 0), upgraded, NEVER)


def _parties(spec: BillingSpec, rng: np.random.Generator, n: int) -> IntArray:
    """Join some customers, each to one who keeps a party of its own."""
    order = rng.permutation(n)
    n_joined = int(n * min(spec.traps.shared_parties, 0.5))
    party = np.arange(n)
    party[order[:n_joined]] = order[n - n_joined :]
    return party


def _censored(
    spec: BillingSpec, rng: np.random.Generator, joined: IntArray, left: IntArray, may: BoolArray
) -> BoolArray:
    """Choose customers who were there before the window and still are: all that is known is a lower bound."""
    candidates = np.flatnonzero(may & (joined < first_day(np.array([spec.first_month]))[0]) & (left == NEVER))
    chosen = np.zeros(len(joined), dtype=np.bool_)
    chosen[rng.permutation(candidates)[: spec.traps.left_censored]] = True
    return chosen


class Prices:
    """What customers pay.

    Args:
        spec: The firm.
        tariffs: Its levels and offers.
        who: Its customers.
    """

    def __init__(self, spec: BillingSpec, tariffs: Tariffs, who: Subscriptions) -> None:
        self._tariffs = tariffs
        self._who = who
        self._penalty = np.array([cell.penalty for cell in spec.cells])
        self._walking = np.array([product.walking for product in spec.products])
        window = first_day(np.array([spec.first_month]))[0]
        in_window = int((tariffs.rise_days >= window).sum())
        self._before = len(tariffs.rise_days) - in_window
        self._parts = in_window + 1 if spec.build_up else 0

    def gap(self, index: IntArray, day: IntArray) -> FloatArray:
        """Return the true gap over the level for customers (indexes) who are past their first rise, on days."""
        who, risen = self._who, self._tariffs.risen(day)
        penalty = self._penalty[who.cell[index]]
        done = np.clip(risen - self._before + 1, 0, self._parts) / self._parts if self._parts else 1.0
        years = np.clip(
            completed_months(who.joined[index], self._priced_on(index, day)) // _MONTHS - 2, 0, WALKING_YEARS
        )
        walked = (1.0 + self._walking[who.product[index]]) ** years
        return (1.0 + penalty) ** done * walked - 1.0

    def level(self, index: IntArray, day: IntArray) -> FloatArray:
        """Return the level of the offers for customers' plans on days, pence."""
        who = self._who
        combination = np.where(day >= who.upgraded_on[index], who.later_combination[index], who.combination[index])
        level: FloatArray = self._tariffs.level[combination, self._tariffs.risen(day)]
        return level

    def at(self, index: IntArray, day: IntArray, cycle: IntArray) -> tuple[IntArray, IntArray]:
        """Return (list price, price paid) per unit in pence; they differ during an introduction.

        Args:
            index: Customers, shape (m,).
            day: Days on which the price is set, shape (m,).
            cycle: Full cycles since joining, 0 for the first, shape (m,).
        """
        who, tariffs = self._who, self._tariffs
        offer = (who.combination[index], tariffs.version(who.combination[index], who.joined[index]))
        promised, intro = tariffs.list_price[offer], tariffs.intro_price[offer]
        in_intro = cycle < tariffs.cycles[offer]
        past = np.where(
            who.is_yearly[index],
            cycle > 0,
            completed_months(who.joined[index], self._priced_on(index, day)) >= _MONTHS,
        )
        current = np.rint(self.level(index, day) * (1.0 + self.gap(index, day)) * who.factor[index]).astype(np.int64)
        is_test = who.is_test[index]
        listed = np.where((past & ~in_intro) | is_test, current, promised)
        return listed, np.where(in_intro & ~is_test, intro, listed)

    def _priced_on(self, index: IntArray, day: IntArray) -> IntArray:
        """Return the day from which the price list of a day holds: monthly products the last yearly rise."""
        rises = self._tariffs.rise_days
        if not len(rises):
            return day
        last = rises[np.maximum(self._tariffs.risen(day) - 1, 0)]
        return np.where(self._who.is_yearly[index], day, np.minimum(last, day))
