"""Rejected rows are the same, with the same numbers, whether few records of a file are read again or all of them.

Most tests read the files and run the models of rows only, which is all that rejected rows come from; two build a study.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.engine.connection import building, looking
from fairness.engine.models import model_files
from fairness.intake import quarantine
from fairness.intake.excerpt import Excerpt, excerpt
from fairness.intake.input_files import find_inputs, fingerprints, plain_copies
from fairness.intake.params import write_settings
from fairness.intake.stage import stage
from tests.conftest import StudyRunner
from tests.oracle.worlds import world, write_world

QUICK = {"bootstrap_replicates": 0, "permutation_replicates": 99}
HEAD = "customer_id,product_id,price,tenure_months,note\n"
GOOD = "".join(f"c{n},mobile,{10 + n % 3},{3 if n < 12 else 30},\n" for n in range(24))
Listed = list[tuple[Any, ...]]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Excerpt | None]:
    """Return what every call of ``excerpt`` yields from now on."""
    seen: list[Excerpt | None] = []

    @contextmanager
    def watched(*args: Any, **options: Any) -> Iterator[Excerpt | None]:
        with excerpt(*args, **options) as found:
            seen.append(found)
            yield found

    monkeypatch.setattr(quarantine, "excerpt", watched)
    return seen


@contextmanager
def nothing(*args: Any, **options: Any) -> Iterator[None]:
    del args, options
    yield None


def listed(config: Path) -> Listed:
    """Return the rejected rows of a study that is built."""
    run = build(load_config(config))
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        return con.execute("from quarantine order by all").fetchall()


def read(config: Path) -> Listed:
    """Return the rejected rows of a study of which only the rows are read."""
    study, folder = load_config(config), config.parent / "read"
    folder.mkdir()
    with looking() as con:
        inputs = find_inputs(con, study)
    with building(folder / "rows.duckdb", study) as con, plain_copies(con, inputs, folder) as plain:
        staged = stage(con, study, plain, fingerprints(plain))
        write_settings(con, study, staged)
        for path in model_files():
            if path.parent.name == "1_rows":
                con.execute(path.read_text(encoding="utf-8"))
        quarantine.write_quarantine(con, staged)
        return con.execute("from quarantine order by all").fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 206))
def test_worlds_list_the_same_rows(
    seed: int, tmp_path: Path, taken: list[Excerpt | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = tmp_path / "few", tmp_path / "all"
    for folder in folders:
        folder.mkdir()
    few, everything = (write_world(world(seed), folder) for folder in folders)
    found = read(few)
    assert any(taken), "no file of this world was read by an excerpt"
    monkeypatch.setattr(quarantine, "excerpt", nothing)
    assert found
    assert found == read(everything)


def test_a_build_lists_what_is_read(tmp_path: Path) -> None:
    config = write_world(world(200), tmp_path)
    found = read(config)
    assert found
    assert found == listed(config)


BAD = {
    "plain": ("b1,mobile,free,3,\n", True),
    "spaces around the id": ("  b1 ,mobile,free,3,\n", True),
    "a quoted id": ('"b1",mobile,free,3,\n', True),
    "a quoted delimiter": ('b1,mobile,free,3,"a, b"\n', True),
    "no id": (",mobile,free,3,\n", True),
    "a word for no id": ("N/A,mobile,free,3,\n", True),
    "an id of spaces": ("  ,mobile,free,3,\n", True),
    "a good row of the same id": ("c3,television,free,3,\n", True),
    "an unreadable row before it": ("c99\nb1,mobile,free,3,\n", True),
    "an unreadable row of the same id": ("b1,x\nb1,mobile,free,3,\n", True),
    "a line break in a field": ('c98,mobile,10,3,"a\nb"\nb1,mobile,free,3,\n', False),
    "a carriage return in a field": ('c98,mobile,10,3,"a\rb"\nb1,mobile,free,3,\n', False),
    "a blank line": ("\nb1,mobile,free,3,\n", False),
    "contradicting rows": ("c5,mobile,99,3,\n", True),
    "a quote out of place before it": ('c97,"mobile"x",10,3,\nb1,mobile,free,3,\n', True),
    "a quote out of place and a line break in a field": (
        'c97,"mobile"x",10,3,\nc98,mobile,10,3,"a\nb"\nb1,mobile,free,3,\n',
        False,
    ),
    "another space around the id": ("\u00a0b1,mobile,free,3,\n", True),
}


@pytest.mark.slow
@pytest.mark.parametrize("last", [GOOD, "b2,mobile,free,3,"], ids=["line break at the end", "none at the end"])
@pytest.mark.parametrize(("bad", "is_few"), BAD.values(), ids=BAD)
def test_a_row_has_its_number(
    *, bad: str, is_few: bool, last: str, tmp_path: Path, taken: list[Excerpt | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + GOOD.replace("c", "d") + bad + last
    for name in ("few", "all"):
        (tmp_path / name).mkdir()
    few = read(StudyRunner(tmp_path / "few").write(text, inference=QUICK))
    assert [bool(found) for found in taken] == [is_few]
    monkeypatch.setattr(quarantine, "excerpt", nothing)
    assert few == read(StudyRunner(tmp_path / "all").write(text, inference=QUICK))
    reasons = {row[3] for row in few}
    assert reasons & {"AMOUNT_UNPARSED", "DUP_BOOK_ROW"}


@pytest.mark.parametrize("last", ["", "\n"], ids=["no line break at the end", "line break at the end"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_numbers_are_lines_and_nothing_is_left(
    ends: str, last: str, tmp_path: Path, taken: list[Excerpt | None]
) -> None:
    rows = "\n".join(f"c{n},mobile,{'free' if n in (40, 7000) else 10},30," for n in range(7_001))
    text = f"\ufeff{HEAD}{rows}{last}".replace("\n", ends).encode("utf-8")
    found = listed(StudyRunner(tmp_path).write(text, inference=QUICK))
    assert [(row[2], row[3]) for row in found] == [(42, "AMOUNT_UNPARSED"), (7002, "AMOUNT_UNPARSED")]
    assert [found.numbers for found in taken if found] == [(42, 7002)]
    assert list(tmp_path.rglob("excerpt*")) == []


@pytest.mark.slow
def test_a_compressed_file_in_another_encoding_is_no_exception(tmp_path: Path, taken: list[Excerpt | None]) -> None:
    packed = gzip.compress((HEAD + GOOD + "b1,mobile,frée,3,\n").encode("utf-16"))
    config = StudyRunner(tmp_path).write(packed, file="book.csv.gz", source={"encoding": "utf-16"}, inference=QUICK)
    assert [(row[2], row[3]) for row in listed(config)] == [(26, "AMOUNT_UNPARSED")]
    assert [found.numbers for found in taken if found] == [(26,)]
    assert [*tmp_path.rglob("plain-*"), *tmp_path.rglob("excerpt-*")] == []


@pytest.mark.slow
def test_an_excerpt_that_misses_a_row_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reason, staging knows how many rows of each reason there are."""

    @contextmanager
    def short(*args: Any, **options: Any) -> Iterator[Excerpt | None]:
        options["values"] = sorted(options["values"])[1:]
        with excerpt(*args, **options) as found:
            yield found

    monkeypatch.setattr(quarantine, "excerpt", short)
    text = HEAD + GOOD + "b1,mobile,free,3,\nb2,mobile,free,3,\n"
    found = listed(StudyRunner(tmp_path).write(text, inference=QUICK))
    assert [row[2] for row in found] == [26, 27]
