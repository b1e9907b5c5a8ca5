"""Read the files of the lines benchmark into codes of distinct values, and count with dates: pandas and whole arrays.

Texts, dates and amounts of an export repeat: each distinct one is parsed and checked once, and a row holds its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

IDS = ["line_id", "invoice_id"]
WORDS = [
    "invoice_status", "issued_on", "customer_id", "subscription_id", "product_id", "currency", "interval_unit",
    "interval_count", "plan_id", "line_kind", "charge_reason", "period_start", "period_end", "quantity",
    "list_unit_price", "gross_amount", "discount_amount", "net_amount", "tax_amount", "discount_id", "is_proration",
    "channel", "region",
]  # fmt: skip
"""The canonical columns of the export, in canonical order; the two ids are nearly all distinct and stay text."""


@dataclass
class Table:
    """Rows of a file: for each column the number of its value, shape (rows,), -1 where blank, and the values as text.

    ``ids`` holds the columns that are nearly all distinct, as text.
    """

    codes: dict[str, np.ndarray]
    values: dict[str, np.ndarray]
    ids: pd.DataFrame

    def __len__(self) -> int:
        return len(next(iter(self.codes.values())))

    def tidy(self, name: str, *, blank: str | None = None, case: str = "") -> None:
        """Trim the values of a column, bring them to upper or lower case, and put ``blank`` where there is none."""
        text = pd.Series(self.values[name], dtype="str").str.strip()
        text = getattr(text.str, case)() if case else text
        numbers, distinct = pd.factorize(pd.concat([text.where(text != ""), pd.Series([blank], dtype="str")]))
        if len(distinct) < len(text) or (numbers[:-1] != np.arange(len(text))).any() or blank is not None:
            self.codes[name] = numbers.astype(self.codes[name].dtype)[self.codes[name]]
        self.values[name] = np.asarray(distinct, dtype=object)

    def forget(self, *names: str) -> None:
        """Give back the memory of columns."""
        for name in names:
            self.codes.pop(name, None)
        self.ids = self.ids.drop(columns=[name for name in names if name in self.ids])

    def text(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Return the values of chosen rows, None where blank."""
        return np.append(self.values[name], None)[self.codes[name][rows]]


def read_lines(file: Path) -> Table:
    """Read the columns of the study from delimited text or Parquet."""
    if file.suffix == ".parquet":
        table = pq.read_table(file, columns=[*IDS, *WORDS])
        for position, name in enumerate(table.column_names):
            if name in WORDS:
                table = table.set_column(position, name, table[name].dictionary_encode())
        frame = table.unify_dictionaries().to_pandas()
    else:
        types = {**dict.fromkeys(IDS, "str"), **dict.fromkeys(WORDS, "category")}
        frame = pd.read_csv(file, usecols=list(types), dtype=types, keep_default_na=False, na_values=[""])
    return _table(frame, IDS)


def read_small(file: Path, columns: list[str]) -> Table:
    """Read a file beside the lines."""
    frame = pd.read_csv(file, usecols=columns, dtype="str", keep_default_na=False, na_values=[""])
    # Categories of read_csv that look like numbers or truth values become such; words of a lens have to stay.
    return _table(frame.astype("category"), [])


def _table(frame: pd.DataFrame, ids: list[str]) -> Table:
    names = [name for name in frame.columns if name not in ids]
    return Table(
        {name: frame[name].cat.codes.to_numpy() for name in names},
        {name: np.array([str(value) for value in frame[name].cat.categories], dtype=object) for name in names},
        frame[ids],
    )


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


def months_per_cycle(unit: str, count: int) -> tuple[int, int]:
    """Return (365, 84 count) for weeks, (365, 12 count) for days, (1, count) for months, (1, 12 count) for years."""
    return (365 if unit in ("day", "week") else 1), count * {"month": 1, "week": 84}.get(unit, 12)


def half_even(a: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return the integers a / d, d above 0, rounded half to even."""
    whole, rest = np.divmod(a, d)
    return whole + ((2 * rest > d) | ((2 * rest == d) & (whole % 2 == 1)))
