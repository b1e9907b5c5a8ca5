"""Build a study: files in, published run with its findings out. The only code that knows the order of the steps."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import fairness
from fairness.analysis.findings_tables import write_findings
from fairness.analysis.marts import Marts
from fairness.analysis.marts_reader import load_marts
from fairness.analysis.study import analyse, needs, reads
from fairness.build.group_limits import check_groups
from fairness.build.identity import run_id, settings_of
from fairness.build.reason_table import write_reasons
from fairness.config import Config
from fairness.config.toml_positions import pointing_into
from fairness.disclosure.share import write_share
from fairness.engine.base import Connection
from fairness.engine.connection import ENGINE, beside, building, looking
from fairness.engine.models import analyst_tables, run_checks, run_models, share_tables, write_comments
from fairness.errors import DataError, without_values
from fairness.findings.results import Findings
from fairness.intake.accepted import refuse_nothing_accepted
from fairness.intake.files import Fingerprint, first_line, refuse_changed
from fairness.intake.identities import has_identities, refuse_identities_in_keys
from fairness.intake.input_doubts import write_input_doubts
from fairness.intake.input_files import SourceFile, find_inputs, fingerprints, plain_copies
from fairness.intake.line_ids import refuse_line_ids
from fairness.intake.params import write_settings
from fairness.intake.periods import refuse_periods
from fairness.intake.quarantine import write_quarantine
from fairness.intake.rejected_values import write_rejected_values
from fairness.intake.shared_hours import write_shared_hours
from fairness.intake.spellings import write_spellings
from fairness.intake.stage import Staged, stage
from fairness.intake.told_basis import refuse_told_basis
from fairness.runs.copying import PERSONAL
from fairness.runs.erasure_record import ERASURES, Erased, read_erasures
from fairness.runs.integrity import Depth
from fairness.runs.key import Key, load_key
from fairness.runs.pseudonyms import write_pseudonymised
from fairness.runs.retention import prune_locked
from fairness.runs.store import FINDINGS, SETTINGS, SHARE, WAREHOUSE, Run, any_run, point_at, publishing
from fairness.text import messages

Progress = Callable[[str], None]
Say = Callable[[str], None]
T = TypeVar("T")

_OF_INTAKE = frozenset(
    {
        *("int_period_vote", "int_interval_vote", "int_billed_period", "int_told_letter", "int_ledger_span"),
        *("int_book_repeat", "int_customer_file", "int_offer_repeat"),
    }
)
"""Tables that intake reads: whether the study has to be refused, and which rows contradict each other."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What one build works on.

    Attributes:
        config: The study.
        inputs: Its files.
        hashes: Their fingerprints, being computed.
        key: Key of the pseudonyms; None where ids are kept or there are none.
        progress: Called with the name of each step.
        say: Called with what the owner of the study has to know.
    """

    config: Config
    inputs: list[SourceFile]
    hashes: list[Future[Fingerprint]]
    key: Key | None
    progress: Progress
    say: Say

    def run_id(self) -> str:
        return run_id(self.config, self.inputs, self.hashes, self.key)


def _quiet(text: str) -> None:
    del text


def build(config: Config, *, progress: Progress = _quiet, say: Say = _quiet) -> Run:
    """Build and publish a study; an existing run of the same inputs, config, software and key is reused.

    Args:
        config: The study.
        progress: Called with the name of each step.
        say: Called with what the owner of the study has to know: that a key was made, that a damaged run is made
            again, that rows were erased from the run, that it has many cells.

    Returns:
        The published run, which ``current`` now names.

    Raises:
        ConfigError: The mapping does not fit the files, or the key cannot be used.
        DataError: The files cannot be read, rows and amounts do not tie out, another build is running, the output
            cannot be written, or the run would bring erased customers back; nothing is published then.
        SqlError: A model failed.
    """
    progress("Finding the inputs")
    with looking() as con:
        inputs = find_inputs(con, config)
    job = _Job(config, inputs, fingerprints(inputs), _key(config, inputs, say), progress, say)
    known = _published(job)
    if known is not None:
        refuse_changed(file for item in inputs for file in item.files)
        return known
    with publishing(config.output_dir) as publication, _on_full_disk(config.output_dir):
        identity = _write(publication.folder, job)
        progress("Publishing")
        record = {"study": config.study.name, "key_fingerprint": job.key.fingerprint if job.key else None}
        run = publication.commit(identity, record)
        if config.privacy.keep_runs is not None:
            prune_locked(config.output_dir, config.privacy.keep_runs)
        return run


def _published(job: _Job) -> Run | None:
    """Return the run of the same inputs, config, software and key; None where it has to be built.

    Raises:
        DataError: It has to be built, and would bring back customers who were erased.
    """
    output = job.config.output_dir
    # On a first build, hashing runs alongside the engine; later it comes first, because it may make the build
    # unnecessary.
    if not (output / "runs").is_dir() and not (output / ERASURES).is_file():
        return None
    identity = job.run_id()
    erased = read_erasures(output)
    run = any_run(output, identity)
    found = run.damages(Depth.OPENED) if run is not None else []
    if run is not None and not found:
        if identity in erased.runs:
            job.say(messages.rows_erased(identity, erased.runs[identity]))
        elif held := _held(job, erased):
            job.say(messages.rows_still_held(identity, _receipts(held)))
        return point_at(output, identity)
    _refuse_erased(job, identity, erased)
    if found:
        job.say(messages.built_again(identity, found))
    return None


def _refuse_erased(job: _Job, identity: str, erased: Erased) -> None:
    """Refuse to build from files that hold customers who were erased: the new run would bring them back."""
    held = _held(job, erased)
    # Where it is not known which files hold them, all files of the run are taken together.
    if not held and identity in erased.runs:
        held = {item.file.label: erased.runs[identity] for item in job.inputs}
    if held:
        raise DataError(
            messages.would_bring_back(_receipts(held)),
            where=", ".join(held),
            fix="take those customers out of the exports; or name another study.output, to build with them",
        )


def _held(job: _Job, erased: Erased) -> dict[str, tuple[str, ...]]:
    """Return the input files that hold customers who were erased, with the receipts."""
    return {
        item.file.label: erased.files[future.result().sha256]
        for item, future in zip(job.inputs, job.hashes, strict=True)
        if future.result().sha256 in erased.files
    }


def _receipts(held: Mapping[str, tuple[str, ...]]) -> list[str]:
    return sorted({receipt for receipts in held.values() for receipt in receipts})


def _key(config: Config, inputs: list[SourceFile], say: Say) -> Key | None:
    """Return the key of the pseudonyms; None where ids are kept or there are none."""
    if not config.privacy.pseudonyms or not has_identities(inputs):
        return None
    key, made = load_key(config, create=True)
    if made is not None:
        say(messages.new_key(made.name))
    return key


@contextmanager
def _on_full_disk(output: Path) -> Iterator[None]:
    try:
        yield
    except ENGINE.no_room as error:
        raise DataError(
            f"the run cannot be written: {without_values(first_line(error))}",
            where=output.name,
            fix="free disk space or memory, or see to the permissions of the folder; what is published is whole",
        ) from error


def _write(folder: Path, job: _Job) -> str:
    """Write the files of a run into a folder and return the run's id."""
    config, key = job.config, job.key
    # The models run on the real ids; with a key, that file is copied with pseudonyms and removed.
    warehouse = folder / (WAREHOUSE if key is None else "built.duckdb")
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="share") as pool:
        with building(warehouse, config) as built:
            staged = _fill(built, job, folder)
            job.progress("Estimating and testing; checking that rows and amounts tie out")
            identity = job.run_id()
            with _checked(built, hidden=() if key is None else PERSONAL):
                marts = load_marts(built, needs(config))
                findings = analyse(built, config, _description(identity, staged), marts=marts)
            job.progress("Withholding what would disclose a customer")
            # Alongside the engine, which writes the analyst's file to disk.
            share = pool.submit(_write_share, folder / SHARE, findings, marts, config)
            write_findings(built, findings)
            write_reasons(built)
            write_comments(built, analyst_tables())
        if key is not None:
            job.progress("Replacing ids by pseudonyms")
            write_pseudonymised(warehouse, folder / WAREHOUSE, config, key)
            warehouse.unlink()
        share.result()
    (folder / FINDINGS).write_text(findings.to_json() + "\n", encoding="utf-8")
    settings = json.dumps(settings_of(config), sort_keys=True, ensure_ascii=False, indent=2)
    (folder / SETTINGS).write_text(settings + "\n", encoding="utf-8")
    return identity


