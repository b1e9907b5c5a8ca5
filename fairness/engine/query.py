"""Run one query of a user on a published run."""

from __future__ import annotations

from typing import Any

from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.duckdb_engine import LOOK_THROUGH
from fairness.engine.guard.check import LIST_FIX, Refused, check_reading, sql_error
from fairness.engine.result_columns import distinct_names


def run_query(con: Connection, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the column names and rows of the analyst's own query, which may read files but not write any.

    Args:
        con: A connection to the published file, used for this query only: some queries close its files for good.
        query: One statement that reads.

    Returns:
        The names, each once, and the rows.

    Raises:
        SqlError: The statement is not valid, or does more than read.
    """
    try:
        checked, is_whole = check_reading(con, query)
        if not is_whole:
            con.execute("set disabled_filesystems = 'LocalFileSystem'")
        result = con.execute(checked)
        columns = distinct_names([str(column[0]) for column in result.description or ()])
        return columns, result.fetchall()
    except Refused as refused:
        raise sql_error(query, refused.what, refused.fix) from None
    except EngineError as error:
        what = str(error).strip().splitlines()[0]
        # The engine checks every block that it reads, so a damaged file gives no wrong numbers.
        raise sql_error(query, what, LOOK_THROUGH if "Corrupt database" in what else LIST_FIX) from error
