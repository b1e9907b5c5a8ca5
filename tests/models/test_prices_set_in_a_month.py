"""What was set in a month: offers that tenured customers first stand against, and prices that moved."""

from __future__ import annotations

from datetime import date
from typing import Any

MODEL = "5_counts/64_set_price_counts"
AS_OF = 2025 * 12 + 10
"""November 2025."""
SPAN = {
    **{"role": "billing", "holding_id": 1, "currency": "GBP", "product_id": "net", "interval_unit": "month"},
    **{"interval_count": 1, "loyalty_group": "tenured", "n_months": 1, "quantity_micros": 1_000_000},
    **{"price_ticks": 200, "paid_ticks": 200, "offered_ticks": 100, "pricing_decision": "a"},
}
STUDY = {"currency": "GBP", "as_of_number": AS_OF}
Row = dict[str, Any]


def counted(bench: Any, wanted: str, *spans: Row) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = bench.model(
        MODEL, wanted, int_grouped_span=[SPAN | span for span in spans], params=[STUDY]
    )
    return found


def test_a_new_offer_and_a_move_are_set_and_what_stays_is_not(bench: Any) -> None:
    found = counted(
        bench,
        "month, pricing_decision, is_new_offer, before_ticks, after_ticks, paid_ticks, offered_ticks, n_observations",
        {"first_month": AS_OF - 3},
        {"first_month": AS_OF - 3, "holding_id": 2, "paid_ticks": 300},
        {"first_month": AS_OF - 2},
        {"first_month": AS_OF - 1, "price_ticks": 210, "paid_ticks": 210},
        {"first_month": AS_OF, "price_ticks": 210, "paid_ticks": 210, "offered_ticks": 150, "pricing_decision": "b"},
    )
    assert found == [
        (date(2025, 8, 1), "a", True, None, None, 500, 200, 2),
        (date(2025, 10, 1), "a", False, 200, 210, 210, 100, 1),
        (date(2025, 11, 1), "b", True, None, None, 210, 150, 1),
    ]


def test_a_price_after_a_gap_or_for_other_units_did_not_move(bench: Any) -> None:
    moved = {"price_ticks": 250, "paid_ticks": 250}
    gap = counted(bench, "month, after_ticks", {"first_month": AS_OF - 3}, {"first_month": AS_OF - 1} | moved)
    units = counted(
        bench,
        "month, after_ticks",
        {"first_month": AS_OF - 3},
        {"first_month": AS_OF - 2, "quantity_micros": 2_000_000} | moved,
    )
    assert gap == units == [(date(2025, 8, 1), None)]


def test_only_tenured_customers_with_an_offer_until_the_as_of_month_count(bench: Any) -> None:
    others = (
        *({"loyalty_group": "new"}, {"offered_ticks": None}, {"currency": "EUR"}, {"role": "book"}),
        {"first_month": AS_OF + 1},
    )
    assert counted(bench, "month", *({"first_month": AS_OF} | other for other in others)) == []


def test_a_price_that_moved_as_a_customer_became_tenured_moved(bench: Any) -> None:
    found = counted(
        bench,
        "month, is_new_offer, before_ticks",
        {"first_month": AS_OF - 2, "holding_id": 2},
        {"first_month": AS_OF - 2, "loyalty_group": "middle"},
        {"first_month": AS_OF - 1, "price_ticks": 205},
    )
    assert found == [(date(2025, 9, 1), True, None), (date(2025, 10, 1), False, 200)]
