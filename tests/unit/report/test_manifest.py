"""Snapshots of another shape: the manifest and the findings beside it are refused in words, whatever they hold."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairness.errors import DataError
from fairness.report import read_kept, read_manifest, read_side, tampered

SETTINGS = {
    "inference": {"seed": 1},
    "comparator": {"horizon_months": 12},
    "like_for_like": {"cell": []},
    "sources": [{"role": "book"}],
}
DOCUMENT: dict[str, Any] = {
    "study": {
        "name": "Test",
        "as_of": "2025-12",
        "currency": "GBP",
        "primary": "offer_gap",
        "confidence_level": 0.95,
        "margin": 0.01,
    },
    "build": {"id": "0123456789ab"},
    "headline": {
        "estimand": "offer_gap",
        "comparator": "offer",
        "basis": "effective",
        "verdict": "penalty",
        "estimate": 0.05,
        "ci_lower": 0.04,
        "ci_upper": 0.06,
        "n_tenured": 400,
        "diagnostics": {"standard_error": 0.005, "df": 12.0},
    },
    "findings": [],
}
MANIFEST: dict[str, Any] = {
    "build": {
        "id": "0123456789ab",
        "software_version": "0.1.0",
        "inputs": [{"role": "book", "path": "book.csv", "sha256": "00", "rows": 3}],
    },
    "files": {"findings.json": "", "charts/gap.svg": "00"},
    "missing": {"slides.pptx": "no library"},
    "note": "Seen",
    "settings": SETTINGS,
    "key_fingerprint": None,
    "software": "00",
    "sql": {"models/a.sql": "00"},
    "versions": {"duckdb": "2.0"},
}
FOREIGN: list[Any] = [None, True, 0, -1.5, "", "x", [], [1], {}, {"x": 1}, [[]], "../x", "0" * 12]


def write(folder: Path, manifest: object = MANIFEST, document: object = DOCUMENT) -> Path:
    """Write a snapshot whose manifest names the findings beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "findings.json").write_text(json.dumps(document), encoding="utf-8")
    if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict) and "findings.json" in manifest["files"]:
        data = (folder / "findings.json").read_bytes()
        manifest = {**manifest, "files": {**manifest["files"], "findings.json": hashlib.sha256(data).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def mutants(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield the document with each of its values in turn gone or replaced by something foreign."""
    for path in paths(document):
        for foreign in FOREIGN:
            mutant = copy.deepcopy(document)
            parent = mutant
            for step in path[:-1]:
                parent = parent[step]
            if foreign is None:
                del parent[path[-1]]
            else:
                parent[path[-1]] = foreign
            yield f"{path}: {foreign!r}", mutant


def paths(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*place, key)
        yield from paths(item, (*place, key))


def test_a_snapshot_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "made")
    kept = read_kept(folder)
    assert kept.document == DOCUMENT
    assert kept.manifest["note"] == "Seen"
    assert read_side(folder).settings == SETTINGS
    assert list(tampered(folder, kept.manifest)) == ["charts/gap.svg: the file is gone"]


def test_a_manifest_of_another_shape_is_refused_or_can_be_used(tmp_path: Path) -> None:
    refused = []
    for _, mutant in mutants(MANIFEST):
        folder = write(tmp_path / "made", mutant)
        try:
            read_kept(folder)
            read_side(folder)
            list(tampered(folder, read_manifest(folder)))
        except DataError as error:
            refused.append(error)
    assert len(refused) > 200
    assert [error for error in refused if not (error.where and error.fix)] == []


def test_findings_of_another_shape_are_refused_or_can_be_used(tmp_path: Path) -> None:
    n_refused = 0
    for _, mutant in mutants(DOCUMENT):
        folder = write(tmp_path / "made", MANIFEST, mutant)
        try:
            read_side(folder)
        except DataError:
            n_refused += 1
    assert n_refused > 150


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "a/../../b", "a\\b", "", ".", "C:x", "a//b", "./a", "a\0b", ".."]
)
def test_files_outside_of_the_snapshot_are_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "made", {**MANIFEST, "files": {**MANIFEST["files"], name: "00"}})
    with pytest.raises(DataError, match="must be the path of a file inside the snapshot") as caught:
        read_manifest(folder)
    assert caught.value.fix


def test_a_run_outside_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "made", {**MANIFEST, "build": {**MANIFEST["build"], "id": "../../other"}})
    with pytest.raises(DataError, match=r"build\.id"):
        read_side(folder)


BYTES = {
    "empty": b"",
    "no JSON": b"{",
    "binary": b"\xff\xfe\x00",
    "nested": b"[" * 100_000,
    "a list": b"[]",
    "a number": b"1e999",
    "thousands of digits": b"9" * 5000,
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES)
def test_a_manifest_that_cannot_be_read(tmp_path: Path, data: bytes) -> None:
    folder = write(tmp_path / "made")
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(DataError, match=r"no JSON|not one of a snapshot") as caught:
        read_manifest(folder)
    assert "manifest.json" in caught.value.where


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    folder = write(tmp_path / "made")
    path = folder / "manifest.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_manifest(folder)["note"] == "Seen"


def test_findings_that_were_changed_are_not_compared(tmp_path: Path) -> None:
    folder = write(tmp_path / "made")
    changed = copy.deepcopy(DOCUMENT)
    changed["headline"]["estimate"] = 0.01
    (folder / "findings.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(DataError, match="were changed after they were written"):
        read_side(folder)
    (folder / "findings.json").unlink()
    with pytest.raises(DataError, match=r"findings\.json is missing"):
        read_side(folder)
    # A pipe would wait for a writer.
    os.mkfifo(folder / "findings.json")
    with pytest.raises(DataError, match=r"findings\.json is missing, or is no file"):
        read_side(folder)
