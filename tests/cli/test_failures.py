"""What the system, the engine or strange text does to a command: words and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairness.cli import commands
from fairness.cli.failures import REPORT, TRACEBACK, defect, explain
from fairness.engine.connection import ENGINE

pytestmark = pytest.mark.xdist_group("failures")

Run = Callable[..., Any]

LONG = "x" * 300
BOOK = [{"customer_id": f"c{n}", "price": 20 + n % 5, "tenure_months": 3 + 30 * (n % 2)} for n in range(40)]


@pytest.fixture(scope="module")
def built(shared_study: Any) -> Path:
    """Return the config of a study that has been built."""
    config: Path = shared_study.write(BOOK, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
    shared_study.build(config)
    return config


def in_three_parts(text: str) -> bool:
    lines = text.splitlines()
    return (
        len(lines) == 3
        and lines[0].startswith("error: ")
        and lines[1].startswith("  where: ")
        and lines[2].startswith("  fix:   ")
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("build", LONG), 2),
        (("build", "x/" * 3000), 2),
        (("runs", "-c", LONG), 2),
        (("runs", "pin", LONG), 2),
        (("diff", LONG, LONG), 1),
        (("snapshot", LONG), 1),
        (("snapshot", "--verify", LONG), 1),
        (("demo", LONG), 1),
        (("demo", "/dev/null/x"), 1),
        (("demo", "/proc/x"), 1),
        (("build", "caf\udce9"), 2),
        (("sql", "select '\udce9'"), 2),
        (("runs", "erase", "\udce9"), 2),
    ],
)
def test_arguments_that_the_system_refuses(
    call_cli: Run, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    done = call_cli(*arguments, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("error: ")
    assert len(done.err) < 600
    assert list(tmp_path.iterdir()) == []


def test_paths_of_the_config_that_the_system_refuses(study: Any, call_cli: Run) -> None:
    for sections in (
        {"study": {"output": LONG}},
        {"study": {"output": "/dev/null/x"}},
        {"source": {"path": LONG}},
        {"engine": {"temp_directory": f"/dev/null/{LONG}"}},
        {"privacy": {"pseudonyms": True, "key_file": LONG}},
    ):
        done = call_cli("build", study.write(BOOK, **sections))
        assert done.code in (0, 1, 2)
        # The engine makes its folder only when it spills.
        assert done.code == 0 or in_three_parts(done.err), done.err


def test_a_permission_that_is_missing_is_named(built: Path, call_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, **_: object) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        done = call_cli("analyze", built)
    assert done.code == 1
    assert "Permission denied" in done.err
    assert in_three_parts(done.err)


class TestNotes:
    """`--note` of a snapshot."""

    @pytest.mark.parametrize("length", [255, 256, 300, 700])
    def test_a_note_may_be_longer_than_a_file_name(
        self, built: Path, call_cli: Run, tmp_path: Path, length: int
    ) -> None:
        note = "é" * length
        done = call_cli("snapshot", built, "--to", tmp_path / "made", "--note", note)
        assert (done.code, done.out) == (0, f"{tmp_path / 'made'}\n"), done.err
        assert note in (tmp_path / "made" / "snapshot.html").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"Seen. \xe9", "the file of the note is not UTF-8 text: byte 7"),
            (b"x" * 701, "the note has 701 characters"),
            (b"x" * 5_000, "the file of the note has 5,000 bytes"),
            (b"a\0b", r"the note holds '\x00' as its character 2"),
            (b"a\x1b[2Jb", r"the note holds '\x1b' as its character 2"),
        ],
    )
    def test_a_file_that_is_no_note(
        self, built: Path, call_cli: Run, tmp_path: Path, content: bytes, what: str
    ) -> None:
        (tmp_path / "note.txt").write_bytes(content)
        done = call_cli("snapshot", built, "--to", tmp_path / "made", "--note", tmp_path / "note.txt")
        assert (done.code, done.out) == (2, "")
        assert what in done.err
        assert in_three_parts(done.err)
        assert not (tmp_path / "made").exists()

    def test_a_file_is_read_with_its_mark_and_line_ends(self, built: Path, call_cli: Run, tmp_path: Path) -> None:
        (tmp_path / "note.txt").write_bytes("\ufeffSeen,\r\nÜ. Owner\r\n".encode())
        done = call_cli("snapshot", built, "--to", tmp_path / "made", "--note", tmp_path / "note.txt")
        assert done.code == 0, done.err
        assert "Seen,\nÜ. Owner" in (tmp_path / "made" / "snapshot.html").read_text(encoding="utf-8")


class TestStreams:
    """Where stdout or stderr cannot take what is written."""

    def test_a_full_disk_behind_stdout(self, built: Path) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(
                [sys.executable, "-m", "fairness", "sql", "select 1", "-c", str(built), "-f", "csv"],
                stdout=full,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                check=False,
            )
        assert done.returncode == 1
        assert "the system reports: No space left on device" in done.stderr
        assert in_three_parts(done.stderr)

    def test_an_encoding_without_the_signs_of_the_output(self, built: Path, run_cli: Run) -> None:
        done = run_cli("sql", "select '\u2212'", "-c", built, "-f", "csv", env={"PYTHONIOENCODING": "ascii"})
        assert done.code == 1
        assert "'\\u2212' cannot be written as ascii" in done.err
        assert "set PYTHONIOENCODING=utf-8" in done.err

    @pytest.mark.parametrize("closed", [1, 2])
    def test_a_stream_that_is_closed(self, built: Path, closed: int) -> None:
        command = f'"{sys.executable}" -m fairness runs pin x -c "{built}" {closed}>&-'
        done = subprocess.run(["sh", "-c", command], capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "" if closed == 2 else in_three_parts(done.stderr)


def test_ctrl_c_in_a_query_is_an_interrupt(built: Path, call_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("fairness.engine.query.run_query", interrupted)
    done = call_cli("sql", "select 1", "-c", built)
    assert (done.code, done.out, done.err) == (130, "", "interrupted\n")


class TestDefects:
    """Errors of this software."""

    @pytest.fixture
    def broken(self, built: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
        def fail(*_: object) -> None:
            {"Mrs 'Jones'": 1}["Mrs 'Smith'"]

        monkeypatch.setattr("fairness.engine.query.run_query", fail)
        monkeypatch.setattr(sys, "argv", ["fairness", "sql", "select 1", "-c", str(built)])
        return ()

    @pytest.mark.usefixtures("broken")
    def test_a_defect_asks_for_a_report_and_shows_no_value(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(TRACEBACK, raising=False)
        with pytest.raises(SystemExit) as stop:
            commands.main()
        assert stop.value.code == 1
        said = capsys.readouterr().err
        assert in_three_parts(said)
        assert said.startswith("error: the software failed: KeyError")
        assert "fairness/cli/commands.py, line " in said
        assert REPORT in said
        assert "Smith" not in said

    @pytest.mark.usefixtures("broken")
    def test_a_defect_shows_its_traceback_when_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(TRACEBACK, "1")
        with pytest.raises(KeyError):
            commands.main()


EXPLAINED: list[tuple[BaseException, str, str]] = [
    (OSError(errno.ENOSPC, "No space left on device", "a"), "No space left on device", "free disk space"),
    (OSError(errno.EIO, "Input/output error"), "Input/output error", "check it"),
    (OSError("no number"), "no number", "check the path"),
    (FileNotFoundError(errno.ENOENT, "No such file or directory", b"caf\xe9"), "No such file", "check the path"),
    (UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "x"), "a text is not utf-8: byte 1", "save the text as UTF-8"),
    (UnicodeEncodeError("ascii", "é", 0, 1, "x"), "'\\xe9' cannot be written as ascii", "PYTHONIOENCODING"),
    (UnicodeError("label too long"), "label too long", "UTF-8"),
    (RecursionError("maximum"), "nested too deeply", "fewer brackets"),
    (MemoryError(), "memory is exhausted", "engine.memory_limit"),
    (ValueError("embedded null byte"), "character NUL", "another path"),
    (ENGINE.no_memory("Out of Memory Error: x"), "the engine reports: Out of Memory", "engine.memory_limit"),
    (ENGINE.no_access("IO Error: Could not read 'a'"), "the engine reports: IO Error", "fairness runs verify"),
    (ENGINE.error("Could not convert 'Jones'"), "Could not convert '...'", "please report it"),
]


@pytest.mark.parametrize(("error", "what", "fix"), EXPLAINED, ids=[repr(error)[:40] for error, *_ in EXPLAINED])
def test_an_error_without_words_of_its_own_gets_them(error: BaseException, what: str, fix: str) -> None:
    explained = explain(error)
    assert explained is not None
    assert what in explained.what
    assert explained.where
    assert fix in explained.fix


def test_what_nothing_explains_is_a_defect() -> None:
    for error in (KeyError("x"), ValueError("y"), AssertionError(), RuntimeError("z\nw")):
        assert explain(error) is None
        assert defect(error).fix == REPORT


def test_a_folder_whose_name_is_not_utf_8(built: Path, run_cli: Run, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    shutil.copytree(os.fsencode(built.parent), folder)
    done = run_cli("analyze", cwd=Path(os.fsdecode(folder)))
    assert (done.code, done.out) == (2, "")
    assert "the path of the config file is not UTF-8" in done.err
