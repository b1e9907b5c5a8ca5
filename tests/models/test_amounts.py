"""Money is price times quantity: what is offered for as many units, and the counts of what is paid."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest

OFFER = (
    "lookup_id bigint, quantity_micros bigint, headline_interval_ticks bigint, effective_interval_ticks bigint, "
    "standard_interval_ticks bigint"
)


@pytest.fixture
def offered(bench: Any) -> Any:
    """Return a function from (quantity, prices at the three bases) to what the model makes of them."""

    def run(quantity: str, *prices: int | None, basis: str = "effective") -> tuple[Any, ...]:
        headline, effective, standard = prices
        row = {
            "lookup_id": 1,
            "quantity_micros": int(Decimal(quantity) * 1_000_000),
            "headline_interval_ticks": headline,
            "effective_interval_ticks": effective,
            "standard_interval_ticks": standard,
        }
        bench.table("params", "comparator_basis varchar", [{"comparator_basis": basis}])
        bench.table("int_offer_match", OFFER, [row])
        bench.run("3_offers/55_int_offer_amount")
        found = bench.query(
            "select offered_headline_ticks, offered_effective_ticks, offered_standard_ticks, offered_ticks "
            "from int_offer_amount"
        )
        return found[0] if found else ()

    return run


@pytest.mark.parametrize("quantity", ["1", "3", "250", "0.5", "1.25", "0.000001", "1000000"])
@pytest.mark.parametrize("price", [1, 180_000, 333_333, 999_999_999_999])
def test_units_times_price_rounded_once(offered: Any, quantity: str, price: int) -> None:
    exact = (Decimal(quantity) * price).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    assert offered(quantity, price, price, price) == (exact,) * 4


@pytest.mark.parametrize(("basis", "ticks"), [("headline", 20), ("effective", 40), ("standard", 60)])
def test_the_basis_of_the_study_is_primary(offered: Any, basis: str, ticks: int) -> None:
    assert offered("2", 10, 20, 30, basis=basis) == (20, 40, 60, ticks)


def test_a_reading_that_is_unknown_stays_unknown(offered: Any) -> None:
    assert offered("2", None, 20, None) == (None, 40, None, 40)
    assert offered("2", None, None, None) == ()


PRICES = (
    "currency varchar, cell_key varchar, lens_key varchar, loyalty_group varchar, band_order integer, "
    "paid_ticks bigint, quantity_micros bigint, offered_ticks bigint, pricing_decision varchar, "
    "offered_headline_ticks bigint, offered_effective_ticks bigint, offered_standard_ticks bigint, "
    "other_pricing_decision varchar, offered_other_ticks bigint, n_observations bigint"
)
PLACE = {"currency": "EUR", "cell_key": "c", "lens_key": "", "loyalty_group": "tenured", "band_order": 3}


@pytest.fixture
def counted(bench: Any) -> Any:
    """Return a function that counts amounts, and returns the bench."""

    def run(*rows: dict[str, object], date: str = "cycle_start") -> Any:
        bench.table(
            "params", "currency varchar, comparator_date varchar", [{"currency": "EUR", "comparator_date": date}]
        )
        bench.table("price_counts", PRICES, [{**PLACE, **row} for row in rows])
        bench.run("5_counts/15_cell_counts", "5_counts/20_offer_counts")
        return bench

    return run


def test_like_for_like_counts_amount_and_units(counted: Any) -> None:
    seat = {"paid_ticks": 180_000, "quantity_micros": 1_000_000, "n_observations": 4}
    ten = {"paid_ticks": 180_000, "quantity_micros": 10_000_000, "n_observations": 2}
    abroad = {**seat, "currency": "USD"}
    unpriced = {"n_observations": 9}
    done = counted(seat, {**seat, "offered_ticks": 1}, ten, abroad, unpriced)
    assert done.query("select paid_ticks, quantity_micros, n_observations from cell_counts order by all") == [
        (180_000, 1_000_000, 8),
        (180_000, 10_000_000, 2),
    ]


@pytest.mark.parametrize(("date", "other"), [("cycle_start", "at_price_set"), ("price_set", "at_cycle_start")])
def test_one_amount_against_each_reading(counted: Any, date: str, other: str) -> None:
    row = {
        "paid_ticks": 220,
        "quantity_micros": 2_000_000,
        "offered_ticks": 200,
        "pricing_decision": "o",
        "offered_headline_ticks": 190,
        "offered_standard_ticks": 0,
        "other_pricing_decision": "p",
        "offered_other_ticks": 230,
        "n_observations": 3,
    }
    found = counted(row, date=date).query(
        "select basis, pricing_decision, offered_ticks, quantity_micros, n_observations from offer_counts order by all"
    )
    expected = [("headline", "o", 190), ("primary", "o", 200), (other, "p", 230)]
    assert found == sorted((*values, 2_000_000, 3) for values in expected)
