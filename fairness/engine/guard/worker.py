"""The worker's side of guarded SQL: open the file, give up every right, and only then look at the query.

The order matters. The file is opened and everything that Python or the engine will load is loaded first; then the
engine is locked, and the process loses its user rights, the right to open any file or socket, and the right to start
any process. Only then is the query parsed. It answers with one JSON object on stdout.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from typing import Any

import duckdb

from fairness.engine.guard.check import LIST_FIX, Catalog, Refused, check_guarded, read_catalog
from fairness.engine.guard.wire import Budget, encode

_NOBODY = 65534
_BATCH = 100
_MAX_NAME = 1000
_REBUILD = "run `fairness build` again"
_EVERY_TYPE = """
    select timestamptz '2025-12-01 12:00:00+00', timetz '12:00:00+00', timestamp '2025-12-01', date '2025-12-01',
        time '12:00', interval 1 day, '00000000-0000-0000-0000-000000000001'::uuid, 1.5::decimal(9, 2),
        '1'::blob, [1], {'a': 1}, map {'a': 1}, 1::hugeint, null
"""


def main() -> None:
    """Answer the request on stdin."""
    request = json.load(sys.stdin.buffer)
    limits = request["limits"]
    _bound_resources(limits)
    try:
        con = duckdb.connect(request["path"], read_only=True)
    except duckdb.Error as error:
        _send({"failed": f"the published file cannot be opened: {_first_line(error)}", "fix": _REBUILD})
        return
    catalog = lock_engine(con, limits)
    # A timer is a thread, which the process may no longer start once it has given up its rights.
    watchdog = threading.Timer(limits["seconds"], con.interrupt)
    watchdog.daemon = True
    watchdog.start()
    keeps_rights = not give_up_rights()
    answer = _answer(con, request["query"], catalog, limits)
    _send({**answer, "keeps_rights": keeps_rights})
    # Nothing that the query left behind is worth tidying up, and tidying could take a long time.
    os._exit(0)


def _send(answer: dict[str, Any]) -> None:
    json.dump(answer, sys.stdout)
    sys.stdout.flush()


def _bound_resources(limits: dict[str, Any]) -> None:
    for name, wanted in (
        (resource.RLIMIT_AS, limits["address_space"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        most = resource.getrlimit(name)[1]
        bound = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(name, (bound, bound))


def lock_engine(con: duckdb.DuckDBPyConnection, limits: dict[str, Any]) -> Catalog:
    """Close the engine to files, network and further settings, in this order; return the names of the tables."""
    known = {row[0] for row in con.execute("select lower(name) from duckdb_settings()").fetchall()}
    for name, value in _engine_settings(limits):
        if name in known:
            con.execute(f"set {name} = {value}")
    # Conversions load modules when they first meet a type; later they could not.
    con.execute(_EVERY_TYPE).fetchall()
    return read_catalog(con)


def _engine_settings(limits: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the settings in the order in which they must be made; ``max_execution_time`` exists since 2.0 only."""
    return [
        ("memory_limit", f"'{limits['memory_bytes']}B'"),
        ("threads", str(limits["threads"])),
        ("temp_directory", "''"),
        ("max_execution_time", str(int(limits["seconds"] * 1000))),
        ("timezone", "'UTC'"),
        ("enable_progress_bar", "false"),
        ("autoinstall_known_extensions", "false"),
        ("autoload_known_extensions", "false"),
        ("allow_community_extensions", "false"),
        ("python_enable_replacements", "false"),
        ("enable_external_access", "false"),
        # Without this, the opened file itself stays readable as a file, and writable.
        ("disabled_filesystems", "'LocalFileSystem'"),
        ("lock_configuration", "true"),
    ]


def give_up_rights() -> bool:
    """Become an ordinary user, and give up opening files and starting processes; return whether it is not root."""
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        except OSError:  # such as a container that maps no other user
            pass
    # Open descriptors keep working; there can be no new ones, whatever for.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    return os.geteuid() != 0


def _answer(con: duckdb.DuckDBPyConnection, query: str, catalog: Catalog, limits: dict[str, Any]) -> dict[str, Any]:
    try:
        return _fetch(con.execute(check_guarded(con, query, catalog)), limits)
    except Refused as refused:
        return {"failed": refused.what, "fix": refused.fix}
    except duckdb.InterruptException:
        return {"failed": f"the query took longer than {limits['seconds']:g} s and was stopped", "fix": ""}
    except (duckdb.OutOfMemoryException, MemoryError):
        gigabytes = limits["memory_bytes"] / 2**30
        return {"failed": f"the query needs more memory than the {gigabytes:g} GB it may use", "fix": ""}
    except (duckdb.Error, RecursionError, ValueError) as error:
        return {"failed": _first_line(error), "fix": LIST_FIX}


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:_MAX_NAME] if lines else type(error).__name__


def _fetch(result: duckdb.DuckDBPyConnection, limits: dict[str, Any]) -> dict[str, Any]:
    """Return the head of a result within the limits on rows, columns, cells and bytes."""
    described = list(result.description or ())
    shown = described[: limits["columns"]]
    rows: list[list[Any]] = []
    size = cells = 0
    full = False
    while not full and (batch := result.fetchmany(_BATCH)):
        for values in batch:
            budgets = [Budget(limits["cell"]) for _ in shown]
            row = [encode(value, budget) for value, budget in zip(values, budgets, strict=False)]
            size += len(json.dumps(row))
            full = len(rows) == limits["rows"] or size > limits["result_bytes"]
            if full:
                break
            rows.append(row)
            cells += sum(budget.is_cut for budget in budgets)
    return {
        "columns": [str(column[0])[:_MAX_NAME] for column in shown],
        "types": [str(column[1])[:_MAX_NAME] for column in shown],
        "rows": rows,
        "cut": {"rows": full, "columns": len(described) - len(shown), "cells": cells},
    }


if __name__ == "__main__":
    main()
