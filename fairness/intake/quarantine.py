"""List every rejected row with its reason, column and content, so that someone can mend it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from fairness.intake.casts import quote
from fairness.intake.layouts import LAYOUTS
from fairness.intake.stage import EXPLAINING, Staged, StagedFile


@dataclass(frozen=True, slots=True)
class _Repeated:
    """Rows of one key that contradict each other: the table that lists such keys, the key, and the reject reason."""

    table: str
    key: tuple[str, ...]
    reason: str


_REPEATED = {
    "book": _Repeated(
        "int_book_repeat",
        ("customer_id", "product_id", "currency", "interval_unit", "interval_count"),
        "DUP_BOOK_ROW",
    ),
    "customers": _Repeated("int_customer_file", ("customer_id",), "DUP_CUSTOMER"),
}


def write_quarantine(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Create ``quarantine``; needs the staging tables and those that find contradicting rows.

    ``source_row`` counts records from the header, which is 1. What explains a rejected row leaves the staging tables.
    """
    con.execute(
        """
        create or replace table quarantine (
            role varchar, source_file varchar, source_row bigint, reason varchar, column_name varchar, raw_row varchar
        )
        """
    )
    for record in staged.files:
        rows = _rows(record, staged.shown[record.source.role])
        rejected = f"select * from {rows} where reject_reason is not null"
        _add(con, record, f"select record, reject_reason as reason, reject_column, raw_row from ({rejected})")
        if query := _contradicting(con, record, rows):
            _add(con, record, query)
        con.execute(
            """
            insert into quarantine
            select role, ?, source_row, reason, list_extract(?, cast(substr(column_name, 2) as integer) + 1), raw_row
            from stg_unreadable where source_index = ?
            """,
            [record.file.label, list(record.file.header), record.source_index],
        )
    con.execute("create or replace table quarantine as from quarantine order by source_file, source_row, reason")
    for layout in LAYOUTS.values():
        for name in EXPLAINING:
            con.execute(f"alter table {layout.table}_row drop column {name}")


def _rows(record: StagedFile, shown: str) -> str:
    """Return a file's staged rows with ``record``, the number of each among the readable ones, from 1."""
    table, n_before = f"{record.mapping.layout.table}_row", record.n_before
    explaining = ", ".join(EXPLAINING)
    numbered = f"select {shown}, rowid + 1 - {n_before} as record, {explaining} from {table}"
    return f"(select * from ({numbered}) where source_index = {record.source_index})"


def _contradicting(con: duckdb.DuckDBPyConnection, record: StagedFile, rows: str) -> str | None:
    """Return the query of a file's rows that contradict another; None where there are none.

    Nothing is known against such a row while it is staged, so that it has to be read again.
    """
    if (repeated := _REPEATED.get(record.source.role)) is None:
        return None
    same = " and ".join(f"r.{name} = repeat.{name}" for name in repeated.key)
    found = (
        f"select record from {rows} as r inner join {repeated.table} as repeat on {same} "
        f"where r.reject_reason is null and repeat.n_versions > 1"
    )
    if con.execute(f"{found} limit 1").fetchone() is None:
        return None
    raw = f"select * from ({record.mapping.numbered()}) where record in ({found})"
    return f"select record, {quote(repeated.reason)} as reason, 'customer_id' as reject_column, raw_row from ({raw})"


def _add(con: duckdb.DuckDBPyConnection, record: StagedFile, query: str) -> None:
    """Add rows of a file: ``record``, ``reason``, ``reject_column``, ``raw_row``."""
    header_rows = 1 if record.file.format == "csv" else 0
    con.execute("set preserve_insertion_order = true")
    try:
        con.execute(
            f"""
            insert into quarantine
            with
            unreadable as (
                -- good_before = readable records before this unreadable one
                select source_row - 1 - row_number() over (order by source_row) as good_before
                from stg_unreadable where source_index = {record.source_index}
            ),
            rows as ({query})
            select
                {quote(record.source.role)},
                {quote(record.file.label)},
                record + {header_rows} + (select count(*) from unreadable where good_before < record) as source_row,
                reason,
                reject_column,
                raw_row
            from rows
            """
        )
    finally:
        con.execute("reset preserve_insertion_order")
