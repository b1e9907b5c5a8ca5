"""The order of a build: what a check finds keeps a run from being published, and is what the user reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fairness.analysis.marts import Marts
from fairness.build import pipeline
from fairness.config import load_config
from fairness.engine import models
from fairness.engine.base import Connection
from fairness.errors import DataError
from fairness.findings.results import Findings


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return the config of a small book."""
    rows = ["customer_id,product_id,price,tenure_months"]
    rows += [f"c{n},broadband,{20 + n % 3},{3 if n % 2 else 40}" for n in range(20)]
    (tmp_path / "book.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    config = tmp_path / "fairness.toml"
    config.write_text(
        '[study]\nname = "T"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "book.csv"\n', encoding="utf-8"
    )
    return config


@pytest.fixture
def offended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a check that finds every customer of the first count."""
    root = shutil.copytree(models.sql_root(), tmp_path / "sql")
    check = root / "checks" / "nobody_is_new.sql"
    check.write_text("select loyalty_group from cell_counts where loyalty_group = 'new'", encoding="utf-8")
    monkeypatch.setattr(models, "sql_root", lambda: root)


@pytest.mark.usefixtures("offended")
def test_nothing_is_published_when_a_check_finds_something(study: Path) -> None:
    with pytest.raises(DataError, match="the check nobody_is_new failed: loyalty_group=new"):
        pipeline.build(load_config(study))
    assert not list((study.parent / "out").glob("runs/*/findings.json"))


@pytest.mark.usefixtures("offended")
def test_the_check_is_named_where_the_analysis_fails_as_well(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "analyse", fails)
    with pytest.raises(DataError, match="the check nobody_is_new failed"):
        pipeline.build(load_config(study))


def test_an_analysis_that_fails_over_sound_tables_says_so_itself(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "analyse", fails)
    with pytest.raises(ZeroDivisionError):
        pipeline.build(load_config(study))
    assert not list((study.parent / "out").glob("runs/*/findings.json"))


def test_only_what_findings_come_from_is_examined(study: Path) -> None:
    def look(con: Connection, marts: Marts, findings: Findings) -> set[str]:
        assert len(marts.prices) > 0
        assert findings.support.tenured_customers == 10
        return {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}

    found = pipeline.examine(load_config(study), look, tables=["price_change"])
    assert {"cell_counts", "price_change"} <= found
    # Causes and letters are no part of the findings.
    assert not {"price_change_driver", "rise_exposure", "told_outcome"} & found
    assert not (study.parent / "out").exists()


@pytest.mark.usefixtures("offended")
def test_what_is_examined_is_checked(study: Path) -> None:
    with pytest.raises(DataError, match="the check nobody_is_new failed"):
        pipeline.examine(load_config(study), lambda con, marts, findings: None)
