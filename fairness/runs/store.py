"""Run directories: built aside, moved into place whole, pointed at by ``current``, kept until told otherwise."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fairness.errors import DataError, shortened
from fairness.runs.integrity import FOUND_DAMAGED, RECORD, Depth, damages, read_record, record_text, sealed
from fairness.runs.lock import locked

WAREHOUSE = "analyst.duckdb"
SHARE = "share.duckdb"
FINDINGS = "findings.json"
SETTINGS = "settings.json"
RUN_ID = re.compile("[0-9a-f]{12}")
"""Names of folders that are runs; anything else below ``runs`` belongs to somebody else and is left alone."""

_PARTS = (WAREHOUSE, SHARE, FINDINGS, SETTINGS)
_POINTER = "current"
PINNED = "pinned"
_AGAIN = "`fairness build` makes it again from the exports; `fairness runs prune --damaged` removes it"


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
        """Return when the run was published, of which study, with which key, and the hashes of its files.

        Raises:
            DataError: The record is not the one that was written.
        """
        return read_record(self.folder)

    def known(self) -> dict[str, Any] | None:
        """Return the same, or None where it cannot be read."""
        try:
            return self.record()
        except DataError:
            return None

    def damages(self, depth: Depth) -> list[str]:
        """Return what is wrong with its files, in words; empty where they are those that were published."""
        return list(damages(self.folder, depth, needed=_PARTS))


def any_run(output: Path, run_id: str) -> Run | None:
    """Return the run of that id, damaged or not; None where there is none."""
    run = Run(run_id, output / "runs" / run_id)
    return run if RUN_ID.fullmatch(run_id) and run.folder.is_dir() else None


def find_run(output: Path, run_id: str) -> Run | None:
    """Return the run of that id if there is one, else None.

    Raises:
        DataError: Its files are not those that were published.
    """
    run = any_run(output, run_id)
    if run is not None and (found := run.damages(Depth.OPENED)):
        raise DataError(f"run {run_id} is damaged: {'; '.join(found)}", where=str(run.folder), fix=_AGAIN)
    return run


def run_at(folder: Path) -> Run | None:
    """Return the run in a folder, else None.

    Raises:
        DataError: Its files are not those that were published.
    """
    place = folder.resolve()
    return find_run(place.parent.parent, place.name) if place.parent.name == "runs" else None


def current_run(output: Path) -> Run:
    """Return the run that ``current`` names.

    Raises:
        DataError: Nothing has been built yet, or the run is damaged.
    """
    run = find_run(output, current_id(output))
    if run is None:
        raise DataError("there is no published run", where=str(output.name), fix="run `fairness build` first")
    return run


def current_id(output: Path) -> str:
    """Return the id of the current run; empty where ``current`` names none, whatever it holds."""
    pointer = output / _POINTER
    if not pointer.is_file():
        return ""
    with pointer.open("rb") as stream:
        text = stream.read(64).decode("ascii", errors="replace").strip()
    return text if RUN_ID.fullmatch(text) else ""


def list_runs(output: Path) -> list[Run]:
    """Return the runs, damaged ones among them, the latest first.

    A run whose record cannot be read is placed by the time of its folder.
    """
    folders = (output / "runs").iterdir() if (output / "runs").is_dir() else ()
    found = [run for folder in folders if (run := any_run(output, folder.name))]
    return sorted(found, key=lambda run: (_published_at(run), run.id), reverse=True)


def _published_at(run: Run) -> str:
    record = run.known()
    if record is not None:
        return str(record["published_at"])
    return datetime.fromtimestamp(run.folder.stat().st_mtime, UTC).isoformat(timespec="microseconds")


def require_run(output: Path, run_id: str) -> Run:
    """Return the run that an id or the beginning of one names.

    Raises:
        DataError: No run has that id, or several begin with it.
    """
    found = [run for run in list_runs(output) if run_id and run.id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    shown = shortened(run_id, 40)
    what = f"several runs begin with '{shown}'" if found else f"there is no run '{shown}'"
    raise DataError(what, where=str(output.name), fix="`fairness runs` lists them")


@contextmanager
def publishing(output: Path) -> Iterator[Publication]:
    """Yield an empty folder to build in; :meth:`Publication.commit` moves it into place whole.

    A build that fails leaves no trace, and readers keep the run that they have. What a killed build has left behind is
    removed by the next one. Nobody else builds, prunes or erases meanwhile.

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
    """Make the output folder, and turn a refusal by the system into an error that says how to fix it."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise DataError(
            f"the output folder cannot be written: {error.strerror or error}",
            where=output.name,
            fix="free disk space, or see to the permissions of the folder; what is published is whole",
        ) from error


def _sweep(output: Path) -> None:
    """Remove what killed builds have left; only under the lock, which ensures that no build is running."""
    for orphan in (*(output / "runs").glob(".build.*"), *(output / "runs").glob(".old.*")):
        remove(orphan)
    for orphan in (*output.glob(f".{_POINTER}.*"), *output.glob(f".{PINNED}.*")):
        remove(orphan)
    for name in (".new", f".{RECORD}", f".{FOUND_DAMAGED}"):
        for orphan in output.glob(f"runs/*/{name}.*"):
            remove(orphan)


def remove(path: Path) -> None:
    """Remove a folder with its content; a link or a file of that name is itself removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Publication:
    """A run being made.

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
            record: What ``run.json`` is to hold besides id and time.
        """
        document = {"id": run_id, "published_at": datetime.now(UTC).isoformat(timespec="microseconds"), **record}
        for log in self.folder.glob("*.wal"):
            raise DataError("the database was not closed", where=log.name, fix="run the build again")
        text = record_text({**document, "files": sealed(self.folder)})
        (self.folder / RECORD).write_text(text, encoding="utf-8")
        for file in self.folder.iterdir():
            make_final(file)
        sync(self.folder)
        runs = self.output / "runs"
        target = runs / run_id
        if os.path.lexists(target):
            # Damaged, or it would have been reused.
            target.rename(runs / f".old.{run_id}")
        self.folder.rename(target)
        sync(runs)
        write(self.output, _POINTER, f"{run_id}\n")
        # The run is published: what cannot be removed now is swept by the next build.
        with suppress(OSError):
            remove(runs / f".old.{run_id}")
        return Run(run_id, target)


def point_at(output: Path, run_id: str) -> Run | None:
    """Make ``current`` name a run if it has been published, and return it, else None.

    Readers see the old or the new name, never part of one.
    """
    run = find_run(output, run_id)
    if run is None or current_id(output) == run_id:
        return run
    with writing(output), locked(output):
        # Someone may have pruned it before we got the lock.
        run = find_run(output, run_id)
        if run is not None:
            write(output, _POINTER, f"{run_id}\n")
        return run


def add_record(output: Path, name: str, record: dict[str, Any]) -> None:
    """Add a line with the time to a file of records beside the runs, durably."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **record}, sort_keys=True)
    with writing(output), (output / name).open("a+b") as stream:
        # A line cut off by a full disk must not spoil this one.
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read() != b"\n":
                stream.write(b"\n")
        stream.write(f"{line}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())


def rewrite_record(run: Run, record: dict[str, Any]) -> None:
    """Replace the record of a run in one step."""
    write(run.folder, RECORD, record_text(record), mode=0o444)


def write(output: Path, name: str, text: str, *, mode: int = 0o644) -> None:
    """Replace a small file in one step."""
    aside = output / f".{name}.{os.getpid()}"
    aside.write_text(text, encoding="utf-8")
    aside.chmod(mode)
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
