"""The header of delimited text: its names, and the delimiter that it reveals."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from fairness.errors import DataError
from fairness.intake.decoding import blocks, without_lines

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_BYTES = 1 << 20
_SEPARATOR = re.compile(rb'"?sep=([^\r\n"])"?\r?\n', re.IGNORECASE)
_LOOKED_AT = 30
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Heading:
    """How delimited text begins.

    Attributes:
        names: Names of the columns.
        delimiter: What separates its fields.
        n_above: Lines above the header: titles, and the line ``sep=;`` that spreadsheet programs write.
    """

    names: tuple[str, ...]
    delimiter: str
    n_above: int


def read_header(
    path: Path, label: str, *, encoding: str, delimiter: str | None, skip_rows: int = 0, cut: int = 0
) -> Heading:
    """Return the names of the columns, the delimiter and how many lines are above them.

    Args:
        path: The file.
        label: The file, for messages.
        encoding: As declared.
        delimiter: As declared; None means that of a line ``sep=``, else the candidate that splits the header into the
            most columns.
        skip_rows: Lines of titles, as declared.
        cut: Lines of titles that the file no longer has.

    Raises:
        DataError: There is no header, it cannot be read, or it looks like a title.
    """
    stream = blocks(path, label, encoding=encoding)
    start = next(stream, b"").removeprefix(b"\xef\xbb\xbf")
    stream.close()
    n_above = skip_rows + cut
    start = next(without_lines(iter([start]), skip_rows), b"") if skip_rows else start
    if (stated := _SEPARATOR.match(start)) is not None:
        n_above, start = n_above + 1, start[stated.end() :]
        delimiter = delimiter or stated[1].decode()
    start = start[:_LONGEST_BYTES]
    record = _record(start, f"{label}, line {n_above + 1}" if n_above else label, encoding)
    delimiter = delimiter or _widest(record, label)
    names = tuple(_fields(record, delimiter, label))
    _refuse_title(names, start, label, n_above)
    return Heading(names, delimiter, n_above)


def _widest(record: str, label: str) -> str:
    return max(_DELIMITERS, key=lambda candidate: len(_fields(record, candidate, label)))


def _refuse_title(names: tuple[str, ...], start: bytes, label: str, n_above: int) -> None:
    """Refuse a header of one name above a line of several: a report's title."""
    if sum(bool(name.strip()) for name in names) > 1:
        return
    for number, line in enumerate(start.decode("utf-8", errors="replace").splitlines()[1:_LOOKED_AT]):
        try:
            found = [name for name in _fields(line, _widest(line, label), label) if name.strip()]
        except DataError:
            return
        if len(found) > 2:
            above = n_above + number + 1
            raise DataError(
                f"line {n_above + 1} looks like a title: it holds {names[0].strip()!r} alone, and line {above + 1} "
                f"holds {len(found)} names or values, from {found[0].strip()!r} to {found[-1].strip()!r}",
                where=label,
                fix=f"write skip_rows = {above} in its [[source]] section, if line {above + 1} is the header",
            )


def _fields(record: str, delimiter: str, label: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise DataError(
            f"the header cannot be read: {error}", where=f"{label}, line 1", fix="correct its names and their quotes"
        ) from error


def _record(start: bytes, label: str, encoding: str) -> str:
    """Return the header record as text: several lines where a quoted name contains a line break."""
    # Only the header has to decode here: a bad byte further down costs its row, not the file.
    record = start[: _end(start, label)]
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"the header cannot be read as {encoding} text{f': {error}' if encoding == 'utf-8' else ''}",
            where=label,
            fix=f"declare source.encoding (utf-8, latin-1, cp1252, utf-16){_suggestion(record, encoding)}",
        ) from error
    if "\0" in text:
        raise DataError(
            "the header holds NUL characters, as text in UTF-16 or UTF-32 does",
            where=label,
            fix='declare encoding = "utf-16" in its [[source]] section, or export the file as UTF-8',
        )
    if not text.strip():
        raise DataError("the file has no header line", where=label, fix="export it again, with its header line")
    return text


def _end(start: bytes, label: str) -> int:
    """Return where the header record ends: at the first line end outside quotes."""
    quotes = place = 0
    for found in _LINE_END.finditer(start):
        quotes += start.count(b'"', place, found.start())
        place = found.end()
        if quotes % 2 == 0:
            return found.start()
    if (quotes + start.count(b'"', place)) % 2 or len(start) == _LONGEST_BYTES:
        raise DataError(
            "the header does not end: a quote in it is never closed, or it is longer than a megabyte",
            where=f"{label}, line 1",
            fix="correct the quotes of the header, or export the file again",
        )
    return len(start)


def _suggestion(record: bytes, encoding: str) -> str:
    """Return how the header reads in the encoding that Windows programs write, where UTF-8 was declared."""
    if encoding != "utf-8":
        return ""
    return f'; as cp1252 it reads "{record.decode("cp1252", errors="replace")[:80]}"'
