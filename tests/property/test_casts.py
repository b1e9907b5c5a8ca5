"""The short ways of the intake's casts give what the long ones give, on every text."""

from __future__ import annotations

import functools

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairness.config import Source
from fairness.intake import casts, dates

SOURCE = Source(role="book", path="book.csv")
ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
SPACES = " \u00a0\u2003\u3000\t\n"
TEXTS = st.lists(st.text(alphabet=f"{SPACES}ab!~\x7f\u00e9", max_size=5), min_size=1, max_size=30)
DATES = st.lists(st.text(alphabet="0123456789-/ :TBC()\t", min_size=8, max_size=12), min_size=1, max_size=30)
NUMBERS = st.lists(st.text(alphabet="0123456789.,-+_eE \t", max_size=7), min_size=1, max_size=30)


@functools.cache
def connection() -> duckdb.DuckDBPyConnection:
    """Return one connection for all examples: opening one takes longer than an example."""
    return duckdb.connect()


def rows(values: list[str | None], query: str) -> list[tuple[object, ...]]:
    con = connection()
    con.execute("create or replace table t as select unnest(?::varchar[]) as x", [values])
    return con.execute(query).fetchall()


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_trimmed_text_is_what_the_engine_trims(texts: list[str]) -> None:
    found = rows([*texts, None], f"select x, {casts.trimmed('x')}, nullif(trim(x), '') from t")
    assert [row for row in found if row[1] != row[2]] == []


@settings(max_examples=60, deadline=None)
@given(DATES)
@example(["2024-01-5 ", "2024-1-005", "02024-1-15", "2024/01/05", "2024-02-30", "2024-02-29", "2024-01-5\t"])
@example(["9999-12-31", "0001-01-01", "-001-01-01", "2024-01-05T10:00", " 2024-01-05 "])
@example(["infinity", "-infinity", "10000-01-01", "0044-03-15 (BC)", "epoch"])
def test_a_canonical_date_is_read_as_the_pattern_reads_it(texts: list[str]) -> None:
    cast = dates.date("d", "x", "VARCHAR", SOURCE, latest="9999-12-31", zone="UTC")
    typed, (out_of_range, reason) = cast.sql, cast.rejects[-1]
    slow = f"case when regexp_matches(trim(x), '{ISO}') then try_cast(left(trim(x), 10) as date) end"
    # A year that the pattern cannot hold is read as it stands and rejected, even where any later date is allowed.
    assert reason == "DATE_RANGE"
    both = f"select x, {typed} as d, {slow} as by_pattern from t"
    differ = f"d is distinct from by_pattern and (by_pattern is not null or not ({out_of_range}))"
    assert rows([*texts, None], f"from ({both}) where {differ}") == []


@settings(max_examples=60, deadline=None)
@given(NUMBERS)
@example(["1_000", "1e3", "1E3", "12.5", "1,5", " 7 ", "-0", "+3", ".5", "5."])
def test_one_search_a_row_lets_the_same_numbers_pass(texts: list[str]) -> None:
    typed = casts.number("n", "x", "VARCHAR", SOURCE, unparsed="NO").sql
    slow = "case when not regexp_matches(x, '[_eE]') then try_cast(x as decimal(18,6)) end"
    staged = f"(select x, {casts.lenient(['x', 'y'])} as {casts.LENIENT} from (select x, max(x) over () as y from t))"
    found = rows([*texts, None], f"select x, {typed}, {slow} from {staged}")
    assert [row for row in found if row[1] != row[2]] == []
