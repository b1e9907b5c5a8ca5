"""Months whose bill needs care: rows of int_line_disposition in, what each thing held makes of them out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.models.billed import NOVEMBER, OFFSETS, SAID, STEPS, TERM_ENDS, TYPES, YEAR, Line, discount, line

Answer = dict[tuple[object, ...], tuple[object, ...]]
Run = Callable[..., Answer]


@pytest.fixture
def bills(bench: Any) -> Run:
    """Return a function from lines to (plan, interval, month) -> (net, quantity, reason) of the months with care."""

    def run(*lines: Line, **params: object) -> Answer:
        settings = {"several_lines": "not_compared", "spread_discounts": "never", "plan_in_cell": True} | params
        bench.table("params", "several_lines varchar, spread_discounts varchar, plan_in_cell boolean", [settings])
        bench.table("month_offset", "n_months integer, month_offset integer", OFFSETS)
        bench.table("int_term_end", TERM_ENDS, [])
        bench.table("int_line_disposition", TYPES, lines)
        bench.table("stg_billing", SAID, lines)
        bench.run(*STEPS)
        rows = bench.query(
            "select plan_id, interval_unit, month_number, net_micros, quantity_micros, reason from int_month_bill"
        )
        return {tuple(row[:3]): (row[3] / 1e6, row[4] / 1e6, row[5]) for row in rows}

    return run


BASE = ("base", "month", NOVEMBER)
TV = ("tv", "month", NOVEMBER)


class TestSeveralLines:
    def test_a_line_alone_needs_no_care(self, bills: Run) -> None:
        assert bills(line(1, "18"), line(2, "4", plan_id="tv"), line(3, "18", subscription_id="T")) == {}

    def test_equal_unit_prices_are_units(self, bills: Run) -> None:
        assert bills(line(1, "18"), line(2, "54", quantity=3)) == {BASE: (72, 4, None)}

    @pytest.mark.parametrize(("net", "quantity", "reason"), [("6.67", 2, None), ("6.68", 2, "several_prices")])
    def test_unit_prices_are_equal_to_a_coin(self, bills: Run, net: str, quantity: int, reason: str | None) -> None:
        # 10.00 for three is 3.333; 6.67 for two is 3.335 and may be 6.666 rounded, 6.68 is 3.34.
        assert bills(line(1, "10", quantity=3), line(2, net, quantity=quantity))[BASE][2] == reason

    @pytest.mark.parametrize(
        ("setting", "found"),
        [("not_compared", (22, 2, "several_prices")), ("units", (22, 2, None)), ("parts", (22, 1, None))],
    )
    def test_different_unit_prices_are_what_the_study_says(
        self, bills: Run, setting: str, found: tuple[object, ...]
    ) -> None:
        assert bills(line(1, "18"), line(2, "4"), several_lines=setting) == {BASE: found}

    def test_parts_of_one_price_have_one_quantity(self, bills: Run) -> None:
        found = bills(line(1, "18"), line(2, "8", quantity=2), several_lines="parts")
        assert found == {BASE: (26, 3, "several_prices")}

    def test_seats_taken_off_at_their_price_are_fewer_seats(self, bills: Run) -> None:
        fewer = {"quantity": -2, "exclusion": "negative_quantity"}
        assert bills(line(1, "180", quantity=10), line(2, "-36", **fewer)) == {BASE: (144, 8, None)}
        # At another price they are no seats; as a discount it leaves 12.00 a seat.
        assert bills(line(1, "180", quantity=10), line(2, "-60", **fewer)) == {BASE: (120, 10, None)}

    def test_seats_taken_off_for_the_rest_of_a_term(self, bills: Run) -> None:
        rest = YEAR | {"period_start": date(2025, 8, 1), "exclusion": "partial_period", "quantity": -2}
        bill = bills(line(1, "2160", quantity=10, **YEAR), line(2, "-250.92", **rest))
        net_amount, quantity, reason = bill[("base", "year", NOVEMBER)]
        # 250.92 x 365 / 212 are 432.01.
        assert (round(float(str(net_amount)), 2), quantity, reason) == (1727.99, 8, None)

    @pytest.mark.parametrize(("net", "found"), [("250.92", (2592, 12, None)), ("376.38", (2808, 12, "several_prices"))])
    def test_seats_added_for_the_rest_of_a_term(self, bills: Run, net: str, found: tuple[object, ...]) -> None:
        # 216.00 and 324.00 a seat for 212 of 365 days.
        rest = YEAR | {"period_start": date(2025, 8, 1), "exclusion": "partial_period"}
        bill = bills(line(1, "2160", quantity=10, **YEAR), line(2, net, quantity=2, **rest))
        net_amount, quantity, reason = bill[("base", "year", NOVEMBER)]
        assert (round(float(str(net_amount))), quantity, reason) == found
        assert ("base", "year", NOVEMBER - 4) not in bill

    def test_equal_lines_of_two_files_without_id_may_be_one(self, bills: Run) -> None:
        same = {"line_id": None, "content_key": "same"}
        assert bills(line(1, "18", **same), line(2, "18", source_index=2, **same))[BASE] == (36, 2, "repeat_or_units")
        assert bills(line(1, "18", **same), line(2, "18", **same))[BASE] == (36, 2, None)

    def test_two_intervals_of_one_plan_clash_where_both_cover_the_month(self, bills: Run) -> None:
        found = bills(line(1, "18"), line(2, "216", **YEAR))
        assert found == {BASE: (18, 1, "two_intervals"), ("base", "year", NOVEMBER): (216, 1, "two_intervals")}
        assert bills(line(1, "18"), line(2, "216", **(YEAR | {"covered_until": date(2025, 11, 1)}))) == {}
        assert bills(line(1, "18"), line(2, "216", plan_id="tv", **YEAR)) == {}

    def test_a_cell_without_plan_holds_no_two_plans_of_a_subscription(self, bills: Run) -> None:
        lines = [line(1, "18"), line(2, "4", plan_id="tv")]
        found = bills(*lines, plan_in_cell=False)
        assert found == {BASE: (18, 1, "several_plans"), TV: (4, 1, "several_plans")}


class TestDiscounts:
    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"line_kind": "recurring", "exclusion": "negative_amount"},
            {"product_id": "DISC15"},
            {"period_start": None, "period_end": None},
            # Dated by the day on which it was written, for as long as the line of its invoice.
            {"period_start": date(2025, 11, 7), "period_end": date(2025, 12, 7)},
            {"period_start": date(2025, 11, 20), "period_end": date(2025, 11, 25)},
        ],
    )
    def test_the_only_thing_on_the_invoice_takes_it_all(self, bills: Run, change: Line) -> None:
        december = line(9, "18", period_start=date(2025, 12, 1), period_end=date(2026, 1, 1), invoice_id="J")
        lines = [line(1, "18", invoice_id="I"), discount(2, "-3", invoice_id="I", **change), december]
        assert bills(*lines) == {BASE: (15, 1, None)}

    def test_the_line_it_names_comes_first(self, bills: Run) -> None:
        lines = [line(1, "18", invoice_id="I"), line(2, "9", plan_id="tv", invoice_id="I")]
        found = bills(*lines, discount(3, "-3", invoice_id="I", applies_to_line_id="L2"))
        assert found == {BASE: (18, 1, None), TV: (6, 1, None)}

    @pytest.mark.parametrize("named", [{"product_id": "phone"}, {"plan_id": "tv"}, {"subscription_id": "T"}])
    def test_what_it_names_counts_where_a_line_has_it(self, bills: Run, named: Line) -> None:
        lines = [line(1, "18", invoice_id="I"), line(2, "9", invoice_id="I", **({"plan_id": "tv"} | named))]
        found = bills(*lines, discount(3, "-3", invoice_id="I", **named))
        assert sorted(found.values(), key=str) == [(18, 1, None), (6, 1, None)]

    def test_the_subscription_comes_after_the_invoice(self, bills: Run) -> None:
        lines = [line(1, "18", invoice_id="J"), line(2, "9", plan_id="tv", subscription_id="T", invoice_id="J")]
        found = bills(*lines, discount(3, "-3", invoice_id="other", subscription_id="T"))
        assert found == {BASE: (18, 1, None), TV: (6, 1, None)}

    def test_a_discount_of_a_subscription_that_is_not_billed_falls_on_no_other(self, bills: Run) -> None:
        assert bills(line(1, "18"), discount(2, "-3", subscription_id="T")) == {BASE: (18, 1, None)}

    def test_where_several_may_be_meant_none_is_compared(self, bills: Run) -> None:
        lines = [line(1, "18"), line(2, "9", plan_id="tv"), discount(3, "-3")]
        assert bills(*lines) == {BASE: (16, 1, "discount_not_assigned"), TV: (8, 1, "discount_not_assigned")}
        assert bills(*lines, spread_discounts="pro_rata") == {BASE: (16, 1, None), TV: (8, 1, None)}

    def test_a_stated_percentage_is_pro_rata(self, bills: Run) -> None:
        lines = [line(1, "18"), line(2, "9", plan_id="tv"), discount(3, "-2.70", discount_percent=10)]
        assert bills(*lines) == {BASE: (16.2, 1, None), TV: (8.1, 1, None)}

    def test_a_yearly_bonus_is_a_twelfth_a_month(self, bills: Run) -> None:
        assert bills(line(1, "23.40"), discount(2, "-64.80", **YEAR))[BASE] == (18, 1, None)

    def test_a_month_off_a_yearly_price_counts_in_its_month(self, bills: Run) -> None:
        found = bills(line(1, "216", **YEAR), discount(2, "-5"))
        assert found == {("base", "year", NOVEMBER): (156, 1, None)}

    def test_a_year_and_a_month_are_shared_by_what_they_cost_a_month(self, bills: Run) -> None:
        found = bills(line(1, "216", **YEAR), line(2, "9", plan_id="tv"), discount(3, "-3", discount_percent=11))
        assert found == {("base", "year", NOVEMBER): (192, 1, None), TV: (8, 1, None)}

    def test_a_percentage_of_a_bill_lasts_as_long_as_each_of_its_lines(self, bills: Run) -> None:
        # 10 % of 216.00 + 9.00; in December only the yearly line is left.
        year = {"period_start": date(2025, 11, 1), "period_end": date(2026, 11, 1), "interval_unit": "year"}
        lines = [line(1, "216", invoice_id="I", **year), line(2, "9", plan_id="tv", invoice_id="I")]
        found = bills(*lines, discount(3, "-22.50", discount_percent=10, invoice_id="I"))
        assert (found[("base", "year", NOVEMBER)], found[TV]) == ((194.4, 1, None), (8.1, 1, None))
        assert found[("base", "year", NOVEMBER + 11)] == (194.4, 1, None)

    @pytest.mark.parametrize(("net", "plan"), [("-1.80", BASE), ("-0.90", TV)])
    def test_a_percentage_of_one_line_lowers_that_line(self, bills: Run, net: str, plan: tuple[object, ...]) -> None:
        lines = [line(1, "18"), line(2, "9", plan_id="tv"), discount(3, net, discount_percent=10)]
        whole = {BASE: (18, 1, None), TV: (9, 1, None)}
        assert bills(*lines) == whole | {plan: (round(whole[plan][0] + float(net), 6), 1, None)}

    def test_a_percentage_of_the_only_line_of_its_bill_is_not_shared(self, bills: Run) -> None:
        # The yearly line was billed in March.
        year = YEAR | {"issued_on": date(2025, 3, 1)}
        found = bills(line(1, "216", **year), line(2, "5", plan_id="tv"), discount(3, "-0.50", discount_percent=10))
        assert found == {TV: (4.5, 1, None), ("base", "year", NOVEMBER): (216, 1, None)}

    def test_a_discount_ends_with_its_term(self, bills: Run) -> None:
        # 24.00 for a year are 2.00 a month until the term was ended in December.
        found = bills(line(1, "18"), discount(2, "-24", **YEAR, covered_until=date(2025, 12, 1)))
        assert found == {BASE: (16, 1, None)}
        assert bills(line(1, "18"), discount(2, "-24", **YEAR, covered_until=date(2025, 11, 1))) == {}

    def test_a_discount_of_nothing_leaves_nothing_open(self, bills: Run) -> None:
        assert bills(line(1, "18"), line(2, "9", plan_id="tv"), discount(3, "0")) == {}

    @pytest.mark.parametrize(("count", "unit"), [(4, "week"), (28, "day"), (1, "week"), (2, "week")])
    @pytest.mark.parametrize("said", ["month", "same"])
    def test_a_discount_for_one_bill_lowers_that_bill(self, bills: Run, count: int, unit: str, said: str) -> None:
        # Bills from 20 October on, each with its own discount of 1.00: the one that covers 1 November is 7.00.
        length = count * (7 if unit == "week" else 1)
        lines: list[Line] = []
        for n in range(3):
            first = date(2025, 10, 20) + timedelta(n * length)
            own = {"period_start": first, "period_end": first + timedelta(length), "issued_on": first}
            lines += [
                line(2 * n, "8", interval_unit=unit, interval_count=count, **own),
                discount(
                    2 * n + 1,
                    "-1",
                    **({"interval_unit": unit, "interval_count": count} if said == "same" else {}),
                    **own,
                ),
            ]
        assert bills(*lines)[("base", unit, NOVEMBER)] == (7, 1, None)

    def test_a_weekly_price_takes_what_a_month_off_is_a_week(self, bills: Run) -> None:
        week = {"period_start": date(2025, 10, 27), "period_end": date(2025, 11, 3), "interval_unit": "week"}
        # 3.65 a month are 3.65 x 84 / 365 = 0.84 a week.
        assert bills(line(1, "8", **week), discount(2, "-3.65")) == {("base", "week", NOVEMBER): (7.16, 1, None)}

    @pytest.mark.parametrize("stated", [{}, {"invoice_id": "I"}])
    def test_a_discount_without_a_period_lasts_as_long_as_what_was_billed_with_it(
        self, bills: Run, stated: Line
    ) -> None:
        year = {"period_start": date(2025, 11, 1), "period_end": date(2026, 11, 1), "interval_unit": "year"}
        undated = {"period_start": None, "period_end": None}
        found = bills(line(1, "228", **year, **stated), discount(2, "-12", **undated, **stated))
        assert found[("base", "year", NOVEMBER)] == (216, 1, None)
        assert len(found) == 12
        with_tv = [line(1, "228", **year, **stated), line(2, "9", plan_id="tv", **stated)]
        found = bills(*with_tv, discount(3, "-12", plan_id="base", **undated, **stated))
        assert found[("base", "year", NOVEMBER + 5)] == (216, 1, None)

    @pytest.mark.parametrize(
        ("net", "reason"),
        [("-18", "free_month"), ("-18.01", "discount_not_assigned"), ("3", "discount_not_assigned"), ("-17.99", None)],
    )
    def test_what_is_left_must_be_a_price(self, bills: Run, net: str, reason: str | None) -> None:
        assert bills(line(1, "18"), discount(2, net))[BASE][2] == reason

    def test_one_price_of_two_units_is_lowered_together(self, bills: Run) -> None:
        assert bills(line(1, "18"), line(2, "18"), discount(3, "-4")) == {BASE: (32, 2, None)}


def credit(row_id: int, month: int, net: str = "-3") -> Line:
    start = date(2025, month, 1)
    end = date(2025, month + 1, 1)
    return line(
        row_id, net, line_kind="credit", exclusion="credit", issued_on=start, period_start=start, period_end=end
    )


class TestRecurringCredits:
    @pytest.mark.parametrize(("months", "lowered"), [([8, 10, 11], True), ([8, 9, 11], True), ([7, 8, 11], False)])
    def test_three_of_four_months_make_a_discount(self, bills: Run, months: list[int], lowered: bool) -> None:
        credits = [credit(10 + month, month) for month in months]
        assert bills(line(1, "18"), *credits) == ({BASE: (15, 1, None)} if lowered else {})

    def test_other_amounts_do_not_count(self, bills: Run) -> None:
        assert bills(line(1, "18"), credit(2, 9), credit(3, 10, "-3.01"), credit(4, 11)) == {}


class TestPercentages:
    def bill(self, n: int, rate: float, total: float) -> list[Line]:
        """Return base and add-on of one customer with a discount of the invoice, rounded to a coin."""
        own = {"customer_id": f"C{n}", "invoice_id": f"I{n}"}
        share = discount(3 * n + 2, f"{-rate * total:.2f}", discount_id="SAVE", **own)
        return [
            line(3 * n, f"{total - 9:.2f}", **own),
            line(3 * n + 1, "9", plan_id="tv", **own),
            share,
        ]

    def reasons(self, bills: Run, bench: Any, totals: list[float], rate: Callable[[float], float]) -> set[object]:
        lines = [one for n, total in enumerate(totals) for one in self.bill(n, rate(total), total)]
        bills(*lines)
        return {reason for (reason,) in bench.query("select distinct reason from int_month_bill")}

    def test_twenty_invoices_of_different_totals_tell(self, bills: Run, bench: Any) -> None:
        totals = [20 + 1.37 * n for n in range(20)]
        assert self.reasons(bills, bench, totals, lambda _: 0.15) == {None}

    @pytest.mark.parametrize("n_totals", [1, 19])
    def test_fewer_do_not(self, bills: Run, bench: Any, n_totals: int) -> None:
        totals = [20 + 1.37 * (n % n_totals) for n in range(20)]
        assert self.reasons(bills, bench, totals, lambda _: 0.15) == {"discount_not_assigned"}

    def test_a_fixed_amount_is_no_percentage(self, bills: Run, bench: Any) -> None:
        totals = [20 + 1.37 * n for n in range(20)]
        assert self.reasons(bills, bench, totals, lambda total: 3 / total) == {"discount_not_assigned"}
