"""The core starts fast and runs without the dashboard: what a module really loads, seen in a fresh process.

A static graph misses what other packages load in turn, hence the processes: one that has loaded nothing of the project
is forked for each module, so that what all of them need from elsewhere is loaded once.
"""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("imports")

PACKAGE = Path(__file__).parents[1] / "fairness"
NEVER_LOADED = ("streamlit", "plotly", "scipy")
LEFT_OUT = ("fairness.dashboard", "fairness.panels", "fairness.charts.interactive", "fairness.__main__")
LOADER = """
import contextlib, importlib, json, os, sys, traceback

never, *modules = json.load(sys.stdin)
loads, told = os.pipe()
if not os.fork():
    for module in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    others = [name for name in sys.modules if name.partition(".")[0] not in ("fairness", "__main__", *never)]
    with os.fdopen(told, "w") as stream:
        json.dump(others, stream)
    os._exit(0)
os.close(told)
with os.fdopen(loads) as stream:
    for name in json.load(stream):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
os.wait()
assert not [name for name in sys.modules if name.partition(".")[0] in (*never, "fairness")]
for module in modules:
    if not os.fork():
        try:
            importlib.import_module(module)
            found = [name for name in never if name in sys.modules]
        except BaseException:
            found = [traceback.format_exc()]
        print(json.dumps([module, found]), flush=True)
        os._exit(0)
    os.wait()
"""


def core_modules(folder: Path, name: str) -> Iterator[str]:
    yield name
    for module in pkgutil.iter_modules([str(folder)], f"{name}."):
        if module.name in LEFT_OUT:
            continue
        if module.ispkg:
            yield from core_modules(folder / module.name.rpartition(".")[2], module.name)
        else:
            yield module.name


MODULES = list(core_modules(PACKAGE, "fairness"))


ALL = """
import importlib, json, sys
never, *modules = json.load(sys.stdin)
for module in modules:
    importlib.import_module(module)
print(json.dumps([name for name in never if name in sys.modules]))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """Return of each module what it loads of what it should not, or how its import failed."""
    told = json.dumps([NEVER_LOADED, *MODULES])
    command = [sys.executable, "-c", LOADER]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def test_all_core_modules_together_load_no_screen_and_no_scipy() -> None:
    # The package itself is found: what is loaded is seen.
    told = json.dumps([(*NEVER_LOADED, "fairness"), *MODULES])
    done = subprocess.run([sys.executable, "-c", ALL], input=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["fairness"]


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_core_module_loads_no_screen_and_no_scipy(module: str, loaded: dict[str, list[str]]) -> None:
    assert loaded[module] == []


@pytest.mark.slow
def test_what_is_loaded_is_seen() -> None:
    told = json.dumps([NEVER_LOADED, "scipy.stats", "fairness.no_such_module"])
    done = subprocess.run([sys.executable, "-c", LOADER], input=told, capture_output=True, text=True, check=True)
    of_scipy, of_nothing = (json.loads(line)[1] for line in done.stdout.splitlines())
    assert of_scipy == ["scipy"]
    assert "ModuleNotFoundError" in of_nothing[0]


@pytest.mark.parametrize("folder", ["bench", "docs", "fairness/dashboard", "fairness/dashboard/pages"])
def test_no_module_beside_a_script_hides_one_of_the_standard_library(folder: str) -> None:
    # The folder of a script comes first where Python looks for modules; the wheel has app.py in dashboard/.
    names = {path.stem for path in (PACKAGE.parent / folder).iterdir()}
    assert len(names) > 1
    assert names & sys.stdlib_module_names == set()
