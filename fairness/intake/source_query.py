"""The query of a source that joins several files: what it may contain, and the form in which its rows can be counted.

A source with prices keeps every row of the first table that it names. Inner joins are run as outer ones, and a row that
matches no partner is set aside with its money instead of vanishing; a row that matches two would count twice and is
refused. So the query of such a source joins tables to the first one and does nothing else at its top level: ``when``
states what it leaves out.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.guard.check import Catalog, Refused, check_guarded
from fairness.engine.sql_text import ident, quote
from fairness.errors import ConfigError, nearest
from fairness.intake.deterministic import refuse_function, refuse_name

Tree = dict[str, Any]

RECORD, NOT_JOINED, NOT_FOUND = "source_record", "not_joined", "not_found"
"""Columns of a query's result besides its own: the record of the first table, the table where it has no match and needs
one, and those where it has none and needs none (``left join``)."""

_MARK = "fairness_mark_"
_CHANCE = {"LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER"}
_PRICED = ("billing", "book")
_JOINS = (
    'write joins only, as in sql = "select * from lines join prices using (price_id)"; when = "..." leaves rows out'
)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been checked.

    Attributes:
        sql: What runs: the query's columns, :data:`RECORD` and :data:`NOT_JOINED`.
        plain: The query as written.
        tables: Tables that it reads, the first one first.
        keeps_rows: Whether each row of its first table comes out, once.
    """

    sql: str
    plain: str
    tables: tuple[str, ...]
    keeps_rows: bool


def check_query(
    con: Connection, sql: str, *, tables: Collection[str], names: Collection[str], role: str, key: str
) -> Query:
    """Check the query of a source and return how it is run.

    Args:
        con: A connection; its parser is used.
        sql: As the config has it.
        tables: Names of the ``[[table]]`` sections.
        names: Their columns.
        role: Role of the source.
        key: The config key, for messages.

    Raises:
        ConfigError: It is not a query of these tables, is not the same in every build, or cannot be counted.
    """
    where = f"{key} = {sql if len(sql) < 200 else sql[:200] + '...'!r}"
    sql = sql.strip().removesuffix(";")
    try:
        check_guarded(con, sql, Catalog("", frozenset(tables), frozenset()))
        tree = json.loads(con.execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0])
    except Refused as error:
        raise ConfigError(str(error), where=where, fix=_fix(error.fix, tables)) from error
    except EngineError as error:
        raise ConfigError(f"the query is no SQL: {str(error).splitlines()[0]}", where=where, fix=_JOINS) from error
    nodes = list(_walk(tree))
    _refuse_chance(con, nodes, names, where)
    read = [str(node["table_name"]) for node in nodes if node.get("type") == "BASE_TABLE"]
    found = [name for name in dict.fromkeys(read) if name in tables]
    unknown = [name for name in read if name not in tables and name not in _ctes(nodes)]
    if unknown or not found:
        what = f"there is no [[table]] '{unknown[0]}'{nearest(unknown[0], tables)}" if unknown else "it reads no table"
        raise ConfigError(what, where=where, fix=f"the [[table]] sections are {', '.join(sorted(tables)) or 'none'}")
    if role not in _PRICED:
        return Query(_numbered(sql), sql, tuple(found), keeps_rows=False)
    first, counted = _counted(con, tree, tables, where)
    return Query(counted, sql, (first, *(name for name in found if name != first)), keeps_rows=True)


def _fix(fix: str, tables: Collection[str]) -> str:
    return f"one SELECT over the [[table]] sections {', '.join(sorted(tables))}" if "show tables" in fix else fix


def _refuse_chance(con: Connection, nodes: list[Tree], names: Collection[str], where: str) -> None:
    """Refuse what may give different rows in another build."""
    known = {name.casefold() for name in names}
    for node in nodes:
        if node.get("class") == "FUNCTION":
            refuse_function(con, node, where=where)
        elif node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
            name = str(node["column_names"][0])
            if name.casefold() not in known:
                refuse_name(name, where=where)
        if node.get("type") in _CHANCE or node.get("sample"):
            raise ConfigError(
                "LIMIT and SAMPLE take some rows and leave others, and which ones may differ from build to build",
                where=where,
                fix='remove it; when = "..." says which rows are meant',
            )
        if node.get("type") in ("SHOW_REF", "TABLE_FUNCTION"):
            raise ConfigError("the query reads something else than a [[table]]", where=where, fix=_JOINS)


def _ctes(nodes: list[Tree]) -> set[str]:
    return {
        str(entry["key"]) for node in nodes if isinstance(node.get("cte_map"), dict) for entry in node["cte_map"]["map"]
    }


