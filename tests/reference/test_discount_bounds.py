"""A discount that nobody can place: the gap without its customer, and within which bounds it would lie with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StudyRunner, write_csv

pytestmark = pytest.mark.slow

CONFIG = """
[privacy]
pseudonyms = false
[study]
name = "Discount bounds"
currency = "EUR"
as_of = "2025-11"
[[source]]
role = "billing"
path = "lines.csv"
[[source]]
role = "customers"
path = "customers.csv"
[[source]]
role = "offers"
path = "offers.csv"
[inference]
bootstrap_replicates = 0
{ledger}
"""
MONTH = {"issued_on": "2025-11-01", "period_start": "2025-11-01", "period_end": "2025-12-01", "interval_unit": "month"}


@pytest.fixture
def headline(tmp_path: Path) -> Any:
    """Return a function from the offers of base and tv to the headline: 29 pay 20.00, one 20.00 and 9.00, 3.00 off."""

    def run(*, ledger: str = "", **offers: int) -> dict[str, Any]:
        lines: list[dict[str, object]] = [
            {"customer_id": f"T{n}", "product_id": "net", "plan_id": "base", "net_amount": 20} for n in range(30)
        ]
        lines.append({"customer_id": "T29", "product_id": "net", "plan_id": "tv", "net_amount": 9})
        lines.append({"customer_id": "T29", "net_amount": -3, "line_kind": "discount", "product_id": "net"})
        write_csv(tmp_path / "lines.csv", [{"plan_id": None, "line_kind": "recurring"} | one | MONTH for one in lines])
        write_csv(
            tmp_path / "customers.csv", [{"customer_id": f"T{n}", "tenure_start": "2020-01-01"} for n in range(30)]
        )
        offer = {"audience": "new_only", "valid_from": "2019-01-01", "interval_unit": "month", "currency": "EUR"}
        write_csv(
            tmp_path / "offers.csv",
            [
                offer | {"offer_id": plan, "product_id": "net", "plan_id": plan, "list_unit_price": price}
                for plan, price in offers.items()
            ],
        )
        config = tmp_path / "fairness.toml"
        config.write_text(CONFIG.format(ledger=ledger), encoding="utf-8")
        found: dict[str, Any] = StudyRunner(tmp_path).build(config)["headline"]
        return found

    return run


def bounds(found: dict[str, Any]) -> list[tuple[float, float]]:
    return [(one["ci_lower"], one["ci_upper"]) for one in found["companions"] if one["name"] == "discount_bounds"]


def test_all_of_it_lies_on_what_has_an_offer(headline: Any) -> None:
    found = headline(base=20, tv=10)
    assert (found["estimate"], found["n_tenured"]) == (0, 29)
    # 29 x 20 are paid and offered by the others; 26 for what would cost a new customer 30.
    assert bounds(found) == [pytest.approx((606 / 610 - 1, 606 / 610 - 1), abs=1e-12)]


def test_part_of_it_may_lie_on_what_has_none(headline: Any) -> None:
    assert bounds(headline(base=20)) == [pytest.approx((597 / 600 - 1, 0), abs=1e-12)]


def test_a_discount_that_is_shared_has_no_bounds(headline: Any) -> None:
    found = headline(ledger='[ledger]\nspread_discounts = "pro_rata"', base=20, tv=10)
    assert (bounds(found), found["n_tenured"]) == ([], 30)
    assert found["estimate"] == pytest.approx(606 / 610 - 1, abs=1e-6)
