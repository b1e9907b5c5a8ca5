"""However a query is written, the guard sees what it does: case, quoting, comments, blanks and nesting hide nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from fairness.engine.guard import Limits
from fairness.engine.guard.check import Catalog, Refused, check_guarded, read_catalog
from fairness.engine.guard.worker import lock_engine

MARK = "T0P-53CR3T"

# Tokens of a source in FROM: words may change case and be quoted, everything else stays as it is.
REFUSED = [
    ["read_text", "(", "'{path}'", ")"],
    ["read_csv", "(", "'{path}'", ",", "header", "=", "false", ")"],
    ["read_blob", "(", "['{path}']", ")"],
    ["main", ".", "read_text", "(", "'{path}'", ")"],
    ["system", ".", "main", ".", "read_csv", "(", "'{path}'", ")"],
    ["glob", "(", "'{path}'", ")"],
    ["query", "(", "'select 1'", ")"],
    ["query_table", "(", "'findings'", ")"],
    ["duckdb_settings", "(", ")"],
    ["duckdb_databases"],
    ["pragma_database_list"],
    ["pg_catalog", ".", "pg_settings"],
    ["arrow_scan", "(", "1", ",", "2", ",", "3", ")"],
    ["'{path}'"],
    ['"{path}"'],
    ["(", "select", "current_setting", "(", "'threads'", ")", ")"],
    ["(", "select", "getvariable", "(", "'x'", ")", ")"],
    ["(", "select", "main", ".", "write_log", "(", "'x'", ")", ")"],
    ["(", "select", "list_transform", "(", "[", "1", "]", ",", "lambda", "x", ":", "sleep_ms", "(", "x", ")", ")", ")"],
    ["(", "from", "findings", "order", "by", "nextval", "(", "'s'", ")", ")"],
]
ALLOWED = [
    ["findings"],
    ["main", ".", "findings"],
    ["range", "(", "3", ")"],
    ["(", "select", "'read_text(''{path}'')'", "as", "query", ")"],
    ["(", "select", "n", "as", "read_csv", "from", "findings", ")"],
    ["(", "values", "(", "'copy findings to x'", ")", ")"],
]
KEYWORDS = {"select", "from", "as", "values", "lambda", "order", "by"}

NESTINGS = [
    "select * from {s}",
    "from {s}",
    "select (select count(*) from {s})",
    "with x as (select * from {s}) select * from x",
    "with x as materialized (from {s}), y as (from x) select * from y",
    "select * from findings where exists (select 1 from {s})",
    "select * from findings f, lateral (select * from {s}) l",
    "select * from findings left join (from {s}) j on true",
    "(select 1) union all (select count(*) from {s})",
    "select list_transform([1], lambda x: x + (select count(*) from {s}))",
    "select sum(1) over (order by (select count(*) from {s}))",
    "select case when (select count(*) from {s}) > 0 then 1 end",
    "select 1 where 1 in (select count(*) from {s})",
    "from findings order by (select count(*) from {s}) limit (select count(*) from {s})",
    "select max(n) filter (where exists (from {s})) from findings group by all having (select count(*) from {s}) > 0",
    "with recursive t(i) as (select 1 union select i + 1 from t, {s} where i < 2) from t",
    "select * from (values ((select count(*) from {s}))) v(a)",
    "pivot (select 1 as a from {s}) on a in (1) using count(*)",
    "from (select 1 as a, 2 as b from {s}) unpivot (v for k in (a, b))",
    "select columns(*) from {s}",
    "select {'a': [(select count(*) from {s})]}.a[1]",
    "select try_cast((select count(*) from {s}) as int) between 1 and 2",
]
OUTERMOST = ["{q}", "{q};;", "explain {q}", "explain analyze {q}", "summarize {q}", "describe {q}", "(({q}))"]
BLANKS = [
    " ",
    "\n",
    "\t ",
    "/**/",
    " /* ; drop table x */ ",
    " -- '\n",
    "\u00a0",
    "\u2003",
    " /* a /* b */ c */ ",
    "\r\n",
]


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guarded")
    with duckdb.connect(str(folder / "run.duckdb")) as con:
        con.execute("create table findings as select range::int as n from range(3)")
    (folder / "secret.csv").write_text(f"{MARK}\n", encoding="utf-8")
    return folder / "secret.csv"


@pytest.fixture(scope="module")
def con(secret: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a connection that is not locked: only the check stands between a query and the file."""
    with duckdb.connect(str(secret.parent / "run.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def catalog(con: duckdb.DuckDBPyConnection) -> Catalog:
    return read_catalog(con)


@st.composite
def written(draw: st.DrawFn, sources: list[list[str]]) -> str:
    """Return a query around one of the sources, as somebody might write it who wants to be misread."""
    tokens = [_disguise(draw, token) for token in draw(st.sampled_from(sources))]
    blanks = [draw(st.sampled_from(BLANKS)) for _ in tokens]
    text = "".join(blank + token for blank, token in zip(blanks, tokens, strict=True)) + " "
    for _ in range(draw(st.integers(0, 3))):
        text = f"({draw(st.sampled_from(NESTINGS)).replace('{s}', text)})"
    query = draw(st.sampled_from(NESTINGS)).replace("{s}", text)
    return draw(st.sampled_from(OUTERMOST)).replace("{q}", query)


def _disguise(draw: st.DrawFn, token: str) -> str:
    if not token.isidentifier():
        return token
    flips = draw(st.integers(0, 2 ** len(token) - 1))
    token = "".join(c.upper() if flips >> i & 1 else c for i, c in enumerate(token))
    return f'"{token}"' if token.lower() not in KEYWORDS | {"x"} and draw(st.booleans()) else token


def judge(con: duckdb.DuckDBPyConnection, query: str, catalog: Catalog) -> str:
    """Return what happens to a query: passed, refused, or not understood by the engine at all."""
    try:
        check_guarded(con, query, catalog)
    except Refused:
        return "refused"
    except duckdb.ParserException:
        return "no SQL"
    return "passed"


quick = settings(max_examples=250, deadline=None, derandomize=True, database=None)


@quick
@given(query=written(REFUSED))
def test_no_way_of_writing_gets_through(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, secret: Path, query: str
) -> None:
    verdict = judge(con, query.replace("{path}", str(secret)), catalog)
    event(verdict)
    assert verdict != "passed"


@quick
@given(query=written(ALLOWED))
def test_the_same_ways_of_writing_are_no_hindrance(
    con: duckdb.DuckDBPyConnection, catalog: Catalog, secret: Path, query: str
) -> None:
    """Without this the test above could be passed by a guard that refuses everything."""
    verdict = judge(con, query.replace("{path}", str(secret)), catalog)
    event(verdict)
    assert verdict != "refused"


def test_each_way_of_writing_is_sql(con: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """And without this both could be passed by queries that the engine does not understand."""
    for nesting in NESTINGS:
        assert judge(con, nesting.replace("{s}", "findings"), catalog) == "passed", nesting
        assert judge(con, nesting.replace("{s}", "duckdb_settings()"), catalog) == "refused", nesting
    for outer in OUTERMOST:
        assert judge(con, outer.replace("{q}", "select 1"), catalog) == "passed", outer
    for blank in BLANKS:
        text = f"select{blank}*{blank}from{blank}duckdb_settings{blank}(){blank}"
        assert judge(con, text, catalog) == "refused", blank


SOUP = """
select from with as ( ) , * findings n 'x' "{path}" '{path}' read_text query copy to insert into values union all where
exists 1 + lambda x : [ ] { } . ; pivot on in using unnest order by limit explain describe summarize show tables table
values recursive materialized -- /* */ $$ E'\\x27' over partition :: int null case when then end set pragma
"""


@pytest.fixture(scope="module")
def locked(secret: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Catalog]]:
    """Return a locked connection; to a copy, because connections to one file share their settings."""
    copy = secret.parent / "copy.duckdb"
    copy.write_bytes((secret.parent / "run.duckdb").read_bytes())
    with duckdb.connect(str(copy), read_only=True) as con:
        yield con, lock_engine(con, asdict(Limits()))


@quick
@given(tokens=st.lists(st.sampled_from(SOUP.split()), min_size=1, max_size=14))
def test_nonsense_is_answered_and_reads_nothing(
    locked: tuple[duckdb.DuckDBPyConnection, Catalog], secret: Path, tokens: list[str]
) -> None:
    """Whatever passes may run on the locked engine and brings nothing of the file to light; nothing else escapes."""
    con, catalog = locked
    query = " ".join(tokens).replace("{path}", str(secret))
    try:
        found = str(con.execute(check_guarded(con, query, catalog)).fetchmany(10))
    except (Refused, duckdb.Error) as error:
        found = str(error)
    assert MARK not in found
