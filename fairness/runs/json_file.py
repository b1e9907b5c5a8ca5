"""Read a JSON file that anyone may have changed: what cannot be read is an error that names the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fairness.errors import DataError


def read_json(path: Path, *, fix: str) -> Any:
    """Return the document of a JSON file.

    Args:
        path: The file.
        fix: What the reader should do where it cannot be read.

    Raises:
        DataError: It is not a file, cannot be read, is not JSON, or is nested too deeply.
    """
    # Opening a pipe would wait for someone to write to it.
    if not path.is_file():
        raise DataError(f"{path.name} is missing, or is no file", where=str(path), fix=fix)
    try:
        return parse_json(path.read_bytes(), where=str(path), fix=fix)
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}", where=str(path), fix=fix) from error


def parse_json(data: bytes, *, where: str, fix: str) -> Any:
    """Return the document of JSON text, UTF-8 with or without a byte order mark.

    Raises:
        DataError: It is not JSON, or is nested too deeply.

    Example:
        >>> parse_json(b"[1]", where="x.json", fix="")
        [1]
    """
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise DataError(f"the file is no JSON: {why}", where=where, fix=fix) from error
