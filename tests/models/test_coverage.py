"""Who cannot be compared: rejected rows, months without a price, and the counts that support is made of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

UNIT = chr(31)
UNKNOWN = chr(30)
UNPRICED = tuple(
    f"4_observations/{name}"
    for name in (
        "61_int_unknown_cell",
        "62_int_rejected_line",
        "64_int_rejected_row",
        "65_int_unpriced_row",
        "66_int_unpriced_observation",
    )
)
BILLING = (
    "customer_id varchar, reject_reason varchar, product_id varchar, plan_id varchar, currency varchar, "
    "interval_unit varchar, interval_count integer, controls_key varchar, lens_key varchar, period_start date, "
    "period_end date, issued_on date, net_amount decimal(18,6), line_kind varchar, invoice_status varchar, "
    "livemode boolean"
)
BOOK = (
    "customer_id varchar, party_id varchar, reject_reason varchar, product_id varchar, currency varchar, "
    "interval_unit varchar, interval_count integer, cell_key varchar, lens_key varchar, tenure_months integer, "
    "price decimal(18,6)"
)
REPEAT = (
    "customer_id varchar, product_id varchar, currency varchar, interval_unit varchar, interval_count integer, "
    "n_versions integer"
)
CUSTOMER = (
    "customer_id varchar, party_id varchar, tenure_start date, is_censored boolean, is_test boolean, "
    "controls_key varchar, lens_key varchar"
)
PARAMS = (
    "currency varchar, as_of_month date, as_of_number integer, plan_in_cell boolean, "
    "unknown_customer_controls varchar, unknown_customer_lenses varchar"
)
NOT_COMPARED = (
    "customer_id varchar, party_id varchar, currency varchar, cell_key varchar, lens_key varchar, tenure_start date, "
    "is_censored boolean, first_month integer, n_months integer, reason varchar, net_micros bigint"
)
NOVEMBER = 2025 * 12 + 10
CELL = UNIT.join(("gas", "EUR", "month", "1"))


def line(**columns: object) -> dict[str, object]:
    """Return a rejected line of November 2025."""
    given = {
        "customer_id": "a",
        "reject_reason": "AMOUNT_UNPARSED",
        "product_id": "gas",
        "currency": "EUR",
        "interval_unit": "month",
        "interval_count": 1,
        "controls_key": "",
        "lens_key": "",
        "period_start": date(2025, 11, 1),
        "period_end": date(2025, 12, 1),
        "issued_on": date(2025, 11, 1),
        "net_amount": "18.00",
        "line_kind": "recurring",
        "invoice_status": "final",
        "livemode": True,
    }
    return given | columns


@pytest.fixture
def study(bench: Any) -> Any:
    """Return a function that runs both models on rejected rows and on bills that make no price."""

    def run(
        *lines: dict[str, object],
        book: list[dict[str, object]] | None = None,
        repeats: list[dict[str, object]] | None = None,
        customers: list[dict[str, object]] | None = None,
        not_compared: list[dict[str, object]] | None = None,
        priced: tuple[str, ...] = (),
        rejoined: list[dict[str, object]] | None = None,
    ) -> Any:
        params = {
            "currency": "EUR",
            "as_of_month": date(2025, 11, 1),
            "as_of_number": NOVEMBER,
            "plan_in_cell": False,
            "unknown_customer_controls": "",
            "unknown_customer_lenses": "",
        }
        classes = [
            {
                "tenure_months": n,
                "loyalty_group": "tenured" if n >= 24 else "middle" if n >= 12 else "new",
                "band_order": n // 12,
            }
            for n in range(200)
        ]
        names = ("product_id", "currency", "interval_unit", "interval_count")
        bench.table("params", PARAMS, [params])
        bench.table("tenure_class", "tenure_months integer, loyalty_group varchar, band_order integer", classes)
        columns = [{"column_order": n, "column_name": name} for n, name in enumerate(names, start=1)]
        bench.table("cell_column", "column_order integer, column_name varchar", columns)
        bench.table("lens_column", "lens_order integer, lens varchar", [])
        bench.table("stg_billing", BILLING, list(lines))
        bench.table("stg_book", BOOK, book or [])
        bench.table("int_book_repeat", REPEAT, repeats or [])
        bench.table(
            "int_customer",
            CUSTOMER,
            [{"is_censored": False, "lens_key": "", "controls_key": "", **row} for row in customers or []],
        )
        bench.table(
            "int_not_compared",
            NOT_COMPARED,
            [{"n_months": 1, "is_censored": False, **row} for row in not_compared or []],
        )
        bench.table("int_as_of_row", "customer_id varchar", [{"customer_id": name} for name in priced])
        bench.table(
            "int_rejoin",
            "customer_id varchar, rejoined_on date, from_month integer, until_month integer",
            rejoined or [],
        )
        bench.run(*UNPRICED)
        return bench

    return run


OBSERVED = "select customer_id, loyalty_group, reason, month_ticks from int_unpriced_observation order by all"
SINCE_2020 = [{"customer_id": "a", "tenure_start": date(2020, 3, 1)}]


class TestRejectedLines:
    def test_a_customer_named_by_a_rejected_line_is_one_who_cannot_be_compared(self, study: Any) -> None:
        done = study(line(), customers=SINCE_2020)
        assert done.query(OBSERVED) == [("a", "tenured", "rejected", 180_000)]
        assert done.query("select cell_key, party_id from int_unpriced_observation") == [(CELL, "a")]

    def test_an_amount_that_cannot_be_read_is_unknown_and_not_nothing(self, study: Any) -> None:
        assert study(line(net_amount=None), customers=SINCE_2020).query(OBSERVED) == [
            ("a", "tenured", "rejected", None)
        ]

    def test_a_year_is_counted_by_the_month(self, study: Any) -> None:
        yearly = line(
            interval_unit="year", net_amount="240", period_start=date(2025, 3, 1), period_end=date(2026, 3, 1)
        )
        assert study(yearly, customers=SINCE_2020).query(OBSERVED) == [("a", "tenured", "rejected", 200_000)]

    @pytest.mark.parametrize(
        ("columns", "counts"),
        [
            ({"period_start": date(2025, 10, 15), "period_end": date(2025, 11, 15)}, True),
            ({"period_start": date(2025, 10, 1), "period_end": date(2025, 11, 1)}, False),
            ({"period_start": date(2025, 12, 1), "period_end": date(2026, 1, 1)}, False),
            ({"period_start": None, "period_end": None}, True),
            ({"period_start": None, "period_end": None, "issued_on": date(2025, 10, 31)}, False),
            ({"period_start": None, "period_end": None, "issued_on": None}, True),
            ({"line_kind": "usage"}, False),
            ({"line_kind": None}, True),
            ({"invoice_status": "draft"}, False),
            ({"invoice_status": None}, True),
            ({"livemode": False}, False),
            ({"customer_id": None}, False),
            ({"reject_reason": None}, False),
        ],
    )
    def test_which_lines_are_of_the_month(self, study: Any, columns: dict[str, object], counts: bool) -> None:
        assert bool(study(line(**columns), customers=SINCE_2020).query(OBSERVED)) is counts

    def test_one_that_only_overlaps_counts_where_nothing_else_shows_its_customer(self, study: Any) -> None:
        later = line(period_start=date(2025, 11, 15), period_end=date(2025, 12, 15))
        assert len(study(later).query(OBSERVED)) == 1
        assert study(later, priced=("a",)).query(OBSERVED) == []
        assert len(study(line(), priced=("a",)).query(OBSERVED)) == 1

    def test_who_is_not_in_the_customer_file_has_unknown_tenure(self, study: Any) -> None:
        assert study(line()).query(OBSERVED) == [("a", "unknown", "rejected", 180_000)]

    def test_test_customers_are_nobody(self, study: Any) -> None:
        assert study(line(), customers=[{**SINCE_2020[0], "is_test": True}]).query(OBSERVED) == []

    def test_a_key_that_would_not_come_apart_is_unknown(self, study: Any) -> None:
        broken = line(reject_reason="CONTROL_CHARACTER", product_id=f"g{UNIT}as")
        found = study(broken).query("select cell_key from int_unpriced_observation")
        assert found == [(UNIT.join((UNKNOWN, "EUR", "month", "1")),)]

    @pytest.mark.parametrize(("stated", "currency"), [("USD", "USD"), ("POUNDS", "EUR"), (None, "EUR")])
    def test_a_currency_that_is_none_is_that_of_the_study(self, study: Any, stated: object, currency: str) -> None:
        row = {**KEY, "reject_reason": "CURRENCY_UNKNOWN", "currency": stated, "cell_key": CELL, "tenure_months": 30}
        for done in (study(line(currency=stated)), study(book=[row])):
            assert done.query("select currency from int_unpriced_observation") == [(currency,)]

    def test_what_cannot_be_read_of_the_interval_is_a_month(self, study: Any) -> None:
        found = study(line(interval_unit=None, interval_count=None, product_id=None)).query(
            "from int_unpriced_observation"
        )
        assert found[0][3] == UNIT.join((UNKNOWN, "EUR", "month", "1"))

    def test_an_interval_that_is_none_is_a_month(self, study: Any) -> None:
        found = study(line(reject_reason="INTERVAL_UNKNOWN", interval_unit="fortnight", interval_count=0))
        assert found.query("select cell_key, month_ticks from int_unpriced_observation") == [(CELL, 180_000)]


KEY = {"customer_id": "a", "product_id": "gas", "currency": "EUR", "interval_unit": "month", "interval_count": 1}


class TestRejectedBookRows:
    def test_a_rejected_row_keeps_its_tenure(self, study: Any) -> None:
        row = {**KEY, "reject_reason": "AMOUNT_UNPARSED", "cell_key": CELL, "lens_key": "", "tenure_months": 40}
        assert study(book=[row]).query(OBSERVED) == [("a", "tenured", "rejected", None)]

    def test_an_interval_that_is_none_is_a_month_of_an_unknown_cell(self, study: Any) -> None:
        row = {**KEY, "interval_unit": "fortnight", "reject_reason": "INTERVAL_UNKNOWN", "tenure_months": 30}
        row |= {"cell_key": UNIT.join(("gas", "EUR", "fortnight", "1")), "lens_key": "", "price": "20"}
        found = study(book=[row]).query("select cell_key, month_ticks from int_unpriced_observation")
        assert found == [(UNIT.join((UNKNOWN, "EUR", "month", "1")), 200_000)]

    def test_rows_that_contradict_each_other_are_one_customer_with_the_larger_amount(self, study: Any) -> None:
        rows = [{**KEY, "cell_key": CELL, "lens_key": "", "tenure_months": 30, "price": p} for p in ("20", "30")]
        found = study(book=rows, repeats=[{**KEY, "n_versions": 2}]).query(OBSERVED)
        assert found == [("a", "tenured", "rejected", 300_000)]

    def test_copies_are_no_contradiction(self, study: Any) -> None:
        rows = [{**KEY, "cell_key": CELL, "lens_key": "", "tenure_months": 30, "price": "20"}] * 2
        assert study(book=rows, repeats=[{**KEY, "n_versions": 1}]).query(OBSERVED) == []


class TestBillsWithoutAPrice:
    def month(self, **columns: object) -> dict[str, object]:
        return {
            "customer_id": "a",
            "currency": "EUR",
            "cell_key": CELL,
            "lens_key": "",
            "tenure_start": date(2020, 3, 1),
            "first_month": NOVEMBER,
            "reason": "free_month",
            "net_micros": 0,
        } | columns

    def test_a_free_month_costs_nothing_and_is_counted(self, study: Any) -> None:
        assert study(not_compared=[self.month()]).query(OBSERVED) == [("a", "tenured", "free_month", 0)]

    def test_only_the_month_looked_at_counts(self, study: Any) -> None:
        others = [self.month(first_month=NOVEMBER + 1), self.month(first_month=NOVEMBER - 3, n_months=3)]
        assert study(not_compared=others).query(OBSERVED) == []
        assert len(study(not_compared=[self.month(first_month=NOVEMBER - 3, n_months=4)]).query(OBSERVED)) == 1

    @pytest.mark.parametrize(
        ("columns", "group"),
        [
            ({"tenure_start": date(2023, 11, 1)}, "tenured"),
            ({"tenure_start": date(2023, 11, 2)}, "middle"),
            ({"tenure_start": date(2024, 11, 2)}, "new"),
            ({"tenure_start": None}, "unknown"),
            ({"tenure_start": date(2024, 1, 1), "is_censored": True}, "unknown"),
            ({"tenure_start": date(2020, 1, 1), "is_censored": True}, "tenured"),
        ],
    )
    def test_groups_are_those_of_the_month(self, study: Any, columns: dict[str, object], group: str) -> None:
        assert study(not_compared=[self.month(**columns)]).query(OBSERVED)[0][1] == group

    def test_who_came_back_is_new_again(self, study: Any) -> None:
        back = {"customer_id": "a", "rejoined_on": date(2025, 8, 1), "from_month": NOVEMBER - 3, "until_month": 999_999}
        assert study(not_compared=[self.month()], rejoined=[back]).query(OBSERVED)[0][1] == "new"

    @pytest.mark.parametrize(
        ("micros", "ticks"),
        [(18_000_049, 180_000), (18_000_050, 180_000), (18_000_150, 180_002), (-18_000_150, -180_002)],
    )
    def test_amounts_are_rounded_half_to_even(self, study: Any, micros: int, ticks: int) -> None:
        assert study(not_compared=[self.month(net_micros=micros)]).query(OBSERVED)[0][3] == ticks


class TestCounts:
    """cell_coverage adds up what is priced and what is not."""

    COUNTS = (
        "currency varchar, cell_key varchar, lens_key varchar, loyalty_group varchar, band_order integer, "
        "n_observations bigint, paid_ticks bigint, offered_ticks bigint, offer_reason varchar, derived_n bigint, "
        "market_ticks bigint, cost_ticks bigint, before_ticks bigint, after_ticks bigint"
    )
    UNPRICED = (
        "currency varchar, cell_key varchar, lens_key varchar, loyalty_group varchar, band_order integer, "
        "reason varchar, month_ticks bigint"
    )

    def test_every_observation_is_in_one_row(self, bench: Any) -> None:
        place = {"currency": "EUR", "cell_key": CELL, "lens_key": "", "loyalty_group": "tenured", "band_order": 3}
        priced = [
            {**place, "n_observations": 5, "paid_ticks": 200_000, "offered_ticks": 180_000, "derived_n": 12},
            {
                **place,
                "n_observations": 2,
                "paid_ticks": 210_000,
                "offered_ticks": 180_000,
                "before_ticks": 9,
                "after_ticks": 0,
            },
            {
                **place,
                "n_observations": 3,
                "paid_ticks": 50_000,
                "offer_reason": "no_offer",
                "before_ticks": 8,
                "after_ticks": 9,
            },
            {**place, "n_observations": 4, "offer_reason": "no_offer"},
        ]
        bench.table("price_counts", self.COUNTS, priced)
        unpriced = [{**place, "reason": "rejected"}, {**place, "reason": "rejected", "month_ticks": 7}]
        bench.table("int_unpriced_observation", self.UNPRICED, unpriced)
        bench.run("5_counts/35_cell_coverage")
        found = bench.query(
            "select reason, n_observations, n_priced, paid_ticks, n_billed, month_ticks, n_offered, "
            "paid_offered_ticks, n_derived, n_changed from cell_coverage order by reason nulls first"
        )
        assert found == [
            (None, 7, 7, 1_420_000, 0, None, 7, 1_420_000, 5, 0),
            ("no_offer", 3, 3, 150_000, 0, None, 0, None, 0, 3),
            ("no_price", 4, 0, None, 0, None, 0, None, 0, 0),
            ("rejected", 2, 0, None, 1, 7, 0, None, 0, 0),
        ]
