"""Guarded SQL: ordinary queries work, attacks do nothing, and each layer of the guard stops attacks on its own.

The same tests run with another major version of the engine in ``test_other_engine.py``.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from fairness.engine.guard import Limits, run_guarded, runner
from fairness.engine.guard.allowed import CATALOG_VIEWS, FUNCTIONS, TABLE_FUNCTIONS
from fairness.engine.guard.check import Catalog, Refused, check_guarded, read_catalog
from fairness.engine.guard.worker import lock_engine
from fairness.errors import DataError, SqlError
from tests.sql.attacks import ATTACKS, MARK, READS, WRITES

QUICK = Limits(seconds=1.5)
DEADLY = {"raw memory", "raw memory of pandas", "python function"}
"""Attacks that end any process on their own."""
Connection = duckdb.DuckDBPyConnection

python_variable = pd.DataFrame({"a": [MARK]})
"""What a query would see if the engine looked at the variables of Python."""


@pytest.fixture
def con(run: Path) -> Iterator[Connection]:
    """Return a connection to the published file without any setting of the guard."""
    with duckdb.connect(str(run), read_only=True) as con:
        yield con


@pytest.fixture
def catalog(con: Connection) -> Catalog:
    return read_catalog(con)


def fill(text: str, folder: Path) -> str:
    for name, value in {"secret": folder / "secret", "own": folder / "run.duckdb", "folder": folder}.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def state(folder: Path) -> dict[str, str]:
    """Return a fingerprint of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


class TestAttacks:
    def test_without_a_guard_they_succeed(self, folder: Path, run: Path, tmp_path: Path) -> None:
        """Otherwise none of the tests here would show anything."""
        read = []
        for name, text in READS.items():
            if name in DEADLY:
                continue
            with duckdb.connect(str(run), read_only=True) as con:
                con.execute("set autoinstall_known_extensions = false")
                try:
                    found = str(con.execute(fill(text, folder)).fetchmany(10))
                except duckdb.Error:
                    continue
                read += [name] if MARK in found else []
        assert len(read) >= 25, read
        core = {"read_csv", "read_parquet", "from a file", "query in query", "serialised statement", "python variable"}
        assert core <= set(read)
        with duckdb.connect(str(run), read_only=True) as con:
            con.execute(fill(WRITES["copy to"], tmp_path))
        assert (tmp_path / "new.csv").is_file()

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ATTACKS)
    def test_is_refused_and_changes_nothing(self, folder: Path, run: Path, name: str) -> None:
        query, before = fill(ATTACKS[name], folder), state(folder)
        with pytest.raises(SqlError) as error:
            run_guarded(run, query, QUICK)
        assert state(folder) == before
        assert MARK not in str(error.value)
        assert (error.value.exit_code, error.value.fix != "") == (1, True)
        # What the error says beside the query itself holds no place on this machine.
        told = f"{error.value.what}\n{error.value.fix}"
        assert str(folder) not in told or str(folder) in query
        assert "Traceback" not in told

    def test_a_nested_comment_hides_nothing(self, folder: Path, run: Path) -> None:
        """Where guard and engine might disagree on the end of a comment, what runs is what was looked at."""
        hidden = f"select content from read_text('{folder}/secret.csv')"
        result = run_guarded(run, f"explain /* a /* b */ analyze select 4711 -- */ {hidden}")
        assert result.columns == ["explain_key", "explain_value"]
        assert "read_text" not in str(result.rows).lower().replace(hidden, "")
        with pytest.raises(SqlError, match="function read_text is not allowed"):
            run_guarded(run, f"explain analyze /* a /* b */ select 4711 -- */ {hidden}")


