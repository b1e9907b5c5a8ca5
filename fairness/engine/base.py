"""The seam between the product and its engine: everything that the rest of the package asks of a database.

DuckDB is one implementation (:mod:`fairness.engine.duckdb_engine`). A second engine is a class beside it, the dialect
of ``sql/``, and the line of :mod:`fairness.engine.connection` that chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from fairness.config import Config


class Connection(Protocol):
    """An open database, and the result of what it executed last."""

    @property
    def description(self) -> Sequence[tuple[Any, ...]]:
        """The columns of the result, name first; empty without one."""

    def execute(self, query: str, parameters: object = None) -> Connection:
        """Run SQL with the values of its placeholders; the result is that of its last statement."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row of the result, or None."""

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Return the next rows of the result."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the remaining rows of the result."""

    def register(self, view_name: str, python_object: object) -> Connection:
        """Make a data frame readable under a name."""

    def unregister(self, view_name: str) -> Connection:
        """Forget a data frame."""

    def cursor(self) -> Connection:
        """Open another connection to the same database."""

    def begin(self) -> Connection:
        """Begin a transaction."""

    def commit(self) -> Connection:
        """End a transaction."""

    def close(self) -> None:
        """Close the database."""


class SumTooLargeError(Exception):
    """A count table holds a sum that 64 bits cannot hold: it is refused, never wrapped."""


class Engine(Protocol):
    """What runs the SQL: opens files, runs models, reads counts."""

    @property
    def version(self) -> str:
        """Name and version, for the record of a build."""

    @property
    def error(self) -> type[Exception]:
        """What it raises, whatever the cause."""

    @property
    def missing(self) -> type[Exception]:
        """What it raises where SQL names something that does not exist."""

    @property
    def no_memory(self) -> type[Exception]:
        """What it raises where memory runs out."""

    @property
    def no_access(self) -> type[Exception]:
        """What it raises where a file or the disk fails."""

    @property
    def no_room(self) -> tuple[type[Exception], ...]:
        """What it raises where disk or memory run out, or a file may not be written."""

    @property
    def damage(self) -> tuple[type[Exception], ...]:
        """What it raises where the bytes of a file are not those that it wrote."""

    def building(self, path: Path, config: Config) -> AbstractContextManager[Connection]:
        """Open a new database file for a build; it is complete on disk at the end.

        Args:
            path: The file; it must not exist.
            config: Threads, memory limit and temporary folder come from ``[engine]``.
        """

    def beside(self, con: Connection) -> AbstractContextManager[Connection]:
        """Open a second connection to the file that a build writes, for reading alongside the first."""

    def reading(self, path: Path) -> AbstractContextManager[Connection]:
        """Open a published file read-only.

        Raises:
            DataError: The file does not exist, is not of a version that this engine reads, or is damaged.
        """

    def looking(self) -> AbstractContextManager[Connection]:
        """Open a connection without a file of its own, for reading several files together."""

    def repeating(self) -> AbstractContextManager[Connection]:
        """Open a connection without a file whose exports have the same bytes on every machine."""

    def run_model(self, con: Connection, path: Path, *, line_by_line: bool, kept: bool) -> None:
        """Run the SQL of a model.

        Args:
            con: The database of a build.
            path: The model.
            line_by_line: Whether it looks something up for every billing line: lines are then read as they come.
            kept: Whether the file of a build keeps what it makes; else the build alone sees it.
        """

    def read_counts(self, con: Connection, query: str, values: Sequence[object]) -> dict[str, npt.NDArray[Any]]:
        """Return the columns of a query on a count table as arrays.

        Raises:
            SumTooLargeError: A sum is beyond 64 bits.
        """

    def read_frame(self, con: Connection, query: str) -> pd.DataFrame:
        """Return the rows of a query as a data frame."""
