"""Snapshots: a frozen page with its numbers for executives, and what changed between two of them."""

from fairness.report.diff import Side, compare, incomparable, read_side
from fairness.report.history import Kept, read_kept, snapshot_folders
from fairness.report.manifest import read_manifest
from fairness.report.note import SignOff, read_note
from fairness.report.sending import notify
from fairness.report.snapshot_before import snapshot_before
from fairness.report.snapshot_folder import Contents, compose, default_folder, write
from fairness.report.verify import tampered, verify

__all__ = [
    "Contents",
    "Kept",
    "Side",
    "SignOff",
    "compare",
    "compose",
    "default_folder",
    "incomparable",
    "notify",
    "read_kept",
    "read_manifest",
    "read_note",
    "read_side",
    "snapshot_before",
    "snapshot_folders",
    "tampered",
    "verify",
    "write",
]
