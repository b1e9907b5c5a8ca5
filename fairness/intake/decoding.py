"""The content of an input file as the engine reads it: decompressed to the end of the last frame, UTF-8, without BOM.

The engine decompresses and decodes too, but stops silently where a compressed file was cut off, and where a quote is
out of place in an encoding other than UTF-8. What is not plain UTF-8 is therefore decoded here, and every check of
records and lines sees the same bytes as the engine.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import re
import sys
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from fairness.errors import DataError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK_BYTES = 1 << 22
COMPRESSED = (".gz", ".zst")
"""Files whose names end like this are decompressed."""

_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError)
_BOM = codecs.BOM_UTF8
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_MAGIC = {
    b"\x1f\x8b": ("gzip", ".gz"),
    b"\x28\xb5\x2f\xfd": ("zstd", ".zst"),
    b"PK\x03\x04": ("zip, as workbooks are", ""),
    b"BZh": ("bzip2", ""),
    b"\xfd7zXZ\x00": ("xz", ""),
}
# In Latin-1 these bytes are control characters, which no export holds; on Windows they are € and curly quotes.
_WINDOWS = re.compile(rb"[\x80-\x9f]")
_ERRORS = "fairness-unreadable"


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what does not decode: one byte that is not UTF-8, so that the record is rejected as ENCODING."""
    return "\udcff", cast("UnicodeDecodeError", error).end


codecs.register_error(_ERRORS, _unreadable)


def is_plain(path: Path, file_format: str, encoding: str) -> bool:
    """Return whether the engine can read a file as it is."""
    if path.suffix.lower() in COMPRESSED or file_format in ("excel", "xml"):
        return False
    if file_format == "parquet":
        return True
    if encoding != "utf-8":
        return False
    # The engine's reader of JSON takes a BOM for a syntax error; that of delimited text skips it.
    return file_format == "csv" or not _starts_with_bom(path)


def _starts_with_bom(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(_BOM)) == _BOM


@contextmanager
def _refusing(label: str) -> Iterator[None]:
    """Turn what goes wrong while a file is being read into an error that says what to do."""
    try:
        yield
    except _DAMAGED as error:
        cut = isinstance(error, EOFError)
        raise DataError(
            f"the compressed file is {'cut off' if cut else 'damaged'}: {error}",
            where=label,
            fix="copy or export it again; `gzip -t` or `zstd -t` shows whether a file is whole",
        ) from error
    except OSError as error:
        raise DataError(
            f"the file cannot be read: {error.strerror or error}", where=label, fix="see to its permissions and disk"
        ) from error


def raw_blocks(path: Path, label: str) -> Iterator[bytes]:
    """Yield the bytes of a file as they are stored.

    Raises:
        DataError: The system refuses.
    """
    with _refusing(label), path.open("rb") as stream:
        yield from _read(stream)


def blocks(path: Path, label: str, *, encoding: str, is_text: bool = True) -> Generator[bytes, None, None]:
    """Yield the content of a file: decompressed, and as UTF-8 where it is text.

    What does not decode becomes, in its place, a byte that is not UTF-8.

    Args:
        path: The file; its name says how it is compressed.
        label: The file, for messages.
        encoding: ``utf-8``, ``latin-1``, ``cp1252`` or ``utf-16``.
        is_text: False for Parquet.

    Raises:
        DataError: Compressed data is cut off or damaged, the encoding is clearly a different one, or the system
            refuses.
    """
    with _refusing(label), _opened(path) as stream:
        first = stream.read(BLOCK_BYTES)
        if not is_text:
            yield first
            yield from _read(stream)
            return
        codec = _codec(first, label, encoding)
        if codec == "utf-8":
            yield first.removeprefix(_BOM)
            yield from _read(stream)
            return
        decoder = codecs.getincrementaldecoder(codec)(errors=_ERRORS)
        n_lines, block = 0, first[2:] if encoding == "utf-16" and first[:2] in _UTF_16 else first
        while True:
            if encoding == "latin-1":
                _refuse_windows(block, label, n_lines)
                n_lines += block.count(b"\n")
            text = decoder.decode(block, final=not block)
            yield text.encode("utf-8", errors="surrogateescape")
            if not block:
                return
            block = stream.read(BLOCK_BYTES)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    suffix = path.suffix.lower()
    with contextlib.ExitStack() as stack:
        if suffix == ".gz":
            yield cast("IO[bytes]", stack.enter_context(gzip.open(path, "rb")))
        elif suffix == ".zst":
            _, largest_window = zstd.DecompressionParameter.window_log_max.bounds()
            options = {int(zstd.DecompressionParameter.window_log_max): largest_window}
            yield cast("IO[bytes]", stack.enter_context(zstd.open(path, options=options)))
        else:
            yield stack.enter_context(path.open("rb"))


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(BLOCK_BYTES):
        yield block


def _codec(first: bytes, label: str, encoding: str) -> str:
    """Return the codec of a file that begins with these bytes.

    Raises:
        DataError: They show that the declared encoding is not the file's, or that it is compressed.
    """
    for magic, (name, suffix) in _MAGIC.items():
        if first.startswith(magic):
            advice = (
                f"let its name end in {suffix}" if suffix else "let the name of a workbook end in .xlsx; unpack others"
            )
            raise DataError(f"the file is no text but compressed ({name})", where=label, fix=advice)
    marked = next(("utf-16" for bom in _UTF_16 if first.startswith(bom)), None)
    marked = "utf-8" if first.startswith(_BOM) else marked
    if marked is not None and marked != encoding:
        raise DataError(
            f"the file begins with the byte order mark of {marked}, not with {encoding} text",
            where=label,
            fix=f'declare encoding = "{marked}" in its [[source]] section',
        )
    if encoding != "utf-16":
        return encoding
    if marked:
        return _UTF_16[first[:2]]
    for zero, codec in ((0, "utf-16-be"), (1, "utf-16-le")):
        if len(first) > 1 and not first[zero] and first[1 - zero]:
            return codec
    raise DataError(
        "the file is not UTF-16: it has no byte order mark, and its first character is not a letter of ASCII",
        where=label,
        fix="declare the encoding that it has (utf-8, latin-1, cp1252), or export it with a byte order mark",
    )


def _refuse_windows(block: bytes, label: str, n_lines: int) -> None:
    found = _WINDOWS.search(block)
    if found is None:
        return
    shown = found[0].decode("cp1252", errors="replace")
    stands_for = f", which Windows uses for '{shown}'" if shown != "\ufffd" else ""
    raise DataError(
        f"byte 0x{found[0][0]:02X}{stands_for}, is no printable character of latin-1",
        where=f"{label}, line {n_lines + block.count(bytes([10]), 0, found.start()) + 1:,}",
        fix='declare encoding = "cp1252" in its [[source]] section',
    )


def without_lines(stream: Iterator[bytes], n: int) -> Iterator[bytes]:
    """Yield blocks without their first lines.

    Args:
        stream: Blocks of UTF-8 text.
        n: How many.
    """
    for block in stream:
        rest = block
        while n and rest:
            _, end, rest = rest.partition(b"\n")
            n -= bool(end)
        if rest:
            yield rest
