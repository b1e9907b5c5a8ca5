"""The other way to the findings of billing lines: pandas and scipy, as a good analyst would write it.

``lines_read.py`` reads, ``lines_rejects.py`` checks, ``lines_dispositions.py`` says what becomes of each line,
``lines_ledger.py`` prices months, ``lines_offers.py`` finds the offer in force, ``lines_changes.py`` looks back,
``lines_findings.py`` and ``rows_findings.py`` estimate. Here they meet, and what the product publishes as tables is
summed. Left out: see README.md.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lines_changes import Changes, cells_of, changes, joiners, price_set_on, pricing_month
from lines_dispositions import Customers, customers_of, dispose, last_month, only_counted, reconcile
from lines_findings import AsOf, all_findings, monthly
from lines_ledger import GRAIN, GROUPS, NEW, TENURED, TICKS, Ledger, amounts_beside, ledger
from lines_offers import BASES, OFFER_COLUMNS, REASONS, Matches, match, offer_prices
from lines_read import read_lines, read_small
from lines_rejects import MISSING, Checked, check_customers, check_events, check_lines, check_offers
from rows_findings import Rows

AS_OF = "2025-12"
CURRENCY = "GBP"
SEEN = ("invoice_id", "charge_reason", "list_unit_price", "invoice_status", "line_kind", "is_proration")
"""Columns that nothing but the disposition of a line needs."""

CELL = [*GRAIN, "region", "channel"]
_INTERVALS_A_YEAR = {"month": 12, "year": 1}
_CUSTOMERS = ["customer_id", "tenure_start", "tenure_confidence", "is_vulnerable", "is_test"]
_EVENTS = ["subscription_id", "changed_on", "old_price", "new_price", "announced_on"]


def published_ledger(book: Ledger, matches: Matches) -> dict[str, Any]:
    """Return, by month, count and sum of each number of the ledger, and entries by group and reason."""
    price, number = book.price, matches.number
    low = int(book.month.min())
    month = book.month - low
    span = int(month.max()) + 1
    by_price = {
        "is_censored": book.censored,
        "plan_age_months": book.plan_age,
        "quantity_micros": book.quantity,
        "price_ticks": book.paid,
        "standard_ticks": book.standard,
        "interval_ticks": book.billed,
        "n_candidates": matches.candidates[number],
        "offer_ticks": matches.ticks("effective", number),
        "offer_interval_ticks": matches.ticks("effective_interval", number),
    }
    for basis in BASES:
        name = "standard_offer" if basis == "standard" else basis
        by_price[f"{name}_ticks"] = matches.ticks(basis, number)
        by_price[f"{basis}_interval_ticks"] = matches.ticks(f"{basis}_interval", number)
    sums = {name: _by_month(values[price], month, span) for name, values in by_price.items()}
    sums["tenure_months"] = _by_month(book.tenure, month, span)
    sums["band_order"] = _by_month(np.where(book.band > 0, book.band.astype(np.int64), MISSING), month, span)
    key = (month.astype(np.int32) * len(GROUPS) + book.group) * len(REASONS) + matches.reason[number][price]
    counts = np.bincount(key, minlength=span * len(GROUPS) * len(REASONS)).reshape(span, len(GROUPS), len(REASONS))
    return {
        "sums": {name: {str(low + m): pair for m, pair in enumerate(pairs)} for name, pairs in sums.items()},
        "entries": [
            [low + int(m), GROUPS[group], REASONS[reason], int(counts[m, group, reason])]
            for m, group, reason in np.argwhere(counts)
        ],
    }


def _by_month(values: np.ndarray, month: np.ndarray, span: int) -> list[tuple[int, int]]:
    """Return count and exact sum of the values of each month that are not missing."""
    known = values != MISSING
    sums = np.bincount(month[known], values[known], span)
    if np.abs(sums).max(initial=0) >= 2**53:
        raise SystemExit("a sum is too large to be exact as a float")
    return [(int(n), int(total)) for n, total in zip(np.bincount(month[known], minlength=span), sums, strict=True)]


def unmatched(lines: Checked, book: Ledger, matches: Matches, cell: np.ndarray, entries: np.ndarray) -> list[list[Any]]:
    """Return cell, group, reason, customers and money in ticks of the as-of entries without an offer."""
    price = book.price[entries]
    reason = matches.reason[matches.number[price]]
    table = pd.DataFrame(
        {
            "cell": cell[price],
            "group": book.group[entries],
            "reason": reason,
            "ticks": book.billed[price],
            "price": price,
        }
    )[reason > 0]
    found = table.groupby(["cell", "group", "reason"]).agg({"price": ["size", "first"], "ticks": "sum"})
    return [
        [names_of(lines, book, first), GROUPS[group], REASONS[why], int(n), int(ticks)]
        for (_, group, why), (n, first, ticks) in zip(found.index, found.to_numpy(), strict=True)
    ]


def names_of(lines: Checked, book: Ledger, price: int) -> list[str | None]:
    """Return the values of the cell of a price."""
    codes = {name: book.codes[name][price] for name in CELL}
    return [lines.table.values[name][code] if code >= 0 else None for name, code in codes.items()]


def as_of_rows(
    lines: Checked, book: Ledger, matches: Matches, people: Customers, events: Checked
) -> tuple[AsOf, list[list[Any]]]:
    """Return the as-of entries of the currency in cell order with all that findings need, and who is unmatched."""
    cell, examples = cells_of(book, CELL)
    entries = book.at(last_month(AS_OF))
    change = changes(lines, book, matches, events, last_month(AS_OF))
    names = [names_of(lines, book, example) for example in examples]
    ours = np.array([name[CELL.index("currency")] == CURRENCY for name in names])
    kept = np.flatnonzero(ours[cell[book.price[entries]]])
    kept = kept[np.argsort(cell[book.price[entries[kept]]], kind="stable")]
    here = entries[kept]
    price = book.price[here]
    number, at_set = matches.number[price], matches.at_set[kept]
    version = np.append(matches.offers["decision"].to_numpy(), -1)
    rate = np.array([_INTERVALS_A_YEAR[name[2]] // int(name[3]) for name in names])

    def a_month(ticks: np.ndarray) -> np.ndarray:
        return np.where(ticks == MISSING, ticks, ticks * book.a_month[price])

    offers = {basis: a_month(matches.ticks(f"{basis}_interval", number)) for basis in BASES}
    primary = offers["effective"]
    # Money is what is billed or offered an interval, brought to a month without rounding.
    paid = a_month(book.billed[price]) / TICKS
    who = book.codes["customer_id"][price]
    rows = Rows(
        cell=cell[price],
        version=version[matches.offer[number]],
        price=paid,
        log_price=np.log(paid),
        offer=np.where(primary > 0, primary, np.nan) / TICKS,
        months=np.where(book.band[here] > 0, book.tenure[here], -1),
        is_new=book.group[here] == NEW,
        is_tenured=book.group[here] == TENURED,
        vulnerable=people.lens[who],
        party=who,
        names=[(name[0], *name[4:]) for name in names],
        lens_values=people.lens_values,
    )
    found = AsOf(
        rows=rows,
        offers=offers,
        billed=book.billed[price],
        offers_billed={basis: matches.ticks(f"{basis}_interval", number) for basis in BASES},
        rate=rate,
        offer_set=a_month(matches.ticks("effective_interval", at_set)),
        version_set=version[matches.offer[at_set]],
        changes=Changes(*(values[kept] for values in vars(change).values())),
        pricing_month=pricing_month(lines, book, price),
        joined=joiners(lines, book, cell),
    )
    return found, unmatched(lines, book, matches, cell, entries)


def by_month(lines: Checked, book: Ledger, matches: Matches, last: int) -> list[dict[str, Any]]:
    """Return the offer gap of every month up to the last."""
    position = lines.table.values["currency"].tolist().index(CURRENCY)
    primary = matches.ticks("effective_interval", matches.number)
    fits = (primary > 0) & (book.codes["currency"] == position)
    entries = np.flatnonzero(fits[book.price] & (book.group == TENURED) & (book.month <= last))
    price = book.price[entries]
    version = matches.offers["decision"].to_numpy()[matches.offer[matches.number[price]]]
    paid, offered = (ticks[price] * book.a_month[price] / TICKS for ticks in (book.billed, primary))
    return monthly(book.month[entries], version, paid, offered)


def main(file: Path, target: Path) -> None:
    """Write the findings of a file and what is published beside them as JSON, with the seconds of each step."""
    clock = [time.perf_counter()]
    table = read_lines(file)
    people_file = check_customers(read_small(file.parent / "customers.csv", _CUSTOMERS))
    offers_file = check_offers(read_small(file.parent / "offers.csv", OFFER_COLUMNS))
    events = check_events(read_small(file.parent / "price_events.csv", _EVENTS))
    clock.append(time.perf_counter())
    lines, net = check_lines(table)
    people, counted = customers_of(people_file, table.values["customer_id"])
    found = dispose(lines, net, people)
    table.forget(*SEEN)
    rows = [
        *reconcile(lines, net, found), *counted, *only_counted("offers", offers_file),
        *only_counted("price_events", events),
    ]  # fmt: skip
    clock.append(time.perf_counter())
    book = ledger(lines, net, found, people)
    beside = amounts_beside(lines, net, found)
    del net, found
    table.forget("line_id", *table.codes)
    clock.append(time.perf_counter())
    month = last_month(AS_OF)
    entries = book.at(month)
    matches = match(lines, book, offer_prices(offers_file), entries, price_set_on(lines, book, entries, month))
    published = published_ledger(book, matches)
    clock.append(time.perf_counter())
    as_of, without = as_of_rows(lines, book, matches, people, events)
    gaps = all_findings(as_of) + by_month(lines, book, matches, month)
    clock.append(time.perf_counter())
    steps = ("read", "dispositions", "ledger", "offers", "estimate")
    seconds = dict(zip(steps, np.diff(clock).round(2).tolist(), strict=True))
    document = {"findings": gaps, "seconds": seconds, "reconciliation": rows, "ledger": published, "unmatched": without}
    document["beside"] = beside
    target.write_text(json.dumps(document, default=lambda value: value.item()))
