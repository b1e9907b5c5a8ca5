"""Guarded SQL, and two runs held against each other, with the other major version of DuckDB that is supported.

The engine is taken from the folder that FAIRNESS_DUCKDB names (made by ``pip install --no-deps --target FOLDER
duckdb==VERSION``) or fetched by pip into a temporary one. Where neither is possible, the test is skipped and says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from tests.conftest import MORE

ROOT = Path(__file__).parents[2]
OTHER = "1.5.6" if int(duckdb.__version__.split(".")[0]) >= 2 else "2.0.0"
"""The end of the supported range that is not installed."""
TESTS = ["tests/sql/test_guard.py", "tests/sql/test_guard_answers.py", "tests/property/test_guarded_sql.py"]

pytestmark = [pytest.mark.slow, pytest.mark.packaging, pytest.mark.xdist_group("other engine")]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the other version."""
    named = os.environ.get("FAIRNESS_DUCKDB")
    if named:
        return Path(named).absolute()
    folder = tmp_path_factory.mktemp("engine")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--target", str(folder), f"duckdb=={OTHER}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"DuckDB {OTHER} cannot be had here, and FAIRNESS_DUCKDB names no folder with it")
    return folder


@pytest.fixture(scope="module")
def environment(engine: Path) -> dict[str, str]:
    """Return an environment in which Python finds the other version first."""
    found = {**os.environ, "PYTHONPATH": os.pathsep.join([str(engine), str(ROOT)])}
    command = [sys.executable, "-c", "import duckdb; print(duckdb.__version__)"]
    version = subprocess.run(command, env=found, capture_output=True, text=True, check=True).stdout.strip()
    assert version.partition(".")[0] == OTHER.partition(".")[0]
    return found


@pytest.mark.skipif(MORE < 2, reason="takes more than a minute: set FAIRNESS_MORE=2")
def test_guarded_sql_with_the_other_engine(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_a_change_with_the_other_engine(environment: dict[str, str], tmp_path: Path) -> None:
    """It reads the price ledger of a run that this engine has built: it ends, and says what this engine says."""
    run = build(load_config(write_demo(tmp_path / "demo")))
    command = [sys.executable, "-m", "fairness", "diff", str(run.folder), str(run.folder), "--format", "json"]
    told = [
        subprocess.run(command, cwd=ROOT, env=engine, capture_output=True, text=True, check=True, timeout=60).stdout
        for engine in (dict(os.environ), environment)
    ]
    assert json.loads(told[0])["parts"][0]["part"] == "price"
    assert told[0] == told[1]
