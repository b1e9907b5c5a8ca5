"""Build a study: files in, published run with its findings out. The only code that knows the order of the steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import duckdb

import fairness
from fairness.analysis.study import analyse
from fairness.analysis.tables import write_findings
from fairness.config import Config
from fairness.config.lines import pointing_into
from fairness.intake.files import Fingerprint
from fairness.intake.quarantine import write_quarantine
from fairness.intake.settings import write_settings
from fairness.intake.stage import SourceFile, Staged, find_inputs, fingerprints, stage
from fairness.results import Findings
from fairness.warehouse.connection import building
from fairness.warehouse.models import run_checks, run_models, sql_hashes, write_comments
from fairness.warehouse.runs import FINDINGS, WAREHOUSE, Run, find_run, point_at, publishing

Progress = Callable[[str], None]

FIRST_MODELS_END = 13
"""Models up to this number find contradicting rows of a book or customers; quarantine needs them and nothing later."""


def _quiet(step: str) -> None:
    del step


def build(config: Config, *, progress: Progress = _quiet) -> Run:
    """Build and publish a study; a run that exists for the same inputs, config and software is used again.

    Args:
        config: The study.
        progress: Called with the name of each step.

    Returns:
        The published run, which ``current`` now names.

    Raises:
        ConfigError: The mapping does not fit the files.
        DataError: The files cannot be read, or rows and amounts do not tie out; nothing is published then.
        SqlError: A model failed.
    """
    progress("Finding the inputs")
    with duckdb.connect() as con:
        inputs = find_inputs(con, config)
    hashes = fingerprints(inputs)
    # Hashing runs beside the engine on a first build; later it comes first, because it may save the build.
    if (config.output_dir / "runs").is_dir():
        known = find_run(config.output_dir, run_id(config, inputs, hashes))
        if known is not None:
            point_at(config.output_dir, known.id)
            return known
    with publishing(config.output_dir) as publication:
        with building(publication.folder / WAREHOUSE, config) as built:
            staged = _fill(built, config, inputs, hashes, progress)
            progress("Estimating and testing")
            identity = run_id(config, inputs, hashes)
            findings = analyse(built, config, _description(identity, staged))
            write_findings(built, findings)
            write_comments(built)
        (publication.folder / FINDINGS).write_text(findings.to_json() + "\n", encoding="utf-8")
        progress("Publishing")
        return publication.commit(identity)


def _fill(
    con: duckdb.DuckDBPyConnection,
    config: Config,
    inputs: list[SourceFile],
    hashes: list[Future[Fingerprint]],
    progress: Progress,
) -> Staged:
    """Stage the inputs, run the models and the checks."""
    progress("Reading " + ", ".join(item.file.label for item in inputs[:3]) + (", ..." if len(inputs) > 3 else ""))
    with pointing_into(config.path):
        staged = stage(con, config, inputs, hashes)
    write_settings(con, config, staged)
    progress("Running the SQL models")
    run_models(con, last=FIRST_MODELS_END)
    write_quarantine(con, staged)
    run_models(con, first=FIRST_MODELS_END + 1)
    progress("Checking that rows and amounts tie out")
    run_checks(con)
    return staged


def run_id(config: Config, inputs: list[SourceFile], hashes: list[Future[Fingerprint]]) -> str:
    """Return the identity of a run: 12 hex digits over inputs, settings and software; equal where results are equal."""
    settings = config.model_dump(mode="json", exclude={"path": True, "engine": True, "study": {"output"}})
    identity = {
        "inputs": [
            (item.source.role, item.file.label, future.result().sha256)
            for item, future in zip(inputs, hashes, strict=True)
        ],
        "settings": settings,
        "software": _software(),
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _software() -> dict[str, Any]:
    """Return what computes the results: the version and the bytes of every module and SQL file."""
    package = Path(fairness.__file__).parent
    modules = {
        path.relative_to(package).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(package.rglob("*.py"))
    }
    return {"version": fairness.__version__, "modules": modules, "sql": sql_hashes()}


def _description(identity: str, staged: Staged) -> dict[str, Any]:
    return {
        "id": identity,
        "engine": f"duckdb {duckdb.__version__}",
        "software_version": fairness.__version__,
        "inputs": [
            {
                "role": record.source.role,
                "path": record.file.label,
                "sha256": record.fingerprint.sha256,
                "rows": record.n_rows,
            }
            for record in staged.files
        ],
    }


def read_findings(run: Run) -> dict[str, Any]:
    """Return the findings document of a published run, as ``analyze --format json`` prints it."""
    document: dict[str, Any] = json.loads(run.findings.read_text(encoding="utf-8"))
    return document


__all__ = ["Findings", "Progress", "build", "read_findings", "run_id"]
