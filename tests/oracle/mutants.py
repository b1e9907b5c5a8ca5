"""Exports that were damaged in a seeded way, and what a reader that shares no code with the product finds in them."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import random
import sys
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from backports import zstd

NAMES = ("customer_id", "price", "tenure_months", "note", "region")
TOKENS = ("", "null", "NULL", "N/A")
Fields = tuple[str | None, ...]

_NOTES = (
    "",
    "plain",
    "Größe 5 €",
    "a, b; c",
    'the "best"',
    "two\nlines",
    "Ω 漢字 😀",
    "N/A",
    " spaced ",
    "-1.5e3",
    "=1+1",
)
# What the engine trims: the space separators of Unicode.
_SPACES = "".join(sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign) == "Zs")
_SPECIAL = (
    *(b'"', b'""', b'"""', b"\n", b"\r", b"\r\n", b"\n\n", b",", b";", b"\t", b"|", b"\x00", b"\x1a", b"\x80", b"\xff"),
    *(b"\xc3", b"\xe2\x80\xa8", b"\xc2\x85", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b" ", b'"\n', b'\n"', b',"', b'",'),
    *(b"{", b"}", b"[", b"]", b":", b"\\", b"null", b"'", b"\xed\xa0\x80", b"\x0b", b"\x0c", b"\x1f\x8b"),
)
_CODECS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with mark": ("utf-8", codecs.BOM_UTF8),
    "cp1252": ("cp1252", b""),
    "latin-1": ("latin-1", b""),
    "utf-16 little": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16 big": ("utf-16-be", codecs.BOM_UTF16_BE),
}


@dataclass
class Mutant:
    """A damaged export.

    Attributes:
        seed: Makes it again.
        name: Its file name.
        content: Its bytes.
        form: csv, json or parquet.
        source: Keys of its ``[[source]]`` section.
        packing: Ending of its compression, or empty.
        codec: How its text was encoded.
        delimiter: Of delimited text.
        steps: What was done to it.
    """

    seed: int
    name: str
    content: bytes
    form: str
    source: Mapping[str, str]
    packing: str
    codec: str
    delimiter: str
    steps: list[str] = field(default_factory=list)


@dataclass
class Expected:
    """What the independent reader finds.

    Attributes:
        rows: The readable records; None where they cannot be told.
        n_unreadable: Records that do not parse or decode.
        is_clean: Whether nothing is wrong with the file, so that it has to be read.
        must_refuse: Why the file has to be refused; empty where it need not be.
    """

    rows: list[Fields] | None = None
    n_unreadable: int = 0
    is_clean: bool = False
    must_refuse: str = ""


def mutant(seed: int) -> Mutant:
    """Make the export of a seed: a small book in one of many forms, damaged in up to four places."""
    rng = random.Random(seed)
    form = rng.choices(("csv", "json", "parquet"), (16, 3, 1))[0]
    encoding = rng.choices(tuple(_CODECS), (8, 1, 1, 1, 1, 1))[0] if form != "parquet" else "utf-8"
    codec, mark = _CODECS[encoding]
    packing = rng.choices(("", ".gz", ".zst"), (6, 1, 1))[0]
    delimiter = rng.choices((",", ";", "\t", "|"), (5, 2, 1, 1))[0]
    rows = [_row(rng, number) for number in range(rng.choice((1, 5, 20, 60, 400)))]
    steps = [form, encoding, packing or "plain", f"{len(rows)} rows"]
    content = _parquet(rows) if form == "parquet" else _text(rng, rows, form, delimiter).encode(codec, "replace")
    content = content if form == "parquet" else mark + content
    if rng.random() < 0.9:
        content = _damaged(rng, content, codec, steps)
    if packing:
        content = gzip.compress(content) if packing == ".gz" else zstd.compress(content, level=1)
        if rng.random() < 0.4:
            content = _damaged(rng, content, "", steps)
    declared = encoding.split(" ")[0]
    source = {} if declared == "utf-8" else {"encoding": declared}
    name = f"book.{form}{packing}"
    return Mutant(seed, name, content, form, source, packing, codec, delimiter, steps)


def _row(rng: random.Random, number: int) -> tuple[str, ...]:
    price, tenure = f"{rng.randint(500, 3000) / 100:.2f}", str(rng.choice((3, 30, 100)))
    return (f"c{number}", price, tenure, rng.choice(_NOTES), rng.choice(("North", "South", "")))


