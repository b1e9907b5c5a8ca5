"""Hold what the product publishes as tables against what pandas found from the lines: counts and sums, exact."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

_CELL = ("product_id", "currency", "interval_unit", "interval_count", "region", "channel")


def check(run: Path, rows: dict[str, Any]) -> dict[str, int]:
    """Return how many numbers of each table were compared; all are equal.

    Args:
        run: Folder of the product's run.
        rows: What pandas wrote.

    Raises:
        SystemExit: A number differs, or one side has a row that the other has not.
    """
    with duckdb.connect(str(run / "analyst.duckdb"), read_only=True) as con:
        tables = {
            "reconciliation": (_reconciliation(con), _listed(rows["reconciliation"])),
            "price_ledger, entries": (_entries(con), {tuple(row[:3]): row[3] for row in rows["ledger"]["entries"]}),
            "price_ledger, sums": _sums(con, rows["ledger"]["sums"]),
            "amount_beside": _beside(con, rows["beside"]),
            "unmatched": (_unmatched(con), {(*row[0], *row[1:3]): tuple(row[3:]) for row in rows["unmatched"]}),
        }
    for name, (ours, theirs) in tables.items():
        _same(name, ours, theirs)
    return {name: len(ours) for name, (ours, _) in tables.items()}


def _same(name: str, ours: dict[tuple, Any], theirs: dict[tuple, Any]) -> None:
    wrong = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
    if wrong:
        shown = "; ".join(f"{key}: {ours.get(key)} and {theirs.get(key)}" for key in sorted(wrong, key=str)[:5])
        raise SystemExit(f"{name}: {len(wrong)} rows of the product and of pandas differ: {shown}")


def _reconciliation(con: duckdb.DuckDBPyConnection) -> dict[tuple, Any]:
    query = "select role, disposition, reason, currency, n_rows, amount, n_amount from reconciliation"
    return {tuple(row[:4]): tuple(row[4:]) for row in con.execute(query).fetchall()}


def _listed(rows: list[dict[str, Any]]) -> dict[tuple, Any]:
    return {
        tuple(row[name] for name in ("role", "disposition", "reason", "currency")): (
            row["n_rows"],
            None if row["amount"] is None else Decimal(row["amount"]),
            row["n_amount"],
        )
        for row in rows
    }


def _entries(con: duckdb.DuckDBPyConnection) -> dict[tuple, int]:
    query = "select month_number - 23640, loyalty_group, offer_reason, count(*) from price_ledger group by all"
    return {tuple(row[:3]): row[3] for row in con.execute(query).fetchall()}


def _sums(con: duckdb.DuckDBPyConnection, theirs: dict[str, dict]) -> tuple[dict[tuple, Any], dict[tuple, Any]]:
    """Return count and sum of every numeric column by month, under (column, month)."""
    values = {name: f"cast({name} as hugeint)" for name in theirs}
    values["quantity_micros"] = "cast(quantity * 1000000 as hugeint)"
    listed = ", ".join(f"count({value}), coalesce(sum({value}), 0)" for value in values.values())
    found = con.execute(f"select month_number - 23640, {listed} from price_ledger group by 1").fetchall()
    ours = {
        (name, str(row[0])): (row[1 + 2 * i], int(row[2 + 2 * i])) for row in found for i, name in enumerate(values)
    }
    return ours, {
        (name, month): tuple(pair)
        for name, months in theirs.items()
        for month, pair in months.items()
        if (name, month) in ours or pair[0]
    }


def _beside(con: duckdb.DuckDBPyConnection, theirs: dict[str, dict]) -> tuple[dict[tuple, Any], dict[tuple, Any]]:
    """Return what is billed beside prices by kind and month of issue, in millionths."""
    listed = ", ".join(f"cast(sum({name}_amount) * 1000000 as hugeint)" for name in theirs)
    found = con.execute(f"select month_number - 23640, {listed} from amount_beside group by 1").fetchall()
    ours = {(name, str(row[0])): int(amount) for row in found for name, amount in zip(theirs, row[1:], strict=True)}
    return {key: amount for key, amount in ours.items() if amount}, {
        (name, month): amount for name, months in theirs.items() for month, amount in months.items()
    }


def _unmatched(con: duckdb.DuckDBPyConnection) -> dict[tuple, Any]:
    columns = ", ".join(f"max(value) filter (column_name = '{name}') as {name}" for name in _CELL)
    query = f"""
        with cells as (select cell_key, {columns} from cell_value group by cell_key)
        select
            {", ".join(f"cells.{name}" for name in _CELL)}, loyalty_group, reason,
            sum(n_observations), sum(paid_ticks)
        from cell_coverage inner join cells using (cell_key)
        where n_priced > 0 and reason is not null
        group by all
    """
    return {tuple(row[:8]): (row[8], int(row[9])) for row in con.execute(query).fetchall()}
