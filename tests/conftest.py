"""Helpers of the acceptance tests: small studies written to disk and run through the public interface."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

import fairness
from fairness.analysis.marts import Marts
from fairness.analysis.reconciliation import reconciliation
from fairness.build.pipeline import build, examine
from fairness.cli.commands import main
from fairness.cli.failures import TRACEBACK
from fairness.config import load_config
from fairness.engine.base import Connection
from fairness.engine.connection import building, looking
from fairness.engine.models import run_models
from fairness.findings.results import Findings
from fairness.intake.input_files import find_inputs, fingerprints, plain_copies
from fairness.intake.params import write_settings
from fairness.intake.quarantine import write_quarantine
from fairness.intake.stage import stage
from fairness.runs.documents import read_findings
from fairness.runs.store import Run

ROOT = Path(__file__).parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"
MORE = int(os.environ.get("FAIRNESS_MORE", "1"))
"""How many times as many random studies are drawn as usual; see bench/results/more_studies.md."""

REPEATED = ("int_book_repeat", "int_customer_file", "int_offer_repeat")
"""Tables of rows that contradict each other: they are rejected too."""

Row = Mapping[str, object]
Document = dict[str, Any]


class StudyRunner:
    """Writes studies below a folder, analyses them in this process and remembers the last one.

    Attributes:
        folder: Where studies are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._n_written = 0
        self._analysed: Path | None = None
        self._laid_out: Path | None = None
        self._run: Run | None = None

    @property
    def run(self) -> Run:
        """The run of the last study; one that was only analysed is built when its run is asked for."""
        if self._run is None:
            assert self._analysed is not None, "no study was analysed or built"
            self.build(self._analysed)
        assert self._run is not None
        return self._run

    def write(self, book: Iterable[Row] | str | bytes | None, *, file: str = "book.csv", **sections: Any) -> Path:
        """Write a book and its config into a folder of their own and return the config file.

        Args:
            book: Rows (written as CSV, a missing value as nothing), the file's text or bytes, or None for no file.
            file: Name of the book file.
            sections: Config sections by name; ``source`` adds keys to ``[[source]]``, ``columns`` is its mapping.
        """
        self._n_written += 1
        folder = self.folder / f"study{self._n_written}"
        folder.mkdir()
        if isinstance(book, bytes):
            (folder / file).write_bytes(book)
        elif isinstance(book, str):
            (folder / file).write_bytes(book.encode("utf-8"))
        elif book is not None:
            write_csv(folder / file, list(book))
        config = folder / "fairness.toml"
        config.write_text(config_text(file, sections), encoding="utf-8")
        return config

    def __call__(self, book: Iterable[Row] | str | bytes | None, **options: Any) -> Document:
        """Write a study and return its findings document."""
        return self.analyse(self.write(book, **options))

    def publish(self, book: Iterable[Row] | str | bytes | None, **options: Any) -> Document:
        """Write a study, build it and return its findings document."""
        return self.build(self.write(book, **options))

    def build(self, config: Path) -> Document:
        """Build a written study and return its findings document."""
        self._analysed = self._laid_out = None
        self._run = build(load_config(config))
        return read_findings(self._run)

    def analyse(self, config: Path, *tables: str) -> Document:
        """Return the findings document of a written study, as a build makes it, in two thirds of the time.

        Nothing is published until ``run`` is asked for, or a table that is neither the ledger, nor one that findings
        come from, nor named here.
        """
        self._analysed, self._laid_out, self._run = config, config.parent / "tables.duckdb", None
        return examine(load_config(config), self._kept, tables=("price_ledger", *tables))

    def _kept(self, con: Connection, marts: Marts, findings: Findings) -> Document:
        del marts
        con.execute("checkpoint built")
        ((built,),) = con.execute("select path from duckdb_databases() where database_name = 'built'").fetchall()
        assert self._laid_out is not None
        shutil.copyfile(built, self._laid_out)
        document: Document = json.loads(findings.to_json())
        return document

    def lay_out(self, config: Path, *tables: str) -> None:
        """Read a written study and run only the models that some tables come from: a third of the time of a build.

        Nothing is analysed, checked or published; ``query`` answers from those tables and the rejected rows until the
        next call.
        """
        self._analysed, self._laid_out, self._run = None, config.parent / "tables.duckdb", None
        settings = load_config(config)
        with looking() as con:
            inputs = find_inputs(con, settings)
        with building(self._laid_out, settings) as con, plain_copies(con, inputs, config.parent) as plain:
            staged = stage(con, settings, plain, fingerprints(plain))
            write_settings(con, settings, staged)
            run_models(con, {*tables, *REPEATED})
            write_quarantine(con, staged)

    def reconciled(self, role: str | None = None) -> Document:
        """Return what became of the rows of a role, or of all rows with prices; needs the table reconciliation."""
        with self.opened() as con:
            found = reconciliation(con, priced=role is None)
        return found if role is None else found[role]

    def opened(self) -> duckdb.DuckDBPyConnection:
        """Open the tables that the last call laid out, or else those of the run."""
        return duckdb.connect(str(self._laid_out or self.run.warehouse), read_only=True)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the tables that the last call laid out, or else those of the run."""
        try:
            with self.opened() as con:
                return con.execute(sql).fetchall()
        except duckdb.CatalogException:
            if self._analysed is None:
                raise
        self.build(self._analysed)
        return self.query(sql)


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)


def config_text(file: str, sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a config as TOML; a study named Test in GBP unless told otherwise."""
    rest = dict(sections)
    columns = rest.pop("columns", {})
    study = {"name": "Test", "currency": "GBP", **rest.pop("study", {})}
    # Rows are looked up by their ids; tests/cli/test_pseudonyms.py shows that no number depends on them.
    rest["privacy"] = {"pseudonyms": False, **rest.get("privacy", {})}
    source = {"role": "book", "path": file, **rest.pop("source", {})}
    parts = [_section("[study]", study), _section("[[source]]", source)]
    if columns:
        parts.append(_section("[source.columns]", columns))
    parts += [_section(f"[{name}]", values) for name, values in rest.items()]
    return "\n".join(parts)


