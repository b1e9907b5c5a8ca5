"""What the months before say about a price: when it was set, how it changed in a year, what joiners paid, in pandas.

Part of the other way to the findings of billing lines (``lines_pandas.py``). Rules: docs/ledger.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lines_ledger import NEW, TICKS, Ledger, pack
from lines_offers import Matches
from lines_read import half_even, months_of, months_per_cycle
from lines_rejects import CLEAN, MICROS, MISSING, Checked

MIN_EVIDENCE = 10


def price_set_on(lines: Checked, book: Ledger, as_of: np.ndarray, month: int) -> np.ndarray:
    """Return the first pricing date in the unbroken run of equal plan and price that each as-of entry ends."""
    history = np.flatnonzero(book.month <= month)
    price, number = book.price[history], book.month[history]
    key, plan, paid = book.key[price], book.codes["plan_id"][price], book.paid[price]
    breaks = np.ones(len(history), dtype=bool)
    breaks[1:] = (key[1:] != key[:-1]) | (plan[1:] != plan[:-1]) | (paid[1:] != paid[:-1])
    breaks[1:] |= number[1:] != number[:-1] + 1
    issued = lines.days["issued_on"][book.codes["issued_on"][price]].astype(np.int64)
    first = np.minimum.reduceat(issued, np.flatnonzero(breaks))
    run = np.cumsum(breaks) - 1
    return first[run[np.searchsorted(history, as_of)]].astype("datetime64[D]")


@dataclass
class Changes:
    """Standard prices and offers a year apart of the as-of entries, in ticks; MISSING where a price has no pair."""

    before: np.ndarray
    after: np.ndarray
    offer_before: np.ndarray
    offer_after: np.ndarray


def changes(lines: Checked, book: Ledger, matches: Matches, events: Checked, month: int) -> Changes:
    """Compare with the month a year before: same plan and quantity, one discount in all months between."""
    as_of, earlier = book.at(month), book.at(month - 12)
    _, here, there = np.intersect1d(book.entry_key(as_of), book.entry_key(earlier), True, return_indices=True)
    later, before = book.price[as_of[here]], book.price[earlier[there]]
    same = (book.codes["plan_id"][later] == book.codes["plan_id"][before]) & (
        book.quantity[later] == book.quantity[before]
    )
    here, later, before = here[same], later[same], before[same]
    steady = _one_discount(book, month)
    kept = np.isin(book.key[later], steady)
    here, later, before = here[kept], later[kept], before[kept]
    was = book.standard[before]
    changed = _events(lines, book, events, later, before)
    was[changed.index] = changed.to_numpy()
    found = Changes(*(np.full(len(as_of), MISSING) for _ in range(4)))
    found.before[here], found.after[here] = was, book.standard[later]
    found.offer_before[here] = matches.ticks("standard", matches.number[before])
    found.offer_after[here] = matches.ticks("standard", matches.number[later])
    return found


def _one_discount(book: Ledger, month: int) -> np.ndarray:
    """Return the keys with the same discount, or none, in every month of the year."""
    window = np.flatnonzero((book.month >= month - 12) & (book.month <= month))
    key, discount = book.entry_key(window), book.codes["discount_id"][book.price[window]]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    same = np.minimum.reduceat(discount, starts) == np.maximum.reduceat(discount, starts)
    return key[starts][same]


def _events(lines: Checked, book: Ledger, events: Checked, later: np.ndarray, before: np.ndarray) -> pd.Series:
    """Return, by position among the pairs, the monthly price in ticks that the last event between both dates led to."""
    issued = lines.days["issued_on"]
    pairs = pd.DataFrame(
        {
            "position": np.arange(len(later)),
            "subscription": book.codes["subscription_id"][later],
            "from": issued[book.codes["issued_on"][before]],
            "to": issued[book.codes["issued_on"][later]],
        }
    )
    known = pd.Index(lines.table.values["subscription_id"]).get_indexer(events.table.values["subscription_id"])
    happened = pd.DataFrame(
        {
            "subscription": np.append(known, -2)[events.table.codes["subscription_id"]],
            "on": events.date("changed_on"),
            "price": events.number("new_price"),
        }
    )[events.reason == CLEAN]
    happened = happened[(happened["price"] != MISSING) & (happened["subscription"] >= 0)]
    found = pairs.merge(happened, on="subscription")
    found = found[(found["on"] > found["from"]) & (found["on"] < found["to"])].sort_values(["on", "price"])
    last = found.groupby("position")["price"].last()
    price = later[last.index]
    times, over = np.ones(len(price), dtype=np.int64), np.ones(len(price), dtype=np.int64)
    for here, unit, count in lines.intervals({name: codes[price] for name, codes in book.codes.items()}):
        times[here], over[here] = months_per_cycle(unit, count)
    return pd.Series(half_even(last.to_numpy() * times, MICROS // TICKS * over), index=last.index)


def joiners(lines: Checked, book: Ledger, cell: np.ndarray) -> pd.DataFrame:
    """Return cell, month of pricing and price of those who joined where and when at least MIN_EVIDENCE did.

    A join is the first month of a customer and grain, as a new customer; ``cell`` is that of each price.
    """
    key = book.key[book.price]
    entries = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    first = book.price[entries[book.group[entries] == NEW]]
    found = pd.DataFrame(
        {
            "cell": cell[first],
            "month": pricing_month(lines, book, first),
            "price": book.billed[first] * book.a_month[first],
        }
    )
    return found[found.groupby(["cell", "month"])["price"].transform("size") >= MIN_EVIDENCE]


def pricing_month(lines: Checked, book: Ledger, prices: np.ndarray) -> np.ndarray:
    """Return the month of the pricing date of prices."""
    return months_of(lines.days["issued_on"])[book.codes["issued_on"][prices]]


def cells_of(book: Ledger, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the cell of each price, numbered by appearance, and a price of each cell."""
    number, _ = pd.factorize(pack(book.codes, names))
    example = np.zeros(number.max() + 1, dtype=np.int64)
    example[number[::-1]] = np.arange(len(number))[::-1]
    return number.astype(np.int32), example
