"""Find and run the SQL models, checks and saved analyses of ``sql/``.

The files are plain SQL that anyone can run: ``cat sql/models/*/*.sql | duckdb FILE`` executes the same bytes as
:func:`run_models`. The order is that of the folders, then of the numbers; what a model needs beyond its SQL stands in
the line ``Options`` of its header.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

import duckdb

from fairness.errors import DataError, FairnessError, SqlError, without_values

_PACKAGE = Path(__file__).resolve().parent.parent
COMMENTS, SHARE_COMMENTS = "comments.sql", "comments_share.sql"

# The engine guesses that one line in 25 passes conditions that nearly all pass, and would hash the lines instead of
# what they look up: several times the work, and all of the memory.
_LINE_BY_LINE = "line by line"
"""Option of models that look something up for every billing line."""


def sql_root() -> Path:
    """Return the folder of the SQL files: inside the installed package, or beside it in a checkout.

    Raises:
        FairnessError: Neither exists; the installation is incomplete.
    """
    packaged = _PACKAGE / "_sql"
    if packaged.is_dir():
        return packaged
    checkout = _PACKAGE.parent
    # Without the pyproject check a stranger's site-packages/sql could be picked up.
    if (checkout / "pyproject.toml").is_file() and (checkout / "sql").is_dir():
        return checkout / "sql"
    raise FairnessError("the SQL models are missing", where=str(packaged), mend="install loyalty-fairness again")


def model_files() -> list[Path]:
    """Return the models in running order: that of their folders, then of their numbers."""
    return sorted((sql_root() / "models").glob("*/*.sql"))


def check_files() -> list[Path]:
    """Return the checks: queries that are healthy when they return no rows."""
    return sorted((sql_root() / "checks").glob("*.sql"))


def sql_hashes() -> dict[str, str]:
    """Return the SHA-256 of every SQL file that a build runs, by its path below ``sql/``."""
    root = sql_root()
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*model_files(), *check_files(), root / COMMENTS, root / SHARE_COMMENTS)
    }


def run_models(con: duckdb.DuckDBPyConnection) -> None:
    """Run the models, in order.

    Raises:
        SqlError: A model failed, or its header names an option that does not exist; the message names its file.
    """
    for path in model_files():
        options = _options(path)
        if options - {_LINE_BY_LINE}:
            raise SqlError(
                f"the model {path.name} names an unknown option",
                where=str(path.relative_to(sql_root().parent)),
                mend=f"the only option is '{_LINE_BY_LINE}'",
            )
        if _LINE_BY_LINE not in options:
            _run(con, path)
            continue
        con.execute("set disabled_optimizers = 'build_side_probe_side'")
        try:
            _run(con, path)
        finally:
            con.execute("reset disabled_optimizers")


def _options(path: Path) -> set[str]:
    """Return what the line ``Options`` of a model's header names; empty without one."""
    said = re.search(r"^-- Options: +(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return set(said[1].split(", ")) if said else set()


def _run(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        con.execute(path.read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise SqlError(
            f"the model {path.name} failed: {without_values(str(error).strip().splitlines()[0])}",
            where=str(path.relative_to(sql_root().parent)),
            mend="this is a defect unless the disk or the memory limit is exhausted; please report it",
        ) from error


def write_comments(con: duckdb.DuckDBPyConnection, name: str = COMMENTS) -> None:
    """Write the COMMENT of every published table, view and column; needs all of them to exist.

    Args:
        con: Connection whose current database holds them.
        name: ``comments.sql`` for the analyst's file, ``comments_share.sql`` for the share file.

    Raises:
        SqlError: A comment names something that does not exist; the transaction of all comments stays open.
    """
    # Hundreds of statements: each by itself would write to the disk.
    con.begin()
    _run(con, sql_root() / name)
    con.commit()


def run_checks(con: duckdb.DuckDBPyConnection, *, hidden: Collection[str] = ()) -> None:
    """Run every check; nothing is published when one returns rows.

    Args:
        con: Connection to the built warehouse.
        hidden: Columns whose values a message does not show.

    Raises:
        DataError: A check found rows; the message shows the first.
    """
    for path in check_files():
        result = con.execute(path.read_text(encoding="utf-8"))
        offending = result.fetchmany(3)
        if offending:
            columns = [str(column[0]) for column in result.description or ()]
            shown = "; ".join(
                ", ".join(f"{c}={'(not shown)' if c in hidden else v}" for c, v in zip(columns, row, strict=True))
                for row in offending
            )
            raise DataError(
                f"the check {path.stem} failed: {shown}",
                where=f"sql/checks/{path.name}",
                mend="nothing was published; the comment at the top of the check says what it guards",
            )
