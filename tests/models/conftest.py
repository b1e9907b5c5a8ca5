"""Single SQL models on rows of their own: what goes in is written as rows, what comes out is read as rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.engine.headers import read_model
from fairness.engine.models import model_files

MODELS = Path(__file__).parents[2] / "sql" / "models"
Row = Mapping[str, object]
Shapes = Mapping[str, str]
"""Table to its columns with their types, as they stand in a statement that creates it."""


class Bench:
    """An empty database in which a test lays out the tables that a model reads, and runs it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, shapes: Shapes) -> None:
        self._con, self._shapes = con, shapes
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

    def model(self, path: str, wanted: str, /, **tables: Sequence[Row]) -> list[tuple[Any, ...]]:
        """Run one model on rows and return columns of what it makes, sorted.

        Args:
            path: The model below sql/models, without its ending.
            wanted: Columns, as a query lists them.
            tables: Rows of the tables that it reads, with the columns that matter; others have no rows, other columns
                are null.
        """
        header = read_model(MODELS / f"{path}.sql")
        unread = set(tables) - set(header.reads)
        assert not unread, f"{path} does not read {unread}"
        for name in header.reads:
            self._con.execute(f"create or replace table {name} ({self._shapes[name]})")
            for row in tables.get(name, ()):
                marks = ", ".join("?" for _ in row)
                self._con.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values()))
        self.run(path)
        return self.query(f"select {wanted} from {header.name} order by all")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self._con.execute(sql).fetchall()


CONFIG = """
[study]
name = "Shapes"
currency = "GBP"
as_of = "2025-12"
"""
FILES = {
    "billing": "customer_id,issued_on,net_amount,tax_amount,period_start,period_end,product_id\n"
    "C,2025-12-01,18,3.6,2025-12-01,2026-01-01,net\n",
    "offers": "offer_id,list_unit_price,valid_from,audience,product_id,interval_unit,currency\n"
    "O,18,2020-01-01,new_only,net,month,GBP\n",
    "customers": "customer_id,tenure_start\nC,2020-01-01\n",
    "price_events": "customer_id,told_on,told_price\nC,2025-11-01,18\n",
    "cpi": "index_code,month,value\nCPI,2025-10-01,130\n",
}


def shapes_in(folder: Path) -> Shapes:
    """Return the tables of a study that is written to a new folder and built: all that models read and make."""
    config = CONFIG
    for role, text in FILES.items():
        (folder / f"{role}.csv").write_text(text, encoding="utf-8")
        config += f'[[source]]\nrole = "{role}"\npath = "{role}.csv"\n'
    (folder / "fairness.toml").write_text(config, encoding="utf-8")
    run = build(load_config(folder / "fairness.toml"))
    # A build keeps some steps to itself; by hand all are made.
    by_hand = folder / "by_hand.duckdb"
    shutil.copy(run.warehouse, by_hand)
    by_hand.chmod(0o644)
    with duckdb.connect(str(by_hand)) as con:
        for path in model_files():
            con.execute(path.read_text(encoding="utf-8"))
        columns = con.execute(
            "select table_name, string_agg(concat(column_name, ' ', data_type), ', ' order by column_index) "
            "from duckdb_columns() where not internal group by table_name"
        ).fetchall()
    return dict(columns)


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Shapes:
    """Return the columns and types of every table."""
    return shapes_in(tmp_path_factory.mktemp("shapes"))


@pytest.fixture
def bench(shapes: Shapes) -> Iterator[Bench]:
    with duckdb.connect() as con:
        yield Bench(con, shapes)
