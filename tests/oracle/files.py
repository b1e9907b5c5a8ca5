"""What files hold once nothing is compressed or encoded: to search every byte that was written."""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest


def values(file: Path) -> Iterator[str]:
    """Return every text of every table and view of a database, and its catalogue."""
    with duckdb.connect(str(file), read_only=True) as con:
        listed = con.execute(
            "select table_name from duckdb_tables() union all select view_name from duckdb_views() where not internal"
        ).fetchall()
        for (name,) in listed:
            for row in con.execute(f'select cast(t as varchar) from "{name}" as t').fetchall():
                yield str(row[0])
        for row in con.execute("select sql, comment from duckdb_tables()").fetchall():
            yield str(row)


def unpacked(file: Path) -> Iterator[str]:
    """Return what a file holds: its bytes, a database's values, a PDF's text and streams, an archive's members."""
    content = file.read_bytes()
    yield content.decode("latin-1")
    yield content.decode("utf-8", errors="replace")
    if file.suffix == ".duckdb":
        yield from values(file)
    elif file.suffix == ".pdf":
        yield from pdf_texts(content)
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist())


def pdf_texts(content: bytes) -> Iterator[str]:
    """Return the text of each page, as glyphs in a subset of a font hide it, and each stream decompressed."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument(content)
    for number in range(len(document)):
        yield document[number].get_textpage().get_text_range()
    document.close()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(stream).decode("latin-1")
