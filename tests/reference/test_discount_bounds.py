"""A discount that nobody can place: the gap without its customer, and within which bounds it would lie with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Document, Row

pytestmark = pytest.mark.slow


@pytest.fixture
def headline(price_list: Callable[..., Document]) -> Any:
    """Return a function from the offers of base and tv to the headline: 29 pay 20.00, one 20.00 and 9.00, 3.00 off."""

    def run(*, ledger: str = "", **offers: int) -> Document:
        net = {"product_id": "net"}
        lines: list[Row] = [
            {**net, "customer_id": f"T{n}", "plan_id": "base", "line_kind": "recurring", "net_amount": 20}
            for n in range(30)
        ]
        lines.append({**net, "customer_id": "T29", "plan_id": "tv", "line_kind": "recurring", "net_amount": 9})
        lines.append({**net, "customer_id": "T29", "plan_id": None, "line_kind": "discount", "net_amount": -3})
        listed: list[Row] = [
            {**net, "offer_id": plan, "plan_id": plan, "list_unit_price": price} for plan, price in offers.items()
        ]
        document = price_list(lines, listed, sections=ledger)
        found: Document = document["headline"]
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