def _walk(node: Any) -> Iterator[Tree]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, dict):
        yield node
        for item in node.values():
            yield from _walk(item)


def _numbered(sql: str) -> str:
    return f"select *, row_number() over () as {RECORD}, cast(null as varchar) as {NOT_JOINED} from ({sql})"


def _counted(con: Connection, tree: Tree, tables: Collection[str], where: str) -> tuple[str, str]:
    """Return the first table, and the query with its rows numbered and its inner joins turned into outer ones."""
    tree = copy.deepcopy(tree)
    node = tree["statements"][0]["node"]
    what = _more_than_joins(node)
    if what:
        raise ConfigError(
            f"the query has {what}, which may leave out rows with prices without a trace", where=where, fix=_JOINS
        )
    marks: list[tuple[str, bool]] = []
    place, key = node, "from_table"
    spine = []
    while place[key].get("type") == "JOIN":
        place, key = place[key], "left"
        spine.append(place)
    first = str(place[key].get("table_name", ""))
    if place[key].get("type") != "BASE_TABLE" or first not in tables or first in _ctes(list(_walk(tree))):
        raise ConfigError("the query does not begin with a [[table]] whose rows it keeps", where=where, fix=_JOINS)
    place[key] = _marked(con, place[key], f"row_number() over () as {_MARK}0")
    for number, join in enumerate(reversed(spine), start=1):
        if join["join_type"] not in ("INNER", "LEFT") or join["ref_type"] in ("CROSS", "POSITIONAL"):
            raise ConfigError(
                f"a {join['join_type'] if join['ref_type'] == 'REGULAR' else join['ref_type']} join is none that keeps "
                "each row of the first table",
                where=where,
                fix=_JOINS,
            )
        marks.append((str(join["right"].get("table_name") or _name(join["right"])), join["join_type"] == "INNER"))
        join["join_type"] = "LEFT"
        join["right"] = _marked(con, join["right"], f"true as {_MARK}{number}")
    node["select_list"] += [
        _expression(con, f"{_MARK}{number} as {_MARK}out{number}") for number in range(len(marks) + 1)
    ]
    inner = con.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchall()[0][0]
    arms = " ".join(
        f"when {_MARK}out{number} is null then {quote(name)}"
        for number, (name, is_inner) in enumerate(marks, start=1)
        if is_inner
    )
    missed = f"case {arms} end" if arms else "cast(null as varchar)"
    lacking = ", ".join(
        f"case when {_MARK}out{number} is null then {quote(name)} end"
        for number, (name, is_inner) in enumerate(marks, start=1)
        if not is_inner
    )
    found = f"list_filter([{lacking}], lambda name: name is not null)" if lacking else "cast([] as varchar[])"
    return first, (
        f"select * exclude ({_MARK}out0), {_MARK}out0 as {RECORD}, {missed} as {NOT_JOINED}, {found} as {NOT_FOUND} "
        f"from ({inner})"
    )


def _more_than_joins(node: Tree) -> str:
    """Return the part of a query that does more than join tables and name columns; empty where there is none."""
    if node.get("type") != "SELECT_NODE":
        return "UNION or the like"
    parts = {"where_clause": "WHERE", "group_expressions": "GROUP BY", "having": "HAVING", "qualify": "QUALIFY"}
    for part, name in parts.items():
        if node.get(part):
            return name
    if any(modifier.get("type") == "DISTINCT_MODIFIER" for modifier in node.get("modifiers", [])):
        return "DISTINCT"
    return ""


def _name(node: Tree) -> str:
    return str(node.get("alias") or node.get("table_name") or "the joined query")


def _marked(con: Connection, node: Tree, mark: str) -> Tree:
    """Return a part of FROM with one more column."""
    alias = ident(_name(node))
    template = json.loads(
        con.execute("select json_serialize_sql(?)", [f"select * from (select *, {mark} from t) as {alias}"]).fetchall()[
            0
        ][0]
    )
    outer: Tree = template["statements"][0]["node"]["from_table"]
    outer["subquery"]["node"]["from_table"] = node
    return outer


def _expression(con: Connection, text: str) -> Tree:
    tree = json.loads(con.execute("select json_serialize_sql(?)", [f"select {text}"]).fetchall()[0][0])
    found: Tree = tree["statements"][0]["node"]["select_list"][0]
    return found


def own_columns(names: Collection[str]) -> list[str]:
    """Return the columns of a result that the query itself gives."""
    return [name for name in names if not name.startswith(_MARK) and name not in (RECORD, NOT_JOINED, NOT_FOUND)]
