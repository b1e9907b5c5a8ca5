"""Run folders of every shape: what is damaged is named and not opened, and nothing else stops because of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fairness.errors import DataError
from fairness.runs import integrity
from fairness.runs.integrity import RECORD, Depth, read_record, record_text
from fairness.runs.retention import damaged_runs, pin, pinned_ids, prunable, prune, prune_damaged, verify
from fairness.runs.store import (
    FINDINGS,
    SETTINGS,
    SHARE,
    WAREHOUSE,
    Run,
    any_run,
    current_run,
    find_run,
    list_runs,
    point_at,
    publishing,
    require_run,
    run_at,
)

FILES = (WAREHOUSE, SHARE, FINDINGS, SETTINGS)
IDS = [str(number) * 12 for number in range(3)]
BAD = IDS[1]
"""The run that is damaged: neither the latest, nor the current one."""


@pytest.fixture
def output(tmp_path: Path) -> Path:
    for run_id in IDS:
        with publishing(tmp_path / "out") as publication:
            for name in FILES:
                (publication.folder / name).write_text(f"{name} of {run_id}", encoding="utf-8")
            publication.commit(run_id, {"study": "Test", "key_fingerprint": None})
    return tmp_path / "out"


def folder(output: Path, run_id: str = BAD) -> Path:
    return output / "runs" / run_id


def write(file: Path, data: bytes) -> None:
    """Write a file that a run has made read-only."""
    file.unlink(missing_ok=True)
    file.write_bytes(data)


def record(output: Path, **changes: object) -> None:
    """Change the record, and let its checksum fit."""
    path = folder(output) / RECORD
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["checksum"]
    write(path, record_text({**document, **changes}).encode())


def empty(output: Path) -> None:
    shutil.rmtree(folder(output))
    folder(output).mkdir()


def instead(output: Path, name: str, make: Callable[[Path], object]) -> None:
    path = folder(output) / name
    path.unlink()
    make(path)


SHAPES: dict[str, Callable[[Path], object]] = {
    "an empty folder": empty,
    **{f"no {name}": lambda out, name=name: (folder(out) / name).unlink() for name in (*FILES, RECORD)},
    **{f"{name} is empty": lambda out, name=name: write(folder(out) / name, b"") for name in (*FILES, RECORD)},
    **{
        f"{name} is cut": lambda out, name=name: write(folder(out) / name, (folder(out) / name).read_bytes()[:-9])
        for name in (*FILES, RECORD)
    },
    **{
        f"{name} has another letter": lambda out, name=name: write(
            folder(out) / name, (folder(out) / name).read_bytes().replace(b"s", b"S", 1)
        )
        for name in (*FILES, RECORD)
    },
    **{f"{name} is a folder": lambda out, name=name: instead(out, name, Path.mkdir) for name in (*FILES, RECORD)},
    **{f"{name} is a pipe": lambda out, name=name: instead(out, name, os.mkfifo) for name in (*FILES, RECORD)},
    **{
        f"{name} leads nowhere": lambda out, name=name: instead(out, name, lambda path: path.symlink_to("nowhere"))
        for name in (*FILES, RECORD)
    },
    "a write-ahead log": lambda out: write(folder(out) / f"{WAREHOUSE}.wal", b"x"),
    "the record is binary": lambda out: write(folder(out) / RECORD, b"\xff\xfe\x00"),
    "the record is a list": lambda out: write(folder(out) / RECORD, b"[]"),
    "the record is nested": lambda out: write(folder(out) / RECORD, b"[" * 100_000),
    "the record of another run": lambda out: write(folder(out) / RECORD, (folder(out, IDS[0]) / RECORD).read_bytes()),
    "a record without files": lambda out: record(out, files={}),
    "a record without time": lambda out: record(out, published_at=5),
    "a record of files elsewhere": lambda out: record(
        out, files={"../x": {"bytes": 1, "modified_ns": 1, "sha256": ""}}
    ),
}


@pytest.mark.parametrize("spoil", SHAPES.values(), ids=SHAPES)
def test_a_damaged_run_is_named_and_stops_nothing(output: Path, spoil: Callable[[Path], object]) -> None:
    spoil(output)
    for opened in (lambda: find_run(output, BAD), lambda: run_at(folder(output)), lambda: point_at(output, BAD)):
        with pytest.raises(DataError, match=f"run {BAD} is damaged: ") as caught:
            opened()
        assert "fairness build" in caught.value.fix
    assert sorted(run.id for run in list_runs(output)) == IDS
    assert current_run(output).id == IDS[2]
    assert [run.id for run in damaged_runs(output)] == [BAD]
    pin(output, require_run(output, IDS[0]))
    pin(output, require_run(output, BAD))
    pin(output, require_run(output, BAD), pinned=False)
    assert pinned_ids(output) == {IDS[0]}
    assert verify(output, require_run(output, BAD)) != []
    # It takes no place of a whole run.
    assert [run.id for run in prunable(output, 2)] == []
    assert [run.id for run in prune_damaged(output)] == [BAD]
    assert sorted(run.id for run in list_runs(output)) == [IDS[0], IDS[2]]
    assert not folder(output).exists()


@pytest.mark.parametrize("spoil", SHAPES.values(), ids=SHAPES)
def test_a_damaged_run_is_built_again(output: Path, spoil: Callable[[Path], object]) -> None:
    spoil(output)
    with publishing(output) as publication:
        for name in FILES:
            (publication.folder / name).write_text("again", encoding="utf-8")
        publication.commit(BAD, {"study": "Test", "key_fingerprint": None})
    assert current_run(output).id == BAD
    assert sorted(path.name for path in (output / "runs").iterdir()) == IDS


def test_an_old_damaged_run_is_pruned_with_the_old_ones(output: Path) -> None:
    write(folder(output, IDS[0]) / FINDINGS, b"")
    assert [run.id for run in prune(output, 1)] == [BAD, IDS[0]]


FOREIGN: list[Any] = [None, True, 0, -1, "", "x", [], {}, {"x": 1}, "../x", 1e300, "9999-99-99T99:99:99"]


def values(document: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, item in document.items() if isinstance(document, dict) else ():
        yield (*place, key)
        yield from values(item, (*place, key))


def test_a_record_of_any_other_shape_is_refused_or_can_be_used(output: Path) -> None:
    path = folder(output) / RECORD
    text = path.read_text(encoding="utf-8")
    n_refused = 0
    for place in values(json.loads(text)):
        for foreign in FOREIGN:
            document = json.loads(text)
            parent = document
            for step in place[:-1]:
                parent = parent[step]
            if parent[place[-1]] == foreign:
                continue
            parent[place[-1]] = foreign
            write(path, json.dumps(document).encode())
            with pytest.raises(DataError):
                read_record(folder(output))
            document.pop("checksum", None)
            # Forged with a checksum that fits: whatever it says, runs are listed, and opened or refused in words.
            write(path, record_text(document).encode())
            assert sorted(run.id for run in list_runs(output)) == IDS
            n_refused += bool(Run(BAD, folder(output)).damages(Depth.OPENED))
    assert n_refused > 200


class TestLargeFiles:
    """Files that are too large to be hashed whenever their run is looked at."""

    @pytest.fixture(autouse=True)
    def large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(integrity, "_SMALL", 0)

    def spoil(self, output: Path, *, modified: int) -> None:
        file = folder(output) / WAREHOUSE
        time = file.stat().st_mtime_ns
        write(file, file.read_bytes().replace(b"analyst", b"ANALYST"))
        os.utime(file, ns=(time, time + modified))

    def test_another_time_makes_a_file_be_hashed(self, output: Path) -> None:
        self.spoil(output, modified=1)
        with pytest.raises(DataError, match="its hash differs"):
            find_run(output, BAD)

    def test_another_time_alone_is_no_damage(self, output: Path) -> None:
        shutil.copytree(output, output.with_name("copy"), copy_function=shutil.copyfile)
        assert [find_run(output.with_name("copy"), run_id) is not None for run_id in IDS] == [True] * 3

    def test_what_time_and_size_hide_is_found_by_a_full_check_and_kept(self, output: Path) -> None:
        file = folder(output) / WAREHOUSE
        before, time = file.read_bytes(), file.stat().st_mtime_ns
        self.spoil(output, modified=0)
        run = find_run(output, BAD)
        assert run is not None
        assert verify(output, run) == [f"{WAREHOUSE} is not the file that was published: its hash differs"]
        with pytest.raises(DataError, match="`fairness runs verify` found it damaged"):
            find_run(output, BAD)
        # Restored from a copy, it is whole again.
        write(file, before)
        os.utime(file, ns=(time, time))
        assert verify(output, run) == []
        assert find_run(output, BAD) == run

    def test_a_full_check_reads_the_bytes_again(self, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        run = find_run(output, BAD)
        assert run is not None
        read: list[str] = []
        digest = integrity._digest
        monkeypatch.setattr(integrity, "_digest", lambda file: read.append(file.name) or digest(file))
        assert run.damages(Depth.OPENED) == []
        assert read == []
        for _ in range(2):
            assert verify(output, run) == []
        assert sorted(read) == sorted(2 * FILES)


def test_small_files_are_hashed_once_while_nothing_touches_them(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    digest = integrity._digest
    monkeypatch.setattr(integrity, "_digest", lambda file: read.append(file.name) or digest(file))
    integrity._digest_of.cache_clear()
    for _ in range(3):
        current_run(output)
    assert sorted(read) == sorted(FILES)


POINTERS = {
    "nothing": b"",
    "blanks": b" \n",
    "a path": b"../../etc",
    "an absolute path": b"/etc/passwd",
    "NUL": b"\0" * 12,
    "binary": b"\xff\xfe" * 40,
    "too much": b"0" * 10_000,
    "two runs": f"{IDS[0]}\n{IDS[1]}\n".encode(),
    "no such run": b"a" * 12,
    "an option": b"--help",
}


@pytest.mark.parametrize("content", POINTERS.values(), ids=POINTERS)
def test_current_may_hold_anything(output: Path, content: bytes) -> None:
    write(output / "current", content)
    with pytest.raises(DataError, match="no published run") as caught:
        current_run(output)
    assert "fairness build" in caught.value.fix
    assert [run.id for run in prunable(output, 2)] == [IDS[0]]
    assert point_at(output, IDS[0]) is not None
    assert current_run(output).id == IDS[0]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_current_may_be_anything(output: Path, make: Callable[[Path], object]) -> None:
    (output / "current").unlink()
    make(output / "current")
    with pytest.raises(DataError, match="no published run"):
        current_run(output)
    assert len(list_runs(output)) == 3


@pytest.mark.parametrize("content", [b"../x\n", b"\xff", b"0000", b"\0"])
def test_nothing_is_pruned_by_a_damaged_list_of_pinned_runs(output: Path, content: bytes) -> None:
    write(output / "pinned", f"{IDS[0]}\n".encode() + content)
    with pytest.raises(DataError, match="the list of pinned runs is damaged"):
        prune(output, 1)
    assert len(list_runs(output)) == 3


def test_what_is_no_run_is_left_alone(output: Path) -> None:
    runs = output / "runs"
    for name in ("backup", "0" * 11, "A" * 12, "notes of mine", ".hidden"):
        (runs / name).mkdir()
    (runs / ("d" * 12)).write_text("a file", encoding="utf-8")
    assert sorted(run.id for run in list_runs(output)) == IDS
    prune(output, 1)
    prune_damaged(output)
    assert (runs / "backup").is_dir()
    assert (runs / ("d" * 12)).is_file()
    assert any_run(output, "backup") is None
    assert any_run(output, "../../etc") is None


def test_a_run_that_lies_elsewhere_is_read_and_only_its_link_removed(output: Path, tmp_path: Path) -> None:
    shutil.move(folder(output, IDS[0]), tmp_path / IDS[0])
    folder(output, IDS[0]).symlink_to(tmp_path / IDS[0])
    assert find_run(output, IDS[0]) is not None
    assert [run.id for run in prune(output, 2)] == [IDS[0]]
    assert (tmp_path / IDS[0] / FINDINGS).is_file()


def test_what_stands_in_the_way_of_the_sweep_is_removed(output: Path) -> None:
    (output / "runs" / ".build.1").write_text("a file", encoding="utf-8")
    (output / "runs" / ".old.1").symlink_to("nowhere")
    (folder(output) / ".new.1.duckdb").mkdir()
    (folder(output) / f".{RECORD}.1").write_text("half", encoding="utf-8")
    with publishing(output):
        pass
    assert [path for path in output.rglob(".*") if path.name != ".lock"] == []
