"""Write a snapshot: an immutable folder that an executive reads and an auditor can compute again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fairness.build.identity import software_fingerprint
from fairness.disclosure.released_document import released
from fairness.engine.models import sql_hashes
from fairness.errors import DataError, FairnessError
from fairness.findings.document import Document
from fairness.report import page_html, pdf
from fairness.report.chart_files import chart_svg
from fairness.report.deck import without_clock
from fairness.report.excel_file import to_xlsx
from fairness.report.history import Kept
from fairness.report.manifest import MANIFEST
from fairness.report.note import NO_WORDS, SignOff
from fairness.report.page import lay_out
from fairness.report.page_model import Page
from fairness.report.slides import slides
from fairness.report.tables import tables, to_csv
from fairness.runs.documents import read_findings, read_settings
from fairness.runs.share_file import largest_payment, read_shared
from fairness.runs.store import Run

SCHEMA_VERSION = 1
_LIBRARIES = (
    "duckdb",
    "numpy",
    "scipy",
    "weasyprint",
    "pydyf",
    "fonttools",
    "pypdfium2",
    "pillow",
    "XlsxWriter",
    "python-pptx",
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a snapshot consists of, before it is written.

    Attributes:
        files: Bytes by path inside the folder; the manifest is not among them.
        missing: Why a file could not be made here, by path inside the folder.
        manifest: What the manifest says.
        page: What the page shows.
        document: The released findings document.
    """

    files: Mapping[str, bytes]
    missing: Mapping[str, str]
    manifest: Mapping[str, Any]
    page: Page
    document: Document


def compose(
    run: Run, sign_off: SignOff = NO_WORDS, *, before: Kept | None = None, hangs_on: Sequence[str] | None = None
) -> Contents:
    """Compute everything that a snapshot of a run holds; equal for equal runs, words, ranges and libraries.

    Args:
        run: The run.
        sign_off: What the owner adds.
        before: The snapshot before, whose figures stand beside those of this one.
        hangs_on: The choices on which the verdict hangs; None reads them where `fairness range` was run.

    Raises:
        DataError: The run was built by a version that kept no settings.
        ConfigError: A text of the owner is too long for the page, or holds what no page can show.
    """
    sign_off = sign_off.checked()
    settings = read_settings(run)
    found = read_findings(run)
    data = released(found, read_shared(run), largest_payment=largest_payment(run))
    choices = list(found.get("hangs_on", ()) if hangs_on is None else hangs_on)
    # Names of settings and columns, nothing of a customer.
    data |= {"hangs_on": choices} if choices else {}
    document = Document.load(data)
    page = lay_out(document, settings, sign_off, None if before is None else Document.load(before.document))
    files: dict[str, bytes] = {}
    missing: dict[str, str] = {}
    text = page_html.render(page, document)
    files["findings.json"] = as_json(data)
    files["snapshot.html"] = text.encode("utf-8")
    drawn = {panel.name: chart_svg(panel, page) for panel in page.panels}
    files |= {f"charts/{name}.svg": svg.encode("utf-8") for name, svg in drawn.items()}
    listed = tables(document, page)
    files |= {f"tables/{table.name}.csv": to_csv(table, page) for table in listed}
    try:
        files["snapshot.pdf"] = pdf.pdf(text)
        pictures = pdf.pictures(list(drawn.values()))
        files |= {f"charts/{name}.png": data for name, data in zip(drawn, pictures, strict=True)}
    except pdf.ReportExtraMissing as error:
        missing |= dict.fromkeys(("snapshot.pdf", *(f"charts/{name}.png" for name in drawn)), error.what)
    archives: dict[str, Callable[[], bytes]] = {
        "tables.xlsx": lambda: without_clock(to_xlsx(listed, page)),
        "slides.pptx": lambda: slides(page),
    }
    for name, make in archives.items():
        try:
            files[name] = make()
        except FairnessError as error:
            missing[name] = error.what
    files = dict(sorted(files.items()))
    return Contents(
        files,
        missing,
        {
            **_manifest(document, settings, page, files=files, missing=missing, key=run.record()["key_fingerprint"]),
            "before": None if before is None else {"folder": before.folder.name, "findings": _findings_of(before)},
        },
        page,
        document,
    )


def _findings_of(kept: Kept) -> str:
    """Return the hash of a snapshot's findings, as its manifest has it."""
    return str(kept.manifest["files"]["findings.json"])


def as_json(value: object) -> bytes:
    """Return a document as JSON with sorted keys: equal documents are equal bytes."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def _manifest(
    document: Document,
    settings: Mapping[str, Any],
    page: Page,
    *,
    files: Mapping[str, bytes],
    missing: Mapping[str, str],
    key: str | None,
) -> dict[str, Any]:
    hashes = sql_hashes()
    return {
        "schema_version": SCHEMA_VERSION,
        "study": document.data["study"],
        "compared_with": page.comparator,
        "filters": page.filters,
        "build": document.build,
        "seed": settings["inference"]["seed"],
        "settings": settings,
        **asdict(page.sign_off),
        **({"hangs_on": hangs} if (hangs := document.data.get("hangs_on")) else {}),
        "versions": _versions(),
        "software": software_fingerprint(),
        "key_fingerprint": key,
        "sql": hashes,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "missing": dict(missing),
        "figures": page.index.describe(hashes),
        "tables": {table.name: table.sql for table in tables(document, page) if table.sql},
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write(contents: Contents, folder: Path) -> Path:
    """Write a snapshot completely or not at all; its files are read-only.

    A folder that holds the very same snapshot is left as it is.

    Raises:
        DataError: The folder holds something else: a snapshot is never overwritten.
    """
    manifest = as_json(contents.manifest)
    if folder.exists():
        kept = folder / MANIFEST
        if kept.is_file() and kept.read_bytes() == manifest:
            return folder
        if not folder.is_dir() or any(folder.iterdir()):
            raise DataError(
                "the folder holds something else, and a snapshot is never overwritten",
                where=str(folder),
                fix="name a new folder with --to",
            )
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.parent / f".{folder.name}.{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        for name, data in {**contents.files, MANIFEST: manifest}.items():
            target = aside / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            target.chmod(0o444)
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def default_folder(run: Run, contents: Contents) -> Path:
    """Return where a snapshot goes unless told otherwise: ``snapshots/<as-of>-<run>`` beside the runs.

    What the owner adds, the snapshot before and what the verdict hangs on are part of a snapshot: one with any of them
    has a folder of its own.
    """
    as_of = contents.document.as_of or "undated"
    own = [text for text in asdict(contents.page.sign_off).values() if text]
    own += contents.document.data.get("hangs_on", ())
    if contents.manifest["before"] is not None:
        own.append(contents.manifest["before"]["findings"])
    suffix = f"-{hashlib.sha256(chr(31).join(own).encode()).hexdigest()[:6]}" if own else ""
    return run.folder.parent.parent / "snapshots" / f"{as_of}-{run.id}{suffix}"
