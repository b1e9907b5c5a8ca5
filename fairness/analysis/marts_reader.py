"""Read the count tables of a built warehouse into arrays: the last step that queries the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np

from fairness.analysis.counts import (
    NO_PRICE,
    OTHER_DATE,
    PARTY_OFFERS,
    PARTY_REFERENCES,
    READINGS,
    TENURED,
    Counts,
    FloatArray,
    Reader,
    sorted_columns,
)
from fairness.analysis.distinct import with_customers
from fairness.analysis.marts import UNKNOWN_NUMBER, Cell, Marts, to_money
from fairness.analysis.set_prices import no_set_prices, set_prices
from fairness.analysis.walking_rows import no_walking_rows, walking_rows
from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE

Keep = Callable[[Mapping[str, str | None]], bool]
"""Decides from its column values whether a cell is kept."""

EVERY_STUDY = frozenset({"cell_coverage", "party_counts", "cell_counts", "offer_counts", "product_offer_counts"})
"""Who is covered, and what reveals units and plans that cannot be right."""

ALWAYS_THERE = EVERY_STUDY | {
    *("cell_value", "lens_value", "offers", "int_as_of_row", "int_acquisition", "discount_bounds", "reference_counts"),
    *("change_counts", "rise_counts", "derived_counts", "best_offer_counts", "monthly_offer_counts"),
}
"""Tables that :func:`load_marts` looks at in every study, if only for their columns."""

_AMOUNT = ("paid_ticks", "quantity_micros")

_OF_ONE_ESTIMAND = {
    "gradient_counts": ("tenure_months", "n_priced", "sum_log_price", "n_matched", "sum_log_ratio"),
    "renewal_counts": ("pricing_month", *_AMOUNT, "n_observations"),
}

_CHANGE = ("before_ticks", "after_ticks", "before_offer_ticks", "after_offer_ticks")
_REFERENCE = ("paid_ticks", "reference_ticks")
_RISE = ("changed_month", "before_ticks", "after_ticks", "paid_ticks", "offered_ticks")
COVERAGE_COLUMNS = (
    "n_observations",
    "n_priced",
    "paid_ticks",
    "n_billed",
    "month_ticks",
    "n_offered",
    "paid_offered_ticks",
    "n_derived",
    "paid_derived_ticks",
    "n_market",
    "paid_market_ticks",
    "n_cost",
    "paid_cost_ticks",
    "n_changed",
    "paid_changed_ticks",
)
PARTY_COLUMNS = (
    *("pattern", "n_parties", "customer_number", *_AMOUNT),
    *PARTY_OFFERS.values(),
    *PARTY_REFERENCES.values(),
    *("derived_month", "change_known"),
)
_PER_YEAR = {"day": Fraction(365), "week": Fraction(365, 7), "month": Fraction(12), "year": Fraction(1)}


def load_marts(con: Connection, needs: Collection[str] | None = None, keep: Keep | None = None) -> Marts:
    """Read the marts of the current database.

    Args:
        con: Connection whose current database holds them.
        needs: Count tables that are asked for, besides those that every study reads (:data:`EVERY_STUDY`); others have
            no rows. None reads all.
        keep: Chooses the cells whose customers are read; None reads all. The monthly counts have no cells and are then
            left out.
    """
    row = con.execute("select currency, strftime(as_of_month, '%Y-%m'), comparator_date from params").fetchone()
    currency, as_of, date = (str(row[0]), row[1], str(row[2])) if row else ("", None, "cycle_start")
    cells = _cells(con)
    lens_names = _names(con, "select lens from lens_column order by lens_order")
    lens_keys, lens_values = _lenses(con, len(lens_names))
    # Cells that are not kept stay in the list, without customers: their names and periods do not change.
    kept = {cell.key: index for index, cell in enumerate(cells) if keep is None or keep(cell.values)}
    asked = None if needs is None else frozenset(needs) | EVERY_STUDY
    reader = Reader(con, kept, lens_keys, asked)
    has_months = keep is None and reader.reads("monthly_offer_counts")
    monthly, interval_weights = _monthly(con) if has_months else ({}, np.ones(0))
    return Marts(
        currency=currency,
        as_of=as_of,
        cells=cells,
        lens_names=lens_names,
        lens_values=lens_values,
        bands=_names(con, "select label from tenure_band order by band_order"),
        prices=reader.read("cell_counts", *_AMOUNT, "n_observations"),
        offers={
            basis: reader.read("offer_counts", *_AMOUNT, "offered_ticks", "n_observations", only=("basis", basis))
            for basis in (*READINGS, OTHER_DATE[date])
        },
        references={
            name: reader.read("reference_counts", *_REFERENCE, "n_observations", only=("reference", name))
            for name in ("market_price", "expected_cost")
        },
        changes=reader.read("change_counts", *_CHANGE, "n_observations"),
        rises=reader.read("rise_counts", *_RISE, "n_observations"),
        derived=reader.read("derived_counts", "pricing_month", *_AMOUNT, "n_observations"),
        acquisitions=reader.read("int_acquisition", "pricing_month", *_AMOUNT, "n_observations"),
        monthly=monthly,
        interval_weights=interval_weights,
        monthly_repeats=_monthly_repeats(con) if has_months else {},
        left_censored=_left_censored(con, currency),
        has_dated_offers=_any(con, "select 1 from offers where is_new_customer_offer limit 1"),
        coverage=reader.read("cell_coverage", *COVERAGE_COLUMNS, currency=currency),
        reasons=reader.reasons(),
        parties=with_customers(reader.read("party_counts", *PARTY_COLUMNS, missing=NO_PRICE)),
        other_coverage=_other_coverage(con, cells, currency),
        weights=_weights(cells),
        month_weights=_month_weights(cells),
        discount_bounds=_discount_bounds(con) if keep is None else None,
        best_offers=reader.read("best_offer_counts", "offered_ticks", "best_ticks", "n_observations"),
        unoffered=reader.read("product_offer_counts", *_AMOUNT, "offered_ticks", "n_observations"),
        walking=walking_rows(con) if keep is None and reader.reads("walking_counts") else no_walking_rows(),
        set_prices=set_prices(con) if keep is None and reader.reads("set_price_counts") else no_set_prices(),
        more=_of_one_estimand(reader),
    )


def _monthly(con: Connection) -> tuple[dict[str, Counts], FloatArray]:
    """Return the tenured customers of every month with what they pay and are offered, and the intervals in a year."""
    intervals = con.execute(
        "select distinct interval_unit, interval_count from monthly_offer_counts order by all"
    ).fetchall()
    con.execute(
        "create or replace temp table mart_interval (interval_unit varchar, interval_count integer, cell bigint)"
    )
    for number, (unit, count) in enumerate(intervals):
        con.execute("insert into mart_interval values (?, ?, ?)", [unit, count, number])
    frame = ENGINE.read_counts(
        con,
        """
        select
            cast(year(month) * 12 + month(month) - 1 as bigint) as month_number,
            cell, coalesce(decision, -1) as decision, paid_ticks, offered_ticks, n_observations
        from monthly_offer_counts
        inner join mart_interval using (interval_unit, interval_count)
        left join mart_decision using (pricing_decision)
        """,
        [],
    )
    names = ["month_number", "cell", "decision", "paid_ticks", "offered_ticks", "n_observations"]
    arrays = sorted_columns(frame, names)
    found = {}
    for number in np.unique(arrays["month_number"]):
        here = arrays["month_number"] == number
        nothing = np.zeros(int(here.sum()), dtype=np.int64)
        values = {name: arrays[name][here] for name in names[2:]}
        month = f"{int(number) // 12:04d}-{int(number) % 12 + 1:02d}"
        found[month] = Counts(arrays["cell"][here], nothing, np.full_like(nothing, TENURED), nothing, values)
    return found, np.array([float(_per_year(unit, count)) for unit, count in intervals])


def _monthly_repeats(con: Connection) -> dict[str, int]:
    rows = con.execute("select strftime(month, '%Y-%m'), n_repeats from monthly_repeats").fetchall()
    return {str(month): int(n) for month, n in rows}


def _of_one_estimand(reader: Reader) -> dict[str, Counts]:
    return {
        table: reader.read(table, *columns, missing=UNKNOWN_NUMBER)
        for table, columns in _OF_ONE_ESTIMAND.items()
        if reader.reads(table)
    }


def _names(con: Connection, query: str) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in con.execute(query).fetchall())


def _discount_bounds(con: Connection) -> tuple[int, int, int] | None:
    row = con.execute(
        "select least_ticks, most_ticks, offered_ticks from discount_bounds where loyalty_group = 'tenured'"
    ).fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row else None


def _left_censored(con: Connection, currency: str) -> int:
    row = con.execute(
        "select count(distinct customer_id) from int_as_of_row inner join mart_cell using (cell_key) "
        "where is_censored and currency = ?",
        [currency],
    ).fetchone()
    return int(row[0]) if row else 0


def has_several_plans(con: Connection) -> bool:
    """Return whether billing lines carry more than one plan."""
    return _any(con, "select 1 from int_holding having count(distinct plan_id) > 1")


def _any(con: Connection, query: str) -> bool:
    return con.execute(query).fetchone() is not None


def _cells(con: Connection) -> tuple[Cell, ...]:
    values: dict[str, dict[str, str | None]] = {}
    rows = con.execute("select cell_key, column_name, value from cell_value order by cell_key, column_order").fetchall()
    for key, column, value in rows:
        values.setdefault(key, {})[column] = value
    return tuple(
        Cell(key, columns, _per_year(columns["interval_unit"], columns["interval_count"]))
        for key, columns in sorted(values.items())
    )


def _weights(cells: tuple[Cell, ...]) -> FloatArray:
    if len({cell.per_year for cell in cells}) <= 1:
        return np.ones(len(cells))
    return np.array([float(cell.per_year) for cell in cells])


def _per_year(unit: object, count: object) -> Fraction:
    """Return the billing intervals in a year; what cannot be read is not compared; its money counts as a month's."""
    return _PER_YEAR[str(unit or "month")] / max(int(str(count or 1)), 1)


