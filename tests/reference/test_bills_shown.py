"""What bills show, what fees add and what is billed after cancelling: a firm written by hand, counted by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from tests.oracle.bills import Bills

JANUARY, JUNE, NOVEMBER = date(2025, 1, 1), date(2025, 6, 1), date(2025, 11, 1)


def firm(folder: Path) -> Path:
    """Bill twelve old and eleven new customers, some opaquely, with fees; and one who had cancelled."""
    bills = Bills()
    bills.offer("net", 30)
    for number in range(12):
        bills.run(f"T{number}", "net", JANUARY, [30] * 12)
        bills.run(f"T{number}", "net", JANUARY, [1] * 12, line_kind="fee")
        if number < 3:
            bills.line(f"T{number}", "bundle", NOVEMBER, 5, line_kind="summary")
    for number in range(10):
        bills.run(f"N{number}", "net", JUNE, [30] * 7, since="2025-06-01")
        bills.run(f"N{number}", "net", JUNE, ["0.50"] * 7, line_kind="fee")
    bills.run("N-blank", "", JUNE, [30] * 7, since="2025-06-01")
    for number in range(10):
        start = date(2025, number + 1, 1)
        more = {"line_id": f"x-{number + 1}", "subscription_id": "S", "channel": "web", "cancelled_on": "2025-08-15"}
        bills.line("X", "net", start, 30, since="2020-03-10", **more)
    credit = {"line_id": "x-credit", "subscription_id": "S", "line_kind": "credit", "reverses_line_id": "x-10"}
    bills.line("X", "net", date(2025, 10, 1), -10, **credit)
    return bills.write(folder, "2025-12")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return firm(tmp_path_factory.mktemp("bills"))


def test_bills_are_counted_as_by_hand(call_cli: Any, config: Path) -> None:
    found = json.loads(call_cli("bills", config, "--format", "json").out)
    groups = {row["group"]: row for row in found["opaque"]["groups"]}
    # Twelve times twelve months at 30.00 and three summary lines of 5.00; eleven times seven months at 30.00.
    old, new = groups["tenured"], groups["new"]
    assert (old["customers"], old["opaque_customers"], old["money"], old["opaque_money"]) == (12, 3, "4335.00", "15.00")
    assert (new["customers"], new["opaque_customers"], new["money"], new["opaque_money"]) == (
        11,
        1,
        "2310.00",
        "210.00",
    )
    assert (old["share"], old["money_share"]) == (0.25, pytest.approx(15 / 4335))
    assert old["lower"] == pytest.approx(stats.beta.ppf(0.025, 3, 10))
    assert old["upper"] == pytest.approx(stats.beta.ppf(0.975, 4, 9))
    # 144 months at 1.00 and the ten months of X without a fee; new customers paid 0.50 a month, or 77.00 in 154 months.
    assert found["fees"]["fees"] == {"paid": "144.00", "above_new": "67.00", "not_compared": "0.00"}
    assert found["fees"]["finance"] == {"paid": "0.00", "above_new": "0.00", "not_compared": "0.00"}
    assert (found["fees"]["customer_months"], found["fees"]["cells"]) == (154, 1)
    # September and October after 15 August, less 10.00 of October; 65 months a customer by then.
    assert found["cancelled"]["groups"] == [
        {
            "band": "5-9",
            "channel": "web",
            "customers": 1,
            "lines": 2,
            "billed": "60.00",
            "credited": "-10.00",
            "money": "50.00",
        }
    ]
    assert (found["cancelled"]["customers"], found["cancelled"]["money"]) == (1, "50.00")


def test_the_table_says_the_same(call_cli: Any, config: Path) -> None:
    printed = call_cli("bills", config).out
    assert "25.0 % (5.5 to 57.2)" in printed
    assert "£144.00" in printed
    assert "£67.00" in printed
    assert "1 customer was billed for later periods and £50.00 was not credited." in printed


def test_what_no_column_shows_is_not_assessable(call_cli: Any, tmp_path: Path) -> None:
    bills = Bills()
    bills.offer("net", 30)
    for number in range(3):
        bills.run(f"T{number}", "net", JANUARY, [30] * 12)
    config = bills.write(tmp_path, "2025-12")
    found = json.loads(call_cli("bills", config, "--format", "json").out)
    assert found["fees"] == {"not_assessable": "no_fees"}
    assert found["cancelled"] == {"not_assessable": "no_cancelled_on"}
    printed = call_cli("bills", config).out
    assert "cannot be assessed, no line states cancelled_on; map the day on which a contract was cancelled." in printed


def test_a_fee_counts_once_whatever_is_held_of_the_product(call_cli: Any, tmp_path: Path) -> None:
    bills = Bills()
    bills.offer("net", 30)
    for number in range(12):
        bills.run(f"T{number}", "net", JANUARY, [30] * 12, plan_id="a", subscription_id=f"S{number}")
        bills.run(f"T{number}", "net", JANUARY, [1] * 12, line_kind="fee")
        bills.run(f"N{number}", "net", JUNE, [30] * 7, since="2025-06-01", plan_id="a", subscription_id=f"N{number}")
    bills.run("T0", "net", JANUARY, [30] * 12, plan_id="b", subscription_id="second")
    found = json.loads(call_cli("bills", bills.write(tmp_path, "2025-12"), "--format", "json").out)
    fees = found["fees"]["fees"]
    assert float(fees["paid"]) + float(fees["not_compared"]) == 144
