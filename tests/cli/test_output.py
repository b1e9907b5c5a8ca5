"""What a reader at a terminal is shown: cells without an answer, wide rows, the place of a mistake in the config."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fairness
from fairness.cli.output import print_rows
from fairness.errors import DataError

pytestmark = pytest.mark.xdist_group("output")

CliOutput = Callable[..., Any]
Rows = list[dict[str, object]]


def book() -> Rows:
    """Return a plan that can be compared, one with two tenured customers and one without any offer."""
    rows: Rows = []
    for plan, n_tenured, offer in (("fibre", 30, 100), ("tiny", 2, 100), ("copper", 12, None)):
        rows += [
            {"product_id": plan, "price": 110 + n % 3, "tenure_months": 60, "offer_price": offer and offer + n % 12}
            for n in range(n_tenured)
        ]
    return rows


@pytest.fixture(scope="module")
def config(shared_study: Any) -> Path:
    path: Path = shared_study.write(book(), lenses={"by": ["product_id"]}, inference={"bootstrap_replicates": 0})
    shared_study.build(path)
    return path


def test_cells_without_an_answer_are_named(config: Path, call_cli: CliOutput) -> None:
    said = call_cli("analyze", config).out
    block = said.partition("Without an answer (")[2]
    named = {line.split()[0] for line in block.splitlines()[1:] if line.startswith(("tiny", "copper", "fibre"))}
    assert {"tiny", "copper"} <= named


def test_customers_that_cannot_be_assessed_are_counted_with_their_money(
    config: Path, call_cli: CliOutput, shared_study: Any
) -> None:
    said = call_cli("analyze", config).out
    rows = [line for line in said.splitlines() if line.startswith("copper")]
    # Twelve prices of 110, 111, 112 in turn, by the month.
    assert rows
    assert all("0 of 12" in row and "£15,984 a year not compared" in row for row in rows)
    found = shared_study.query(
        "select n_tenured, support_share, n_not_compared, cast(money_not_compared as integer) from findings "
        "where estimand = 'offer_gap' and level = 'cell' and scope like '%copper%'"
    )
    assert found == [(0, 0.0, 12, 15_984)]


def test_a_raw_gap_without_new_customers_compares_nobody(config: Path, shared_study: Any) -> None:
    found = (
        "select n_tenured, support_share, n_not_compared from findings where estimand = 'raw_gap' and level = 'pooled'"
    )
    assert set(shared_study.query(found)) == {(0, 0.0, 44)}


@pytest.mark.slow
def test_a_scope_without_tenured_customers_has_no_share(study: Any) -> None:
    document = study([{"price": 10, "tenure_months": 3, "offer_price": 9}])
    assert (document["headline"]["support_share"], document["headline"]["n_not_compared"]) == (None, 0)


def test_version(call_cli: CliOutput) -> None:
    done = call_cli("--version")
    assert (done.code, done.out, done.err) == (0, f"fairness {fairness.__version__}\n", "")


def test_a_wide_row_is_shown_column_by_column(config: Path, call_cli: CliOutput) -> None:
    wide = call_cli("sql", "from findings limit 2", "--config", config).out.splitlines()
    assert [line for line in wide if line.startswith("-- record")] == [wide[0], wide[len(wide) // 2]]
    assert ["estimand", "offer_gap"] in [line.split() for line in wide]
    narrow = call_cli("sql", "select estimand, level from findings limit 1", "--config", config).out.splitlines()
    assert [line.split() for line in narrow] == [["estimand", "level"], ["offer_gap", "pooled"]]


def test_no_rows_are_no_records(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([f"column_{n}" for n in range(60)], [], "table")
    assert "record" not in capsys.readouterr().out


def test_columns_of_one_name_keep_their_values(config: Path, call_cli: CliOutput) -> None:
    done = call_cli("sql", "select 1 as a, 2 as a, 3 as a_2, 4 as a", "--config", config, "--format", "json")
    assert json.loads(done.out) == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}]


@pytest.mark.parametrize(
    ("options", "line", "key"),
    [
        ({"columns": {"price": "prise"}}, '"price" =', "source[1].columns.price"),
        ({"columns": {"price": "price +"}}, '"price" =', "source[1].columns.price"),
        ({"columns": {"price": "sum(price)"}}, '"price" =', "source[1].columns.price"),
        ({"like_for_like": {"cell": ["regoin"]}}, '"cell" =', "like_for_like.cell"),
    ],
)
def test_a_mapping_error_names_its_line(
    *, study: Any, call_cli: CliOutput, options: dict[str, Any], line: str, key: str
) -> None:
    config = study.write(book(), **options)
    lines = config.read_text(encoding="utf-8").splitlines()
    number = next(n for n, text in enumerate(lines, start=1) if text.startswith(line))
    done = call_cli("analyze", config)
    assert done.code == 2
    assert f"fairness.toml, line {number}: {key}" in done.err


@pytest.mark.slow
def test_sums_beyond_64_bits_are_refused(study: Any) -> None:
    price = 900_000_000_000
    rows = [{"price": price, "tenure_months": 60, "offer_price": price} for _ in range(1100)]
    assert study(rows[:1000])["headline"]["n_tenured"] == 1000
    with pytest.raises(DataError, match="922 trillion"):
        study(rows)
