"""Billing lines of a generated firm, in blocks of customers.

A block is a table of integers: days, whole pence, indexes of names. :mod:`fairness.synth.exports` turns it into the
canonical columns. Blocks have a fixed number of customers and draw from generators of their own, so that the lines do
not depend on how many blocks are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fairness.synth.calendar import add_months, first_day, month_of
from fairness.synth.spec import BillingSpec
from fairness.synth.subscriptions import NEVER, BoolArray, Prices, Subscriptions
from fairness.synth.tariffs import OPEN, IntArray, Tariffs

BLOCK = 40_000
"""Customers of a block."""

KINDS = ("recurring", "proration", "setup", "usage", "one_off", "credit")
REASONS = ("acquisition", "renewal", "change", "correction", "manual")
STATUSES = ("final", "void", "draft")
UNKNOWN_AMOUNT = -(2**40)
"""Pence that stand for a missing amount."""

RECURRING, PRORATION, SETUP, USAGE, ONE_OFF, CREDIT = range(len(KINDS))
ACQUISITION, RENEWAL, CHANGE, CORRECTION, MANUAL = range(len(REASONS))
FINAL, VOID, DRAFT = range(len(STATUSES))

_IMPOSSIBLE_DAY = 86_000
_LATE_FEE, _GOODWILL, _USAGE_PRICE = 750, (500, 1000, 1500), 12
_FEE_DAYS, _WAIVED_DAYS, _GOODWILL_DAYS = 19, 26, 9
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
    def n_blocks(self) -> int:
        """Number of blocks that the lines come in."""
        return -(-len(self.who) // BLOCK)


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


def line_blocks(firm: Firm) -> Iterator[pd.DataFrame]:
    """Yield the lines of each block in export order: customer, issue day, kind; with line and invoice numbers."""
    total = len(firm.who)
    duplicated = _chosen(firm, "duplicates", firm.spec.traps.duplicates)
    lines_before = invoices_before = 0
    for number, low in enumerate(range(0, total, BLOCK)):
        high = min(low + BLOCK, total)
        rng = np.random.default_rng([firm.seed, 1, number])
        block = _sorted(_Block(firm, rng, low, high).lines())
        n_invoices = _number(block, lines_before, invoices_before)
        lines_before += len(block)
        invoices_before += n_invoices
        yield _with_duplicates(block, duplicated)


def _chosen(firm: Firm, purpose: str, count: int) -> IntArray:
    """Return customers drawn without replacement for a trap, sorted; each purpose has its own generator."""
    purposes = ("duplicates", "voids", "drafts", "rejected")
    rng = np.random.default_rng([firm.seed, 2, purposes.index(purpose)])
    who = firm.who
    may = np.flatnonzero(
        ~who.is_test & ~who.is_yearly & (who.left == NEVER) & (who.first_cycle() <= firm.spec.as_of_month - 2)
    )
    return np.sort(rng.permutation(may)[:count])


class _Block:
    """The lines of one block, part by part."""

    def __init__(self, firm: Firm, rng: np.random.Generator, low: int, high: int) -> None:
        self._firm = firm
        self._rng = rng
        self._cycles = billed_cycles(firm, low, high)
        self._index = np.arange(low, high)
        first, after = first_day(np.array([firm.spec.first_month, firm.spec.as_of_month + 1]))
        self._first, self._last = int(first), int(after) - 1

    def lines(self) -> list[dict[str, IntArray]]:
        """Return all parts, each a table of equally long columns."""
        firm, traps = self._firm, self._firm.spec.traps
        cycles = self._cycles
        listed, paid = firm.prices.at(cycles.index, cycles.start, cycles.cycle)
        recurring = self._recurring(listed, paid)
        parts = [recurring, *self._fees(cycles), self._goodwill(cycles)]
        if traps.usage:
            parts.append(self._usage(cycles))
        if traps.setup_fees:
            parts.append(self._setup())
        if traps.prorations:
            parts += [self._joining(), self._leaving()]
        parts += [*self._upgrades(), self._voids(recurring), self._drafts(recurring)]
        self._spoil(recurring)
        return parts

    def _part(
        self, index: IntArray, issued: IntArray, kind: int, net: IntArray, **more: IntArray | int
    ) -> dict[str, IntArray]:
        """Return a part with defaults for the columns that are not given."""
        who = self._firm.who
        given: dict[str, IntArray | int] = {
            "status": FINAL,
            "reason": CORRECTION,
            "start": OPEN,
            "end": OPEN,
            "quantity": 1,
            "listed": OPEN,
            "gross": net,
            "discount_end": OPEN,
            "fee": OPEN,
            "combination": np.where(
                issued >= who.upgraded_on[index], who.later_combination[index], who.combination[index]
            ),
            **more,
        }
        columns = {
            name: np.broadcast_to(np.asarray(value, dtype=np.int64), index.shape) for name, value in given.items()
        }
        return {"index": index, "issued": issued, "kind": np.full(len(index), kind), "net": net, **columns}

    def _recurring(self, listed: IntArray, paid: IntArray) -> dict[str, IntArray]:
        firm, cycles = self._firm, self._cycles
        who, index = firm.who, cycles.index
        quantity = who.quantity[index]
        offer = (who.combination[index], firm.tariffs.version(who.combination[index], who.joined[index]))
        introduced = firm.tariffs.cycles[offer]
        end = cycle_days(who, index, who.first_cycle(index), introduced)
        return self._part(
            index,
            cycles.start,
            RECURRING,
            paid * quantity,
            reason=np.where(cycles.cycle == 0, ACQUISITION, RENEWAL),
            start=cycles.start,
            end=cycles.end,
            quantity=quantity,
            listed=listed,
            gross=listed * quantity,
            discount_end=np.where(paid < listed, end, OPEN),
        )

    def _goodwill(self, cycles: Cycles) -> dict[str, IntArray]:
        here = self._rng.random(len(cycles.index)) < self._firm.spec.traps.goodwill
        here &= cycles.start + _GOODWILL_DAYS <= self._last
        amount = np.array(_GOODWILL)[np.floor(self._rng.random(int(here.sum())) * len(_GOODWILL)).astype(np.int64)]
        return self._part(cycles.index[here], cycles.start[here] + _GOODWILL_DAYS, CREDIT, -amount)

    def _fees(self, cycles: Cycles) -> list[dict[str, IntArray]]:
        """Return late fees and the credits that reverse some of them; ``fee`` numbers both, and the credit refers."""
        traps = self._firm.spec.traps
        here = self._rng.random(len(cycles.index)) < traps.late_fees
        here &= cycles.start + _WAIVED_DAYS <= self._last
        index, issued = cycles.index[here], cycles.start[here] + _FEE_DAYS
        waived = self._rng.random(len(index)) < traps.waived
        number, amount = np.arange(len(index)), np.full(len(index), _LATE_FEE)
        fees = self._part(index, issued, ONE_OFF, amount, reason=MANUAL, listed=amount, fee=number)
        later = issued[waived] + _WAIVED_DAYS - _FEE_DAYS
        return [fees, self._part(index[waived], later, CREDIT, -amount[waived], fee=number[waived])]

    def _usage(self, cycles: Cycles) -> dict[str, IntArray]:
        rates = np.array([product.usage for product in self._firm.spec.products])[self._firm.who.product[cycles.index]]
        here = (self._rng.random(len(cycles.index)) < rates) & (cycles.cycle > 0)
        used = 1 + np.floor(self._rng.random(int(here.sum())) * 90).astype(np.int64)
        start = cycles.start[here]
        before = first_day(month_of(start) - 1)
        return self._part(
            cycles.index[here],
            start,
            USAGE,
            used * _USAGE_PRICE,
            reason=RENEWAL,
            start=before,
            end=start,
            quantity=used,
            listed=_USAGE_PRICE,
        )

    def _in_window(self, day: IntArray) -> BoolArray:
        inside: BoolArray = (day >= self._first) & (day <= self._last)
        return inside

    def _setup(self) -> dict[str, IntArray]:
        firm = self._firm
        index = self._index
        joined = firm.who.joined[index]
        offer = (firm.who.combination[index], firm.tariffs.version(firm.who.combination[index], joined))
        fee = firm.tariffs.setup_fee[offer]
        here = self._in_window(joined) & (fee > 0)
        return self._part(index[here], joined[here], SETUP, fee[here], reason=ACQUISITION, listed=fee[here])

    def _joining(self) -> dict[str, IntArray]:
        """Bill the rest of the month in which monthly customers join."""
        who, index = self._firm.who, self._index
        joined = who.joined[index]
        here = ~who.is_yearly[index] & self._in_window(joined) & (joined > first_day(month_of(joined)))
        return self._share(index[here], joined[here], sign=1, cycle=np.full(int(here.sum()), -1), reason=ACQUISITION)

    def _leaving(self) -> dict[str, IntArray]:
        """Credit the rest of the month in which monthly customers leave: it was billed in advance."""
        who, index = self._firm.who, self._index
        left = who.left[index]
        here = ~who.is_yearly[index] & (left < NEVER)
        here[here] = left[here] > first_day(month_of(left[here]))
        cycle = month_of(left[here]) - who.first_cycle(index[here])
        return self._share(index[here], left[here], sign=-1, cycle=cycle, reason=CORRECTION)

    def _upgrades(self) -> list[dict[str, IntArray]]:
        """Credit the old plan and bill the new one for the rest of the month."""
        who = self._firm.who
        index = self._index[who.upgraded_on[self._index] < NEVER]
        day = who.upgraded_on[index]
        cycle = month_of(day) - who.first_cycle(index)
        old = self._share(index, day, sign=-1, cycle=cycle, reason=CHANGE, priced=day - 1)
        return [old, self._share(index, day, sign=1, cycle=cycle, reason=CHANGE)]

    def _share(
        self, index: IntArray, day: IntArray, *, sign: int, cycle: IntArray, reason: int, priced: IntArray | None = None
    ) -> dict[str, IntArray]:
        """Return prorations from days to the ends of their months, at the prices of ``priced``."""
        who, prices = self._firm.who, self._firm.prices
        day_priced = day if priced is None else priced
        _, unit = prices.at(index, day_priced, cycle)
        start, end = first_day(month_of(day)), first_day(month_of(day) + 1)
        net = sign * np.rint(unit * who.quantity[index] * (end - day) / (end - start)).astype(np.int64)
        return self._part(
            index,
            day,
            PRORATION,
            net,
            reason=reason,
            start=day,
            end=end,
            quantity=who.quantity[index],
            listed=unit,
            combination=np.where(
                day_priced >= who.upgraded_on[index], who.later_combination[index], who.combination[index]
            ),
        )

    def _latest(self, recurring: dict[str, IntArray], purpose: str, count: int, back: int) -> IntArray:
        """Return the rows of chosen customers' recurring lines, ``back`` periods before their last."""
        chosen = _chosen(self._firm, purpose, count)
        chosen = chosen[np.isin(chosen, self._index)]
        rows: IntArray = np.searchsorted(recurring["index"], chosen, side="right") - 1 - back
        return rows

    def _voids(self, recurring: dict[str, IntArray]) -> dict[str, IntArray]:
        """Bill a fifth too much on an invoice that is then voided."""
        rows = self._latest(recurring, "voids", self._firm.spec.traps.voids, 0)
        part = {name: column[rows] for name, column in recurring.items()}
        net = part["net"] + part["net"] // 5
        return {
            **part,
            "net": net,
            "gross": net,
            "discount_end": np.full(len(rows), OPEN),
            "status": np.full(len(rows), VOID),
        }

    def _drafts(self, recurring: dict[str, IntArray]) -> dict[str, IntArray]:
        """Prepare the invoice of the month after the last."""
        rows = self._latest(recurring, "drafts", self._firm.spec.traps.drafts, 0)
        part = {name: column[rows] for name, column in recurring.items()}
        start = part["end"]
        return {
            **part,
            "issued": start - 4,
            "start": start,
            "end": first_day(month_of(start) + 1),
            "status": np.full(len(rows), DRAFT),
            "reason": np.full(len(rows), RENEWAL),
        }

    def _spoil(self, recurring: dict[str, IntArray]) -> None:
        """Make lines before the last period unusable: no amount, no quantity, price 0, an impossible date, in turn."""
        for name in ("issued", "net", "gross", "quantity", "start", "end", "discount_end"):
            recurring[name] = recurring[name].copy()
        everyone = _chosen(self._firm, "rejected", self._firm.spec.traps.rejected)
        rows = self._latest(recurring, "rejected", self._firm.spec.traps.rejected, 1)
        turn = np.searchsorted(everyone, recurring["index"][rows]) % 4
        recurring["net"][rows[turn == 0]] = UNKNOWN_AMOUNT
        recurring["quantity"][rows[turn == 1]] = 0
        for name in ("net", "gross"):
            recurring[name][rows[turn == 2]] = 0
        recurring["discount_end"][rows[turn == 2]] = OPEN
        recurring["issued"][rows[turn == 3]] = _IMPOSSIBLE_DAY


