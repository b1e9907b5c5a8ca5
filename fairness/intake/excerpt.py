"""The few records of a delimited file that are wanted, as a separate file, each with its number.

Parsing a large file a second time, in one thread so that its records can be counted, takes longer than everything else
that is done with its rejected rows. Where every record is one physical line, looking at the lines is enough.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fairness.intake.files import InputFile
from fairness.intake.stage import StagedFile

_BLOCK_BYTES = 1 << 22
MOST_RECORDS = 100_000
"""More than this is not an excerpt: the whole file is parsed instead."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some records of a file.

    Attributes:
        file: A file of the same form that holds the header and these records.
        numbers: Number of each record in the whole file, the header being 1.
    """

    file: InputFile
    numbers: tuple[int, ...]


@contextmanager
def excerpt(
    record: StagedFile, *, column: int, values: Collection[str], skipped: Collection[int], folder: Path
) -> Iterator[Excerpt | None]:
    """Write the records whose field may hold one of the values to a file, which is removed at the end.

    Yields None where lines are not certain to be records, or where so many may be wanted that nothing is gained: a
    field with a line break, a carriage return by itself, a file that is not delimited text. Records with a quote are
    always taken, so that nobody has to know here how they read.

    Args:
        record: The file, with its lines and records counted.
        column: Position of the field in the file.
        values: What is looked for, without spaces around it; an empty text stands for all ways to write no value.
        skipped: Numbers of malformed records, which nobody can read.
        folder: Where the file goes: that of the build, which is swept away if the build is killed.
    """
    lines = _lines(record, column, values, skipped) if _is_one_line_each(record) else None
    if lines is None:
        yield None
        return
    # Readable by nobody else, as it holds customers' ids.
    handle, name = tempfile.mkstemp(dir=folder, prefix="excerpt-", suffix=".csv")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(line for _, line in lines)
        yield Excerpt(replace(record.file, path=Path(name)), tuple(number for number, _ in lines[1:]))
    finally:
        Path(name).unlink()


def _is_one_line_each(record: StagedFile) -> bool:
    """Return whether records and lines are equal in number: a line break in a field or a blank line adds a line."""
    return record.n_lines == record.n_rows + 1


def _lines(
    record: StagedFile, column: int, values: Collection[str], skipped: Collection[int]
) -> list[tuple[int, bytes]] | None:
    """Return (number, line) of the header and of every line that may be wanted; None where that cannot be told."""
    wanted = {value.encode() for value in values}
    if b"" in wanted:
        wanted |= {token.strip(" ").encode() for token in record.source.null_tokens}
    field = _Field(record.file.delimiter.encode(), column, frozenset(wanted))
    with record.file.path.open("rb") as stream:
        found = [(1, stream.readline())]
        if b"\r" in found[0][1].removesuffix(b"\n")[:-1]:
            return None
        number = 2
        while block := stream.read(_BLOCK_BYTES):
            block += stream.readline()
            lines = block.removesuffix(b"\n").split(b"\n")
            places = field.places(lines)
            if places is None or len(found) + len(places) > MOST_RECORDS:
                return None
            # Unchanged: the last line of the file need not have a line end.
            ends = [b"\n"] * (len(lines) - 1) + [b"\n" if block.endswith(b"\n") else b""]
            found += [(number + place, lines[place] + ends[place]) for place in places if number + place not in skipped]
            number += len(lines)
    return found


@dataclass(frozen=True, slots=True)
class _Field:
    """The field that is examined: its delimiter and position, and the values wanted."""

    delimiter: bytes
    column: int
    wanted: frozenset[bytes]

    def places(self, lines: list[bytes]) -> list[int] | None:
        """Return the positions of the lines that may be wanted; None where a line may be more than one record."""
        text = b"\n".join(lines)
        if b"\r" not in text and b'"' not in text and (values := self._values(lines)) is not None:
            return [place for place, value in enumerate(values) if value in self.wanted]
        # A carriage return that ends no line may end a record all the same.
        if any(b"\r" in line[:-1] for line in lines):
            return None
        return [place for place, line in enumerate(lines) if b'"' in line or self._value(line) in self.wanted]

    def _values(self, lines: list[bytes]) -> list[bytes] | None:
        """Return the values of lines that all have the field; it takes a third less time than testing each line."""
        try:
            values = [line.split(self.delimiter, self.column + 1)[self.column] for line in lines]
        except IndexError:
            return None
        return [value.strip(b" ") for value in values] if b" " in b"".join(values) else values

    def _value(self, line: bytes) -> bytes | None:
        fields = line.split(self.delimiter, self.column + 1)
        return fields[self.column].strip(b" \r") if len(fields) > self.column else None
