"""Sources that are tables or queries of a PostgreSQL database: their rows are copied to a file and read like any other.

All rows of one reading are of the same moment, and in an order that they give themselves, so that equal rows make an
equal file: a run is identified by what was read, not by where or when.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fairness.config import Config, Source, Table
from fairness.engine.base import Connection
from fairness.engine.sql_text import ident
from fairness.errors import ConfigError, DataError
from fairness.intake.files import InputFile, describe_file, find_files

if TYPE_CHECKING:
    import psycopg

_SETTINGS = ("timezone = 'UTC'", "datestyle = 'ISO, YMD'", "intervalstyle = 'iso_8601'", "lc_monetary = 'C'")
_TABLE = re.compile(r'(?:[\w$]+|"[^"]+")(?:\.(?:[\w$]+|"[^"]+"))*')
_BOOLEAN, _SHOWN = 16, 60


class _Folder:
    """A folder that nobody else can read, removed when nothing refers to it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="fairness-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class Databases:
    """The databases that one reading has opened."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._open: dict[str, psycopg.Connection] = {}

    def described(self, con: Connection, origin: Source | Table, config: Config) -> Iterator[InputFile]:
        """Yield the files of a source or table, those with rows of a database written for it.

        Raises:
            ConfigError: The variable is not set, or the driver is not installed.
            DataError: A file is missing or cannot be read, or the database refuses.
        """
        if origin.postgres is None:
            for path, label in find_files(origin, config):
                yield describe_file(con, path, label, origin)
            return
        folder, query = _Folder(), origin.query or ""
        shown = " ".join(query.split())
        label = f"{origin.postgres}: {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '...'}"
        path = folder.path / "rows.csv"
        self._copy(origin.postgres, f"table {query}" if _TABLE.fullmatch(query) else query, path, label)
        form = origin.model_copy(update={"delimiter": ","})
        yield replace(describe_file(con, path, label, form), keeper=folder)

    def _copy(self, variable: str, query: str, path: Path, label: str) -> None:
        import psycopg

        con = self._connection(variable)
        rows = f"(\n{query}\n) as fairness_rows"
        try:
            # A prepared statement is one statement: what follows a semicolon is refused.
            columns = con.execute(f"select * from {rows} limit 0", prepare=True).description or ()
            shown = ", ".join(
                f"fairness_rows.{ident(column.name)}" + ("::text" if column.type_code == _BOOLEAN else "")
                for column in columns
            )
            copied = (
                f'copy (select {shown} from {rows} order by fairness_rows::text collate "C") '
                "to stdout (format csv, header)"
            )
            with path.open("xb") as stream, con.cursor() as cursor, cursor.copy(copied) as blocks:
                for block in blocks:
                    stream.write(block)
        except psycopg.Error as error:
            raise DataError(
                f"the database refuses the query: {_first_line(error)}",
                where=label,
                fix="query = a table, as in 'billing.invoice_lines', or one SELECT that this user may read",
            ) from error

    def _connection(self, variable: str) -> psycopg.Connection:
        if variable not in self._open:
            self._open[variable] = self._stack.enter_context(_connected(variable))
        return self._open[variable]


@contextmanager
def databases() -> Iterator[Databases]:
    """Open databases on demand, each once, and close them at the end."""
    with ExitStack() as stack:
        yield Databases(stack)


@contextmanager
def _connected(variable: str) -> Iterator[psycopg.Connection]:
    """Connect to the database that an environment variable names; all that is read is of one moment."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise ConfigError(
            "sources from PostgreSQL need psycopg",
            where=f'postgres = "{variable}"',
            fix='install it: pip install "loyalty-fairness[postgres]"',
        ) from error
    text = os.environ.get(variable, "").strip()
    form = f"export {variable}=postgresql://user:password@host/database"
    if not text:
        raise ConfigError("the environment variable is not set", where=f'postgres = "{variable}"', fix=form)
    try:
        conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        # The driver's own message repeats the text, which may hold a password.
        raise ConfigError(
            f"what {variable} holds is no connection string", where=f'postgres = "{variable}"', fix=form
        ) from None
    try:
        con = psycopg.connect(text, client_encoding="UTF8", application_name="fairness")
    except psycopg.Error as error:
        raise DataError(
            f"the database cannot be reached: {_first_line(error)}",
            where=f'postgres = "{variable}"',
            fix=f"check host, user and password in {variable}, and that the server runs",
        ) from None
    with con:
        con.read_only = True
        con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for setting in _SETTINGS:
            con.execute(f"set local {setting}")
        yield con
        con.rollback()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
