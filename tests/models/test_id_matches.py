"""Ids that two files have to share: how many meet, and what those that do not would have to lose."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.models.conftest import Bench

MODELS = ("4_observations/76_int_id", "4_observations/77_id_match")
EVENT = "subscription_id varchar, customer_id varchar, plan_id varchar, product_id varchar, reject_reason varchar"
HOLDING = "subscription_id varchar, customer_id varchar, plan_id varchar, product_id varchar"


def lay_out(
    bench: Bench,
    *,
    held: Sequence[tuple[str | None, str]] = (),
    customers: Sequence[str] = (),
    offered: Sequence[str | None] = (),
    events: Sequence[dict[str, str]] = (),
    lines: Sequence[dict[str, str]] = (),
) -> None:
    rows = [{"customer_id": who, "cell_key": f"{product}\x1fGBP\x1fmonth\x1f1"} for who, product in held]
    bench.table("observation", "customer_id varchar, cell_key varchar", rows)
    bench.table("int_customer_file", "customer_id varchar", [{"customer_id": name} for name in customers])
    bench.table("offers", "product_id varchar", [{"product_id": name} for name in offered])
    bench.table("stg_price_event", EVENT, events)
    bench.table("int_holding", HOLDING, lines)
    bench.run(*MODELS)


def test_files_that_are_not_there_ask_for_nothing(bench: Bench) -> None:
    lay_out(bench, held=[("a", "tea")])
    assert bench.query("from id_match") == []


@pytest.mark.parametrize(
    ("known", "matched", "alike", "alone"),
    [
        (("0071", "ab 2", "X9"), 3, 0, (0, 0, 0)),
        (("71", "ab 2", "X9"), 2, 1, (1, 0, 0)),
        (("0071", "AB 2", "x9"), 1, 2, (0, 2, 0)),
        (("0071", "ab2", "X9"), 2, 1, (0, 0, 1)),
        # Two things at once: no single one is enough.
        (("0071", "AB2", "X9"), 2, 1, (0, 0, 0)),
        (("0071", "other", "X9"), 2, 0, (0, 0, 0)),
    ],
)
def test_customers(bench: Bench, known: tuple[str, ...], matched: int, alike: int, alone: tuple[int, int, int]) -> None:
    # One of the three holds two things, and a rejected row names nobody.
    held = [("0071", "tea"), ("0071", "mate"), ("ab 2", "tea"), ("X9", "tea"), (None, "tea")]
    lay_out(bench, held=held, customers=known)
    assert bench.query("from id_match") == [("customers", 3, matched, alike, *alone)]


def test_offers_are_asked_by_each_thing_held(bench: Bench) -> None:
    held = [("a", "Tea"), ("b", "Tea"), ("c", "mate"), ("d", "\x1e")]
    lay_out(bench, held=held, offered=["tea", "mate"])
    assert bench.query("from id_match") == [("offers", 3, 1, 2, 0, 2, 0)]
    lay_out(bench, held=held, offered=["tea", None])
    assert bench.query("from id_match") == [], "an offer without a product fits whatever is held"


def test_events_are_looked_up_by_what_they_name(bench: Bench) -> None:
    events = [
        {"subscription_id": "S1", "customer_id": "nobody"},
        {"subscription_id": "S2"},
        {"customer_id": "007"},
        # The id of a plan is no id of a product.
        {"product_id": "gold"},
        {"customer_id": "x", "reject_reason": "DATE_MISSING"},
    ]
    lines = [{"subscription_id": "S1", "customer_id": "7", "plan_id": "gold", "product_id": "tea"}]
    lay_out(bench, events=events, lines=lines)
    assert bench.query("from id_match") == [("price_events", 4, 1, 1, 1, 0, 0)]
