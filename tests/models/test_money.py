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
    """Return a thing held that is compared, so many months after October 2025."""
    return (
        MONTH
        | {
            "holding_id": 1,
            "chain": 1,
            "month_number": DECEMBER - 2 + month,
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
    rows = bench.model(
        "9_money/20_int_month_pair", "month_number, holding_id, step", int_compared_month=months, params=[STUDY]
    )
    first, last = (pick(row["month_number"] for row in months) for pick in (min, max))
    assert sorted(row[1:] for row in rows if first < row[0] <= last) == found


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
        int_compared_month=[held(2, paid=700_000, offered=620_000)],
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


class TestParties:
    def test_a_book_and_bills_are_looked_at_alike(self, bench: Any) -> None:
        found = bench.model(
            "9_money/50_int_party_row",
            "party_id, times, above_a_year",
            int_grouped_span=[
                SPAN | {"party_id": "A", "covers_as_of": True},
                SPAN | {"party_id": "B", "covers_as_of": False},
                SPAN | {"party_id": "C", "role": "book", "covers_as_of": False, "interval_unit": "year"},
                SPAN | {"party_id": "D", "covers_as_of": True, "loyalty_group": "new"},
                SPAN | {"party_id": "E", "covers_as_of": True, "offered_ticks": None},
            ],
            params=[STUDY],
        )
        assert found == [("A", 12, 36), ("C", 1, 3)]

    @pytest.mark.parametrize(
        ("audience", "granted", "others", "expected"),
        [
            ("existing_only", None, [], True),
            (None, 30, [], True),
            (None, 6, [], False),
            (None, None, [], None),
            (None, 30, ["D"], False),
        ],
    )
    def test_negotiated_is_what_was_granted_late_and_new_customers_do_not_have(
        self, bench: Any, audience: str | None, granted: int | None, others: list[str], expected: object
    ) -> None:
        thing = MONTH | {"holding_id": 1, "customer_id": "C", "product_id": "net", "currency": "GBP"}
        joined = {"tenure_start": date(2023, 12, 1), "tenure_months": 24, "is_censored": False}
        change = {**thing, "change_id": 3, "kind": "price", "tenure_months": granted, "new_quantity": 2}
        change |= {"old_standard_ticks": 300_000, "new_standard_ticks": 320_000}
        del change["holding_id"]
        found = bench.model(
            "9_money/55_int_conduct",
            "is_negotiated, rise_a_year, years",
            int_party_row=[{"holding_id": 1, "times": 12}],
            int_as_of_row=[
                thing | joined | {"discount_audience": audience},
                *({"holding_id": 2, "tenure_months": 3} for _ in others),
            ],
            int_running_discount=[
                {"holding_id": 1, "discount_key": "D", "is_intro": False},
                *({"holding_id": 2, "discount_key": name, "is_intro": False} for name in others),
            ],
            int_ledger_span=[thing | {"cycle_start": date(2024, 1, 1)}],
            price_change=[change] if granted else [],
            price_change_driver=[{"change_id": 3, "driver": "discount_granted"}] if granted else [],
        )
        assert found == [(expected, 48 if granted else 0, 2)]

    def test_a_party_pays_what_is_left_over_all_that_it_holds(self, bench: Any) -> None:
        def thing(party: str, number: int | None, above: int) -> Row:
            return {"party_id": party, "holding_id": number, "above_a_year": above}

        found = bench.model(
            "9_money/60_party_overpayment",
            "party_id, n_things, net_a_year, overpayment_a_year, positives_a_year, conduct, creep_a_year",
            int_party_row=[
                thing("A", 1, 30),
                thing("A", 2, -10),
                thing("B", 3, -5),
                thing("C", 4, 7),
                thing("D", None, 8),
            ],
            int_conduct=[
                {"holding_id": 1, "is_negotiated": False, "rise_a_year": 40, "years": 4},
                {"holding_id": 2, "is_negotiated": True, "rise_a_year": 6, "years": 2},
                {"holding_id": 3, "is_negotiated": None, "rise_a_year": 1, "years": 2},
                {"holding_id": 4, "is_negotiated": False, "rise_a_year": None, "years": 2},
            ],
        )
        assert found == [
            ("A", 2, 20, 20, 30, "negotiated", 13),
            ("B", 1, -5, 0, 0, "unknown", Decimal("0.5")),
            ("C", 1, 7, 7, 7, "passive", None),
            ("D", 1, 8, 8, 8, None, None),
        ]
