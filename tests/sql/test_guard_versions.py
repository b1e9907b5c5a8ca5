"""The tests of guarded SQL once more, with the other major version of DuckDB that this software supports.

The engine is taken from the folder that FAIRNESS_DUCKDB names (made by ``pip install --no-deps --target FOLDER
duckdb==VERSION``) or fetched by pip into a temporary one. Where neither is possible, the test is skipped and says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
OTHER = "1.5.6" if int(duckdb.__version__.split(".")[0]) >= 2 else "2.0.0"
"""The end of the supported range that is not installed."""
TESTS = ["tests/sql/test_guard.py", "tests/sql/test_guard_answers.py", "tests/property/test_guarded_sql.py"]

pytestmark = [pytest.mark.slow, pytest.mark.packaging]


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


def test_guarded_sql_with_the_other_engine(engine: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(engine), str(ROOT)])}
    command = [sys.executable, "-c", "import duckdb; print(duckdb.__version__)"]
    version = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    assert version.partition(".")[0] == OTHER.partition(".")[0]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