def examine(
    config: Config,
    look: Callable[[Connection, Marts, Findings], T],
    progress: Progress = _quiet,
    *,
    tables: Collection[str] = (),
) -> T:
    """Build a study without publishing anything, and return what a function makes of it.

    Only what the findings come from is built, which leaves out the causes of price changes, and letters.

    Args:
        config: The study. Ids stay as the files have them: nothing leaves the temporary folder.
        look: Called with the open database, its marts and the findings.
        progress: Called with the name of each step.
        tables: Further tables that the function reads.

    Raises:
        ConfigError, DataError, SqlError: As :func:`build`.
    """
    with looking() as con:
        inputs = find_inputs(con, config)
    job = _Job(config, inputs, fingerprints(inputs), None, progress, _quiet)
    asked = reads(config) | _OF_INTAKE | frozenset(tables)
    with tempfile.TemporaryDirectory() as name, _on_full_disk(Path(name)):
        folder = Path(name)
        with building(folder / WAREHOUSE, config) as built:
            staged = _fill(built, job, folder, asked)
            progress("Estimating and testing; checking that rows and amounts tie out")
            with _checked(built, asked, hidden=PERSONAL):
                marts = load_marts(built, needs(config))
                findings = analyse(built, config, _description(job.run_id(), staged), marts=marts)
            return look(built, marts, findings)


