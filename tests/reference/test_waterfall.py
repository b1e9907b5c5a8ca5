"""How the money above the offers moved over a year of a small firm, worked out by hand customer by customer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.bills import Bills

DECEMBER = date(2024, 12, 1)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bills = Bills()
    bills.offer("net", 30, audience="new_only")
    bills.offer("net", 28, audience="new_only", since="2025-06-01")
    bills.offer("net", 50, plan_id="big", audience="new_only")
    bills.run("flat", "net", DECEMBER, [30] * 13)
    bills.run("risen", "net", DECEMBER, [30] * 5 + [33] * 8)
    bills.run("leaver", "net", DECEMBER, [35] * 6)
    bills.run("grower", "net", DECEMBER, [30] * 3)
    bills.run("grower", "net", date(2025, 3, 1), [60] * 10, quantity=2)
    bills.run("newly tenured", "net", DECEMBER, [31] * 13, since="2023-05-01")
    bills.run("upgrade", "net", DECEMBER, [32] * 4)
    bills.run("upgrade", "net", date(2025, 4, 1), [55] * 9, plan_id="big")
    bills.run("pause", "net", DECEMBER, [33] * 3 + [None] * 2 + [33] * 8)
    bills.line("flat", "net", date(2025, 3, 1), 7, line_kind="usage")
    return bills.write(tmp_path_factory.mktemp("waterfall"), "2025-12", comparator={"basis": "standard"})


def test_each_step_is_the_sum_of_its_customers(call_cli: Any, firm: Path) -> None:
    document = json.loads(call_cli("changes", firm, "--format", "json").out)
    steps = {row["step"]: row["money"] for row in document["waterfall"]}
    assert steps == {
        "start": f"{12 * (5 + 2 + 3):.2f}",
        "unexplained": f"{12 * 3:.2f}",
        "offers": f"{12 * (2 + 2 + 4 + 2 + 2):.2f}",
        "quantity": "0.00",
        "plan_change": f"{12 * ((55 - 50) - (32 - 30)):.2f}",
        "newly_tenured": f"{12 * 1:.2f}",
        "newly_covered": f"{12 * 3:.2f}",
        "no_longer": f"{12 * -3:.2f}",
        "left": f"{12 * -5:.2f}",
        "end": f"{12 * (2 + 5 + 4 + 3 + 5 + 5):.2f}",
    }
    assert sum(float(value) * (-1 if step == "end" else 1) for step, value in steps.items()) == pytest.approx(0)
    analysed = json.loads(call_cli("analyze", firm, "--format", "json").out)
    net = next(row for row in analysed["findings"] if row["estimand"] == "overpayment" and row["level"] == "pooled")
    assert float(steps["end"]) == float(net["estimate"])


def test_the_bridge_and_the_words(call_cli: Any, firm: Path) -> None:
    document = json.loads(call_cli("changes", firm, "--format", "json").out)
    bridge = {row["step"]: float(row["money"]) for row in document["bridge"]}
    assert bridge["paid"] + bridge["usage"] + bridge["prices_billed"] == bridge["billed"]
    assert (bridge["usage"], bridge["prices_billed"]) == (7, 0)
    printed = call_cli("changes", firm).out
    assert "How the money above the offers moved in twelve months" in printed
    assert "Billed before tax" in printed


def test_bills_of_a_few_months_start_at_nothing(call_cli: Any, tmp_path: Path) -> None:
    bills = Bills()
    bills.offer("net", 30)
    bills.run("late", "net", date(2025, 10, 1), [32] * 3)
    config = bills.write(tmp_path, "2025-12", comparator={"basis": "standard"})
    document = json.loads(call_cli("changes", config, "--format", "json").out)
    assert {row["step"]: row["money"] for row in document["waterfall"]} == {"newly_covered": "24.00", "end": "24.00"}
