"""The other way to the findings of a book: pandas and scipy on the customer rows, as a good analyst would write it.

It reads only the columns it needs, keeps the keys as categories and sorts once by cell; ``rows_findings.py`` estimates.
It leaves out what the product adds: rejecting and reconciling rows, tying lines to bytes, and all that comes after.
"""

from __future__ import annotations

import json
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rows_findings import TICKS, Results, Rows, like_for_like, offers, raw, scopes
from rows_money import Money, overpayment

KEYS = ["product", "region", "channel"]
COLUMNS = ["customer_id", *KEYS, "is_vulnerable", "tenure_months", "monthly_price", "new_customer_price"]
TYPES: dict[str, Any] = {
    "customer_id": "str",
    **dict.fromkeys([*KEYS, "is_vulnerable"], "category"),
    "tenure_months": "int16",
    "monthly_price": "float64",
    "new_customer_price": "float64",
}


def read(file: Path) -> pd.DataFrame:
    """Read the columns of the study: keys as categories, prices as floats, the id as text."""
    if file.suffix == ".parquet":
        # Through pyarrow: pandas.read_parquet gives decimals as Python objects and takes several times longer.
        table = pq.read_table(file, columns=COLUMNS, read_dictionary=[*KEYS, "is_vulnerable"])
        for name in ("monthly_price", "new_customer_price"):
            table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.float64()))
        return table.to_pandas()
    return pd.read_csv(file, usecols=COLUMNS, dtype=TYPES)


def prepare(rows: pd.DataFrame) -> Rows:
    """Check the ids, number the cells and the price decisions (product and offer price), sort by cell."""
    if rows["customer_id"].nunique() < len(rows):
        raise SystemExit("a customer has several rows: the party clustering below takes each row as a party")
    keys = [rows[name].cat for name in KEYS]
    cell = np.ravel_multi_index([key.codes for key in keys], [len(key.categories) for key in keys]).astype(np.int16)
    order = np.argsort(cell, kind="stable")
    cell, offer, price = (
        values[order] for values in (cell, rows["new_customer_price"].array, rows["monthly_price"].array)
    )
    offer, price = np.asarray(offer), np.asarray(price)
    offer_code, offers = pd.factorize(offer)
    months = rows["tenure_months"].to_numpy()[order]
    sold = keys[KEYS.index("product")].codes.to_numpy()[order].astype(np.int64)
    version = pd.factorize(sold * (len(offers) + 1) + offer_code)[0]
    return Rows(
        cell=cell,
        version=version,
        price=price,
        log_price=np.log(price),
        offer=offer,
        months=months,
        is_new=months < 12,
        is_tenured=months >= 24,
        party=None,
        vulnerable=rows["is_vulnerable"].cat.codes.to_numpy()[order],
        names=list(product(*(key.categories for key in keys))),
        lens_values=list(rows["is_vulnerable"].cat.categories),
    )


def findings(rows: Rows) -> list[dict[str, Any]]:
    """Return every finding against new customers and one offer: pooled with its cells, by band, by lens value."""
    results = Results([])
    ticks = np.rint((rows.price - rows.offer) * TICKS, where=~np.isnan(rows.offer), out=np.zeros(len(rows.price)))
    money = Money(ticks.astype(np.int64), np.full(len(rows.names), 12))
    for key, tenured, against_offer, inside in scopes(rows):
        like_for_like(rows, results, key, tenured, rows.is_new & inside)
        raw(rows, results, key, tenured, rows.is_new & inside)
        offers(rows, results, key, against_offer)
        overpayment(rows, results, key, against_offer, money)
    return results.finish()


def main(file: Path, target: Path) -> None:
    """Write the findings of a file as JSON, with the seconds of each step."""
    clock = [time.perf_counter()]
    rows = read(file)
    clock.append(time.perf_counter())
    book = prepare(rows)
    del rows
    clock.append(time.perf_counter())
    found = findings(book)
    clock.append(time.perf_counter())
    seconds = dict(zip(("read", "prepare", "estimate"), np.diff(clock).round(2).tolist(), strict=True))
    document = {"findings": found, "seconds": seconds}
    target.write_text(json.dumps(document, default=lambda value: value.item()))
