"""The input files of a study: found, hashed in the background, and decoded where the engine cannot read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from fairness.config import Config, Source
from fairness.intake.files import Fingerprint, InputFile, describe_file, find_files, fingerprint, plain_copy
from fairness.intake.records import Lines, count_lines


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source that has been found and described, not yet staged.

    Attributes:
        section: Position of its ``[[source]]`` section in the config, from 1.
        source: The section.
        file: Path, format, header.
    """

    section: int
    source: Source
    file: InputFile

    @property
    def key(self) -> str:
        """The config key of the section, for messages."""
        return f"source[{self.section}]"


def find_inputs(con: duckdb.DuckDBPyConnection, config: Config) -> list[SourceFile]:
    """Find and describe every input file, in the order of the config and then by path.

    Raises:
        DataError: A file is missing, empty or not readable as its format.
    """
    # The header is the first line of a file only while rows keep their order.
    con.execute("set preserve_insertion_order = true")
    return [
        SourceFile(position, source, describe_file(con, path, label, source))
        for position, source in enumerate(config.sources, start=1)
        for path, label in find_files(source, config)
    ]


def fingerprints(inputs: list[SourceFile]) -> list[Future[Fingerprint]]:
    """Start hashing the inputs in the background; hashing and the engine work side by side."""
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="fingerprint")
    futures = [pool.submit(fingerprint, item.file) for item in inputs]
    pool.shutdown(wait=False)
    return futures


@contextmanager
def plain_copies(inputs: Sequence[SourceFile], folder: Path) -> Iterator[list[SourceFile]]:
    """Yield the inputs as the engine can read them: compressed ones and other encodings as copies, removed at the end.

    Args:
        inputs: What was found.
        folder: Where the copies go.

    Raises:
        DataError: A file is damaged, cut off or in another encoding.
    """
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="copy") as pool:
        files = list(pool.map(lambda item: plain_copy(item.file, item.source, folder), inputs))
    try:
        yield [replace(item, file=file) for item, file in zip(inputs, files, strict=True)]
    finally:
        for item, file in zip(inputs, files, strict=True):
            if file.path != item.file.path:
                file.path.unlink()


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
