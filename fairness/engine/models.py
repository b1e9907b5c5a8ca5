"""Find and run the SQL models, checks and saved analyses of ``sql/``.

The files are plain SQL that anyone can run: ``cat sql/models/*/*.sql | duckdb FILE`` executes the same bytes as
:func:`run_models`. The order is that of the folders, then of the numbers; what a model needs beyond its SQL is in the
``Options`` line of its header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE, EngineError
from fairness.engine.headers import Header, comment_statements, read_model, read_options, read_reads, read_tables
from fairness.errors import DataError, FairnessError, SqlError, without_values

_PACKAGE = Path(__file__).resolve().parent.parent

_LINE_BY_LINE = "line by line"
"""Option of models that look something up for every billing line."""

_NOT_KEPT = "not kept"
"""Option of intermediate steps that nothing in the published file reads: a build makes them in memory."""


def sql_root() -> Path:
    """Return the folder of the SQL files: inside the installed package, or beside it in a checkout.

    Raises:
        FairnessError: Neither exists; the installation is incomplete.
    """
    packaged = _PACKAGE / "_sql"
    if packaged.is_dir():
        return packaged
    checkout = _PACKAGE.parent
    # Without the pyproject check, a site-packages/sql of some other package could be picked up.
    if (checkout / "pyproject.toml").is_file() and (checkout / "sql").is_dir():
        return checkout / "sql"
    raise FairnessError("the SQL models are missing", where=str(packaged), fix="install loyalty-fairness again")


def model_files() -> list[Path]:
    """Return the models in running order: that of their folders, then of their numbers."""
    return sorted((sql_root() / "models").glob("*/*.sql"))


def models_behind(tables: Collection[str]) -> list[Path]:
    """Return the models that tables come from, by what the headers say they read, in running order."""
    known = {header.name: (path, header) for path in model_files() for header in [read_model(path)]}
    found, asked = set[str](), list(tables)
    while asked:
        name = asked.pop()
        if name in known and name not in found:
            found.add(name)
            asked += known[name][1].reads
    return [path for name, (path, _) in known.items() if name in found]


def check_files() -> list[Path]:
    """Return the checks: queries that are healthy when they return no rows."""
    return sorted((sql_root() / "checks").glob("*.sql"))


def analysis_files() -> list[Path]:
    """Return the saved analyses, in order."""
    return sorted((sql_root() / "analyses").glob("*.sql"))


def analysis_query(name: str) -> str:
    """Return the text of a saved analysis by its name, such as ``rows_set_aside``."""
    (path,) = (path for path in analysis_files() if path.stem[3:] == name)
    return path.read_text(encoding="utf-8")


def sql_hashes() -> dict[str, str]:
    """Return the SHA-256 of every SQL file that a build runs, by its path below ``sql/``."""
    root = sql_root()
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*model_files(), *check_files(), *sorted((root / "tables").glob("*.sql")))
    }


def analyst_tables() -> list[Header]:
    """Return what the analyst's file holds: what intake writes, the models in running order, the findings."""
    intake, findings = (read_tables(sql_root() / "tables" / f"{name}.sql") for name in ("intake", "findings"))
    models = (header for header in map(read_model, model_files()) if _NOT_KEPT not in header.options)
    return [*intake, *models, *findings]


def share_tables() -> list[Header]:
    """Return what the share file holds; its columns point to those of the analyst's file."""
    return read_tables(sql_root() / "tables" / "share.sql")


def run_models(con: Connection, tables: Collection[str] | None = None) -> None:
    """Run the models, in order.

    Args:
        con: The database of a build, with what intake writes.
        tables: Tables that are asked for; models that they do not come from are left out. None runs all.

    Raises:
        SqlError: A model failed, or its header names an option that does not exist; the message names its file.
    """
    for path in model_files() if tables is None else models_behind(tables):
        options = read_options(path)
        if options - {_LINE_BY_LINE, _NOT_KEPT}:
            raise SqlError(
                f"the model {path.name} names an unknown option",
                where=str(path.relative_to(sql_root().parent)),
                fix=f"the options are '{_LINE_BY_LINE}' and '{_NOT_KEPT}'",
            )
        _run(con, path, line_by_line=_LINE_BY_LINE in options, kept=_NOT_KEPT not in options)


def _run(con: Connection, path: Path, *, line_by_line: bool, kept: bool) -> None:
    try:
        ENGINE.run_model(con, path, line_by_line=line_by_line, kept=kept)
    except EngineError as error:
        raise SqlError(
            f"the model {path.name} failed: {without_values(str(error).strip().splitlines()[0])}",
            where=str(path.relative_to(sql_root().parent)),
            fix="this is a defect unless the disk or the memory limit is exhausted; please report it",
        ) from error


def write_comments(con: Connection, tables: Collection[Header]) -> None:
    """Write the COMMENT of every table, view and column; needs all of them to exist.

    Args:
        con: Connection whose current database holds them.
        tables: :func:`analyst_tables` or :func:`share_tables`.

    Raises:
        SqlError: A comment names something that does not exist; the transaction of all comments stays open.
    """
    # Hundreds of statements: each by itself would write to disk.
    con.begin()
    for statement in comment_statements(tables, analyst_tables()):
        try:
            con.execute(statement)
        except EngineError as error:
            raise SqlError(
                f"a comment cannot be written: {without_values(str(error).strip().splitlines()[0])}",
                where=statement.partition(" is ")[0],
                fix="this is a defect: a header in sql/ describes what is not there; please report it",
            ) from error
    con.commit()


def run_checks(con: Connection, tables: Collection[str] | None = None, *, hidden: Collection[str] = ()) -> None:
    """Run every check; nothing is published when one returns rows.

    Args:
        con: Connection to the built warehouse.
        tables: What :func:`run_models` was asked for; checks of tables that it left out are left out too.
        hidden: Columns whose values a message does not show.

    Raises:
        DataError: A check found rows; the message shows the first.
    """
    missing = frozenset[str]() if tables is None else _names(model_files()) - _names(models_behind(tables))
    for path in check_files():
        if missing & read_reads(path):
            continue
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
                fix="nothing was published; the comment at the top of the check says what it guards",
            )


def _names(models: Collection[Path]) -> frozenset[str]:
    return frozenset(read_model(path).name for path in models)
