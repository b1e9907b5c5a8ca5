"""Builds that are killed, run out of disk or lose their permissions, and readers that look on.

    python -m tests.oracle.faults (kill | disk | permission | readers) TRIALS SEED FOLDER

Every trial builds a study whose prices are its own, in a process forked from this one, which never opens a database
itself. Afterwards a second process opens what ``current`` names and holds it to the prices of the trial that it says it
is. Prints one JSON document; it is not a test itself, so that the benchmark can run it longer.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

# A build imports these where it needs them: here once, not in every process that is forked.
import scipy.optimize
import scipy.special  # noqa: F401

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.errors import FairnessError
from fairness.runs.store import Run, current_run

N_CUSTOMERS = 60
N_READERS = 8
BUILT, REFUSED, BROKEN = 0, 3, 4
_SETTINGS = "[inference]\nbootstrap_replicates = 0\npermutation_replicates = 99\n[engine]\nthreads = 1\n"


def write_study(folder: Path, trial: int) -> Path:
    """Write the study of a trial over that of the last and return its config."""
    rows = [f"C{n},{n % 30},{price(trial, n)}" for n in range(N_CUSTOMERS)]
    (folder / "book.csv").write_text("\n".join(["customer_id,tenure_months,price", *rows, ""]), encoding="utf-8")
    source = '[[source]]\nrole = "book"\npath = "book.csv"\n'
    text = f'[study]\nname = "trial {trial}"\ncurrency = "GBP"\n{source}{_SETTINGS}'
    (folder / "fairness.toml").write_text(text, encoding="utf-8")
    return folder / "fairness.toml"


def price(trial: int, customer: int) -> Decimal:
    """Return what a customer pays in a trial."""
    return Decimal(1000 + 13 * trial + customer) / 100


def check(run: Run) -> int:
    """Return the trial that a run holds.

    Raises:
        AssertionError: Its files are of different trials, or not whole.
    """
    document = json.loads(run.findings.read_text(encoding="utf-8"))
    name = document["study"]["name"]
    trial = int(name.removeprefix("trial "))
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        (shown,) = con.execute("select study_name from params").fetchone() or ("",)
        found = con.execute("select count(*), sum(paid_price) from price_ledger").fetchone()
        n_findings = con.execute("select count(*) from findings").fetchone()
    with duckdb.connect(str(run.share), read_only=True) as con:
        shared = con.execute("select name, run_id from study").fetchone()
    assert shown == name, f"analyst.duckdb is of {shown}, findings.json of {name}"
    assert shared == (name, run.id), f"share.duckdb is of {shared}, findings.json of {name}"
    assert document["build"]["id"] == run.id == run.record()["id"]
    assert found == (N_CUSTOMERS, sum(price(trial, n) for n in range(N_CUSTOMERS))), f"{name}: {found}"
    assert n_findings == (len(document["findings"]),)
    return trial


def _fork(work: Callable[[], int], log: Path) -> int:
    """Start a process that ends with the work's result, its output going to a file."""
    child = os.fork()
    if child:
        return child
    status = BROKEN
    try:
        with log.open("w", encoding="utf-8") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
            try:
                status = work()
            except FairnessError as error:
                print(error, file=stream)
                status = REFUSED
            except BaseException:
                traceback.print_exc(file=stream)
    finally:
        os._exit(status)