def _month_weights(cells: tuple[Cell, ...]) -> FloatArray:
    per_year = np.array([float(cell.per_year) for cell in cells])
    found: FloatArray = _weights(cells) * 12.0 / per_year
    return found


def _lenses(con: Connection, n_lenses: int) -> tuple[dict[str, int], tuple[tuple[str | None, ...], ...]]:
    rows = con.execute("select lens_key, value from lens_value order by lens_key, lens_order").fetchall()
    values: dict[str, list[str | None]] = {}
    for key, value in rows:
        values.setdefault(key, []).append(value)
    if not n_lenses:
        values = {"": []}
    keys = sorted(values)
    return {key: index for index, key in enumerate(keys)}, tuple(tuple(values[key]) for key in keys)


def _other_coverage(
    con: Connection, cells: tuple[Cell, ...], currency: str
) -> tuple[tuple[str, str, int, Decimal | None], ...]:
    per_year = {cell.key: cell.per_year for cell in cells}
    totals: dict[tuple[str, str], tuple[int, Fraction | None]] = {}
    rows = con.execute(
        """
        select currency, loyalty_group, cell_key, sum(n_observations), sum(paid_ticks), sum(month_ticks)
        from cell_coverage inner join mart_cell using (cell_key) where currency <> ?
        group by all order by all
        """,
        [currency],
    ).fetchall()
    for other, group, key, n_observations, ticks, month_ticks in rows:
        count, money = totals.get((other, group), (0, None))
        paid = None
        if ticks is not None or month_ticks is not None:
            paid = per_year[key] * int(ticks or 0) + 12 * int(month_ticks or 0)
        money = paid if money is None else money + (paid or 0)
        totals[(other, group)] = (count + int(n_observations), money)
    return tuple(
        (other, group, count, None if money is None else to_money(money))
        for (other, group), (count, money) in totals.items()
    )
