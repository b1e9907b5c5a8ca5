"""Each mutant is read by the product and by the independent reader: the same rows, or a refusal in words.

    python -m tests.oracle.fuzz FIRST N FOLDER

prints a line of JSON before and after each mutant, so that a crash or a hang names its seed.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from fairness.errors import ConfigError, FairnessError
from tests.oracle.mutants import NAMES, Mutant, expected, mutant
from tests.oracle.reading import config_of, read


@dataclass(frozen=True)
class Outcome:
    """What happened to a mutant.

    Attributes:
        seed: Of the mutant.
        kind: equal, refused, or read where the independent reader cannot tell.
        seconds: How long the product took.
        problem: What went wrong; empty for nothing.
    """

    seed: int
    kind: str
    seconds: float
    problem: str


def tried(seed: int, folder: Path) -> Outcome:
    """Read the mutant of a seed; its files are written into the folder."""
    item = mutant(seed)
    for file in folder.iterdir():
        file.unlink()
    (folder / item.name).write_bytes(item.content)
    config = config_of(folder, item.name, NAMES, **item.source)
    start = time.perf_counter()
    try:
        kind, problem = _compared(item, config)
    except Exception:
        kind, problem = "traceback", traceback.format_exc()
    left = sorted(file.name for file in folder.iterdir() if file.name not in (item.name, config.name))
    problem = problem or (f"left behind: {left}" if left else "")
    return Outcome(seed, kind, time.perf_counter() - start, f"{problem} {item.steps}" if problem else "")


def _compared(item: Mutant, config: Path) -> tuple[str, str]:
    want = expected(item)
    try:
        found = read(config, len(NAMES))
    except FairnessError as error:
        in_words = error.what and error.where and error.fix
        problem = "" if in_words else f"no where or how: {error}"
        if want.is_clean and want.rows and not isinstance(error, ConfigError):
            problem = f"refused, but nothing is wrong: {error}"
        return "refused", problem
    if want.must_refuse:
        return "read", f"read {found.n_rows} rows, but the file is {want.must_refuse}"
    if want.rows is None:
        return "read alone", ""
    # The engine reads in several threads, and a book with ids has no order.
    if Counter(found.rows) != Counter(want.rows):
        return "unequal", f"rows differ: {len(found.rows)} and {len(want.rows)}"
    if len(found.unreadable) != want.n_unreadable or found.n_rows != len(want.rows) + want.n_unreadable:
        return "unequal", f"unreadable rows differ: {len(found.unreadable)} and {want.n_unreadable}"
    return "equal", ""


def main(first: int, n: int, folder: Path) -> None:
    for seed in range(first, first + n):
        print(json.dumps({"seed": seed}), flush=True)
        print(json.dumps(asdict(tried(seed, folder))), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
