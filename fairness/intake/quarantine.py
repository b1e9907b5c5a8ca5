"""List every rejected row with its reason, column and content, so that someone can mend it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from fairness.intake.casts import ident, quote
from fairness.intake.keys import known
from fairness.intake.stage import Staged, StagedFile, staged_types, try_each_row


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

    Row numbers come from a second pass over the files that have rejected rows: keeping them for every row would make
    the reading of clean files several times slower. That pass casts only the rows whose id a rejected row has.
    ``source_row`` counts records from the header, which is 1.
    """
    con.execute(
        """
        create or replace table quarantine (
            role varchar, source_file varchar, source_row bigint, reason varchar, column_name varchar, raw_row varchar
        )
        """
    )
    for record in staged.files:
        if con.execute(f"{_rejected(record, '1')} limit 1").fetchone():
            _add_rows(con, record)
        con.execute(
            """
            insert into quarantine
            select role, ?, source_row, reason, list_extract(?, cast(substr(column_name, 2) as integer) + 1), raw_row
            from stg_unreadable where source_index = ?
            """,
            [record.file.label, list(record.file.header), record.source_index],
        )
    con.execute("create or replace table quarantine as from quarantine order by source_file, source_row, reason")


def _rejected(record: StagedFile, columns: str) -> str:
    """Return the query of the staged rows of a file that are rejected, or contradict another."""
    layout = record.mapping.layout
    staged = f"select {columns} from {layout.table} as r"
    own = f"r.source_index = {record.source_index}"
    query = f"{staged} where {own} and r.reject_reason is not null"
    if repeated := _REPEATED.get(layout.role):
        same = " and ".join(f"r.{name} = repeat.{name}" for name in repeated.key)
        query += (
            f" union all {staged} inner join {repeated.table} as repeat on {same} and repeat.n_versions > 1 where {own}"
        )
    return query


def _add_rows(con: duckdb.DuckDBPyConnection, record: StagedFile) -> None:
    layout, identity = record.mapping.layout, record.mapping.identity
    query = record.mapping.select(
        source_index=record.source_index,
        columns=tuple(staged_types(layout)),
        extras=(),
        numbered=True,
        rejects=None,
        among=_rejected(record, known(f"r.{ident(identity.name)}")) if identity else None,
    )
    repeat, contradicts, contradiction = "", "cast(null as varchar)", "null"
    if repeated := _REPEATED.get(layout.role):
        same = " and ".join(f"r.{name} = repeat.{name}" for name in repeated.key)
        repeat = f"left join {repeated.table} as repeat on {same}"
        contradiction = quote(repeated.reason)
        contradicts = f"case when repeat.n_versions > 1 then {contradiction} end"
    header_rows = 1 if record.file.format == "csv" else 0
    con.execute("set preserve_insertion_order = true")
    try_each_row(con)
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
            rows as (
                select r.*, coalesce(r.reject_reason, {contradicts}) as reason
                from ({query}) as r
                {repeat}
            )
            select
                {quote(layout.role)},
                {quote(record.file.label)},
                source_row + {header_rows}
                    + (select count(*) from unreadable where good_before < rows.source_row) as source_row,
                reason,
                case when reason = {contradiction} then 'customer_id' else reject_column end,
                raw_row
            from rows
            where reason is not null
            """
        )
    finally:
        con.execute("reset preserve_insertion_order")
        con.execute("reset disabled_optimizers")
