"""One price a month: rows of int_line_disposition in, the months of each thing held and their prices out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.models.billed import NOVEMBER, OFFSETS, SAID, STEPS, TERM_ENDS, TYPES, YEAR, Line, discount, line

MARCH = 2025 * 12 + 2
STUDY: Line = {
    "several_lines": "not_compared",
    "spread_discounts": "never",
    "plan_in_cell": True,
    "as_of_number": NOVEMBER,
    "comparator_date": "cycle_start",
}
SETTINGS = (
    "several_lines varchar, spread_discounts varchar, plan_in_cell boolean, as_of_number integer, "
    "comparator_date varchar"
)
CUSTOMER = "customer_id varchar, party_id varchar, is_censored boolean, controls_key varchar, lens_key varchar"
UNPRICED = (
    "customer_id varchar, product_id varchar, subscription_id varchar, plan_id varchar, currency varchar, "
    "interval_unit varchar, interval_count integer"
)
Spans = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def spans(bench: Any) -> Spans:
    """Return a function from lines to (plan, first month, months, cents per interval, cents a month) in that order."""

    def run(*lines: Line, **params: object) -> list[tuple[Any, ...]]:
        bench.table("params", SETTINGS, [STUDY | params])
        bench.table("month_offset", "n_months integer, month_offset integer", OFFSETS)
        bench.table("int_term_end", TERM_ENDS, [])
        bench.table("int_line_disposition", TYPES, lines)
        bench.table("stg_billing", SAID, lines)
        bench.table("stg_offer", "customer_id varchar, reject_reason varchar", [])
        bench.table("int_customer", CUSTOMER, [{"customer_id": "C", "controls_key": "", "lens_key": ""}])
        bench.table("int_unpriced_month", UNPRICED, [])
        bench.run(*STEPS, "2_ledger/40_int_span_amount", "2_ledger/50_int_holding", "2_ledger/55_int_ledger_span")
        rows: list[tuple[Any, ...]] = bench.query(
            "select plan_id, first_month, n_months, interval_ticks / 100, price_ticks / 100 from int_ledger_span"
            " order by holding_id, first_month, n_months"
        )
        return rows

    return run


def test_a_line_alone_in_its_months_is_one_span(spans: Spans) -> None:
    assert spans(line(1, "216", **YEAR)) == [("base", MARCH, 12, 21600, 1800)]


def test_a_year_with_one_odd_month_keeps_its_other_months(spans: Spans) -> None:
    # 5.00 off in November is 60.00 a year: 156.00 there, 216.00 in the eleven others, each once.
    found = spans(line(1, "216", **YEAR), discount(2, "-5"))
    assert found == [
        ("base", MARCH + n, 1, *((15600, 1300) if MARCH + n == NOVEMBER else (21600, 1800))) for n in range(12)
    ]


def test_a_bill_that_runs_into_the_next_is_alone_in_its_first_month(spans: Spans) -> None:
    # A damaged end: the second bill has company in December only, where equal prices are two units.
    found = spans(
        line(1, "18", period_start=date(2025, 10, 30), period_end=date(2025, 12, 3)),
        line(2, "18", period_start=date(2025, 11, 30), period_end=date(2025, 12, 30)),
        line(3, "18", period_start=date(2025, 12, 30), period_end=date(2026, 1, 30)),
    )
    assert found == [("base", NOVEMBER + n, 1, 1800, 1800) for n in range(3)]


def test_a_month_without_an_understood_bill_has_no_span(spans: Spans) -> None:
    assert spans(line(1, "216", **YEAR), line(2, "120", **YEAR)) == []
    later = line(2, "4", plan_id="base", **(YEAR | {"period_start": date(2025, 11, 1)}))
    assert [row[1] for row in spans(line(1, "216", **YEAR), later)] == [MARCH + n for n in range(8)]


def test_prices_are_per_unit_and_rounded_once(spans: Spans) -> None:
    # 100.00 for three units a year is 33.3333 each, and 2.7778 a month: not a rounded price divided again.
    assert spans(line(1, "100", quantity=3, **YEAR)) == [("base", MARCH, 12, 3333.33, 277.78)]


def test_two_plans_are_two_things_held(spans: Spans) -> None:
    found = spans(line(1, "18"), line(2, "4", plan_id="tv"))
    assert found == [("base", NOVEMBER, 1, 1800, 1800), ("tv", NOVEMBER, 1, 400, 400)]
