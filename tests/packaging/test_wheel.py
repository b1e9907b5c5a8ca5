"""The distribution works away from the repository: sdist, wheel from that sdist, installed into an empty folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("wheel")]


def run(*arguments: str, cwd: Path, site: Path | None = None) -> str:
    """Run the current interpreter; `site` comes before the installed packages, and so before an editable install."""
    environment = {**os.environ, "PYTHONPATH": "" if site is None else str(site)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("folder", ["sql", "data"])
def test_wheel_carries_the_same_bytes(site: Path, folder: str) -> None:
    shipped = fingerprints(site / "fairness" / f"_{folder}")
    assert shipped == fingerprints(ROOT / folder)
    assert shipped


def test_wheel_carries_nothing_beside_the_package(site: Path) -> None:
    assert {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")} == {"bin", "fairness"}


def test_command_runs_from_another_folder(site: Path, tmp_path: Path) -> None:
    assert "Usage" in run("-m", "fairness", "--help", cwd=tmp_path, site=site)


def test_wheel_carries_the_dashboard_with_its_settings_beside_it(site: Path, tmp_path: Path) -> None:
    script = "from fairness.dashboard.server import app_script; print(app_script())"
    entry = Path(run("-c", script, cwd=tmp_path, site=site).strip())
    assert entry == site / "fairness" / "dashboard" / "entry" / "app.py"
    assert entry.read_bytes() == (ROOT / "app.py").read_bytes()
    settings = Path(".streamlit") / "config.toml"
    assert (entry.parent / settings).read_bytes() == (ROOT / settings).read_bytes()
    assets = Path("dashboard") / "assets"
    assert fingerprints(site / "fairness" / assets) == fingerprints(ROOT / "fairness" / assets)


def test_nothing_lies_beside_the_dashboards_entry(site: Path) -> None:
    """Streamlit looks for modules in the folder of its script first, before it asks Python."""
    entry = site / "fairness" / "dashboard" / "entry"
    assert {path.name for path in entry.iterdir()} - {"__pycache__"} == {".streamlit", "app.py"}


def test_sql_is_found_inside_the_installed_package(site: Path, tmp_path: Path) -> None:
    script = "from fairness.engine.models import sql_root; print(sql_root())"
    assert Path(run("-c", script, cwd=tmp_path, site=site).strip()) == site / "fairness" / "_sql"
