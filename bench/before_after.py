"""Whether a step that was to move no number moved none: the same studies, built by two commits, compared whole.

    python bench/before_after.py COMMIT...            # each commit with its parent
    python bench/before_after.py --save COMMIT...     # and keep the table in results/before_after.md

The studies are the demo, as the earlier commit generates it, and the two real books of tests/realdata (left out where
the folder of FAIRNESS_DATA does not exist). Compared are findings.json without its block ``build``, and every table of
the share file as a set of rows, without the columns that name the build.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).parents[1]
REAL = ("telco", "eudirectlapse")
KEY = "a key of the pseudonyms for comparisons only"
DATA = Path(os.environ.get("FAIRNESS_DATA", ROOT.parent / "shared" / "data"))
Built = dict[str, Any]


def git(*words: str) -> str:
    """Return what git prints, run at the top of the repository."""
    return subprocess.run(("git", *words), cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def built(tree: Path, study: Path) -> tuple[Path, Built]:
    """Build a study with the package of a tree; return the folder of the run and its findings without the build."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "FAIRNESS_DATA": str(DATA), "FAIRNESS_KEY": KEY}
    command = (sys.executable, "-m", "fairness", "build", str(study / "fairness.toml"))
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=study)
    run = Path(done.stdout.strip().splitlines()[-1])
    findings: Built = json.loads((run / "findings.json").read_text(encoding="utf-8"))
    findings.pop("build")
    return run, findings


def shared_rows(run: Path) -> dict[str, list[str]]:
    """Return the rows of each table of a run's share file, in an order of their own, without the build."""
    with duckdb.connect(str(run / "share.duckdb"), read_only=True) as con:
        tables = [name for (name,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        found = {}
        for name in tables:
            relation = con.table(name)
            columns = [column for column in relation.columns if column not in ("run_id", "software_version")]
            found[name] = sorted(map(repr, relation.select(*(f'"{column}"' for column in columns)).fetchall()))
        return found


def unequal(before: Any, after: Any, place: str = "") -> list[str]:
    """Return the places at which two JSON values differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted(before.keys() | after.keys())
        return [
            found
            for key in keys
            for found in (
                unequal(before[key], after[key], f"{place}.{key}")
                if key in before and key in after
                else [f"{place}.{key} on one side only"]
            )
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            found for i, pair in enumerate(zip(before, after, strict=True)) for found in unequal(*pair, f"{place}[{i}]")
        ]
    return [] if before == after else [place]


def studies(folder: Path, tree: Path) -> dict[str, Path]:
    """Lay the studies out with the generator and the configs of a tree."""
    laid = {"demo": folder / "demo"}
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    subprocess.run((sys.executable, "-m", "fairness.synth", "demo", str(laid["demo"])), check=True, env=environment,
                   cwd=folder, capture_output=True)  # fmt: skip
    for name in REAL if DATA.is_dir() else ():
        laid[name] = folder / name
        laid[name].mkdir()
        shutil.copy(tree / "tests" / "realdata" / f"{name}.toml", laid[name] / "fairness.toml")
    return laid


def compare(before: str, after: str, scratch: Path) -> list[tuple[str, str, str, int, int, int, int]]:
    """Return for each study: commits, findings and rows compared, findings' places and rows that differ."""
    trees = {commit: scratch / commit for commit in (before, after)}
    for commit, tree in trees.items():
        git("worktree", "add", "--detach", "--force", str(tree), commit)
    try:
        answers = []
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            first = studies(Path(name), trees[before])
            for study, folder in first.items():
                copy = folder.with_name(folder.name + "-after")
                shutil.copytree(folder, copy)
                run_before, said_before = built(trees[before], folder)
                run_after, said_after = built(trees[after], copy)
                places = unequal(said_before, said_after)
                for place in places[:5]:
                    print(f"  {study}: findings{place}", flush=True)
                rows_before, rows_after = shared_rows(run_before), shared_rows(run_after)
                apart = [
                    f"{table}: {row[:150]}"
                    for table in sorted(rows_before.keys() | rows_after.keys())
                    for row in set(rows_before.get(table, ())) ^ set(rows_after.get(table, ()))
                ]
                for row in apart[:5]:
                    print(f"  {study}: {row}", flush=True)
                answers.append((before, after, study, len(said_before["findings"]), len(places),
                                sum(map(len, rows_before.values())), len(apart)))  # fmt: skip
        return answers
    finally:
        for tree in trees.values():
            git("worktree", "remove", "--force", str(tree))


def main() -> None:
    """Compare each commit named with its parent, print and, where asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commits", nargs="+", metavar="COMMIT")
    parser.add_argument("--save", action="store_true")
    chosen = parser.parse_args()
    lines = [
        "| before | after | subject | study | findings | that differ | rows of the share file | that differ |",
        "|---|---|---|---|---:|---:|---:|---:|",
    ]
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for commit in chosen.commits:
            after = git("rev-parse", "--short", commit)
            subject = git("log", "-1", "--format=%s", after)
            for row in compare(git("rev-parse", "--short", f"{commit}^"), after, Path(scratch)):
                lines.append("| " + " | ".join(map(str, (*row[:2], subject, *row[2:]))) + " |")
                print(lines[-1], flush=True)
    if chosen.save:
        head = (
            f"# Steps that were to move no number\n\n`python bench/before_after.py --save {' '.join(chosen.commits)}`, "
        )
        head += f"with the script of {git('rev-parse', '--short', 'HEAD')}\n\n"
        (ROOT / "bench" / "results" / "before_after.md").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
