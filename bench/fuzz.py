"""Does the intake read damaged exports as a reader that shares no code with it, or refuse them in words?

    python bench/fuzz.py [--mutants N] [--first SEED] [--jobs N] [--save]

Mutants are made by tests/oracle/mutants.py and compared by tests/oracle/fuzz.py, a sample of them in every run of the
tests. Each process reads a few hundred; one that crashes, or takes 20 seconds for a mutant, is ended and counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import measure

LONGEST_SECONDS = 20
_CHUNK = 250


def chunk(first: int, n: int) -> list[dict[str, Any]]:
    """Return the outcomes of mutants; a process that ends before its time is started again behind the mutant."""
    found: list[dict[str, Any]] = []
    while n:
        with tempfile.TemporaryDirectory() as folder:
            done = _process(first, n, Path(folder))
        found += done
        first, n = first + len(done), n - len(done)
    return found


def _process(first: int, n: int, folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.oracle.fuzz", str(first), str(n), str(folder)]
    child = subprocess.Popen(command, cwd=measure.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert child.stdout is not None
    found: list[dict[str, Any]] = []
    timer = threading.Timer(LONGEST_SECONDS * 2, child.kill)
    timer.start()
    for line in child.stdout:
        outcome = json.loads(line)
        timer.cancel()
        timer = threading.Timer(LONGEST_SECONDS, child.kill)
        timer.start()
        if "kind" in outcome:
            found.append(outcome)
    timer.cancel()
    if (code := child.wait()) != 0:
        kind = "hang" if code == -9 else "crash"
        problem = f"the process ended with {code}"
        found.append({"seed": first + len(found), "kind": kind, "seconds": LONGEST_SECONDS, "problem": problem})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first mutant")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    last = options.first + options.mutants
    starts = range(options.first, last, _CHUNK)
    with ThreadPoolExecutor(options.jobs) as pool:
        chunks = list(pool.map(lambda first: chunk(first, min(_CHUNK, last - first)), starts))
    outcomes = [outcome for part in chunks for outcome in part]
    kinds = Counter(outcome["kind"] for outcome in outcomes)
    broken = [outcome for outcome in outcomes if outcome["problem"]]
    rows = [
        ("mutants", f"{len(outcomes):,}"),
        ("read, with the rows of the independent reader", f"{kinds['equal']:,}"),
        ("refused with what, where and how to go on", f"{kinds['refused']:,}"),
        ("read where the independent reader cannot tell", f"{kinds['read alone']:,}"),
        ("read with other rows", f"{kinds['unequal']:,}"),
        ("refused though nothing is wrong, or read though it must not be", f"{_misjudged(broken):,}"),
        ("ended in a traceback", f"{kinds['traceback']:,}"),
        ("crashed the process", f"{kinds['crash']:,}"),
        (f"took {LONGEST_SECONDS} seconds or more", f"{kinds['hang']:,}"),
        ("longest, seconds", f"{max(outcome['seconds'] for outcome in outcomes):.2f}"),
    ]
    facts = measure.provenance(f"python bench/fuzz.py {' '.join(sys.argv[1:])}".strip(), ["duckdb", "backports.zstd"])
    facts |= {"seeds": f"{options.first} to {last - 1}", "seconds": f"{time.perf_counter() - start:.0f}"}
    text = "\n".join(
        [
            "# Damaged exports",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()),
            "",
            measure.table(("outcome", "mutants"), rows),
            "",
            "A mutant is a small book as delimited text, JSON or Parquet, in one of six encodings, plain, gzip or",
            "zstd, with up to four damaged places before and behind the packing. Where the independent reader cannot",
            "tell what a file holds (a damaged header, JSON that is none, a mark of another encoding), only crashes",
            "and words count.",
            "",
        ]
    )
    print(text)
    for outcome in broken:
        print(outcome["seed"], outcome["kind"], outcome["problem"], file=sys.stderr)
    if options.save:
        (measure.ROOT / "bench" / "results" / "fuzz.md").write_text(text, encoding="utf-8")
    sys.exit(bool(broken))


def _misjudged(broken: list[dict[str, Any]]) -> int:
    return sum(outcome["kind"] in ("refused", "read") for outcome in broken)


if __name__ == "__main__":
    main()