class TestLayers:
    """Each layer alone: what the others would have stopped must not get through this one."""

    @pytest.mark.parametrize("name", ATTACKS)
    def test_the_check(self, con: Connection, catalog: Catalog, folder: Path, name: str) -> None:
        """The statement and tree check, on an engine that is not locked in any way."""
        # Version 1.5 looks for the files of IMPORT DATABASE while it parses: an error of reading, as there are none.
        with pytest.raises((Refused, duckdb.ParserException, duckdb.IOException)):
            check_guarded(con, fill(ATTACKS[name], folder), catalog)

    @pytest.mark.slow
    def test_the_settings(self, run: Path, folder: Path) -> None:
        """The locked engine, with nothing looked at beforehand and all rights of this process."""
        before = state(folder)
        leaked = []
        for name, text in {**READS, **WRITES}.items():
            with duckdb.connect(str(run), read_only=True) as con:
                lock_engine(con, asdict(QUICK))
                try:
                    found = str(con.execute(fill(text, folder)).fetchmany(10))
                except duckdb.Error as error:
                    found = str(error).replace(fill(text, folder), "")
                if MARK in found:
                    leaked.append(name)
            assert state(folder) == before, name
        assert leaked == []

    def test_the_process(self, run: Path, folder: Path) -> None:
        """A process without rights, with an engine that is open to everything and nothing looked at beforehand."""
        before = state(folder)
        script = """
import json, os, sys, duckdb
from fairness.engine.guard.worker import give_up_rights
path, queries = json.load(sys.stdin)
con = duckdb.connect(path, read_only=True)
con.execute("select timestamptz '2025-12-01 12:00:00+00'").fetchall()
give_up_rights()
answers = {}
for name, query in queries.items():
    try:
        answers[name] = str(con.execute(query).fetchmany(10))
    except Exception as error:
        answers[name] = "error " + str(error).replace(query, "")
json.dump(answers, sys.stdout)
sys.stdout.flush()
os._exit(0)
"""
        queries = {name: fill(text, folder) for name, text in {**READS, **WRITES}.items() if name not in DEADLY}
        done = subprocess.run(
            [sys.executable, "-c", script],
            input=json.dumps([str(run), queries]).encode(),
            capture_output=True,
            check=True,
            timeout=120,
        )
        answers = json.loads(done.stdout)
        assert [name for name, answer in answers.items() if MARK in answer] == []
        assert state(folder) == before
        assert answers["from a file"].startswith("error ")

    def test_a_changed_file_is_noticed(self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        copy = tmp_path / "copy.duckdb"
        copy.write_bytes((folder / "run.duckdb").read_bytes())
        call = runner._call_worker

        def tampered(path: Path, query: str, limits: Limits) -> Any:
            answer = call(path, query, limits)
            copy.write_bytes(copy.read_bytes() + b"x")
            return answer

        monkeypatch.setattr(runner, "_call_worker", tampered)
        with pytest.raises(DataError, match="changed while the query ran"):
            run_guarded(copy, "from findings")


REFUSED_FUNCTIONS = {
    "internal": r"""
        __internal_.* __between __cast is\ (not\ )?distinct\ from (icu_)?collate_.* icu_sort_key create_sort_key
        .*_byte_comparable constant_or_null is_histogram_other_bin remap_struct unpivot_list replace_type make_type
        vector_type stats invoke json_copy_strftime_if_.* variant_.* index_key hive_partition_component path_join
        test_.* seq_scan
    """,
    "state of aggregates as bytes": "combine(_aggr)? finalize to_aggregate_state",
    "settings, variables, session": r"""
        current_setting getvariable current_(query|connection|transaction)(_id)? txid_current in_search_path pg_.*
        has_.* inet_.* (col|obj|shobj)_description map_to_pg_oid format_(pg_)?type get_block_size
    """,
    "sequences": "nextval currval setval",
    "logs": "write_log parse_duckdb_log_message duckdb_log.* truncate_duckdb_logs (en|dis)able_(logging|profiling)",
    "sleep": "sleep_ms pg_sleep",
    "statements and tables as text": """
        query(_table)? json_(de)?serialize_(sql|plan) json_execute_serialized_sql histogram_values histogram
    """,
    "geometry": "st_.* vertex_extract",
    "files": """
        read_.* glob sniff_csv parquet_.* which_secret duckdb_secret.* duckdb_external_file_cache
        duckdb_temporary_files
    """,
    "memory": "arrow_scan.* pandas_scan python_.* duckdb_memory duckdb_eviction_queues",
    "the machine and the engine": """
        duckdb_(settings|databases|extension.*|approx_database_count|connection_count|coordinate_systems|dependencies)
        duckdb_(optimizers|prepared_statements|sequences|table_sample|triggers|variables|available_metrics|dialects)
        duckdb_(grammar_extensions|profiling_settings) pragma_.* checkpoint force_checkpoint .*external_resource.*
    """,
}
"""Why each function that is not allowed is not, as patterns: a name that fits none has not been read by anybody."""

KINDS_IN_FROM = ("table", "table_macro")


def functions(con: Connection, *, in_from: bool) -> list[str]:
    rows = con.execute("select distinct lower(function_name), function_type from duckdb_functions()").fetchall()
    return sorted({name for name, kind in rows if kind != "pragma" and (kind in KINDS_IN_FROM) == in_from})


class TestSweep:
    """Everything that the installed engine offers, one by one."""

    def test_every_function_is_allowed_or_refused_for_a_reason(self, con: Connection) -> None:
        # Split at blanks, but for those that are written with a backslash.
        patterns = [p for reason in REFUSED_FUNCTIONS.values() for p in re.split(r"(?<!\\)\s+", reason.strip())]
        for in_from, allowed in ((False, FUNCTIONS), (True, TABLE_FUNCTIONS)):
            others = [name for name in functions(con, in_from=in_from) if name not in allowed]
            unread = [name for name in others if not any(re.fullmatch(pattern, name) for pattern in patterns)]
            assert unread == [], "new functions: read what they do, then allow or refuse them"

    def test_every_other_function_of_from_is_refused(self, con: Connection, catalog: Catalog) -> None:
        others = [name for name in functions(con, in_from=True) if name not in TABLE_FUNCTIONS]
        assert len(others) > 60
        for name in others:
            for text in (f'from "{name}"()', f"select (select count(*) from {name}('x', 1, a := [2]))"):
                with pytest.raises(Refused, match="is not allowed here"):
                    check_guarded(con, text, catalog)

    @pytest.mark.slow
    def test_every_other_function_of_expressions_is_refused(self, con: Connection, catalog: Catalog) -> None:
        others = [name for name in functions(con, in_from=False) if name not in FUNCTIONS | TABLE_FUNCTIONS]
        assert len(others) > 100
        for name in others:
            for text in (f'select "{name}"(1)', f'select 1 order by "{name}"(1) over ()', f'select x."{name}"(1)'):
                with pytest.raises(Refused, match="is not allowed here"):
                    check_guarded(con, text, catalog)

    @pytest.mark.slow
    def test_no_allowed_function_reads_a_file(self, con: Connection, folder: Path) -> None:
        """On an open engine: a path as first, second or every argument brings nothing of the file to light."""
        paths = [f"'{folder}/secret.{form}'" for form in ("csv", "json", "parquet")] + [f"'{folder}/run.duckdb'"]
        heavy = {"repeat", "repeat_row", "range", "generate_series"}  # a path is no count, and they take nothing else
        for name in sorted(FUNCTIONS | TABLE_FUNCTIONS - heavy):
            for path in paths:
                for arguments in (path, f"{path}, {path}", f"1, {path}", f"{path}, 1"):
                    texts = [f'from "{name}"({arguments})'] if name in TABLE_FUNCTIONS else []
                    texts += [f'select "{name}"({arguments})'] if name in FUNCTIONS else []
                    for text in texts:
                        try:
                            found = str(con.execute(text).fetchmany(5))
                        except duckdb.Error as error:
                            found = str(error)
                        assert MARK not in found, text

    def test_every_view_of_the_engine_is_listed_or_refused(self, con: Connection, catalog: Catalog) -> None:
        rows = con.execute("select database_name, schema_name, view_name from duckdb_views() where internal").fetchall()
        assert len(rows) > 40
        for database, schema, view in rows:
            allowed = (view in CATALOG_VIEWS and schema == "main") or schema == "information_schema"
            for text in (f"from {schema}.{view}", f'from "{view.upper()}"'):
                if allowed and (schema == "main" or "." in text):
                    check_guarded(con, text, catalog)
                else:
                    with pytest.raises(Refused):
                        check_guarded(con, text, catalog)
            with pytest.raises(Refused):
                check_guarded(con, f"from {database}.{schema}.{view}", catalog)

    def test_no_setting_can_be_made(self, con: Connection, catalog: Catalog) -> None:
        names = [row[0] for row in con.execute("select name from duckdb_settings()").fetchall()]
        assert len(names) > 100
        for name in names:
            for text in (f"set {name} = 1", f"set global {name} = 1", f"reset {name}", f"pragma {name} = 1"):
                with pytest.raises((Refused, duckdb.ParserException)):
                    check_guarded(con, text, catalog)
            for text in (f"select current_setting('{name}')", f"show {name}"):
                with pytest.raises(Refused):
                    check_guarded(con, text, catalog)

    def test_no_setting_can_be_made_on_the_locked_engine(self, con: Connection) -> None:
        lock_engine(con, asdict(QUICK))
        names = [row[0] for row in con.execute("select name from duckdb_settings()").fetchall()]
        # These two say where names are looked up, and the lock does not cover them.
        names = [name for name in names if name not in ("schema", "search_path")]
        before = con.execute("select name, value from duckdb_settings() order by name").fetchall()
        for name in names:
            for text in (f"set {name} = default", f"set global {name} = '1'", f"reset {name}"):
                with pytest.raises(duckdb.Error):
                    con.execute(text)
        assert con.execute("select name, value from duckdb_settings() order by name").fetchall() == before
