"""How the money above the offers moved, model by model: rows in, rows out, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

DECEMBER = 2025 * 12 + 11
STUDY = {"as_of_month": date(2025, 12, 1), "as_of_number": DECEMBER, "currency": "GBP"}
MONTH = {"interval_unit": "month", "interval_count": 1}
SPAN = MONTH | {
    "role": "billing",
    "customer_id": "C",
    "product_id": "net",
    "currency": "GBP",
    "paid_ticks": 330_000,
    "offered_ticks": 300_000,
    "quantity_micros": 1_000_000,
    "loyalty_group": "tenured",
}
KEYS = ("holding_id", "customer_id", "product_id", "currency")
Row = dict[str, Any]


def held(month: int, *, paid: int = 330_000, offered: int | None = 300_000, units: int = 1, **more: object) -> Row:
    """Return a thing held that is compared, so many months after November 2025."""
    return (
        MONTH
        | {
            "holding_id": 1,
            "chain": 1,
            "month_number": DECEMBER - 1 + month,
            "paid_ticks": paid,
            "offered_ticks": offered,
            "quantity_micros": units * 1_000_000,
            "is_tenured": True,
            "is_compared": True,
        }
        | more
    )


def test_only_chains_with_a_compared_month_are_followed(bench: Any) -> None:
    spans = [
        SPAN | {"holding_id": 1, "first_month": DECEMBER - 20, "n_months": 9},
        SPAN | {"holding_id": 1, "first_month": DECEMBER - 11, "n_months": 1, "offered_ticks": None},
        SPAN | {"holding_id": 2, "product_id": "tv", "first_month": DECEMBER, "n_months": 1, "loyalty_group": "new"},
    ]
    found = bench.model(
        "9_money/10_int_compared_month",
        "holding_id, month_number, is_compared",
        int_grouped_span=spans,
        int_holding=[{name: span[name] for name in KEYS} for span in (spans[0], spans[2])],
        month_offset=[{"n_months": n, "month_offset": offset} for n in range(1, 10) for offset in range(n)],
        params=[STUDY],
    )
    assert found == [(1, DECEMBER - 12, True), (1, DECEMBER - 11, False)]


@pytest.mark.parametrize(
    ("months", "found"),
    [
        ([held(0), held(1)], [(1, "stayer")]),
        ([held(0, is_tenured=False, is_compared=False), held(1)], [(1, "newly_tenured")]),
        ([held(0, offered=None, is_compared=False), held(1)], [(1, "newly_covered")]),
        ([held(0, holding_id=9, chain=9), held(1)], [(1, "newly_covered"), (9, "left")]),
        ([held(0), held(1, is_tenured=False, is_compared=False)], [(1, "no_longer")]),
        ([held(0), held(1, offered=None, is_compared=False)], [(1, "no_longer")]),
        ([held(0), held(1, holding_id=2)], [(1, "plan_change"), (2, "plan_change")]),
        (
            [held(0), held(1, holding_id=9, chain=9), held(2)],
            [(1, "newly_covered"), (1, "no_longer"), (9, "left"), (9, "newly_covered")],
        ),
    ],
)
def test_what_comes_in_and_goes_out_has_a_name(bench: Any, months: list[Row], found: list[tuple[object, ...]]) -> None:
    assert bench.model("9_money/20_int_month_pair", "holding_id, step", int_compared_month=months) == found


def test_prices_offers_and_units_move_the_money_by_the_means_of_both_months(bench: Any) -> None:
    """From 1 x (33 - 30) to 2 x (35 - 31): price 2 x 1.5, offers -1 x 1.5, units (34 - 30.5) x 1."""
    pair = MONTH | {"holding_id": 1, "month_number": DECEMBER, "step": "stayer", "change_id": 7}
    pair |= {"old_paid": 330_000, "new_paid": 700_000, "old_offered": 300_000, "new_offered": 620_000}
    pair |= {"old_micros": 1_000_000, "new_micros": 2_000_000}
    gone = MONTH | {
        "holding_id": 2,
        "month_number": DECEMBER,
        "step": "left",
        "old_paid": 120_000,
        "old_offered": 100_000,
    }
    found = bench.model(
        "9_money/30_gap_waterfall",
        "step, quarter_ticks, amount_a_year",
        int_month_pair=[pair, gone],
        price_change_driver=[
            {"change_id": 7, "driver": "list_rise", "quarter_ticks": 120_000},
            {"change_id": 7, "driver": "quantity", "quarter_ticks": 1_360_000},
        ],
        int_compared_month=[held(1, paid=700_000, offered=620_000)],
        params=[STUDY],
    )
    assert found == [
        ("end", 320_000, 96),
        ("left", -80_000, -24),
        ("list_rise", 120_000, 36),
        ("offers", -60_000, -18),
        ("quantity", 140_000, 42),
    ]


def test_the_bridge_leads_from_months_to_bills(bench: Any) -> None:
    def line(amount: int, exclusion: str | None, day: date = date(2025, 3, 1)) -> Row:
        return {"row_id": amount, "currency": "GBP", "issued_on": day, "net_amount": amount, "exclusion": exclusion}

    spans = [SPAN | {"first_month": DECEMBER - 8, "n_months": 12, "interval_unit": "year", "paid_ticks": 1_200_000}]
    found = bench.model(
        "9_money/40_revenue_bridge",
        "step_order, step, amount",
        int_grouped_span=spans,
        int_line_disposition=[
            line(120, None),
            line(7, "usage"),
            line(-5, "credit"),
            line(9, "draft"),
            line(50, "summary"),
            line(300, None, date(2024, 12, 31)),
        ],
        params=[STUDY],
    )
    assert found == [
        (1, "paid", Decimal(90)),
        (2, "prices_billed", Decimal(30)),
        (3, "credit", Decimal(-5)),
        (3, "usage", Decimal(7)),
        (4, "billed", Decimal(122)),
    ]
