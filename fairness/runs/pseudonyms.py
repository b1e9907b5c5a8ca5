"""Replace ids of people by keyed pseudonyms on the way from the built warehouse to the published file.

The models run on the real ids, so that no number depends on the pseudonyms; the published file is written afresh, so
that no real id remains in it.

Decision D61.
"""

from __future__ import annotations

from pathlib import Path

from fairness.config import Config
from fairness.engine.base import Connection
from fairness.engine.connection import building
from fairness.engine.sql_text import ident, quote
from fairness.runs.copying import CONTENT, PERSONAL, RAW, Table, Values, copy_database, tables
from fairness.runs.key import PSEUDONYM_DIGITS, Key

_JOINED_FROM = 200_000
"""Number of rows from which a table looks its pseudonyms up; below, computing them keeps the order of the rows."""


def write_pseudonymised(built: Path, published: Path, config: Config, key: Key) -> None:
    """Copy a built warehouse into a new file with pseudonyms in place of ids; rejected rows lose their content.

    Args:
        built: The warehouse with the real ids.
        published: The file to write.
        config: Threads and memory.
        key: The key.
    """
    with building(published, config) as con:
        con.execute(f"attach {quote(str(built))} as with_ids (read_only)")
        con.execute("set preserve_insertion_order = true")
        looked_up = _look_up(con, key)
        copy_database(con, "with_ids", "built", lambda table: _query(table, key, looked_up=looked_up))
        con.execute("drop table if exists temp.main.pseudonym")
        con.execute("detach with_ids")


def hashed(value: str, *, inner: str = "$inner_pad", outer: str = "$outer_pad") -> str:
    """Return the SQL of the pseudonym of a text: the same as Python's ``hmac``, cut to its first digits.

    Args:
        value: SQL of the text.
        inner: SQL of the inner pad: a parameter, so that the key never stands in a statement.
        outer: SQL of the outer pad.
    """
    digest = f"sha256({outer}::blob || unhex(sha256({inner}::blob || encode({value}))))"
    return f"left({digest}, {PSEUDONYM_DIGITS})"


def _look_up(con: Connection, key: Key) -> bool:
    """Compute the pseudonym of every id of the billing lines once; a book has each id once anyway."""
    staged = [
        (table, column)
        for table in tables(con, "with_ids")
        if table.name.startswith("stg_") and table.name != "stg_book_row" and table.n_rows
        for column in table.columns
        if column in PERSONAL and column not in ("line_id", "invoice_id")
    ]
    if not any(table.n_rows >= _JOINED_FROM for table, _ in staged):
        return False
    union = " union ".join(
        f"select {ident(column)} as identity from with_ids.{ident(table.name)} where {ident(column)} is not null"
        for table, column in staged
    )
    con.execute(
        f"create temp table pseudonym as select identity, {hashed('identity')} as pseudonym from ({union})",
        _pads(key),
    )
    return True


def _pads(key: Key) -> dict[str, bytes]:
    inner, outer = key.pads
    return {"inner_pad": inner, "outer_pad": outer}


def _query(table: Table, key: Key, *, looked_up: bool) -> tuple[str, Values]:
    joins, shown, computed = "", [], False
    by_look_up = looked_up and table.n_rows >= _JOINED_FROM and table.name != "stg_book_row"
    for position, name in enumerate(table.columns):
        column = f"t.{ident(name)}"
        if name in PERSONAL and by_look_up and name not in ("line_id", "invoice_id"):
            joins += f" left join temp.main.pseudonym as p{position} on {column} = p{position}.identity"
            column = f"p{position}.pseudonym"
        elif name in PERSONAL or name == CONTENT:
            column, computed = hashed(column), True
        elif name == RAW:
            column = "cast(null as varchar)"
        shown.append(f"{column} as {ident(name)}")
    sql = f"select {', '.join(shown)} from with_ids.{ident(table.name)} as t{joins}"
    return sql, (_pads(key) if computed else None)
