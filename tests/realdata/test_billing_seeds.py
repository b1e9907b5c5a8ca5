"""Tables of real systems, whose files hardly join: each is recognised, and its rows tie out with what does not join."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.realdata

# Of the three lines of Stripe one has its invoice. Two of Zuora's items have quantity and amount 0.
SEEDS = {
    "stripe": "3 rows in: 1 read, 2 rejected (NOT_JOINED 2)",
    "recurly": "5 rows in: 5 read, 0 rejected",
    "zuora": "6 rows in: 4 read, 2 rejected (BAD_PRICE 2)",
    "recharge": "2 rows in: 2 read, 0 rejected",
}


@pytest.mark.parametrize("system", SEEDS)
def test_the_tables_of_a_system_are_recognised_and_tie_out(
    realdata_folder: Path, tmp_path: Path, call_cli: Callable[..., Any], system: str
) -> None:
    config = tmp_path / "fairness.toml"
    done = call_cli("init", realdata_folder / "billing_seeds" / system, "--to", config, "--set", "study.currency=USD")
    assert done.code == 0, done.err
    assert f"preset {system}:" in done.err
    assert "certain: " in done.err
    billing = next(line for line in done.out.splitlines() if line.startswith("billing, "))
    assert billing.endswith(SEEDS[system])
