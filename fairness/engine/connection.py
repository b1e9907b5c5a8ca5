"""Open DuckDB with the study's limits, in UTC and without any way to the network."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from fairness.config import Config
from fairness.engine.sql_text import quote
from fairness.errors import DataError, without_values

STORAGE_VERSION = "v1.5.0"
"""Files are written so that the previous DuckDB major release, and the tools built on it, can open them."""

LOOK_THROUGH = "`fairness runs verify` says whether the run is damaged; then `fairness build` makes it again"
"""What to do where the engine cannot read what was published."""

DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What the engine raises where the bytes of a file are not those that it wrote."""


@contextmanager
def building(path: Path, config: Config) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new database file for a build; it is checkpointed and closed at the end.

    Args:
        path: The file; it must not exist.
        config: Threads, memory limit and temporary folder come from ``[engine]``.
    """
    con = duckdb.connect()
    try:
        _limit(con, config, spill=path.with_suffix(".spill"))
        con.execute(f"attach {quote(str(path))} as built (storage_version {quote(STORAGE_VERSION)})")
        con.execute("use built")
        yield con
        con.execute("checkpoint built")
        con.execute("use memory")
        con.execute("detach built")
    finally:
        con.close()


@contextmanager
def beside(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a second connection to the file that a build writes, for reading beside the first."""
    with con.cursor() as other:
        other.execute("use built")
        yield other


def _limit(con: duckdb.DuckDBPyConnection, config: Config, *, spill: Path) -> None:
    _close_off(con)
    engine = config.engine
    if engine.threads is not None:
        con.execute(f"set threads = {engine.threads}")
    if engine.memory_limit is not None:
        con.execute(f"set memory_limit = {quote(engine.memory_limit)}")
    # Rows that are spilled hold real ids: the next build sweeps this one's folder away if it is killed.
    folder = spill if engine.temp_directory is None else config.base_dir / engine.temp_directory
    con.execute(f"set temp_directory = {quote(str(folder))}")


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file read-only.

    Raises:
        DataError: The file does not exist, is no DuckDB file of a version that this engine reads, or is damaged.
    """
    if not path.is_file():
        raise DataError("the published file is missing", where=path.name, fix="run `fairness build` again")
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        what = f"the published file cannot be opened: {str(error).strip().splitlines()[0]}"
        raise DataError(what, where=path.name, fix=LOOK_THROUGH) from error
    try:
        _close_off(con)
        yield con
    except DAMAGE as error:
        what = f"the published file cannot be read: {without_values(str(error).strip().splitlines()[0])}"
        raise DataError(what, where=path.name, fix=LOOK_THROUGH) from error
    finally:
        con.close()


@contextmanager
def looking() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection without a file of its own, for reading several files together."""
    with duckdb.connect() as con:
        _close_off(con)
        yield con


def _close_off(con: duckdb.DuckDBPyConnection) -> None:
    # The zone of the machine would decide on which day a moment lies. Global, so that cursors have it too.
    con.execute("set global timezone = 'UTC'")
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions", "python_enable_replacements"):
        con.execute(f"set {setting} = false")
    # By default a large query spills beside the file, into the folder of a run that nothing may change, or without a
    # file into the folder where the command runs.
    con.execute(f"set temp_directory = {quote(str(Path(tempfile.gettempdir()) / f'fairness-{os.getpid()}'))}")
