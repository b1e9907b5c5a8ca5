"""The same billing lines give the same ledger, counts and findings, whatever the threads, files and row order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from fairness.runs.documents import read_findings

# A third of the demo's customers: still more lines than one block of the engine's storage holds.
KEPT = "hash(customer_id) % 3 = 0"
COUNTS = (
    *("cell_counts", "offer_counts", "change_counts", "derived_counts", "monthly_offer_counts"),
    *("cell_coverage", "party_counts", "offers", "reconciliation", "findings", "findings_companions"),
)
"""Tables that are written in an order: equal row by row."""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("billing determinism")]

Published = dict[str, Any]


def write_study(folder: Path, *, threads: int, shuffled: bool) -> Path:
    """Write the study; shuffled, its lines lie in three files and every export is in another order."""
    config = write_demo(folder)
    with duckdb.connect() as con:
        source = f"read_parquet('{folder / 'lines.parquet'}')"
        con.execute(f"create table lines as select *, row_number() over () as n from {source} where {KEPT}")
        (folder / "lines.parquet").unlink()
        for part in range(3 if shuffled else 1):
            rows = f"where hash(n, 'file') % 3 = {part} order by hash(n, 'row')" if shuffled else "order by n"
            con.execute(f"copy (select * exclude (n) from lines {rows}) to '{folder / f'lines-{part}.parquet'}'")
    if shuffled:
        for name in ("customers", "offers", "manual_lines", "price_events"):
            shuffle(folder / f"{name}.csv")
    text = config.read_text(encoding="utf-8").replace('"lines.parquet"', '"lines-*.parquet"')
    config.write_text(f"{text}\n[privacy]\npseudonyms = false\n[engine]\nthreads = {threads}\n", encoding="utf-8")
    return config


def shuffle(path: Path) -> None:
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    random.Random(3).shuffle(rows)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def published(config: Path) -> Published:
    """Build the study and return what it published: the ledger as a hash of its rows, the other tables as they are."""
    run = build(load_config(config))
    document = read_findings(run)
    del document["build"]
    # By the name of the file, of which there are one or three.
    del document["reconciliation"]["columns_unread"]
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        tables = {name: con.execute(f"from {name}").fetchall() for name in COUNTS}
        ledger = con.execute(
            "select count(*), sum(cast(hash(ledger) as hugeint)) from price_ledger as ledger"
        ).fetchone()
        reasons = con.execute("select role, reason, raw_row from quarantine order by all").fetchall()
    return {"document": document, "price_ledger": ledger, "quarantine": reasons, **tables}


def test_nothing_published_depends_on_threads_files_and_order(tmp_path: Path) -> None:
    first = published(write_study(tmp_path / "first", threads=1, shuffled=False))
    assert first["price_ledger"][0] > 122_880, "too few rows to share among threads"
    assert all(first[name] for name in COUNTS)
    second = published(write_study(tmp_path / "second", threads=2, shuffled=True))
    assert {name for name in first if first[name] != second[name]} == set()
