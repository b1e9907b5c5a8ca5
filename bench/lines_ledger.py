"""The rows' way from billing lines to monthly prices, tenures and offers in force, in pandas and whole arrays.

Part of the other way to the findings of billing lines (``lines_pandas.py``, which says what is left out). Texts are
categories, dates are looked up by category, keys are packed into one integer each. Rules: docs/ledger.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HORIZON = 12
GRAIN = ["product_id", "currency", "interval_unit", "interval_count"]
CONTROLS = ["plan_id", "region", "channel"]
DATES = ["issued_on", "period_start", "period_end"]
WORDS = ["customer_id", "invoice_status", "line_kind", *GRAIN, *CONTROLS, *DATES, "is_proration"]
NUMBERS = ["net_amount", "gross_amount", "discount_amount", "quantity"]
COLUMNS = ["line_id", *WORDS, *NUMBERS]
MICROS = 10**6
TICKS = 10**4


def read(file: Path) -> pd.DataFrame:
    """Read the columns of the study: texts and dates as categories, amounts as floats, the line id as text."""
    if file.suffix == ".parquet":
        table = pq.read_table(file, columns=COLUMNS)
        for position, name in enumerate(table.column_names):
            kind = pa.string() if name in WORDS else pa.float64() if name in NUMBERS else None
            if kind is not None:
                column = table[name].cast(kind)
                table = table.set_column(position, name, column.dictionary_encode() if name in WORDS else column)
        return table.to_pandas()
    types: dict[str, Any] = {
        "line_id": "str", **dict.fromkeys(WORDS, "category"), **dict.fromkeys(NUMBERS, "float64")
    }  # fmt: skip
    return pd.read_csv(file, usecols=COLUMNS, dtype=types)


def latest_versions(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one line per line_id, the one issued last; lines without an id all stay."""
    repeated = lines["line_id"].duplicated(keep=False) & lines["line_id"].notna()
    versions = lines[repeated].sort_values(["line_id", "issued_on"])
    older = versions.index[versions["line_id"].duplicated(keep="last")]
    return lines.drop(index=older)


def days_of(values: pd.Series) -> np.ndarray:
    """Return the dates of a column of categories; what is no date between 1950 and 2035 is missing."""
    stated = pd.to_datetime(values.cat.categories.astype(str), errors="coerce", format="%Y-%m-%d").to_numpy()
    days = stated.astype("datetime64[D]")
    days[~((days >= np.datetime64("1950-01-01")) & (days < np.datetime64("2035-01-01")))] = np.datetime64("NaT")
    return np.append(days, np.datetime64("NaT"))[values.cat.codes]


def months_of(days: np.ndarray) -> np.ndarray:
    """Return year * 12 + month - 1 of each day, as months since 1970."""
    return days.astype("datetime64[M]").astype(np.int64)


def day_of_month(days: np.ndarray) -> np.ndarray:
    """Return 0 for the first of a month."""
    return (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)


def add_interval(days: np.ndarray, unit: str, count: int) -> np.ndarray:
    """Return the day one billing interval later, clipped to the end of the month."""
    if unit in ("day", "week"):
        return days + (7 if unit == "week" else 1) * count
    first = (days.astype("datetime64[M]") + (12 if unit == "year" else 1) * count).astype("datetime64[M]")
    last = (first + 1).astype("datetime64[D]") - 1
    return np.minimum(first.astype("datetime64[D]") + day_of_month(days), last)


