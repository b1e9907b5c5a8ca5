"""Keep what the verdict hangs on beside the runs: the last specification range, for the build that it was made of."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fairness.errors import DataError
from fairness.findings.document import Finding
from fairness.findings.specification_row import SpecificationRange, SpecificationRow
from fairness.runs.json_file import read_json

RANGE = "range.json"
_AGAIN = "run `fairness range` again, or remove the file"


def write_range(output: Path, found: SpecificationRange, settings: Mapping[str, Any]) -> Path:
    """Write a range into the output folder, whole or not at all, in place of an earlier one.

    Args:
        output: The output folder of the study.
        found: The range.
        settings: Settings of the configured study, as a run records them.
    """
    output.mkdir(parents=True, exist_ok=True)
    document = {"settings": settings, "inputs": list(found.inputs), "rows": [asdict(row) for row in found.rows]}
    path, aside = output / RANGE, output / f".{RANGE}.{os.getpid()}"
    aside.write_text(json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    aside.replace(path)
    return path


def read_range(output: Path, document: Mapping[str, Any], settings: Mapping[str, Any]) -> SpecificationRange | None:
    """Return the range of a build; None where none was made, or one of other inputs, settings or results.

    Args:
        output: The output folder of the study.
        document: The findings document of the build.
        settings: What it was built with.

    Raises:
        DataError: The file cannot be read.
    """
    path = output / RANGE
    if not path.is_file():
        return None
    kept = read_json(path, fix=_AGAIN)
    try:
        rows = tuple(SpecificationRow(**row) for row in kept["rows"])
        found, same = SpecificationRange(rows, tuple(kept["inputs"])), kept["settings"] == settings
        first = rows[0]
    except (TypeError, KeyError, IndexError) as error:
        raise DataError(f"{RANGE} does not hold a specification range", where=str(path), fix=_AGAIN) from error
    head = Finding.load(document["headline"])
    is_of_build = found.inputs == tuple(item["sha256"] for item in document["build"]["inputs"])
    says_the_same = first.verdict == head.verdict and first.estimate == head.estimate
    return found if same and is_of_build and says_the_same else None
