"""The input files of a study: found, hashed in the background, and decoded where the engine cannot read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from fairness.config import Config, Source
from fairness.engine.base import Connection
from fairness.intake.databases import databases
from fairness.intake.files import Fingerprint, InputFile, fingerprint, plain_copy
from fairness.intake.joined_rows import (
    Joined,
    find_tables,
    joined_fingerprint,
    joined_inputs,
    refuse_unread,
    write_joined,
)
from fairness.intake.records import Lines, count_lines


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source that has been found and described, not yet staged.

    Attributes:
        section: Position of its ``[[source]]`` section in the config, from 1.
        source: The section.
        file: Path, format, header.
        joined: The query and tables behind it; None where the firm wrote it.
    """

    section: int
    source: Source
    file: InputFile
    joined: Joined | None = None

    @property
    def key(self) -> str:
        """The config key of the section, for messages."""
        return f"source[{self.section}]"

    @property
    def files(self) -> tuple[InputFile, ...]:
        """The firm's files behind it."""
        return (self.file,) if self.joined is None else self.joined.files


def find_inputs(con: Connection, config: Config) -> list[SourceFile]:
    """Find and describe every input file, in the order of the config and then by path.

    Raises:
        DataError: A file is missing, empty or not readable as its format, or a database refuses.
    """
    # The header is the first line of a file only while rows keep their order.
    con.execute("set preserve_insertion_order = true")
    found: list[SourceFile] = []
    with databases() as opened:
        tables = find_tables(con, config, opened)
        for position, source in enumerate(config.sources, start=1):
            if source.sql is not None:
                rows = joined_inputs(con, source, tables, f"source[{position}]")
                found += [SourceFile(position, source, file, joined) for file, joined in rows]
                continue
            found += [SourceFile(position, source, file) for file in opened.described(con, source, config)]
    refuse_unread(config, {table.table.name for item in found if item.joined for table in item.joined.tables})
    return found


def fingerprints(inputs: list[SourceFile]) -> list[Future[Fingerprint]]:
    """Start hashing the inputs in the background; hashing and the engine run in parallel."""
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="fingerprint")
    futures = [
        pool.submit(fingerprint, item.file) if item.joined is None else pool.submit(joined_fingerprint, item.joined)
        for item in inputs
    ]
    pool.shutdown(wait=False)
    return futures


@contextmanager
def plain_copies(con: Connection, inputs: Sequence[SourceFile], folder: Path) -> Iterator[list[SourceFile]]:
    """Yield the inputs as the engine can read them: compressed ones and other encodings as copies, removed at the end.

    Args:
        con: Runs the queries of sources that are joined.
        inputs: What was found.
        folder: Where the copies go.

    Raises:
        DataError: A file is damaged, cut off or in another encoding.
    """
    written = [item for item in inputs if item.joined is None]
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="copy") as pool:
        copies = pool.map(lambda item: plain_copy(item.file, item.source, folder), written)
        plain = {id(item): file for item, file in zip(written, copies, strict=True)}
    for index, item in enumerate(inputs):
        if item.joined is not None:
            plain[id(item)] = write_joined(con, item.file, item.joined, folder, rejects=rejects_of(index))
    files = [plain[id(item)] for item in inputs]
    try:
        yield [replace(item, file=file) for item, file in zip(inputs, files, strict=True)]
    finally:
        for item, file in zip(inputs, files, strict=True):
            if file.path != item.file.path:
                file.path.unlink()


def rejects_of(index: int) -> str:
    """Return the name of the engine's tables of malformed records of an input, by its position."""
    return f"_rejects_{index}"


def counted_lines(inputs: Sequence[SourceFile]) -> list[Future[Lines] | None]:
    """Start counting the lines of delimited text in the background."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lines")
    counts = [
        pool.submit(count_lines, file.path, delimiter=file.delimiter, width=len(file.header))
        if file.format == "csv"
        else None
        for file in (item.file for item in inputs)
    ]
    pool.shutdown(wait=False)
    return counts