def completed_months(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the completed months between dates, 0 where the start is later; both must be known."""
    months = months_of(end) - months_of(start) - (day_of_month(end) < day_of_month(start))
    return np.maximum(months, 0)


@dataclass
class Lines:
    """Comparable lines as arrays of shape (lines,): codes into the categories of ``names``, dates, exact amounts."""

    codes: dict[str, np.ndarray]
    names: dict[str, list[str]]
    days: dict[str, np.ndarray]
    net: np.ndarray
    quantity: np.ndarray
    line_id: pd.Series
    first_seen: np.ndarray
    data_start: int


def comparable(lines: pd.DataFrame, customers: pd.DataFrame, currency: str) -> Lines:
    """Keep the lines of a currency that state a price of one full interval; first bills are taken of all final ones."""
    lines = latest_versions(lines)
    days = {name: days_of(lines[name]) for name in DATES}
    codes = {name: lines[name].cat.codes.to_numpy() for name in WORDS}
    # pandas takes categories that look like numbers or truth values for such.
    names = {name: [str(value) for value in lines[name].cat.categories] for name in WORDS}
    names["is_proration"] = [name.lower() for name in names["is_proration"]]
    is_final = np.isin(codes["invoice_status"], [_code(names["invoice_status"], "final"), -1])
    kinds = [_code(names["line_kind"], kind) for kind in ("recurring", "proration", "trial")]
    discount = lines["discount_amount"].fillna(0.0)
    net = lines["net_amount"].fillna(lines["gross_amount"] - discount).to_numpy()
    quantity = lines["quantity"].to_numpy()
    is_recurring = np.isin(codes["line_kind"], [kinds[0], -1])
    readable = (
        ~np.isnat(days["issued_on"])
        & ~np.isnan(net)
        & (quantity != 0)
        & ~(is_recurring & (net == 0) & ~(discount > 0).to_numpy())
    )
    first = np.where(np.isnat(days["period_start"]), days["issued_on"], days["period_start"])
    seen = readable & is_final & (is_recurring | np.isin(codes["line_kind"], kinds))
    first_seen = np.full(len(names["customer_id"]), np.datetime64("2100-01-01"))
    np.minimum.at(first_seen, codes["customer_id"][seen], first[seen])
    data_start = int(months_of(first_seen.min()))
    keep = readable & is_final & is_recurring & (net > 0) & ~(quantity < 0)
    keep &= codes["currency"] == _code(names["currency"], currency)
    keep &= codes["is_proration"] != _code(names["is_proration"], "true")
    keep &= ~np.isnat(days["period_start"]) & ~np.isnat(days["period_end"])
    by_id = customers.set_index("customer_id")
    known = by_id.reindex(names["customer_id"])
    keep &= ~known["is_test"].fillna(False).to_numpy(dtype=bool)[codes["customer_id"]]
    keep &= _is_full(codes, names, days, known["tenure_start"].to_numpy().astype("datetime64[D]"))
    return Lines(
        codes={name: code[keep] for name, code in codes.items()},
        names=names,
        days={name: day[keep] for name, day in days.items()},
        net=np.rint(net[keep] * MICROS).astype(np.int64),
        quantity=np.rint(np.nan_to_num(quantity[keep], nan=1.0) * MICROS).astype(np.int64),
        line_id=lines["line_id"][keep],
        first_seen=first_seen,
        data_start=data_start,
    )


def _code(names: list[str], name: str) -> int:
    return names.index(name) if name in names else -2


def _is_full(codes: dict, names: dict, days: dict, tenure_start: np.ndarray) -> np.ndarray:
    """Return which lines bill one whole interval, to a customer who had joined by its end."""
    full = np.zeros(len(codes["customer_id"]), dtype=bool)
    pairs = codes["interval_unit"].astype(np.int64) * 1000 + codes["interval_count"]
    for pair in np.unique(pairs):
        here = np.flatnonzero(pairs == pair)
        unit, count = interval(names, int(codes["interval_unit"][here[0]]), int(codes["interval_count"][here[0]]))
        end = add_interval(days["period_start"][here], unit, count)
        off = np.abs((days["period_end"][here] - end).astype(np.int64))
        late = tenure_start[codes["customer_id"][here]] >= add_interval(days["issued_on"][here], unit, count)
        full[here] = (off <= (3 if unit == "month" else 1)) & ~late
    return full


def interval(names: dict[str, list[str]], unit: int, count: int) -> tuple[str, int]:
    """Return unit and count of the codes; a blank is a month, or 1."""
    return (
        names["interval_unit"][unit] if unit >= 0 else "month",
        int(names["interval_count"][count]) if count >= 0 else 1,
    )


@dataclass
class Ledger:
    """One entry per customer, grain and month: the latest line of it, its month and its exact price in ticks."""

    line: np.ndarray
    grain: np.ndarray
    month: np.ndarray
    ticks: np.ndarray


def ledger(lines: Lines, last_month: int) -> Ledger:
    """Spread lines over the months whose first day they cover, up to the last, and price each month."""
    first, end = (
        months_of(lines.days[name]) + (day_of_month(lines.days[name]) > 0) for name in ("period_start", "period_end")
    )
    n_months = np.maximum(np.minimum(end, last_month + 1) - first, 0)
    line = np.repeat(np.arange(len(first), dtype=np.int32), n_months)
    start = np.cumsum(n_months) - n_months
    month = first[line] + np.arange(len(line)) - start[line]
    grain = np.ravel_multi_index(
        [lines.codes[name] + 1 for name in GRAIN], [len(lines.names[name]) + 1 for name in GRAIN]
    )
    grain = pd.factorize(grain)[0].astype(np.int64)
    low = month.min()
    span = last_month - low + 1
    key = ((lines.codes["customer_id"].astype(np.int64) * (grain.max() + 1) + grain) * span)[line] + month - low
    several = pd.Series(key).duplicated(keep=False).to_numpy()
    net, quantity = lines.net[line], lines.quantity[line]
    keep = ~several
    if several.any():
        at = np.flatnonzero(several)
        rows = pd.DataFrame({"at": at, "key": key[at], "net": net[at], "quantity": quantity[at]})
        rows["issued_on"], rows["line_id"] = lines.days["issued_on"][line[at]], lines.line_id.to_numpy()[line[at]]
        rows = rows.sort_values(["key", "issued_on", "line_id"], na_position="first")
        sums = rows.groupby("key").agg({"net": "sum", "quantity": "sum", "at": "last"})
        latest = sums["at"].to_numpy()
        net[latest], quantity[latest], keep[latest] = sums["net"], sums["quantity"], True
    line, month, grain = line[keep], month[keep], grain[line[keep]]
    factors = [_per_month(lines, int(position)) for position in _examples(grain, line)]
    times, over = (np.array(column)[grain] for column in zip(*factors, strict=True))
    return Ledger(line, grain, month, half_even(net[keep] * TICKS * times, quantity[keep] * over))


def _examples(grain: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Return a line of each grain, in the order of their numbers."""
    found = np.zeros(grain.max() + 1, dtype=np.int64)
    found[grain] = line
    return found


def _per_month(lines: Lines, line: int) -> tuple[int, int]:
    """Return what a price of one interval is multiplied with and divided by to be one of a month."""
    return months_per_cycle(*interval(lines.names, *(int(lines.codes[name][line]) for name in GRAIN[2:])))


def months_per_cycle(unit: str, count: int) -> tuple[int, int]:
    """Return (365, 84 count) for weeks, (365, 12 count) for days, (1, count) for months, (1, 12 count) for years."""
    return (365 if unit in ("day", "week") else 1), count * {"month": 1, "week": 84}.get(unit, 12)


def half_even(a: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return a / d of positive integers, rounded half to even."""
    whole, rest = np.divmod(a, d)
    return whole + ((2 * rest > d) | ((2 * rest == d) & (whole % 2 == 1)))


def offer_prices(offers: pd.DataFrame) -> pd.Series:
    """Return the effective price of each offer a month in ticks: exact fractions, rounded half to even."""

    def price(offer: Any) -> int:
        times, over = months_per_cycle(offer.interval_unit, int(offer.interval_count))
        cycle = Fraction(over, times)
        listed = Fraction(offer.list_unit_price)
        intro = listed if pd.isna(offer.intro_unit_price) else Fraction(offer.intro_unit_price)
        cycles = HORIZON / cycle
        if not pd.isna(offer.intro_cycles):
            cycles = min(cycles, Fraction(offer.intro_cycles))
        rest = listed * (HORIZON - cycles * cycle) / cycle
        once = sum(sign * Fraction(value) for sign, value in ((1, offer.setup_fee), (-1, offer.incentive_value))
                   if not pd.isna(value))  # fmt: skip
        return round((intro * cycles + rest + once) / HORIZON * TICKS)

    return pd.Series([price(offer) for offer in offers.itertuples()], index=offers.index)


def match(asked: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """Return the offer in force for each question, with its price; questions without one are absent.

    ``asked`` holds the grain, the controls and the date. Offers that state the same keys are looked up together.
    """
    stated = offers[CONTROLS].notna()
    found = []
    for pattern, group in offers.groupby([stated[name] for name in CONTROLS]):
        keys = [*GRAIN, *(name for name, states in zip(CONTROLS, pattern, strict=True) if states)]
        pairs = asked.reset_index(names="question").merge(
            group[["offer_id", *keys, "valid_from", "valid_to", "price"]], on=keys
        )
        pairs = pairs[
            pairs["date"].ge(pairs["valid_from"]) & (pairs["date"].lt(pairs["valid_to"]) | pairs["valid_to"].isna())
        ]
        found.append(pairs.assign(n_keys=sum(pattern)))
    ranked = pd.concat(found).sort_values(["n_keys", "price", "offer_id"], ascending=[False, True, True])
    best = ranked.drop_duplicates("question").set_index("question")
    return best[best["price"] > 0][["offer_id", "price"]]
