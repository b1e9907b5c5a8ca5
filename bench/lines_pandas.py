"""The other way to the findings of billing lines: pandas and scipy, as a good analyst would write it.

``lines_ledger.py`` makes monthly prices, tenures and offers of the lines, ``rows_findings.py`` estimates. Left out, in
its favour: reasons for what is rejected or excluded, reconciliation, ties to bytes; amounts beside the price and before
discounts, plan age and contract; gaps against headline and standard offers, against the offer on the day the price was
set and against joiners; change_gap; quantity bounds and personal offers; versions of a line are told apart by the date
of issue alone; households (the study takes every customer as a party). Support, verdicts and a published database.
"""

from __future__ import annotations

import json
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lines_ledger import (
    CONTROLS,
    GRAIN,
    TICKS,
    Ledger,
    Lines,
    comparable,
    completed_months,
    ledger,
    match,
    months_of,
    offer_prices,
    read,
)
from rows_findings import ALPHA, Rows, findings, offer_ratios
from scipy import stats

AS_OF = "2025-12"
CURRENCY = "GBP"
NEW_BELOW, TENURED_FROM = 12, 24
CELL = ["product_id", "region", "channel"]


def read_customers(folder: Path) -> pd.DataFrame:
    """Read the customer file."""
    return pd.read_csv(
        folder / "customers.csv",
        usecols=["customer_id", "tenure_start", "tenure_confidence", "is_vulnerable", "is_test"],
        parse_dates=["tenure_start"],
        dtype={"customer_id": "str", "tenure_confidence": "category", "is_vulnerable": "str"},
    )


def read_offers(folder: Path) -> pd.DataFrame:
    """Read the offers to new customers; prices stay text, so that they are exact."""
    money = ["list_unit_price", "intro_unit_price", "setup_fee", "incentive_value"]
    offers = pd.read_csv(
        folder / "offers.csv",
        parse_dates=["valid_from", "valid_to"],
        dtype={**dict.fromkeys(money, "str"), "interval_count": "str"},
    )
    offers = offers[offers["audience"].isin(["new_only", "all"]) & (offers["origin"] != "market")]
    return offers.assign(price=offer_prices(offers))


def questions(lines: Lines, book: Ledger) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the number of each entry's question to the offers, and the questions: grain, controls and pricing date."""
    names = [*GRAIN, *CONTROLS, "issued_on"]
    sizes = [len(lines.names[name]) + 1 for name in names]
    packed = np.ravel_multi_index([lines.codes[name] + 1 for name in names], sizes)
    number, distinct = pd.factorize(packed)
    codes = dict(zip(names, np.unravel_index(distinct, sizes), strict=True))
    asked = pd.DataFrame(
        {name: np.array([None, *lines.names[name]], dtype=object)[code] for name, code in codes.items()}
    )
    asked["interval_unit"] = asked["interval_unit"].fillna("month")
    asked["interval_count"] = asked["interval_count"].fillna("1")
    asked["date"] = pd.to_datetime(asked.pop("issued_on"))
    return number[book.line], asked


def classify(lines: Lines, book: Ledger, customers: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return tenure in months (-1 where it is only a bound) and group of each entry."""
    stated = customers["tenure_start"].to_numpy().astype("datetime64[D]")
    unknown = np.isnat(stated)
    start = np.where(unknown, lines.first_seen, stated)
    censored = (customers["tenure_confidence"] == "censored").to_numpy() | unknown & (
        months_of(lines.first_seen) == lines.data_start
    )
    who = lines.codes["customer_id"][book.line]
    months = completed_months(start[who], lines.days["issued_on"][book.line])
    bound = censored[who]
    return {
        "months": np.where(bound, -1, months),
        "is_new": ~bound & (months < NEW_BELOW),
        "is_tenured": months >= TENURED_FROM,
    }


def as_rows(lines: Lines, book: Ledger, customers: pd.DataFrame, offers: pd.DataFrame) -> tuple[Rows, np.ndarray]:
    """Return the ledger in cell order with the offer in force, and the month of each entry."""
    number, asked = questions(lines, book)
    best = match(asked, offers).reindex(np.arange(len(asked)))
    version = pd.factorize(best["offer_id"])[0]
    cells = [lines.codes[name][book.line] for name in CELL]
    sizes = [len(lines.names[name]) for name in CELL]
    cell = np.ravel_multi_index(cells, sizes).astype(np.int16)
    order = np.argsort(cell, kind="stable")
    who = lines.codes["customer_id"][book.line]
    lens = customers["is_vulnerable"].astype("category")
    price = book.ticks / TICKS
    rows = {
        "cell": cell,
        "version": version[number],
        "price": price,
        "offer": (best["price"] / TICKS).to_numpy()[number],
        **classify(lines, book, customers),
        "vulnerable": lens.cat.codes.to_numpy()[who],
        "party": who,
    }
    names = list(product(*(lines.names[name] for name in CELL)))
    sorted_rows = {name: values[order] for name, values in rows.items()}
    logs = np.log(sorted_rows["price"])
    return Rows(**sorted_rows, log_price=logs, names=names, lens_values=list(lens.cat.categories)), book.month[order]


def take(rows: Rows, chosen: np.ndarray) -> Rows:
    """Return the chosen entries."""
    fields = {name: value[chosen] for name, value in vars(rows).items() if isinstance(value, np.ndarray)}
    return Rows(**{**vars(rows), **fields})


def monthly(rows: Rows, month: np.ndarray) -> list[dict[str, Any]]:
    """Return the offer gap of every month, each customer a party."""
    mask = rows.is_tenured & ~np.isnan(rows.offer)
    first, number = np.unique(month[mask], return_inverse=True)
    found, _ = offer_ratios(Rows(**{**vars(rows), "party": None}), mask, number, len(first))
    half = stats.t.ppf(1 - ALPHA / 2, found["df"]) * found["se"]
    lower, upper = np.expm1(found["log_ratio"] - half), np.expm1(found["log_ratio"] + half)
    labels = first.astype("datetime64[M]").astype(str)
    numbers = zip(labels, np.expm1(found["log_ratio"]), lower, upper, strict=True)
    return [
        {
            "estimand": "offer_gap",
            "level_name": "month",
            "scope": {"month": label},
            "band": None,
            "estimate": estimate,
            "ci_lower": low,
            "ci_upper": high,
            "companions": {},
        }
        for label, estimate, low, high in numbers
    ]


def main(file: Path, target: Path) -> None:
    """Write the findings of a file as JSON, with the seconds of each step."""
    clock = [time.perf_counter()]
    text = read(file)
    customers, offers = read_customers(file.parent), read_offers(file.parent)
    clock.append(time.perf_counter())
    lines = comparable(text, customers, CURRENCY)
    del text
    as_of = int(months_of(np.datetime64(AS_OF)))
    book = ledger(lines, as_of)
    clock.append(time.perf_counter())
    known = customers.set_index("customer_id").reindex(lines.names["customer_id"]).reset_index()
    rows, month = as_rows(lines, book, known, offers)
    del lines, book
    clock.append(time.perf_counter())
    found = findings(take(rows, month == as_of)) + monthly(rows, month)
    clock.append(time.perf_counter())
    seconds = dict(zip(("read", "ledger", "offers", "estimate"), np.diff(clock).round(2).tolist(), strict=True))
    target.write_text(json.dumps({"findings": found, "seconds": seconds}))
