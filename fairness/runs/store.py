"""Run directories: built aside, moved into place whole, pointed at by ``current``, kept until told otherwise."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fairness.errors import DataError
from fairness.runs.lock import locked

WAREHOUSE = "analyst.duckdb"
SHARE = "share.duckdb"
FINDINGS = "findings.json"
SETTINGS = "settings.json"
RECORD = "run.json"
_POINTER = "current"
_PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Run:
    """A published run: immutable files under ``runs/<id>``.

    Attributes:
        id: First 12 hex digits of the fingerprint of inputs, config, software and key.
        folder: Its directory.
    """

    id: str
    folder: Path

    @property
    def warehouse(self) -> Path:
        """The analyst's database file: rows of single customers."""
        return self.folder / WAREHOUSE

    @property
    def share(self) -> Path:
        """The database file that may be passed on: aggregates, after disclosure control."""
        return self.folder / SHARE

    @property
    def findings(self) -> Path:
        """The findings document as JSON."""
        return self.folder / FINDINGS

    @property
    def settings(self) -> Path:
        """The settings of the build, defaults filled in, as JSON."""
        return self.folder / SETTINGS

    def record(self) -> dict[str, Any]:
        """Return when the run was published, of which study, and with which key."""
        found: dict[str, Any] = json.loads((self.folder / RECORD).read_text(encoding="utf-8"))
        return found


def find_run(output: Path, run_id: str) -> Run | None:
    """Return the run of that id if it has been published, else None."""
    run = Run(run_id, output / "runs" / run_id)
    whole = run_id and all((run.folder / name).is_file() for name in (WAREHOUSE, SHARE, FINDINGS, RECORD))
    return run if whole else None


def current_run(output: Path) -> Run:
    """Return the run that ``current`` names.

    Raises:
        DataError: Nothing has been built yet.
    """
    run = find_run(output, _current_id(output))
    if run is None:
        raise DataError("there is no published run", where=str(output.name), mend="run `fairness build` first")
    return run


def _current_id(output: Path) -> str:
    pointer = output / _POINTER
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""


def list_runs(output: Path) -> list[Run]:
    """Return the published runs, the latest first."""
    folders = (output / "runs").iterdir() if (output / "runs").is_dir() else ()
    found = [run for folder in folders if not folder.name.startswith(".") and (run := find_run(output, folder.name))]
    return sorted(found, key=lambda run: (run.record()["published_at"], run.id), reverse=True)


def require_run(output: Path, run_id: str) -> Run:
    """Return the run that an id or the beginning of one names.

    Raises:
        DataError: No run has that id, or several begin with it.
    """
    found = [run for run in list_runs(output) if run.id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    what = f"several runs begin with '{run_id}'" if found else f"there is no run '{run_id}'"
    raise DataError(what, where=str(output.name), mend="`fairness runs` lists them")


@contextmanager
def publishing(output: Path) -> Iterator[Publication]:
    """Yield an empty folder to build in; :meth:`Publication.commit` moves it into place whole.

    A build that fails leaves no trace, and readers keep the run that they have. What a killed build has left is removed
    by the next one. Nobody else builds, prunes or erases meanwhile.

    Raises:
        DataError: Another build is running, or the folder cannot be written.
    """
    with writing(output), locked(output):
        runs = output / "runs"
        runs.mkdir(exist_ok=True)
        _sweep(output)
        aside = runs / f".build.{os.getpid()}"
        aside.mkdir()
        try:
            yield Publication(output, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Make the output folder, and turn what the system refuses into an error that says how to mend it."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise DataError(
            f"the output folder cannot be written: {error.strerror or error}",
            where=output.name,
            mend="free disk space, or see to the permissions of the folder; what is published is whole",
        ) from error


def _sweep(output: Path) -> None:
    """Remove what killed builds have left; only under the lock, which says that no build is running."""
    for orphan in (*(output / "runs").glob(".build.*"), *(output / "runs").glob(".old.*")):
        shutil.rmtree(orphan)
    for orphan in (*output.glob(f".{_POINTER}.*"), *output.glob(f".{_PINNED}.*"), *output.glob("runs/*/.new.*")):
        orphan.unlink()


@dataclass(frozen=True, slots=True)
class Publication:
    """A run in the making.

    Attributes:
        output: Folder of the runs.
        folder: Where to put its files.
    """

    output: Path
    folder: Path

    def commit(self, run_id: str, record: dict[str, Any]) -> Run:
        """Make the files durable and read-only, move them to ``runs/<id>`` and let ``current`` name them.

        Args:
            run_id: Its id.
            record: What ``run.json`` is to say beside id and time.
        """
        document = {"id": run_id, "published_at": datetime.now(UTC).isoformat(timespec="microseconds"), **record}
        text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2)
        (self.folder / RECORD).write_text(text + "\n", encoding="utf-8")
        for file in self.folder.iterdir():
            if file.suffix == ".wal":
                raise DataError("the database was not closed", where=file.name, mend="run the build again")
            make_final(file)
        sync(self.folder)
        runs = self.output / "runs"
        target = runs / run_id
        if target.exists():
            # Part of a run only, or it would have been used again.
            target.rename(runs / f".old.{run_id}")
        self.folder.rename(target)
        sync(runs)
        _write(self.output, _POINTER, f"{run_id}\n")
        shutil.rmtree(runs / f".old.{run_id}", ignore_errors=True)
        return Run(run_id, target)


