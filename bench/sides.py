"""What the sides of the benchmarks share: the product, the input of the bare passes, and how a side is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

MONEY = "decimal(18,6)"
"""The product casts text amounts to this type; the bare passes do the same."""


def build(config: Path) -> None:
    """Build and analyse a study, as the command line does."""
    from fairness.build import pipeline
    from fairness.config import load_config

    pipeline.build(load_config(config))


def relation(file: Path) -> str:
    """Return a table expression over a file, reading delimited text with the options of the product."""
    if file.suffix != ".csv":
        return f"read_parquet('{file}')"
    with file.open() as stream:
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in stream.readline().strip().split(","))
    options = "auto_detect=false, header=true, delim=',', quote='\"', escape='\"', strict_mode=true"
    return f"read_csv('{file}', {options}, columns={{{columns}}})"


def rows_counted(query: str, target: Path) -> None:
    """Run a query whose column n counts rows, with two threads, and write their number."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("set threads = 2")
        counts = con.execute(query).fetchnumpy()
    target.write_text(str(int(counts["n"].sum())))


def call(sides: dict[str, Callable[[Path, Path], None]]) -> None:
    """Run the side that the command line names: ``SIDE FILE TARGET``."""
    sides[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
