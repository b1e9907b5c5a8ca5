"""Which of several rows of a price list holds on a day, and which kind of offer each row is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

PRICES = ("headline_ticks", "effective_ticks", "standard_ticks", "primary_ticks")
INTERVAL_PRICES = tuple(f"{name}_interval_ticks" for name in ("headline", "effective", "standard"))
TYPES = (
    "offer_id varchar, origin varchar, audience varchar, customer_id varchar, product_id varchar, plan_id varchar, "
    "currency varchar, region varchar, channel varchar, interval_unit varchar, interval_count integer, "
    "qty_from decimal(18,6), qty_to decimal(18,6), valid_from date, valid_to date, list_unit_price decimal(18,6), "
    "intro_unit_price decimal(18,6), price_decision varchar, "
    + ", ".join(f"{name} bigint" for name in (*PRICES, *INTERVAL_PRICES))
)
LOOKUP = (
    "lookup_id bigint, offer_customer_id varchar, product_id varchar, plan_id varchar, currency varchar, "
    "region varchar, channel varchar, interval_unit varchar, interval_count integer, quantity_micros bigint, "
    "lookup_date date"
)
Row = dict[str, object]
Offered = Callable[..., dict[str, str | None]]


def offer(offer_id: str, price: int, start: str, end: str | None = None, **columns: object) -> Row:
    given: Row = {
        "offer_id": offer_id,
        "audience": "new_only",
        "product_id": "tv",
        "currency": "GBP",
        "interval_unit": "month",
        "interval_count": 1,
        "valid_from": date.fromisoformat(start),
        "valid_to": None if end is None else date.fromisoformat(end),
        "list_unit_price": price,
        **dict.fromkeys((*PRICES, *INTERVAL_PRICES), price * 10_000),
    }
    return given | columns


@pytest.fixture
def priced(bench: Any) -> Any:
    """Return a function that makes ``offers`` of the rows."""

    def make(*rows: Row) -> Any:
        bench.table("int_offer_price", TYPES, rows)
        bench.table("params", "comparator_basis varchar", [{"comparator_basis": "effective"}])
        bench.run("3_offers/15_offers", "3_offers/17_int_offer_decision", "3_offers/40_int_offer_key")
        return bench

    return make


@pytest.fixture
def offered(priced: Any) -> Offered:
    """Return a function from offers to the offer of each day; it also takes what the customer asks for."""

    def answer(
        *rows: Row, days: tuple[str, ...], column: str = "candidate_rank", **asked: object
    ) -> dict[str, str | None]:
        bench = priced(*rows)
        question: Row = {
            "product_id": "tv",
            "currency": "GBP",
            "interval_unit": "month",
            "interval_count": 1,
            "quantity_micros": 1_000_000,
            **asked,
        }
        questions = [
            question | {"lookup_id": number, "lookup_date": date.fromisoformat(day)} for number, day in enumerate(days)
        ]
        bench.table("int_offer_lookup", LOOKUP, questions)
        bench.run("3_offers/45_int_offer_candidate")
        found = dict(bench.query(f"select lookup_id, offer_id from int_offer_candidate where {column} = 1"))
        return {day: found.get(number) for number, day in enumerate(days)}

    return answer


def test_a_later_open_row_closes_an_earlier_one_for_good(offered: Offered) -> None:
    rows = (offer("2018", 10, "2018-01-01"), offer("2021", 14, "2021-05-01"), offer("2023", 12, "2023-02-01"))
    found = offered(*rows, days=("2017-12-31", "2018-01-01", "2021-04-30", "2021-05-01", "2023-02-01", "2030-01-01"))
    assert list(found.values()) == [None, "2018", "2018", "2021", "2023", "2023"]


def test_nothing_is_truncated_by_a_row_that_ends(offered: Offered) -> None:
    # Dearer than the open row: a list price of its own time, and not a promotion.
    rows = (offer("open", 10, "2018-01-01"), offer("summer", 13, "2021-06-01", "2021-09-01"))
    found = offered(*rows, days=("2021-05-31", "2021-06-01", "2021-08-31", "2021-09-01"))
    assert list(found.values()) == ["open", "summer", "summer", "open"]
    long = (offer("long", 10, "2020-01-01", "2024-01-01"), offer("short", 9, "2021-01-01", "2022-01-01"))
    assert list(offered(*long, days=("2021-03-01", "2023-03-01")).values()) == ["short", "long"]


@pytest.mark.parametrize(
    "promotion",
    [
        offer("promo", 8, "2021-06-01", "2021-12-01"),
        offer("promo", 8, "2021-06-01", intro_unit_price=4),
        offer("promo", 8, "2021-06-01", "2021-12-01", origin="promotion"),
        offer("promo", 8, "2021-06-01", origin="promotion"),
    ],
)
def test_a_list_that_is_issued_again_leaves_a_promotion_in_force(promotion: Row, offered: Offered) -> None:
    rows = [offer(f"list {month}", 10, f"2021-0{month}-01") for month in range(1, 10)]
    rows = [row | {"origin": "price_book"} for row in rows] if promotion.get("origin") else rows
    found = offered(*rows, promotion, days=("2021-05-20", "2021-07-15", "2021-09-15"))
    assert list(found.values()) == ["list 5", "promo", "promo"]


def test_after_a_promotion_the_list_holds_again(offered: Offered) -> None:
    rows = (offer("list", 10, "2018-01-01"), offer("november", 7, "2021-11-01", "2021-12-01"))
    assert list(offered(*rows, days=("2021-11-30", "2021-12-01")).values()) == ["november", "list"]


def test_a_promotion_is_known_by_the_open_row_that_starts_in_its_time(offered: Offered, priced: Any) -> None:
    rows = (offer("promo", 7, "2021-11-01", "2022-02-01"), offer("list", 10, "2022-01-01"))
    assert list(offered(*rows, days=("2021-11-05", "2022-01-15", "2022-02-01")).values()) == ["promo", "promo", "list"]
    late = (offer("old list", 7, "2021-11-01", "2022-01-01"), offer("list", 10, "2022-01-01"))
    assert dict(priced(*late).query("select offer_id, kind from offers")) == {
        "old list": "price_book",
        "list": "price_book",
    }


def test_an_old_introduction_that_was_replaced_does_not_win_for_ever(offered: Offered) -> None:
    rows = (
        offer("old", 6, "2018-01-01", intro_unit_price=1),
        offer("new", 9, "2021-01-01", intro_unit_price=5),
    )
    assert list(offered(*rows, days=("2020-12-31", "2021-01-01")).values()) == ["old", "new"]


def test_stated_kinds_do_not_close_each_other_and_the_cheaper_wins(offered: Offered) -> None:
    rows = (offer("book", 10, "2018-01-01", origin="price_book"), offer("quote", 11, "2020-01-01", origin="quote"))
    assert list(offered(*rows, days=("2021-01-01",)).values()) == ["book"]
    dearer = (rows[0], offer("quote", 9, "2020-01-01", origin="quote"))
    assert list(offered(*dearer, days=("2021-01-01",)).values()) == ["quote"]


@pytest.mark.parametrize(
    "key",
    [
        {"region": "north"},
        {"channel": "web"},
        {"plan_id": "big"},
        {"qty_from": 1},
        {"qty_to": 5},
        {"audience": "new_only", "customer_id": "c7"},
    ],
)
def test_rows_of_other_keys_do_not_close_each_other_and_the_most_specific_wins(key: Row, offered: Offered) -> None:
    rows = (offer("wide", 10, "2021-01-01"), offer("narrow", 20, "2018-01-01", **key))
    asked = {
        "region": "north",
        "channel": "web",
        "plan_id": "big",
        "quantity_micros": 2_000_000,
        "offer_customer_id": "c7",
    }
    assert list(offered(*rows, days=("2022-01-01",), **asked).values()) == ["narrow"]
    assert list(offered(*rows, days=("2022-01-01",), column="price_rank", **asked).values()) == ["wide"]


def test_new_customers_and_all_are_one_audience(offered: Offered) -> None:
    rows = (offer("new", 10, "2018-01-01"), offer("all", 14, "2021-01-01", audience="all"))
    assert list(offered(*rows, days=("2022-01-01",)).values()) == ["all"]
    apart = (offer("new", 10, "2018-01-01"), offer("stay", 14, "2021-01-01", audience="existing_only"))
    assert list(offered(*apart, days=("2022-01-01",)).values()) == ["new"]


def test_a_personal_offer_counts_only_where_it_is_for_new_customers(priced: Any) -> None:
    rows = [
        offer("renewal", 8, "2021-01-01", audience="all", customer_id="c7", origin="quote"),
        offer("welcome", 8, "2021-01-01", audience="new_only", customer_id="c7", origin="quote"),
        offer("rival", 8, "2021-01-01", audience="all", origin="market"),
        offer("book", 8, "2021-01-01", audience="all"),
    ]
    usable = priced(*rows).query("select offer_id from offers where is_new_customer_offer order by 1")
    assert usable == [("book",), ("welcome",)]


def test_the_cheapest_of_all_that_fit_stands_beside(offered: Offered) -> None:
    rows = (
        offer("closed", 3, "2018-01-01"),
        offer("national", 8, "2021-01-01"),
        offer("north", 10, "2021-01-01", region="north"),
        offer("nothing", 0, "2021-01-01", channel="web"),
        offer("south", 5, "2021-01-01", region="south"),
    )
    asked = {"region": "north", "channel": "web"}
    assert offered(*rows, days=("2022-01-01",), column="price_rank", **asked) == {"2022-01-01": "national"}


def test_a_price_that_was_replaced_and_comes_back_is_another_decision(priced: Any) -> None:
    rows = (offer("a", 10, "2018-01-01"), offer("b", 12, "2020-01-01"), offer("c", 10, "2022-01-01"))
    decisions = priced(*rows).query("select offer_id, pricing_decision from int_offer_decision order by offer_id")
    assert len({decision for _, decision in decisions}) == 3


def test_one_id_may_stand_for_a_whole_price_list(priced: Any) -> None:
    # Two plans, one of them dearer in the south: four rows, three prices, and no row beside itself.
    rows = (
        offer("list", 10, "2021-01-01", plan_id="s"),
        offer("list", 14, "2021-01-01", plan_id="m", region="north"),
        offer("list", 16, "2021-01-01", plan_id="m", region="south"),
        offer("list", 16, "2021-01-01", plan_id="m", region="west"),
    )
    found = priced(*rows).query("select plan_id, region, pricing_decision from int_offer_key order by all")
    assert found == [
        ("m", "north", "list@2021-01-01@140000"),
        ("m", "south", "list@2021-01-01@160000"),
        ("m", "west", "list@2021-01-01@160000"),
        ("s", None, "list@2021-01-01@100000"),
    ]
    single = priced(offer("list", 10, "2021-01-01"), offer("list", 10, "2021-01-01", region="south"))
    assert single.query("select distinct pricing_decision from int_offer_key") == [("list@2021-01-01",)]
