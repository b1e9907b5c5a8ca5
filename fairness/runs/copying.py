"""Copy a warehouse table by table into a fresh file: no byte of what is left out remains in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE
from fairness.engine.sql_text import ident, quote

PERSONAL = frozenset(
    {
        "customer_id",
        "party_id",
        "subscription_id",
        "line_id",
        "applies_to_line_id",
        "reverses_line_id",
        "invoice_id",
        "personal_customer_id",
        "offer_customer_id",
    }
)
"""Columns that hold ids of people, or of things that only one person has, in every table of the warehouse."""

Values = list[object] | dict[str, bytes] | None
"""Parameters of a statement, by position or by name."""

CONTENT = "content_key"
"""A column that holds all values of a row as one text, ids among them."""

ROW_ID = "rowid"
"""The engine's own row number. Other tables refer to staged rows by it, so a copy stores it as a column of the same
name; the rows of a copy have other numbers."""

RAW = "raw_row"
"""A column that holds a row as it came, whatever its content."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a warehouse.

    Attributes:
        name: Its name.
        columns: Its columns in order.
        n_rows: Rows, as the engine estimates them.
    """

    name: str
    columns: tuple[str, ...]
    n_rows: int


def tables(con: Connection, database: str) -> Iterator[Table]:
    """Return the tables of an attached database, in the order in which they were made; staged rows are numbered."""
    rows = con.execute(
        """
        select t.table_name, list(c.column_name order by c.column_index), any_value(t.estimated_size)
        from duckdb_tables() as t inner join duckdb_columns() as c using (database_name, table_name)
        where t.database_name = ? and not t.temporary
        group by t.table_name, t.table_oid order by t.table_oid
        """,
        [database],
    ).fetchall()
    for name, columns, n_rows in rows:
        numbered = str(name).startswith("stg_") and str(name).endswith("_row") and ROW_ID not in columns
        yield Table(str(name), (*columns, ROW_ID) if numbered else tuple(columns), int(n_rows or 0))


def copy_database(con: Connection, source: str, target: str, query: Callable[[Table], tuple[str, Values]]) -> None:
    """Copy tables, views and comments of one attached database to another.

    Args:
        con: Connection with both attached.
        source: Name of the database to read.
        target: Name of the empty database to fill; it becomes the current one.
        query: SQL over ``source`` that gives the rows of a table, with its parameters.
    """
    found = list(tables(con, source))
    con.execute(f"use {ident(target)}")
    for table in found:
        sql, values = query(table)
        con.execute(f"create table {ident(table.name)} as {sql}", values)
    views = con.execute(
        "select sql from duckdb_views() where database_name = ? and not internal and not temporary",
        [source],
    ).fetchall()
    _create_views(con, [str(sql) for (sql,) in views])
    for statement in _comments(con, source):
        con.execute(statement)


def _create_views(con: Connection, statements: list[str]) -> None:
    """Create views that may read each other: a file does not keep the order in which they were created."""
    while statements:
        waiting = []
        for statement in statements:
            try:
                con.execute(statement)
            except ENGINE.missing:
                waiting.append(statement)
        if len(waiting) == len(statements):
            con.execute(waiting[0])
        statements = waiting


def _comments(con: Connection, source: str) -> list[str]:
    found = []
    for kind in ("table", "view"):
        rows = con.execute(
            f"select {kind}_name, comment from duckdb_{kind}s() "
            "where database_name = ? and comment is not null and not internal order by 1",
            [source],
        ).fetchall()
        found += [f"comment on {kind} {ident(name)} is {quote(comment)}" for name, comment in rows]
    rows = con.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        "where database_name = ? and comment is not null and not internal order by 1, 2",
        [source],
    ).fetchall()
    return found + [f"comment on column {ident(t)}.{ident(c)} is {quote(comment)}" for t, c, comment in rows]
