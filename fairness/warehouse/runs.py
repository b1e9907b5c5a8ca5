"""Run directories: built aside, moved into place whole, pointed at by ``current``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairness.errors import DataError

WAREHOUSE = "analyst.duckdb"
FINDINGS = "findings.json"
_POINTER = "current"


@dataclass(frozen=True, slots=True)
class Run:
    """A published run: immutable files under ``runs/<id>``.

    Attributes:
        id: First 12 hex digits of the fingerprint of inputs, config and software.
        folder: Its directory.
    """

    id: str
    folder: Path

    @property
    def warehouse(self) -> Path:
        """The analyst's database file."""
        return self.folder / WAREHOUSE

    @property
    def findings(self) -> Path:
        """The findings document as JSON."""
        return self.folder / FINDINGS


def find_run(output: Path, run_id: str) -> Run | None:
    """Return the run of that id if it has been published, else None."""
    run = Run(run_id, output / "runs" / run_id)
    return run if run.findings.is_file() and run.warehouse.is_file() else None


def current_run(output: Path) -> Run:
    """Return the run that ``current`` names.

    Raises:
        DataError: Nothing has been built yet.
    """
    pointer = output / _POINTER
    if pointer.is_file():
        run = find_run(output, pointer.read_text(encoding="utf-8").strip())
        if run is not None:
            return run
    raise DataError("there is no published run", where=str(output.name), mend="run `fairness build` first")


@contextmanager
def publishing(output: Path) -> Iterator[Publication]:
    """Yield an empty folder to build in; :meth:`Publication.commit` moves it into place whole.

    A build that fails leaves no trace, and readers keep the run that they have.
    """
    runs = output / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    aside = runs / f".build.{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        yield Publication(output, aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Publication:
    """A run in the making.

    Attributes:
        output: Folder of the runs.
        folder: Where to put its files.
    """

    output: Path
    folder: Path

    def commit(self, run_id: str) -> Run:
        """Make the files durable and read-only, move them to ``runs/<id>`` and let ``current`` name them."""
        target = self.output / "runs" / run_id
        for file in self.folder.iterdir():
            _sync(file)
            file.chmod(0o444)
        if target.exists():
            shutil.rmtree(target)
        self.folder.rename(target)
        point_at(self.output, run_id)
        return Run(run_id, target)


def point_at(output: Path, run_id: str) -> None:
    """Make ``current`` name a run; readers see the old or the new name, never part of one."""
    pointer = output / f".{_POINTER}.{os.getpid()}"
    pointer.write_text(f"{run_id}\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(output / _POINTER)


def _sync(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
