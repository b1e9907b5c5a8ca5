"""A book's rows: copies and contradictions, parties, and prices counted once each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

KEY = ("customer_id", "product_id", "currency", "interval_unit", "interval_count")
STG_BOOK = (
    "customer_id varchar, party_id varchar, product_id varchar, currency varchar, interval_unit varchar, "
    "interval_count integer, cell_key varchar, lens_key varchar, as_of date, tenure_start date, tenure_months integer, "
    "price decimal(18,6), prior_price decimal(18,6), offer_price decimal(18,6), market_price decimal(18,6), "
    "expected_cost decimal(18,6), price_decision varchar, reject_reason varchar"
)
COUNT_PRICES = ("price", "prior_price", "offer_price", "market_price", "expected_cost")


def row(**columns: object) -> dict[str, object]:
    given = {
        "customer_id": "a",
        "product_id": "gas",
        "currency": "EUR",
        "interval_unit": "month",
        "interval_count": 1,
        "cell_key": "gas",
        "lens_key": "",
        "as_of": date(2025, 11, 1),
        "tenure_months": 30,
        "price": Decimal(20),
    }
    return given | columns


@pytest.fixture
def book(bench: Any) -> Any:
    """Return a function that lays out a book and runs the models of its rows."""

    def run(*rows: dict[str, object]) -> Any:
        bench.table("stg_book", STG_BOOK, list(rows))
        names = ("10_int_repeated_customer", "15_int_book_repeat", "20_int_book_line", "30_int_shared_party")
        bench.run(*(f"1_rows/{name}" for name in names))
        return bench

    return run


class TestRepeats:
    def test_a_customer_with_one_row_is_not_looked_at_again(self, book: Any) -> None:
        done = book(row(), row(customer_id="b"), row(customer_id="b", product_id="power"))
        assert done.query("from int_repeated_customer") == [("b", 2)]
        assert done.query("from int_book_repeat") == []
        assert done.query("select customer_id, product_id from int_book_line order by all") == [
            ("a", "gas"),
            ("b", "gas"),
            ("b", "power"),
        ]

    def test_copies_count_once(self, book: Any) -> None:
        done = book(row(), row(), row())
        assert done.query("select n_rows, n_versions from int_book_repeat") == [(3, 1)]
        assert done.query("select customer_id, price from int_book_line") == [("a", Decimal(20))]

    @pytest.mark.parametrize("change", [{"price": Decimal(21)}, {"tenure_months": 31}, {"price_decision": "board"}])
    def test_rows_that_contradict_each_other_are_all_left_out(self, book: Any, change: dict[str, object]) -> None:
        done = book(row(), row(**change), row(customer_id="b"))
        assert done.query("select customer_id, n_rows, n_versions from int_book_repeat") == [("a", 2, 2)]
        assert done.query("select customer_id from int_book_line") == [("b",)]

    @pytest.mark.parametrize("name", KEY[1:])
    def test_another_key_is_another_thing(self, book: Any, name: str) -> None:
        other = {"interval_count": 3}.get(name, "other")
        done = book(row(), row(**{name: other}))
        assert done.query("select count(*) from int_book_line") == [(2,)]

    def test_a_rejected_row_repeats_nothing(self, book: Any) -> None:
        done = book(row(), row(price=None, reject_reason="AMOUNT_UNPARSED"))
        assert done.query("from int_repeated_customer") == []
        assert done.query("select price from int_book_line") == [(Decimal(20),)]


def test_a_party_is_shared_where_two_readable_rows_state_it(book: Any) -> None:
    rows = [row(customer_id=name, party_id=party) for name, party in zip("abcd", ("p", "p", "q", None), strict=True)]
    done = book(*rows, row(customer_id="e", party_id="q", reject_reason="AMOUNT_UNPARSED"), row(customer_id="f"))
    assert done.query("from int_shared_party") == [("p", 2)]


class TestPrices:
    def count(self, book: Any, *rows: dict[str, object]) -> Any:
        done = book(*rows)
        classes = [
            {"tenure_months": n, "loyalty_group": "tenured" if n >= 24 else "new", "band_order": n // 24}
            for n in range(60)
        ]
        done.table("tenure_class", "tenure_months integer, loyalty_group varchar, band_order integer", classes)
        done.table("params", "as_of_number integer", [{"as_of_number": 24310}])
        done.run("2_ledger/70_int_book_count", "2_ledger/75_int_price_tick", "2_ledger/80_int_book_span")
        return done

    def test_equal_rows_are_one_count(self, book: Any) -> None:
        rows = [row(customer_id=name) for name in "abc"]
        done = self.count(book, *rows, row(customer_id="d", lens_key="card"), row(customer_id="e", tenure_months=None))
        found = (
            "select cell_key, lens_key, loyalty_group, band_order, price, n_customers from int_book_count order by all"
        )
        assert done.query(found) == [
            ("gas", "", "tenured", 1, Decimal(20), 3),
            ("gas", "", "unknown", None, Decimal(20), 1),
            ("gas", "card", "tenured", 1, Decimal(20), 1),
        ]

    def test_a_row_without_a_price_is_counted(self, book: Any) -> None:
        done = self.count(book, row(price=None))
        assert done.query("select price, n_customers from int_book_count") == [(None, 1)]
        assert done.query("select price_ticks from int_book_span") == [(None,)]

    @pytest.mark.parametrize(
        ("price", "ticks"),
        [("10.00005", 100_000), ("10.00015", 100_002), ("10.000051", 100_001), ("0.00005", 0), ("20", 200_000)],
    )
    def test_ticks_round_half_to_even(self, book: Any, price: str, ticks: int) -> None:
        done = self.count(book, row(price=Decimal(price)))
        assert done.query("select price_ticks from int_book_span") == [(ticks,)]

    def test_each_column_has_its_own_ticks_and_the_month_is_the_study_s(self, book: Any) -> None:
        done = self.count(book, row(**{name: Decimal(n) for n, name in enumerate(COUNT_PRICES, start=1)}))
        ticks = "price_ticks, prior_ticks, offer_ticks, market_ticks, cost_ticks"
        assert done.query(f"select {ticks}, first_month, n_months from int_book_span") == [
            (10_000, 20_000, 30_000, 40_000, 50_000, 24310, 1)
        ]
