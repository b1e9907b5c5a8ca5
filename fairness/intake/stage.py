"""Run the intake: stage every book file, store what cannot be read, tie records to the file's physical lines."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import duckdb

from fairness.config import Config, Source
from fairness.errors import DataError
from fairness.intake.book import STAGED_TYPES, BookMapping
from fairness.intake.casts import quote
from fairness.intake.files import Fingerprint, InputFile, describe_file, find_files, fingerprint, first_line
from fairness.intake.relations import relation


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One input file after staging.

    Attributes:
        source_index: Its number in ``inputs``, from 1.
        source: Its ``[[source]]`` section.
        file: Path, format, header.
        fingerprint: Hash and size.
        n_rows: Records found in it, unreadable ones included.
        mapping: How its columns were read.
    """

    source_index: int
    source: Source
    file: InputFile
    fingerprint: Fingerprint
    n_rows: int
    mapping: BookMapping


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source that has been found and described, not yet staged."""

    source: Source
    key: str
    file: InputFile


def find_inputs(con: duckdb.DuckDBPyConnection, config: Config) -> list[SourceFile]:
    """Find and describe every input file, in the order of the config and then by path.

    Raises:
        DataError: A file is missing, empty or not readable as its format.
    """
    # The header is the first line of a file only while rows keep their order.
    con.execute("set preserve_insertion_order = true")
    return [
        SourceFile(source, f"source[{position}]", describe_file(con, path, label, source))
        for position, source in enumerate(config.sources, start=1)
        for path, label in find_files(source, config)
    ]


def fingerprints(inputs: list[SourceFile]) -> list[Future[Fingerprint]]:
    """Start hashing the inputs in the background; hashing and the engine work side by side."""
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="fingerprint")
    futures = [pool.submit(fingerprint, item.file, encoding=item.source.encoding) for item in inputs]
    pool.shutdown(wait=False)
    return futures


def stage_book(
    con: duckdb.DuckDBPyConnection, config: Config, inputs: list[SourceFile], hashes: list[Future[Fingerprint]]
) -> list[StagedFile]:
    """Create ``stg_book_row``, its full form ``stg_book``, and ``stg_unreadable`` in the current database.

    ``stg_book_row`` stores only what differs between rows; the view ``stg_book`` adds the constants, so that the models
    find every column of the layout. Writing them a row at a time would double the time of a large intake.

    Raises:
        ConfigError: A mapped column does not exist, or an expression does not compute.
        DataError: No rows at all, or records and physical lines do not tie out.
    """
    mappings = [BookMapping(con, config=config, source=item.source, file=item.file, key=item.key) for item in inputs]
    extras = tuple(sorted({name for mapping in mappings for name in mapping.extras}))
    varying = {name for mapping in mappings for name in mapping.varying}
    varying |= {"source_index"} if len(inputs) > 1 else set()
    stored = tuple(name for name in STAGED_TYPES if name in varying)
    columns = ", ".join(f'"{name}" {STAGED_TYPES.get(name, "varchar")}' for name in (*stored, *extras))
    con.execute(f"create or replace table stg_book_row ({columns})")
    shown = [name if name in varying else f"{mappings[0].constant(name)} as {name}" for name in STAGED_TYPES]
    listed = ", ".join((*shown, *(f'"{name}"' for name in extras)))
    con.execute(f"create or replace view stg_book as select {listed} from stg_book_row")
    con.execute(
        "create or replace table stg_unreadable "
        "(source_index integer, source_row bigint, reason varchar, column_name varchar, raw_row varchar)"
    )
    staged = []
    for index, (item, mapping, future) in enumerate(zip(inputs, mappings, hashes, strict=True), start=1):
        rejects = f"_rejects_{index}" if item.file.format == "csv" else None
        query = mapping.select(source_index=index, columns=stored, extras=extras, numbered=False, rejects=rejects)
        n_rows = _stage_file(con, query, item, ordered=not mapping.has_customer_id)
        n_rows += _store_unreadable(con, index, rejects) if rejects else 0
        record = StagedFile(index, item.source, item.file, future.result(), n_rows, mapping)
        _tie_to_lines(con, record)
        staged.append(record)
    if not any(record.n_rows for record in staged):
        labels = ", ".join(record.file.label for record in staged)
        raise DataError("the export holds no rows", where=labels, mend="export it again; a header alone is no book")
    return staged


def _stage_file(con: duckdb.DuckDBPyConnection, query: str, item: SourceFile, *, ordered: bool) -> int:
    """Add a file's rows to ``stg_book_row`` and return how many; ordered where row numbers become customer ids."""
    con.execute(f"set preserve_insertion_order = {str(ordered).lower()}")
    try:
        inserted = con.execute(f"insert into stg_book_row {query}").fetchone()
    except duckdb.Error as error:
        raise DataError(
            f"the file cannot be read: {first_line(error)}",
            where=item.file.label,
            mend="check format, encoding and delimiter of the file against its [[source]] section",
        ) from error
    finally:
        con.execute("reset preserve_insertion_order")
    return int(inserted[0]) if inserted else 0


