"""The parent's side of guarded SQL: start a worker, wait a bounded time, read a bounded answer.

The worker is a separate process, because nothing inside a process can stop one long computation in the engine, and
because a process can give up rights for good: see :mod:`fairness.engine.guard.worker`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fairness.engine.guard.check import sql_error
from fairness.engine.guard.wire import decode
from fairness.engine.result_columns import distinct_names
from fairness.errors import DataError, FairnessError, SqlError

_GRACE_SECONDS = 5.0
"""What a worker may take on top of the query's time, to start and to stop by itself."""
_ENVELOPE = 1 << 23
"""Bytes that names and types of columns may take besides the rows."""
_PATH = re.compile(r"(?<![\w/])/(?:[^\s/'\"]+/)+[^\s'\",;)]*")
_ENDED_BY_LIMITS = ("SIGXCPU", "SIGKILL", "SIGABRT", "SIGSEGV", "SIGBUS")
_SMALLER = "aggregate first, join less, or narrow it with WHERE; `fairness sql` without --guard has no such bound"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one guarded query may take.

    Attributes:
        seconds: Run time of the query; the process is ended 5 s later.
        cpu_seconds: Processor time of the process, all threads together.
        memory_bytes: Memory of the engine.
        address_space: Memory of the process in bytes, including what the engine takes beyond its own limit.
        threads: Threads of the engine.
        query_length: Characters of the query.
        rows: Rows returned.
        columns: Columns returned.
        cell: Characters, bytes or entries of one cell.
        result_bytes: Size of all rows as sent.
    """

    seconds: float = 10.0
    cpu_seconds: int = 40
    memory_bytes: int = 2 << 30
    address_space: int = 4 << 30
    threads: int = 2
    query_length: int = 1_000_000
    rows: int = 10_000
    columns: int = 256
    cell: int = 32_767
    result_bytes: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Cut:
    """What a result lacks because of the limits.

    Attributes:
        rows: Whether there were more rows than returned.
        columns: Columns left out at the right.
        cells: Cells returned in part.
    """

    rows: bool = False
    columns: int = 0
    cells: int = 0


@dataclass(frozen=True, slots=True)
class GuardedResult:
    """The answer to a guarded query.

    Attributes:
        columns: Names, each once.
        types: Types of the columns, as the engine names them.
        rows: One tuple per row; decimals, dates and the rest as Python types.
        cut: What the limits left out; say it wherever the rows are shown.
        keeps_rights: Whether the worker ran as root because it could not become an ordinary user: warn then.
    """

    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    cut: Cut
    keeps_rights: bool


def run_guarded(path: Path, query: str, limits: Limits | None = None) -> GuardedResult:
    """Run one query on a published file in a process that can do nothing else.

    Args:
        path: The DuckDB file.
        query: SQL of any origin.
        limits: What it may take; the defaults suit an interactive query.

    Raises:
        SqlError: The query is refused, wrong, too long or too large; or it ended the worker.
        DataError: The file is missing, or it was changed while the query ran.
        FairnessError: This system cannot limit a process.

    Example:
        >>> run_guarded(Path("out/runs/0123456789ab/analyst.duckdb"), "from params").rows  # doctest: +SKIP
    """
    if sys.platform != "linux":
        raise FairnessError("guarded SQL needs Linux", where=sys.platform, fix="run the query without --guard")
    limits = limits or Limits()
    if not path.is_file():
        raise DataError("the published file is missing", where=path.name, fix="run `fairness build` again")
    if len(query) > limits.query_length:
        raise sql_error(query, f"the query has more than {limits.query_length:,} characters", "shorten it")
    before = _state(path)
    answer, code = _call_worker(path, query, limits)
    if _state(path) != before:
        raise DataError(
            "the published file changed while the query ran", where=path.name, fix="run `fairness build` again"
        )
    return _result(query, path, limits, answer, code)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _call_worker(path: Path, query: str, limits: Limits) -> tuple[bytes, int]:
    """Return what a worker wrote, bounded, and its exit code."""
    request = {"path": str(path.resolve()), "query": query, "limits": asdict(limits)}
    with tempfile.TemporaryFile() as letter, tempfile.TemporaryDirectory() as empty:
        # A file, not a pipe: nothing can block while it is being written.
        letter.write(json.dumps(request).encode("ascii"))
        letter.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-B", "-m", "fairness.engine.guard.worker"],
            stdin=letter,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=empty,
            env=_environment(),
            start_new_session=True,
        )
        timer = threading.Timer(limits.seconds + _GRACE_SECONDS, _end, [process])
        timer.start()
        try:
            assert process.stdout is not None
            bound = limits.result_bytes + _ENVELOPE
            answer = process.stdout.read(bound + 1)
            if len(answer) > bound:
                _end(process)
                answer = b""
            return answer, process.wait()
        finally:
            timer.cancel()
            _end(process)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _environment() -> dict[str, str]:
    """Return everything that a worker learns about its surroundings: where programs and modules are."""
    own = Path(__file__).resolve().parents[3]
    modules = os.pathsep.join([str(own), *(str(Path(entry).resolve()) for entry in sys.path if entry)])
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": modules, "LC_ALL": "C.UTF-8"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a worker and everything that it may have started; harmless when it is gone."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _result(query: str, path: Path, limits: Limits, answer: bytes, code: int) -> GuardedResult:
    try:
        found = json.loads(answer)
        failed, fix = found.get("failed"), str(found.get("fix"))
        if failed is None:
            return GuardedResult(
                columns=distinct_names([str(name) for name in found["columns"]]),
                types=list(map(str, found["types"])),
                rows=[tuple(map(decode, row)) for row in found["rows"]],
                cut=Cut(**found["cut"]),
                keeps_rights=bool(found["keeps_rights"]),
            )
    # A worker that has been taken over may send anything.
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise _died(query, limits, code) from None
    raise sql_error(query, _clean(str(failed), query, path), fix or _SMALLER)


def _died(query: str, limits: Limits, code: int) -> SqlError:
    if code < 0 and signal.Signals(-code).name in _ENDED_BY_LIMITS:
        what = f"the query was ended: it took more than {limits.seconds:g} s or more memory than it may"
        return sql_error(query, what, _SMALLER)
    what = f"the process of the query ended with code {code} and without an answer"
    return sql_error(query, what, "run `fairness sql` without --guard; if that works, please report it")


def _clean(message: str, query: str, path: Path) -> str:
    """Return a message without paths on this machine; those that the query itself names may stay."""
    text = message.replace(str(path.resolve()), path.name).replace(str(path), path.name)
    return _PATH.sub(lambda found: found[0] if found[0] in query else "(a path)", text)
