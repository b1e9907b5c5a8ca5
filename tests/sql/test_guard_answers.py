"""What guarded SQL gives back: the same rows, typed, as a plain connection; and an end to whatever takes too much."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time as clock
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from fairness.engine.guard import Cut, GuardedResult, Limits, run_guarded, runner
from fairness.engine.guard.check import check_guarded, read_catalog
from fairness.errors import DataError, FairnessError, SqlError
from fairness.text import messages

ROOT = Path(__file__).parents[2]
ORDINARY = [
    text.strip()
    for text in re.split(r";\n(?:\n|$)", (ROOT / "tests/sql/ordinary.sql").read_text("utf-8"))
    if text.strip()
]
QUICK = Limits(seconds=1.5)


@pytest.mark.parametrize("query", ORDINARY)
def test_ordinary_queries_pass_the_check_and_run(run: Path, query: str) -> None:
    with duckdb.connect(str(run), read_only=True) as con:
        con.execute(check_guarded(con, query, read_catalog(con))).fetchall()


# Those of sql/diff ask two runs at once, which the guard never opens together.
SAVED = [path for folder in ("analyses", "checks") for path in sorted((ROOT / "sql" / folder).glob("*.sql"))]


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_saved_analyses_and_checks_pass_the_check(path: Path, tmp_path: Path) -> None:
    """The tables are those that the analyses name; that they run is shown with a study elsewhere."""
    text = path.read_text(encoding="utf-8")
    with duckdb.connect() as con:
        for name in con.get_table_names(text):
            con.execute(f"create table {name} (x int)")
        assert check_guarded(con, text, read_catalog(con)) == text


class TestTypes:
    def test_values_come_back_as_their_types(self, run: Path) -> None:
        result = run_guarded(
            run,
            """
            select 1.50::decimal(9, 2) as money, -3::bigint as whole, 170141183460469231731687303715884105727 as huge,
                1.5::double as ratio, 'nan'::double as nan, '-inf'::float as inf, true as flag, null as missing,
                date '2025-12-31' as day, timestamp '2025-12-31 10:00:00.123456' as at, time '10:00' as hour,
                timestamptz '2025-12-31 10:00:00+02' as instant, interval 3 day as span,
                '00000000-0000-0000-0000-000000000001'::uuid as id, 'ab'::blob as bytes, [1.5, null] as many,
                {'a': date '2025-12-31', 'b': [1]} as pair, map {'k': 1} as keyed, map {[1]: 2} as listed,
                [1, 2]::int[2] as fixed, 'Ωμέγα 😀' as text, '["decimal", "1"]' as lookalike
            """,
        )
        (row,) = result.rows
        values = dict(zip(result.columns, row, strict=True))
        assert str(values.pop("nan")) == "nan"
        assert values == {
            "money": Decimal("1.50"),
            "whole": -3,
            "huge": 2**127 - 1,
            "ratio": 1.5,
            "inf": float("-inf"),
            "flag": True,
            "missing": None,
            "day": date(2025, 12, 31),
            "at": datetime(2025, 12, 31, 10, 0, 0, 123456),
            "hour": time(10),
            "instant": datetime(2025, 12, 31, 8, tzinfo=UTC),
            "span": timedelta(days=3),
            "id": UUID(int=1),
            "bytes": b"ab",
            "many": [Decimal("1.5"), None],
            "pair": {"a": date(2025, 12, 31), "b": [1]},
            "keyed": {"k": 1},
            "listed": values["listed"],
            "fixed": (1, 2),
            "text": "Ωμέγα 😀",
            "lookalike": '["decimal", "1"]',
        }
        assert str(values["money"]) == "1.50"
        assert result.types[:4] == ["DECIMAL(9,2)", "BIGINT", "HUGEINT", "DOUBLE"]
        assert (result.cut, result.keeps_rights, messages.left_out(result)) == (Cut(), False, [])

    def test_rows_are_those_of_a_plain_connection(self, run: Path) -> None:
        query = "select n, region, sum(n) over (partition by region order by n) from findings order by n"
        with duckdb.connect(str(run), read_only=True) as con:
            assert run_guarded(run, query).rows == con.execute(query).fetchall()

    def test_no_rows_and_equal_names(self, run: Path) -> None:
        assert run_guarded(run, "select n from findings where false").rows == []
        assert run_guarded(run, "select 1 as a, 2 as a").columns == ["a", "a_2"]

    def test_the_time_zone_is_utc(self, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        assert run_guarded(run, "select timestamptz '2025-12-31 10:00:00+00'::varchar").rows == [
            ("2025-12-31 10:00:00+00",)
        ]


class TestCuts:
    def test_rows(self, run: Path) -> None:
        result = run_guarded(run, "from range(1000000000)", Limits(rows=250))
        assert ([row[0] for row in result.rows], result.cut) == (list(range(250)), Cut(rows=True))
        assert messages.left_out(result) == ["Cut off: these are the first 250 rows, there are more."]

    def test_as_many_rows_as_allowed_are_not_cut(self, run: Path) -> None:
        for number in (100, 250):
            result = run_guarded(run, f"from range({number})", Limits(rows=number))
            assert (len(result.rows), result.cut) == (number, Cut())

    def test_bytes(self, run: Path) -> None:
        result = run_guarded(run, "select repeat('x', 1000) from range(5000)", Limits(result_bytes=100_000))
        assert 90 < len(result.rows) < 100
        assert result.cut == Cut(rows=True)

    def test_columns(self, run: Path) -> None:
        query = "select " + ", ".join(f"{n} as c{n}" for n in range(1000))
        result = run_guarded(run, query, Limits(columns=10))
        assert (result.rows, result.cut) == ([tuple(range(10))], Cut(columns=990))
        assert result.columns == [f"c{n}" for n in range(10)]
        assert messages.left_out(result) == ["Cut off: 990 columns at the right left out."]

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("repeat('ab', 100000000)", "abababababababababab"),
            ("repeat('a', 100)::blob", b"a" * 20),
            ("range(100)", list(range(20))),
            ("[repeat('a', 15), repeat('b', 15)]", ["a" * 15, "bbb"]),
            ("{'k': repeat('a', 100)}", {"k": "a" * 18}),
        ],
    )
    def test_cells(self, run: Path, value: str, expected: Any) -> None:
        result = run_guarded(run, f"select {value}, 'whole'", Limits(cell=20))
        assert (result.rows, result.cut) == ([(expected, "whole")], Cut(cells=1))
        assert messages.left_out(result) == ["Cut off: 1 cell too long, shown in part."]

    def test_long_names(self, run: Path) -> None:
        result = run_guarded(run, f'select 1 as "{"n" * 5000}"')
        assert [len(name) for name in result.columns] == [1000]


BOMBS = {
    "endless recursion": "with recursive t as (select 1 as n union all select n + 1 from t) select count(*) from t",
    "cross joins": "select count(*) from range(1000000) a, range(1000000) b, range(1000000) c where a.range < b.range",
    "long range": "select count(*) from range(1000000000000) where range % 7 = 3",
    "large sort": "select * from range(1000000000) order by hash(range) limit 3",
    "large list": "select list(range) from range(300000000)",
    "large text": "select string_agg(range::varchar, ',') from range(500000000)",
    "huge string": "select length(repeat(repeat('x', 1000000), 3000))",
    "huge list in one value": "select list_sum(range(400000000))",
    "many groups": "select count(*) from (select md5(range::varchar), count(*) from range(200000000) group by all)",
    "one long scalar call": "select levenshtein(repeat('ab', 100000), repeat('ba', 100000))",
    "series of dates": "select count(*) from range(date '0001-01-01', date '9999-12-31', interval 1 millisecond)",
}
"""Queries that would take hours, or all memory."""


@pytest.mark.slow
class TestBombs:
    @pytest.mark.parametrize("name", BOMBS)
    def test_ends_in_time_with_a_clear_error(self, run: Path, name: str) -> None:
        began = clock.monotonic()
        with pytest.raises(SqlError) as error:
            run_guarded(run, BOMBS[name], QUICK)
        # 1.5 s for the query, 5 s of grace; the rest is what a busy machine needs to start and end a process.
        assert clock.monotonic() - began < 15
        assert any(told in error.value.what for told in ("took longer than 1.5 s", "memory", "was ended"))
        assert "aggregate first" in error.value.fix
        assert sorted(file.name for file in run.parent.iterdir() if ".tmp" in file.name or ".wal" in file.name) == []

    @pytest.mark.parametrize(
        "query",
        [
            "select " + "(" * 60_000 + "1" + ")" * 60_000,
            "select " + "not " * 100_000 + "true",
            "select " + "(select " * 900 + "1" + ")" * 900,
            "select " + "[" * 5_000 + "]" * 5_000,
            "select " + " + ".join(["1"] * 200_000),
            "select 'x' || " + "n" * 999_000,
        ],
        ids=["brackets", "nots", "subqueries", "lists", "terms", "long name"],
    )
    def test_deep_or_long_text_ends(self, run: Path, query: str) -> None:
        began = clock.monotonic()
        with pytest.raises(SqlError) as error:
            run_guarded(run, query, QUICK)
        assert clock.monotonic() - began < 15
        assert len(str(error.value)) < 2_000

    def test_text_beyond_the_limit_is_refused(self, run: Path) -> None:
        with pytest.raises(SqlError, match="more than 1,000,000 characters"):
            run_guarded(run, "select 1 -- " + "x" * 1_000_000)

    @pytest.mark.parametrize(
        "query",
        [
            "select regexp_matches(repeat('a', 50000), '(a+)+$|(a|aa)+b|(.*)*c')",
            "select repeat('a', 5000) like '%a%a%a%a%a%a%a%a%a%b'",
        ],
    )
    def test_patterns_are_no_bombs(self, run: Path, query: str) -> None:
        assert run_guarded(run, query, Limits(seconds=10)).rows in ([(True,)], [(False,)])

    def test_a_spilling_query_leaves_nothing_on_disk(self, run: Path) -> None:
        before = sorted(run.parent.iterdir())
        query = "select count(*) from (select distinct md5(range::varchar) as m from range(4000000) order by m)"
        with pytest.raises(SqlError, match="needs more memory"):
            run_guarded(run, query, Limits(memory_bytes=50_000_000))
        assert sorted(run.parent.iterdir()) == before


class TestWorker:
    def test_an_empty_query_says_what_to_try(self, run: Path) -> None:
        for query in ("", "  ;; ", "-- nothing"):
            with pytest.raises(SqlError, match="the query is empty"):
                run_guarded(run, query)

    def test_what_is_no_text_is_refused(self, run: Path) -> None:
        for query in ("select 1\0", "select '\ud800'"):
            with pytest.raises(SqlError, match="holds a byte that is no text"):
                run_guarded(run, query)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="missing"):
            run_guarded(tmp_path / "no.duckdb", "select 1")

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        file = tmp_path / "run.duckdb"
        file.write_bytes(b"not a database" * 1000)
        with pytest.raises(SqlError, match="the published file cannot be opened") as error:
            run_guarded(file, "select 1")
        assert str(tmp_path) not in str(error.value)

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"{",
            b"null",
            b"[1]",
            b"{}",
            b'{"columns": []}',
            b"\xff",
            b"[" * 100_000,
            b'{"columns": ["a"], "types": ["b"], "cut": {}, "keeps_rights": false, "rows": [[["date", "x"]]]}',
            b'{"columns": ["a"], "types": ["b"], "cut": {"x": 1}, "keeps_rights": false, "rows": []}',
            b'{"columns": ["a"], "types": ["b"], "cut": {}, "keeps_rights": false, "rows": [[["system", "x"]]]}',
        ],
    )
    def test_a_worker_that_answers_nonsense(self, run: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
        monkeypatch.setattr(runner, "_call_worker", lambda *_: (answer, 0))
        with pytest.raises(SqlError, match="ended with code 0 and without an answer"):
            run_guarded(run, "select 1")

    def test_an_unknown_name_is_answered_with_the_nearest(self, run: Path) -> None:
        with pytest.raises(SqlError, match="no table 'findngs' here; did you mean 'findings'"):
            run_guarded(run, "from findngs")
        with pytest.raises(SqlError, match="function countt is not allowed here; did you mean 'count'"):
            run_guarded(run, "select countt(*) from findings")

    def test_an_error_names_the_first_line_only(self, run: Path) -> None:
        with pytest.raises(SqlError) as error:
            run_guarded(run, "select nothing\nfrom findings\nwhere region = 'x'")
        assert error.value.where == "select nothing"
        assert "\n" not in error.value.what

    def test_the_environment_is_empty_and_rights_are_gone(self, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The worker itself, without its query: what it still may do."""
        monkeypatch.setenv("FAIRNESS_SECRET", "x")
        assert set(runner._environment()) == {"PATH", "PYTHONPATH", "LC_ALL"}
        script = """
import os, socket
from fairness.engine.guard.worker import give_up_rights
print(give_up_rights(), os.geteuid() != 0)
for act in (lambda: open("/dev/null"), lambda: socket.socket(), lambda: os.pipe(), os.fork):
    try:
        act()
        print("possible")
    except OSError as error:
        print(type(error).__name__)
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        assert lines[0] == "True True"
        assert "possible" not in lines
        assert len(lines) == 5

    @pytest.mark.skipif(os.geteuid() != 0, reason="not root: there are no rights to keep")
    def test_a_root_that_cannot_drop_its_rights_is_said(self, run: Path) -> None:
        result = run_guarded(run, "select 1")
        assert not result.keeps_rights
        kept = GuardedResult(result.columns, result.types, result.rows, result.cut, keeps_rights=True)
        assert messages.left_out(kept) == ["Warning: the query ran as root, because this system offers no other user."]

    def test_other_systems_are_refused(self, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.platform", "darwin")
        with pytest.raises(FairnessError, match="needs Linux"):
            run_guarded(run, "select 1")

    @pytest.mark.slow
    def test_queries_side_by_side_get_their_own_rows(self, run: Path) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda n: run_guarded(run, f"select {n}, count(*) from findings").rows, range(12)))
        assert answers == [[(n, 10)] for n in range(12)]
