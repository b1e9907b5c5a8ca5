"""Billed lines as int_line_disposition holds them, and the models that make a month's bill of them."""

from __future__ import annotations

from datetime import date

Line = dict[str, object]
STEPS = tuple(
    f"2_ledger/{name}"
    for name in (
        *("03_int_removed_unit", "05_int_continued_line", "08_int_discount_beside", "10_int_comparable_line"),
        *("11_int_discount_line", "12_int_percent_discount", "13_int_discount_share", "14_int_discount_term"),
        *(
            "15_int_discount_period",
            "16_int_discount_month",
            "17_int_odd_month",
            "20_int_odd_line",
            "30_int_line_month",
        ),
        *("31_int_discount_candidate", "33_int_discount_part", "34_int_folded_discount", "35_int_month_bill"),
    )
)
SAID = (
    "row_id bigint, line_id varchar, source_index integer, invoice_id varchar, customer_id varchar, "
    "product_id varchar, plan_id varchar, subscription_id varchar, currency varchar, issued_on date, "
    "period_start date, period_end date, "
    "interval_unit varchar, interval_count integer, applies_to_line_id varchar, reverses_line_id varchar, "
    "discount_id varchar, discount_audience varchar, discount_percent decimal(18,6), content_key varchar"
)
TYPES = (
    "row_id bigint, line_id varchar, source_index integer, invoice_id varchar, customer_id varchar, "
    "product_id varchar, plan_id varchar, subscription_id varchar, currency varchar, issued_on date, "
    "period_start date, period_end date, "
    "interval_unit varchar, interval_count integer, covered_until date, line_kind varchar, exclusion varchar, "
    "is_proration boolean, net_amount decimal(18,6), gross_amount decimal(18,6), discount_amount decimal(18,6), "
    "quantity decimal(18,6), price_set_on date, tenure_start date, price_version_id varchar, channel varchar, "
    "region varchar, discount_id varchar, discount_audience varchar, contract_end date, controls_key varchar, "
    "lens_key varchar"
)
NOVEMBER = 2025 * 12 + 10
TERM_ENDS = "row_id bigint, charge_row_id bigint, ends_on date"
OFFSETS = [{"n_months": n, "month_offset": o} for n in range(1, 25) for o in range(n)]
YEAR = {"period_start": date(2025, 3, 1), "period_end": date(2026, 3, 1), "interval_unit": "year"}


def line(row_id: int, net: str, **columns: object) -> Line:
    """Return a comparable line of November for one unit of plan base."""
    given: Line = {
        "row_id": row_id,
        "line_id": f"L{row_id}",
        "source_index": 1,
        "customer_id": "C",
        "product_id": "net",
        "plan_id": "base",
        "subscription_id": "S",
        "currency": "GBP",
        "issued_on": date(2025, 11, 1),
        "period_start": date(2025, 11, 1),
        "period_end": date(2025, 12, 1),
        "interval_unit": "month",
        "interval_count": 1,
        "line_kind": "recurring",
        "is_proration": False,
        "net_amount": net,
        "quantity": 1,
        "controls_key": "",
        "lens_key": "",
        "content_key": f"content {row_id}",
    }
    merged = given | columns
    return {"covered_until": merged["period_end"], **merged}


def discount(row_id: int, net: str, **columns: object) -> Line:
    """Return a discount line of November that names no plan."""
    return line(row_id, net, **{"line_kind": "discount", "exclusion": "discount", "plan_id": None, **columns})
