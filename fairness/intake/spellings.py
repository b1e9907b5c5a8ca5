"""Find ids and names of one column that differ only by case or Unicode form: most likely one thing, read as several.

Nothing is joined: ids may be case-sensitive, and a firm may well have two regions. The reader is told instead.

Decision D47.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from fairness.engine.base import Connection
from fairness.engine.sql_text import ident, quote
from fairness.intake.cell_keys import SEPARATOR, UNKNOWN
from fairness.intake.layout_parts import CELL_BASE, PLAN
from fairness.intake.stage import Staged, StagedFile

_IDS = ("customer_id", "party_id")
_NAMES = ("product_id", "plan_id", "region", "channel")


def folded(value: str) -> str:
    """Return what spellings of one thing have in common: without case, in one Unicode form, full width as plain.

    Example:
        >>> folded("STRASSE") == folded("Straße"), folded("Ａ1") == folded("a1")
        (True, True)
        >>> folded("North") == folded("North ")
        False
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())


def write_spellings(con: Connection, staged: Staged) -> None:
    """Create ``spelling``; needs the staging tables.

    Ids are in columns named after them, so that pseudonyms and erasure reach them; other values are in ``value``.
    """
    con.execute(
        """
        create or replace table spelling (
            column_name varchar, spelling_group integer, value varchar, customer_id varchar, party_id varchar,
            n_rows bigint
        )
        """
    )
    sources: dict[str, set[str]] = {}
    for record in staged.files:
        for name, query in _values(record, staged):
            sources.setdefault(name, set()).add(query)
    for name, queries in sorted(sources.items()):
        _add(con, name, " union all ".join(sorted(queries)))


def _values(record: StagedFile, staged: Staged) -> Iterator[tuple[str, str]]:
    """Yield name and query of each column of a file's role that holds ids or names: ``v``, ``n`` rows."""
    layout = record.mapping.layout
    for name in (*_IDS, *_NAMES):
        if name in layout.names and record.mapping.has(name):
            yield name, _query(layout.table, ident(name))
    n_late, n_late_lenses = staged.customer_cells, staged.customer_lenses
    cells, lenses = staged.cell_columns, staged.lens_columns
    early, early_lenses = cells[: len(cells) - n_late], lenses[: len(lenses) - n_late_lenses]
    parts: list[tuple[str, tuple[str, ...], int]] = []
    if layout.role == "book":
        parts = [("cell_key", early, len(CELL_BASE)), ("lens_key", early_lenses, 0)]
    elif layout.role == "billing":
        parts = [("controls_key", early, 1), ("lens_key", early_lenses, 1)]
    elif layout.role == "customers":
        parts = [("controls_key", cells[len(early) :], 1), ("lens_key", lenses[len(early_lenses) :], 1)]
    for key, names, before in parts:
        for place, name in enumerate(names, start=before + 1):
            if name not in (*layout.names, PLAN):
                yield name, _query(layout.table, f"split_part({key}, {quote(SEPARATOR)}, {place})")


def _query(table: str, value: str) -> str:
    rows = f"from {table} where reject_reason is null"
    if value in map(ident, _IDS):
        return f"select {value} as v, 1 as n {rows}"
    return f"select {value} as v, count(*) as n {rows} group by 1"


def _may_differ(con: Connection, values: str) -> bool:
    """Return whether values may differ only by case or Unicode form.

    In ASCII two of them need a small letter in one and a capital in the other; most ids have one kind only.
    """
    found = con.execute(
        f"select bool_or(v <> lower(v)) and bool_or(v <> upper(v)), bool_or(strlen(v) <> length(v)) from {values}"
    ).fetchone()
    return found is not None and any(found)


def _add(con: Connection, name: str, values: str) -> None:
    """Add the groups of spellings of one column."""
    # Nearly every row has an id of its own, and finding the distinct ones takes ten times as long as looking at each.
    if name in _IDS and not _may_differ(con, f"({values})"):
        return
    con.execute(
        f"create or replace temp table spelled as select v, cast(sum(n) as bigint) as n from ({values}) "
        f"where v is not null and v not in ('', {quote(UNKNOWN)}) group by v"
    )
    if not _may_differ(con, "spelled"):
        return
    others = con.execute("select v from spelled where strlen(v) <> length(v)").fetchall()
    con.execute(
        "create or replace temp table fold as "
        "select unnest(cast(? as varchar[])) as v, unnest(cast(? as varchar[])) as f",
        [[v for (v,) in others], [folded(v) for (v,) in others]],
    )
    shown = ", ".join(
        f"v as {column}" if column == (name if name in _IDS else "value") else f"null as {column}"
        for column in ("value", *_IDS)
    )
    con.execute(
        f"""
        insert into spelling
        with named as (select v, n, coalesce(fold.f, lower(v)) as key from spelled left join fold using (v)),
        several as (select key from named group by key having count(*) > 1)
        select {quote(name)}, dense_rank() over (order by key), {shown}, n
        from named semi join several using (key)
        order by key, v
        """
    )
