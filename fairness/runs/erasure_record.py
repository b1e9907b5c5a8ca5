"""The record of erasures beside the runs: when, from which runs, and which input files still hold those customers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairness.runs.store import RUN_ID

ERASURES = "erasures.jsonl"
_IDS = re.compile(rf"\b{RUN_ID.pattern}\b")


@dataclass(frozen=True, slots=True)
class Erased:
    """What has been erased from the runs of an output folder.

    Attributes:
        runs: Receipts of erasures by run id, including pruned runs and those of a line that cannot be read.
        times: Time of the erasure by receipt, ISO 8601.
        unsearched: Receipts of erasures that could not search a run, by run id.
        files: SHA-256 of an input file to the receipts under which customers were erased whose rows it holds.
    """

    runs: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[str, ...]]
    times: Mapping[str, str]
    unsearched: Mapping[str, tuple[str, ...]]


def read_erasures(output: Path) -> Erased:
    """Return what the record of erasures says; a broken line loses neither the others nor the runs that it names."""
    path = output / ERASURES
    runs: dict[str, dict[str, None]] = {}
    files: dict[str, dict[str, None]] = {}
    unsearched: dict[str, dict[str, None]] = {}
    times: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
        try:
            record = json.loads(line)
            receipt, hashes = str(record["receipt"]), [str(digest) for digest in record.get("files", ())]
            ids = [*record.get("rows_removed", {}), *record.get("replaces", {})]
            missed = [str(run_id) for run_id in record.get("not_searched", ())]
            times[receipt] = str(record.get("at", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # Better one run too many than one that is served as if nothing had happened.
            receipt, hashes, ids, missed = "unreadable", re.findall(r"\b[0-9a-f]{64}\b", line), _IDS.findall(line), []
        for found, names in ((runs, ids), (files, hashes), (unsearched, missed)):
            for name in names:
                found.setdefault(name, {})[receipt] = None
    by_run, by_file, not_searched = (
        {name: tuple(receipts) for name, receipts in found.items()} for found in (runs, files, unsearched)
    )
    return Erased(by_run, by_file, times, not_searched)
