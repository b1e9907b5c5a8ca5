"""Connections: what reading a published file leaves behind."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from fairness.warehouse.connection import reading


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
