"""Headers of SQL files: what is read from them, and what they are refused for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fairness.engine import models
from fairness.engine.headers import Header, comment_statements, read_model, read_options, read_tables, texts

ROOT = Path(__file__).parents[3]
MODEL = """\
-- Grain:   one row per customer and
--          month.
-- Reads:   stg_book, params,
--          int_customer
-- Columns: customer_id, month: as in ledger
--          share: Of the money: a fraction, in a text
--            that goes on
-- Why:     to be tested.
-- Options: line by line

create or replace view mart as
select 1 as a;
"""


def model(folder: Path, text: str) -> Path:
    path = folder / "10_mart.sql"
    path.write_text(text, encoding="utf-8")
    return path


def table(name: str, **columns: str) -> Header:
    return Header(name, "table", "one row", (), columns, "", frozenset())


def test_every_part_is_read(tmp_path: Path) -> None:
    assert read_model(model(tmp_path, MODEL)) == Header(
        name="mart",
        kind="view",
        grain="one row per customer and month",
        reads=("stg_book", "params", "int_customer"),
        columns={
            "customer_id": "as in ledger",
            "month": "as in ledger",
            "share": "Of the money: a fraction, in a text that goes on",
        },
        why="to be tested.",
        options=frozenset({"line by line"}),
    )
    assert read_options(tmp_path / "10_mart.sql") == {"line by line"}


def test_running_text_is_a_step_on_the_way(tmp_path: Path) -> None:
    text = MODEL.replace("customer_id, month: as in ledger", "the key; n_rows = how many, with")
    text = text.replace("--          share: Of the money: a fraction, in a text\n--            that goes on\n", "")
    step = read_model(model(tmp_path, text))
    assert not step.is_published
    assert step.comment == "Internal: one row per customer and month"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("share: Of", "share, of"), "names none: share, of the money"),
        (("create or replace view", "create view"), "make exactly one table or view"),
        (("-- Grain:", "\n-- Grain:"), "begin with a header"),
    ],
)
def test_a_broken_header_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_model(model(tmp_path, MODEL.replace(*change).replace("of Of", "of")))


def test_tables_that_no_model_makes(tmp_path: Path) -> None:
    path = tmp_path / "tables.sql"
    path.write_text(
        "-- What this is.\n\n-- Table:   one\n-- Grain:   one row.\n-- Columns: a: It's A\n\n"
        "-- View:    two\n-- Grain:   rows of it.\n",
        encoding="utf-8",
    )
    one, two = read_tables(path)
    assert (one.name, one.kind, one.columns, one.comment) == ("one", "table", {"a": "It's A"}, "One row")
    assert (two.name, two.kind, two.columns, two.comment) == ("two", "view", {}, "Internal: rows of it")
    assert list(comment_statements([one, two], [])) == [
        "comment on table \"one\" is 'One row'",
        "comment on column \"one\".\"a\" is 'It''s A'",
        "comment on view \"two\" is 'Internal: rows of it'",
    ]


def test_a_text_is_found_over_several_tables() -> None:
    known = [table("one", a="Number of it"), table("two", a="as in one")]
    assert texts([table("two", a="as in two")], known) == {"two": {"a": "Number of it"}}


@pytest.mark.parametrize("known", [[], [table("one", b="Other")], [table("one", a="as in one")]])
def test_a_pointer_that_leads_nowhere_is_refused(known: list[Header]) -> None:
    with pytest.raises(ValueError, match="the column a is said to be as in one"):
        texts([table("two", a="as in one")], known)


def test_no_text_of_a_column_stands_twice() -> None:
    said = [
        (name, text)
        for header in models.analyst_tables()
        for name, text in header.columns.items()
        if not text.startswith("as in ")
    ]
    assert len(said) > 100
    assert sorted({entry for entry in said if said.count(entry) > 1}) == []


def test_what_is_made_from_headers_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "models.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
