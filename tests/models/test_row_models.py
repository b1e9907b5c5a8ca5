"""What becomes of rows and lines, model by model: small tables in, the rows of each step out, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

NOVEMBER = 2025 * 12 + 10
OCT, NOV, DEC, JAN = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
THING = {"customer_id": "C", "product_id": "net", "subscription_id": "S", "plan_id": "base", "currency": "GBP"}
MONTH = {"interval_unit": "month", "interval_count": 1}
LINE = THING | MONTH | {"row_id": 1, "line_kind": "recurring", "invoice_status": "final", "is_proration": False}
LINE |= {"livemode": True, "issued_on": NOV, "period_start": NOV, "period_end": DEC, "quantity": 1, "net_amount": 18}
LINE |= {"source_index": 1, "interval_is_blank": False}
OFFER = {
    "offer_id": "O",
    "audience": "new_only",
    "product_id": "net",
    "currency": "GBP",
    "valid_from": date(2020, 1, 1),
}
OFFER |= MONTH | {"list_unit_price": 18, "content_key": "a"}
Row = dict[str, Any]
# A billing line and its disposition share columns; these are of the line alone.
ONLY_LINES = ("interval_is_blank", "content_key", "reverses_line_id")


def disposed(**columns: object) -> Row:
    """Return a line as int_line_disposition holds it: a full month of one unit."""
    line = {name: value for name, value in LINE.items() if name not in (*ONLY_LINES, "livemode")}
    return line | {"covered_until": DEC} | columns


class TestRows:
    def test_offers_that_state_two_prices_contradict_each_other(self, bench: Any) -> None:
        rows = [
            OFFER,
            OFFER | {"source_index": 2},
            OFFER | {"audience": "all", "list_unit_price": 19, "content_key": "b"},
            OFFER | {"offer_id": "P", "content_key": "c"},
            OFFER | {"reject_reason": "BAD_PRICE"},
        ]
        found = bench.model(
            "1_rows/26_int_offer_row", "offer_id, content_key, is_contradicted, copy_number", stg_offer=rows
        )
        assert found == [("O", "a", True, 1), ("O", "a", True, 2), ("O", "b", True, 1), ("P", "c", False, 1)]

    def test_contradicted_offers_are_listed_once_each(self, bench: Any) -> None:
        row = OFFER | {"is_contradicted": True}
        rows = [row, row | {"copy_number": 2}, row | {"list_unit_price": 19}, row | {"is_contradicted": False}]
        found = bench.model("1_rows/27_int_offer_repeat", "list_unit_price, n_versions", int_offer_row=rows)
        assert found == [(18, 2), (19, 2)]

    def test_lines_without_an_id_are_no_copies(self, bench: Any) -> None:
        ids = ["a", "a", "b", None, None]
        rows = [{"line_id": line_id} for line_id in ids] + [{"line_id": "b", "reject_reason": "AMOUNT_MISSING"}]
        assert bench.model("1_rows/35_int_repeated_line", "line_id, n_rows", stg_billing=rows) == [("a", 2)]

    def test_the_latest_version_counts(self, bench: Any) -> None:
        line = {"line_id": "a", "issued_on": NOV, "currency": "GBP"}
        rows = [
            line | {"row_id": 1, "content_key": "x", "net_amount": 18, "extracted_at": date(2025, 11, 5)},
            line | {"row_id": 2, "content_key": "x", "net_amount": 18, "extracted_at": date(2025, 11, 6)},
            line | {"row_id": 3, "content_key": "y", "net_amount": 19, "extracted_at": date(2025, 11, 7)},
            line | {"row_id": 4, "content_key": "z", "net_amount": 20},
        ]
        found = bench.model(
            "1_rows/40_int_line_version",
            "version_rank, row_id, n_copies",
            stg_billing=rows,
            int_repeated_line=[{"line_id": "a", "n_rows": 4}],
        )
        assert found == [(1, 3, 1), (2, 1, 2), (3, 4, 1)]

    def test_a_line_stands_once(self, bench: Any) -> None:
        rows = [{"row_id": n, "line_id": "a" if n < 3 else None} for n in (1, 2, 3)]
        found = bench.model(
            "1_rows/45_int_billing_line",
            "row_id",
            stg_billing=[*rows, {"row_id": 4, "reject_reason": "DATE_UNPARSED"}],
            int_repeated_line=[{"line_id": "a"}],
            int_line_version=[{"row_id": 2, "version_rank": 1}, {"row_id": 1, "version_rank": 2}],
        )
        assert found == [(2,), (3,)]

    @pytest.mark.parametrize("from_lines", [False, True])
    def test_who_the_file_does_not_know_has_no_tenure_unless_lines_say_it(self, bench: Any, from_lines: bool) -> None:
        params = {"tenure_from_lines": from_lines, "unknown_customer_controls": "?", "unknown_customer_lenses": "??"}
        file = {"n_versions": 1, "is_test": False, "controls_key": "", "lens_key": ""}
        found = bench.model(
            "1_rows/55_int_customer",
            "customer_id, tenure_start, is_censored, controls_key",
            int_customer_file=[
                file | {"customer_id": "stated", "tenure_start": date(2019, 5, 1)},
                file | {"customer_id": "blank"},
                file | {"customer_id": "twice", "n_versions": 2},
            ],
            int_first_seen=[
                {"customer_id": name, "first_seen": day}
                for name, day in (("stated", NOV), ("blank", OCT), ("twice", DEC), ("missing", DEC))
            ],
            params=[params],
        )
        first = DEC if from_lines else None
        assert found == [
            # First seen in the first month of the data: a bound.
            ("blank", OCT, True, ""),
            ("missing", first, False, "?"),
            ("stated", date(2019, 5, 1), False, ""),
            ("twice", first, False, "?"),
        ]

    @pytest.mark.parametrize(
        ("line", "exclusion"),
        [
            ({}, None),
            ({"invoice_status": "draft", "net_amount": 0}, "draft"),
            ({"invoice_status": "unknown"}, "status_unknown"),
            ({"livemode": False}, "test"),
            ({"line_kind": "usage"}, "usage"),
            ({"is_proration": True}, "proration"),
            ({"period_end": None}, "no_period"),
            ({"period_end": date(2025, 11, 28)}, None),
            ({"period_end": date(2025, 11, 27)}, "partial_period"),
            ({"interval_unit": "year", "period_end": date(2026, 10, 31)}, None),
            ({"interval_unit": "year", "period_end": date(2026, 10, 30)}, "partial_period"),
            ({"quantity": -1}, "negative_quantity"),
            ({"net_amount": -1}, "negative_amount"),
            ({"net_amount": 0}, "fully_discounted"),
            ({"customer_id": "later"}, "tenure_negative"),
            ({"customer_id": "soon"}, None),
            ({"customer_id": "try"}, "test"),
            ({"row_id": 2}, "reversed"),
            ({"source_index": 2}, "interval_unclear"),
        ],
    )
    def test_a_line_is_left_out_for_the_first_reason(self, bench: Any, line: Row, exclusion: str | None) -> None:
        starts = {"C": None, "later": DEC, "soon": date(2025, 11, 30), "try": None}
        odd = MONTH | {"section": 2, "period_start": NOV, "period_end": DEC, "interval_is_blank": False}
        found = bench.model(
            "1_rows/60_int_line_disposition",
            "exclusion",
            int_billing_line=[LINE | line],
            int_customer=[
                {"customer_id": name, "tenure_start": day, "is_test": name == "try"} for name, day in starts.items()
            ],
            int_odd_period=[odd | {"interval_unclear": True, "period_end_mixed": False}],
            source_setting=[{"source_index": 2, "section": 2}],
            int_line_treatment=[{"row_id": 2, "exclusion": "reversed"}],
        )
        assert found == [(exclusion,)]

    def test_a_term_that_was_ended_covers_less(self, bench: Any) -> None:
        found = bench.model(
            "1_rows/60_int_line_disposition",
            "covered_until, period_end, exclusion",
            int_billing_line=[LINE],
            int_line_treatment=[{"row_id": 1, "covered_until": date(2025, 11, 20)}],
        )
        assert found == [(date(2025, 11, 20), DEC, None)]


class TestLedger:
    @pytest.mark.parametrize(
        ("part", "carries_on"),
        [
            ({}, True),
            ({"exclusion": "proration"}, True),
            ({"period_start": date(2025, 8, 2)}, False),
            # Seats added while the term runs.
            ({"period_start": date(2025, 7, 31)}, True),
            # The price of a change, such as another car on the policy.
            ({"period_start": date(2025, 7, 31), "exclusion": "proration"}, False),
            ({"period_end": date(2026, 2, 27)}, False),
            ({"plan_id": "other"}, False),
            ({"net_amount": -1}, False),
        ],
    )
    def test_a_part_carries_a_term_on_from_where_it_ended(self, bench: Any, part: Row, carries_on: bool) -> None:
        year = {"interval_unit": "year", "period_start": date(2025, 3, 1), "period_end": date(2026, 3, 1)}
        year["covered_until"] = date(2025, 8, 1)
        rest = {
            "row_id": 2,
            "exclusion": "partial_period",
            "period_start": date(2025, 8, 1),
            "period_end": date(2026, 3, 1),
        }
        found = bench.model(
            "2_ledger/05_int_continued_line",
            "row_id, interval_unit, n_days",
            int_line_disposition=[disposed(**year), disposed(**(rest | part))],
            int_term_end=[{"row_id": 9, "charge_row_id": 1, "ends_on": date(2025, 8, 1)}],
        )
        # From August to February: 31 + 30 + 31 + 30 + 31 + 31 + 28 days.
        n_days = 213 if part.get("period_start") == date(2025, 7, 31) else 212
        assert found == ([(2, "year", n_days)] if carries_on else [])

    @pytest.mark.parametrize(
        ("change", "takes_off"),
        [
            ({}, True),
            # Half a coin on the one line explains 36.005, not 36.01.
            ({"net_amount": "-36.005"}, True),
            ({"net_amount": "-36.01"}, False),
            ({"quantity": -10, "net_amount": -180}, False),
            ({"plan_id": "tv"}, False),
            ({"period_start": date(2025, 11, 2)}, False),
            ({"exclusion": "negative_amount", "quantity": 2}, False),
            # 15 of 30 days: shorter than what continues a term.
            ({"exclusion": "partial_period", "period_start": date(2025, 11, 16), "net_amount": -18}, False),
        ],
    )
    def test_a_negative_quantity_at_the_price_of_a_line_takes_units_off(
        self, bench: Any, change: Row, takes_off: bool
    ) -> None:
        seats = disposed(quantity=10, net_amount=180)
        fewer = {"row_id": 2, "quantity": -2, "net_amount": -36, "exclusion": "negative_quantity"} | change
        found = bench.model("2_ledger/03_int_removed_unit", "row_id", int_line_disposition=[seats, disposed(**fewer)])
        assert found == ([(2,)] if takes_off else [])

    @pytest.mark.parametrize(
        ("charge", "named", "invoice", "beside"),
        [
            ({"line_kind": "fee", "product_id": "setup"}, "L1", None, True),
            ({"exclusion": "partial_period"}, "L1", None, True),
            ({}, "L1", None, False),
            ({"line_kind": "fee", "product_id": "setup"}, None, "I", True),
            ({"line_kind": "fee", "product_id": "setup"}, None, "J", False),
            ({"line_kind": "fee", "product_id": "net"}, None, "I", False),
        ],
    )
    def test_a_discount_on_what_is_no_price_lowers_none(
        self, bench: Any, charge: Row, named: str | None, invoice: str | None, beside: bool
    ) -> None:
        product = charge.get("product_id", "net")
        lines = [
            disposed(line_id="L1", invoice_id="I", **charge),
            disposed(row_id=2, line_id="L2", invoice_id="I"),
            disposed(
                row_id=3,
                line_kind="discount",
                exclusion="discount",
                net_amount=-5,
                product_id=product,
                invoice_id=invoice,
            ),
        ]
        found = bench.model(
            "2_ledger/08_int_discount_beside",
            "row_id",
            int_line_disposition=lines,
            stg_billing=[{"row_id": 3, "applies_to_line_id": named}],
        )
        assert found == ([(3,)] if beside else [])

    @pytest.mark.parametrize(
        ("later", "outcome"),
        [
            ({"row_id": 2, "period_start": DEC, "period_end": JAN, "issued_on": DEC}, "free_month"),
            # Another customer is billed in December: this one would have been too.
            ({"row_id": 2, "customer_id": "D", "period_start": DEC, "period_end": JAN, "issued_on": DEC}, "ended"),
            ({"row_id": 2, "customer_id": "D"}, "reversed_last"),
        ],
    )
    def test_a_charge_that_was_taken_back(self, bench: Any, later: Row, outcome: str) -> None:
        lines = [disposed(exclusion="reversed"), disposed(**later)]
        assert bench.model("2_ledger/42_int_cancelled_line", "row_id, outcome", int_line_disposition=lines) == [
            (1, outcome)
        ]

    def test_what_stands_in_a_price_is_used(self, bench: Any) -> None:
        found = bench.model(
            "2_ledger/43_int_used_line",
            "row_id",
            int_continued_line=[{"row_id": 1}],
            int_discount_candidate=[{"row_id": 2}, {"row_id": 2}],
        )
        assert found == [(1,), (2,)]

    @pytest.mark.parametrize(
        ("line", "months"),
        [
            ({"exclusion": "fully_discounted", "net_amount": 0}, [(NOVEMBER, 0)]),
            # A quarter without a price is a third of it in each month.
            (
                {"exclusion": "partial_period", "period_end": date(2026, 2, 1)},
                [(NOVEMBER + n, 6_000_000) for n in range(3)],
            ),
            (
                {"exclusion": "trial", "line_kind": "trial", "period_start": None, "period_end": None},
                [(NOVEMBER, 18_000_000)],
            ),
            # Within a month: the month in which it starts.
            (
                {"exclusion": "partial_period", "period_start": date(2025, 11, 5), "period_end": date(2025, 11, 20)},
                [(NOVEMBER, 18_000_000)],
            ),
            ({"exclusion": "usage", "line_kind": "usage"}, []),
            ({"exclusion": "draft"}, []),
            ({}, []),
            ({"row_id": 2, "exclusion": "reversed"}, [(NOVEMBER, 0)]),
            ({"row_id": 3, "exclusion": "reversed"}, []),
            ({"row_id": 4, "exclusion": "partial_period"}, []),
            # A week between two firsts is a customer of its month; one over the first is a price.
            ({"period_start": date(2025, 11, 10), "covered_until": date(2025, 11, 17)}, [(NOVEMBER, 18_000_000)]),
            ({"period_start": date(2025, 11, 24), "covered_until": DEC}, [(NOVEMBER, 18_000_000)]),
            ({"period_start": date(2025, 11, 24), "covered_until": date(2025, 12, 2)}, []),
        ],
    )
    def test_a_line_without_a_price_touches_its_months(
        self, bench: Any, line: Row, months: list[tuple[int, int]]
    ) -> None:
        found = bench.model(
            "2_ledger/45_int_unpriced_month",
            "month_number, net_micros",
            int_line_disposition=[disposed(**line)],
            int_cancelled_line=[{"row_id": 2, "outcome": "free_month"}, {"row_id": 3, "outcome": "ended"}],
            int_used_line=[{"row_id": 4}],
            month_offset=[{"n_months": n, "month_offset": o} for n in (1, 2, 3) for o in range(n)],
        )
        assert found == months

    @pytest.mark.parametrize(
        ("priced", "n"), [({}, 0), ({"subscription_id": "T"}, 1), ({"first_month": NOVEMBER + 1}, 1)]
    )
    def test_a_week_beside_a_price_of_its_chain_says_nothing(self, bench: Any, priced: Row, n: int) -> None:
        found = bench.model(
            "2_ledger/45_int_unpriced_month",
            "exclusion",
            int_line_disposition=[disposed(period_start=date(2025, 11, 10), covered_until=date(2025, 11, 17))],
            int_comparable_line=[THING | {"first_month": NOVEMBER} | priced],
            month_offset=[{"n_months": 1, "month_offset": 0}],
        )
        assert found == [("between_firsts",)] * n

    @pytest.mark.parametrize(
        ("exclusions", "reason"),
        [
            ([("fully_discounted", "base"), ("trial", "base")], "free_month"),
            ([("partial_period", "base")], "partial_period"),
            ([("summary", "base")], "only_summary"),
            ([("between_firsts", "base")], "between_firsts"),
            ([("discount", "base"), ("no_period", "base")], "no_period"),
        ],
    )
    def test_of_several_reasons_one_is_said(self, bench: Any, exclusions: list[tuple[str, str]], reason: str) -> None:
        row = THING | MONTH | {"month_number": NOVEMBER, "net_micros": 5}
        rows = [row | {"row_id": n, "exclusion": name, "plan_id": plan} for n, (name, plan) in enumerate(exclusions)]
        found = bench.model("2_ledger/58_int_unpriced_holding", "reason, n_lines, net_micros", int_unpriced_month=rows)
        assert found == [(reason, len(rows), 5 * len(rows))]

    def test_parts_on_two_plans_are_a_change_of_plan(self, bench: Any) -> None:
        row = THING | MONTH | {"month_number": NOVEMBER, "net_micros": 5}
        rows = [row | {"exclusion": "proration"}, row | {"exclusion": "partial_period", "plan_id": "big"}]
        found = bench.model("2_ledger/58_int_unpriced_holding", "plan_id, reason", int_unpriced_month=rows)
        assert found == [("base", "plan_change"), ("big", "plan_change")]

    @pytest.mark.parametrize(
        ("held", "priced", "found"),
        [
            ({"reason": "trial"}, [], [("trial", 5)]),
            ({"reason": "trial"}, [1], []),
            # Another plan of the subscription replaces what was taken back, and nothing else.
            ({"reason": "free_month", "gives_way": True}, [2], []),
            ({"reason": "trial"}, [2], [("trial", 5)]),
            # A summary counts only where its customer has nothing else.
            ({"reason": "only_summary"}, [2], []),
            ({"reason": "only_summary"}, [], [("only_summary", 5)]),
        ],
    )
    def test_who_has_a_price_needs_no_reason(
        self, bench: Any, held: Row, priced: list[int], found: list[tuple[str, int]]
    ) -> None:
        row = THING | MONTH | {"month_number": NOVEMBER, "n_lines": 1, "net_micros": 5, "gives_way": False}
        spans = [THING | {"holding_id": n, "first_month": NOVEMBER - 1, "n_months": 2} for n in priced]
        assert (
            bench.model(
                "2_ledger/60_int_not_compared",
                "reason, net_micros",
                int_unpriced_holding=[row | held],
                int_ledger_span=spans,
                int_holding=[THING | MONTH | {"holding_id": 1}, THING | MONTH | {"holding_id": 2, "plan_id": "big"}],
                params=[{"plan_in_cell": True}],
            )
            == found
        )

    def test_a_bill_that_makes_no_price_comes_by_the_month(self, bench: Any) -> None:
        bill = THING | {"interval_unit": "year", "interval_count": 1, "month_number": NOVEMBER, "n_lines": 2}
        found = bench.model(
            "2_ledger/60_int_not_compared",
            "reason, n_lines, net_micros",
            int_month_bill=[bill | {"n_discounts": 1, "net_micros": 216_000_000, "reason": "several_prices"}],
            params=[{"plan_in_cell": True}],
        )
        assert found == [("several_prices", 3, 18_000_000)]

    def test_rows_that_are_not_meant_are_counted_in_each_role(self, bench: Any) -> None:
        left_out = {"reject_reason": "FILTERED"}
        found = bench.model(
            "2_ledger/84_int_filtered_row",
            "role, currency, amount",
            stg_book=[left_out | {"currency": "GBP", "price": 5}, {"price": 6}],
            stg_billing=[left_out | {"currency": "EUR", "net_amount": 7}, {"reject_reason": "BAD_PRICE"}],
            stg_offer=[left_out],
            stg_customer=[left_out],
            stg_price_event=[left_out],
            stg_cpi=[left_out],
        )
        roles = [("cpi", None), ("customers", None), ("offers", None), ("price_events", None)]
        assert found == sorted([("book", "GBP", 5), ("billing", "EUR", 7), *((*role, None) for role in roles)])

    def test_each_line_has_one_disposition(self, bench: Any) -> None:
        found = bench.model(
            "2_ledger/85_int_row_disposition",
            "disposition, reason, amount, n",
            int_line_disposition=[
                disposed(),
                disposed(row_id=2, exclusion="discount", net_amount=-3),
                disposed(row_id=3, exclusion="usage"),
            ],
            int_used_line=[{"row_id": 2}],
            stg_billing=[{"reject_reason": "AMOUNT_MISSING"}, {"reject_reason": "FILTERED"}, {"row_id": 1}],
            int_line_version=[
                {"net_amount": 18, "n_copies": 3, "version_rank": 1},
                {"net_amount": 17, "n_copies": 1, "version_rank": 2},
            ],
        )
        assert found == [
            ("accepted", None, -3, 1),
            ("accepted", None, 18, 1),
            ("duplicate", "IDENTICAL_LINE", 18, 2),
            ("excluded", "superseded", 17, 1),
            ("excluded", "usage", 18, 1),
            ("rejected", "AMOUNT_MISSING", None, 1),
        ]

    def test_the_months_of_lines_are_counted(self, bench: Any) -> None:
        lines = [{"row_id": 1, "n_months": 12}, {"row_id": 2, "n_months": 1}]
        assert bench.model("2_ledger/18_int_line_month_count", "n_line_months", int_comparable_line=lines) == [(13,)]
        assert bench.model("2_ledger/18_int_line_month_count", "n_line_months") == [(0,)]


class TestRejected:
    @pytest.mark.parametrize(
        ("cell", "lens", "found"),
        [
            ("net\x1fGBP", "card", ("net\x1fGBP", "card")),
            # A separator within the name of a product, in a row that is rejected for its amount.
            ("ne\x1ft\x1fGBP", "card", ("unknown", "card")),
            ("net\x1fGBP", "ca\x1frd", ("net\x1fGBP", None)),
        ],
    )
    def test_a_key_that_cannot_be_taken_apart_is_unknown(
        self, bench: Any, cell: str, lens: str, found: tuple[str, str | None]
    ) -> None:
        assert bench.model(
            "4_observations/64_int_rejected_row",
            "cell_key, lens_key",
            int_rejected_line=[{"customer_id": "C", "cell_key": cell, "lens_key": lens}],
            int_unknown_cell=[{"cell_key": "unknown"}],
            cell_column=[{"column_order": n} for n in (1, 2)],
            lens_column=[{"lens_order": 1}],
        ) == [found]


class TestOffers:
    @pytest.mark.parametrize(
        ("offer", "ticks"),
        [
            # Per month: introductory, over 24 months, after the introduction; then per interval, over the horizon.
            ({}, (180_000, 180_000, 180_000, 180_000)),
            # 6 months at 9 and 18 at 18, and 24 for setting up: (54 + 324 + 24) / 24 = 16.75.
            ({"intro_unit_price": 9, "intro_cycles": 6, "setup_fee": 24}, (90_000, 167_500, 180_000, 167_500)),
            ({"intro_unit_price": 9, "intro_cycles": 36}, (90_000, 90_000, 180_000, 90_000)),
            ({"intro_unit_price": 9}, (90_000, 90_000, 90_000, 90_000)),
            ({"incentive_value": 500}, (180_000, 0, 180_000, 0)),
            ({"interval_unit": "year", "list_unit_price": 216}, (180_000, 180_000, 180_000, 2_160_000)),
        ],
    )
    def test_an_offer_has_three_prices(self, bench: Any, offer: Row, ticks: tuple[int, ...]) -> None:
        row = {name: value for name, value in OFFER.items() if name != "content_key"}
        row |= {"is_contradicted": False, "copy_number": 1}
        found = bench.model(
            "3_offers/10_int_offer_price",
            "headline_ticks, effective_ticks, standard_ticks, effective_interval_ticks",
            int_offer_row=[row | offer, row | {"copy_number": 2}, row | {"is_contradicted": True}],
            params=[{"horizon_months": 24, "comparator_basis": "effective"}],
        )
        assert found == [ticks]

    def test_a_question_is_asked_once(self, bench: Any) -> None:
        span = (
            THING | MONTH | {"holding_id": 1, "quantity_micros": 1_000_000, "pricing_date": NOV, "covers_as_of": True}
        )
        bill = THING | MONTH | {"month_number": NOVEMBER, "quantity_micros": 2_000_000, "period_start": NOV}
        found = bench.model(
            "3_offers/30_int_offer_lookup",
            "quantity_micros, lookup_date",
            int_ledger_span=[span, span | {"holding_id": 2}],
            int_price_run=[{"holding_id": 1, "price_set_on": OCT}],
            # Who is not compared because nobody knows where a discount belongs asks as well.
            int_month_bill=[
                bill | {"reason": "discount_not_assigned"},
                bill | {"period_start": DEC, "reason": "several_prices"},
            ],
            params=[{"comparator_date": "cycle_start", "as_of_number": NOVEMBER}],
        )
        assert found == [(1_000_000, OCT), (1_000_000, NOV), (2_000_000, NOV)]

    @pytest.mark.parametrize(
        ("lookup", "found"),
        [
            ({"lookup_id": 1, "product_id": "net", "plan_id": "base"}, (180_000, "net/base/d", None)),
            ({"lookup_id": 2, "product_id": "net", "plan_id": "base"}, (None, None, "offer_not_positive")),
            ({"lookup_id": 3, "product_id": "net", "plan_id": "base"}, (None, None, "no_offer_in_force")),
            ({"lookup_id": 3, "product_id": "net", "plan_id": "old"}, (None, None, "plan_not_offered")),
            ({"lookup_id": 3, "product_id": "fax", "plan_id": "old"}, (None, None, "no_offer")),
        ],
    )
    def test_who_has_no_offer_is_told_why(self, bench: Any, lookup: Row, found: tuple[object, ...]) -> None:
        best = {"candidate_rank": 1, "pricing_decision": "d", "is_stated_decision": False}
        assert bench.model(
            "3_offers/50_int_offer_match",
            "offer_ticks, pricing_decision, offer_reason",
            int_offer_lookup=[lookup],
            int_offer_candidate=[
                best | {"lookup_id": 1, "primary_ticks": 180_000},
                best | {"lookup_id": 2, "primary_ticks": 0},
            ],
            int_offer_key=[{"product_id": "net", "plan_id": "base"}],
        ) == [found]

    def test_a_span_has_the_offer_of_its_keys_and_day(self, bench: Any) -> None:
        keys = THING | MONTH | {"quantity_micros": 2_000_000}
        span = keys | {"holding_id": 1, "pricing_date": NOV, "contract_end": NOV}
        offer = {name: value for name, value in keys.items() if name not in ("customer_id", "subscription_id")}
        offer |= {
            "lookup_id": 4,
            "offer_id": "O",
            "lookup_date": NOV,
            "headline_interval_ticks": 9,
            "effective_interval_ticks": 16,
        }
        found = bench.model(
            "3_offers/60_int_billing_span",
            "holding_id, offer_id, offer_interval_ticks, offered_ticks, quantity, contract_status",
            int_ledger_span=[span, span | {"holding_id": 2, "region": "North", "contract_end": DEC}],
            int_offer_match=[offer],
            int_offer_amount=[{"lookup_id": 4, "offered_ticks": 32}],
            params=[{"comparator_basis": "effective"}],
        )
        two = Decimal(2)
        assert found == [(1, "O", 16, 32, two, "out_of_contract"), (2, None, None, None, two, "in_contract")]
