"""Build a study: files in, published run with its findings out. The only code that knows the order of the steps."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

import fairness
from fairness.analysis.marts import Marts, load_marts
from fairness.analysis.share import write_share
from fairness.analysis.study import analyse
from fairness.analysis.tables import write_findings
from fairness.config import Config
from fairness.config.lines import pointing_into
from fairness.errors import DataError, without_values
from fairness.intake.files import Fingerprint, first_line
from fairness.intake.identities import find_identities, has_identities, refuse_identities_in_keys
from fairness.intake.quarantine import write_quarantine
from fairness.intake.settings import write_settings
from fairness.intake.stage import SourceFile, Staged, find_inputs, fingerprints, stage
from fairness.results import Findings
from fairness.warehouse.connection import beside, building, looking
from fairness.warehouse.copying import PERSONAL
from fairness.warehouse.key import Key, load_key
from fairness.warehouse.models import SHARE_COMMENTS, run_checks, run_models, sql_hashes, write_comments
from fairness.warehouse.pseudonyms import hashed, write_pseudonymised
from fairness.warehouse.runs import (
    FINDINGS,
    SETTINGS,
    SHARE,
    WAREHOUSE,
    Run,
    add_record,
    point_at,
    prune_locked,
    publishing,
)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Job:
    """What one build works on.

    Attributes:
        config: The study.
        inputs: Its files.
        hashes: Their fingerprints, in the making.
        key: Key of the pseudonyms; None where ids are kept or there are none.
        progress: Called with the name of each step.
    """

    config: Config
    inputs: list[SourceFile]
    hashes: list[Future[Fingerprint]]
    key: Key | None
    progress: Progress

    def run_id(self) -> str:
        return run_id(self.config, self.inputs, self.hashes, self.key)


def _quiet(step: str) -> None:
    del step


def _ignore(path: Path) -> None:
    del path


def build(config: Config, *, progress: Progress = _quiet, on_new_key: Callable[[Path], None] = _ignore) -> Run:
    """Build and publish a study; a run that exists for the same inputs, config, software and key is used again.

    Args:
        config: The study.
        progress: Called with the name of each step.
        on_new_key: Called with the file of the pseudonyms' key, where it had to be made.

    Returns:
        The published run, which ``current`` now names.

    Raises:
        ConfigError: The mapping does not fit the files, or the key cannot be used.
        DataError: The files cannot be read, rows and amounts do not tie out, another build is running, or the output
            cannot be written; nothing is published then.
        SqlError: A model failed.
    """
    progress("Finding the inputs")
    with looking() as con:
        inputs = find_inputs(con, config)
    job = _Job(config, inputs, fingerprints(inputs), _key(config, inputs, on_new_key), progress)
    # Hashing runs beside the engine on a first build; later it comes first, because it may save the build.
    if (config.output_dir / "runs").is_dir():
        known = point_at(config.output_dir, job.run_id())
        if known is not None:
            return known
    with publishing(config.output_dir) as publication, _on_full_disk(config.output_dir):
        identity = _write(publication.folder, job)
        progress("Publishing")
        record = {"study": config.study.name, "key_fingerprint": job.key.fingerprint if job.key else None}
        run = publication.commit(identity, record)
        if config.privacy.keep_runs is not None:
            prune_locked(config.output_dir, config.privacy.keep_runs)
        return run


def _key(config: Config, inputs: list[SourceFile], on_new_key: Callable[[Path], None]) -> Key | None:
    """Return the key of the pseudonyms; None where ids are kept or there are none."""
    if not config.privacy.pseudonyms or not has_identities(inputs):
        return None
    key, made = load_key(config, create=True)
    if made is not None:
        on_new_key(made)
    return key


@contextmanager
def _on_full_disk(output: Path) -> Iterator[None]:
    try:
        yield
    except (
        duckdb.IOException,
        duckdb.TransactionException,
        duckdb.FatalException,
        duckdb.OutOfMemoryException,
    ) as error:
        raise DataError(
            f"the run cannot be written: {without_values(first_line(error))}",
            where=output.name,
            mend="free disk space or memory, or see to the permissions of the folder; what is published is whole",
        ) from error


def _write(folder: Path, job: _Job) -> str:
    """Write the files of a run into a folder and return the run's id."""
    config, key = job.config, job.key
    # The models run on the real ids; with a key, that file is copied with pseudonyms and removed.
    warehouse = folder / (WAREHOUSE if key is None else "built.duckdb")
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="share") as pool:
        with building(warehouse, config) as built:
            staged = _fill(built, job)
            job.progress("Estimating and testing; checking that rows and amounts tie out")
            identity = job.run_id()
            with _checked(built, hidden=() if key is None else PERSONAL):
                marts = load_marts(built)
                findings = analyse(built, config, _description(identity, staged), marts=marts)
            job.progress("Withholding what would disclose a customer")
            # Beside the engine, which brings the analyst's file to the disk.
            share = pool.submit(_write_share, folder / SHARE, findings, marts, config)
            write_findings(built, findings)
            write_comments(built)
        if key is not None:
            job.progress("Replacing ids by pseudonyms")
            write_pseudonymised(warehouse, folder / WAREHOUSE, config, key)
            warehouse.unlink()
        share.result()
    (folder / FINDINGS).write_text(findings.to_json() + "\n", encoding="utf-8")
    settings = json.dumps(settings_of(config), sort_keys=True, ensure_ascii=False, indent=2)
    (folder / SETTINGS).write_text(settings + "\n", encoding="utf-8")
    return identity


