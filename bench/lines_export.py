"""The exports that the lines benchmark reads: a generated firm with traps of real ones, and the study beside them.

The other way to the findings knows no reversals, no rest of a term and no quantities, so the firm has none of these:
odd bills are held against bills read as a person reads them, in the tests. ``fairness.synth`` draws six cells each of
a monthly and a yearly product over 36 months, about 14 lines a customer. Its lines, of 29 columns, are written as one
CSV and one Parquet file; customers and price events are the CSV files it writes, as are the offers but for every
twelfth.
"""

from __future__ import annotations

import json
from pathlib import Path

SEED = 20250101
VERSION = 3
"""Raised when the generated rows change: a cached export of another version is written anew."""

CONFIG = """\
[study]
name = "Benchmark lines"
currency = "GBP"
as_of = "2025-12"
output = "{output}"

[[source]]
role = "billing"
path = "{file}"

[[source]]
role = "offers"
path = "offers.csv"

[[source]]
role = "customers"
path = "customers.csv"
[source.columns]
party_id = "customer_id"

[[source]]
role = "price_events"
path = "price_events.csv"

[like_for_like]
cell = ["region", "channel"]
plan = false

[inference]
draws = "customers"

[lenses]
vulnerable = "is_vulnerable"

[privacy]
pseudonyms = false

[engine]
threads = 2
memory_limit = "1600MB"
"""


def make_export(folder: Path, rows: int, *, seed: int = SEED) -> None:
    """Write ``lines.csv``, ``lines.parquet`` and the other files of the firm to the folder unless they are there."""
    files = {"csv": folder / "lines.csv", "parquet": folder / "lines.parquet"}
    stamp, made = folder / "lines.json", {"asked": rows, "seed": seed, "version": VERSION}
    if stamp.is_file() and all(file.is_file() for file in files.values()):
        known = json.loads(stamp.read_text())
        if {name: known.get(name) for name in made} == made:
            return
    import duckdb

    from fairness.synth import Traps, generate_billing, small_firm

    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    blocks = folder / "blocks"
    generate_billing(
        small_firm(rows * 7 // 100, traps=Traps(prorations=False, upgrades=0.0, waived=0.0, several_units=0.0)),
        seed=seed,
    ).write(blocks, level=1)
    with duckdb.connect() as con:
        con.execute("set threads = 2")
        con.execute(f"copy (from '{blocks}/lines*.parquet') to '{files['csv']}' (header)")
        con.execute(f"copy (from '{blocks}/lines*.parquet') to '{files['parquet']}' (format parquet)")
        counted = con.execute(f"select count(*) from '{files['parquet']}'").fetchone()
    for name in ("customers.csv", "price_events.csv"):
        (blocks / name).replace(folder / name)
    _withdraw_offers(blocks / "offers.csv", folder / "offers.csv")
    for file in blocks.iterdir():
        file.unlink()
    blocks.rmdir()
    stamp.write_text(json.dumps({**made, "rows": counted[0] if counted else 0}))


def _withdraw_offers(source: Path, target: Path) -> None:
    """Write the offers without every twelfth: real files have gaps, and customers whom no offer serves."""
    header, *offers = source.read_text().splitlines(keepends=True)
    target.write_text(header + "".join(row for number, row in enumerate(offers) if number % 12))


def write_config(file: Path, output: Path) -> Path:
    """Write the study of one file beside it and return its path; results go to ``output``."""
    config = file.parent / f"fairness-{file.suffix[1:]}.toml"
    config.write_text(CONFIG.format(file=file.name, output=output))
    return config
