"""`fairness changes`: the numbers of a firm whose rises are known, in each form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.bills import Bills

pytestmark = pytest.mark.xdist_group("changes")

N = 20


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a firm that raises all of twenty by 3 where its offer rises by 1, and one of them by 5 more."""
    bills = Bills()
    bills.offer("net", 30)
    bills.offer("net", 31, since="2025-04-01")
    for number in range(N):
        after = 33 if number else 38
        bills.run(
            f"C{number}", "net", date(2025, 2, 1), [30, 30, after, after], region="North" if number % 2 else "South"
        )
    return bills.write(tmp_path_factory.mktemp("changes"), "2025-05")


def test_money_and_people_by_driver(call_cli: Any, config: Path) -> None:
    done = call_cli("changes", config, "--format", "json")
    document = json.loads(done.out)
    found = {row["driver"]: (row["customers"], row["money"]) for row in document["drivers"]}
    assert found == {
        "back_book_rise": (20, f"{20 * 2 * 12}.00"),
        "list_rise": (20, f"{20 * 1 * 12}.00"),
        "unexplained": (1, f"{5 * 12}.00"),
    }
    assert document["rises"] == {"money": "780.00", "customers": 20}
    assert document["share_with_reason"] == pytest.approx(240 / 780)
    regions = {
        (row["value"], row["driver"]): row["money"] for row in document["unreasoned"] if row["owner"] == "region"
    }
    assert regions == {
        ("North", "back_book_rise"): "240.00",
        ("South", "back_book_rise"): "240.00",
        ("South", "unexplained"): "60.00",
    }
    assert [row["owner"] for row in document["unreasoned"] if row["owner"] == "channel"] == []
    (band,) = document["exposure"]
    assert (band["band"], band["held"], band["raised"], band["share_raised"]) == ("10+", 20, 20, 1.0)
    assert band["mean_rise"] == pytest.approx((19 * 3 + 8) / 600)


def test_the_table_prints_both_kinds_side_by_side(call_cli: Any, config: Path) -> None:
    done = call_cli("changes", config)
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "Rises of 12 months add £780 to a year's bills: £480 (20 customers) raised for existing customers only, £60 "
        "(1 customer) unexplained.",
        "A reason or an event is on file for 30.8 % of the money.",
    ]


def test_a_book_has_no_changes(call_cli: Any, tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text("customer_id,price,tenure_months\nA,20,40\n", encoding="utf-8")
    config = tmp_path / "fairness.toml"
    config.write_text(
        '[study]\nname = "B"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "book.csv"\n'
        "[privacy]\npseudonyms = false\n",
        encoding="utf-8",
    )
    done = call_cli("changes", config)
    assert (done.code, done.out) == (0, "No price of the same thing rose in 12 months.\n")
