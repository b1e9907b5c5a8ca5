"""Billing lines of a generated firm, in blocks of customers.

A block is a table of integers: days, whole pence, indexes of names. :mod:`fairness.synth.exports` turns it into the
canonical columns. Blocks have a fixed number of customers and draw from their own generators, so the lines do not
depend on how many blocks are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from fairness.synth.calendar import first_day, month_of
from fairness.synth.cycles import (
    ACQUISITION,
    CHANGE,
    CORRECTION,
    CREDIT,
    DISCOUNT,
    DRAFT,
    FINAL,
    MANUAL,
    ONE_OFF,
    PRORATION,
    RECURRING,
    RENEWAL,
    SETUP,
    UNKNOWN_AMOUNT,
    USAGE,
    VOID,
    Cycles,
    Firm,
    Part,
    billed_cycles,
    chosen_for,
    cycle_days,
    make_part,
)
from fairness.synth.ordinary import ordinary_parts
from fairness.synth.subscriptions import NEVER, BoolArray
from fairness.synth.tariffs import OPEN, IntArray

_IMPOSSIBLE_DAY = 86_000
_LATE_FEE, _GOODWILL, _USAGE_PRICE = 750, (500, 1000, 1500), 12
_FEE_DAYS, _WAIVED_DAYS, _GOODWILL_DAYS = 19, 26, 9
_MONTHS = 12


def line_blocks(firm: Firm) -> Iterator[pd.DataFrame]:
    """Yield the lines of each block in export order: customer, issue day, kind; with line and invoice numbers."""
    duplicated = chosen_for(firm, "duplicates", firm.spec.traps.duplicates)
    lines_before = invoices_before = 0
    for number, subscriptions in enumerate(firm.blocks):
        rng = np.random.default_rng([firm.seed, 1, number])
        block = _sorted(_Block(firm, rng, subscriptions.start, subscriptions.stop).lines())
        n_invoices = _number(block, lines_before, invoices_before)
        lines_before += len(block)
        invoices_before += n_invoices
        yield _with_duplicates(block, duplicated)


class _Block:
    """The lines of one block, part by part."""

    def __init__(self, firm: Firm, rng: np.random.Generator, low: int, high: int) -> None:
        self._firm = firm
        self._rng = rng
        self._cycles = billed_cycles(firm, low, high)
        self._index = np.arange(low, high)
        first, after = first_day(np.array([firm.spec.first_month, firm.spec.as_of_month + 1]))
        self._first, self._last = int(first), int(after) - 1

    def lines(self) -> list[Part]:
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
        parts += ordinary_parts(firm, self._rng, cycles, recurring)
        self._spoil(recurring)
        return parts

    def _recurring(self, listed: IntArray, paid: IntArray) -> Part:
        firm, cycles = self._firm, self._cycles
        who, index = firm.who, cycles.index
        quantity = who.quantity[index]
        offer = (who.combination[index], firm.tariffs.version(who.combination[index], who.joined[index]))
        introduced = firm.tariffs.cycles[offer]
        end = cycle_days(who, index, who.first_cycle(index), introduced)
        return make_part(
            self._firm,
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
            own=np.arange(len(index)),
        )

    def _goodwill(self, cycles: Cycles) -> Part:
        here = self._rng.random(len(cycles.index)) < self._firm.spec.traps.goodwill
        here &= cycles.start + _GOODWILL_DAYS <= self._last
        amount = np.array(_GOODWILL)[np.floor(self._rng.random(int(here.sum())) * len(_GOODWILL)).astype(np.int64)]
        return make_part(self._firm, cycles.index[here], cycles.start[here] + _GOODWILL_DAYS, CREDIT, -amount)

    def _fees(self, cycles: Cycles) -> list[Part]:
        """Return late fees and the credits that reverse some of them by name."""
        traps = self._firm.spec.traps
        here = self._rng.random(len(cycles.index)) < traps.late_fees
        here &= cycles.start + _WAIVED_DAYS <= self._last
        index, issued = cycles.index[here], cycles.start[here] + _FEE_DAYS
        waived = self._rng.random(len(index)) < traps.waived
        number, amount = len(cycles.index) + np.arange(len(index)), np.full(len(index), _LATE_FEE)
        fees = make_part(self._firm, index, issued, ONE_OFF, amount, reason=MANUAL, listed=amount, own=number)
        later = issued[waived] + _WAIVED_DAYS - _FEE_DAYS
        return [fees, make_part(self._firm, index[waived], later, CREDIT, -amount[waived], refers=number[waived])]

    def _usage(self, cycles: Cycles) -> Part:
        rates = np.array([product.usage for product in self._firm.spec.products])[self._firm.who.product[cycles.index]]
        here = (self._rng.random(len(cycles.index)) < rates) & (cycles.cycle > 0)
        used = 1 + np.floor(self._rng.random(int(here.sum())) * 90).astype(np.int64)
        start = cycles.start[here]
        before = first_day(month_of(start) - 1)
        return make_part(
            self._firm,
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

    def _setup(self) -> Part:
        firm = self._firm
        index = self._index
        joined = firm.who.joined[index]
        offer = (firm.who.combination[index], firm.tariffs.version(firm.who.combination[index], joined))
        fee = firm.tariffs.setup_fee[offer]
        here = self._in_window(joined) & (fee > 0)
        return make_part(self._firm, index[here], joined[here], SETUP, fee[here], reason=ACQUISITION, listed=fee[here])

    def _joining(self) -> Part:
        """Bill the rest of the month in which monthly customers join."""
        who, index = self._firm.who, self._index
        joined = who.joined[index]
        here = ~who.is_yearly[index] & self._in_window(joined) & (joined > first_day(month_of(joined)))
        return self._share(index[here], joined[here], sign=1, cycle=np.full(int(here.sum()), -1), reason=ACQUISITION)

    def _leaving(self) -> Part:
        """Credit the rest of the month in which monthly customers leave: it was billed in advance."""
        who, index = self._firm.who, self._index
        left = who.left[index]
        here = ~who.is_yearly[index] & (left < NEVER)
        here[here] = left[here] > first_day(month_of(left[here]))
        cycle = month_of(left[here]) - who.first_cycle(index[here])
        return self._share(index[here], left[here], sign=-1, cycle=cycle, reason=CORRECTION)

    def _upgrades(self) -> list[Part]:
        """Credit the old plan and bill the new one for the rest of the month."""
        who = self._firm.who
        index = self._index[who.upgraded_on[self._index] < NEVER]
        day = who.upgraded_on[index]
        cycle = month_of(day) - who.first_cycle(index)
        old = self._share(index, day, sign=-1, cycle=cycle, reason=CHANGE, priced=day - 1)
        return [old, self._share(index, day, sign=1, cycle=cycle, reason=CHANGE)]

    def _share(
        self, index: IntArray, day: IntArray, *, sign: int, cycle: IntArray, reason: int, priced: IntArray | None = None
    ) -> Part:
        """Return prorations from days to the ends of their months, at the prices of ``priced``."""
        who, prices = self._firm.who, self._firm.prices
        day_priced = day if priced is None else priced
        _, unit = prices.at(index, day_priced, cycle)
        start, end = first_day(month_of(day)), first_day(month_of(day) + 1)
        net = sign * np.rint(unit * who.quantity[index] * (end - day) / (end - start)).astype(np.int64)
        return make_part(
            self._firm,
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

    def _latest(self, recurring: Part, purpose: str, count: int, back: int) -> IntArray:
        """Return the rows of chosen customers' recurring lines, ``back`` periods before their last."""
        chosen = chosen_for(self._firm, purpose, count)
        chosen = chosen[np.isin(chosen, self._index)]
        rows: IntArray = np.searchsorted(recurring["index"], chosen, side="right") - 1 - back
        return rows

    def _voids(self, recurring: Part) -> Part:
        """Bill a fifth too much on an invoice that is then voided."""
        rows = self._latest(recurring, "voids", self._firm.spec.traps.voids, 0)
        part = {name: column[rows] for name, column in recurring.items()}
        net = part["net"] + part["net"] // 5
        return {
            **part,
            "net": net,
            "gross": net,
            "discount_end": np.full(len(rows), OPEN),
            "own": np.full(len(rows), OPEN),
            "status": np.full(len(rows), VOID),
        }

    def _drafts(self, recurring: Part) -> Part:
        """Prepare the invoice of the month after the last."""
        rows = self._latest(recurring, "drafts", self._firm.spec.traps.drafts, 0)
        part = {name: column[rows] for name, column in recurring.items()}
        start = part["end"]
        return {
            **part,
            "issued": start - 4,
            "start": start,
            "end": first_day(month_of(start) + 1),
            "own": np.full(len(rows), OPEN),
            "status": np.full(len(rows), DRAFT),
            "reason": np.full(len(rows), RENEWAL),
        }

    def _spoil(self, recurring: Part) -> None:
        """Make lines before the last period unusable: no amount, no quantity, price 0, an impossible date, in turn."""
        for name in ("issued", "net", "gross", "quantity", "start", "end", "discount_end"):
            recurring[name] = recurring[name].copy()
        everyone = chosen_for(self._firm, "rejected", self._firm.spec.traps.rejected)
        rows = self._latest(recurring, "rejected", self._firm.spec.traps.rejected, 1)
        turn = np.searchsorted(everyone, recurring["index"][rows]) % 4
        recurring["net"][rows[turn == 0]] = UNKNOWN_AMOUNT
        recurring["quantity"][rows[turn == 1]] = 0
        for name in ("net", "gross"):
            recurring[name][rows[turn == 2]] = 0
        recurring["discount_end"][rows[turn == 2]] = OPEN
        recurring["issued"][rows[turn == 3]] = _IMPOSSIBLE_DAY
        last = self._latest(recurring, "unreadable_bills", self._firm.spec.traps.unreadable_bills, 0)
        recurring["net"][last] = UNKNOWN_AMOUNT


