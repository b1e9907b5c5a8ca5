"""Discounts that nobody can place: how little and how much of them may belong to what has an offer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.models.billed import NOVEMBER, OFFSETS, SAID, STEPS, TERM_ENDS, TYPES, YEAR, Line, discount, line

STUDY: Line = {
    "several_lines": "not_compared",
    "spread_discounts": "never",
    "plan_in_cell": True,
    "as_of_number": NOVEMBER,
    "currency": "GBP",
    "comparator_date": "cycle_start",
}
SETTINGS = (
    "several_lines varchar, spread_discounts varchar, plan_in_cell boolean, as_of_number integer, currency varchar, "
    "comparator_date varchar"
)
MATCH = (
    "lookup_id bigint, product_id varchar, currency varchar, interval_unit varchar, interval_count integer, "
    "quantity_micros bigint, lookup_date date, plan_id varchar, region varchar, channel varchar, "
    "offer_customer_id varchar"
)
Bounds = Callable[..., tuple[Any, ...]]


@pytest.fixture
def bounds(bench: Any) -> Bounds:
    """Return a function from lines and offers of plans to (customers, observations, least, most, offered) a month."""

    def run(*lines: Line, **offers: float) -> tuple[Any, ...]:
        bench.table("params", SETTINGS, [STUDY])
        bench.table("month_offset", "n_months integer, month_offset integer", OFFSETS)
        bench.table("int_term_end", TERM_ENDS, [])
        bench.table("int_line_disposition", TYPES, lines)
        bench.table("stg_billing", SAID, lines)
        bench.table("stg_offer", "customer_id varchar, reject_reason varchar", [])
        bench.run(*STEPS)
        bills = {(one["plan_id"], one["interval_unit"], one["period_start"]): one for one in lines if one["plan_id"]}
        matched = [
            one | {"lookup_id": n, "lookup_date": one["period_start"], "quantity_micros": 1_000_000}
            for n, one in enumerate(bills.values())
        ]
        bench.table("int_offer_match", MATCH, matched)
        amounts = [
            {"lookup_id": one["lookup_id"], "offered_ticks": offers[str(one["plan_id"])] * 10_000}
            for one in matched
            if one["plan_id"] in offers
        ]
        bench.table("int_offer_amount", "lookup_id bigint, offered_ticks bigint", amounts)
        group = {"customer_id": "C", "loyalty_group": "tenured", "reason": "discount_not_assigned"}
        bench.table("int_unpriced_observation", "customer_id varchar, loyalty_group varchar, reason varchar", [group])
        bench.run("5_counts/18_int_unplaced_bill", "5_counts/24_discount_bounds")
        found = bench.query("select * from discount_bounds")
        if not found:
            return ()
        group_found, n_customers, n_observations, *ticks = found[0]
        assert group_found == "tenured"
        return n_customers, n_observations, *(Decimal(one) / 10_000 for one in ticks)

    return run


BASE, TV = line(1, "18"), line(2, "9", plan_id="tv")


def test_where_everything_has_an_offer_it_costs_the_same_wherever_the_discount_belongs(bounds: Bounds) -> None:
    assert bounds(BASE, TV, discount(3, "-3"), base=18, tv=10) == (1, 2, 24, 24, 28)


@pytest.mark.parametrize(
    ("off", "least", "most"),
    # Up to 9.00 may belong to the plan without an offer; what exceeds that lowers the other one.
    [("-3", 15, 18), ("-9", 9, 18), ("-12", 6, 15), ("-20", 0, 7)],
)
def test_as_much_as_fits_may_belong_to_what_has_no_offer(bounds: Bounds, off: str, least: int, most: int) -> None:
    assert bounds(BASE, TV, discount(3, off), base=18) == (1, 1, least, most, 18)


def test_a_year_counts_by_the_month(bounds: Bounds) -> None:
    # 24.00 off a year are 2.00 a month, the base plan is 18.00 of 216.00, offered at 204.00.
    yearly = line(1, "216", **YEAR)
    assert bounds(yearly, TV, discount(3, "-24", **YEAR), base=204, tv=9) == (1, 2, 25, 25, 26)


def test_a_discount_that_has_its_place_is_taken_off_before(bounds: Bounds) -> None:
    lines = [BASE, TV, discount(3, "-3"), discount(4, "-1", applies_to_line_id="L1")]
    assert bounds(*lines, base=18) == (1, 1, 14, 17, 18)


def test_nothing_is_told_where_nothing_is_open(bounds: Bounds) -> None:
    assert bounds(BASE, discount(3, "-3"), base=18) == ()
    assert bounds(BASE, TV, discount(3, "-3")) == ()
    later = {"period_start": date(2025, 12, 1), "period_end": date(2026, 1, 1)}
    december = [line(1, "18", **later), line(2, "9", plan_id="tv", **later), discount(3, "-3", **later)]
    assert bounds(*december, base=18, tv=10) == ()
