"""The header of delimited text: its names, and the delimiter that it shows."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from fairness.errors import DataError
from fairness.intake.decoding import blocks

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_BYTES = 1 << 20
_LINE_END = re.compile(rb"\r\n|\n|\r")


def read_header(path: Path, label: str, *, encoding: str, delimiter: str | None) -> tuple[tuple[str, ...], str]:
    """Return the names of the columns and the delimiter.

    Args:
        path: The file.
        label: The file, for messages.
        encoding: As declared.
        delimiter: As declared; None takes the candidate that splits the header into most columns.

    Raises:
        DataError: There is no header, or it cannot be read.
    """
    record = _record(path, label, encoding)
    delimiter = delimiter or max(_DELIMITERS, key=lambda candidate: len(_fields(record, candidate, label)))
    return tuple(_fields(record, delimiter, label)), delimiter


def _fields(record: str, delimiter: str, label: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise DataError(
            f"the header cannot be read: {error}", where=f"{label}, line 1", fix="correct its names and their quotes"
        ) from error


def _record(path: Path, label: str, encoding: str) -> str:
    """Return the header record as text: several lines where a quoted name contains a line break."""
    stream = blocks(path, label, encoding=encoding)
    start = next(stream, b"")[:_LONGEST_BYTES].removeprefix(b"\xef\xbb\xbf")
    stream.close()
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