def _write_share(path: Path, findings: Findings, marts: Marts, config: Config) -> None:
    with building(path, config) as share:
        write_share(share, findings, marts, config)
        write_comments(share, SHARE_COMMENTS)


@contextmanager
def _checked(con: duckdb.DuckDBPyConnection, *, hidden: Collection[str]) -> Iterator[None]:
    """Run the checks beside the body, which only reads: the engine's work beside Python's.

    What a check finds is raised whatever becomes of the body: it explains an analysis that fails.
    """
    with beside(con) as other, ThreadPoolExecutor(max_workers=1, thread_name_prefix="checks") as pool:
        checks = pool.submit(run_checks, other, hidden=hidden)
        try:
            yield
        finally:
            checks.result()


def _fill(con: duckdb.DuckDBPyConnection, job: _Job) -> Staged:
    """Stage the inputs and run the models."""
    names = [item.file.label for item in job.inputs]
    job.progress("Reading " + ", ".join(names[:3]) + (", ..." if len(names) > 3 else ""))
    with pointing_into(job.config.path):
        staged = stage(con, job.config, job.inputs, job.hashes)
        if job.key is not None:
            refuse_identities_in_keys(job.config, staged)
    write_settings(con, job.config, staged)
    job.progress("Running the SQL models")
    run_models(con)
    # Rows that contradict each other are rejected too, and models find them.
    write_quarantine(con, staged)
    return staged


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
    """Return the settings that results depend on, defaults filled in; places, keys and engine limits are left out."""
    without: dict[str, Any] = {
        "path": True,
        "engine": True,
        "notify": True,
        "study": {"output"},
        "privacy": {"key_file", "key_env", "keep_runs"},
    }
    return config.model_dump(mode="json", exclude=without)


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


REIDENTIFICATIONS = "reidentifications.jsonl"


def reidentify(config: Config, pseudonyms: list[str], *, reason: str) -> list[tuple[str, str]]:
    """Return (pseudonym, real id) of the pseudonyms that the study's inputs explain, sorted.

    That it was asked is recorded beside the runs before anything is returned: time, user, reason and pseudonyms.

    Raises:
        ConfigError: There is no key, or the mapping does not fit the files.
        DataError: The files cannot be read.
    """
    key, _ = load_key(config, create=False)
    with looking() as con:
        for name, pad in zip(("inner_pad", "outer_pad"), key.pads, strict=True):
            con.execute(f"set variable {name} = ?::blob", [pad])
        sql = hashed("identity", inner="getvariable('inner_pad')", outer="getvariable('outer_pad')")
        found = find_identities(con, config, find_inputs(con, config), sql, pseudonyms)
    record = {"by": getpass.getuser(), "found": len(found), "pseudonyms": sorted(set(pseudonyms)), "reason": reason}
    add_record(config.output_dir, REIDENTIFICATIONS, record)
    return found


def software_fingerprint() -> str:
    """Return the SHA-256 of what computes the results: equal where every module and SQL file is the same."""
    return hashlib.sha256(json.dumps(_software(), sort_keys=True).encode()).hexdigest()


def read_findings(run: Run) -> dict[str, Any]:
    """Return the findings document of a published run, as ``analyze --format json`` prints it."""
    document: dict[str, Any] = json.loads(run.findings.read_text(encoding="utf-8"))
    return document


def read_settings(run: Run) -> dict[str, Any]:
    """Return the settings with which a run was built.

    Raises:
        DataError: The run was built by a version that did not keep them.
    """
    if not run.settings.is_file():
        raise DataError("the run does not hold its settings", where=run.folder.name, mend="run `fairness build` again")
    settings: dict[str, Any] = json.loads(run.settings.read_text(encoding="utf-8"))
    return settings


__all__ = [
    "Findings",
    "Progress",
    "build",
    "read_findings",
    "read_settings",
    "reidentify",
    "run_id",
    "settings_of",
    "software_fingerprint",
]
