"""Rules of the repository itself: the lock, the files and their sizes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MAX_MODULE_LINES = 400
MAX_MODEL_LINES = 80

PIN = re.compile(r"([a-z0-9-]+)==(\S+)(?: ; .+?)?((?: --hash=sha256:[0-9a-f]{64})+)")
# Written with brackets, so that this file does not match itself.
HOME = re.compile(r"(?<![\w.])/(?:[h]ome|[U]sers)/\w|(?<![\w.])/[r]oot/|[A-Za-z]:\\[U]sers\\")
INDEX = re.compile(r"\bp[y]pi\b(?!-)|p[y]thonhosted|(?:extra-)?index-url\s*=|find-links\s*=", re.IGNORECASE)


def pins() -> dict[str, set[str]]:
    """Return the pinned versions by name; a name may carry one version per Python."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in re.sub(r" *\\\n +", " ", text).splitlines():
        pin = PIN.fullmatch(line)
        assert pin, f"not a pin with hashes: {line[:100]}"
        found.setdefault(pin[1], set()).add(pin[2])
    return found


def tracked_files() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the tracked files are unknown")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_module_beside_a_script_is_called_like_one_of_python() -> None:
    """Python looks for modules in the folder of the script that it runs first, and so does Streamlit."""
    sources = [path for path in tracked_files() if path.suffix == ".py"]
    runs = re.compile(r'^if __name__ == "__main__":|^from fairness\.dashboard\.main import main$', re.MULTILINE)
    scripts = [path for path in sources if runs.search(path.read_text(encoding="utf-8"))]
    assert {"app.py", "bench/book.py", "docs/screenshots.py"} <= {path.relative_to(ROOT).as_posix() for path in scripts}
    # Those of a package are run by its name; then only its own folder counts, where the package lies.
    folders = {path.parent for path in scripts if not (path.parent / "__init__.py").exists()}
    beside = [entry for folder in folders for entry in folder.iterdir() if entry.is_dir() or entry.suffix == ".py"]
    assert [str(entry.relative_to(ROOT)) for entry in beside if entry.stem in sys.stdlib_module_names] == []


def test_constraints_pin_everything_with_hashes_and_name_no_index() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for forbidden in ("http", "--index-url", "--extra-index-url", "--find-links", "file:"):
        assert forbidden not in text
    assert {"hatchling", "editables"} <= pins().keys()


def test_constraints_hold_every_dependency_in_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = project["build-system"]["requires"] + project["project"]["dependencies"]
    for extra in project["project"]["optional-dependencies"].values():
        names += extra
    pinned = pins()
    for requirement in map(Requirement, names):
        versions = pinned.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is missing from constraints.txt: run `make constraints`"
        assert all(version in requirement.specifier for version in versions), f"{requirement} against {versions}"


@pytest.mark.parametrize(("what", "pattern"), [("an absolute home path", HOME), ("a package index", INDEX)])
def test_no_tracked_file_names(what: str, pattern: re.Pattern[str]) -> None:
    offenders = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        offenders += [f"{path.relative_to(ROOT)}: {match[0]}" for match in pattern.finditer(text)]
    assert not offenders, f"{what}: {offenders}"


def test_nothing_that_ships_is_ignored_by_git() -> None:
    tracked = set(tracked_files())
    shipped = [path for folder in ("sql", "data") for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert [path for path in shipped if path not in tracked and path.name != ".DS_Store"] == []


@pytest.mark.parametrize(
    ("folder", "pattern", "limit"),
    [("fairness", "*.py", MAX_MODULE_LINES), ("sql/models", "*.sql", MAX_MODEL_LINES)],
)
def test_files_stay_small(folder: str, pattern: str, limit: int) -> None:
    sizes = {
        # The header of a model describes every column: as long as there are columns.
        str(path.relative_to(ROOT)): sum(
            not line.startswith("-- ") for line in path.read_text(encoding="utf-8").splitlines()
        )
        for path in (ROOT / folder).rglob(pattern)
    }
    assert {name: lines for name, lines in sizes.items() if lines > limit} == {}


@pytest.mark.xdist_group("together")
def test_tests_of_a_group_share_a_worker(request: pytest.FixtureRequest) -> None:
    """Split over workers, a group would build its study in each: nothing fails, everything takes longer."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("the tests run in one process")
    assert request.node.nodeid.endswith("@together")
