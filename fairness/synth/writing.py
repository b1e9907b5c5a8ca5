"""Writes generated studies so that the same study gives the same bytes, whatever the machine's number of cores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE


def money(pence: str) -> str:
    """Return the SQL of an amount in major units for that of whole hundredths.

    Example:
        >>> with ENGINE.looking() as con:
        ...     con.execute(f"select {money('1999')}").fetchall()
        [(Decimal('19.99'),)]
    """
    return f"cast(({pence}) * 0.01 as decimal(18, 2))"


def date(day: str) -> str:
    """Return the SQL of a date for that of a day number; negative numbers stand for no date.

    Example:
        >>> with ENGINE.looking() as con:
        ...     con.execute(f"select {date('31')}").fetchall()
        [(datetime.date(1970, 2, 1),)]
    """
    return f"case when {day} >= 0 then date '1970-01-01' + ({day})::integer end"


def write_csv(rows: pd.DataFrame, path: Path, *, pence: tuple[str, ...] = (), days: tuple[str, ...] = ()) -> None:
    """Write rows in their order, UTF-8 with plain line ends; a missing value is an empty field.

    Args:
        rows: The table.
        path: The file; an existing one is replaced.
        pence: Columns of whole hundredths, written as amounts with two decimals.
        days: Columns of day numbers, written as ISO dates.
    """
    columns = []
    for name in rows.columns:
        quoted = f'"{name}"'
        value = money(quoted) if name in pence else date(quoted) if name in days else quoted
        columns.append(f"{value} as {quoted}")
    with ENGINE.repeating() as con:
        con.register("generated", rows)
        con.execute(f"copy (select {', '.join(columns)} from generated) to {_literal(path)} (format csv, header)")


def write_parquet(con: Connection, query: str, path: Path, *, level: int) -> None:
    """Write a query's rows as Parquet; the bytes repeat as long as the connection has one thread.

    Args:
        con: The connection.
        query: A select.
        path: The file; an existing one is replaced.
        level: zstd level, 1 (fast) to 22 (small).
    """
    options = f"format parquet, compression zstd, compression_level {level}"
    con.execute(f"copy ({query}) to {_literal(path)} ({options})")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def write_truth(truth: dict[str, Any], path: Path) -> None:
    """Write the recorded truth as indented JSON with sorted keys."""
    path.write_text(json.dumps(truth, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