def _write_share(path: Path, findings: Findings, marts: Marts, config: Config) -> None:
    with building(path, config) as share:
        write_share(share, findings, marts, config)
        write_comments(share, share_tables())


@contextmanager
def _checked(con: Connection, tables: Collection[str] | None = None, *, hidden: Collection[str]) -> Iterator[None]:
    """Run the checks alongside the body, which only reads: the engine works while Python does.

    What a check finds is raised whatever happens to the body: it explains why an analysis fails.
    """
    with beside(con) as other, ThreadPoolExecutor(max_workers=1, thread_name_prefix="checks") as pool:
        checks = pool.submit(run_checks, other, tables, hidden=hidden)
        try:
            yield
        finally:
            checks.result()


def _fill(con: Connection, job: _Job, folder: Path, tables: Collection[str] | None = None) -> Staged:
    """Stage the inputs and run the models, or those that some tables come from.

    Files that the engine cannot read are copied into the folder.
    """
    names = [item.file.label for item in job.inputs]
    job.progress("Reading " + ", ".join(names[:3]) + (", ..." if len(names) > 3 else ""))
    with plain_copies(con, job.inputs, folder) as inputs:
        with pointing_into(job.config.path):
            staged = stage(con, job.config, inputs, job.hashes)
        # Whoever asks a mapping for a column reads it: what nothing reads is listed before anybody else asks.
        write_settings(con, job.config, staged)
        if job.key is not None:
            with pointing_into(job.config.path):
                refuse_identities_in_keys(job.config, staged)
        write_spellings(con, staged)
        write_shared_hours(con, job.config, staged)
        write_input_doubts(con, job.config, staged)
        job.progress("Running the SQL models")
        run_models(con, tables)
        with pointing_into(job.config.path):
            refuse_line_ids(con, staged)
            refuse_periods(con, staged)
            refuse_told_basis(con, staged)
            check_groups(con, job.config, job.say)
        # Rows that contradict each other are rejected too; models find them.
        write_quarantine(con, staged)
        write_rejected_values(con, staged, personal=PERSONAL, as_shapes=job.key is not None)
        refuse_nothing_accepted(con, staged)
    refuse_changed(file for item in job.inputs for file in item.files)
    return staged


def _description(identity: str, staged: Staged) -> dict[str, Any]:
    return {
        "id": identity,
        "engine": ENGINE.version,
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
