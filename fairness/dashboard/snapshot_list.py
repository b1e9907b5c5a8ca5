"""The snapshots and runs of a study that a reader can choose, and the change from one to the other."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from fairness import report
from fairness.engine.models import sql_root
from fairness.engine.sql_text import quote
from fairness.errors import DataError, FairnessError
from fairness.findings.document import Document, Finding
from fairness.panels.view import Study
from fairness.runs.documents import read_findings
from fairness.runs.store import find_run, list_runs
from fairness.text import changes, sentences

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A snapshot or a run, without its findings except the first.

    Attributes:
        label: How a choice and the address name it.
        folder: Its folder.
        document: Study, build and headline of its findings.
        written: Day on which it was written, as ISO text.
        manifest: Note, files and missing files of a snapshot; None for a run.
    """

    label: str
    folder: Path
    document: Document
    written: str
    manifest: Data | None

    @property
    def build(self) -> str:
        """The id of its build."""
        return str(self.document.build["id"])


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What happened to a comparison.

    Attributes:
        change: What :func:`fairness.report.compare` returns; None where the two cannot be compared.
        reasons: Why not.
        heads: Both headlines.
        against: What both are compared with.
    """

    change: Data | None
    reasons: tuple[str, ...]
    heads: tuple[Finding, Finding]
    against: str


def entries(study: Study) -> tuple[list[Entry], list[str]]:
    """Return snapshots and then runs, latest month first, and what is said about those that cannot be read."""
    output, found, problems = study.config.output_dir, [], []
    snapshots = [(folder, True) for folder in report.snapshot_folders(output)]
    for folder, is_snapshot in [*snapshots, *((run.folder, False) for run in list_runs(output))]:
        try:
            found.append(_entry(str(folder), stamp(folder), is_snapshot=is_snapshot))
        except FairnessError as error:
            problems.append(changes.unreadable(folder.name, error.what))
    order = sorted(found, key=lambda item: (item.document.as_of or "", item.written), reverse=True)
    return sorted(order, key=lambda item: item.manifest is None), problems


def stamp(folder: Path) -> tuple[int, ...]:
    """Return what changes when someone touches the files of a snapshot or run that are read here."""
    names = ("manifest.json", "run.json", "damaged.json", "findings.json", "settings.json", "analyst.duckdb")
    return tuple((folder / name).stat().st_mtime_ns for name in names if (folder / name).is_file())


@st.cache_resource(show_spinner="Reading the snapshots", max_entries=500)
def _entry(path: str, stamped: tuple[int, ...], *, is_snapshot: bool) -> Entry:
    folder = Path(path)
    if is_snapshot:
        kept = report.read_kept(folder)
        document, written = kept.document, kept.written.isoformat()
        manifest = {name: kept.manifest[name] for name in ("note", "files", "missing", "compared_with")}
    else:
        run = find_run(folder.parent.parent, folder.name)
        if run is None:
            # Pruned after it was listed.
            raise DataError("the run is gone", where=folder.name)
        document, written, manifest = read_findings(run), run.record()["published_at"][:10], None
    head = Document.load({name: document[name] for name in ("study", "build", "headline")})
    label = changes.entry(head.as_of, folder.name, is_snapshot=is_snapshot)
    return Entry(label, folder, head, written, manifest)


def usual_pair(found: Sequence[Entry]) -> tuple[Entry, Entry] | None:
    """Return the last two snapshots, the earlier first, or the last two builds; None where there is only one build."""
    snapshots = [item for item in found if item.manifest is not None]
    for pool in (snapshots, found):
        by_build = {item.build: item for item in reversed(pool)}
        ordered = sorted(by_build.values(), key=lambda item: (item.document.as_of or "", item.written))
        if len(ordered) > 1:
            return ordered[-2], ordered[-1]
    return None


def comparison(first: Entry, second: Entry) -> Comparison:
    """Return the change from one to the other, as ``fairness diff`` gives it.

    Raises:
        FairnessError: A snapshot or run cannot be read.
    """
    paths = str(first.folder), str(second.folder)
    return _compared(*paths, (*_stamps(first), *_stamps(second)))


def _stamps(entry: Entry) -> tuple[int, ...]:
    # The split reads the run beside a snapshot, and says so where it is no longer there.
    run = entry.folder.parent.parent / "runs" / entry.build
    return (*stamp(entry.folder), -1, *stamp(run))


@st.cache_resource(show_spinner="Comparing the two", max_entries=16)
def _compared(first: str, second: str, stamped: tuple[int, ...]) -> Comparison:
    sides = report.read_side(Path(first)), report.read_side(Path(second))
    heads = sides[0].headline, sides[1].headline
    reasons = tuple(report.incomparable(*sides))
    against = dict.fromkeys(
        sentences.comparison(side.document, horizon=side.settings["comparator"]["horizon_months"]) for side in sides
    )
    return Comparison(None if reasons else report.compare(*sides), reasons, heads, ", then ".join(against))


def beside(study: Study, path: Path) -> str:
    """Return a path as a command in the folder of the study names it."""
    return shlex.quote(os.path.relpath(path, study.config.path.parent))


def split_query(study: Study, first: Entry, second: Entry) -> str:
    """Return the SQL behind the parts of a change, with the lines that attach both runs."""
    root = sql_root() / "diff"
    output = study.config.output_dir
    files = [output / "runs" / entry.build / "analyst.duckdb" for entry in (first, second)]
    paths = [quote(Path(os.path.relpath(file, study.config.path.parent)).as_posix()) for file in files]
    attach = [f"attach {path} as {name} (read_only);" for path, name in zip(paths, ("before", "after"), strict=True)]
    parts = [(root / f"{name}.sql").read_text(encoding="utf-8").strip() for name in ("compared", "split")]
    return "\n\n".join(["\n".join(attach), *parts])
