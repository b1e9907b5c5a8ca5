"""Increments of price over offer from month to month: who is at risk, what moved, and who left."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

INTRODUCTIONS = "3_offers/70_int_introduction"
MODEL = "5_counts/90_walking_counts"
SPANS = (
    "role varchar, holding_id bigint, currency varchar, product_id varchar, plan_id varchar, first_month integer, "
    "n_months integer, tenure_number integer, tenure_start date, quantity_micros bigint, standard_ticks bigint, "
    "standard_offer_ticks bigint"
)
OFFERS = (
    "product_id varchar, intro_cycles integer, interval_count integer, interval_unit varchar, "
    "is_new_customer_offer boolean"
)
AS_OF = 2024 * 12 + 11
"""December 2024."""


@pytest.fixture
def counted(bench: Any) -> Any:
    """Return a function that lays out spans of one thing held and offers, and returns what each month adds."""

    def run(*spans: dict[str, Any], offers: Any = ()) -> list[tuple[Any, ...]]:
        alike = {
            **{"role": "billing", "holding_id": 1, "currency": "GBP", "product_id": "p", "n_months": 1},
            **{"tenure_number": AS_OF - 40, "tenure_start": "2021-08-01", "quantity_micros": 1_000_000},
        }
        bench.table("params", "currency varchar, as_of_number integer", [{"currency": "GBP", "as_of_number": AS_OF}])
        lengths = [(n, offset) for n in (1, 2, 12) for offset in range(n)]
        offsets = [{"n_months": n, "month_offset": offset} for n, offset in lengths]
        bench.table("month_offset", "n_months integer, month_offset integer", offsets)
        bench.table("int_grouped_span", SPANS, [alike | span for span in (_first_of_the_data(), *spans)])
        monthly = {"interval_unit": "month", "interval_count": 1, "is_new_customer_offer": True}
        bench.table("offers", OFFERS, [monthly | offer for offer in offers])
        bench.table("int_holding", "product_id varchar", [{"product_id": "p"}])
        bench.run(INTRODUCTIONS, MODEL)
        found: list[tuple[Any, ...]] = bench.query(
            "select years_ago, calendar_month, n_at_risk, sum_own, sum_offer, n_left, n_without_offer "
            f"from walking_counts where joining_month = {AS_OF - 40}"
        )
        return found

    return run


def _first_of_the_data() -> dict[str, Any]:
    """Return a span two years before the as-of month, so that two whole years are looked at."""
    return {"holding_id": 0, "first_month": AS_OF - 24, "tenure_number": AS_OF - 24, "standard_ticks": 1}


def span(months_ago: int, ticks: int, offer: int | None, **values: Any) -> dict[str, Any]:
    return {"first_month": AS_OF - months_ago, "standard_ticks": ticks, "standard_offer_ticks": offer} | values


def billionths(value: float) -> int:
    return round(value * 1e9)


def test_a_month_adds_what_price_and_offer_moved_since_the_one_before(counted: Any) -> None:
    found = counted(span(2, 100_000, 90_000), span(1, 103_000, 90_000), span(0, 103_000, 81_000))
    assert found == [
        (0, 11, 1, billionths(log(1.03)), 0, 0, 0),
        (0, 12, 1, 0, billionths(log(0.9)), 0, 0),
    ]


def test_a_term_of_a_year_is_at_risk_in_each_month_and_moves_in_its_first(counted: Any) -> None:
    found = counted(span(23, 100_000, 90_000, n_months=12), span(11, 110_000, 90_000, n_months=12))
    assert sum(row[2] for row in found) == 23
    assert [row for row in found if row[3]] == [(0, 1, 1, billionths(log(1.1)), 0, 0, 0)]


def test_who_leaves_is_at_risk_until_then(counted: Any) -> None:
    found = counted(span(3, 100_000, 90_000), span(2, 100_000, 90_000))
    assert found == [(0, 10, 1, 0, 0, 1, 0)]


def test_a_gap_another_quantity_and_a_plan_without_offer_add_no_move(counted: Any) -> None:
    assert counted(span(4, 100_000, 90_000), span(2, 110_000, 90_000)) == []
    assert counted(span(2, 100_000, 90_000), span(1, 110_000, 90_000, quantity_micros=2_000_000)) == []
    assert counted(span(1, 100_000, 90_000), span(0, 110_000, None)) == [(0, 12, 0, 0, 0, 0, 1)]


def test_months_of_an_introduction_and_before_the_last_whole_year_do_not_count(counted: Any) -> None:
    spans = (span(1, 50_000, 90_000), span(0, 100_000, 90_000))
    assert counted(*spans, offers=[{"product_id": "p", "intro_cycles": 40}]) == []
    assert len(counted(*spans, offers=[{"product_id": "p", "intro_cycles": 39}])) == 1
    assert counted(span(26, 100_000, 90_000), span(25, 100_000, 90_000)) == []