def _section(header: str, values: Mapping[str, Any]) -> str:
    return "\n".join([header, *(f"{_toml(name)} = {_toml(value)}" for name, value in values.items())]) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(name)} = {_toml(item)}" for name, item in value.items()) + " }"
    # Lists, numbers, booleans and texts are written alike in JSON and TOML.
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the installed product, without its dependencies: the wheel that the sdist gives."""
    work = tmp_path_factory.mktemp("dist")
    _python("-m", "hatchling", "build", "-t", "sdist", "-d", str(work), cwd=ROOT)
    (sdist,) = work.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "source", filter="data")
    (source,) = (work / "source").iterdir()
    _python("-m", "hatchling", "build", "-t", "wheel", "-d", str(work), cwd=source)
    (wheel,) = work.glob("*.whl")
    target = work / "site"
    _python("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel), cwd=work)
    return target


def _python(*arguments: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def study(tmp_path: Path) -> StudyRunner:
    """Return a function from a book and config sections to the findings document."""
    return StudyRunner(tmp_path)


@pytest.fixture(scope="module")
def shared_study(tmp_path_factory: pytest.TempPathFactory) -> StudyRunner:
    """Return the same for a whole module, for studies that several tests look at."""
    return StudyRunner(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def once(shared_study: StudyRunner) -> Callable[..., Document]:
    """Return a function like ``study`` that builds equal studies of a module once; nobody may change its documents."""
    built: dict[str, Document] = {}

    def build_once(book: Iterable[Row], **options: Any) -> Document:
        rows = list(book)
        key = repr((rows, options))
        if key not in built:
            built[key] = shared_study(rows, **options)
        return built[key]

    return build_once


@dataclass(frozen=True)
class Output:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def run_cli(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Output]:
    """Return a function that runs the command line in a process of its own, warnings being errors.

    The environment holds nothing but a search path, a home and what ``env`` adds.
    """
    home = tmp_path_factory.mktemp("home")

    def run(*arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Output:
        clean = {
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(fairness.__file__).parents[1]),
            **(env or {}),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "fairness", *map(str, arguments)],
            cwd=cwd or home,
            env=clean,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Output(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def call_cli() -> Callable[..., Output]:
    """Return a function that runs the command line in this process: the same, but many times faster.

    A defect escapes and fails the test, as it does for whoever sets the variable.
    """

    def call(*arguments: object, cwd: Path | None = None) -> Output:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["fairness", *map(str, arguments)])
            patch.setenv(TRACEBACK, "1")
            if cwd is not None:
                patch.chdir(cwd)
            try:
                main()
                code = 0
            except SystemExit as stop:
                code = int(stop.code or 0)
        printed = []
        for stream in (out, err):
            stream.seek(0)
            printed.append(stream.read())
        return Output(code, *printed)

    return call


@pytest.fixture
def pick() -> Callable[..., Document]:
    """Return a function that takes the one finding of an estimand and scope out of a document."""

    def find(
        document: Document,
        estimand: str,
        *,
        level: str = "pooled",
        scope: Mapping[str, str | None] | None = None,
        band: str | None = None,
    ) -> Document:
        found = [
            finding
            for finding in document["findings"]
            if (finding["estimand"], finding["level"], finding["tenure_band"]) == (estimand, level, band)
            and (scope is None or finding["scope"] == scope)
        ]
        assert len(found) == 1, f"{len(found)} findings for {estimand}, {level}, {scope}, {band}"
        return found[0]

    return find


@pytest.fixture
def companion() -> Callable[[Document, str], Document]:
    """Return a function that takes the companion of that name out of a finding."""

    def find(finding: Document, name: str) -> Document:
        found = [other for other in finding["companions"] if other["name"] == name]
        assert len(found) == 1, f"{len(found)} companions {name}"
        return found[0]

    return find


@pytest.fixture(scope="session")
def realdata_folder() -> Path:
    """Return the folder of real data named by FAIRNESS_DATA; skip where there is none."""
    folder = Path(os.environ.get("FAIRNESS_DATA", REAL_DATA)).absolute()
    if not folder.is_dir():
        pytest.skip("no folder of real data: set FAIRNESS_DATA (default: ../shared/data beside the repository)")
    return folder
