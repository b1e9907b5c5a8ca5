"""Compute a snapshot again from the exports and compare it bit for bit."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from fairness.build.pipeline import Progress, build
from fairness.config import Config
from fairness.errors import DataError
from fairness.report.history import Kept, read_kept
from fairness.report.manifest import MAKE_AGAIN, MANIFEST, read_manifest
from fairness.report.note import SignOff
from fairness.report.snapshot_folder import as_json, compose
from fairness.runs.json_file import parse_json
from fairness.runs.key import key_path
from fairness.text import verification

_SHOWN = 5
"""Number of differences in one document that are listed; the rest are counted."""
_ABSENT = "absent"


def verify(folder: Path, config: Config, *, progress: Progress) -> list[str]:
    """Return what differs between a snapshot and what its study gives now; empty where every byte is the same.

    The study is built anew in a separate folder, never taken from an existing run.

    Args:
        folder: The snapshot.
        config: The study that it claims to be of.
        progress: Called with the name of each step.

    Raises:
        DataError: The folder is not a snapshot, or the study cannot be built.
    """
    manifest = read_manifest(folder)
    found = list(tampered(folder, manifest))
    with tempfile.TemporaryDirectory(prefix="fairness-verify-") as place:
        run = build(_elsewhere(config, Path(place)), progress=progress)
        progress("Comparing")
        words = SignOff(**{field.name: manifest.get(field.name, "") for field in fields(SignOff)})
        before, choices = _before(folder, manifest, found), manifest.get("hangs_on", [])
        contents = compose(run, words, before=before, hangs_on=choices)
    again = json.loads(as_json(contents.manifest))
    found += _causes(manifest, again)
    for name, reason in contents.missing.items():
        if name in manifest["files"]:
            found.append(verification.cannot_compare(name, reason))
    for name in sorted({*manifest["files"], *contents.files} - set(contents.missing)):
        kept = folder / name
        old = kept.read_bytes() if kept.is_file() else None
        new = contents.files.get(name)
        if old == new:
            continue
        found.append(verification.file_differs(name, is_extra=old is None, is_gone=new is None))
        if name == "findings.json" and old is not None and new is not None:
            found += _listed(parse_json(old, where=name, fix=MAKE_AGAIN), json.loads(new))
    if not found and as_json(contents.manifest) != (folder / MANIFEST).read_bytes():
        found += [verification.file_differs(MANIFEST, is_extra=False, is_gone=False), *_listed(manifest, again)]
    return found


def _before(folder: Path, manifest: Mapping[str, Any], found: list[str]) -> Kept | None:
    """Return the snapshot whose figures stand beside those of this one; note where it is gone or another one."""
    named = manifest.get("before")
    if named is None:
        return None
    try:
        kept = read_kept(folder.parent / named["folder"])
    except DataError as error:
        found.append(verification.before_is_gone(named["folder"], error.what))
        return None
    if kept.manifest["files"].get("findings.json") != named["findings"]:
        found.append(verification.before_differs(named["folder"]))
    return kept


def _elsewhere(config: Config, place: Path) -> Config:
    """Return the study with its output in another folder; it keeps its key, and no key is made where it has none."""
    key = key_path(config)
    privacy = config.privacy.model_copy(update={"key_file": str(key if key.is_file() else place / "key")})
    study = config.study.model_copy(update={"output": str(place / "out")})
    return config.model_copy(update={"study": study, "privacy": privacy})


def tampered(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files of a snapshot that are not those that its manifest names; nothing is computed again."""
    for name, known in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            yield verification.file_is_gone(name)
        elif hashlib.sha256(path.read_bytes()).hexdigest() != known:
            yield verification.file_was_changed(name)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there - {*manifest["files"], MANIFEST}):
        yield verification.file_was_added(name)


def _causes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield why results may differ: inputs, settings, SQL, libraries."""
    before, after = ({(item["role"], item["path"]): item for item in side["build"]["inputs"]} for side in (old, new))
    for key in sorted({*before, *after}):
        one, two = before.get(key), after.get(key)
        if one != two:
            yield verification.input_differs(key[1], one, two)
    for name in ("settings", "sql", "versions"):
        for path, one, two in _paths(old[name], new[name], name):
            yield verification.value_differs(path, one, two)
    if old["key_fingerprint"] != new["key_fingerprint"]:
        yield verification.key_differs()
    if old["software"] != new["software"]:
        yield verification.software_differs(old["build"]["software_version"], new["build"]["software_version"])


def _listed(old: Any, new: Any) -> list[str]:
    differing = list(_paths(old, new, ""))
    shown = [verification.value_differs(path, one, two) for path, one, two in differing[:_SHOWN]]
    rest = len(differing) - len(shown)
    return [*shown, verification.more_values(rest)] if rest else shown


def _paths(old: Any, new: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, old, new) of every value in which two documents differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _paths(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{place}.{key}" if place else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, two) in enumerate(zip(old, new, strict=True)):
            yield from _paths(one, two, f"{place}[{number}]")
    elif old != new:
        yield place, old, new
