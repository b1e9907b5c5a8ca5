"""What is written about the next twelve months, model by model: rows in, rows out, worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

DECEMBER = 2025 * 12 + 11
DEC = date(2025, 12, 1)
KEYS = {"customer_id": "C", "product_id": "net", "currency": "GBP", "interval_unit": "month", "interval_count": 1}
ASKED = {name: value for name, value in KEYS.items() if name != "customer_id"}
SPAN = KEYS | {
    "holding_id": 1,
    "first_month": DECEMBER,
    "n_months": 1,
    "cycle_start": DEC,
    "pricing_date": DEC,
    "quantity_micros": 1_000_000,
    "covers_as_of": True,
    "is_censored": False,
    "tenure_start": DEC,
}
HELD = KEYS | {
    "holding_id": 1,
    "cycle_start": DEC,
    "month_step": 1,
    "day_step": 0,
    "price_ticks": 270_000,
    "standard_ticks": 300_000,
    "coin_ticks": 100,
    "quantity_micros": 2_000_000,
    "paid_ticks": 540_000,
    "offered_ticks": 500_000,
}
SPAN_ROW = KEYS | {"holding_id": 1, "cycle_start": DEC, "quantity_micros": 1_000_000, "paid_ticks": 200_000}
STUDY = {"as_of_month": DEC, "as_of_number": DECEMBER, "currency": "GBP"}
PART = KEYS | {"month_number": DECEMBER, "is_assigned": True}
Row = dict[str, Any]


def day(month: int, number: int = 1) -> date:
    return date(2026, month, number)


def written(cause: str, on: date | None) -> Row:
    return {"holding_id": 1, "cause": cause, "day": on}


def event(cause: str, on: date | None, **more: object) -> Row:
    return written(cause, on) | {"charged_on": on, "is_paid": False, "order_in_day": 1} | more


class TestToday:
    @pytest.mark.parametrize(("since", "expected"), [(DEC, [(200_000, day(4))]), (date(2025, 10, 1), [])])
    def test_an_introduction_runs_from_the_first_bill_of_who_joined_on_it(
        self, bench: Any, since: date, expected: list[tuple[object, ...]]
    ) -> None:
        offer = {"offer_id": "O", "valid_from": date(2020, 1, 1)}
        found = bench.model(
            "8_ahead/05_int_running_intro",
            "after_ticks, intro_end",
            int_ledger_span=[SPAN | {"tenure_start": since}],
            int_offer_match=[ASKED | {"lookup_id": 7, "lookup_date": DEC, "quantity_micros": 1_000_000}],
            int_offer_candidate=[offer | {"lookup_id": 7, "candidate_rank": 1}],
            offers=[offer | {"intro_unit_price": 10, "intro_cycles": 4, "standard_interval_ticks": 200_000}],
        )
        assert found == expected

    @pytest.mark.parametrize(
        ("line", "said", "intro", "expected"),
        [
            ({"net_amount": 20, "gross_amount": 25}, {}, [], 250_000),
            ({"net_amount": 20, "gross_amount": 25}, {"list_unit_price": 28}, [], 280_000),
            ({"net_amount": 20}, {}, [{"holding_id": 1, "intro_end": day(1), "after_ticks": 300_000}], 300_000),
            ({"net_amount": 20}, {}, [{"holding_id": 1, "intro_end": DEC, "after_ticks": 300_000}], 200_000),
            ({"net_amount": 20}, {}, [], 200_000),
        ],
    )
    def test_the_price_before_discounts_is_what_the_bill_or_the_offer_states(
        self, bench: Any, line: Row, said: Row, intro: list[Row], expected: int
    ) -> None:
        found = bench.model(
            "8_ahead/10_int_running_price",
            "standard_ticks",
            int_as_of_row=[SPAN_ROW | {"interval_ticks": 200_000, "price_ticks": 200_000, "standard_ticks": 200_000}],
            int_ledger_span=[SPAN],
            int_line_disposition=[KEYS | {"row_id": 3, "period_start": DEC, "quantity": 1} | line],
            stg_billing=[{"row_id": 3} | said],
            int_running_intro=intro,
        )
        assert found == [(expected,)]

    def test_a_discount_line_has_its_own_end_and_the_rest_is_that_of_the_line(self, bench: Any) -> None:
        found = bench.model(
            "8_ahead/20_int_running_discount",
            "discount_key, ticks, ends_on, is_intro",
            int_running_price=[
                HELD | {"price_ticks": 250_000, "quantity_micros": 1_000_000, "intro_end": day(4)},
                HELD | {"holding_id": 2, "product_id": "tv", "discount_id": "D", "discount_end": day(3)},
                HELD | {"holding_id": 3, "product_id": "plain", "price_ticks": 300_000},
                HELD | {"holding_id": 4, "product_id": "twice", "price_ticks": 250_000, "discount_id": "T"},
            ],
            int_discount_part=[
                PART | {"row_id": 5, "discount_id": "L", "part_micros": -2_000_000},
                PART | {"row_id": 6, "discount_id": "T", "part_micros": -4_000_000, "product_id": "twice"},
            ],
            stg_billing=[{"row_id": 5, "discount_end": day(2)}, {"row_id": 6}],
            params=[STUDY],
        )
        assert found == [
            ("D", 30_000, day(3), False),
            ("L", 20_000, day(2), False),
            ("T", 50_000, None, False),
            ("introduction", 30_000, day(4), True),
        ]


class TestEvents:
    def test_only_what_a_bill_a_letter_or_the_price_book_says_is_written(self, bench: Any) -> None:
        letter = {"holding_id": 1, "told_basis": "paid", "coin_ticks": 100}
        found = bench.model(
            "8_ahead/30_int_written_event",
            "cause, day, step_ticks, told_ticks, is_paid",
            int_running_price=[HELD | {"contract_end": day(5), "contract_index": "CPI"}],
            int_running_discount=[
                {"holding_id": 1, "discount_key": "D", "ends_on": day(2), "is_intro": False},
                {"holding_id": 1, "discount_key": "S", "steps": "2026-06-01 2.50; 2026-07-01", "is_intro": False},
                {"holding_id": 1, "discount_key": "over", "ends_on": DEC, "is_intro": False},
            ],
            int_told_letter=[
                letter | {"effective_day": day(3), "told_percent": 10},
                letter | {"effective_day": day(4), "told_change": 2, "told_basis": "standard"},
                letter | {"effective_day": day(4), "told_price": 9, "first_day": day(4)},
                letter | {"effective_day": DEC, "lock_until": day(9)},
            ],
            offers=[
                KEYS | {"customer_id": None, "audience": audience, "kind": "price_book", "valid_from": DEC,
                        "standard_interval_ticks": ticks}
                for audience, ticks in (("existing_only", 350_000), ("new_only", 990_000))
            ],
        )  # fmt: skip
        assert found == [
            ("contract_end", day(5), None, 350_000, False),
            ("discount_end", day(2), None, None, False),
            ("discount_step", day(6), 25_000, None, False),
            ("discount_step", day(7), None, None, False),
            ("index_linked", None, None, None, False),
            ("lock_end", day(9), None, None, False),
            ("told", day(3), None, 297_000, True),
            ("told", day(4), None, 320_000, False),
        ]

    @pytest.mark.parametrize(
        ("start", "step", "on", "expected"),
        [
            (DEC, (1, 0), day(1), day(1)),
            (DEC, (1, 0), day(1, 2), day(2)),
            (date(2025, 12, 20), (1, 0), day(1, 20), day(1, 20)),
            (date(2025, 12, 20), (1, 0), day(1, 21), day(2, 20)),
            (date(2025, 12, 20), (1, 0), date(2025, 12, 25), day(1, 20)),
            (date(2025, 11, 1), (3, 0), day(2), day(2)),
            (date(2025, 11, 1), (3, 0), day(2, 2), day(5)),
            (date(2025, 4, 15), (12, 0), day(1), day(4, 15)),
            (date(2025, 12, 29), (0, 7), day(1, 6), day(1, 12)),
            (date(2025, 12, 29), (0, 7), day(1, 5), day(1, 5)),
        ],
    )
    def test_a_bill_goes_on_until_its_next_period_starts(
        self, bench: Any, start: date, step: tuple[int, int], on: date, expected: date
    ) -> None:
        found = bench.model(
            "8_ahead/40_int_written_day",
            "charged_on",
            int_written_event=[written("told", on)],
            int_running_price=[HELD | {"cycle_start": start, "month_step": step[0], "day_step": step[1]}],
            params=[STUDY],
        )
        assert found == [(expected,)]

    def test_what_lies_more_than_twelve_months_ahead_is_left_out(self, bench: Any) -> None:
        events = [written("told", on) for on in (day(12), date(2027, 1, 1))] + [written("index_linked", None)]
        found = bench.model(
            "8_ahead/40_int_written_day",
            "charged_on",
            int_written_event=events,
            int_running_price=[HELD],
            params=[STUDY],
        )
        assert found == [(day(12),), (None,)]


class TestPrices:
    def ahead(self, bench: Any, discounts: list[Row], events: list[Row]) -> list[tuple[Any, ...]]:
        """Return cause, day, price before, price after and the part of the cause."""
        tables = {"int_written_day": events, "int_running_price": [HELD]}
        days = "holding_id, charged_on, discount_key, ticks, first_standard, coin_ticks, cause, amount, rate, is_price"
        rows = bench.model("8_ahead/50_int_ahead_discount", days, int_running_discount=discounts, **tables)
        placed = [dict(zip(days.split(", "), row, strict=True)) for row in rows]
        names = (
            "holding_id, charged_on, discount_key, standard_ticks, standard_before, standard_cause, cause, "
            "moved_ticks, last_ticks, ticks"
        )
        rows = bench.model("8_ahead/55_int_ahead_price", names, int_ahead_discount=placed, int_written_day=events)
        priced = [dict(zip(names.split(", "), row, strict=True)) for row in rows]
        return bench.model(
            "8_ahead/60_price_ahead",
            "charged_on, cause, old_price_ticks, new_price_ticks, ticks, rise_a_year",
            int_ahead_price=priced,
            **tables,
        )  # type: ignore[no-any-return]

    def test_a_percentage_follows_the_list_and_an_amount_does_not(self, bench: Any) -> None:
        told = [event("told", day(3), told_ticks=400_000)]
        for percent, after, moved in ((10, 360_000, 90_000), (None, 370_000, 100_000)):
            discount = {
                "holding_id": 1,
                "discount_key": "D",
                "ticks": 30_000,
                "discount_percent": percent,
                "is_intro": False,
            }
            found = self.ahead(bench, [discount], told)
            assert found == [(day(3), "told", 270_000, after, moved, moved / 10_000 * 24)]

    def test_an_introduction_stays_a_price_until_its_end(self, bench: Any) -> None:
        discount = {"holding_id": 1, "discount_key": "introduction", "ticks": 30_000, "is_intro": True}
        events = [
            event("told", day(3), told_ticks=400_000),
            event("intro_end", day(5), discount_key="introduction", order_in_day=2),
        ]
        assert self.ahead(bench, [discount], events) == [
            (day(3), "told", 270_000, 270_000, 0, 0),
            (day(5), "intro_end", 270_000, 400_000, 130_000, 312),
        ]

    def test_the_causes_of_a_day_add_up_to_its_change(self, bench: Any) -> None:
        discount = {"holding_id": 1, "discount_key": "D", "ticks": 30_000, "is_intro": False}
        events = [
            event("discount_end", day(3), discount_key="D"),
            event("told", day(3), told_ticks=320_000, order_in_day=2),
        ]
        assert self.ahead(bench, [discount], events) == [
            (day(3), "discount_end", 270_000, 320_000, 30_000, 72),
            (day(3), "told", 270_000, 320_000, 20_000, 48),
        ]

    def test_a_price_told_after_discounts_is_the_price_paid(self, bench: Any) -> None:
        discount = {"holding_id": 1, "discount_key": "D", "ticks": 30_000, "discount_percent": 10, "is_intro": False}
        events = [event("told", day(3), told_ticks=281_700, is_paid=True)]
        assert [row[3] for row in self.ahead(bench, [discount], events)] == [281_700]

    def test_steps_follow_each_other_and_one_without_an_amount_has_no_price(self, bench: Any) -> None:
        discount = {"holding_id": 1, "discount_key": "D", "ticks": 30_000, "is_intro": False}
        events = [
            event("discount_step", day(2), discount_key="D", step_ticks=10_000),
            event("discount_step", day(4), discount_key="D", step_ticks=0, order_in_day=2),
            event("discount_step", day(6), discount_key="D", order_in_day=3),
            event("lock_end", day(7), order_in_day=4),
        ]
        assert [row[:5] for row in self.ahead(bench, [discount], events)] == [
            (day(2), "discount_step", 270_000, 290_000, 20_000),
            (day(4), "discount_step", 290_000, 300_000, 10_000),
            (day(6), "discount_step", None, None, None),
            (day(7), "lock_end", None, None, None),
        ]
