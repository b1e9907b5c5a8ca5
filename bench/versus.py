"""Build and analyse a large export, against pandas with scipy and against a bare pass: what such benchmarks share.

Each side runs in a process of its own, K times in alternating order, imports included. The findings of the product and
of the rows must agree; then times, ratios within a round, and peak memory are printed. ``--save`` writes them to
results/. ``book.py`` and ``lines.py`` say which export.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import compare
import measure
from measure import Measured

SIDES = ("product", "pandas", "bare")
PACKAGES = ("duckdb", "numpy", "pandas", "pyarrow", "scipy")
Runs = dict[tuple[str, str], list[Measured]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """One export with its sides and targets.

    Attributes:
        name: ``NAME_sides.py`` runs the sides on ``NAME.csv`` and ``NAME.parquet``; results are ``NAME.md``.
        title: What the export holds, for the title of the results; ``{rows}`` is their number.
        unit: What a row is.
        seed: Seed of the export.
        faster_than_pandas: The rows' time over the product's must reach this.
        times_the_bare_pass: The product's time over that of the bare pass must not exceed this.
        memory_of_pandas: The product's peak memory over the rows' must not exceed this; None sets no target.
        published: Holds the tables of a product's run against what the rows wrote; returns how many numbers of each.
    """

    name: str
    title: str
    unit: str
    seed: int
    faster_than_pandas: float
    times_the_bare_pass: float
    memory_of_pandas: float | None = None
    published: Callable[[Path, dict], dict[str, int]] | None = None


def main(contest: Contest, description: str | None) -> None:
    """Read the options, run the contest and print its result."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows", type=int, default=10_000_000, help=f"{contest.unit} (default 10,000,000; at least 500,000)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side (default 3)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / f"fairness-bench-{contest.name}")
    parser.add_argument("--formats", nargs="+", choices=("csv", "parquet"), default=["csv", "parquet"])
    parser.add_argument("--save", action="store_true", help=f"write results/{contest.name}.md and .json")
    options = parser.parse_args()
    folder = options.folder / str(options.rows)
    runs, checked = benchmark(contest, folder, options.rows, options.rounds, options.formats)
    command = f"python bench/{contest.name}.py --rows {options.rows} --rounds {options.rounds} --save"
    where = {
        **measure.provenance(command, PACKAGES),
        "seed": str(contest.seed),
        "rows": f"{json.loads((folder / f'{contest.name}.json').read_text())['rows']:,}",
    }
    text = report(contest, runs, checked, where)
    print(text)
    if options.save:
        results = measure.ROOT / "bench" / "results"
        (results / f"{contest.name}.md").write_text(text + "\n")
        (results / f"{contest.name}.json").write_text(json.dumps(record(runs, checked, where), indent=2) + "\n")


def benchmark(
    contest: Contest, folder: Path, rows: int, rounds: int, formats: list[str]
) -> tuple[Runs, dict[str, dict]]:
    """Run every side; return the measurements by side and format, and the agreement of the findings by format."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(f"another run uses {folder}: wait for it, or give another --folder") from None
    log = folder / "log.txt"
    script = f"{contest.name}_sides.py"
    measure.run(measure.python(script, "export", folder, rows), log=log)
    runs: Runs = {}
    for number in range(rounds):
        for form in formats:
            file = folder / f"{contest.name}.{form}"
            _read_once(file)
            for side in SIDES if number % 2 == 0 else reversed(SIDES):
                target = folder / f"{side}-{form}"
                _remove(target)
                measured = measure.run(measure.python(script, side, file, target), log=log)
                runs.setdefault((side, form), []).append(measured)
                print(f"round {number + 1}  {form:8}{side:8}{measured.seconds:7.1f} s", flush=True)
    # Only now: the parent stays small, because a child's peak memory starts at its parent's.
    return runs, {form: agreement(contest, folder, form) for form in formats}


def _read_once(file: Path) -> None:
    """Bring the file into the page cache, so that no side pays for the disk."""
    with file.open("rb", buffering=0) as stream:
        block = bytearray(1 << 22)
        while stream.readinto(block):
            pass


def _remove(target: Path) -> None:
    shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)


def agreement(contest: Contest, folder: Path, form: str) -> dict[str, tuple[float, int]]:
    """Return the largest relative difference of each quantity and how many were compared; stop where any differs."""
    output = folder / f"product-{form}"
    run = output / "runs" / (output / "current").read_text().strip()
    document = json.loads((run / "findings.json").read_text())
    rows = json.loads((folder / f"pandas-{form}").read_text())
    found = compare.differences(document, rows["findings"])
    tables = contest.published(run, rows) if contest.published else {}
    return found | {f"table {name}": (0.0, n) for name, n in tables.items()}


def ratios(runs: Runs, side: str, other: str, form: str) -> list[float]:
    """Return the times of ``side`` over those of ``other``, round by round."""
    pairs = zip(runs[side, form], runs[other, form], strict=True)
    return [one.seconds / two.seconds for one, two in pairs]


def _spread(values: list[float], digits: int = 1) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def report(contest: Contest, runs: Runs, checked: dict[str, dict], where: dict[str, str]) -> str:
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
    agreed = [
        [name, f"{n:,}", *(f"{checked[form][name][0]:.1e}" for form in checked)]
        for name, (_, n) in next(iter(checked.values())).items()
    ]
    loads = [one.load_before for measured in runs.values() for one in measured]
    return "\n".join(
        [
            f"# {contest.title.format(rows=where['rows'])}",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in where.items()),
            f"* load of the machine before each run: {min(loads):.1f} to {max(loads):.1f} (one process keeps it at 1)",
            "",
            "Median of the rounds (lowest to highest); every run is a process of its own, imports included.",
            "",
            measure.table(head, rows),
            "",
            *_targets(contest, runs),
            "",
            "Both sides agree. How many numbers were compared, and the largest relative difference (tables: exact):",
            "",
            measure.table(["quantity", "numbers", *checked], agreed),
        ]
    )


def _targets(contest: Contest, runs: Runs) -> list[str]:
    """Return one line for each target; they are set for delimited text."""
    if ("product", "csv") not in runs:
        return []
    faster = median(ratios(runs, "pandas", "product", "csv"))
    times = median(ratios(runs, "product", "bare", "csv"))
    lines = [
        f"* {_outcome(faster >= contest.faster_than_pandas)}: {faster:.1f} times faster than pandas with scipy "
        f"(target: at least {contest.faster_than_pandas:.0f})",
        f"* {_outcome(times <= contest.times_the_bare_pass)}: {times:.1f} times the bare pass "
        f"(target: at most {contest.times_the_bare_pass:.0f})",
    ]
    if contest.memory_of_pandas is not None:
        peaks = [median(one.peak_mb for one in runs[side, "csv"]) for side in ("product", "pandas")]
        share = peaks[0] / peaks[1]
        lines.append(
            f"* {_outcome(share <= contest.memory_of_pandas)}: {share:.2f} of the peak memory of pandas with scipy "
            f"(target: at most {contest.memory_of_pandas})"
        )
    return lines


def _outcome(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def record(runs: Runs, checked: dict[str, dict], where: dict[str, str]) -> dict:
    """Return every single measurement."""
    sides = {f"{side}, {form}": [asdict(one) for one in measured] for (side, form), measured in runs.items()}
    agreement = {form: {name: worst for name, (worst, _) in found.items()} for form, found in checked.items()}
    return {**where, "runs": sides, "largest_relative_difference": agreement}
