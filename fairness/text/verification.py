"""The sentences of `snapshot --verify`: what is the same when computed again, and what is not."""

from __future__ import annotations

from fairness.findings.document import Data
from fairness.text import numbers


def file_is_gone(name: str) -> str:
    """Return that a file of a snapshot is not there."""
    return f"{name}: the file is gone"


def file_was_changed(name: str) -> str:
    """Return that a file of a snapshot is not the one that was written."""
    return f"{name}: changed after it was written; its bytes do not match the manifest"


def file_was_added(name: str) -> str:
    """Return that a folder holds a file that is not part of its snapshot."""
    return f"{name}: not part of the snapshot"


def file_differs(name: str, *, is_extra: bool, is_gone: bool) -> str:
    """Return that a file computed again is different."""
    if is_extra:
        return f"{name}: made now, not in the snapshot"
    return f"{name}: in the snapshot, not made now" if is_gone else f"{name}: computed again, it has other bytes"


def cannot_compare(name: str, reason: str) -> str:
    """Return that a file cannot be computed here."""
    return f"{name}: not compared: {reason}"


def input_differs(path: str, old: Data | None, new: Data | None) -> str:
    """Return how an input file differs from the one of a snapshot."""
    if old is None or new is None:
        return f"input {path}: {'new' if old is None else 'not read any more'}"
    if old["rows"] == new["rows"]:
        return f"input {path}: its content differs"
    return (
        f"input {path}: {numbers.count(old['rows'])} rows then, {numbers.count(new['rows'])} now; its content differs"
    )


def value_differs(path: str, old: object, new: object) -> str:
    """Return how a value differs."""
    return f"  {path}: {_short(old)} then, {_short(new)} now"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def more_values(number: int) -> str:
    """Return how many further values differ."""
    return f"  and {numbers.many(number, 'other value')}"


def is_verified(folder: str, n_files: int) -> str:
    """Return that a snapshot is the same when computed again."""
    return f"{folder}: computed again from the exports, all {n_files} files are the same, bit for bit."


def is_not_verified(folder: str, number: int) -> str:
    """Return that a snapshot is not the same when computed again."""
    return f"{folder}: not the same ({numbers.many(number, 'difference')})"


def key_differs() -> str:
    """Return that pseudonyms are made with another key, which is part of the build's id."""
    return "key: the pseudonyms are made with another key, so the build has another id"


def software_differs(old: str, new: str) -> str:
    """Return that different software computed a snapshot."""
    if old == new:
        return f"software: modules or SQL files differ within version {old}"
    return f"software: version {old} then, {new} now"


def before_is_gone(folder: str, why: str) -> str:
    """Return that the snapshot before cannot be read, so that its figures are not there to compare."""
    return f"the snapshot before, {folder}, cannot be read: {why}"


def before_differs(folder: str) -> str:
    """Return that the snapshot before is another one than the one whose figures are shown."""
    return f"the snapshot before, {folder}, is not the one whose figures are shown"
