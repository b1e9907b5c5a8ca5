"""Find the input files of a source, read their headers, fingerprint them."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from fairness.config import Config, Form, Source, Table
from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.sql_text import quote
from fairness.errors import DataError, is_unicode
from fairness.intake.decoding import COMPRESSED, blocks, is_plain, raw_blocks, without_lines
from fairness.intake.header import read_header
from fairness.intake.killbill_catalog import write_catalog
from fairness.intake.workbook import DELIMITER, SUFFIXES, write_sheet

FileFormat = Literal["csv", "parquet", "json", "excel", "xml"]
State = tuple[int, int, int]

FORMAT_BY_SUFFIX: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    **dict.fromkeys(SUFFIXES, "excel"),
    ".xml": "xml",
}

_USUAL_OBJECT, _LARGEST_OBJECT = 16 << 20, 256 << 20
_WRAPPERS = ("data", "items", "list", "records", "results", "rows", "value")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of a source, with what is needed to read it.

    Attributes:
        path: Where it is; for a file that is compressed or not UTF-8, during a build, its copy that is neither.
        label: The path as the user wrote it, or relative to the config; printed and published.
        format: csv, parquet, json, excel or xml; the copy of a workbook or of XML is csv.
        header: Column names as they appear in the file, byte order mark removed.
        delimiter: Column separator of delimited text, else empty.
        state: What :func:`state_of` said of the file before it was read.
        n_above: Lines of delimited text above the header.
        records: JSON: key of the list that holds the rows, where one object holds them all; else empty.
        first: For rows from a query: the file of its first table, whose records number them.
        keeper: For rows from a database: what removes their file when nothing refers to it any more.
    """

    path: Path
    label: str
    format: FileFormat
    header: tuple[str, ...]
    delimiter: str
    state: State
    n_above: int = 0
    records: str = ""
    first: InputFile | None = None
    keeper: object = field(default=None, compare=False, repr=False)

    @property
    def written(self) -> InputFile:
        """The file in which a reader finds its rows: for those from a query, that of the first table."""
        return self.first or self


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file is, byte for byte.

    Attributes:
        sha256: Hex digest of the bytes as stored (compressed files: of the compressed bytes).
        n_bytes: Size.
    """

    sha256: str
    n_bytes: int


def find_files(source: Source | Table, config: Config) -> list[tuple[Path, str]]:
    """Return the (path, label) pairs that the source's paths and globs name, sorted by label, each once.

    Raises:
        DataError: A path does not exist, a glob matches nothing, or a name is not UTF-8.
    """
    found: dict[Path, str] = {}
    for pattern, paths in config.source_files(source).items():
        files = [path for path in paths if path.is_file()]
        if not files:
            raise DataError(
                f"no file at '{pattern}' ({_what(source)})",
                where=f"looked in {config.base_dir}",
                fix="correct source.path; it is relative to the config file and may be a glob or a list",
            )
        for file in files:
            if not is_unicode(str(file)):
                raise DataError(
                    f"the name of a file at '{pattern}' is not UTF-8, which the engine needs",
                    where=ascii(str(file)),
                    fix="rename the file or the folders above it",
                )
            found.setdefault(file, _label(file, config.base_dir))
    return sorted(found.items(), key=lambda item: item[1])


def _what(source: Source | Table) -> str:
    return f"role {source.role}" if isinstance(source, Source) else f"table {source.name}"


def _label(file: Path, base_dir: Path) -> str:
    try:
        return file.resolve().relative_to(base_dir.resolve()).as_posix()
    except ValueError:
        return file.name


def describe_file(con: Connection, path: Path, label: str, source: Form) -> InputFile:
    """Read the file's header and how to read the rest.

    Raises:
        DataError: The file is empty, its format is unknown, or it cannot be decoded.
    """
    state = state_of(path)
    if not state[0]:
        raise DataError("the file is empty", where=label, fix="export it again, with its header line")
    file_format = source.format or _format_of(path, label)
    if file_format == "csv":
        found = read_header(
            path, label, encoding=source.encoding, delimiter=source.delimiter, skip_rows=source.skip_rows
        )
        return InputFile(path, label, "csv", found.names, found.delimiter, state, found.n_above)
    file = InputFile(path, label, file_format, (), "", state)
    with tempfile.TemporaryDirectory() as folder:
        if file_format in ("excel", "xml"):
            # Rows above the header are not copied; they are counted where rows are numbered.
            sheet = plain_copy(file, source, Path(folder))
            named = read_header(sheet.path, label, encoding="utf-8", delimiter=DELIMITER, cut=source.skip_rows)
            return replace(file, header=named.names, delimiter=DELIMITER, n_above=named.n_above)
        copy = plain_copy(file, source, Path(folder))
        records = _records(con, copy) if file_format == "json" else ""
        header = _names(con, replace(copy, records=records))
    if not header:
        raise DataError("the file holds no rows", where=label, fix="export it again")
    return replace(file, header=header, records=records)


def objects(file: InputFile) -> str:
    """Return the SQL of the records of a JSON file as a relation of one column ``json``."""
    path, n_bytes = quote(literal(file.path)), file.path.stat().st_size
    size = f", maximum_object_size={min(n_bytes, _LARGEST_OBJECT)}" if n_bytes > _USUAL_OBJECT else ""
    reader = f"read_json_objects({path}, format='auto', hive_partitioning=false{size})"
    if not file.records:
        return reader
    return f"(select unnest(cast(json -> {pointer(file.records)} as json[])) as json from {reader})"


def pointer(name: str) -> str:
    """Return the SQL text of the JSON pointer to a key of an object."""
    return quote("/" + name.replace("~", "~0").replace("/", "~1"))


def _records(con: Connection, file: InputFile) -> str:
    """Return the key under which one object holds all rows, as web services answer; empty where there is none."""
    try:
        found = con.execute(f"select json_keys(json), json from {objects(file)} limit 2").fetchall()
    except EngineError as error:
        raise _unreadable(error, file) from error
    if len(found) != 1:
        return ""
    keys = [str(key) for key in found[0][0] or []]
    query = "select json_type(v) = 'ARRAY' and json_type(v -> 0) = 'OBJECT' from (select cast(? as json) -> {} as v)"
    lists = [key for key in keys if con.execute(query.format(pointer(key)), [found[0][1]]).fetchall() == [(True,)]]
    named = [key for key in lists if key in _WRAPPERS or len(keys) == 1]
    return named[0] if len(named) == len(lists) == 1 else ""


def _unreadable(error: Exception, file: InputFile) -> DataError:
    return DataError(
        f"the file cannot be read as {file.format}: {first_line(error)}",
        where=file.label,
        fix="check the file, or declare source.format",
    )


def _names(con: Connection, file: InputFile) -> tuple[str, ...]:
    """Return the column names of a Parquet or JSON file that the engine can read."""
    try:
        if file.format == "json":
            query = f"select distinct unnest(json_keys(json)) from {objects(file)} order by 1"
            return tuple(str(row[0]) for row in con.execute(query).fetchall())
        query = "select column_name from (describe select * from read_parquet(?, hive_partitioning={}))"
        own, every = (
            tuple(str(row[0]) for row in con.execute(query.format(partitions), [literal(file.path)]).fetchall())
            for partitions in ("false", "true")
        )
    except EngineError as error:
        raise _unreadable(error, file) from error
    for folder in file.path.parts[:-1]:
        name = folder.partition("=")[0]
        if name != folder and name.casefold() in {column.casefold() for column in own}:
            raise DataError(
                f"the column '{name}' stands in the file and in the name of its folder, '{folder}'",
                where=file.label,
                fix="give the folder or the column another name",
            )
    return every


def plain_copy(file: InputFile, source: Form, folder: Path) -> InputFile:
    """Return the file if the engine can read it as it is, else a decompressed copy in UTF-8.

    Args:
        file: The file.
        source: Declares the encoding.
        folder: Where the copy goes; nobody else can read it.

    Raises:
        DataError: The file is damaged, cut off or in another encoding, or the system refuses.
    """
    if is_plain(file.path, file.format, source.encoding) and not file.n_above:
        return file
    handle, name = tempfile.mkstemp(dir=folder, prefix="plain-", suffix=f".{file.format}")
    if file.format == "xml":
        os.close(handle)
        write_catalog(file.path, file.label, Path(name))
        return replace(file, path=Path(name), format="csv")
    if file.format == "excel":
        os.close(handle)
        decimal = source.decimal if isinstance(source, Source) else "."
        write_sheet(file.path, file.label, Path(name), sheet=source.sheet, skip_rows=source.skip_rows, decimal=decimal)
        return replace(file, path=Path(name), format="csv")
    is_text = file.format != "parquet"
    with os.fdopen(handle, "wb") as stream:
        content = blocks(file.path, file.label, encoding=source.encoding, is_text=is_text)
        for block in without_lines(content, file.n_above):
            stream.write(block)
    return replace(file, path=Path(name))


def literal(path: Path) -> str:
    """Return a path for the engine, which would look for files that match ``*``, ``?`` or ``[...]`` in a name.

    Example:
        >>> literal(Path("/exports/book[1].parquet"))
        '/exports/book[[]1].parquet'
    """
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))


def _format_of(path: Path, label: str) -> FileFormat:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    if suffixes and suffixes[-1] in FORMAT_BY_SUFFIX:
        return FORMAT_BY_SUFFIX[suffixes[-1]]
    raise DataError(
        f"the format of '{path.name}' cannot be told from its name",
        where=label,
        fix="declare source.format as csv, parquet, json, excel or xml",
    )


def fingerprint(file: InputFile) -> Fingerprint:
    """Hash the file as it is stored.

    Raises:
        DataError: The system refuses.
    """
    digest = hashlib.sha256()
    n_bytes = 0
    for block in raw_blocks(file.path, file.label):
        digest.update(block)
        n_bytes += len(block)
    return Fingerprint(digest.hexdigest(), n_bytes)


def refuse_changed(files: Iterable[InputFile]) -> None:
    """Refuse files that are no longer those that were found: what was hashed may not be what was read.

    Raises:
        DataError: Size, time of change or inode of a file has changed.
    """
    for file in files:
        try:
            state = state_of(file.path)
        except OSError:
            state = None
        if state != file.state:
            raise DataError(
                f"the file {'changed' if state else 'went away'} while it was read",
                where=file.label,
                fix="build again when nothing writes to it any more",
            )


def state_of(path: Path) -> State:
    """Return what tells one content of a file from another without reading it: size, time of change (ns) and inode."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def first_line(error: Exception) -> str:
    """Return an engine error's first line, which names the cause without the statement."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
