"""Read the count tables of a built warehouse into arrays: the last step that asks the database anything."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

TICKS_PER_UNIT = 10_000
GROUPS = ("new", "middle", "tenured", "unknown")
NEW, MIDDLE, TENURED, UNKNOWN = range(4)
NO_BAND = 0
NO_PRICE = -1

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

_PER_YEAR = {"day": Fraction(365), "week": Fraction(365, 7), "month": Fraction(12), "year": Fraction(1)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One like-for-like cell.

    Attributes:
        key: Its key in the warehouse.
        values: Column to value, base columns first, then the configured ones.
        per_year: Billing intervals in a year.
    """

    key: str
    values: dict[str, str | None]
    per_year: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Rows of a count table as parallel arrays, shape (m,).

    Attributes:
        cell: Index into ``Marts.cells``.
        lens: Index into ``Marts.lens_values``.
        group: Index into ``GROUPS``.
        band: Band number from 1; 0 where the tenure is unknown.
        values: Integer columns by name: ticks, n_customers, ...
    """

    cell: IntArray
    lens: IntArray
    group: IntArray
    band: IntArray
    values: dict[str, IntArray]

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.cell.shape[0])

    def take(self, mask: BoolArray) -> Counts:
        """Return the rows where ``mask`` is true."""
        values = {name: column[mask] for name, column in self.values.items()}
        return Counts(self.cell[mask], self.lens[mask], self.group[mask], self.band[mask], values)


@dataclass(frozen=True, slots=True, eq=False)
class Marts:
    """Everything that the analysis needs of a built warehouse.

    Attributes:
        currency: The study's currency.
        as_of: Month of the prices as YYYY-MM, or None where the book states none.
        cells: Cells, sorted by key.
        lens_names: Lenses in the config's order.
        lens_values: Lens combination to its values, one per lens.
        bands: Tenure band labels in order; band number = position + 1.
        prices: Counts of prices.
        offers: Counts of (price, offer).
        references: Counts of (price, reference) by ``market_price`` and ``expected_cost``.
        changes: Counts of (before, after).
        coverage: Observations, with and without a comparator, of the study's currency.
        parties: Observations of parties with several.
        other_coverage: (currency, group, observations, ticks a year) of the other currencies.
        weights: Factor that brings each cell's prices to one period, shape (cells,): 1 where all share an interval.
    """

    currency: str
    as_of: str | None
    cells: tuple[Cell, ...]
    lens_names: tuple[str, ...]
    lens_values: tuple[tuple[str | None, ...], ...]
    bands: tuple[str, ...]
    prices: Counts
    offers: Counts
    references: dict[str, Counts]
    changes: Counts
    coverage: Counts
    parties: Counts
    other_coverage: tuple[tuple[str, str, int, Decimal | None], ...]
    weights: FloatArray

    def yearly(self, counts: Counts, ticks: IntArray) -> Decimal:
        """Return the exact sum of ``ticks`` a year in major units, each cell by its own billing interval."""
        total = Fraction(0)
        sums = _exact_sums(counts.cell, ticks)
        for cell, amount in sums.items():
            total += self.cells[cell].per_year * amount
        return to_money(total)


def to_money(ticks: Fraction) -> Decimal:
    """Return ticks as money in major units, half-even to four decimals.

    Example:
        >>> to_money(Fraction(123456))
        Decimal('12.3456')
    """
    return Decimal(round(ticks)).scaleb(-4)


def _exact_sums(cell: IntArray, ticks: IntArray) -> dict[int, int]:
    """Return the sum of ticks per cell in Python integers, which do not overflow."""
    order = np.argsort(cell, kind="stable")
    cells, first = np.unique(cell[order], return_index=True)
    parts = np.split(ticks[order].astype(object), first[1:]) if len(cells) else []
    return {int(number): int(part.sum()) for number, part in zip(cells, parts, strict=True)}


def load_marts(con: duckdb.DuckDBPyConnection) -> Marts:
    """Read the marts of the current database."""
    row = con.execute("select currency, strftime(as_of_month, '%Y-%m') from params").fetchone()
    currency, as_of = (str(row[0]), row[1]) if row else ("", None)
    cells = _cells(con)
    lens_names = tuple(str(r[0]) for r in con.execute("select lens from lens_column order by lens_order").fetchall())
    lens_keys, lens_values = _lenses(con, len(lens_names))
    reader = _Reader(con, {cell.key: index for index, cell in enumerate(cells)}, lens_keys)
    return Marts(
        currency=currency,
        as_of=as_of,
        cells=cells,
        lens_names=lens_names,
        lens_values=lens_values,
        bands=tuple(str(r[0]) for r in con.execute("select label from tenure_band order by band_order").fetchall()),
        prices=reader.read("cell_counts", "price_ticks", "n_customers"),
        offers=reader.read("offer_counts", "price_ticks", "offer_ticks", "n_customers"),
        references={
            name: reader.read("reference_counts", "price_ticks", "reference_ticks", "n_customers", only=name)
            for name in ("market_price", "expected_cost")
        },
        changes=reader.read("change_counts", "before_ticks", "after_ticks", "n_customers"),
        coverage=reader.read("cell_coverage", *_COVERAGE, currency=currency),
        parties=reader.read(
            "party_counts", "pattern", "n_parties", "customer_number", "price_ticks", "offer_ticks", missing=NO_PRICE
        ),
        other_coverage=_other_coverage(con, cells, currency),
        weights=_weights(cells),
    )


_COVERAGE = (
    "n_observations",
    "n_priced",
    "price_ticks",
    "n_offered",
    "offered_price_ticks",
    "n_market",
    "market_price_ticks",
    "n_cost",
    "cost_price_ticks",
    "n_changed",
    "changed_price_ticks",
)


class _Reader:
    """Reads count tables with keys turned into indices."""

    def __init__(self, con: duckdb.DuckDBPyConnection, cells: dict[str, int], lenses: dict[str, int]) -> None:
        self._con = con
        con.execute("create or replace temp table mart_cell (cell_key varchar, cell bigint)")
        con.execute("create or replace temp table mart_lens (lens_key varchar, lens bigint)")
        for table, index in (("mart_cell", cells), ("mart_lens", lenses)):
            if index:
                keys, numbers = list(index), list(index.values())
                con.execute(f"insert into {table} select unnest(?), unnest(?)", [keys, numbers])

    def read(
        self, table: str, *columns: str, only: str | None = None, currency: str | None = None, missing: int = 0
    ) -> Counts:
        listed = ", ".join(f"cast(coalesce(t.{name}, {missing}) as bigint) as {name}" for name in columns)
        conditions, values = [], []
        if only is not None:
            conditions.append("t.reference = ?")
            values.append(only)
        if currency is not None:
            conditions.append("t.currency = ?")
            values.append(currency)
        where = f"where {' and '.join(conditions)}" if conditions else ""
        groups = " ".join(f"when '{name}' then {number}" for number, name in enumerate(GROUPS))
        frame: dict[str, Any] = self._con.execute(
            f"""
            select
                mart_cell.cell, mart_lens.lens,
                cast(case t.loyalty_group {groups} end as bigint) as group_number,
                cast(coalesce(t.band_order, {NO_BAND}) as bigint) as band,
                {listed}
            from {table} as t
            inner join mart_cell on t.cell_key = mart_cell.cell_key
            inner join mart_lens on t.lens_key = mart_lens.lens_key
            {where}
            """,
            values,
        ).fetchnumpy()
        arrays = {name: np.asarray(column, dtype=np.int64) for name, column in frame.items()}
        # The engine gives no order; a fixed one makes every sum repeat bit by bit.
        names = ["cell", "lens", "group_number", "band", *columns]
        order = np.lexsort([arrays[name] for name in reversed(names)])
        arrays = {name: array[order] for name, array in arrays.items()}
        return Counts(
            arrays["cell"],
            arrays["lens"],
            arrays["group_number"],
            arrays["band"],
            {name: arrays[name] for name in columns},
        )


def _cells(con: duckdb.DuckDBPyConnection) -> tuple[Cell, ...]:
    values: dict[str, dict[str, str | None]] = {}
    rows = con.execute("select cell_key, column_name, value from cell_value order by cell_key, column_order").fetchall()
    for key, column, value in rows:
        values.setdefault(key, {})[column] = value
    return tuple(Cell(key, columns, _per_year(columns)) for key, columns in sorted(values.items()))


def _weights(cells: tuple[Cell, ...]) -> FloatArray:
    if len({cell.per_year for cell in cells}) <= 1:
        return np.ones(len(cells))
    return np.array([float(cell.per_year) for cell in cells])


def _per_year(columns: dict[str, str | None]) -> Fraction:
    return _PER_YEAR[str(columns["interval_unit"])] / int(str(columns["interval_count"]))


def _lenses(con: duckdb.DuckDBPyConnection, n_lenses: int) -> tuple[dict[str, int], tuple[tuple[str | None, ...], ...]]:
    rows = con.execute("select lens_key, value from lens_value order by lens_key, lens_order").fetchall()
    values: dict[str, list[str | None]] = {}
    for key, value in rows:
        values.setdefault(key, []).append(value)
    if not n_lenses:
        values = {"": []}
    keys = sorted(values)
    return {key: index for index, key in enumerate(keys)}, tuple(tuple(values[key]) for key in keys)


def _other_coverage(
    con: duckdb.DuckDBPyConnection, cells: tuple[Cell, ...], currency: str
) -> tuple[tuple[str, str, int, Decimal | None], ...]:
    per_year = {cell.key: cell.per_year for cell in cells}
    totals: dict[tuple[str, str], tuple[int, Fraction | None]] = {}
    rows = con.execute(
        """
        select currency, loyalty_group, cell_key, sum(n_observations), sum(price_ticks)
        from cell_coverage where currency <> ?
        group by all order by all
        """,
        [currency],
    ).fetchall()
    for other, group, key, n_observations, ticks in rows:
        count, money = totals.get((other, group), (0, None))
        paid = None if ticks is None else per_year[key] * int(ticks)
        money = paid if money is None else money + (paid or 0)
        totals[(other, group)] = (count + int(n_observations), money)
    return tuple(
        (other, group, count, None if money is None else to_money(money))
        for (other, group), (count, money) in totals.items()
    )
