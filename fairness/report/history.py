"""The snapshots that a study keeps: what each says, and whether its files are still those that were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fairness.errors import DataError
from fairness.report.snapshot import MANIFEST
from fairness.report.verify import read_manifest


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot as it lies in its folder.

    Attributes:
        folder: Where.
        manifest: What it says of itself.
        document: Its released findings.
        written: Day on which the manifest was written, as the file system has it.
    """

    folder: Path
    manifest: Mapping[str, Any]
    document: Mapping[str, Any]
    written: date


def snapshot_folders(output: Path) -> list[Path]:
    """Return the folders of the snapshots beside the runs of an output folder, by name."""
    place = output / "snapshots"
    found = place.iterdir() if place.is_dir() else ()
    return sorted(folder for folder in found if (folder / MANIFEST).is_file() and not folder.name.startswith("."))


def read_kept(folder: Path) -> Kept:
    """Return a snapshot.

    Raises:
        DataError: Its manifest or its findings cannot be read.
    """
    manifest = read_manifest(folder)
    written = date.fromtimestamp((folder / MANIFEST).stat().st_mtime)
    return Kept(folder, manifest, read_released(folder), written)


def read_released(folder: Path) -> dict[str, Any]:
    """Return the findings document of a snapshot.

    Raises:
        DataError: It is gone or is no such document.
    """
    path = folder / "findings.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            "the findings of the snapshot cannot be read",
            where=str(path),
            mend="`fairness snapshot --verify` says what was changed; make the snapshot again",
        ) from error
    if not isinstance(document, dict) or not {"build", "findings", "headline", "study"} <= document.keys():
        raise DataError("the file is no findings document", where=str(path))
    return document