def point_at(output: Path, run_id: str) -> Run | None:
    """Make ``current`` name a run if it has been published, and return it, else None.

    Readers see the old or the new name, never part of one.
    """
    run = find_run(output, run_id)
    if run is None or _current_id(output) == run_id:
        return run
    with writing(output), locked(output):
        # Someone may have pruned it before the lock was ours.
        run = find_run(output, run_id)
        if run is not None:
            _write(output, _POINTER, f"{run_id}\n")
        return run


def pinned_ids(output: Path) -> frozenset[str]:
    """Return the ids of the runs that are never pruned."""
    file = output / _PINNED
    return frozenset(file.read_text(encoding="utf-8").split()) if file.is_file() else frozenset()


def pin(output: Path, run: Run, *, pinned: bool = True) -> None:
    """Keep a run for good, or no longer."""
    with writing(output), locked(output):
        ids = pinned_ids(output) - {run.id} | ({run.id} if pinned else set())
        _write(output, _PINNED, "".join(f"{run_id}\n" for run_id in sorted(ids)))


def prunable(output: Path, keep: int) -> list[Run]:
    """Return the runs that are neither among the latest ``keep``, nor pinned, nor the current one."""
    kept = pinned_ids(output) | {_current_id(output)}
    return [run for run in list_runs(output)[keep:] if run.id not in kept]


def prune(output: Path, keep: int) -> list[Run]:
    """Remove the runs that :func:`prunable` names and return them; readers that have one open finish on it."""
    with writing(output), locked(output):
        return prune_locked(output, keep)


def prune_locked(output: Path, keep: int) -> list[Run]:
    """Do the same while the lock is held."""
    found = prunable(output, keep)
    for run in found:
        aside = run.folder.with_name(f".old.{run.id}")
        # One step takes the run away whole; what follows may be interrupted.
        run.folder.rename(aside)
        shutil.rmtree(aside)
    return found


def add_record(output: Path, name: str, record: dict[str, Any]) -> None:
    """Add a line with the time to a file of records beside the runs, durably."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **record}, sort_keys=True)
    with writing(output), (output / name).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _write(output: Path, name: str, text: str) -> None:
    """Replace a small file in one step."""
    aside = output / f".{name}.{os.getpid()}"
    aside.write_text(text, encoding="utf-8")
    sync(aside)
    aside.replace(output / name)
    sync(output)


def make_final(file: Path) -> None:
    """Make a file durable and read-only."""
    sync(file)
    file.chmod(0o444)


def sync(path: Path) -> None:
    """Wait until a file or the entries of a folder are on the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
