"""List every rejected row with its reason, column and content, so that someone can mend it."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from fairness.intake.book import STAGED_TYPES
from fairness.intake.casts import quote
from fairness.intake.stage import StagedFile

_SAME_KEY = " and ".join(
    f"r.{name} = repeat.{name}" for name in ("customer_id", "product_id", "currency", "interval_unit", "interval_count")
)


def write_quarantine(con: duckdb.DuckDBPyConnection, staged: Sequence[StagedFile]) -> None:
    """Create ``quarantine``; needs ``stg_book``, ``stg_unreadable`` and ``int_book_repeat``.

    Row numbers come from a second pass over the files that have rejected rows: keeping them for every row would make
    the reading of clean files several times slower. ``source_row`` counts records from the header, which is 1.
    """
    con.execute(
        """
        create or replace table quarantine (
            role varchar, source_file varchar, source_row bigint, reason varchar, column_name varchar, raw_row varchar
        )
        """
    )
    affected = {
        int(row[0])
        for row in con.execute(
            """
            select distinct source_index from stg_book where reject_reason is not null
            union
            select distinct stg_book.source_index
            from stg_book inner join int_book_repeat as repeat
                on stg_book.customer_id = repeat.customer_id and repeat.n_versions > 1
            """
        ).fetchall()
    }
    for record in staged:
        if record.source_index in affected:
            _add_rows(con, record)
        names = list(record.file.header)
        con.execute(
            """
            insert into quarantine
            select 'book', ?, source_row, reason, list_extract(?, cast(substr(column_name, 2) as integer) + 1), raw_row
            from stg_unreadable where source_index = ?
            """,
            [record.file.label, names, record.source_index],
        )
    con.execute("create or replace table quarantine as from quarantine order by source_file, source_row, reason")


def _add_rows(con: duckdb.DuckDBPyConnection, record: StagedFile) -> None:
    query = record.mapping.select(
        source_index=record.source_index, columns=tuple(STAGED_TYPES), extras=(), numbered=True, rejects=None
    )
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
            rows as (
                select r.*, coalesce(r.reject_reason, case when repeat.n_versions > 1 then 'DUP_BOOK_ROW' end) as reason
                from ({query}) as r
                left join int_book_repeat as repeat on {_SAME_KEY}
            )
            select
                'book',
                {quote(record.file.label)},
                source_row + {header_rows}
                    + (select count(*) from unreadable where good_before < rows.source_row) as source_row,
                reason,
                case when reason = 'DUP_BOOK_ROW' then 'customer_id' else reject_column end,
                raw_row
            from rows
            where reason is not null
            order by source_row
            """
        )
    finally:
        con.execute("reset preserve_insertion_order")
