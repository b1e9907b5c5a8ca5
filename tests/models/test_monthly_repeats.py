"""Months in which one tenured customer holds several things: the observations that repeat a customer."""

from __future__ import annotations

from datetime import date

from tests.models.conftest import Bench

SPAN = "customer_id varchar, role varchar, loyalty_group varchar, currency varchar, offered_ticks bigint, "
SPAN += "first_month integer, n_months integer"
JANUARY = 2025 * 12


def span(customer: str, first: int, months: int, **columns: object) -> dict[str, object]:
    known = {"role": "billing", "loyalty_group": "tenured", "currency": "GBP", "offered_ticks": 10}
    return {"customer_id": customer, "first_month": JANUARY + first, "n_months": months, **known, **columns}


def test_only_what_repeats_a_customer_in_a_month(bench: Bench) -> None:
    spans = [
        # Three things in January, two in February, one in March; April lies behind the observed month.
        *(span("a", 0, n) for n in (1, 2, 4)),
        span("a", 3, 1),
        # A second thing without an offer, of another currency, or while new: no observation of the month.
        span("b", 0, 1),
        span("b", 0, 1, offered_ticks=None),
        span("b", 0, 1, currency="EUR"),
        span("b", 0, 1, loyalty_group="new"),
        span("c", 0, 1),
        span("c", 0, 1),
    ]
    bench.table("int_grouped_span", SPAN, spans)
    held = [{"customer_id": name} for name in ("a", "a", "a", "b", "b", "c", "c")]
    bench.table("int_holding", "customer_id varchar", held)
    offsets = [{"n_months": n, "month_offset": at} for n in (1, 2, 4) for at in range(n)]
    bench.table("month_offset", "n_months integer, month_offset integer", offsets)
    params = [{"currency": "GBP", "as_of_number": JANUARY + 2}]
    bench.table("params", "currency varchar, as_of_number integer", params)
    bench.run("5_counts/62_monthly_repeats")
    assert bench.query("from monthly_repeats") == [(date(2025, 1, 1), 3), (date(2025, 2, 1), 1)]
