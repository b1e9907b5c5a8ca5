"""Random chains of bills, and what each change of them must add up to, worked out from the bills alone.

Percentage and fixed discounts, caps, changes of plan and of interval, gaps, several plans at a time, plans added and
dropped, units, and prices that do not divide by them. :func:`changes_of` pairs the bills of a chain without any SQL;
:func:`wrong` compares a run with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np

from tests.oracle.bills import Bills, month_after

AS_OF = "2025-12"
FIRST = date(2025, 1, 1)
MONTHS = 12
PLANS = ("small", "middle", "large")
UP = {
    "list_rise", "back_book_rise", "unexplained", "no_reason_on_file", "intro_end", "discount_end",
    "discount_end_unstated", "discount_withdrawn",
}  # fmt: skip
DOWN = {"list_fall", "price_cut", "discount_granted"}


def world(seed: int, n: int) -> Bills:
    """Return a firm with so many chains."""
    rng = np.random.default_rng([seed, 19])
    bills = Bills()
    for number, plan in enumerate(PLANS):
        level = Decimal(20 + 10 * number)
        for month in (0, 3, 7):
            price = level * (100 + month) / 100
            bills.offer(
                "net", _coins(price), plan_id=plan, since=str(month_after(FIRST, month) if month else "2014-01-01")
            )
    for number in range(n):
        _chain(bills, rng, f"C{number:05}")
    bills.cpi = [
        {"index_code": "CPI", "month": f"{year}-{month:02}", "value": 100 + 3 * (year - 2023) + month / 8}
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
    ]
    return bills


def _coins(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _chain(bills: Bills, rng: np.random.Generator, customer: str) -> None:
    day = int(rng.integers(1, 29))
    joined = f"{int(rng.integers(2018, 2025))}-{int(rng.integers(1, 13)):02}-15"
    kind = rng.random()
    if kind < 0.2:
        _other_intervals(bills, rng, customer, day, joined, switches=bool(kind < 0.1))
        return
    if kind < 0.3:
        _another_line(bills, rng, customer, day, joined)
        return
    held = [_Thing(rng, plan) for plan in rng.permutation(PLANS)[: 1 + int(rng.random() < 0.15)]]
    for month in range(MONTHS):
        if rng.random() < 0.03:
            if rng.random() < 0.5:
                start = month_after(date(2025, 1, day), month)
                bills.line(customer, "net", start, 3, line_kind="trial", plan_id=held[0].plan, since=joined)
            continue
        if rng.random() < 0.04:
            held[0].plan = str(rng.choice([plan for plan in PLANS if plan not in {thing.plan for thing in held}]))
        for thing in held:
            thing.live(rng)
            start = month_after(date(2025, 1, day), month)
            bills.line(customer, "net", start, since=joined, **thing.bill(start))  # type: ignore[arg-type]
    if rng.random() < 0.3:
        told = f"{int(rng.integers(15, 45))}.00"
        effective = month_after(FIRST, int(rng.integers(2, 11)))
        bills.letter(
            customer, told_on="2025-02-01", effective_on=str(effective), told_price=told, told_basis="standard"
        )


def _other_intervals(
    bills: Bills, rng: np.random.Generator, customer: str, day: int, joined: str, *, switches: bool
) -> None:
    """Bill quarters, or months for half of the year and quarters for the rest."""
    thing = _Thing(rng, str(rng.choice(PLANS)))
    starts = [(month, 1) for month in range(6)] if switches else [(0, 3), (3, 3)]
    for month, length in [*starts, (6, 3), (9, 3)]:
        thing.live(rng)
        start = month_after(date(2025, 1, day), month)
        bill = thing.bill(start)
        bills.line(customer, "net", start, months=length, since=joined, **bill)  # type: ignore[arg-type]


def _another_line(bills: Bills, rng: np.random.Generator, customer: str, day: int, joined: str) -> None:
    """Bill one plan for a year and another for some months of it."""
    first, second, _ = (_Thing(rng, str(plan)) for plan in rng.permutation(PLANS))
    begin, end = sorted(int(month) for month in rng.integers(0, MONTHS + 1, 2))
    for month in range(MONTHS):
        for thing in (first, second) if begin <= month < end else (first,):
            thing.live(rng)
            start = month_after(date(2025, 1, day), month)
            bills.line(customer, "net", start, since=joined, **thing.bill(start))  # type: ignore[arg-type]


class _Thing:
    """One plan that a customer holds, and how it is priced."""

    def __init__(self, rng: np.random.Generator, plan: str) -> None:
        self.plan = str(plan)
        self.gross = Decimal(int(rng.integers(1500, 4000))) / 100
        self.percent = Decimal(int(rng.choice([0, 0, 5, 10, 33])))
        self.off = Decimal(int(rng.choice([0, 0, 300, 777]))) / 100
        self.cap = Decimal(int(rng.integers(2500, 4500))) / 100
        self.quantity = int(rng.choice([1, 1, 1, 3, 7]))
        self.is_stated = bool(rng.random() < 0.7)
        self.end = str(month_after(FIRST, int(rng.integers(1, 14)))) if rng.random() < 0.5 else None
        self.index = {"contract_index": "CPI", "contract_x": "2"} if rng.random() < 0.2 else {}

    def live(self, rng: np.random.Generator) -> None:
        if rng.random() < 0.15:
            self.gross = min(self.cap, _coins(self.gross * Decimal(int(rng.integers(90, 125))) / 100))
        if rng.random() < 0.08:
            self.percent = Decimal(int(rng.choice([0, 5, 10, 33])))
        if rng.random() < 0.08:
            self.off = Decimal(int(rng.choice([0, 300, 777]))) / 100
        if rng.random() < 0.05:
            self.quantity = int(rng.choice([1, 3, 7]))

    def bill(self, start: date) -> dict[str, object]:
        gross = self.gross * self.quantity
        net = _coins(max(gross * (100 - self.percent) / 100 - self.off, Decimal("1.01")))
        stated = (
            {"gross_amount": gross, "discount_amount": gross - net, "discount_end": self.end} if self.is_stated else {}
        )
        return {"price": net, "plan_id": self.plan, "quantity": self.quantity, **stated, **self.index}


def changes_of(bills: Bills) -> Iterator[tuple[str, int, int]]:
    """Yield customer, month, and what it pays more than the one with a price before it, in 10^-4 of the currency.

    Between bills of different intervals money is that of a month, each bill rounded by itself.
    """
    paid: dict[str, dict[int, list[tuple[Decimal, int]]]] = defaultdict(lambda: defaultdict(list))
    live: dict[str, set[int]] = defaultdict(set)
    for line in bills.lines:
        start = line["period_start"]
        assert isinstance(start, date)
        month = start.year * 12 + start.month - 1 + (start.day > 1)
        customer, length = str(line["customer_id"]), int(str(line["interval_count"]))
        live[customer] |= set(range(month, month + length))
        if line.get("line_kind") != "trial":
            for covered in range(month, month + length):
                paid[customer][covered].append((Decimal(str(line["net_amount"])) * 10_000, length))
    for customer, months in paid.items():
        for before, after in pairwise(sorted(months)):
            lengths = {length for _, length in (*months[before], *months[after])}
            more = _money(months[after], lengths) - _money(months[before], lengths)
            if all(month in live[customer] for month in range(before + 1, after)) and more:
                yield customer, after, more


def _money(parts: list[tuple[Decimal, int]], lengths: set[int]) -> int:
    return sum(round(amount if len(lengths) == 1 else amount / length) for amount, length in parts)


def wrong(warehouse: Path, bills: Bills) -> list[object]:
    """Return what a run says differently: sums by chain and month, sums in total, signs, and sums of the parts."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute(
            """
            select customer_id, change_id, kind, year(changed_on) * 12 + month(changed_on) - 1
                    + case when day(changed_on) > 1 then 1 else 0 end
                    + case when kind = 'line_dropped' then 1 else 0 end,
                driver, ticks, quarter_ticks, old_price_ticks, new_price_ticks, old_quantity, new_quantity
            from price_change left join price_change_driver using (change_id)
            """
        ).fetchall()
    told: dict[tuple[str, int], int] = defaultdict(int)
    problems: list[object] = []
    by_change: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        told[row[0], row[3]] += row[6] or 0
        by_change[row[1]].append(row)
        if (row[4] in UP and min(row[5], row[6]) < 0) or (row[4] in DOWN and max(row[5], row[6]) > 0):
            problems.append(("sign", *row))
    truth = {(customer, month): 4 * more for customer, month, more in changes_of(bills)}
    keys = truth.keys() | {key for key, more in told.items() if more}
    problems += [("sum", key, truth.get(key, 0), told[key]) for key in sorted(keys) if truth.get(key, 0) != told[key]]
    for parts in by_change.values():
        problems += list(_uneven(parts))
    return problems


def _uneven(parts: list[tuple[object, ...]]) -> Iterator[object]:
    """Yield a change whose price parts do not add up, or whose units were not taken at the mean of both prices."""
    _, change, kind, _, _, _, _, old, new, before, after = parts[0]
    if kind in ("line_added", "line_dropped"):
        return
    ticks = sum(int(row[5]) for row in parts if row[5] is not None)  # type: ignore[call-overload]
    if ticks != new - old:  # type: ignore[operator]
        yield "price", change, ticks
    # Half a coin of rounding, in quarters of a tick, may stand with the units.
    units = Fraction(after) - Fraction(before)  # type: ignore[arg-type]
    expected = units * (old + new) * 2  # type: ignore[operator]
    given = sum(int(row[6]) for row in parts if row[4] == "quantity")  # type: ignore[call-overload]
    if abs(given - expected) > 201:
        yield "quantity", change, given, expected
