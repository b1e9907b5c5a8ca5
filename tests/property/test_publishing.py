"""The published run is always whole: builds are killed, refused by a full disk, refused permission, and looked at.

A sample: ``bench/faults.py`` makes 200 kills and 50 trials of each other fault, see bench/results/faults.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fairness

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials fork their builds"),
]

SEED = 20250101


def run_trials(kind: str, n: int, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle.faults", kind, str(n), str(SEED), str(folder)],
        cwd=Path(fairness.__file__).parents[1],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["problems"] == []
    assert found["leftovers"] == []
    return found


@pytest.mark.parametrize(
    ("kind", "n", "outcome"),
    [
        ("kill", 10, "killed, old run published"),
        ("disk", 5, "refused, old run published"),
        ("permission", 5, "refused, old run published"),
    ],
)
def test_the_published_run_is_whole_after_every_fault(kind: str, n: int, outcome: str, tmp_path: Path) -> None:
    found = run_trials(kind, n, tmp_path / kind)
    # One more is the last build, which sweeps.
    assert sum(found["outcomes"].values()) >= n
    assert found["outcomes"][outcome] >= n // 3


def test_eight_readers_never_see_a_mixed_run_while_six_builds_publish(tmp_path: Path) -> None:
    found = run_trials("readers", 6, tmp_path / "readers")["outcomes"]
    assert found["built, new run published"] == 6
    assert found["reads of whole runs"] >= 30
    assert found["runs seen by a reader, at most"] >= 3
