"""Tables of real systems, whose files hardly join: each is recognised, and its rows tie out with what does not join."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairness.intake.killbill_catalog import write_catalog

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


# Plan, currency: price, introductory price, cycles.
CATALOGS = {
    "testCatalogDiscountAndEvergreen__discount-and-evergreen": {
        ("standard-monthly", "USD"): ("2019-01-01", "24.95", "4.95", "3")
    },
    "testCatalogWithEffectiveDateForExistingSubscriptionsCustomConfig__Insurance-v2": {
        ("liability-monthly-no-trial", "GBP"): ("2022-04-01", "59.95", "", ""),
        ("comprehensive-monthly-with-trial", "EUR"): ("2022-04-01", "59.95", "", ""),
    },
    "testCatalogWithEffectiveDateForExistingSubscriptions__WaterUtility-v3": {
        ("plumber-insurance-monthly-no-trial", "GBP"): ("2018-07-01", "69.95", "", ""),
    },
    "testCatalogSameDayEffectiveDateForExistingSubscriptions__GasUtility-v2": {
        ("gas-monthly", "USD"): ("2026-07-01", "200.00", "", ""),
    },
}


@pytest.mark.parametrize("name", CATALOGS)
def test_catalogues_of_kill_bill_are_read(realdata_folder: Path, tmp_path: Path, name: str) -> None:
    write_catalog(realdata_folder / "billing_seeds" / "killbill" / f"{name}.xml", name, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    found = {
        (row["plan"], row["currency"]): (
            row["effective_date"][:10],
            row["price"],
            row["intro_price"],
            row["intro_cycles"],
        )
        for row in rows
    }
    assert {key: found[key] for key in CATALOGS[name]} == CATALOGS[name]
