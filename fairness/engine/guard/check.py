"""Decide from its parsed form whether a statement only reads and names only what is allowed.

The text is parsed by DuckDB itself, so that comments, quoting, case and nesting cannot hide anything: what is checked
is the tree that would run. Two rules share that walk:

* :func:`check_guarded` for text from strangers: one query, every part of it on a list of what is allowed;
* :func:`check_reading` for the analyst's own text: one query that changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

import duckdb

from fairness.engine.base import Connection
from fairness.engine.guard.allowed import CATALOG_VIEWS, FUNCTIONS, TABLE_FUNCTIONS
from fairness.errors import SqlError, nearest

_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
_SOURCES = frozenset(
    {"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SHOW_REF", "SUBQUERY", "TABLE_FUNCTION"}
)
_MODIFIERS = frozenset({"DISTINCT_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER"})
_ORDERS = frozenset({"ASCENDING", "DESCENDING", "ORDER_DEFAULT"})
_PARTS = _QUERIES | _SOURCES | _MODIFIERS | _ORDERS
_EXPRESSIONS = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "DEFAULT",
        "FUNCTION",
        "LAMBDA",
        "LAMBDA_REF",
        "OPERATOR",
        "PARAMETER",
        "POSITIONAL_REFERENCE",
        "STAR",
        "SUBQUERY",
        "TYPE",
        "WINDOW",
    }
)
_SHOWN = frozenset({'"tables"', '"schemas"', "__show_tables_expanded"})
_RUNS_TEXT = frozenset({"query", "query_table", "json_execute_serialized_sql"})
_BLANK = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
_EXPLAIN = re.compile(rf"{_BLANK}explain\b{_BLANK}(analyze\b)?", re.IGNORECASE | re.DOTALL)
_LIKE_A_FILE = re.compile(r"[/\\.:*?\[\]~]")
_PIVOT = ("PIVOT",)
"""A PIVOT without a list of values, which is split into several statements."""

LIST_FIX = "`show tables` lists the tables, `describe findings` the columns of one"
_READ_FIX = "ask with SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES or EXPLAIN"


class Refused(Exception):
    """A statement that may not run.

    Attributes:
        what: What was refused.
        fix: What to write instead.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def sql_error(query: str, what: str, fix: str) -> SqlError:
    """Return the error of a query, which names its first line."""
    lines = query.strip().splitlines()
    return SqlError(what, where=lines[0][:200] if lines else "(empty query)", fix=fix)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The names that a base table may have.

    Attributes:
        database: Name of the opened database.
        tables: Its tables and views, lower case.
        withheld: Views of the engine that are not allowed, lower case.
    """

    database: str
    tables: frozenset[str]
    withheld: frozenset[str]


def read_catalog(con: Connection) -> Catalog:
    """Return the names in the opened database, before or after the settings are locked."""
    name = con.execute("select current_database()").fetchall()[0][0]
    rows = con.execute(
        """
        select lower(table_name), true from duckdb_tables() where not internal and schema_name = 'main'
        union all select lower(view_name), not internal from duckdb_views()
        """
    ).fetchall()
    tables = frozenset(table for table, is_own in rows if is_own)
    return Catalog(name.lower(), tables, frozenset(table for table, _ in rows) - tables - CATALOG_VIEWS)


def check_guarded(con: Connection, query: str, catalog: Catalog) -> str:
    """Let a statement pass if it is one query and every part of it is on the lists of what is allowed.

    Returns:
        The text to run: for an EXPLAIN, the query that was checked, with EXPLAIN before it.

    Raises:
        Refused: It is something else; the error names the part.
        duckdb.Error: It does not parse.
    """
    kinds = _kinds(con, query)
    if kinds == _PIVOT:
        raise Refused(
            "PIVOT without its values is refused: it runs statements that cannot be checked beforehand",
            "name the values: PIVOT findings ON basis IN ('headline', 'effective') USING count(*)",
        )
    before, inner = _explained(query, kinds)
    tree = _tree(con, inner)
    if tree is None:
        raise _not_a_query(kinds)
    nodes = list(_walk(tree))
    named = {name.lower() for node in nodes for name in _names_of_ctes(node)}
    for node in nodes:
        _check_part(node)
        _check_source(node, catalog, named)
    return before + inner


def check_reading(con: Connection, query: str) -> tuple[str, bool]:
    """Let a statement pass if it is one query that changes nothing; functions and files are not checked.

    Returns:
        The text to run, and whether all of it could be checked. If not, as with a PIVOT without its values or SQL
        inside a text, run it with all files closed.

    Raises:
        Refused: It is not one query, or a part of it writes.
        duckdb.Error: It does not parse.
    """
    kinds = _kinds(con, query)
    if kinds == _PIVOT:
        return query, False
    before, inner = _explained(query, kinds)
    tree = _tree(con, inner)
    if tree is None:
        raise _not_a_query(kinds)
    nodes = list(_walk(tree))
    for node in nodes:
        if _type(node).endswith("_NODE") and _type(node) not in _QUERIES:
            raise _writes(node)
    runs_text = any(str(node.get("function_name")).lower() in _RUNS_TEXT for node in nodes)
    return before + inner, not runs_text


def _kinds(con: Connection, query: str) -> tuple[str, ...]:
    """Return the kinds of the statements of a text."""
    # A NUL may end the text for one reader and be a blank for another; half a surrogate pair is not a character.
    if "\0" in query or any("\ud800" <= character <= "\udfff" for character in query):
        raise Refused("the query holds a byte that is no text", "write it as plain UTF-8")
    statements = cast(duckdb.DuckDBPyConnection, con).extract_statements(query)
    kinds = tuple(statement.type.name for statement in statements)
    if not kinds:
        raise Refused("the query is empty", "try 'from findings'")
    # Version 1.5 lists the parts of a PIVOT, which have no text of their own; version 2.0 has a name for the whole.
    if kinds == ("MULTI",) or (len(kinds) > 1 and not any(statement.query.strip() for statement in statements)):
        return _PIVOT
    if len(kinds) > 1:
        raise Refused(f"{len(kinds)} statements at once are refused", "send one query at a time")
    return kinds


def _explained(query: str, kinds: tuple[str, ...]) -> tuple[str, str]:
    """Return what comes before a query, EXPLAIN or nothing, and the query."""
    found = _EXPLAIN.match(query) if kinds == ("EXPLAIN",) else None
    if found is None:
        return "", query
    # What runs is put together again, because comments may nest in ways that this expression does not see.
    return "explain analyze " if found[1] else "explain ", query[found.end() :]


def _tree(con: Connection, query: str) -> Any:
    """Return the parsed form of a query, or None for statements of other kinds."""
    try:
        found = json.loads(con.execute("select json_serialize_sql(?::varchar)", [query]).fetchall()[0][0])
    except RecursionError:
        raise Refused("the query is nested too deeply", "split it into steps with WITH") from None
    return None if found["error"] or len(found["statements"]) != 1 else found["statements"]


def _not_a_query(kinds: tuple[str, ...]) -> Refused:
    kind = kinds[0].replace("_", " ")
    if kind in ("COPY", "EXPORT", "COPY DATABASE"):
        return Refused(f"{kind} is refused: nothing is written from here", "write the output: --format csv > file.csv")
    if kind == "EXPLAIN":
        return Refused("this EXPLAIN is refused", "write EXPLAIN or EXPLAIN ANALYZE before one query, without options")
    if kind == "SELECT":  # what version 1.5 calls a PRAGMA that it runs as a query
        kind = "PRAGMA"
    return Refused(f"{kind} is refused: the published run is read-only, one query at a time", _READ_FIX)


def _writes(node: dict[str, Any]) -> Refused:
    what = _type(node).removesuffix("_NODE").removesuffix("_QUERY").replace("_", " ")
    return Refused(f"{what} inside a query is refused: the published run is read-only", _READ_FIX)


def _walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a tree; not the inside of constants, which is data."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            yield node
            if node.get("class") != "CONSTANT":
                stack.extend(node.values())


def _type(node: dict[str, Any]) -> str:
    found = node.get("type")
    return found if isinstance(found, str) else ""


def _names_of_ctes(node: dict[str, Any]) -> list[str]:
    ctes = node.get("cte_map")
    names = [str(entry["key"]) for entry in ctes["map"]] if isinstance(ctes, dict) else []
    return [*names, str(node["cte_name"])] if "cte_name" in node else names


def _check_part(node: dict[str, Any]) -> None:
    """Refuse parts of a kind that is not known, and functions that are not on the list."""
    kind, expression = _type(node), node.get("class")
    if kind.endswith("_NODE") and kind not in _QUERIES:
        raise _writes(node)
    if expression is not None:
        if expression not in _EXPRESSIONS:
            raise Refused(f"the expression {expression} is not allowed here", _READ_FIX)
    elif kind and kind not in _PARTS and not kind.endswith("_TYPE_INFO"):
        raise Refused(f"{kind.replace('_', ' ')} is not allowed here", _READ_FIX)
    # The functions of FROM are checked there; among expressions, the engine itself has no use for them.
    name = str(node.get("function_name", "")).lower()
    if name and name not in FUNCTIONS | TABLE_FUNCTIONS:
        raise _unknown_function(name, FUNCTIONS)


def _unknown_function(name: str, known: Collection[str]) -> Refused:
    return Refused(
        f"the function {name} is not allowed here{nearest(name, known)}",
        "use the published tables and functions that compute; files, settings and the machine cannot be reached",
    )


def _check_source(node: dict[str, Any], catalog: Catalog, named: Collection[str]) -> None:
    """Refuse what is in FROM unless it is a published table, a name from WITH or a listed function."""
    kind = _type(node)
    if node.get("class") is not None:
        return
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS:
            raise _unknown_function(name, TABLE_FUNCTIONS)
    elif kind == "BASE_TABLE":
        _check_table(node, catalog, named)
    elif kind == "SHOW_REF":
        name = str(node["table_name"])
        if name and name not in _SHOWN and name.lower() not in catalog.tables:
            raise _unknown_table(name, catalog)


def _check_table(node: dict[str, Any], catalog: Catalog, named: Collection[str]) -> None:
    name = str(node["table_name"])
    before = [str(node[part]).lower() for part in ("catalog_name", "schema_name") if node[part]]
    path = node.get("qualified_name", {}).get("path", [*before, name])
    if [str(part).lower() for part in path if part] != [*before, name.lower()]:
        raise _unknown_table(".".join(map(str, path)), catalog)
    inside = before[1:] if before[:1] == [catalog.database] else before
    if inside == ["information_schema"] and not _LIKE_A_FILE.search(name):
        return
    if inside in ([], ["main"]) and name.lower() in catalog.tables | CATALOG_VIEWS:
        return
    is_named = not before and name.lower() in named
    if not is_named or name.lower() in catalog.withheld or _LIKE_A_FILE.search(name):
        raise _unknown_table(".".join([*before, name]), catalog)


def _unknown_table(name: str, catalog: Catalog) -> Refused:
    if _LIKE_A_FILE.search(name):
        return Refused(f"'{name}' is refused: files cannot be read from here", LIST_FIX)
    return Refused(f"there is no table '{name}' here{nearest(name, catalog.tables)}", LIST_FIX)
