"""Observations and their counts, model by model: small tables in, the rows of each step out, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

NOVEMBER = 2025 * 12 + 10
NOV = date(2025, 11, 1)
MONTH = {"interval_unit": "month", "interval_count": 1}
GROUP = {"cell_key": "net", "lens_key": "", "loyalty_group": "tenured", "band_order": 5}
SPAN = GROUP | MONTH | {"role": "billing", "holding_id": 1, "customer_id": "C", "party_id": "C", "product_id": "net"}
SPAN |= {"currency": "GBP", "first_month": NOVEMBER, "n_months": 1, "covers_as_of": True, "pricing_date": NOV}
SPAN |= {"quantity_micros": 1_000_000, "paid_ticks": 180_000, "offered_ticks": 160_000}
STUDY = {"currency": "GBP", "as_of_number": NOVEMBER, "comparator_date": "cycle_start", "comparator_basis": "effective"}
Row = dict[str, Any]


class TestObservations:
    @pytest.mark.parametrize(
        ("span", "group"),
        [
            ({"tenure_months": 30}, ("tenured", 5)),
            ({"tenure_months": 3}, ("new", 1)),
            ({"tenure_months": 3, "discount_audience": "existing_only"}, ("middle", 1)),
            ({"tenure_months": 30, "is_censored": True}, ("tenured", None)),
            ({"tenure_months": 3, "is_censored": True}, ("unknown", None)),
            ({}, ("unknown", None)),
        ],
    )
    def test_a_span_has_the_group_of_its_tenure(self, bench: Any, span: Row, group: tuple[object, ...]) -> None:
        classes = [
            {"tenure_months": n, "loyalty_group": name, "band_order": band}
            for n, name, band in ((3, "new", 1), (30, "tenured", 5))
        ]
        billed = {"customer_id": "C", "is_censored": False, "net_micros": 18_000_050, "price_ticks": 180_000}
        found = bench.model(
            "4_observations/10_int_grouped_span",
            "loyalty_group, band_order, paid_ticks, party_id",
            int_tenure_span=[billed | span],
            tenure_class=classes,
        )
        # 18.00005 is half way between two ticks: the even one.
        assert found == [(*group, 180_000, "C")]

    def test_a_book_row_is_a_span_of_its_month(self, bench: Any) -> None:
        row = {"customer_id": "C", "price_ticks": 180_000, "tenure_months": 30, "as_of": NOV}
        found = bench.model(
            "4_observations/10_int_grouped_span",
            "role, pricing_date, paid_ticks, quantity_micros, offer_reason, n_candidates",
            int_book_span=[row],
        )
        assert found == [("book", NOV, 180_000, 1_000_000, "no_offer", 0)]

    def test_a_ledger_row_for_each_month(self, bench: Any) -> None:
        found = bench.model(
            "4_observations/20_price_ledger",
            "month, tenure_months, plan_age_months",
            int_grouped_span=[
                SPAN | {"n_months": 2, "tenure_number": NOVEMBER - 5, "tenure_months": 5, "plan_id": "a"}
            ],
            month_offset=[{"n_months": 2, "month_offset": n} for n in (0, 1)],
            int_plan_start=[{"customer_id": "C", "product_id": "net", "plan_id": "a", "plan_start": date(2025, 9, 15)}],
        )
        assert found == [(NOV, 5, 1), (date(2025, 12, 1), 6, 1)]

    def test_a_join_is_the_first_month_of_a_new_customer(self, bench: Any) -> None:
        spans = [
            SPAN | {"holding_id": 1},
            SPAN | {"holding_id": 2},
            SPAN | {"holding_id": 3, "loyalty_group": "tenured"},
        ]
        for one in spans[:2]:
            one["loyalty_group"] = "new"
        found = bench.model(
            "4_observations/30_int_acquisition",
            "cell_key, pricing_month, paid_ticks, n_observations",
            int_grouped_span=spans,
            # The second was billed a month before.
            int_ledger_span=[{"holding_id": n, "first_month": NOVEMBER - (n == 2)} for n in (1, 2, 3)],
        )
        assert found == [("net", NOVEMBER, 180_000, 1)]

    @pytest.mark.parametrize(
        ("change", "n"), [({}, 1), ({"quantity": 2}, 0), ({"discount_id": "X"}, 0), ({"covers_year_before": False}, 0)]
    )
    def test_a_price_of_a_year_ago_is_of_the_same_thing(self, bench: Any, change: Row, n: int) -> None:
        now = SPAN | {"quantity": 1, "standard_ticks": 200_000}
        before = now | {"first_month": NOVEMBER - 12, "covers_as_of": False, "covers_year_before": True} | change
        before |= {"pricing_date": date(2024, 11, 1), "standard_ticks": 180_000}
        spans = [
            {"holding_id": 1, "first_month": month, "n_months": 1, "discount_id": discount}
            for month, discount in ((NOVEMBER - 12, change.get("discount_id")), (NOVEMBER, None))
        ]
        found = bench.model(
            "4_observations/40_int_price_pair",
            "holding_id, before_date, before_ticks, standard_ticks",
            int_grouped_span=[now, {name: value for name, value in before.items() if name != "discount_id"}],
            int_ledger_span=spans,
            params=[STUDY],
        )
        assert found == [(1, date(2024, 11, 1), 180_000, 200_000)] * n

    @pytest.mark.parametrize(
        ("on", "before"), [(date(2025, 3, 1), 190_000), (date(2024, 11, 1), 180_000), (NOV, 180_000)]
    )
    def test_a_change_within_the_term_replaces_the_price_before(self, bench: Any, on: date, before: int) -> None:
        pair = MONTH | {"holding_id": 1, "subscription_id": "S", "before_date": date(2024, 11, 1), "pricing_date": NOV}
        found = bench.model(
            "4_observations/50_int_price_change",
            "before_ticks, after_ticks",
            int_price_pair=[pair | {"before_ticks": 180_000, "standard_ticks": 200_000}],
            stg_price_event=[{"subscription_id": "S", "changed_on": on, "new_price": 19}],
        )
        assert found == [(before, 200_000)]

    @pytest.mark.parametrize(("date_of", "other"), [("cycle_start", date(2025, 5, 1)), ("price_set", NOV)])
    def test_the_as_of_month_brings_all_that_belongs_to_a_customer(self, bench: Any, date_of: str, other: date) -> None:
        offer = MONTH | {
            "product_id": "net",
            "currency": "GBP",
            "quantity_micros": 1_000_000,
            "lookup_id": 1,
            "offer_id": "O",
        }
        found = bench.model(
            "4_observations/60_int_as_of_row",
            "customer_id, other_offer_id, offered_other_ticks, derived_n, previous_ticks, before_ticks",
            int_grouped_span=[SPAN | {"cycle_start": NOV}, SPAN | {"covers_as_of": False}],
            int_price_run=[{"holding_id": 1, "price_set_on": date(2025, 5, 1), "previous_ticks": 170_000}],
            int_offer_match=[offer | {"lookup_date": other}],
            int_offer_amount=[{"lookup_id": 1, "offered_ticks": 150_000}],
            int_acquisition=[{"cell_key": "net", "pricing_month": NOVEMBER, "n_observations": n} for n in (3, 2)],
            int_price_change=[{"holding_id": 1, "before_ticks": 170_000}],
            params=[STUDY | {"comparator_date": date_of, "min_evidence": 5}],
        )
        assert found == [("C", "O", 150_000, 5, 170_000, 170_000)]

    def test_whatever_is_held_is_an_observation(self, bench: Any) -> None:
        held = {"customer_id": "C", "currency": "GBP"}
        found = bench.model(
            "4_observations/70_observation",
            "customer_id, reason, paid_ticks, month_ticks, after_ticks",
            int_as_of_row=[held | {"paid_ticks": 180_000, "offer_reason": "no_offer"}],
            int_grouped_span=[
                {"role": "book", "customer_id": "B", "paid_ticks": 10, "price_ticks": 10, "prior_ticks": 9},
                {"role": "billing", "customer_id": "not again"},
            ],
            int_unpriced_observation=[{"customer_id": "U", "reason": "trial", "month_ticks": 5}],
        )
        assert found == [
            ("B", None, 10, None, 10),
            ("C", "no_offer", 180_000, None, None),
            ("U", "trial", None, 5, None),
        ]

    def test_only_what_has_a_reason_is_not_compared(self, bench: Any) -> None:
        found = bench.model(
            "4_observations/74_not_compared",
            "customer_id, reason",
            observation=[{"customer_id": "C"}, {"customer_id": "D", "reason": "no_offer"}],
        )
        assert found == [("D", "no_offer")]

    def test_a_party_with_one_observation_needs_no_row(self, bench: Any) -> None:
        one = GROUP | {"currency": "GBP", "paid_ticks": 1}
        found = bench.model(
            "4_observations/80_int_party_observation",
            "party_id, customer_id, change_known, derived_month",
            observation=[
                one
                | {"party_id": "P", "customer_id": "C", "before_ticks": 1, "after_ticks": 1, "pricing_month": NOVEMBER},
                one | {"party_id": "P", "customer_id": "D", "derived_n": 6, "pricing_month": NOVEMBER},
                one | {"party_id": "Q", "customer_id": "E"},
                one | {"party_id": "P", "customer_id": "F", "currency": "EUR"},
            ],
            int_as_of_row=[{"party_id": "P"}, {"party_id": "P"}, {"party_id": "Q"}],
            int_unpriced_observation=[{"party_id": "Q"}],
            params=[STUDY],
        )
        assert found == [("P", "C", 1, None), ("P", "D", 0, NOVEMBER)]


class TestCounts:
    def test_equal_prices_are_counted_together(self, bench: Any) -> None:
        billed = GROUP | {"currency": "GBP", "paid_ticks": 180_000, "quantity_micros": 1_000_000}
        book = GROUP | {"currency": "GBP", "n_customers": 3, "price": Decimal(20), "prior_price": Decimal(19)}
        found = bench.model(
            "5_counts/10_price_counts",
            "paid_ticks, offered_ticks, offer_reason, before_ticks, after_ticks, n_observations",
            int_as_of_row=[billed, billed, billed | {"offered_ticks": 170_000}],
            int_book_count=[book, book | {"n_customers": 4}],
            int_price_tick=[{"price": Decimal(price), "ticks": 10_000 * price} for price in (19, 20)],
        )
        assert found == [
            (180_000, 170_000, None, None, None, 1),
            (180_000, None, None, None, None, 2),
            (200_000, None, "no_offer", 190_000, 200_000, 7),
        ]

    def test_the_offer_of_the_product_stands_in_for_a_plan_that_nobody_is_offered(self, bench: Any) -> None:
        row = SPAN | {"offer_reason": "plan_not_offered", "quantity_micros": 2_000_000}
        row = {
            name: value
            for name, value in row.items()
            if name not in ("role", "first_month", "n_months", "covers_as_of")
        }
        offer = MONTH | {"product_id": "net", "currency": "GBP", "valid_from": date(2020, 1, 1)}
        offers = [
            offer
            | {
                "offer_id": f"O{n}",
                "plan_id": f"p{n}",
                "n_keys": 3,
                "primary_ticks": price,
                "effective_interval_ticks": price,
            }
            for n, price in enumerate((160_000, 150_000, 0))
        ]
        found = bench.model(
            "5_counts/22_product_offer_counts",
            "paid_ticks, offered_ticks, n_observations",
            int_as_of_row=[row, row, row | {"offer_reason": "no_offer"}, row | {"product_id": "tv"}],
            int_offer_key=offers,
            params=[STUDY],
        )
        # The cheapest that costs something, for two units.
        assert found == [(180_000, 300_000, 2), (180_000, None, 1)]

    def test_who_has_no_price_before_has_no_change(self, bench: Any) -> None:
        row = GROUP | {"currency": "GBP", "before_ticks": 1, "after_ticks": 2, "n_observations": 3}
        found = bench.model(
            "5_counts/30_change_counts",
            "before_ticks, after_ticks, n_observations",
            price_counts=[
                row,
                row | {"paid_ticks": 9},
                row | {"before_ticks": None},
                row | {"before_ticks": 0},
                row | {"currency": "EUR"},
            ],
            params=[STUDY],
        )
        assert found == [(1, 2, 6)]

    def test_parties_who_hold_the_same_are_one_pattern(self, bench: Any) -> None:
        one = GROUP | {"paid_ticks": 1, "change_known": 0}
        held = [
            ("P", "P1", "a"),
            ("P", "P2", "b"),
            ("Q", "Q1", "a"),
            ("Q", "Q2", "b"),
            ("R", "R1", "a"),
            ("R", "R1", "b"),
        ]
        found = bench.model(
            "5_counts/50_party_counts",
            "n_parties, cell_key, customer_number",
            int_party_observation=[one | {"party_id": p, "customer_id": c, "cell_key": cell} for p, c, cell in held],
        )
        # Two parties of two customers, and one whose customer holds both.
        assert found == [(1, "a", 1), (1, "b", 1), (2, "a", 1), (2, "b", 2)]

    def test_each_month_counts_the_tenured_with_an_offer(self, bench: Any) -> None:
        long = SPAN | {"n_months": 3, "first_month": NOVEMBER - 1}
        left_out = ({"loyalty_group": "new"}, {"offered_ticks": 0}, {"currency": "EUR"}, {"role": "book"})
        found = bench.model(
            "5_counts/60_monthly_offer_counts",
            "month, paid_ticks, n_observations",
            int_grouped_span=[SPAN, long, *(SPAN | change for change in left_out)],
            month_offset=[{"n_months": n, "month_offset": o} for n in (1, 3) for o in range(n)],
            params=[STUDY],
        )
        # The third month of the term lies after the as-of month.
        assert found == [(date(2025, 10, 1), 180_000, 1), (NOV, 180_000, 2)]

    def test_only_who_has_joiners_is_held_against_them(self, bench: Any) -> None:
        row = GROUP | {
            "currency": "GBP",
            "paid_ticks": 1,
            "pricing_month": NOVEMBER,
            "derived_n": 6,
            "n_observations": 2,
        }
        left_out = ({"derived_n": None}, {"paid_ticks": None}, {"currency": "EUR"})
        found = bench.model(
            "5_counts/65_derived_counts",
            "pricing_month, paid_ticks, n_observations",
            price_counts=[row, row | {"offered_ticks": 5}, *(row | change for change in left_out)],
            params=[STUDY],
        )
        assert found == [(NOVEMBER, 1, 4)]

    def test_a_rise_needs_a_price_before_and_an_offer(self, bench: Any) -> None:
        row = GROUP | {"currency": "GBP", "price_changed_month": NOVEMBER, "price_ticks": 20, "paid_ticks": 40}
        row |= {"previous_ticks": 18, "offered_ticks": 30}
        book = GROUP | {
            "currency": "GBP",
            "price": Decimal(2),
            "prior_price": Decimal(1),
            "offer_price": Decimal(1),
            "n_customers": 4,
        }
        found = bench.model(
            "5_counts/75_rise_counts",
            "changed_month, before_ticks, after_ticks, paid_ticks, offered_ticks, n_observations",
            int_as_of_row=[row, row, row | {"previous_ticks": None}, row | {"offered_ticks": None}],
            int_book_count=[book, book | {"offer_price": None}],
            int_price_tick=[{"price": Decimal(n), "ticks": 10_000 * n} for n in (1, 2)],
            params=[STUDY],
        )
        assert found == [(0, 10_000, 20_000, 20_000, 10_000, 4), (NOVEMBER, 18, 20, 40, 30, 2)]
