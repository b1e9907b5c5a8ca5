"""The core starts fast and runs without the dashboard: what a module really loads, seen in a fresh process.

A static graph misses what other packages load in turn, hence the process.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "fairness"
NEVER_LOADED = ("streamlit", "plotly", "scipy")
LEFT_OUT = ("fairness.dashboard", "fairness.plots", "fairness.__main__")


def core_modules(folder: Path, name: str) -> Iterator[str]:
    yield name
    for module in pkgutil.iter_modules([str(folder)], f"{name}."):
        if module.name in LEFT_OUT:
            continue
        if module.ispkg:
            yield from core_modules(folder / module.name.rpartition(".")[2], module.name)
        else:
            yield module.name


@pytest.mark.parametrize("module", list(core_modules(PACKAGE, "fairness")))
def test_core_module_loads_no_screen_and_no_scipy(module: str) -> None:
    script = f"import sys, {module}; print(*(name for name in {NEVER_LOADED!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
