"""Drivers add up and none has the wrong sign, on chains that nobody has laid out; bench/chains.py tries 10,000."""

from __future__ import annotations

from pathlib import Path

from fairness.build.pipeline import build
from fairness.config import load_config
from tests.oracle.chains import AS_OF, changes_of, world, wrong

N = 1_000


def test_drivers_of_random_chains_add_up(tmp_path: Path) -> None:
    bills = world(1, N)
    run = build(load_config(bills.write(tmp_path / "study", AS_OF, comparator={"basis": "standard"})))
    assert wrong(run.warehouse, bills) == []


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    bills = world(2, 30)
    run = build(load_config(bills.write(tmp_path / "study", AS_OF)))
    assert wrong(run.warehouse, bills) == []
    customer, *_ = next(changes_of(bills))
    line = next(line for line in reversed(bills.lines) if line["customer_id"] == customer)
    line["net_amount"] = float(str(line["net_amount"])) + 1
    assert wrong(run.warehouse, bills) != []
