"""The examples run as their README says, and print what a hand computes."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that no run is written beside them."""
    return Path(
        shutil.copytree(
            EXAMPLES, tmp_path_factory.mktemp("examples") / "examples", ignore=shutil.ignore_patterns("out", "out.key")
        )
    )


def run(folder: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, check=False, encoding="utf-8", env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_readme_names_every_example() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    named = {target.partition("/")[0] for target in re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", text, re.MULTILINE)}
    hidden = {"out", "out.key", "__pycache__"}
    assert named == {path.name for path in EXAMPLES.iterdir()} - {"README.md"} - hidden


@pytest.mark.xdist_group("examples")
def test_ten_customers(folder: Path) -> None:
    """Six of eight pay 22, two pay 20, all are offered 20: 21.50 / 20, and 6 x 2 x 12 a year."""
    printed = run(folder, "-m", "fairness", "analyze", "ten")
    assert printed.startswith("Cannot tell yet")
    assert "7.5 %" in printed
    assert "£144 a year paid above the offer" in printed
    assert "1 in effect, 10 are needed" in printed
    assert "10 rows in: 10 accepted" in printed


@pytest.mark.xdist_group("examples")
def test_gaps_in_python(folder: Path) -> None:
    printed = run(folder, "gaps.py", "ten").splitlines()
    assert printed[0] == "whole book: 7.5% of the offer, 8 customers, inconclusive"
    # Who has just joined pays 20; two of the next four pay 22; so do all of the last.
    assert [line.split(": ")[1] for line in printed[1:]] == [
        "0.0%, 2 customers",
        "5.0%, 4 customers",
        "10.0%, 4 customers",
    ]


@pytest.mark.xdist_group("examples")
def test_who_pays_above_the_offer(folder: Path) -> None:
    query = (EXAMPLES / "above_offer.sql").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(run(folder, "-m", "fairness", "sql", "-c", "ten", "-f", "csv", "--", query))))
    assert rows[0] == ["customer_id", "paid", "offered", "above"]
    assert [[float(value) for value in row[1:]] for row in rows[1:]] == [[22.0, 20.0, 2.0]] * 6
