"""A wide book of ten million customers: build and analyse it, against pandas with scipy and against a bare GROUP BY.

    python bench/book.py [--rows N] [--rounds K] [--folder DIR] [--save]

Each side runs in a process of its own, K times in alternating order, imports included. The findings of the product and
of the rows must agree; then times, ratios within a round, and peak memory are printed. --save writes them to results/.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median

import book_compare
import measure
from book_export import SEED
from measure import Measured

SIDES = ("product", "pandas", "bare")
FASTER_THAN_PANDAS = 8.0
TIMES_THE_BARE_PASS = 3.0
PACKAGES = ("duckdb", "numpy", "pandas", "pyarrow", "scipy")
Runs = dict[tuple[str, str], list[Measured]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="customers (default 10,000,000; at least 500,000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side (default 3)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "fairness-bench-book")
    parser.add_argument("--formats", nargs="+", choices=("csv", "parquet"), default=["csv", "parquet"])
    parser.add_argument("--save", action="store_true", help="write results/book.md and results/book.json")
    options = parser.parse_args()
    runs, checked = benchmark(options.folder / str(options.rows), options.rows, options.rounds, options.formats)
    command = f"python bench/book.py --rows {options.rows} --rounds {options.rounds} --save"
    where = {**measure.provenance(command, PACKAGES), "seed": str(SEED), "rows": f"{options.rows:,}"}
    text = report(runs, checked, where)
    print(text)
    if options.save:
        results = measure.ROOT / "bench" / "results"
        (results / "book.md").write_text(text + "\n")
        (results / "book.json").write_text(json.dumps(record(runs, checked, where), indent=2) + "\n")


def benchmark(folder: Path, rows: int, rounds: int, formats: list[str]) -> tuple[Runs, dict[str, dict]]:
    """Run every side; return the measurements by side and format, and the agreement of the findings by format."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another run uses {folder}: wait for it, or give another --folder") from None
    log = folder / "log.txt"
    measure.run(measure.python("book_sides.py", "export", folder, rows), log=log)
    runs: Runs = {}
    for number in range(rounds):
        for form in formats:
            file = folder / f"book.{form}"
            _read_once(file)
            for side in SIDES if number % 2 == 0 else reversed(SIDES):
                target = folder / f"{side}-{form}"
                _remove(target)
                measured = measure.run(measure.python("book_sides.py", side, file, target), log=log)
                runs.setdefault((side, form), []).append(measured)
                print(f"round {number + 1}  {form:8}{side:8}{measured.seconds:7.1f} s", flush=True)
    # Only now: the parent stays small, because a child's peak memory starts at its parent's.
    return runs, {form: compare(folder, form) for form in formats}


def _read_once(file: Path) -> None:
    """Bring the file into the page cache, so that no side pays for the disk."""
    with file.open("rb", buffering=0) as stream:
        block = bytearray(1 << 22)
        while stream.readinto(block):
            pass


def _remove(target: Path) -> None:
    shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)


def compare(folder: Path, form: str) -> dict[str, tuple[float, int]]:
    """Return the largest relative difference of each quantity; estimates and intervals must agree."""
    output = folder / f"product-{form}"
    run_id = (output / "current").read_text().strip()
    document = json.loads((output / "runs" / run_id / "findings.json").read_text())
    rows = json.loads((folder / f"pandas-{form}").read_text())["findings"]
    found = book_compare.differences(document, rows)
    for name in book_compare.CHECKED:
        if found[name][0] > book_compare.TOLERANCE:
            raise SystemExit(f"{form}: {name} of the product and of the rows differ by {found[name][0]:.1e}")
    return found


def ratios(runs: Runs, side: str, other: str, form: str) -> list[float]:
    """Return the times of ``side`` over those of ``other``, round by round."""
    pairs = zip(runs[side, form], runs[other, form], strict=True)
    return [one.seconds / two.seconds for one, two in pairs]


def _spread(values: list[float], digits: int = 1) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def report(runs: Runs, checked: dict[str, dict], where: dict[str, str]) -> str:
    """Return the result as Markdown."""
    rows = [
        [
            f"{side}, {form}",
            _spread([one.seconds for one in measured]),
            _spread([one.cpu_seconds for one in measured]),
            _spread(ratios(runs, side, "product", form), 2),
            f"{median(one.peak_mb for one in measured):,.0f}",
        ]
        for (side, form), measured in sorted(runs.items(), key=lambda item: (item[0][1], SIDES.index(item[0][0])))
    ]
    head = ["side", "seconds", "processor seconds", "time / product", "peak MB"]
    agreed = [[name, *(f"{checked[form][name][0]:.1e}" for form in checked)] for name in next(iter(checked.values()))]
    counts = f"{max(n for found in checked.values() for _, n in found.values()):,}"
    loads = [one.load_before for measured in runs.values() for one in measured]
    return "\n".join(
        [
            f"# A wide book of {where['rows']} customers",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in where.items()),
            f"* load of the machine before each run: {min(loads):.1f} to {max(loads):.1f} (one process keeps it at 1)",
            "",
            "Median of the rounds (lowest to highest); every run is a process of its own, imports included.",
            "",
            measure.table(head, rows),
            "",
            *_targets(runs),
            "",
            f"Both sides give {counts} findings: pooled, by band, by lens and by cell. Largest relative difference:",
            "",
            measure.table(["quantity", *checked], agreed),
        ]
    )


def _targets(runs: Runs) -> list[str]:
    """Return one line for each target; they are set for delimited text."""
    if ("product", "csv") not in runs:
        return []
    faster = median(ratios(runs, "pandas", "product", "csv"))
    times = median(ratios(runs, "product", "bare", "csv"))
    return [
        f"* {_outcome(faster >= FASTER_THAN_PANDAS)}: {faster:.1f} times faster than pandas with scipy "
        f"(target: at least {FASTER_THAN_PANDAS:.0f})",
        f"* {_outcome(times <= TIMES_THE_BARE_PASS)}: {times:.1f} times the bare pass "
        f"(target: at most {TIMES_THE_BARE_PASS:.0f})",
    ]


def _outcome(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def record(runs: Runs, checked: dict[str, dict], where: dict[str, str]) -> dict:
    """Return every single measurement."""
    sides = {f"{side}, {form}": [asdict(one) for one in measured] for (side, form), measured in runs.items()}
    agreement = {form: {name: worst for name, (worst, _) in found.items()} for form, found in checked.items()}
    return {**where, "runs": sides, "largest_relative_difference": agreement}


if __name__ == "__main__":
    main()
