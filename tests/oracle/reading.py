"""The reading stage alone: what happens to each record of a book, without building a study."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairness.config import load_config
from fairness.engine.connection import looking
from fairness.intake.files import refuse_changed
from fairness.intake.input_files import find_inputs, fingerprints, plain_copies
from fairness.intake.stage import stage

Fields = tuple[str | None, ...]


@dataclass(frozen=True)
class Reading:
    """What the product read.

    Attributes:
        rows: The named columns of every readable record, as text without spaces around it.
        unreadable: Number and reason of every malformed record.
        n_rows: Records that were found, the malformed ones included.
    """

    rows: list[Fields]
    unreadable: list[tuple[int, str]]
    n_rows: int


def config_of(folder: Path, path: str, columns: Sequence[str] = (), **keys: Any) -> Path:
    """Write a study of one book whose columns pass through as text, under the names x0, x1, ..."""
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in keys.items())
    kept = json.dumps([f"x{n}" for n in range(len(columns))])
    listed = "".join(f"x{n} = {json.dumps(_quoted(name))}\n" for n, name in enumerate(columns))
    source_keys = f'role = "book"\npath = {json.dumps(path)}\n{lines}keep = {kept}\n'
    text = f'[study]\nname = "Test"\ncurrency = "GBP"\n[[source]]\n{source_keys}[source.columns]\n{listed}'
    config = folder / "fairness.toml"
    config.write_text(text, encoding="utf-8")
    return config


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def read(config: Path, n_columns: int = 0) -> Reading:
    """Run the reading stage of a study; the files are removed again."""
    with staged(config) as (con, found):
        names = ", ".join(f"x{n}" for n in range(n_columns)) or "customer_id"
        rows = con.execute(f"select {names} from stg_book").fetchall()
        unreadable = con.execute("select source_row, reason from stg_unreadable order by all").fetchall()
        return Reading(rows, unreadable, sum(file.n_rows for file in found.files))


@contextmanager
def staged(config: Path) -> Iterator[tuple[Any, Any]]:
    """Yield a connection that holds the staging tables of a study, and what was staged."""
    settings = load_config(config)
    with looking() as con:
        inputs = find_inputs(con, settings)
        hashes = fingerprints(inputs)
        with plain_copies(con, inputs, config.parent) as copies:
            found = stage(con, settings, copies, hashes)
        refuse_changed(item.file for item in inputs)
        yield con, found