def _text(rng: random.Random, rows: list[tuple[str, ...]], form: str, delimiter: str) -> str:
    if form == "json":
        objects = [dict(zip(NAMES, row, strict=True)) for row in rows]
        if rng.random() < 0.5:
            return "\n".join(json.dumps(row) for row in objects)
        return json.dumps(objects, indent=rng.choice((None, 1)))
    stream = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator=rng.choice(("\n", "\n", "\r\n")))
    writer.writerow(NAMES)
    writer.writerows(rows)
    return stream.getvalue() if rng.random() < 0.8 else stream.getvalue().rstrip("\r\n")


def _parquet(rows: list[tuple[str, ...]]) -> bytes:
    columns = {name: pa.array([row[place] for row in rows]) for place, name in enumerate(NAMES)}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _damaged(rng: random.Random, content: bytes, codec: str, steps: list[str]) -> bytes:
    """Damage bytes in one to four places; what is put in has the encoding of the text most of the time."""
    changes: Mapping[str, Callable[[bytes, int], bytes]] = {
        "flip": lambda data, at: data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
        "set": lambda data, at: data[:at] + rng.randbytes(1) + data[at + 1 :],
        "put in": lambda data, at: data[:at] + _special(rng, codec) + data[at:],
        "put in too": lambda data, at: data[:at] + _special(rng, codec) + data[at:],
        "in place of": lambda data, at: data[:at] + _special(rng, codec) + data[at + 1 :],
        "take out": lambda data, at: data[:at] + data[at + rng.choice((1, 1, 2, 7, 60)) :],
        "repeat": lambda data, at: data[: at + (n := rng.choice((1, 5, 80)))] + data[at : at + n] + data[at + n :],
        "cut off": lambda data, at: data[:at],
        "line end": lambda data, at: _other_line_end(rng, data, at),
    }
    for _ in range(rng.choices((1, 2, 3, 4), (6, 3, 2, 1))[0]):
        if not content:
            break
        # Most of the time behind the header, without which nothing is read at all.
        least = 130 if codec.startswith("utf-16") else 60
        at = rng.randrange(least if len(content) > least and rng.random() < 0.9 else 0, len(content))
        step = rng.choices(tuple(changes), (2, 1, 4, 4, 3, 3, 2, 1, 2))[0]
        content = changes[step](content, at)
        steps.append(f"{step} at {at}")
    return content


def _special(rng: random.Random, codec: str) -> bytes:
    chosen = rng.choice(_SPECIAL)
    return chosen.decode("latin-1").encode(codec) if codec.startswith("utf-16") and rng.random() < 0.8 else chosen


def _other_line_end(rng: random.Random, data: bytes, at: int) -> bytes:
    place = data.find(b"\n", at)
    other = rng.choice((b"\r\n", b"\r", b"\n\r", b""))
    return data if place < 0 else data[:place] + other + data[place + 1 :]


def expected(item: Mutant) -> Expected:
    """Read a mutant without the product."""
    content = item.content
    if not content:
        return Expected(must_refuse="empty")
    if item.packing:
        unpacked = _unpacked(content, item.packing)
        if unpacked is None:
            return Expected(must_refuse="damaged or cut off")
        content = unpacked
    if item.form == "parquet":
        return _parquet_rows(content)
    text = _decoded(content, item.codec)
    if text is None:
        return Expected()
    return _json_rows(text) if item.form == "json" else _delimited_rows(text, item.delimiter)


def _unpacked(content: bytes, packing: str) -> bytes | None:
    """Return the content of all frames, None where one is not whole or something else follows."""
    found = b""
    try:
        while content:
            if packing == ".gz":
                member = zlib.decompressobj(wbits=31)
                found += member.decompress(content)
                whole, content = member.eof, member.unused_data.lstrip(b"\0")
            else:
                frame = zstd.ZstdDecompressor()
                found += frame.decompress(content)
                whole, content = frame.eof, frame.unused_data
            if not whole:
                return None
    except (zlib.error, zstd.ZstdError):
        return None
    return found


def _decoded(content: bytes, codec: str) -> str | None:
    """Return the text with U+FFFD for what does not decode; None where the encoding may be another one."""
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    own = {"utf-8": marks[:1], "utf-16-le": marks[1:2], "utf-16-be": marks[2:]}.get(codec, ())
    for mark in marks:
        if content.startswith(mark):
            if mark not in own:
                return None
            content = content.removeprefix(mark)
            break
    else:
        if codec.startswith("utf-16"):
            return None
    if content.startswith(marks) or b"\xff\xfd" in content or b"\xfd\xff" in content or b"\xef\xbf\xbd" in content:
        return None
    if codec == "latin-1" and any(0x80 <= byte <= 0x9F for byte in content):
        return None
    return content.decode(codec, "replace")


