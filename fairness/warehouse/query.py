"""Run one query of a user on a published run."""

from __future__ import annotations

from typing import Any

import duckdb

from fairness.errors import SqlError


def run_query(con: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the column names and rows of a query; of columns of one name the later ones are numbered, from 2.

    Raises:
        SqlError: The statement is not valid, or returns no rows by nature.
    """
    if not query.strip(" ;\n\t"):
        raise SqlError("the query is empty", where="(empty query)", mend="try 'from findings'")
    try:
        result = con.execute(query)
        columns = _distinct([str(column[0]) for column in result.description or ()])
        return columns, result.fetchall()
    except duckdb.Error as error:
        raise SqlError(
            str(error).strip().splitlines()[0],
            where=query.strip().splitlines()[0] if query.strip() else "(empty query)",
            mend="`from duckdb_tables()` lists the tables, `describe findings` the columns of one",
        ) from error


def _distinct(names: list[str]) -> list[str]:
    """Return the names, each once: an object with one key twice would lose a value.

    Example:
        >>> _distinct(["a", "a", "a_2", "b"])
        ['a', 'a_3', 'a_2', 'b']
    """
    taken = set(names)
    found: list[str] = []
    for name in names:
        new, number = name, 2
        while new in found or (new != name and new in taken):
            new, number = f"{name}_{number}", number + 1
        found.append(new)
    return found
