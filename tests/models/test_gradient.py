"""Sums of log prices by cell and tenure: what is exact, what is past its introduction, and what has an offer."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

INTRODUCTIONS = "3_offers/70_int_introduction"
MODEL = "5_counts/80_gradient_counts"
ROWS = (
    "cell_key varchar, product_id varchar, currency varchar, is_censored boolean, tenure_months integer, "
    "standard_ticks bigint, standard_offer_ticks bigint"
)
BOOK = "cell_key varchar, currency varchar, tenure_months integer, price double, offer_price double"
OFFERS = (
    "product_id varchar, intro_cycles integer, interval_count integer, interval_unit varchar, "
    "is_new_customer_offer boolean"
)


@pytest.fixture
def counted(bench: Any) -> Any:
    """Return a function that lays out rows of billing, a book and offers, and returns the sums."""

    def run(*rows: dict[str, Any], book: Any = (), offers: Any = ()) -> list[tuple[Any, ...]]:
        alike = {"cell_key": "c", "product_id": "p", "currency": "GBP", "is_censored": False}
        bench.table("params", "currency varchar", [{"currency": "GBP"}])
        bench.table("int_as_of_row", ROWS, [alike | row for row in rows])
        bench.table("int_book_line", BOOK, [{"cell_key": "c", "currency": "GBP"} | row for row in book])
        monthly = {"interval_unit": "month", "interval_count": 1, "is_new_customer_offer": True}
        bench.table("offers", OFFERS, [monthly | offer for offer in offers])
        bench.table("int_holding", "product_id varchar", [{"product_id": "p"}])
        bench.run(INTRODUCTIONS, MODEL)
        found: list[tuple[Any, ...]] = bench.query("select * exclude (cell_key) from gradient_counts")
        return found

    return run


def billionths(value: float) -> int:
    return round(value * 1e9)


def test_prices_and_offers_are_summed_by_tenure(counted: Any) -> None:
    found = counted(
        {"tenure_months": 30, "standard_ticks": 110_000, "standard_offer_ticks": 100_000},
        {"tenure_months": 30, "standard_ticks": 120_000},
        {"tenure_months": 31, "standard_ticks": 100_000, "standard_offer_ticks": 100_000},
        {"tenure_months": 30, "standard_ticks": 500_000, "currency": "EUR"},
    )
    both = billionths(log(11)) + billionths(log(12))
    assert found == [(30, 2, both, 1, billionths(log(1.1))), (31, 1, billionths(log(10)), 1, 0)]


def test_censored_tenure_is_counted_apart(counted: Any) -> None:
    found = counted(
        {"tenure_months": 40, "standard_ticks": 10_000, "is_censored": True},
        {"tenure_months": 40, "standard_ticks": 10_000},
    )
    assert [row[:2] for row in found] == [(None, 1), (40, 1)]


@pytest.mark.parametrize(
    ("offer", "inside"),
    [
        ({"product_id": "p", "intro_cycles": 12}, True),
        ({"product_id": "p", "intro_cycles": 1, "interval_unit": "year"}, True),
        ({"intro_cycles": 12}, True),
        ({"product_id": "p", "intro_cycles": 11}, False),
        ({"product_id": "q", "intro_cycles": 12}, False),
        ({"product_id": "p", "intro_cycles": 12, "is_new_customer_offer": False}, False),
        ({"product_id": "p"}, False),
    ],
)
def test_customers_in_their_introduction_say_nothing(counted: Any, offer: dict[str, Any], inside: bool) -> None:
    found = counted({"tenure_months": 11, "standard_ticks": 10_000}, offers=[offer])
    assert found[0][0] == (None if inside else 11)


def test_a_book_is_summed_as_it_is_stated(counted: Any) -> None:
    rows = [{"tenure_months": 7, "price": 11, "offer_price": 10}, {"tenure_months": 7, "price": 0, "offer_price": 10}]
    assert counted(book=rows) == [(7, 1, billionths(log(11)), 1, billionths(log(1.1)))]
