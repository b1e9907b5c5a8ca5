"""Why prices changed, model by model: small tables in, the rows of each step out, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

NOVEMBER = 2025 * 12 + 10
NOV, DEC, JAN = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
THING = {"customer_id": "C", "product_id": "net", "subscription_id": "S", "currency": "GBP"}
MONTH = {"interval_unit": "month", "interval_count": 1}
STEP = {
    "step_id": 1,
    "kind": "price",
    "old_holding": 1,
    "old_first": NOVEMBER,
    "new_holding": 1,
    "new_first": NOVEMBER + 1,
}
OLD = {"holding_id": 1, "first_month": NOVEMBER, "cycle_start": NOV, "coin_ticks": 100} | THING | MONTH
NEW = OLD | {"first_month": NOVEMBER + 1, "cycle_start": DEC, "day_before": NOV, "day_after": JAN}
FACTORS = {"month_times": 1, "month_parts": 1, "quantity_micros": 1_000_000}
Row = dict[str, Any]


def span(holding: int, month: int, **columns: object) -> Row:
    start = date(month // 12, month % 12 + 1, 1)
    return {"holding_id": holding, "first_month": month, "n_months": 1, "cycle_start": start} | THING | MONTH | columns


class TestSteps:
    def test_only_chains_of_several_things_are_followed_by_month(self, bench: Any) -> None:
        things = [THING | {"holding_id": n, "plan_id": plan} for n, plan in ((1, "a"), (2, "b"))]
        things.append(THING | {"holding_id": 3, "subscription_id": "T"})
        spans = [span(1, NOVEMBER), span(2, NOVEMBER + 2), span(3, NOVEMBER)]
        found = bench.model(
            "6_causes/10_int_priced_month",
            "holding_id, month_number, last_month, next_month",
            int_holding=things,
            int_ledger_span=spans,
            month_offset=[{"n_months": 1, "month_offset": 0}],
        )
        assert found == [(1, NOVEMBER, None, NOVEMBER + 2), (2, NOVEMBER + 2, NOVEMBER, None)]

    @pytest.mark.parametrize(
        ("things", "found"),
        [
            # The same thing goes on; another plan follows; one more beside it; the other one ends.
            ([(1, "a", 0), (1, "a", 1)], [("price", 1, 1)]),
            ([(1, "a", 0), (2, "b", 1)], [("plan_change", 1, 2)]),
            ([(1, "a", 0), (2, "a", 1)], [("interval_change", 1, 2)]),
            ([(1, "a", 0), (1, "a", 1), (2, "b", 1)], [("line_added", None, 2), ("price", 1, 1)]),
            ([(1, "a", 0), (2, "b", 0), (1, "a", 1)], [("line_dropped", 2, None), ("price", 1, 1)]),
        ],
    )
    def test_things_of_two_months_are_paired(
        self, bench: Any, things: list[tuple[int, str, int]], found: list[tuple[object, ...]]
    ) -> None:
        months = [
            {
                "chain_id": 1,
                "holding_id": holding,
                "plan_id": plan,
                "first_month": NOVEMBER + later,
                "month_number": NOVEMBER + later,
                "last_month": NOVEMBER if later else None,
                "next_month": None if later else NOVEMBER + 1,
            }
            for holding, plan, later in things
        ]
        assert (
            bench.model("6_causes/15_int_step_pair", "kind, old_holding, new_holding", int_priced_month=months) == found
        )

    def test_a_gap_is_a_change_only_where_bills_go_on(self, bench: Any) -> None:
        paid = {"quantity_micros": 1_000_000, "standard_ticks": 1}
        spans = [
            span(holding, NOVEMBER + later, net_micros=money, **paid)
            for holding, later, money in (
                (1, 0, 18),
                (1, 1, 18),
                (1, 2, 20),
                (2, 0, 18),
                (2, 2, 20),
                (3, 0, 18),
                (3, 2, 20),
            )
        ]
        things = [THING | {"holding_id": n, "subscription_id": f"S{n}"} for n in (1, 2, 3)]
        found = bench.model(
            "6_causes/20_int_price_step",
            "old_holding, old_first, new_first, across_gap",
            int_ledger_span=spans,
            int_holding=things,
            int_unpriced_month=[THING | {"subscription_id": "S3", "month_number": NOVEMBER + 1}],
        )
        # The second has no bill in between: an exit and an entry.
        assert found == [(1, NOVEMBER + 1, NOVEMBER + 2, False), (3, NOVEMBER, NOVEMBER + 2, True)]

    def test_a_side_reads_the_line_of_its_bill(self, bench: Any) -> None:
        spans = [
            span(1, NOVEMBER + n, tenure_start=date(2025, 10, 20), is_censored=False, quantity_micros=2_000_000)
            for n in (0, 1)
        ]
        line = THING | MONTH | {"row_id": 1, "period_start": NOV, "quantity": 2, "net_amount": 36, "gross_amount": 40}
        found = bench.model(
            "6_causes/25_int_price_side",
            "first_month, day_before, day_after, held_since, joined_day, gross_ticks, line_ticks, list_ticks, "
            "tax_share",
            int_price_step=[STEP],
            int_ledger_span=spans,
            int_line_disposition=[line | {"tax_amount": Decimal("7.2")}],
            stg_billing=[{"row_id": 1, "list_unit_price": 21}],
        )
        # 40.00 and 36.00 for two units, tax 7.20 of 36.00; the customer joined with it, twelve days before.
        assert found[0] == (NOVEMBER, date(2025, 10, 1), DEC, NOV, NOV, 200_000, 180_000, 210_000, 0.2)
        assert found[1][:5] == (NOVEMBER + 1, NOV, JAN, NOV, NOV)

    def test_the_offers_around_a_change_are_asked_once(self, bench: Any) -> None:
        found = bench.model(
            "6_causes/30_int_step_question",
            "product_id, day",
            int_price_step=[STEP, STEP | {"step_id": 2}],
            int_price_side=[OLD, NEW | {"joined_day": date(2025, 1, 1)}],
        )
        assert found == [("net", date(2025, 1, 1)), ("net", NOV), ("net", DEC), ("net", JAN)]

    def test_the_offer_that_states_most_keys_answers(self, bench: Any) -> None:
        key = "\x1e\x1f{plan}\x1f\x1e\x1f\x1e\x1fnet\x1fGBP\x1fmonth\x1f1"
        offer = {"valid_from": date(2025, 1, 1), "kind": "list", "primary_ticks": 1}
        offers = [
            offer | {"offer_id": "any", "pattern": "d", "offer_key": key.format(plan="\x1e"), "n_keys": 3},
            offer | {"offer_id": "plan", "pattern": "dp", "offer_key": key.format(plan="a"), "n_keys": 4},
            offer | {"offer_id": "own", "pattern": "cdp", "offer_key": "C" + key.format(plan="a"), "n_keys": 5},
        ]
        prices = (
            ("standard_interval_ticks", (17, 18, 1)),
            ("intro_unit_price", (None, 9, None)),
            ("intro_cycles", (None, 3, None)),
        )
        for name, values in prices:
            for one, value in zip(offers, values, strict=True):
                one[name] = value
        question = {"product_id": "net", "currency": "GBP", "quantity_micros": 1_000_000, "day": NOV} | MONTH
        found = bench.model(
            "6_causes/35_int_step_offer",
            "question_id, standard_ticks, intro_ticks, intro_cycles",
            int_step_question=[
                question | {"question_id": 1, "plan_id": "a"},
                question | {"question_id": 2, "plan_id": "b"},
            ],
            int_offer_key=offers,
        )
        assert found == [(1, 18, 90_000, 3), (2, 17, None, None)]


class TestPrices:
    def test_prices_of_other_intervals_are_held_by_the_month(self, bench: Any) -> None:
        old = (
            OLD
            | FACTORS
            | {"interval_ticks": 180_000, "price_ticks": 180_000, "standard_ticks": 180_000, "net_micros": 18_000_000}
        )
        year = {"interval_unit": "year", "month_parts": 12, "interval_ticks": 1_920_000, "price_ticks": 160_000}
        new = NEW | FACTORS | year | {"holding_id": 2, "list_ticks": 2_400_000, "net_micros": 192_000_000}
        found = bench.model(
            "6_causes/40_int_step_price",
            "is_monthly, old_price, new_price, old_standard, new_standard, old_paid, new_paid",
            int_price_step=[STEP | {"kind": "interval_change", "new_holding": 2}],
            int_price_side=[old, new],
        )
        # 192.00 a year are 16.00 a month; its list of 240.00 is 20.00.
        assert found == [(True, 180_000, 160_000, 180_000, 200_000, 180_000, 160_000)]

    @pytest.mark.parametrize(
        ("told", "ticks"),
        [({"told_price": 21}, 210_000), ({"told_change": 2}, 200_000), ({"told_percent": 10}, 198_000)],
    )
    def test_an_event_belongs_to_the_next_change(self, bench: Any, told: Row, ticks: int) -> None:
        prices = {"interval_ticks": 180_000, "held_since": NOV}
        event = {"row_id": 7, "customer_id": "C", "told_on": date(2025, 11, 15), "effective_on": DEC}
        found = bench.model(
            "6_causes/45_int_step_event",
            "step_id, event_id, told_day, is_told, told_ticks, is_end, is_index",
            int_price_step=[STEP, STEP | {"step_id": 2, "old_first": NOVEMBER + 1, "new_first": NOVEMBER + 2}],
            int_price_side=[
                OLD | prices,
                NEW | prices,
                NEW | prices | {"first_month": NOVEMBER + 2, "cycle_start": JAN, "day_before": DEC},
            ],
            stg_price_event=[event | told, event | {"row_id": 8, "customer_id": "D"}],
        )
        assert found == [(1, 7, date(2025, 11, 15), True, ticks, False, False)]

    def test_discounts_of_lines_and_of_bills_are_told_apart(self, bench: Any) -> None:
        part = THING | MONTH | {"row_id": 5, "month_number": NOVEMBER, "discount_id": "TEN", "part_micros": -2_000_000}
        sides = [OLD | FACTORS, NEW | FACTORS]
        price = {"step_id": 1, "is_monthly": False, "old_standard": 200_000, "old_price": 170_000}
        found = bench.model(
            "6_causes/50_int_step_discount",
            "discount_key, old_ticks, new_ticks, ends_on",
            int_price_step=[STEP],
            int_step_price=[price | {"new_standard": 200_000, "new_price": 200_000}],
            int_price_side=sides,
            int_discount_part=[part],
            stg_billing=[{"row_id": 5, "discount_end": DEC}],
        )
        # 3.00 off before: 2.00 by a line that ends in December, 1.00 on the bill itself.
        assert found == [("\x1e", 10_000, 0, None), ("TEN", 20_000, 0, DEC)]

    @pytest.mark.parametrize(
        ("discount", "found"),
        [
            ({"old_ticks": 20_000, "new_ticks": 0, "ends_on": DEC}, (0, 20_000, "discount_end")),
            ({"old_ticks": 20_000, "new_ticks": 0, "ends_on": JAN}, (0, 20_000, "discount_withdrawn")),
            ({"old_ticks": 20_000, "new_ticks": 0}, (0, 20_000, "discount_end_unstated")),
            ({"old_ticks": 0, "new_ticks": 20_000}, (0, -20_000, "discount_granted")),
            # 10 % of 20.00 become 10 % of 22.00: the discount itself has not changed.
            (
                {"old_ticks": 20_000, "new_ticks": 22_000, "old_percent": 10, "new_percent": 10},
                (2_000, 0, "discount_end_unstated"),
            ),
        ],
    )
    def test_a_discount_changes_for_a_reason(self, bench: Any, discount: Row, found: tuple[object, ...]) -> None:
        price = {"step_id": 1, "old_standard": 200_000, "new_standard": 220_000, "coin_ticks": 100}
        assert bench.model(
            "6_causes/52_int_step_share",
            "list_share, ticks, driver",
            int_step_discount=[{"step_id": 1} | discount],
            int_step_price=[price | {"old_intro": False, "new_intro": False}],
            int_price_step=[STEP],
            int_price_side=[OLD, NEW],
        ) == [found]

    def test_the_list_part_is_what_discounts_leave_and_the_index_that_was_out(self, bench: Any) -> None:
        price = {
            "step_id": 1,
            "kind": "price",
            "old_price": 180_000,
            "new_price": 200_000,
            "coin_ticks": 100,
            "is_monthly": False,
        }
        found = bench.model(
            "6_causes/55_int_step_list",
            "price_move, standard_move, list_part, discount_part, n_events, told_ticks, round(rate, 6)",
            int_step_price=[price | {"old_standard": 200_000, "new_standard": 220_000}],
            int_step_share=[{"step_id": 1, "list_share": 2_000, "ticks": 2_000}],
            int_price_step=[STEP],
            int_price_side=[OLD, NEW | {"contract_index": "CPI"}],
            int_step_event=[{"step_id": 1, "event_id": n, "is_told": n == 1, "told_ticks": 210_000} for n in (1, 2)],
            stg_cpi=[
                {"index_code": "CPI", "month": date(year, 10, 1), "value": value}
                for year, value in ((2024, 125), (2025, 130))
            ],
            params=[{"index_month": None}],
        )
        # A change of December is by the index of October: 130 / 125.
        assert found == [(20_000, 20_000, 18_000, 2_000, 2, 210_000, 0.04)]

    def test_index_letter_and_offer_account_for_moves(self, bench: Any) -> None:
        step = (
            {"step_id": 1, "kind": "price", "product_id": "net", "currency": "GBP", "is_monthly": False}
            | MONTH
            | FACTORS
        )
        step |= {
            "day_before": NOV,
            "cycle_start": DEC,
            "day_after": JAN,
            "coin_ticks": 100,
            "rate": 0.04,
            "told_ticks": 209_000,
        }
        step |= {
            "old_price": 200_000,
            "old_standard": 200_000,
            "standard_move": 10_000,
            "list_part": 10_000,
            "discount_part": 0,
        }
        offers = [
            {"product_id": "net", "currency": "GBP", "quantity_micros": 1_000_000, "day": day, "standard_ticks": ticks}
            | MONTH
            for day, ticks in ((NOV, 190_000), (DEC, 195_000), (JAN, 196_000))
        ]
        found = bench.model(
            "6_causes/58_int_step_move",
            "index_move, letter_move, offer_move, is_offered",
            int_step_list=[step | {"is_standard": False}],
            int_step_offer=offers,
        )
        # 4 % of 20.00, 20.90 told, and the offer rose by 0.60 up to the cycle after.
        assert found == [(8_000, 9_000, 6_000, True)]

    def test_each_driver_takes_what_is_left(self, bench: Any) -> None:
        step = {
            "step_id": 1,
            "kind": "price",
            "product_id": "net",
            "currency": "GBP",
            "holding_id": 1,
            "cycle_start": DEC,
        } | MONTH
        moves = {
            "price_move": 10_000,
            "standard_move": 10_000,
            "list_part": 10_000,
            "old_standard": 200_000,
            "part": 1.0,
        }
        found = bench.model(
            "6_causes/60_int_step_left",
            "index_linked, announced, with_list, plan_part, left_part, left_standard",
            int_step_move=[step | moves | {"index_move": 8_000, "letter_move": 1_500, "offer_move": 6_000}],
            params=[{"anniversaries": False}],
        )
        assert found == [(8_000, 1_500, 0, 0, 500, 500)]


class TestRises:
    def test_one_early_customer_does_not_cut_a_decision_in_two(self, bench: Any) -> None:
        rise = {"window_key": "net", "kind": "price", "list_part": 1, "window_interval": "1 month"}
        days = [date(2025, 11, 24), *[date(2025, 12, 1)] * 3, date(2025, 12, 28)]
        found = bench.model(
            "6_causes/65_int_rise_day",
            "new_day, starts_on, ends_on",
            int_step_left=[rise | {"step_id": n, "new_day": day} for n, day in enumerate(days)],
        )
        assert [row[1] for row in found] == [date(2025, 11, 24), date(2025, 11, 24), DEC]

    def test_a_window_from_the_end_of_a_month_ends_before_the_end_of_the_next(self, bench: Any) -> None:
        # A month from 31 August is 30 September, which is no longer part of it.
        rise = {"window_key": "net", "kind": "price", "list_part": 1, "window_interval": "1 month"}
        found = bench.model(
            "6_causes/65_int_rise_day",
            "new_day, starts_on, ends_on",
            int_step_left=[rise | {"new_day": day} for day in (date(2024, 8, 31), date(2024, 9, 30))],
        )
        assert found == [
            (date(2024, 8, 31), date(2024, 8, 31), date(2024, 9, 30)),
            (date(2024, 9, 30), date(2024, 9, 30), date(2024, 10, 30)),
        ]

    def test_who_has_a_bill_in_the_window_is_held(self, bench: Any) -> None:
        key = "net\x1f\x1e\x1f\x1f\x1fGBP\x1fmonth\x1f1"
        found = bench.model(
            "6_causes/68_int_rise_held",
            "window_id, holding_id, first_day",
            int_rise_day=[{"window_key": key, "window_id": 1, "starts_on": DEC, "ends_on": JAN}],
            int_ledger_span=[span(1, NOVEMBER + 1), span(2, NOVEMBER), span(3, NOVEMBER + 1, product_id="tv")],
        )
        assert found == [(1, 1, DEC)]

    def test_who_is_locked_or_new_is_none_of_the_others(self, bench: Any) -> None:
        held = {"window_id": 1, "first_day": DEC, "is_censored": False}
        starts = {1: date(2020, 6, 15), 2: date(2025, 6, 1), 3: date(2020, 6, 1)}
        rise = {
            "window_key": "k",
            "new_day": DEC,
            "kind": "price",
            "list_part": 1,
            "holding_id": 1,
            "left_standard": 9_000,
        }
        found = bench.model(
            "6_causes/70_int_rise_member",
            "holding_id, tenure_months, is_other, rise_ticks, all_ticks, paid_ticks, share",
            int_rise_held=[held | {"holding_id": n, "tenure_start": start} for n, start in starts.items()],
            int_rise_day=[{"window_key": "k", "new_day": DEC, "window_id": 1}],
            int_step_left=[
                rise | {"standard_move": 10_000, "price_move": 8_000, "old_standard": 200_000, "coin_ticks": 100}
            ],
            int_holding=[{"holding_id": 3, "customer_id": "L"}],
            stg_price_event=[{"customer_id": "L", "lock_until": JAN}],
        )
        assert found == [
            # 9,000 and a coin of 200,000.
            (1, 65, True, 9_000, 10_000, 8_000, 0.0455),
            (2, 6, False, 0, 0, 0, 0.0),
            (3, 66, False, 0, 0, 0, 0.0),
        ]

    @pytest.mark.parametrize(
        ("raised", "found"), [(20, (20, 0.05, 0.05, 0.05)), (18, (20, 0.0, 0.0, 0.0)), (19, (20, 0.05, 0.0, 0.05))]
    )
    def test_what_nearly_all_others_reached_is_common(self, bench: Any, raised: int, found: tuple[object, ...]) -> None:
        # 95 % of 20 are 19; seen by one of them, 95 % of the 19 others are 19 of whom he may be one.
        members = [
            {"window_id": 1, "holding_id": n, "is_other": True, "share": 0.05 if n < raised else 0.0} for n in range(20)
        ]
        assert bench.model(
            "6_causes/75_int_rise_reach",
            "n_others, reached, next_reached, reached_from_outside",
            int_rise_member=members,
            int_rise_day=[{"window_id": 1, "window_key": "k", "starts_on": DEC, "ends_on": JAN}],
            params=[{"min_per_group": 5}],
        ) == [found]

    @pytest.mark.parametrize(
        ("reached", "drivers"),
        [
            # The offer rose by 4,000 too; what all others got beyond that is a rise of the back book.
            (0.06, [("back_book_rise", 6_000), ("list_rise", 4_000)]),
            (0.0, [("unexplained", 10_000)]),
        ],
    )
    def test_what_is_common_is_no_riddle(self, bench: Any, reached: float, drivers: list[tuple[str, int]]) -> None:
        step = {"step_id": 1, "kind": "price", "window_key": "k", "new_day": DEC, "holding_id": 1, "n_events": 0}
        step |= {
            "left_part": 10_000,
            "left_standard": 10_000,
            "old_standard": 200_000,
            "offer_move": 4_000,
            "part": 1.0,
        }
        step |= {
            "is_offered": True,
            "coin_ticks": 100,
            "index_linked": 0,
            "announced": 0,
            "with_list": 0,
            "plan_part": 0,
        }
        member = {"window_id": 1, "holding_id": 1, "is_other": True, "share": 0.0505}
        found = bench.model(
            "6_causes/80_int_step_driver",
            "driver, ticks",
            int_step_left=[step],
            int_rise_day=[{"window_key": "k", "new_day": DEC, "window_id": 1}],
            int_rise_reach=[
                {"window_id": 1, "reached": reached, "next_reached": reached, "reached_from_outside": reached}
            ],
            int_rise_member=[member],
            params=[{"events_complete": False}],
        )
        assert found == drivers


class TestPublished:
    def test_a_change_names_both_sides(self, bench: Any) -> None:
        prices = {"quantity_micros": 1_000_000, "tenure_start": date(2020, 6, 15), "is_censored": False}
        found = bench.model(
            "6_causes/85_price_change",
            "change_id, kind, changed_on, tenure_months, loyalty_group, old_price_ticks, new_price_ticks, "
            "new_paid_ticks",
            int_price_step=[
                STEP,
                STEP | {"step_id": 2, "kind": "line_dropped", "new_holding": None, "new_first": None},
            ],
            int_price_side=[OLD | prices | {"interval_ticks": 180_000, "net_micros": 18_000_000}, NEW | prices],
            int_step_price=[
                {"step_id": 1, "is_monthly": False, "old_price": 180_000, "new_price": 200_000, "new_paid": 200_000}
            ],
            tenure_class=[{"tenure_months": n, "loyalty_group": "tenured", "band_order": 5} for n in (64, 65)],
        )
        assert found == [
            (1, "price", DEC, 65, "tenured", 180_000, 200_000, 200_000),
            (2, "line_dropped", NOV, 64, "tenured", 180_000, None, 0),
        ]

    def test_drivers_add_up_and_coins_join_the_largest(self, bench: Any) -> None:
        change = {"change_id": 1, "kind": "price", "old_quantity": 1, "new_quantity": 1, "old_price_ticks": 180_000}
        found = bench.model(
            "6_causes/90_price_change_driver",
            "driver, ticks, quarter_ticks, rise_quarter_ticks",
            price_change=[change | {"new_price_ticks": 200_010, "old_paid_ticks": 180_000, "new_paid_ticks": 200_010}],
            int_step_driver=[
                {"step_id": 1, "driver": "list_rise", "ticks": 15_000},
                {"step_id": 1, "driver": "discount_end", "ticks": 5_000},
            ],
            int_step_price=[{"step_id": 1, "coin_ticks": 100}],
        )
        assert found == [("discount_end", 5_000, 20_000, 20_000), ("list_rise", 15_000, 60_040, 60_040)]

    def test_a_rise_counts_by_the_year(self, bench: Any) -> None:
        drivers = [("list_rise", 40_000), ("back_book_rise", 20_000), ("discount_granted", -4_000)]
        found = bench.model(
            "6_causes/92_price_rise",
            "driver, in_last_year, has_reason, rise_a_year",
            price_change=[{"change_id": 1, "changed_on": DEC, "n_events": 0} | MONTH],
            price_change_driver=[{"change_id": 1, "driver": name, "rise_quarter_ticks": n} for name, n in drivers],
            params=[{"as_of_month": DEC}],
        )
        # 40,000 quarters are 1.00 a month.
        assert found == [("back_book_rise", True, False, 6.0), ("list_rise", True, True, 12.0)]

    def test_a_decision_is_counted_by_band(self, bench: Any) -> None:
        key = "net\x1fbase\x1fNorth\x1f\x1fGBP\x1fmonth\x1f1"
        members = [
            {
                "window_id": 1,
                "holding_id": n,
                "tenure_months": 30,
                "is_censored": n == 3,
                "all_ticks": 0,
                "paid_ticks": 0,
            }
            for n in range(4)
        ]
        members[0] |= {"all_ticks": 10_000, "paid_ticks": 8_000, "old_standard": 200_000}
        found = bench.model(
            "6_causes/94_rise_exposure",
            "plan_id, region, channel, band_order, n_held, n_raised, before_ticks, rise_ticks, paid_rise_ticks",
            int_rise_member=members,
            int_rise_day=[{"window_id": 1, "window_key": key, "starts_on": DEC, "ends_on": JAN}],
            tenure_class=[{"tenure_months": 30, "band_order": 3}],
        )
        assert found == [
            ("base", "North", None, 3, 3, 1, 200_000, 10_000, 8_000),
            ("base", "North", None, None, 1, 0, 0, 0, 0),
        ]
