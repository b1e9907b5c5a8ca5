"""Many who cannot be compared: where even their worst offers leave the average in the margin, it is equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Document, Row

pytestmark = pytest.mark.slow


@pytest.fixture
def headline(price_list: Callable[..., Document]) -> Any:
    """Return a function from what 40 of 400 tenured customers pay, times their offer, to the headline.

    They bought in a shop, where nothing is offered. The others pay one of 20 offers, but for T40 who holds the big
    plan of product 0 for 40.00 as offered.
    """

    def run(times: float, **changes: object) -> Document:
        lines: list[dict[str, object]] = [
            {
                "customer_id": f"T{n}",
                "product_id": f"net-{n % 20}",
                "plan_id": "big" if n == 40 else "base",
                "channel": "shop" if n < 40 else "web",
                "net_amount": f"{40 if n == 40 else (20 + n % 20) * (times if n < 40 else 1):.2f}",
            }
            for n in range(400)
        ]
        lines[0] |= changes
        offers: list[Row] = [
            {"offer_id": f"O{n}", "product_id": f"net-{n}", "plan_id": "base", "list_unit_price": 20 + n}
            for n in range(20)
        ]
        offers.append({"offer_id": "BIG", "product_id": "net-0", "plan_id": "big", "list_unit_price": 40})
        found: Document = price_list(lines, [{**offer, "channel": "web"} for offer in offers])["headline"]
        return found

    return run


def worst(found: dict[str, Any]) -> list[tuple[float, float]]:
    return [(one["ci_lower"], one["ci_upper"]) for one in found["companions"] if one["name"] == "worst_case"]


def test_a_rest_near_its_offers_does_not_forbid_equal(headline: Any) -> None:
    found = headline(1.005)
    assert (found["estimate"], found["n_tenured"], found["support_share"]) == (0, 360, 0.9)
    assert (found["verdict"], found["warnings"]) == ("equivalent", ["narrow_support", "approximate"])
    # Those compared are offered 18 x 590 + 20 more for the big plan. The others pay 1,180 x 1.005, would pay 1,180 at
    # the cheapest offers, and at the dearest 20 more for each of the two who hold product 0.
    paid = 10_640 + 1180 * 1.005
    assert worst(found) == [pytest.approx((paid / 11_860 - 1, paid / 11_820 - 1), abs=1e-4)]


def test_a_rest_that_could_move_the_average_does(headline: Any) -> None:
    found = headline(1.3)
    assert (found["estimate"], found["verdict"], found["verdict_reason"]) == (0, "inconclusive", "narrow_support")
    paid = 10_640 + 1180 * 1.3
    assert worst(found) == [pytest.approx((paid / 11_860 - 1, paid / 11_820 - 1), abs=1e-4)]


def test_a_product_that_nobody_is_offered_has_no_worst_case(headline: Any) -> None:
    found = headline(1.005, product_id="fax")
    assert (worst(found), found["verdict_reason"]) == ([], "narrow_support")
