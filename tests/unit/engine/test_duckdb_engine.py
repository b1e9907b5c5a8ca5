"""DuckDB behind the seam: what the rest of the package may rely on, whatever the engine."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from fairness.config import load_config
from fairness.engine.base import SumTooLargeError
from fairness.engine.connection import ENGINE, EngineError


def test_counts_are_arrays_and_a_sum_beyond_64_bits_is_refused() -> None:
    with ENGINE.looking() as con:
        frame = ENGINE.read_counts(con, "select n, n * 2 as twice from range(?) as t (n)", [3])
        assert {name: column.tolist() for name, column in frame.items()} == {"n": [0, 1, 2], "twice": [0, 2, 4]}
        with pytest.raises(SumTooLargeError):
            ENGINE.read_counts(con, "select cast(9223372036854775807::hugeint + ? as bigint) as n", [1])


@pytest.mark.parametrize("query", ["create table made as select 1 as one", "select no_such_column"])
def test_a_model_line_by_line_leaves_the_engine_as_it_was(query: str, tmp_path: Path) -> None:
    """Also where the model fails: the next one is planned as usual."""
    model = tmp_path / "10_made.sql"
    model.write_text(query, encoding="utf-8")
    off = "select current_setting('disabled_optimizers')"
    with ENGINE.looking() as con:
        before = con.execute(off).fetchone()
        for line_by_line in (True, False):
            try:
                ENGINE.run_model(con, model, line_by_line=line_by_line, kept=True)
            except EngineError:
                assert "no_such" in query or not line_by_line
            assert con.execute(off).fetchone() == before


def test_what_is_not_kept_is_seen_by_the_build_alone(tmp_path: Path) -> None:
    made = {
        "step": "create table step as select 1 as one",
        "result": "create table result as select one + 1 as two from step",
    }
    for name, sql in made.items():
        (tmp_path / f"{name}.sql").write_text(sql, encoding="utf-8")
    config = tmp_path / "fairness.toml"
    config.write_text(
        '[study]\nname = "T"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "b.csv"\n', encoding="utf-8"
    )
    file = tmp_path / "built.duckdb"
    with ENGINE.building(file, load_config(config)) as con:
        ENGINE.run_model(con, tmp_path / "step.sql", line_by_line=False, kept=False)
        ENGINE.run_model(con, tmp_path / "result.sql", line_by_line=False, kept=True)
        con.execute("create table later as from step")
        with ENGINE.beside(con) as other:
            assert other.execute("select one, two from step, result").fetchall() == [(1, 2)]
    with ENGINE.reading(file) as con:
        assert con.execute("select table_name from duckdb_tables() order by all").fetchall() == [
            ("later",),
            ("result",),
        ]


def test_by_hand_everything_is_kept(tmp_path: Path) -> None:
    (tmp_path / "step.sql").write_text("create table step as select 1 as one", encoding="utf-8")
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as con:
        ENGINE.run_model(con, tmp_path / "step.sql", line_by_line=False, kept=False)
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as con:
        assert con.execute("from step").fetchall() == [(1,)]


def test_errors_are_told_apart_by_what_to_do() -> None:
    with ENGINE.looking() as con, pytest.raises(ENGINE.missing):
        con.execute("from nowhere")
    assert issubclass(ENGINE.missing, EngineError)
    assert all(issubclass(kind, EngineError) for kind in (*ENGINE.no_room, *ENGINE.damage))
    assert ENGINE.version.startswith("duckdb ")
