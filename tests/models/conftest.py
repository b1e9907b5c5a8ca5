"""Single SQL models on rows of their own: what goes in is written as rows, what comes out is read as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

MODELS = Path(__file__).parents[2] / "sql" / "models"
Row = Mapping[str, object]


class Bench:
    """An empty database in which a test lays out the tables that a model reads, and runs it."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        con.execute("set timezone = 'UTC'")

    def table(self, name: str, types: str, rows: Sequence[Row]) -> None:
        """Create a table with ``column type, ...``; a column that a row leaves out is null."""
        columns = [part.strip().split()[0] for part in types.split(", ")]
        self._con.execute(f"create or replace table {name} ({types})")
        if rows:
            marks = ", ".join("?" for _ in columns)
            values = [[row.get(column) for column in columns] for row in rows]
            self._con.executemany(f"insert into {name} values ({marks})", values)

    def run(self, *paths: str) -> None:
        """Run models by their path below sql/models, without its ending."""
        for path in paths:
            self._con.execute((MODELS / f"{path}.sql").read_text(encoding="utf-8"))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self._con.execute(sql).fetchall()


@pytest.fixture
def bench() -> Iterator[Bench]:
    with duckdb.connect() as con:
        yield Bench(con)