def _wait(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _build(config: Path) -> int:
    build(load_config(config))
    return BUILT


def _look(folder: Path) -> int:
    """Check the current run and write down its trial."""
    (folder / "seen").write_text(str(check(current_run(folder / "out"))), encoding="utf-8")
    return 0


class Trials:
    """A series of trials in one folder.

    Attributes:
        problems: What was found broken.
        outcomes: How often a trial ended in which way.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.problems: list[str] = []
        self.outcomes: dict[str, int] = {}
        self.published = self.run(0, _build)
        start = time.perf_counter()
        self.run(1, _build)
        self.seconds = time.perf_counter() - start

    def run(self, trial: int, work: Callable[[Path], int], *, kill_after: float | None = None) -> int:
        """Build a trial with a fault and check what is published then; return the trial that is."""
        config = write_study(self.folder, trial)
        log = self.folder / "log"
        child = _fork(lambda: work(config), log)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        status = _wait(child)
        seen = self.look(trial)
        names = {BUILT: "built", REFUSED: "refused", -signal.SIGKILL: "killed"}
        outcome = f"{names.get(status, f'status {status}')}, {'new' if seen == trial else 'old'} run published"
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        if status not in names or (status == BUILT and seen != trial):
            self.problems.append(f"trial {trial}: {outcome}: {log.read_text(encoding='utf-8')[-2000:]}")
        if seen not in (trial, getattr(self, "published", trial)):
            self.problems.append(f"trial {trial}: {seen} is published, {self.published} was before")
        self.published = seen
        return seen

    def look(self, trial: int) -> int:
        log = self.folder / "log.look"
        if _wait(_fork(lambda: _look(self.folder), log)):
            self.problems.append(f"after trial {trial}: {log.read_text(encoding='utf-8')[-2000:]}")
            return -1
        return int((self.folder / "seen").read_text(encoding="utf-8"))

    def leftovers(self) -> list[str]:
        """Return what is in the output folder beside whole runs, after a last build without fault."""
        self.run(10**6, _build)
        out = self.folder / "out"
        known = {"analyst.duckdb", "share.duckdb", "findings.json", "settings.json", "run.json"}
        found = [path.name for path in out.iterdir() if path.name not in ("runs", "current", ".lock")]
        for run in (out / "runs").iterdir():
            found += [run.name] if {path.name for path in run.iterdir()} != known else []
        return found


def kills(trials: Trials, n: int) -> None:
    """Kill builds at random moments, from the first to past the last."""
    for trial in range(2, n + 2):
        trials.run(trial, _build, kill_after=trials.random.uniform(0, 1.1 * trials.seconds))


def full_disks(trials: Trials, n: int) -> None:
    """Refuse every write behind a random place of a file, which is what a full disk looks like from within."""
    largest = max(file.stat().st_size for file in (trials.folder / "out").glob("runs/*/*"))

    def work(config: Path, limit: int) -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return _build(config)

    for trial in range(2, n + 2):
        limit = trials.random.randrange(int(1.1 * largest))
        trials.run(trial, lambda config, limit=limit: work(config, limit))  # type: ignore[misc]


def lost_permissions(trials: Trials, n: int) -> None:
    """Refuse one call of the operating system below the output folder: the k-th, at random.

    Listing is left out: the sweep lists every run and passes over what it may not list, so that with each run that is
    published more of the trials would refuse nothing that matters.
    """
    events = {"open", "os.rename", "os.mkdir", "os.chmod", "os.remove", "os.rmdir"}
    counter = trials.folder / "calls"

    def work(config: Path, refused: int) -> int:
        n_calls = 0
        inside = str(config.parent / "out")

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal n_calls
            is_path = event in events and isinstance(arguments[0], str | os.PathLike)
            if is_path and str(arguments[0]).startswith(inside):
                n_calls += 1
                if n_calls == refused:
                    raise PermissionError(13, "Permission denied", str(arguments[0]))

        sys.addaudithook(hook)
        status = _build(config)
        counter.write_text(str(n_calls), encoding="utf-8")
        return status

    trials.run(2, lambda config: work(config, 0))
    trials.outcomes.clear()
    n_all = int(counter.read_text(encoding="utf-8"))
    for trial in range(3, n + 3):
        refused = trials.random.randint(1, n_all)
        trials.run(trial, lambda config, refused=refused: work(config, refused))  # type: ignore[misc]


def readers(trials: Trials, n: int) -> None:
    """Let readers open run after run while builds publish: whenever ``current`` changes, and now and then between."""
    stop = trials.folder / "stop"
    pointer = trials.folder / "out" / "current"

    def read(number: int) -> int:
        n_reads, seen = 0, set()
        pauses = random.Random(number)
        while not stop.exists():
            published = pointer.stat().st_ino
            seen.add(check(current_run(trials.folder / "out")))
            n_reads += 1
            # Eight readers without a pause of about a build would leave the builds hardly any processor.
            until = time.monotonic() + pauses.uniform(0.5, 3) * trials.seconds
            while time.monotonic() < until and pointer.stat().st_ino == published and not stop.exists():
                time.sleep(0.01)
        (trials.folder / f"reads.{number}").write_text(json.dumps([n_reads, len(seen)]), encoding="utf-8")
        return 0

    logs = [trials.folder / f"log.reader.{number}" for number in range(N_READERS)]
    children = [_fork(lambda number=number: read(number), log) for number, log in enumerate(logs)]  # type: ignore[misc]
    for trial in range(2, n + 2):
        trials.run(trial, _build)
    stop.touch()
    for child, log in zip(children, logs, strict=True):
        if _wait(child):
            trials.problems.append(f"a reader: {log.read_text(encoding='utf-8')[-2000:]}")
    counts = [json.loads(file.read_text(encoding="utf-8")) for file in trials.folder.glob("reads.*")]
    trials.outcomes["reads of whole runs"] = sum(n_reads for n_reads, _ in counts)
    trials.outcomes["runs seen by a reader, at most"] = max((n_seen for _, n_seen in counts), default=0)


KINDS = {"kill": kills, "disk": full_disks, "permission": lost_permissions, "readers": readers}


def main(kind: str, n: int, seed: int, folder: Path) -> dict[str, Any]:
    """Return what happened to the trials of one kind."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["FAIRNESS_KEY"] = "0" * 64
    trials = Trials(folder, seed)
    trials.outcomes = {}
    KINDS[kind](trials, n)
    outcomes = dict(sorted(trials.outcomes.items()))
    return {
        "kind": kind,
        "trials": n,
        "outcomes": outcomes,
        "leftovers": trials.leftovers(),
        "problems": trials.problems,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])), indent=2))
