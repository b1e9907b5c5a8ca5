"""Rows from a query: the files of its tables are read, joined and written to one file in the folder of the build.

After that file, everything is as for a file from the firm: mapping, row counts, reasons, quarantine.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fairness.config import Config, Form, Source, Table
from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.sql_text import ident, quote
from fairness.errors import ConfigError, DataError, without_values
from fairness.intake.databases import Databases
from fairness.intake.files import Fingerprint, InputFile, fingerprint, first_line, plain_copy
from fairness.intake.line_numbers import tie_to_lines
from fairness.intake.readers import relation
from fairness.intake.records import count_lines
from fairness.intake.source_query import RECORD, Query, check_query, own_columns


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of a ``[[table]]``.

    Attributes:
        table: The section.
        files: As found, one or more.
    """

    table: Table
    files: tuple[InputFile, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Where the rows of a query come from.

    Attributes:
        query: The query.
        tables: What it reads, the first table with one file.
    """

    query: Query
    tables: tuple[TableFiles, ...]

    @property
    def files(self) -> tuple[InputFile, ...]:
        """Every file that is read."""
        return tuple(file for table in self.tables for file in table.files)


def find_tables(con: Connection, config: Config, opened: Databases) -> dict[str, TableFiles]:
    """Find and describe the files of every ``[[table]]``, by name.

    Raises:
        DataError: A file is missing, empty or not readable as its format, or a database refuses.
    """
    return {table.name: TableFiles(table, tuple(opened.described(con, table, config))) for table in config.tables}


def refuse_unread(config: Config, read: Collection[str]) -> None:
    """Refuse a ``[[table]]`` that no query reads.

    Raises:
        ConfigError: It would be silently left out.
    """
    for position, table in enumerate(config.tables, start=1):
        if table.name not in read:
            raise ConfigError(
                f"no [[source]] sql reads the table '{table.name}'",
                where=f"table[{position}].name",
                fix="name it in the sql of a [[source]], or remove the section",
            )


def joined_inputs(
    con: Connection, source: Source, tables: dict[str, TableFiles], key: str
) -> Iterator[tuple[InputFile, Joined]]:
    """Yield what a query gives: once for each file of its first table where it keeps that table's rows.

    Raises:
        ConfigError: The query cannot be used.
    """
    if unread := sorted(source.model_fields_set & set(Form.model_fields)):
        raise ConfigError(
            f"{unread[0]} says how files are written, and this source reads tables",
            where=f"{key}.{unread[0]}",
            fix=f"write {unread[0]} in the [[table]] sections",
        )
    columns = {name for found in tables.values() for file in found.files for name in _names(file)}
    with _defined(con, tables):
        query = check_query(
            con, source.sql or "", tables=tuple(tables), names=columns, role=source.role, key=f"{key}.sql"
        )
        try:
            header = own_columns([str(row[0]) for row in con.execute(f"describe {query.sql}").fetchall()])
        except EngineError as error:
            raise ConfigError(
                f"the query does not compute: {first_line(error)}",
                where=f"{key}.sql",
                fix="use the columns of its tables; delimited text is read as text, so cast where it computes",
            ) from error
    read = tuple(tables[name] for name in query.tables)
    firsts = read[0].files if query.keeps_rows else read[0].files[:1]
    for first in firsts:
        chosen = (replace(read[0], files=(first,)), *read[1:]) if query.keeps_rows else read
        label = " + ".join(file.label for table in chosen for file in table.files)
        file = InputFile(first.path, label, "parquet", tuple(header), "", first.state)
        counted = replace(file, n_above=first.n_above, first=first) if query.keeps_rows else file
        yield counted, Joined(query, chosen)


def joined_fingerprint(joined: Joined) -> Fingerprint:
    """Return one fingerprint of all files that a query reads, over their hashes in order."""
    found = [fingerprint(file) for file in joined.files]
    digest = hashlib.sha256("\n".join(item.sha256 for item in found).encode()).hexdigest()
    return Fingerprint(digest, sum(item.n_bytes for item in found))


def write_joined(con: Connection, file: InputFile, joined: Joined, folder: Path, *, rejects: str) -> InputFile:
    """Run the query and write its rows to a file of the folder.

    Args:
        con: The connection of the build.
        file: As :func:`joined_inputs` gives it.
        joined: Its query and tables.
        folder: A folder that nobody else can read.
        rejects: Name for the tables of malformed records of the first table.

    Raises:
        DataError: A table cannot be read completely, or a row matches several.
    """
    handle, name = tempfile.mkstemp(dir=folder, prefix="joined-", suffix=".parquet")
    os.close(handle)
    with tempfile.TemporaryDirectory(dir=folder) as copies:
        plain = replace(joined, tables=tuple(_plain(table, Path(copies)) for table in joined.tables))
        first = plain.tables[0].files[0]
        (threads,) = con.execute("select current_setting('threads')").fetchall()[0]
        try:
            _fill(con, plain, rejects if joined.query.keeps_rows else None)
            # With several threads, what windows and aggregates see first may differ from build to build.
            if not joined.query.keeps_rows:
                con.execute("set threads = 1")
            con.execute(f"copy ({joined.query.sql}) to {quote(name)} (format parquet)")
        except EngineError as error:
            raise DataError(
                f"the query cannot be run: {without_values(first_line(error))}",
                where=file.label,
                fix="cast with try_cast, which gives no value where a text is no number",
            ) from error
        finally:
            con.execute(f"set threads = {threads}")
            _drop(con, plain)
        if joined.query.keeps_rows:
            _tie(con, name, first, joined, rejects)
    return replace(file, path=Path(name), first=first if file.first is not None else None)


def _names(file: InputFile) -> list[str]:
    """Return the names by which a query refers to the columns of a file."""
    return [name.replace("\ufeff", "").strip() or f"column{place}" for place, name in enumerate(file.header)]


def _plain(table: TableFiles, folder: Path) -> TableFiles:
    return replace(table, files=tuple(plain_copy(file, table.table, folder) for file in table.files))


def _selected(file: InputFile, table: Table, rejects: str | None, *, empty: bool = False) -> str:
    names = _names(file)
    if len({name.casefold() for name in names}) < len(names):
        twice = next(name for name in names if [other.casefold() for other in names].count(name.casefold()) > 1)
        raise DataError(
            f"two columns are called '{twice}', and SQL takes no notice of case",
            where=file.label,
            fix="rename one of them in the export",
        )
    if empty and file.format != "parquet":
        return "select " + ", ".join(f"cast(null as varchar) as {ident(name)}" for name in names) + " where false"
    shown = ", ".join(f"c{place} as {ident(name)}" for place, name in enumerate(names))
    return f"select {shown} from {relation(file, table, rejects=rejects)}" + (" where false" if empty else "")


def _united(found: TableFiles, *, empty: bool = False) -> str:
    return " union all by name ".join(f"({_selected(file, found.table, None, empty=empty)})" for file in found.files)


@contextmanager
def _defined(con: Connection, tables: dict[str, TableFiles]) -> Iterator[None]:
    """Give the connection empty tables of these names and columns."""
    try:
        for name, found in tables.items():
            con.execute(f"create or replace temp table {ident(name)} as {_united(found, empty=True)}")
        yield
    finally:
        for name in tables:
            con.execute(f"drop table if exists temp.{ident(name)}")


def _fill(con: Connection, joined: Joined, rejects: str | None) -> None:
    """Give the connection the tables: the first one as a view where its rows are counted, the others read whole."""
    for number, found in enumerate(joined.tables):
        name = ident(found.table.name)
        if number == 0 and rejects is not None:
            con.execute(f"create or replace temp view {name} as {_selected(found.files[0], found.table, rejects)}")
            continue
        for file in found.files:
            _refuse_malformed(con, file, found.table)
        con.execute("set preserve_insertion_order = true")
        con.execute(f"create or replace temp table {name} as {_united(found)}")


def _drop(con: Connection, joined: Joined) -> None:
    for found in joined.tables:
        name, kinds = found.table.name, ("view", "table")
        for kind in kinds:
            listed = con.execute(
                f"select 1 from duckdb_{kind}s() where {kind}_name = ? and database_name = 'temp'", [name]
            ).fetchall()
            if listed:
                con.execute(f"drop {kind} temp.{ident(name)}")


def _refuse_malformed(con: Connection, file: InputFile, table: Table) -> None:
    """Refuse a table with records that cannot be read: a lookup there would find nothing."""
    if file.format != "csv":
        return
    read = con.execute(f"select count(*) from {relation(file, table, rejects='_looked_up')}").fetchall()[0][0]
    bad = con.execute("select min(line), count(distinct line) from _looked_up_errors").fetchall()[0]
    con.execute("drop table _looked_up_errors")
    con.execute("drop table _looked_up_scans")
    if bad[1]:
        raise DataError(
            f"{bad[1]:,} records of the table '{table.name}' cannot be read, the first "
            f"in line {bad[0] + file.n_above:,}",
            where=file.label,
            fix="correct the line: rows that are looked up in this table would find nothing there",
        )
    lines = count_lines(file.path, delimiter=file.delimiter, width=len(file.header))
    tie_to_lines(file, lines, n_rows=read, n_misplaced=0)


def _tie(con: Connection, path: str, first: InputFile, joined: Joined, rejects: str) -> None:
    """Check that each record of the first table came out, and came out once."""
    rows, records = con.execute(f"select count(*), count(distinct {RECORD}) from read_parquet(?)", [path]).fetchall()[0]
    if rows > records:
        twice = con.execute(
            f"select {RECORD} from read_parquet(?) group by 1 having count(*) > 1 order by 1 limit 1", [path]
        ).fetchall()[0][0]
        row = twice + (1 + first.n_above if first.format == "csv" else 0)
        others = ", ".join(table.table.name for table in joined.tables[1:])
        raise DataError(
            f"row {row:,} of {first.label} meets several rows of {others}: {rows - records:,} rows would count twice",
            where=joined.query.plain[:200],
            fix="join to one row for each key, as in join (select price_id, max(amount) as amount from prices group by "
            "price_id) as prices using (price_id), or add the column that tells them apart to the join",
        )
    if first.format == "csv":
        counted = (
            "select count(distinct line), count(distinct case when error_type = 'UNQUOTED VALUE' then line end) "
            f"from {rejects}_errors"
        )
        n_bad, n_misplaced = con.execute(counted).fetchall()[0]
        lines = count_lines(first.path, delimiter=first.delimiter, width=len(first.header))
        tie_to_lines(first, lines, n_rows=records + n_bad, n_misplaced=n_misplaced)
