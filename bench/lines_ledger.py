"""The rows' way from comparable billing lines to one exact price a month, in pandas and whole arrays.

Part of the other way to the findings of billing lines (``lines_pandas.py``). A line that covers several months, or a
month that several lines cover, is computed once: an entry of the ledger is a month and the line that prices it.
Rules: docs/ledger.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lines_dispositions import ACCEPTED, Customers, outcome
from lines_read import day_of_month, half_even, months_of, months_per_cycle
from lines_rejects import MISSING, Checked, day_numbers

TICKS = 10**4
GRAIN = ["product_id", "currency", "interval_unit", "interval_count"]
CONTROLS = ["plan_id", "region", "channel"]
KEPT = ["customer_id", "subscription_id", "discount_id", "issued_on", *GRAIN, *CONTROLS]
BESIDE = ("finance", "fee", "usage", "one_off", "tax")
NEW_BELOW, TENURED_FROM = 12, 24
BAND_EDGES = (0, 12, 24, 36, 60, 120)
GROUPS = ("new", "middle", "tenured", "unknown")
NEW, MIDDLE, TENURED, UNKNOWN = range(len(GROUPS))
LONGEST = 240
_SPAN = 4096  # months; keys leave room for them


@dataclass
class Ledger:
    """Prices and where they apply.

    Arrays of a price, shape (prices,): ``codes`` into the values of the lines, ``key`` = customer and grain, ticks a
    month and an interval, the intervals a month (``a_month``), plan age at the pricing date, whether tenure is a bound.
    Arrays of an entry, shape (entries,), by key and month: ``price`` of it, ``month``, tenure at its first day, group
    and band (0 where the tenure is only a bound).
    """

    codes: dict[str, np.ndarray]
    key: np.ndarray
    quantity: np.ndarray
    paid: np.ndarray
    standard: np.ndarray
    billed: np.ndarray
    a_month: np.ndarray
    plan_age: np.ndarray
    tenure: np.ndarray
    group: np.ndarray
    band: np.ndarray
    censored: np.ndarray
    price: np.ndarray
    month: np.ndarray

    def entry_key(self, chosen: np.ndarray) -> np.ndarray:
        """Return customer and grain of entries."""
        return self.key[self.price[chosen]]

    def at(self, month: int) -> np.ndarray:
        """Return the entries of a month, by key."""
        return np.flatnonzero(self.month == month)


def pack(codes: dict[str, np.ndarray], names: list[str]) -> np.ndarray:
    """Return one integer for the values of several columns, blanks included."""
    packed = np.zeros(len(codes[names[0]]), dtype=np.int64)
    for name in names:
        packed = packed * (int(codes[name].max()) + 2) + codes[name] + 1
    return packed


@dataclass
class _Prices:
    """What comparable lines say, by key and first month: arrays of shape (lines,), ``amounts`` (3, lines) in 10^-6.

    ``amounts`` are net, before discounts, and quantity; a line covers the months from ``first`` to before ``end``.
    """

    codes: dict[str, np.ndarray]
    key: np.ndarray
    first: np.ndarray
    end: np.ndarray
    amounts: np.ndarray
    plan_start: np.ndarray
    issued_on: np.ndarray
    line_id: pd.Series

    def with_sums(self, sums: np.ndarray, last: np.ndarray) -> _Prices:
        """Return these and behind them the sums of months that several lines cover, under what the last one says."""
        rows = np.concatenate((np.arange(len(self.key)), last))
        return _Prices(
            codes={name: values[rows] for name, values in self.codes.items()},
            key=self.key[rows],
            first=self.first,
            end=self.end,
            amounts=np.concatenate((self.amounts, sums), axis=1),
            plan_start=self.plan_start[rows],
            issued_on=self.issued_on[rows],
            line_id=self.line_id,
        )


def ledger(lines: Checked, net: np.ndarray, found: np.ndarray, customers: Customers) -> Ledger:
    """Price every month that a comparable line covers."""
    prices = _comparable(lines, net, np.flatnonzero(found == ACCEPTED))
    price, month, sums, last = _months(prices)
    return _priced(lines, customers, prices.with_sums(sums, last), price, month)


def _comparable(lines: Checked, net: np.ndarray, rows: np.ndarray) -> _Prices:
    """Return what the comparable lines say that cover the first day of a month."""
    table = lines.table
    codes = {name: table.codes[name][rows] for name in KEPT}
    first, end = (
        (months_of(days) + (day_of_month(days) > 0)).astype(np.int32)[table.codes[name][rows]]
        for name, days in ((name, lines.days[name]) for name in ("period_start", "period_end"))
    )
    grain = pd.factorize(pack(codes, GRAIN))[0]
    key = codes["customer_id"].astype(np.int64) * (grain.max() + 1) + grain
    plan_start = _plan_start(codes, day_numbers(lines.days["period_start"])[table.codes["period_start"][rows]])
    covers = np.flatnonzero((end > first) & (end - first <= LONGEST))
    order = covers[np.argsort(key[covers] * _SPAN + first[covers], kind="stable")]
    rows = rows[order]
    gross, off, quantity = (
        lines.micros[name][table.codes[name][rows]] for name in ("gross_amount", "discount_amount", "quantity")
    )
    paid = net[rows]
    standard = np.where(gross == MISSING, paid + np.where(off == MISSING, 0, off), gross)
    return _Prices(
        codes={name: values[order] for name, values in codes.items()},
        key=key[order],
        first=first[order],
        end=end[order],
        amounts=np.stack((paid, standard, quantity)),
        plan_start=plan_start[order],
        issued_on=day_numbers(lines.days["issued_on"])[table.codes["issued_on"][rows]],
        line_id=table.ids["line_id"].iloc[rows],
    )


def _plan_start(codes: dict[str, np.ndarray], start: np.ndarray) -> np.ndarray:
    """Return for each line the first period of its customer on its product and plan."""
    packed = pack(codes, ["customer_id", "product_id", "plan_id"])
    number, distinct = pd.factorize(packed)
    first = np.full(len(distinct), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, number, start)
    return first[number]


def _months(prices: _Prices) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return price and month of each entry, and for months that several lines cover their sums and latest line.

    Such months get prices of their own, numbered behind those of the lines.
    """
    key, first, n_months = prices.key, prices.first, prices.end - prices.first
    reach = np.maximum.accumulate(key * _SPAN + prices.end)
    overlaps = np.append(False, reach[:-1] > key[1:] * _SPAN + first[1:])
    cluster = np.cumsum(~overlaps)
    shared = np.bincount(cluster)[cluster] > 1
    price = np.repeat(np.arange(len(key), dtype=np.int32), n_months)
    start = np.cumsum(n_months) - n_months
    month = (first[price] + np.arange(len(price)) - start[price]).astype(np.int16)
    at = np.flatnonzero(shared[price])
    packed = key[price[at]] * _SPAN + month[at]
    several = pd.Series(packed).duplicated(keep=False).to_numpy()
    at, packed = at[several], packed[several]
    if not len(at):
        return price, month, np.zeros((3, 0), dtype=np.int64), np.zeros(0, dtype=np.int64)
    line = price[at]
    frame = pd.DataFrame({"key": packed, "line": line, "issued_on": prices.issued_on[line]})
    frame["line_id"] = prices.line_id.iloc[line].to_numpy()
    for position in range(3):
        frame[position] = prices.amounts[position][line]
    frame = frame.sort_values(["key", "issued_on", "line_id"], na_position="first")
    merged = frame.groupby("key").agg({0: "sum", 1: "sum", 2: "sum", "line": "last"})
    kept = np.ones(len(price), dtype=bool)
    kept[at] = False
    last = merged["line"].to_numpy()
    price = np.concatenate((price[kept], len(key) + np.arange(len(merged), dtype=np.int32)))
    month = np.concatenate((month[kept], (merged.index.to_numpy() % _SPAN).astype(np.int16)))
    order = np.argsort(np.concatenate((key, key[last]))[price] * _SPAN + month, kind="stable")
    return price[order], month[order], merged[[0, 1, 2]].to_numpy().T, last


