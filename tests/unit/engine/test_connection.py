"""Connections: what reading a published file leaves behind."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from fairness.config import load_config
from fairness.engine.connection import building, looking, reading


def test_a_large_query_does_not_spill_beside_the_published_file(tmp_path: Path) -> None:
    file = tmp_path / "analyst.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("create table numbers as select range as n from range(1000000)")
    with reading(file) as con:
        con.execute("set memory_limit = '8MB'")
        con.execute("set threads = 1")
        query = "select n, md5(cast(n as varchar)) as h from numbers order by h"
        # Too large for the memory either way: what matters is where it spills.
        with suppress(duckdb.OutOfMemoryException):
            con.execute(f"select count(*) from ({query})").fetchall()
        spill = con.execute("select current_setting('temp_directory')").fetchone()
        assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert spill is not None
    assert not Path(spill[0]).is_relative_to(tmp_path)


@pytest.mark.slow
def test_a_build_spills_into_its_own_folder_and_leaves_nothing(tmp_path: Path) -> None:
    text = '[study]\nname = "T"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "b.csv"\n'
    (tmp_path / "fairness.toml").write_text(text + '[engine]\nmemory_limit = "50MB"\nthreads = 1\n', encoding="utf-8")
    folder = tmp_path / "build"
    folder.mkdir()
    with building(folder / "analyst.duckdb", load_config(tmp_path / "fairness.toml")) as con:
        con.execute("create table numbers as select range as n, md5(cast(range as varchar)) as h from range(2000000)")
        con.execute("create table ordered as select * from numbers order by h")
        assert {path.name for path in folder.iterdir()} >= {"analyst.duckdb", "analyst.spill"}
    assert [path.name for path in folder.iterdir()] == ["analyst.duckdb"]


def test_without_a_file_nothing_spills_into_the_working_folder() -> None:
    with looking() as con:
        spill = con.execute("select current_setting('temp_directory')").fetchone()
    assert spill is not None
    assert Path(spill[0]).is_absolute()
    assert not Path(spill[0]).is_relative_to(Path.cwd())
