"""What a letter told against what the bills charged: every outcome, its money and why some cannot be known."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.text.told_outcomes import OUTCOMES, REASONS
from tests.oracle.bills import Bills

pytestmark = pytest.mark.xdist_group("told")

FEBRUARY = date(2025, 2, 1)
LETTER = {"told_on": "2025-03-01", "effective_on": "2025-04-01"}
CASES: dict[str, tuple[list[object], dict[str, object], tuple[object, ...]]] = {
    # Bills of February to July; what was told; outcome, over, under.
    "kept": ([30, 30, 32, 32, 32, 32], {"told_price": 32}, ("kept", 0, 0)),
    "half a coin": ([30, 30, 32, 32, 32, 32], {"told_price": "32.004"}, ("kept", 0, 0)),
    "percent": ([30, 30, 33, 33, 33, 33], {"told_percent": 10}, ("kept", 0, 0)),
    "change": ([30, 30, 32, 32, 32, 32], {"told_change": 2}, ("kept", 0, 0)),
    "late": ([30, 30, 30, 32, 32, 32], {"told_price": 32}, ("late", 0, -2)),
    "late fall": ([30, 30, 30, 25, 25, 25], {"told_price": 25}, ("late", 5, 0)),
    "never": ([30, 30, 30, 30, 30, 30], {"told_price": 32}, ("never", 0, -8)),
    "more": ([30, 30, 33, 33, 32, 32], {"told_price": 32}, ("more", 2, 0)),
    "more later": ([30, 30, 30, 34, 34, 34], {"told_price": 32}, ("more", 6, -2)),
    "less": ([30, 30, "31.50", "31.50", "31.50", "31.50"], {"told_price": 32}, ("less", 0, -2)),
    "left": ([30, 30, None, None, None, None], {"told_price": 32}, ("not_assessable", 0, 0, "left")),
    "joined": ([None, None, 32, 32, 32, 32], {"told_price": 32}, ("not_assessable", 0, 0, "no_price_before")),
    "gap": ([30, 30, None, 32, 32, 32], {"told_price": 32}, ("not_assessable", 0, 0, "not_understood")),
    "tax unknown": (
        [30, 30, 32, 32, 32, 32],
        {"told_price": "38.40", "told_tax_included": True},
        ("not_assessable", 0, 0, "tax_unknown"),
    ),
    "not yet": (
        [30, 30, 30, 30, 30, 30],
        {"told_price": 32, "effective_on": "2025-08-01"},
        ("not_assessable", 0, 0, "no_bill_yet"),
    ),
    "too soon to say": (
        [30, 30, 30, 30, 30, 30],
        {"told_price": 32, "effective_on": "2025-06-15", "told_on": "2025-05-01"},
        ("not_assessable", 0, 0, "no_bill_yet"),
    ),
}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the study of a firm with every outcome."""
    bills = Bills()
    for name, (prices, told, _) in CASES.items():
        bills.run(name, "net", FEBRUARY, prices, plan_id="plan")
        bills.letter(name, **{**LETTER, "told_basis": "paid", **told})
    bills.run("early", "net", date(2025, 2, 5), [30, 32, 32, 32, 32], plan_id="plan")
    bills.letter("early", told_price=32, told_basis="paid", **LETTER)
    bills.run("twice", "net", FEBRUARY, [30, 30, 34, 34, 34, 34], plan_id="plan")
    bills.letter("twice", told_price=32, told_basis="paid", **LETTER)
    bills.letter("twice", told_price=34, told_basis="paid", told_on="2025-03-15", effective_on="2025-04-01")
    for name, last in (("locked", 33), ("lock kept", 30)):
        bills.run(name, "net", FEBRUARY, [30, 30, last, last, last, last], plan_id="plan")
        bills.letter(name, told_on="2025-01-15", effective_on="2025-02-01", lock_until="2025-12-01")
    bills.letter("locked", told_price=33, told_basis="paid", **LETTER)
    bills.run("other plan", "net", FEBRUARY, [30, 30], plan_id="plan")
    bills.run("other plan", "net", date(2025, 4, 1), [40, 40, 40], plan_id="bigger")
    bills.letter("other plan", told_price=32, told_basis="paid", **LETTER)
    bills.run("other interval", "net", FEBRUARY, [30, 30], plan_id="plan")
    bills.line("other interval", "net", date(2025, 4, 1), 360, months=12, plan_id="plan")
    bills.letter("other interval", told_price=32, told_basis="paid", **LETTER)
    for month, gross in enumerate((40, 40, 42, 42, 42)):
        day = date(2025, 2 + month, 1)
        more = {"gross_amount": gross, "discount_amount": 10, "plan_id": "standard"}
        bills.line("standard", "net", day, gross - 10, **more)
    bills.letter(plan_id="standard", told_price=42, told_basis="standard", **LETTER)
    for month, price in enumerate((30, 30, 32, 32, 32)):
        day = date(2025, 2 + month, 1)
        bills.line("taxed", "net", day, price, tax_amount=Decimal(price) / 5, plan_id="plan")
        units = Decimal(3 * price) + (Decimal("0.01") if month > 1 else 0)
        bills.line("units", "net", day, units, quantity=3, plan_id="plan")
    bills.letter("taxed", told_price="38.40", told_tax_included=True, told_basis="paid", **LETTER)
    bills.letter("units", told_price=32, told_basis="paid", **LETTER)
    return bills.write(tmp_path_factory.mktemp("told"), "2025-07")


