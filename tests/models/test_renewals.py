"""Renewals of terms: which number they have, which lie in the last twelve months, and what is certain of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

ROWS = (
    "cell_key varchar, lens_key varchar, currency varchar, is_censored boolean, price_ticks bigint, "
    "standard_ticks bigint, paid_ticks bigint, quantity_micros bigint, cycle_start date, tenure_start date, "
    "interval_unit varchar, interval_count integer"
)
TERM = {
    "cell_key": "c",
    "lens_key": "",
    "currency": "GBP",
    "is_censored": False,
    "price_ticks": 400_000,
    "standard_ticks": 400_000,
    "paid_ticks": 4_800_001,
    "quantity_micros": 1_000_000,
    "cycle_start": date(2025, 6, 10),
    "interval_unit": "year",
    "interval_count": 1,
}


@pytest.fixture
def renewals(bench: Any) -> Any:
    """Return a function from rows of the as-of month to the arm, month, price and number of each count."""

    def run(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
        bench.table("params", "currency varchar, as_of_number integer", [{"currency": "GBP", "as_of_number": 24311}])
        bench.table("int_as_of_row", ROWS, [TERM | row for row in rows])
        bench.run("5_counts/85_renewal_counts")
        columns = "loyalty_group, pricing_month, paid_ticks, n_observations"
        found: list[tuple[Any, ...]] = bench.query(f"select {columns} from renewal_counts")
        return found

    return run


@pytest.mark.parametrize(
    ("joined", "arm"),
    [
        (date(2024, 6, 11), None),
        (date(2024, 6, 10), "new"),
        (date(2023, 6, 11), "new"),
        (date(2023, 6, 10), "tenured"),
        (date(2010, 1, 1), "tenured"),
    ],
)
def test_the_number_is_that_of_completed_terms(renewals: Any, joined: date, arm: str | None) -> None:
    found = renewals({"tenure_start": joined})
    assert found == ([] if arm is None else [(arm, 2025 * 12 + 5, 4_800_001, 1)])


@pytest.mark.parametrize(
    ("change", "is_term"),
    [
        ({"interval_unit": "month", "interval_count": 6}, True),
        ({"interval_unit": "month", "interval_count": 5}, False),
        ({"interval_unit": "week", "interval_count": 52}, False),
        ({"cycle_start": date(2025, 1, 1)}, True),
        ({"cycle_start": date(2024, 12, 31), "interval_count": 2}, False),
        ({"standard_ticks": 0}, False),
        ({"currency": "EUR"}, False),
    ],
)
def test_terms_of_the_last_twelve_months(renewals: Any, change: dict[str, Any], is_term: bool) -> None:
    assert bool(renewals({"tenure_start": date(2015, 1, 1)} | change)) is is_term


def test_of_censored_customers_only_later_renewals_are_certain(renewals: Any) -> None:
    first, later = ({"tenure_start": date(year, 6, 10), "is_censored": True} for year in (2024, 2022))
    assert [row[0] for row in renewals(first, later)] == ["tenured"]


def test_a_discount_is_left_out_of_the_price_of_all_units(renewals: Any) -> None:
    row = {"tenure_start": date(2015, 1, 1), "quantity_micros": 2_500_000, "price_ticks": 300_000}
    assert renewals(row, row) == [("tenured", 2025 * 12 + 5, 12_000_000, 2)]
