"""Resolve the names and SQL expressions of ``[source.columns]`` against a file's own header.

Names match exactly first, then ignoring case and spaces at the ends; a name that matches several columns is an error.
An expression may compute over the source's columns and nothing else: no subquery, no window, no aggregate, no table.
The engine's own parser does the parsing, so whatever it accepts means what it says.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairness.engine.base import Connection
from fairness.engine.sql_text import quote
from fairness.errors import ConfigError, nearest
from fairness.intake.dates import CLOCK_TYPES, ZONED_TYPES
from fairness.intake.deterministic import refuse_function, refuse_name

Tree = dict[str, Any]
"""A node of the engine's parse tree."""

_WITHOUT_ZONE = ("DATE", "TIME", *CLOCK_TYPES)
_FORBIDDEN_CLASSES = {"SUBQUERY", "WINDOW", "STAR", "LAMBDA_REF", "PARAMETER"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """An expression that reads a file's internal columns.

    Attributes:
        sql: DuckDB SQL over the internal column names ``c0``, ``c1``, ...
        is_computed: False where it is one bare column or a constant, which cannot fail row by row.
        is_study_clock: Whether a timestamp without zone that it gives was made from a moment, and so already shows the
            study's clock.
        places: Positions of the file's columns that it reads, from 0.
    """

    sql: str
    is_computed: bool
    is_study_clock: bool = False
    places: frozenset[int] = frozenset()

    @classmethod
    def column(cls, place: int) -> Resolved:
        """Return the expression that is one column of the file.

        Example:
            >>> Resolved.column(2).sql
            'c2'
        """
        return cls(f"c{place}", is_computed=False, places=frozenset({place}))


class Header:
    """The column names of one file and how they are found.

    Args:
        names: Names as they appear in the file.
        label: The file, for messages.
    """

    def __init__(self, names: tuple[str, ...], label: str) -> None:
        self.names = names
        self.label = label
        self._exact: dict[str, list[int]] = {}
        self._loose: dict[str, list[int]] = {}
        for position, name in enumerate(names):
            self._exact.setdefault(name, []).append(position)
            self._loose.setdefault(loose(name), []).append(position)

    def find(self, name: str, *, key: str) -> int | None:
        """Return the position of the column that ``name`` means, from 0, or None.

        Raises:
            ConfigError: The name fits several columns of the file.
        """
        positions = self._exact.get(name) or self._loose.get(loose(name)) or []
        if len(positions) > 1:
            fitting = ", ".join(f"'{self.names[position]}'" for position in positions)
            raise ConfigError(
                f"the name '{name}' fits {len(positions)} columns: {fitting}",
                where=f"{key} and {self.label}",
                fix="rename the columns in the export so that one fits",
            )
        return positions[0] if positions else None

    def missing(self, name: str, *, key: str) -> ConfigError:
        """Return the error that says which columns the file has."""
        known = ", ".join(loose_end.strip() for loose_end in self.names)
        return ConfigError(
            f"there is no column '{name}'{nearest(name, self.names)}",
            where=f"{key} and {self.label}",
            fix=f"the file has: {known}",
        )


def loose(name: str) -> str:
    """Return the form in which names are compared when no exact match exists.

    Example:
        >>> loose(" Monthly Charge ")
        'monthly charge'
    """
    return name.replace("\ufeff", "").strip().casefold()


def resolve(
    con: Connection,
    expression: str,
    header: Header,
    *,
    key: str,
    zone: str = "UTC",
    type_of: Callable[[str], str],
) -> Resolved:
    """Translate one mapping expression to SQL over the file's internal columns.

    Args:
        con: Any connection; only its parser is used.
        expression: A column name (taken verbatim where one fits) or a SQL expression.
        header: The file's columns.
        key: The config key, for messages.
        zone: ``study.time_zone``: a value with a zone that the expression casts to a day or time is cast in it.
        type_of: Returns the type of SQL over the file's internal columns.

    Raises:
        ConfigError: Not valid SQL, more than a scalar expression, or a column that does not exist.
    """
    bare = header.find(_unquoted(expression), key=key)
    if bare is not None:
        return Resolved.column(bare)
    tree = _parse(con, expression, key)
    names: list[Tree] = []
    functions: list[Tree] = []
    _walk(tree, names, functions, expression, key)
    for node in functions:
        refuse_function(con, node, where=f"{key} = {expression!r}")
    places: set[int] = set()
    for node in names:
        parts = node["column_names"]
        if len(parts) != 1:
            raise ConfigError(
                f"'{'.'.join(parts)}' names a table or a field",
                where=key,
                fix="use the file's own column names; quote names that contain a dot with double quotes",
            )
        place = header.find(parts[0], key=key)
        if place is None:
            refuse_name(parts[0], where=f"{key} = {expression!r}")
            raise header.missing(parts[0], key=key)
        places.add(place)
        node["column_names"] = [f"c{place}"]
    is_study_clock = _cast_in_zone(_Typing(con, copy.deepcopy(tree), zone, type_of), tree)
    return Resolved(_sql_of(con, tree), bool(names), is_study_clock, frozenset(places))


def _sql_of(con: Connection, tree: Tree) -> str:
    row = con.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    return str(row[0]).removeprefix("SELECT ") if row else ""


@dataclass(frozen=True, slots=True)
class _Typing:
    """How the type of a part of an expression is found.

    Attributes:
        con: A connection.
        statement: The whole statement, whose select list is replaced.
        zone: ``study.time_zone``.
        type_of: Returns the type of SQL over the file's internal columns.
    """

    con: Connection
    statement: Tree
    zone: str
    type_of: Callable[[str], str]

    def sql(self, node: Tree) -> str:
        whole = copy.deepcopy(self.statement)
        whole["statements"][0]["node"]["select_list"] = [node]
        return _sql_of(self.con, whole)


def _cast_in_zone(typing: _Typing, node: object) -> bool:
    """Make casts of a value with a zone to a day or time show the study's clock; the engine's own is UTC.

    Returns:
        Whether there is such a cast.
    """
    if isinstance(node, list):
        node = dict(enumerate(node))
    if not isinstance(node, dict):
        return False
    inside = [_cast_in_zone(typing, child) for child in node.values()]
    found = any(inside)
    if node.get("class") != "CAST" or typing.type_of(typing.sql(node)) not in _WITHOUT_ZONE:
        return found
    child = typing.sql(node["child"])
    if typing.type_of(child) not in ZONED_TYPES:
        return found
    if typing.zone != "UTC":
        shown = _parse(typing.con, f"timezone({quote(typing.zone)}, {child})", "")
        node["child"] = shown["statements"][0]["node"]["select_list"][0]
    return True


def _unquoted(expression: str) -> str:
    text = expression.strip()
    if len(text) > 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        return text[1:-1]
    return expression


def _parse(con: Connection, expression: str, key: str) -> Tree:
    row = con.execute("select json_serialize_sql(?)", [f"select {expression}"]).fetchone()
    tree: Tree = json.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        raise ConfigError(
            f"the expression is not valid SQL: {tree.get('error_message', 'unknown cause')}",
            where=f"{key} = {expression!r}",
            fix="write a column name or a DuckDB expression; quote text with single quotes",
        )
    node = tree["statements"][0]["node"]
    simple = (
        len(tree["statements"]) == 1
        and node.get("type") == "SELECT_NODE"
        and len(node.get("select_list", [])) == 1
        and node.get("from_table", {}).get("type") == "EMPTY"
        and not node.get("modifiers")
        and not any(node.get(part) for part in ("where_clause", "group_expressions", "having", "qualify", "sample"))
        and not node["cte_map"]["map"]
    )
    if not simple:
        raise ConfigError(
            "the expression is more than one value of the row",
            where=f"{key} = {expression!r}",
            fix="use only the row's own columns, constants and scalar functions",
        )
    return tree


def _walk(node: object, names: list[Tree], functions: list[Tree], expression: str, key: str) -> None:
    """Collect column references and function calls below ``node``; refuse what is not a scalar expression."""
    if isinstance(node, list):
        for item in node:
            _walk(item, names, functions, expression, key)
    elif isinstance(node, dict):
        kind = node.get("class")
        if kind in _FORBIDDEN_CLASSES:
            raise ConfigError(
                f"a {str(kind).lower().replace('_', ' ')} cannot stand in a mapping",
                where=f"{key} = {expression!r}",
                fix="use only the row's own columns, constants and scalar functions",
            )
        if kind == "COLUMN_REF":
            names.append(node)
            return
        if kind == "FUNCTION":
            functions.append(node)
        for child in node.values():
            _walk(child, names, functions, expression, key)
