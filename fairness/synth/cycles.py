"""A drawn firm, the periods it bills within the window, and what a line of its export is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fairness.synth.calendar import add_months, completed_months, first_day, month_of
from fairness.synth.spec import BillingSpec
from fairness.synth.subscriptions import NEVER, TENURED_FROM, Prices, Subscriptions
from fairness.synth.tariffs import OPEN, IntArray, Tariffs

BLOCK = 40_000
"""Subscriptions of a block."""

KINDS = (
    *("recurring", "proration", "setup", "usage", "one_off", "credit"),
    *("fee", "finance", "summary", "discount"),
)
REASONS = ("acquisition", "renewal", "change", "correction", "manual")
STATUSES = ("final", "void", "draft")
UNKNOWN_AMOUNT = -(2**40)
"""Pence that stand for a missing amount."""

RECURRING, PRORATION, SETUP, USAGE, ONE_OFF, CREDIT, FEE, FINANCE, SUMMARY, DISCOUNT = range(len(KINDS))
ACQUISITION, RENEWAL, CHANGE, CORRECTION, MANUAL = range(len(REASONS))
FINAL, VOID, DRAFT = range(len(STATUSES))

Part = dict[str, IntArray]
"""Lines of one kind: columns of equal length."""

_MONTHS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Firm:
    """A drawn firm: everything except its lines.

    Attributes:
        spec: What was asked for.
        seed: Seed of all draws.
        tariffs: Levels and offers.
        who: Customers.
        prices: What they pay.
    """

    spec: BillingSpec
    seed: int
    tariffs: Tariffs
    who: Subscriptions
    prices: Prices

    @property
    def blocks(self) -> list[range]:
        """Subscriptions of each block that the lines come in."""
        n = len(self.who)
        return [range(low, min(low + BLOCK, n)) for low in range(0, n, BLOCK)]


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """Full billing periods that are billed within the window, one entry each, by customer and time.

    Attributes:
        index: Customer.
        cycle: Full cycles since joining, 0 for the first.
        start, end: First day, and the day after the last.
    """

    index: IntArray
    cycle: IntArray
    start: IntArray
    end: IntArray


def billed_cycles(firm: Firm, low: int, high: int) -> Cycles:
    """Return the full periods of the customers low to high - 1."""
    spec, who = firm.spec, firm.who
    index = np.arange(low, high)
    first = who.first_cycle(slice(low, high))
    step = np.where(who.is_yearly[low:high], _MONTHS, 1)
    last_month = np.minimum(spec.as_of_month, np.where(who.left[index] < NEVER, month_of(who.left[index] - 1), 10**6))
    begin = np.maximum(-((first - spec.first_month) // step), 0)
    count = np.maximum((last_month - first) // step - begin + 1, 0)
    row = np.repeat(np.arange(high - low), count)
    cycle = begin[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    start, end = cycle_days(who, index[row], first[row], cycle), cycle_days(who, index[row], first[row], cycle + 1)
    return Cycles(index=index[row], cycle=cycle, start=start, end=end)


def cycle_days(who: Subscriptions, index: IntArray, first: IntArray, cycle: IntArray) -> IntArray:
    """Return the first day of customers' cycles: the 1st of a month, or the anniversary of joining."""
    yearly = who.is_yearly[index]
    days = np.empty(len(index), dtype=np.int64)
    days[yearly] = add_months(who.joined[index[yearly]], _MONTHS * cycle[yearly])
    days[~yearly] = first_day(first[~yearly] + cycle[~yearly])
    return days


def make_part(firm: Firm, index: IntArray, issued: IntArray, kind: int, net: IntArray, **more: IntArray | int) -> Part:
    """Return lines with defaults for the columns that are not given.

    Args:
        firm: Whose lines.
        index: Subscription of each line, shape (n,).
        issued: Day of issue.
        kind: One of :data:`KINDS`, by its position.
        net: Pence.
        more: Other columns. ``own`` numbers lines that others name within a block, ``refers`` is the number named.
    """
    who = firm.who
    given: dict[str, IntArray | int] = {
        "status": FINAL,
        "reason": CORRECTION,
        "start": OPEN,
        "end": OPEN,
        "quantity": 1,
        "listed": OPEN,
        "gross": net,
        "discount_end": OPEN,
        "own": OPEN,
        "refers": OPEN,
        "combination": np.where(issued >= who.upgraded_on[index], who.later_combination[index], who.combination[index]),
        **more,
    }
    columns = {name: np.broadcast_to(np.asarray(value, dtype=np.int64), index.shape) for name, value in given.items()}
    return {"index": index, "issued": issued, "kind": np.full(len(index), kind), "net": net, **columns}


def chosen_for(firm: Firm, purpose: str, count: int) -> IntArray:
    """Return subscriptions drawn without replacement for a trap, sorted; each purpose has its own generator.

    They are monthly, still there, at least in their third cycle, and not test accounts. Those whose last bill is
    spoiled or holds an extra plan are tenured customers who hold nothing else.
    """
    purposes = ("duplicates", "voids", "drafts", "rejected", "unreadable_bills", "extra_plans")
    rng = np.random.default_rng([firm.seed, 2, purposes.index(purpose)])
    spec, who = firm.spec, firm.who
    may = ~who.is_test & ~who.is_yearly & (who.left == NEVER) & (who.first_cycle() <= spec.as_of_month - 2)
    if purpose in purposes[4:]:
        alone = np.bincount(who.customer, minlength=len(who))[who.customer] == 1
        as_of = first_day(np.array([spec.as_of_month]))
        is_tenured = completed_months(who.joined, as_of) >= TENURED_FROM
        may &= alone & is_tenured & ~who.is_censored & ~who.is_unlisted & (who.add_on == OPEN)
        may &= firm.tariffs.offered[who.combination]
        may[chosen_for(firm, "duplicates", spec.traps.duplicates)] = False
    if purpose == "extra_plans":
        unreadable = chosen_for(firm, "unreadable_bills", spec.traps.unreadable_bills)
        may &= (who.plan > 0) & (who.upgraded_on == NEVER) & ~np.isin(np.arange(len(who)), unreadable)
    return np.sort(rng.permutation(np.flatnonzero(may))[:count])
