"""The published file that guarded SQL is tried on, beside files that it must not reach."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.sql.attacks import MARK


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a published file and secrets in every format, which the file's rights do not protect."""
    folder = tmp_path_factory.mktemp("guard")
    with duckdb.connect() as con:
        con.execute(f"attach '{folder}/run.duckdb' as run (storage_version 'v1.5.0')")
        con.execute("create table run.findings as select range::int as n, 'r' || range % 3 as region from range(10)")
        con.execute("create view run.ledger as from run.findings where n > 2")
        con.execute("comment on table run.findings is 'ten rows'")
        con.execute("detach run")
        for form in ("csv", "json", "parquet"):
            con.execute(f"copy (select '{MARK}' as column0) to '{folder}/secret.{form}'")
    (folder / "run.duckdb").chmod(0o444)
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """Return the published file."""
    return folder / "run.duckdb"