def _sorted(parts: list[dict[str, IntArray]]) -> pd.DataFrame:
    """Return the parts as one table by customer, issue day, status and kind."""
    names = list(parts[0])
    table = {name: np.concatenate([part[name] for part in parts]) for name in names}
    key = ((table["index"] * 2**18 + table["issued"]) * 4 + table["status"]) * 8 + table["kind"]
    order = np.argsort(key, kind="stable")
    return pd.DataFrame({name: column[order] for name, column in table.items()}, copy=False)


def _number(block: pd.DataFrame, lines_before: int, invoices_before: int) -> int:
    """Add line and invoice numbers and the line that a credit reverses; return the number of invoices."""
    block["line"] = np.arange(1, len(block) + 1) + lines_before
    keys = block[["index", "issued", "status"]].to_numpy()
    is_new = np.ones(len(block), dtype=np.bool_)
    is_new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    block["invoice"] = np.cumsum(is_new) + invoices_before
    is_fee = (block["kind"] == ONE_OFF).to_numpy()
    line_of_fee = np.zeros(int(is_fee.sum()), dtype=np.int64)
    line_of_fee[block["fee"].to_numpy()[is_fee]] = block["line"].to_numpy()[is_fee]
    reverses = np.full(len(block), OPEN)
    is_reversal = ((block["kind"] == CREDIT) & (block["fee"] != OPEN)).to_numpy()
    reverses[is_reversal] = line_of_fee[block["fee"].to_numpy()[is_reversal]]
    block["reverses"] = reverses
    return int(is_new.sum())


def _with_duplicates(block: pd.DataFrame, customers: IntArray) -> pd.DataFrame:
    """Repeat the last recurring line of chosen customers, with its numbers."""
    ordinary = (block["kind"] == RECURRING) & (block["status"] == FINAL)
    rows = np.flatnonzero(ordinary.to_numpy())
    index = block["index"].to_numpy()[rows]
    here = customers[np.isin(customers, index)]
    last = rows[np.searchsorted(index, here, side="right") - 1]
    repeats = np.ones(len(block), dtype=np.int64)
    repeats[last] = 2
    return block.iloc[np.repeat(np.arange(len(block)), repeats)] if len(last) else block