def _json_rows(text: str) -> Expected:
    try:
        try:
            parsed: Any = json.loads(text, object_pairs_hook=_first_of_each)
        except json.JSONDecodeError:
            parsed = [json.loads(line, object_pairs_hook=_first_of_each) for line in text.split("\n") if line.strip()]
    except (json.JSONDecodeError, RecursionError):
        return Expected()
    records = parsed if isinstance(parsed, list) else [parsed]
    if not all(isinstance(record, dict) and set(record) == set(NAMES) for record in records) or not records:
        return Expected()
    values = [record[name] for record in records for name in NAMES]
    if not all(isinstance(value, str) and "\x00" not in value and "\ufffd" not in value for value in values):
        return Expected()
    if any("\ud800" <= sign <= "\udfff" for value in values for sign in value):
        return Expected()
    return Expected([tuple(_value(record[name]) for name in NAMES) for record in records], is_clean=True)


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))


def _parquet_rows(content: bytes) -> Expected:
    try:
        table = pq.read_table(io.BytesIO(content), columns=list(NAMES))
        rows = [tuple(str(v) if v is not None else None for v in row.values()) for row in table.to_pylist()]
    except Exception:
        # Whatever a damaged file does to pyarrow, it says nothing then.
        return Expected()
    return Expected([tuple(_stripped(value) for value in row) for row in rows])


def _value(text: str) -> str | None:
    return None if text in TOKENS else _stripped(text)


def _stripped(text: str | None) -> str | None:
    return (text.strip(_SPACES) or None) if text is not None else None


def _delimited_rows(text: str, delimiter: str) -> Expected:
    """Read delimited text sign by sign: a quoted field opens at its begin, or behind one space."""
    records, is_doubtful = _records(text, delimiter)
    if not records or records[0] is None or tuple(records[0]) != NAMES:
        return Expected()
    rows: list[Fields] = []
    n_unreadable = 0
    for record in records[1:]:
        # Fields beyond the last column are passed over where they hold nothing.
        is_fit = record is not None and len(record) >= len(NAMES) and set(record[len(NAMES) :]) <= set(TOKENS)
        if record is None or not is_fit or "\ufffd" in "".join(record):
            n_unreadable += 1
        else:
            rows.append(tuple(_value(value) for value in record[: len(NAMES)]))
    ends = {end for end in ("\r\n", "\n", "\r") if end in text.replace("\r\n", "" if end != "\r\n" else end)}
    is_clean = not is_doubtful and len(ends) <= 1 and "\r" not in ends
    # The reader of the standard library knows no space before a quote, and no NUL.
    if is_clean and ' "' not in text and '" ' not in text and "\0" not in text:
        strict = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        assert [record for record in strict if record] == records
    return Expected(rows, n_unreadable, is_clean=is_clean)


def _records(text: str, delimiter: str) -> tuple[list[list[str] | None], bool]:
    """Return the fields of each record, None for one with a quote out of place; say whether records may be joined.

    They may where a quote is out of place, and where a record of several lines has not the fields of the header, or
    lines of which each has as many.
    """
    records: list[list[str] | None] = []
    place = 0
    is_doubtful = False
    while place < len(text):
        start = place
        fields, place, misplaced = _record(text, place, delimiter)
        lines = text[start:place].rstrip("\r\n").split("\n")
        has_each = all(line.count(delimiter) == len(NAMES) - 1 for line in lines)
        is_doubtful = is_doubtful or misplaced or (len(lines) > 1 and (len(fields) != len(NAMES) or has_each))
        if misplaced:
            records.append(None)
        elif text[start:place].strip("\r\n"):
            records.append(fields)
    return records, is_doubtful


def _record(text: str, place: int, delimiter: str) -> tuple[list[str], int, bool]:
    """Return a record's fields, where the next record begins, and whether a quote is out of place."""
    fields: list[str] = []
    misplaced = False
    while True:
        start = place + 1 if text.startswith(' "', place) else place
        value = ""
        if text.startswith('"', start):
            place = start + 1
            while True:
                end = text.find('"', place)
                if end < 0:
                    return fields, len(text), True
                value += text[place:end]
                if not text.startswith('"', end + 1):
                    break
                value, place = value + '"', end + 2
            place = end + 1
            while text.startswith(" ", place):
                place += 1
            is_end = place == len(text) or text.startswith((delimiter, "\n", "\r\n"), place)
            misplaced = misplaced or not is_end
        start = place
        while place < len(text) and not text.startswith((delimiter, "\n", "\r\n"), place):
            place += 1
        fields.append(value + text[start:place])
        if text.startswith(delimiter, place):
            place += len(delimiter)
            continue
        place += 2 if text.startswith("\r\n", place) else 1
        return fields, place, misplaced
