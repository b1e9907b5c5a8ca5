"""DuckDB behind the seam: with the study's limits, in UTC and without access to the network."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import duckdb
import numpy as np
import numpy.typing as npt

from fairness.config import Config
from fairness.engine.base import Connection, Engine, SumTooLargeError
from fairness.engine.sql_text import quote
from fairness.errors import DataError, without_values

if TYPE_CHECKING:
    import pandas as pd

STORAGE_VERSION = "v1.5.0"
"""Files are written so that the previous DuckDB major release, and the tools built on it, can open them."""

_FILE_FIRST = "set search_path = 'built.main,memory.main'"
_MEMORY_FIRST = "set search_path = 'memory.main,built.main'"
"""Where a build makes what has no database in its name; what does not fit in memory is spilled to its folder."""

LOOK_THROUGH = "`fairness runs verify` shows whether the run is damaged; then `fairness build` makes it again"
"""What to do where the engine cannot read what was published."""


class DuckDB(Engine):
    """The engine in the process of the command."""

    version: ClassVar[str] = f"duckdb {duckdb.__version__}"
    error: ClassVar[type[Exception]] = duckdb.Error
    missing: ClassVar[type[Exception]] = duckdb.CatalogException
    no_memory: ClassVar[type[Exception]] = duckdb.OutOfMemoryException
    no_access: ClassVar[type[Exception]] = duckdb.IOException
    no_room: ClassVar[tuple[type[Exception], ...]] = (
        duckdb.IOException,
        duckdb.TransactionException,
        duckdb.FatalException,
        duckdb.OutOfMemoryException,
    )
    damage: ClassVar[tuple[type[Exception], ...]] = (
        duckdb.IOException,
        duckdb.FatalException,
        duckdb.InternalException,
        duckdb.SerializationException,
    )

    @contextmanager
    def building(self, path: Path, config: Config) -> Iterator[Connection]:
        """Open a new database file for a build; it is checkpointed and closed at the end."""
        con = duckdb.connect()
        try:
            _limit(con, config, spill=path.with_suffix(".spill"))
            # A build that fails is thrown away: no statement has to wait until it is safely on disk.
            options = f"storage_version {quote(STORAGE_VERSION)}, recovery_mode no_wal_writes"
            con.execute(f"attach {quote(str(path))} as built ({options})")
            con.execute(_FILE_FIRST)
            yield con
            con.execute("checkpoint built")
            con.execute("use memory")
            con.execute("detach built")
        finally:
            con.close()

    @contextmanager
    def beside(self, con: Connection) -> Iterator[Connection]:
        """Open a second connection to the file that a build writes, for reading alongside the first."""
        with closing(con.cursor()) as other:
            other.execute(_FILE_FIRST)
            yield other

    @contextmanager
    def reading(self, path: Path) -> Iterator[Connection]:
        """Open a published file read-only."""
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
        except self.damage as error:
            what = f"the published file cannot be read: {without_values(str(error).strip().splitlines()[0])}"
            raise DataError(what, where=path.name, fix=LOOK_THROUGH) from error
        finally:
            con.close()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Open a connection without a file of its own, for reading several files together."""
        with duckdb.connect() as con:
            _close_off(con)
            yield con

    @contextmanager
    def repeating(self) -> Iterator[Connection]:
        """Open a connection without a file whose exports have the same bytes on every machine."""
        # The order in which threads finish shows in the bytes.
        with duckdb.connect(config={"threads": 1}) as con:
            yield con

    def run_model(self, con: Connection, path: Path, *, line_by_line: bool, kept: bool) -> None:
        """Run the SQL of a model."""
        # By hand, without a build, everything is made in the only file there is.
        apart = not kept and con.execute("select current_database()").fetchall() == [("built",)]
        # The engine guesses that one line in 25 passes conditions that nearly all pass, and would hash the lines
        # instead of what they look up: several times the work, and all of the memory.
        if line_by_line:
            con.execute("set disabled_optimizers = 'build_side_probe_side'")
        if apart:
            con.execute(_MEMORY_FIRST)
        try:
            con.execute(path.read_text(encoding="utf-8"))
        finally:
            if apart:
                con.execute(_FILE_FIRST)
            if line_by_line:
                con.execute("reset disabled_optimizers")

    def read_counts(self, con: Connection, query: str, values: Sequence[object]) -> dict[str, npt.NDArray[Any]]:
        """Return the columns of a query on a count table as arrays."""
        try:
            con.execute(query, values)
            # Other engines turn their rows into arrays differently.
            frame = cast(duckdb.DuckDBPyConnection, con).fetchnumpy()
        except duckdb.ConversionException as error:
            raise SumTooLargeError from error
        return {name: np.asarray(column) for name, column in frame.items()}

    def read_frame(self, con: Connection, query: str) -> pd.DataFrame:
        """Return the rows of a query as a data frame."""
        con.execute(query)
        return cast(duckdb.DuckDBPyConnection, con).df()


def _limit(con: Connection, config: Config, *, spill: Path) -> None:
    _close_off(con)
    engine = config.engine
    if engine.threads is not None:
        con.execute(f"set threads = {engine.threads}")
    if engine.memory_limit is not None:
        con.execute(f"set memory_limit = {quote(engine.memory_limit)}")
    # Spilled rows hold real ids: the next build removes this one's folder if it is killed.
    folder = spill if engine.temp_directory is None else config.base_dir / engine.temp_directory
    con.execute(f"set temp_directory = {quote(str(folder))}")


def _close_off(con: Connection) -> None:
    # The machine's time zone would decide which day a moment falls on. Global, so that cursors have it too.
    con.execute("set global timezone = 'UTC'")
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions", "python_enable_replacements"):
        con.execute(f"set {setting} = false")
    # By default, a large query spills beside the file, into the folder of a run, which nothing may change, or without a
    # file into the folder where the command runs.
    con.execute(f"set temp_directory = {quote(str(Path(tempfile.gettempdir()) / f'fairness-{os.getpid()}'))}")
