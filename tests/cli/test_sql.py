"""`fairness sql` with and without --guard, and what the data may do to a spreadsheet or a terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("sql")

Run = Callable[..., Any]

HOSTILE = ["=HYPERLINK(1)", "\x1b[31mred\x1b[0m", "@x", "<b>", "\u202enorth"]
"""Regions as a stranger might name them."""
REGIONS = "select distinct value"


@pytest.fixture(scope="module")
def config(shared_study: Any) -> Path:
    """Return a built study whose regions are hostile texts."""
    rows = [
        {"region": region, "tenure_months": tenure, "price": 100 + tenure // 12 + copy % 3}
        for region in HOSTILE
        for tenure in (0, 60)
        for copy in range(12)
    ]
    config: Path = shared_study.write(rows, like_for_like={"cell": ["region"]}, lenses={"by": ["region"]})
    shared_study.build(config)
    return config


@pytest.fixture
def query(config: Path, call_cli: Run) -> Run:
    return lambda text, *options: call_cli("sql", text, "--config", config, *options)


def published(config: Path) -> list[tuple[str, int, int]]:
    return [
        (str(file), file.stat().st_size, file.stat().st_mtime_ns)
        for file in sorted(config.parent.rglob("*"))
        if file.is_file()
    ]


class TestGuard:
    def test_rows_are_those_of_the_plain_command(self, query: Run) -> None:
        text = "select month, paid_price, tenure_months, region is null from price_ledger order by all"
        for form in ("csv", "json", "table"):
            plain, guarded = query(text, "--format", form), query(text, "--format", form, "--guard")
            assert (guarded.code, guarded.err) == (0, "")
            assert guarded.out == plain.out

    def test_values_keep_their_types(self, query: Run) -> None:
        text = "select 1.50::decimal(9, 2) as money, -3 as less, null as missing, date '2025-12-01' as day"
        assert query(text, "--guard", "--format", "csv").out == "money,less,missing,day\n1.50,-3,,2025-12-01\n"

    @pytest.mark.parametrize("options", [[], ["--guard"]])
    @pytest.mark.parametrize("comment", ["-- Rows by month", "--rows", "--config: x or none", "/* Rows */"])
    def test_a_query_may_begin_with_a_comment(self, query: Run, options: list[str], comment: str) -> None:
        done = query(f"{comment}\nselect count(*) as n from price_ledger", "--format", "csv", *options)
        assert (done.code, done.out, done.err) == (0, "n\n120\n", "")

    def test_a_misspelt_option_is_no_query(self, query: Run) -> None:
        done = query("--gaurd")
        assert (done.code, done.out) == (2, "")
        assert "--gaurd" in done.err

    def test_cut_off_is_said_on_stderr(self, query: Run) -> None:
        done = query("from range(20000)", "--guard", "--format", "csv")
        assert done.code == 0
        assert len(done.out.splitlines()) == 10_001
        assert done.err == "Cut off: these are the first 10,000 rows, there are more.\n"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("copy findings to 'x.csv'", "COPY is refused"),
            ("from '/etc/hostname'", "files cannot be read from here"),
            ("from read_text('/etc/hostname')", "the function read_text is not allowed here"),
            ("drop table findings", "DROP is refused: the published run is read-only"),
            ("select 1; select 2", "2 statements at once are refused"),
            ("set threads = 1", "SET is refused"),
            ("from duckdb_settings()", "the function duckdb_settings is not allowed here"),
            ("from findngs", "did you mean 'findings'"),
            ("selct", "syntax error"),
        ],
    )
    def test_an_error_names_what_and_how_to_fix(self, query: Run, config: Path, text: str, said: str) -> None:
        before = published(config)
        done = query(text, "--guard")
        assert (done.code, done.out) == (1, "")
        assert said in done.err
        assert f"\n  where: {text}\n  fix:   " in done.err
        assert str(config.parent) not in done.err
        assert published(config) == before

    def test_as_a_process_of_its_own(self, config: Path, run_cli: Run) -> None:
        done = run_cli(
            "sql", "select count(*) as n from price_ledger", "--guard", "--format", "json", cwd=config.parent
        )
        assert (done.code, done.err, json.loads(done.out)) == (0, "", [{"n": 120}])


class TestPlain:
    @pytest.mark.parametrize(
        "text",
        [
            "copy findings to '{folder}/new.csv'",
            "copy (from findings) to '{folder}/new.parquet'",
            "export database '{folder}/new'",
            "explain analyze with x as (copy findings to '{folder}/new.csv') from x",
            "with x as (copy findings to '{folder}/new.csv') from x",
            "from query('with x as (copy findings to ''{folder}/new.csv'') from x')",
            "pivot (with x as (copy findings to '{folder}/new.csv') from x) on count",
            "attach '{folder}/new.duckdb'",
            "pragma profiling_output = '{folder}/new.json'",
            "call enable_logging('QueryLog', storage = 'file', storage_path = '{folder}/new')",
            "set threads = 1; from findings",
            "select 1; copy findings to '{folder}/new.csv'",
            "install httpfs",
            "load 'x'",
        ],
    )
    def test_nothing_is_written_anywhere(self, query: Run, config: Path, tmp_path: Path, text: str) -> None:
        before = published(config)
        done = query(text.replace("{folder}", str(tmp_path)))
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("error: ")
        assert "Traceback" not in done.err
        assert list(tmp_path.iterdir()) == []
        assert published(config) == before

    def test_bytes_that_are_no_text_are_refused(self, query: Run) -> None:
        for options in ([], ["--guard"]):
            done = query("select '\udcff'", *options)
            assert (done.code, done.out) == (2, "")
            assert "is not valid text" in done.err

    def test_files_of_the_analyst_can_be_read(self, query: Run, tmp_path: Path) -> None:
        (tmp_path / "list.csv").write_text("n\n7\n", encoding="utf-8")
        assert query(f"from '{tmp_path}/list.csv'", "--format", "csv").out == "n\n7\n"

    def test_pivot_explain_and_summarize_work(self, query: Run) -> None:
        pivot = query(
            "pivot (select loyalty_group from price_ledger) on loyalty_group using count(*)", "--format", "json"
        )
        assert json.loads(pivot.out) == [{"new": 60, "tenured": 60}]
        assert query("explain from findings").code == 0
        assert query("summarize findings").code == 0
        assert query("from query('select 7 as n')", "--format", "csv").out == "n\n7\n"

    def test_json_is_portable(self, query: Run) -> None:
        text = "select 'nan'::double as a, '-inf'::double as b, 9007199254740993 as c, 9007199254740992 as d, true as e"
        done = query(text, "--format", "json")
        assert json.loads(done.out, parse_constant=pytest.fail) == [
            {"a": "nan", "b": "-inf", "c": "9007199254740993", "d": 2**53, "e": True}
        ]


class TestEscaping:
    def test_csv_holds_no_formula(self, query: Run) -> None:
        text = f"{REGIONS} as \"=region\", -3.20 as less, '-3.20' as text from lens_value"
        rows = list(csv.reader(io.StringIO(query(text, "--format", "csv").out)))
        assert rows[0] == ["'=region", "less", "text"]
        assert sorted(row[0] for row in rows[1:]) == sorted(
            f"'{region}" if region[0] in "=@" else region for region in HOSTILE
        )
        assert {tuple(row[1:]) for row in rows[1:]} == {("-3.20", "'-3.20")}

    def test_csv_of_findings_holds_no_formula_and_keeps_its_numbers(self, config: Path, call_cli: Run) -> None:
        rows = list(csv.DictReader(io.StringIO(call_cli("analyze", config, "--format", "csv").out)))
        document = json.loads(call_cli("analyze", config, "--format", "json").out)
        assert len(rows) == len(document["findings"])
        for row, finding in zip(rows, document["findings"], strict=True):
            assert row["estimate"] == ("" if finding["estimate"] is None else str(finding["estimate"]))
            assert row["scope"] == json.dumps(finding["scope"], sort_keys=True, ensure_ascii=False)
            assert not any(value.startswith(("=", "@", "\t")) for value in row.values())

    @pytest.mark.parametrize("arguments", [["sql", f"{REGIONS} from lens_value"], ["analyze"]])
    def test_a_table_holds_no_escape_sequence(self, config: Path, call_cli: Run, arguments: list[str]) -> None:
        options = ["--config", config] if arguments[0] == "sql" else [config]
        done = call_cli(*arguments, *options)
        assert done.code == 0
        assert "\\x1b[31mred" in done.out
        assert "\\u202enorth" in done.out
        assert not {"\x1b", "\u202e"} & set(done.out)

    def test_a_message_holds_no_escape_sequence(self, query: Run) -> None:
        for options in ([], ["--guard"]):
            done = query("select '\x1b[31m'::int", *options)
            assert done.code == 1
            assert "\x1b" not in done.err
            assert "\\x1b[31m" in done.err

    def test_a_terminal_gets_codes_in_csv_and_json_as_well(self, query: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        text = "select '\x1b[31m\u202e\x9b' as a"
        plain = {form: query(text, "--format", form).out for form in ("csv", "json")}
        assert plain["csv"] == "a\n\x1b[31m\u202e\x9b\n"
        monkeypatch.setattr("fairness.cli.output._is_terminal", lambda: True)
        shown = {form: query(text, "--format", form).out for form in ("csv", "json")}
        assert shown["csv"] == "a\n\\x1b[31m\\u202e\\u009b\n"
        assert json.loads(shown["json"]) == json.loads(plain["json"])
        assert not {"\x1b", "\u202e", "\x9b"} & set(shown["json"])