def _store_unreadable(con: duckdb.DuckDBPyConnection, index: int, rejects: str) -> int:
    """Keep each malformed record once, with the engine's reason; return how many there are."""
    con.execute(
        f"""
        insert into stg_unreadable
        select
            {index},
            line,
            case min(error_type)
                when 'INVALID ENCODING' then 'ENCODING'
                else 'CSV_' || replace(upper(min(cast(error_type as varchar))), ' ', '_')
            end,
            min(column_name),
            min(trim(csv_line, chr(10) || chr(13)))
        from {rejects}_errors
        group by line
        """
    )
    row = con.execute("select count(*) from stg_unreadable where source_index = ?", [index]).fetchone()
    con.execute(f"drop table {rejects}_errors")
    con.execute(f"drop table {rejects}_scans")
    return int(row[0]) if row else 0


def _tie_to_lines(con: duckdb.DuckDBPyConnection, record: StagedFile) -> None:
    """Check that no physical line vanished: records, header, line breaks inside fields and blank lines are all of them.

    The count of records comes from the parser, the count of lines from the bytes; an unbalanced quote that swallows
    the rest of a file shows as a difference.
    """
    n_lines = record.fingerprint.n_lines
    if n_lines is None or n_lines == record.n_rows + 1:
        return
    width = len(record.file.header)
    columns = " || ".join(f"coalesce(c{position}, '')" for position in range(width))
    row = con.execute(
        f"select coalesce(sum(length(v) - length(replace(v, chr(10), ''))), 0) from (select {columns} as v from "
        f"{relation(record.file, record.source)})"
    ).fetchone()
    inside = int(row[0]) if row else 0
    blank = _blank_lines(con, record)
    # A blank line may stand inside a quoted field, where it is counted already.
    if not 0 <= n_lines - (record.n_rows + 1 + inside) <= blank:
        raise DataError(
            f"{n_lines:,} lines in the file, but {record.n_rows:,} records were read "
            f"(with 1 header, {inside:,} line breaks inside fields and {blank:,} blank lines)",
            where=record.file.label,
            mend="an unbalanced quote is the usual cause: correct the quoting, or declare the right delimiter",
        )


def _blank_lines(con: duckdb.DuckDBPyConnection, record: StagedFile) -> int:
    """Count empty lines outside records; in a one-column file they are records (of a missing value)."""
    if len(record.file.header) == 1:
        return 0
    row = con.execute(
        f"select count(*) from read_csv({quote(str(record.file.path))}, auto_detect=false, header=false, delim=chr(1), "
        f"quote='', escape='', columns={{'line': 'VARCHAR'}}, encoding={quote(record.source.encoding)}, "
        "max_line_size=10000000) where line is null or trim(line) = ''"
    ).fetchone()
    return int(row[0]) if row else 0
