"""List every rejected row with its reason, column and content, so that someone can fix it.

Decision D62.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.sql_text import ident, quote
from fairness.errors import DataError
from fairness.intake.cell_keys import known
from fairness.intake.excerpt import MOST_RECORDS, Excerpt, excerpt
from fairness.intake.layout_parts import FILTERED
from fairness.intake.readers import relation
from fairness.intake.stage import Staged, StagedFile, staged_types, try_each_row


@dataclass(frozen=True, slots=True)
class _Repeated:
    """Rows of one key that contradict each other.

    Attributes:
        table: The table that lists such keys.
        key: Its columns.
        reason: Why the rows are rejected.
        column: The column that is named beside the reason.
    """

    table: str
    key: tuple[str, ...]
    reason: str
    column: str = "customer_id"

    @property
    def same(self) -> str:
        """The SQL condition that a row ``r`` has the key of a row ``repeat`` of the table."""
        return " and ".join(f"r.{name} is not distinct from repeat.{name}" for name in self.key)


_OFFER = (
    *("offer_id", "origin", "audience", "customer_id", "product_id", "plan_id", "currency", "region", "channel"),
    *("interval_unit", "interval_count", "qty_from", "qty_to", "valid_from", "valid_to"),
    *("list_unit_price", "intro_unit_price", "intro_cycles", "setup_fee", "incentive_value"),
)

_REPEATED = {
    "book": _Repeated(
        "int_book_repeat",
        ("customer_id", "product_id", "currency", "interval_unit", "interval_count"),
        "DUP_BOOK_ROW",
    ),
    "customers": _Repeated("int_customer_file", ("customer_id",), "DUP_CUSTOMER"),
    "offers": _Repeated("int_offer_repeat", _OFFER, "DUP_OFFER", "offer_id"),
}


def write_quarantine(con: Connection, staged: Staged) -> None:
    """Create ``quarantine``; needs the staging tables and those that find contradicting rows.

    Row numbers come from a second pass over the files that have rejected rows: keeping them for every row would make
    the reading of clean files several times slower. That pass looks only at records whose id a rejected row has, and
    parses nothing else where every record is one line. ``source_row`` counts records from the header, which is 1 where
    nothing is above it.
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
            select
                role, ?, source_row + ?, reason,
                list_extract(?, cast(substr(column_name, 2) as integer) + 1),
                raw_row
            from stg_unreadable where source_index = ?
            """,
            [record.file.label, record.file.n_above, list(record.file.written.header), record.source_index],
        )
    con.execute("create or replace table quarantine as from quarantine order by source_file, source_row, reason")


def _rejected(record: StagedFile, columns: str) -> str:
    """Return the query of the staged rows of a file that are rejected, or contradict another."""
    layout = record.mapping.layout
    staged = f"select {columns} from {layout.table} as r"
    own = f"r.source_index = {record.source_index}"
    query = f"{staged} where {own} and r.reject_reason <> {quote(FILTERED)}"
    if repeated := _REPEATED.get(layout.role):
        query += (
            f" union all {staged} inner join {repeated.table} as repeat on {repeated.same} and repeat.n_versions > 1 "
            f"where {own} and r.reject_reason is null"
        )
    return query


def _add_rows(con: Connection, record: StagedFile) -> None:
    """Add the rejected rows of a file, read from the few records that may be the ones, else from the whole file."""
    with _excerpt(con, record) as few:
        is_found = few is not None and _is_found(con, record, few)
    if not is_found:
        _find_rows(con, record, None)
        if not _is_complete(con, record):
            raise DataError(
                "the rejected rows of the file are not those that were counted",
                where=record.file.label,
                fix="the file changed while it was read, or this is a defect: build again, then please report it",
            )
    con.execute("insert into quarantine from found_row")
    con.execute("drop table found_row")


def _excerpt(con: Connection, record: StagedFile) -> AbstractContextManager[Excerpt | None]:
    """Return the records of a file that hold an id of a rejected row."""
    identity, column = record.mapping.identity, record.mapping.identity_column
    if identity is None or column is None:
        return nullcontext()
    rejected = _rejected(record, f"r.{ident(identity.name)} as v")
    ids = con.execute(f"select distinct v from ({rejected}) limit {MOST_RECORDS + 1}").fetchall()
    if len(ids) > MOST_RECORDS:
        return nullcontext()
    malformed = con.execute("select source_row from stg_unreadable where source_index = ?", [record.source_index])
    built = con.execute("select path from duckdb_databases() where database_name = current_database()").fetchall()
    return excerpt(
        record,
        column=column,
        values={value or "" for (value,) in ids},
        skipped={number for (number,) in malformed.fetchall()},
        folder=Path(built[0][0]).parent,
    )


def _is_found(con: Connection, record: StagedFile, few: Excerpt) -> bool:
    """Create ``found_row`` from an excerpt; return whether it holds all rejected rows of the file, all readable."""
    try:
        read = con.execute(f"select count(*) from {relation(few.file, record.source)}").fetchall()
        if read != [(len(few.numbers),)]:
            return False
        _find_rows(con, record, few)
    except EngineError:
        # By themselves, the records may look like a different kind of file to the engine than among all others.
        return False
    return _is_complete(con, record)


def _is_complete(con: Connection, record: StagedFile) -> bool:
    """Return whether the rows found are those that staging rejects, reason by reason."""
    reason = f"coalesce(r.reject_reason, {_contradiction(record)}) as reason"
    staged = con.execute(f"select reason, count(*) from ({_rejected(record, reason)}) group by reason").fetchall()
    found = con.execute("select reason, count(*) from found_row group by reason").fetchall()
    return dict(staged) == dict(found)


def _contradiction(record: StagedFile) -> str:
    """Return the SQL of the reason for which rows of one key are rejected."""
    repeated = _REPEATED.get(record.mapping.layout.role)
    return quote(repeated.reason) if repeated else "cast(null as varchar)"


def _find_rows(con: Connection, record: StagedFile, few: Excerpt | None) -> None:
    """Create ``found_row``: the rejected rows as ``quarantine`` lists them, among few records or the whole file."""
    layout, identity = record.mapping.layout, record.mapping.identity
    query = record.mapping.select(
        source_index=record.source_index,
        columns=tuple(staged_types(layout)),
        extras=(),
        numbered=True,
        rejects=None,
        among=_rejected(record, known(f"r.{ident(identity.name)}")) if identity else None,
        file=few.file if few else None,
    )
    repeat, contradicts, column = "", "null", "null"
    if repeated := _REPEATED.get(layout.role):
        repeat = f"left join {repeated.table} as repeat on {repeated.same}"
        column = quote(repeated.column)
        contradicts = f"case when repeat.n_versions > 1 then {_contradiction(record)} end"
    con.execute("set preserve_insertion_order = true")
    try_each_row(con)
    try:
        con.execute(
            f"""
            create or replace temp table found_row as
            with
            rows as (
                select r.*, coalesce(r.reject_reason, {contradicts}) as reason
                from ({query}) as r
                {repeat}
            )
            select
                {quote(layout.role)} as role,
                {quote(record.file.label)} as source_file,
                {_number(record, few)} + {record.file.n_above} as source_row,
                reason,
                case when reason = {_contradiction(record)} then {column} else reject_column end as column_name,
                raw_row
            from rows
            where reason <> {quote(FILTERED)}
            """,
            [list(few.numbers)] if few else [],
        )
    finally:
        con.execute("reset preserve_insertion_order")
        con.execute("reset disabled_optimizers")


def _number(record: StagedFile, few: Excerpt | None) -> str:
    """Return the SQL of a row's number in the file, from its number among the readable records that are read."""
    if few is not None:
        return "cast(list_extract(?, rows.source_row) as bigint)"
    header_rows = 1 if record.file.written.format == "csv" else 0
    # good_before = readable records before an unreadable one
    return f"""rows.source_row + {header_rows} + (
        select count(*)
        from (
            select source_row - 1 - row_number() over (order by source_row) as good_before
            from stg_unreadable where source_index = {record.source_index}
        ) as unreadable
        where good_before < rows.source_row
    )"""