def _priced(lines: Checked, customers: Customers, prices: _Prices, price: np.ndarray, month: np.ndarray) -> Ledger:
    """Bring amounts to prices of a month and of an interval, and count tenure and plan age."""
    codes, (paid, standard, quantity) = prices.codes, prices.amounts
    times, over = np.ones(len(paid), dtype=np.int64), np.ones(len(paid), dtype=np.int64)
    for here, unit, count in lines.intervals(codes):
        times[here], over[here] = months_per_cycle(unit, count)
    issued = lines.days["issued_on"]
    months = _at_first(customers.tenure_start()[codes["customer_id"]][price], month)
    plan, plan_days = pd.factorize(prices.plan_start)
    plan_days = plan_days.astype(np.int64).astype("datetime64[D]")
    censored = customers.is_censored()[codes["customer_id"]]
    group = np.where(months < NEW_BELOW, NEW, np.where(months < TENURED_FROM, MIDDLE, TENURED)).astype(np.int8)
    group[censored[price] & (group != TENURED)] = UNKNOWN
    band = np.searchsorted(BAND_EDGES, months, side="right").astype(np.int8)
    return Ledger(
        codes=codes,
        key=prices.key,
        quantity=quantity,
        paid=half_even(paid * TICKS * times, quantity * over),
        standard=half_even(standard * TICKS * times, quantity * over),
        billed=half_even(paid * TICKS, quantity),
        a_month=times / over,
        plan_age=_completed(plan_days, plan, issued, codes["issued_on"]),
        tenure=months,
        group=group,
        band=np.where(censored[price], 0, band),
        censored=censored,
        price=price,
        month=month,
    )


