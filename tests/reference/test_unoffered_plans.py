"""Tenured customers on plans that nobody is offered: their gap stands beside the headline and limits what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Document

pytestmark = pytest.mark.slow


@pytest.fixture
def document(price_list: Callable[..., Document]) -> Any:
    """Return a function from the number of tenured customers on archived price ids to the findings.

    400 tenured customers pay one of 20 offers; those on archived ids pay 30 % more than the offer of their product.
    """

    def run(archived: int, mapping: str = "") -> Document:
        lines = [
            {
                "customer_id": f"T{n}",
                "product_id": f"net-{n % 20}",
                "plan_id": f"price_{n % 20}" if n >= archived else f"old_{n}",
                "net_amount": f"{(20 + n % 20) * (1.3 if n < archived else 1):.2f}",
            }
            for n in range(400)
        ]
        offers = [
            {"offer_id": f"O{n}", "product_id": f"net-{n}", "plan_id": f"price_{n}", "list_unit_price": 20 + n}
            for n in range(20)
        ]
        return price_list(lines, offers, mapping=mapping)

    return run


def test_more_than_a_twentieth_forbids_equal(document: Any) -> None:
    found = document(40)
    headline, plans = found["headline"], found["plans_not_offered"]
    assert (headline["estimate"], headline["n_tenured"]) == (0, 360)
    assert (headline["verdict"], headline["verdict_reason"]) == ("inconclusive", "plan_not_offered")
    assert "plan_not_offered" in headline["warnings"]
    (beside,) = [one["estimate"] for one in headline["companions"] if one["name"] == "product_offer"]
    assert beside == plans["product_offer_gap"] == pytest.approx(0.3, abs=1e-12)
    assert (plans["observations"], plans["share"]) == (40, 0.1)
    # Twice the prices from 20 to 39, 30 % dearer, of twenty times these prices.
    assert plans["money_share"] == pytest.approx(1180 * 1.3 / (11_800 + 1180 * 0.3), abs=1e-12)
    assert 'price_version_id = "plan_id"' in plans["remedy"]


def test_up_to_a_twentieth_is_said_and_forbids_nothing(document: Any) -> None:
    found = document(10)
    assert found["headline"]["verdict"] == "equivalent"
    assert found["plans_not_offered"]["share"] == 0.025


def test_the_line_that_is_named_brings_them_back(document: Any) -> None:
    found = document(40, '[source.columns]\nprice_version_id = "plan_id"\nplan_id = "null"')
    assert (found["headline"]["n_tenured"], found["plans_not_offered"]) == (400, None)
    assert found["headline"]["estimate"] == pytest.approx(0.03, abs=1e-12)