@pytest.fixture(scope="module")
def outcomes(config: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return outcome, over, under and reason of each customer's letters, by the day told."""
    run = build(load_config(config))
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        rows = con.execute(
            "select customer_id, outcome, over_amount, under_amount, reason from told_outcome "
            "order by told_on, letter_id"
        ).fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {}
    for customer, *rest in rows:
        found.setdefault(customer, []).append(tuple(rest))
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_outcome_and_its_money(outcomes: dict[str, list[tuple[Any, ...]]], name: str) -> None:
    expected = CASES[name][2]
    assert outcomes[name] == [(*expected, *[None] * (4 - len(expected)))]


def test_a_rise_before_its_day_is_early(outcomes: dict[str, list[tuple[Any, ...]]]) -> None:
    assert outcomes["early"] == [("early", 2, 0, None)]


def test_a_later_letter_takes_the_place_of_the_first(outcomes: dict[str, list[tuple[Any, ...]]]) -> None:
    assert outcomes["twice"] == [("superseded", 0, 0, None), ("kept", 0, 0, None)]


def test_a_lock_is_kept_or_broken_whatever_a_letter_says(outcomes: dict[str, list[tuple[Any, ...]]]) -> None:
    assert outcomes["lock kept"] == [("kept", 0, 0, None)]
    assert outcomes["locked"] == [("broken_lock", 0, 0, None), ("broken_lock", 0, 0, None)]


def test_another_plan_or_interval_is_not_assessable(outcomes: dict[str, list[tuple[Any, ...]]]) -> None:
    assert outcomes["other plan"] == [("not_assessable", 0, 0, "plan_changed")]
    assert outcomes["other interval"] == [("not_assessable", 0, 0, "other_interval")]


def test_a_letter_to_a_plan_about_the_standard_price_leaves_the_discount(
    outcomes: dict[str, list[tuple[Any, ...]]],
) -> None:
    assert outcomes["standard"] == [("kept", 0, 0, None)]


def test_tax_and_units_are_those_of_the_bill(outcomes: dict[str, list[tuple[Any, ...]]]) -> None:
    assert outcomes["taxed"] == [("kept", 0, 0, None)]
    # A coin on the line of three units is above half a coin, in each of three months.
    assert outcomes["units"] == [("more", Decimal("0.03"), 0, None)]


def test_every_outcome_is_printed_with_its_money(call_cli: Any, config: Path) -> None:
    done = call_cli("told", config, "--format", "json")
    document = json.loads(done.out)
    found = {row["outcome"]: (row["letters"], row["over"], row["under"]) for row in document["outcomes"]}
    assert found["never"] == (1, "0.00", "-8.00")
    assert found["broken_lock"] == (2, "0.00", "0.00")
    assert found.keys() == {*OUTCOMES}
    judged = sum(n for outcome, (n, _, _) in found.items() if outcome not in ("superseded", "not_assessable"))
    assert document["kept"]["letters"] == judged
    assert document["kept"]["share"] == found["kept"][0] / judged
    assert document["kept"]["lower"] is None
    assert {row["reason"] for row in document["not_assessable"]} == {*REASONS}
    table = call_cli("told", config)
    assert table.code == 0
    assert "letter runs are too few for an interval." in table.out.splitlines()[0]
    assert [label for label in OUTCOMES.values() if label not in table.out] == []


def test_a_basis_that_matters_has_to_be_declared(call_cli: Any, tmp_path: Path) -> None:
    bills = Bills()
    for month in range(4):
        bills.line("C", "net", date(2025, 2 + month, 1), 20, gross_amount=30, discount_amount=10)
    bills.letter("C", told_price=32, **LETTER)
    done = call_cli("told", bills.write(tmp_path / "undeclared", "2025-05"))
    assert done.code == 2
    assert "told_basis = \"'paid'\"" in done.err
    bills.events[0]["told_basis"] = "standard"
    assert call_cli("told", bills.write(tmp_path / "declared", "2025-05")).code == 0


def test_a_rise_without_a_letter_in_time_is_untold(call_cli: Any, tmp_path: Path) -> None:
    bills = Bills()
    bills.offer("net", 30)
    for name, told in (("in time", "2025-03-02"), ("late", "2025-03-03"), ("never", None), ("no rise", None)):
        after = 30 if name == "no rise" else 32
        bills.run(name, "net", FEBRUARY, [30, 30, after, after])
        if told:
            bills.letter(name, told_price=32, told_basis="paid", told_on=told, effective_on="2025-04-01")
    config = bills.write(tmp_path / "study", "2025-05")
    document = json.loads(call_cli("told", config, "--format", "json").out)
    assert document["untold"] == {
        "notice_days": 30,
        "customers": 2,
        "money": "48.00",
        "products": [{"product_id": "net", "customers": 2, "money": "48.00"}],
    }
