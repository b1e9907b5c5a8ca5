"""Keep the most frequent values for which rows are rejected, so that a reader sees what is wrong with a column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from fairness.engine.base import Connection
from fairness.engine.sql_text import ident, quote
from fairness.intake.layout_parts import Layout
from fairness.intake.stage import Staged, StagedFile

_KINDS = ("price", "amount", "quantity", "whole", "months", "date", "month")
"""Kinds of columns whose values are shown: prices, numbers and dates, never names or ids."""

_WORD = re.compile(r"[\w-]+")
_SHOWN, _TRIED, _LONGEST = 3, 50, 40


def write_rejected_values(con: Connection, staged: Staged, *, personal: Collection[str], as_shapes: bool) -> None:
    """Create ``rejected_value``; needs ``quarantine`` and the staging tables.

    A row whose columns have shifted may hold an id where a price belongs: values that hold an id from rows of the same
    role are left out, and where ids become pseudonyms no value is shown, only its shape.

    Args:
        con: Connection whose current database is the warehouse.
        staged: The inputs.
        personal: Names of the columns that hold ids of people.
        as_shapes: Write 9 for each digit and x for each letter.
    """
    con.execute(
        "create or replace table rejected_value "
        "(role varchar, reason varchar, column_name varchar, value varchar, n_rows bigint)"
    )
    for record in staged.files:
        found = con.execute(
            "select distinct reason, column_name from quarantine "
            "where source_file = ? and role = ? and column_name is not null order by all",
            [record.file.label, record.source.role],
        ).fetchall()
        for reason, column in found:
            values = _values(con, record, str(reason), str(column), personal)
            counted: Counter[str] = Counter()
            for value, n in values:
                counted[shape(value) if as_shapes else value] += n
            for value, n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]:
                row = [record.source.role, reason, column, value, n]
                con.execute("insert into rejected_value values (?, ?, ?, ?, ?)", row)


def shape(value: str) -> str:
    """Return a value without its digits and letters: what is left shows how it is written.

    Example:
        >>> shape("£ 1,234.50"), shape("31-Jan-24")
        ('£ 9,999.99', '99-xxx-99')
    """
    return "".join("9" if sign.isnumeric() else "x" if sign.isalpha() else sign for sign in value)


def _values(
    con: Connection, record: StagedFile, reason: str, column: str, personal: Collection[str]
) -> list[tuple[str, int]]:
    """Return values of a column for which rows of a file are rejected, with their rows, most frequent first.

    Nothing where it is not a number or date, where an expression computes it, and for records that cannot be parsed.
    """
    layout = record.mapping.layout
    kind = next((known.kind for known in layout.columns if known.name == column), None)
    place = record.mapping.place(column)
    if kind not in _KINDS or place is None:
        return []
    pointer = quote("/" + record.file.header[place].replace("~", "~0").replace("/", "~1"))
    rows = con.execute(
        f"""
        select left(json_extract_string(raw_row, {pointer}), {_LONGEST}) as value, count(*) as n_rows
        from quarantine
        where source_file = ? and role = ? and reason = ? and column_name = ? and json_valid(raw_row)
        group by value having value is not null
        order by n_rows desc, value limit {_TRIED}
        """,
        [record.file.label, record.source.role, reason, column],
    ).fetchall()
    found = [(str(value), int(n)) for value, n in rows]
    words = {value: _words(value) for value, _ in found}
    ids = _ids_among(con, layout, sorted(set().union(*words.values())), personal)
    return [(value, n) for value, n in found if not words[value] & ids]


def _words(value: str) -> set[str]:
    """Return the parts of a value that may be an id: all of it, parts between spaces, and words that hold a letter."""
    return {value, *value.split(), *(word for word in _WORD.findall(value) if not word.isnumeric())}


def _ids_among(con: Connection, layout: Layout, values: Sequence[str], personal: Collection[str]) -> set[str]:
    """Return those of the words that are ids of people in the rows of a role."""
    found: set[str] = set()
    for name in sorted({*personal} & {*layout.names}):
        query = f"select distinct {ident(name)} from {layout.table} where {ident(name)} in (select unnest(?))"
        found |= {str(value) for (value,) in con.execute(query, [list(values)]).fetchall()}
    return found
