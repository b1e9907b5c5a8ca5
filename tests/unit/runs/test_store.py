"""Run directories: one writer, whole runs, retention."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairness.errors import DataError
from fairness.runs.lock import locked
from fairness.runs.retention import pin, pinned_ids, prune
from fairness.runs.store import (
    FINDINGS,
    SETTINGS,
    SHARE,
    WAREHOUSE,
    current_run,
    find_run,
    list_runs,
    point_at,
    publishing,
    require_run,
)


def publish(
    output: Path, run_id: str, *, more: tuple[str, ...] = (), fault: Callable[[], object] = lambda: None
) -> None:
    with publishing(output) as publication:
        for name in (WAREHOUSE, SHARE, FINDINGS, SETTINGS, *more):
            (publication.folder / name).write_text(run_id, encoding="utf-8")
        fault()
        publication.commit(run_id, {"study": "Test", "key_fingerprint": None})


@pytest.fixture
def output(tmp_path: Path) -> Path:
    for number in range(5):
        publish(tmp_path / "out", str(number) * 12)
    return tmp_path / "out"


def ids(output: Path) -> list[str]:
    return [run.id for run in list_runs(output)]


class TestPublishing:
    def test_the_last_is_current_and_files_are_read_only(self, output: Path) -> None:
        run = current_run(output)
        assert run.id == "444444444444"
        assert {path.name: path.stat().st_mode & 0o777 for path in run.folder.iterdir()} == dict.fromkeys(
            (WAREHOUSE, SHARE, FINDINGS, SETTINGS, "run.json"), 0o444
        )
        assert ids(output) == ["444444444444", "333333333333", "222222222222", "111111111111", "000000000000"]

    def test_a_build_that_fails_leaves_nothing(self, output: Path) -> None:
        with pytest.raises(ZeroDivisionError):
            publish(output, "555555555555", fault=lambda: 1 // 0)
        assert sorted(path.name for path in (output / "runs").iterdir()) == [str(number) * 12 for number in range(5)]

    def test_the_next_build_sweeps_what_a_killed_one_has_left(self, output: Path) -> None:
        for folder in ("runs/.build.1", "runs/.old.1"):
            (output / folder).mkdir()
            (output / folder / WAREHOUSE).write_text("half", encoding="utf-8")
        for file in (".current.1", ".pinned.1", "runs/000000000000/.new.1.duckdb"):
            (output / file).write_text("half", encoding="utf-8")
        publish(output, "555555555555")
        hidden = [path for path in output.rglob(".*") if path.name != ".lock"]
        assert hidden == []

    def test_an_open_write_ahead_log_is_not_published(self, output: Path) -> None:
        with pytest.raises(DataError, match="was not closed"):
            publish(output, "555555555555", more=(f"{WAREHOUSE}.wal",))
        assert current_run(output).id == "444444444444"

    def test_part_of_a_run_is_damaged_and_is_built_again(self, output: Path) -> None:
        (output / "runs" / ("4" * 12) / SHARE).unlink()
        for opened in (lambda: find_run(output, "4" * 12), lambda: current_run(output)):
            with pytest.raises(DataError, match=r"run 444444444444 is damaged: share\.duckdb is missing"):
                opened()
        publish(output, "444444444444")
        assert current_run(output).id == "444444444444"

    def test_a_known_run_is_pointed_at(self, output: Path) -> None:
        assert point_at(output, "999999999999") is None
        run = point_at(output, "111111111111")
        assert run is not None
        assert current_run(output).id == "111111111111"

    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("a file", encoding="utf-8")
        with pytest.raises(DataError, match="the output folder cannot be written"), publishing(tmp_path / "out"):
            pass


HOLD = """
import sys, time
from pathlib import Path
from fairness.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(output: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(output)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
        child.kill()


class TestLock:
    def test_one_builder_at_a_time_and_readers_go_on(self, output: Path, holder: subprocess.Popen[str]) -> None:
        with pytest.raises(DataError, match=rf"another build is at work in this folder \(process {holder.pid}\)"):
            publish(output, "555555555555")
        assert current_run(output).id == "444444444444"
        assert point_at(output, "444444444444") is not None
        for change in (
            lambda: prune(output, 1),
            lambda: pin(output, current_run(output)),
            lambda: point_at(output, "111111111111"),
        ):
            with pytest.raises(DataError, match="another build"):
                change()

    def test_the_lock_dies_with_its_process(self, output: Path, holder: subprocess.Popen[str]) -> None:
        holder.kill()
        holder.wait()
        with locked(output):
            assert (output / ".lock").read_text(encoding="ascii") == f"{os.getpid()}\n"


class TestRetention:
    def test_the_latest_the_pinned_and_the_current_stay(self, output: Path) -> None:
        point_at(output, "000000000000")
        pin(output, require_run(output, "1"))
        assert [run.id for run in prune(output, 1)] == ["333333333333", "222222222222"]
        assert ids(output) == ["444444444444", "111111111111", "000000000000"]
        assert current_run(output).id == "000000000000"

    def test_what_is_not_pinned_any_more_goes(self, output: Path) -> None:
        run = require_run(output, "111111111111")
        pin(output, run)
        assert pinned_ids(output) == {"111111111111"}
        pin(output, run, pinned=False)
        assert pinned_ids(output) == frozenset()
        prune(output, 2)
        assert ids(output) == ["444444444444", "333333333333"]

    def test_a_run_is_named_by_the_beginning_of_its_id(self, output: Path) -> None:
        publish(output, "444444444445")
        assert require_run(output, "444444444445").id == "444444444445"
        with pytest.raises(DataError, match="several runs begin with '44'"):
            require_run(output, "44")
        with pytest.raises(DataError, match="there is no run '9'"):
            require_run(output, "9")

    def test_the_record_says_when(self, output: Path) -> None:
        record = json.loads((output / "runs" / "000000000000" / "run.json").read_text(encoding="utf-8"))
        assert record["id"] == "000000000000"
        assert record["published_at"] <= require_run(output, "111111111111").record()["published_at"]
