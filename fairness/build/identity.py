"""What identifies a run: inputs, settings, software and key, and the id computed from them.

Decisions D35 and D70.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import fairness
from fairness.config import Config
from fairness.engine.models import sql_hashes
from fairness.errors import DataError
from fairness.intake.files import Fingerprint
from fairness.intake.input_files import SourceFile
from fairness.runs.key import Key


def run_id(config: Config, inputs: list[SourceFile], hashes: list[Future[Fingerprint]], key: Key | None = None) -> str:
    """Return the identity of a run: 12 hex digits over inputs, settings, software and key."""
    identity = {
        "inputs": [
            (item.source.role, item.file.label, future.result().sha256)
            for item, future in zip(inputs, hashes, strict=True)
        ],
        "settings": settings_of(config),
        "software": _software(),
        "key": key.fingerprint if key else None,
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()[:12]


def settings_of(config: Config) -> dict[str, Any]:
    """Return the settings that results depend on, defaults filled in; locations, keys and limits are left out."""
    without: dict[str, Any] = {
        "path": True,
        "engine": True,
        "notify": True,
        "promises": True,
        "study": {"output"},
        "like_for_like": {"max_cells"},
        "lenses": {"max_values"},
        "privacy": {"key_file", "key_env", "keep_runs"},
    }
    return config.model_dump(mode="json", exclude=without)


def config_of(settings: Mapping[str, Any], config: Config) -> Config:
    """Return the config of a run: its recorded settings, at the locations in the config that is on disk now.

    Args:
        settings: What :func:`settings_of` gave when the run was built.
        config: The config on disk: its path and its output folder.

    Raises:
        DataError: Another version of the software has recorded them.
    """
    try:
        study = {**settings["study"], "output": config.study.output}
        return Config.model_validate({**settings, "study": study, "path": config.path})
    except (ValueError, LookupError, TypeError) as error:
        raise DataError(
            "the settings of the run cannot be read: another version of the software has recorded them",
            where=f"run of {config.path.name}",
            fix="run `fairness build` again",
        ) from error


def _software() -> dict[str, Any]:
    """Return what computes the results: the version and the bytes of every module and SQL file."""
    package = Path(fairness.__file__).parent
    modules = {
        path.relative_to(package).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(package.rglob("*.py"))
    }
    return {"version": fairness.__version__, "modules": modules, "sql": sql_hashes()}


def software_fingerprint() -> str:
    """Return the SHA-256 of what computes the results: equal where every module and SQL file is the same."""
    return hashlib.sha256(json.dumps(_software(), sort_keys=True).encode()).hexdigest()
