"""Mapping expressions that would give other numbers under the same run id are refused by name."""

from __future__ import annotations

import duckdb
import pytest

from fairness.errors import ConfigError
from fairness.intake.expressions import Header, resolve

CLOCK = (
    "datediff('month', joined::date, today())",
    "datediff('month', joined::date, current_date)",
    "datediff('month', joined::date, now()::date)",
    "datediff('month', joined::date, cast(current_timestamp as date))",
    "datediff('month', joined::date, get_current_timestamp()::date)",
    "date_part('year', age(joined::timestamp)) * 12",
    "datediff('month', joined::date, ago(interval 3 days)::date)",
    "datediff('month', joined::date, localtimestamp::date)",
    "coalesce(null, datediff('month', joined::date, Today()))",
)
OTHERS = {
    "random()": "random",
    "floor(100 * RANDOM())": "random",
    "hash(uuid())": "uuid",
    "hash(gen_random_uuid())": "gen_random_uuid",
    "length(getenv('HOME'))": "getenv",
    "length(current_setting('TimeZone'))": "current_setting",
    "length(getvariable('x'))": "getvariable",
    "length(current_user)": "current_user",
    "length(version())": "version",
    "sleep_ms(1)": "sleep_ms",
    "read_blob('/etc/hosts')": "read_blob",
}


ALLOWED = (
    "datediff('month', joined::date, date '2024-06-01')",
    "date_part('year', age(timestamp '2024-06-01', joined::timestamp)) * 12",
    "12 * (2024 - year(joined::date))",
    "6 * greatest(0, coalesce(nullif(length(trim(joined)), 0), 0))",
    "case when joined like '2019%' or regexp_matches(joined, '^1') then 60 else 1 end",
    "list_sum([36, string_split(joined, '-')[2]::int])",
)


def sql_of(expression: str, *columns: str) -> str:
    with duckdb.connect() as con:
        header = Header(columns or ("joined",), "book.csv")
        return resolve(con, expression, header, key="source[1].columns.x", type_of=lambda sql: "VARCHAR").sql


@pytest.mark.parametrize("expression", CLOCK)
def test_the_clock_is_refused_and_a_fixed_day_named_instead(expression: str) -> None:
    with pytest.raises(ConfigError, match="reads the clock") as refused:
        sql_of(expression)
    assert "source[1].columns.x" in refused.value.where
    assert "study.as_of" in refused.value.fix
    assert "tenure_start" in refused.value.fix


@pytest.mark.parametrize("expression", OTHERS)
def test_chance_and_the_machine_are_refused(expression: str) -> None:
    with pytest.raises(ConfigError, match=f"'{OTHERS[expression]}'"):
        sql_of(expression)


@pytest.mark.parametrize("expression", ALLOWED)
def test_what_the_row_settles_is_allowed(expression: str) -> None:
    with duckdb.connect() as con:
        row = con.execute(f"select {sql_of(expression)} from (select '2019-03-15' as c0)").fetchone()
    assert row is not None
    assert 36 <= float(row[0]) <= 63


def test_a_column_may_have_the_name_of_a_clock() -> None:
    assert sql_of("today", "joined", "today") == "c1"