def _sorted(parts: list[Part]) -> pd.DataFrame:
    """Return the parts as one table by customer, issue day, status and kind."""
    names = list(parts[0])
    table = {name: np.concatenate([part[name] for part in parts]) for name in names}
    key = ((table["index"] * 2**18 + table["issued"]) * 4 + table["status"]) * 16 + table["kind"]
    order = np.argsort(key, kind="stable")
    return pd.DataFrame({name: column[order] for name, column in table.items()}, copy=False)


def _number(block: pd.DataFrame, lines_before: int, invoices_before: int) -> int:
    """Add line and invoice numbers and the lines that credits and discounts name; return the number of invoices."""
    block["line"] = np.arange(1, len(block) + 1) + lines_before
    keys = block[["index", "issued", "status"]].to_numpy()
    is_new = np.ones(len(block), dtype=np.bool_)
    is_new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    block["invoice"] = np.cumsum(is_new) + invoices_before
    own, refers = block["own"].to_numpy(), block["refers"].to_numpy()
    # The last place stands for the number OPEN, which nothing has.
    line_of = np.full(own.max(initial=0) + 2, OPEN)
    line_of[own[own != OPEN]] = block["line"].to_numpy()[own != OPEN]
    for name, kind in (("reverses", CREDIT), ("applies_to", DISCOUNT)):
        block[name] = np.where((block["kind"] == kind).to_numpy(), line_of[refers], OPEN)
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
