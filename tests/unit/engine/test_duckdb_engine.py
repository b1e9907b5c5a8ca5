"""DuckDB behind the seam: what the rest of the package may rely on, whatever the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

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
                ENGINE.run_model(con, model, line_by_line=line_by_line)
            except EngineError:
                assert "no_such" in query or not line_by_line
            assert con.execute(off).fetchone() == before


def test_errors_are_told_apart_by_what_to_do() -> None:
    with ENGINE.looking() as con, pytest.raises(ENGINE.missing):
        con.execute("from nowhere")
    assert issubclass(ENGINE.missing, EngineError)
    assert all(issubclass(kind, EngineError) for kind in (*ENGINE.no_room, *ENGINE.damage))
    assert ENGINE.version.startswith("duckdb ")
