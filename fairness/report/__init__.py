"""Snapshots: a frozen page with its numbers for executives, and what changed between two of them."""

from fairness.report.difference import Side, compare, read_side
from fairness.report.notify import notify
from fairness.report.snapshot import Contents, compose, default_folder, write
from fairness.report.verify import read_manifest, verify

__all__ = [
    "Contents",
    "Side",
    "compare",
    "compose",
    "default_folder",
    "notify",
    "read_manifest",
    "read_side",
    "verify",
    "write",
]
