"""Whether the files of a run are those that were published: hashes taken when they were written.

``run.json`` holds size, time and SHA-256 of every other file of the run, and its own checksum. Hashing gigabytes takes
seconds, so there are three depths: sizes and small files where runs are listed; where one is opened, also the large
files whose time differs from the record; all files where someone asks for it. It finds a bad disk, an interrupted copy
and an accidental edit; anyone who may write to the folder can forge record and files together.

Decision D71.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fairness.errors import DataError, shortened
from fairness.runs.json_file import read_json

RECORD = "run.json"
FOUND_DAMAGED = "damaged.json"
"""File of a run in which a full check records what it found, so that nothing opens the run any more."""

_SMALL = 1 << 24
"""Bytes up to which a file is hashed whenever its run is checked: tens of milliseconds."""


class Depth(IntEnum):
    """How closely the files of a run are checked."""

    LISTED = 1
    OPENED = 2
    WHOLE = 3


class _Part(BaseModel):
    # A later version may record more.
    model_config = ConfigDict(extra="allow", strict=True)


class _File(_Part):
    bytes: int
    modified_ns: int
    sha256: str


class _Record(_Part):
    id: str
    published_at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")]
    study: str
    key_fingerprint: str | None
    files: dict[Annotated[str, Field(pattern=r"^\w[\w.-]*$")], _File]
    replacing: dict[str, _File] = {}
    largest_payment: float = 0.0


def sealed(folder: Path) -> dict[str, dict[str, Any]]:
    """Return size, time and hash of each file of a folder, for the record of a run.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     _ = (Path(place) / "a.json").write_text("{}")
        ...     sealed(Path(place))["a.json"]["sha256"][:8]
        '44136fa3'
    """
    files = sorted(path for path in folder.iterdir() if path.name != RECORD)
    # Hashing lets other threads run.
    with ThreadPoolExecutor(thread_name_prefix="hash") as pool:
        return dict(zip((file.name for file in files), pool.map(seal, files), strict=True))


def seal(file: Path) -> dict[str, Any]:
    """Return size, time and hash of a file."""
    status = file.stat()
    return {"bytes": status.st_size, "modified_ns": status.st_mtime_ns, "sha256": _digest(file)}


def record_text(record: Mapping[str, Any]) -> str:
    """Return the text of ``run.json``: the record with its checksum."""
    document = {**record, "checksum": _checksum(record)}
    return json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def read_record(folder: Path) -> dict[str, Any]:
    """Return the record of a run.

    Raises:
        DataError: It is missing, is not a record, or is not the one that was written.
    """
    path = folder / RECORD
    fix = "`fairness build` makes the run again; `fairness runs prune --damaged` removes it"
    found = read_json(path, fix=fix)
    try:
        _Record.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = shortened(".".join(str(step) for step in first["loc"]), 60)
        raise DataError(f"{RECORD} is no record of a run: {key}: {first['msg']}", where=str(path), fix=fix) from None
    record: dict[str, Any] = found
    checksum = record.pop("checksum", None)
    if checksum != _checksum(record) or record["id"] != folder.name:
        raise DataError(f"{RECORD} is not the one that was written", where=str(path), fix=fix)
    return record


def settled(folder: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record without what an interrupted erasure left open: each file is the one that is there now."""
    pending = {
        name: known
        for name, known in record.get("replacing", {}).items()
        if not _damage_of(folder / name, [known], Depth.OPENED)
    }
    rest = {name: value for name, value in record.items() if name != "replacing"}
    return {**rest, "files": {**record["files"], **pending}}


def damages(folder: Path, depth: Depth, *, needed: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with the files of a run, in words; nothing where they are those that were published.

    Args:
        folder: The run.
        depth: How closely to look.
        needed: Files that every run has.
    """
    try:
        record = read_record(folder)
    except DataError as error:
        yield error.what
        return
    if depth < Depth.WHOLE and (folder / FOUND_DAMAGED).exists():
        yield "`fairness runs verify` found it damaged"
    for name in sorted({*needed} - {*record["files"]}):
        yield f"{name} is not in the record"
    for name, known in record["files"].items():
        what = _damage_of(folder / name, [known, *_replacements(record, name)], depth)
        if what:
            yield f"{name} {what}"
    for log in folder.glob("*.wal"):
        yield f"{log.name} is no file of the run: a database was opened for writing"


def _replacements(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return what a file may also be: an interrupted erasure may have put the new file there or not."""
    return [record["replacing"][name]] if name in record.get("replacing", {}) else []


def _damage_of(file: Path, allowed: list[Mapping[str, Any]], depth: Depth) -> str:
    """Return what is wrong with a file, or nothing."""
    try:
        if not file.is_file():
            return "is missing"
        status = file.stat()
        fitting = [known for known in allowed if known["bytes"] == status.st_size]
        if not fitting:
            return f"has {status.st_size:,} bytes instead of {allowed[0]['bytes']:,}"
        is_as_left = any(known["modified_ns"] == status.st_mtime_ns for known in fitting)
        is_trusted = status.st_size > _SMALL and (depth is Depth.LISTED or (depth is Depth.OPENED and is_as_left))
        # A full check reads the bytes again, whatever this process has already seen.
        digest = "" if is_trusted else _digest(file) if depth is Depth.WHOLE else _remembered(file, status)
        if is_trusted or digest in {known["sha256"] for known in fitting}:
            return ""
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "is not the file that was published: its hash differs"


def _remembered(file: Path, status: os.stat_result) -> str:
    return _digest_of(str(file), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@lru_cache(maxsize=4096)
def _digest_of(path: str, *_: int) -> str:
    return _digest(Path(path))


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _checksum(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
