"""List every rejected row with its reason, column and content, so that someone can mend it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from fairness.errors import DataError
from fairness.intake.casts import quote
from fairness.intake.files import InputFile, lines_at
from fairness.intake.stage import Staged, StagedFile, try_each_row


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

    ``source_row`` counts records from the header, which is 1. The rows themselves are read again: keeping every column
    of every row while they are staged would cost a wide file as much as the staging.

    Raises:
        DataError: A rejected row is not found again: the file has changed.
    """
    con.execute(
        """
        create or replace table quarantine (
            role varchar, source_file varchar, source_row bigint, reason varchar, column_name varchar, raw_row varchar
        )
        """
    )
    for record in staged.files:
        if n_rejected := _find(con, record, staged.shown[record.source.role]):
            _add(con, record, n_rejected)
        con.execute(
            """
            insert into quarantine
            select role, ?, source_row, reason, list_extract(?, cast(substr(column_name, 2) as integer) + 1), raw_row
            from stg_unreadable where source_index = ?
            """,
            [record.file.label, list(record.file.header), record.source_index],
        )
    con.execute("drop table if exists temp.rejected")
    con.execute("create or replace table quarantine as from quarantine order by source_file, source_row, reason")


def _find(con: duckdb.DuckDBPyConnection, record: StagedFile, shown: str) -> int:
    """Create ``temp.rejected`` and return its number of rows: those of a file that are rejected or contradict another.

    Columns: ``record`` = number among the readable rows of the file, from 1; ``source_row``; ``position`` = number
    among the rejected ones, from 1; ``reason``.
    """
    layout = record.mapping.layout
    numbered = f"select {shown}, rowid + 1 - {record.n_before} as record from {layout.table}_row"
    rows = f"(select * from ({numbered}) where source_index = {record.source_index})"
    query = f"select record, reject_reason as reason from {rows} where reject_reason is not null"
    if repeated := _REPEATED.get(layout.role):
        same = " and ".join(f"r.{name} = repeat.{name}" for name in repeated.key)
        query += (
            f" union all select record, {quote(repeated.reason)} from {rows} as r "
            f"inner join {repeated.table} as repeat on {same} where r.reject_reason is null and repeat.n_versions > 1"
        )
    header_rows = 1 if record.file.format == "csv" else 0
    found = con.execute(
        f"""
        create or replace temp table rejected as
        with
        unreadable as (
            -- good_before = readable records before this unreadable one
            select source_row - 1 - row_number() over (order by source_row) as good_before
            from stg_unreadable where source_index = {record.source_index}
        )
        select
            record,
            record + {header_rows} + (select count(*) from unreadable where good_before < record) as source_row,
            row_number() over (order by record) as position,
            reason
        from ({query})
        """
    ).fetchone()
    return int(found[0]) if found else 0


def _add(con: duckdb.DuckDBPyConnection, record: StagedFile, n_rejected: int) -> None:
    """Add the rows of ``temp.rejected``: from their lines alone where lines are records, else from the whole file."""
    con.execute("set preserve_insertion_order = true")
    try:
        with TemporaryDirectory(dir=_folder(con)) as folder:
            if record.has_a_line_a_record:
                part = replace(record.file, path=Path(folder) / "rejected.csv")
                _extract(con, record.file, part)
                explained = record.mapping.explained(part, record.mapping.extras())
                if con.execute(f"select count(*) from ({explained})").fetchone() == (n_rejected,):
                    _insert(con, record, explained, number="position")
                    return
        explained = record.mapping.explained(record.file, record.mapping.extras())
        n_found = _insert(con, record, explained, number="record")
        if n_found != n_rejected:
            raise DataError(
                f"{n_rejected:,} rows are rejected, but {n_found:,} of them were found again",
                where=record.file.label,
                mend="leave the file as it is while a build reads it, and build again",
            )
    finally:
        con.execute("reset preserve_insertion_order")
        con.execute("reset disabled_optimizers")


def _folder(con: duckdb.DuckDBPyConnection) -> Path | None:
    """Return the folder of the current database; None where it is in memory."""
    row = con.execute("select path from duckdb_databases() where database_name = current_database()").fetchone()
    return Path(row[0]).parent if row and row[0] else None


def _extract(con: duckdb.DuckDBPyConnection, file: InputFile, part: InputFile) -> None:
    """Write the header and the rejected lines of a file to a small one."""
    rows = con.execute("select source_row from temp.rejected order by position").fetchnumpy()["source_row"]
    with part.path.open("wb") as stream:
        stream.writelines(line + b"\n" for line in lines_at(file, itertools.chain((1,), rows.tolist())))


def _insert(con: duckdb.DuckDBPyConnection, record: StagedFile, explained: str, *, number: str) -> int:
    """Add rejected rows with what explains them and return how many were found.

    ``number`` is the column of ``temp.rejected`` that ``explained`` calls ``record``.
    """
    if record.mapping.computes:
        try_each_row(con)
    repeated = _REPEATED.get(record.source.role)
    inserted = con.execute(
        f"""
        insert into quarantine
        select
            {quote(record.source.role)},
            {quote(record.file.label)},
            source_row,
            reason,
            case when reason = {quote(repeated.reason if repeated else "")} then 'customer_id' else reject_column end,
            raw_row
        from temp.rejected
        inner join (select * from ({explained}) where record in (select {number} from temp.rejected)) as explained
            on rejected.{number} = explained.record
        """
    ).fetchone()
    return int(inserted[0]) if inserted else 0
