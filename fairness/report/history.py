"""The snapshots that a study keeps: what each says, and whether its files are still those that were written."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fairness.errors import DataError, shortened
from fairness.findings.estimands import BY_NAME
from fairness.report.manifest import MAKE_AGAIN, MANIFEST, read_manifest, require_shape
from fairness.runs.json_file import read_json
from fairness.text.labels import BASIS_IN_TEXT
from fairness.text.verdict_words import VERDICTS

_FINDINGS = "findings.json"


def _one_of(known: Collection[str]) -> AfterValidator:
    """Return the rule that a code has to be one that this version has words for."""

    def rule(code: str | None) -> str | None:
        if code is not None and code not in known:
            raise ValueError(f"'{shortened(code, 40)}' is not known to this version")
        return code

    return AfterValidator(rule)


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


class _Study(_Part):
    name: str
    as_of: str | None = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$")
    currency: str
    primary: str
    confidence_level: float = Field(gt=0.5, lt=1)
    margin: float = Field(gt=0, lt=1)


class _Build(_Part):
    id: str


class _Diagnostics(_Part):
    standard_error: float | None = None
    df: float | None = None


class _Headline(_Part):
    estimand: Annotated[str, _one_of(BY_NAME)]
    comparator: str | None
    basis: Annotated[str | None, _one_of(BASIS_IN_TEXT)]
    verdict: Annotated[str, _one_of(VERDICTS)]
    estimate: float | None
    ci_lower: float | None
    ci_upper: float | None
    n_tenured: int | None
    diagnostics: _Diagnostics | None


class _Document(_Part):
    study: _Study
    build: _Build
    headline: _Headline
    findings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot as it is in its folder.

    Attributes:
        folder: Its folder.
        manifest: Its manifest.
        document: Its released findings.
        written: Day on which the manifest was written, according to the file system.
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
    return Kept(folder, manifest, read_released(folder, manifest), written)


def read_released(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the findings document of a snapshot.

    Args:
        folder: The snapshot.
        manifest: Its manifest.

    Raises:
        DataError: It is gone, is not the one that was written, or is not a findings document.
    """
    path = folder / _FINDINGS
    fix = f"`fairness snapshot --verify` says what was changed; {MAKE_AGAIN}"
    known = manifest["files"].get(_FINDINGS)
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != known:
        raise DataError("the findings of the snapshot were changed after they were written", where=str(path), fix=fix)
    found = read_json(path, fix=fix)
    require_shape(_Document, found, path, what="the file is no findings document")
    document: dict[str, Any] = found
    return document