def _at_first(start: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Return the months completed from each start to the first day of its month, 0 where the start is later."""
    return np.maximum(month - months_of(start) - (day_of_month(start) > 0), 0).astype(np.int16)


def _completed(starts: np.ndarray, start: np.ndarray, ends: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the completed months from starts[start] to ends[end], 0 where the start is later."""
    months = [months_of(days).astype(np.int32)[at] for days, at in ((ends, end), (starts, start))]
    day = [day_of_month(days).astype(np.int8)[at] for days, at in ((ends, end), (starts, start))]
    return np.maximum(months[0] - months[1] - (day[0] < day[1]), 0).astype(np.int16)


def amounts_beside(lines: Checked, net: np.ndarray, found: np.ndarray) -> dict[str, dict[str, int]]:
    """Add up what is billed beside prices, in millionths, by kind and month of issue.

    Finance, fees and set-up, usage and one-off charges are lines of their own; tax stands on comparable lines
    and on all of these too.
    """
    table = lines.table
    month = months_of(lines.days["issued_on"])[table.codes["issued_on"]]
    tax = lines.micros["tax_amount"]
    counted = [ACCEPTED, *(outcome(name) for name in (*BESIDE, "setup", "credit") if name != "tax")]
    taxed = np.isin(found, counted) & lines.holds("tax_amount", (tax != 0) & (tax != MISSING))
    sums: dict[str, dict[str, int]] = {}
    for name in BESIDE:
        is_kind = np.isin(found, [outcome(name), outcome("setup")] if name == "fee" else [outcome(name)])
        rows = np.flatnonzero(is_kind | taxed if name == "tax" else is_kind)
        stated = net[rows] if name != "tax" else np.where(taxed[rows], tax[table.codes["tax_amount"][rows]], net[rows])
        total = pd.Series(stated).groupby(month[rows]).sum()
        sums[name] = {str(int(at)): int(amount) for at, amount in total.items() if amount}
    return sums
