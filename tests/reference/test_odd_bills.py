"""One firm with every odd bill, read as a person would: each customer's prices and reasons are worked out by hand here.

The month is November 2025. Prices are per unit and month, in currency units.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import StudyRunner, write_csv

pytestmark = pytest.mark.slow

Row = dict[str, object]
FIRST, NEXT = "2025-11-01", "2025-12-01"
YEAR = {"period_start": "2025-03-01", "period_end": "2026-03-01", "interval_unit": "year"}
REST = YEAR | {"period_start": "2025-08-01"}  # 212 of 365 days
FROM_NOVEMBER = {"period_start": FIRST, "period_end": "2026-11-01", "interval_unit": "year"}
WEEK = {"period_start": "2025-10-27", "period_end": "2025-11-03", "interval_unit": "week"}
NEXT_WEEK = {"period_start": "2025-11-03", "period_end": "2025-11-10", "interval_unit": "week"}

CONFIG = """
[privacy]
pseudonyms = false
[study]
name = "Odd bills"
currency = "EUR"
as_of = "2025-11"
[[source]]
role = "billing"
path = "lines-*.csv"
[[source]]
role = "customers"
path = "customers.csv"
[[source]]
role = "offers"
path = "offers.csv"
[inference]
bootstrap_replicates = 0
"""


def line(customer: str, net: object, **columns: object) -> Row:
    """Return a line of November on a plan and subscription of its own, for one unit."""
    given: Row = {
        "line_id": None,
        "customer_id": customer,
        "subscription_id": f"s-{customer}",
        "product_id": "net",
        "plan_id": "base",
        "line_kind": "recurring",
        "issued_on": FIRST,
        "period_start": FIRST,
        "period_end": NEXT,
        "interval_unit": "month",
        "quantity": 1,
        "net_amount": net,
    }
    return given | columns


def month(customer: str, number: int, net: object, **columns: object) -> Row:
    start, end = (f"2025-{n:02d}-01" if n < 13 else "2026-01-01" for n in (number, number + 1))
    return line(customer, net, **({"issued_on": start, "period_start": start, "period_end": end} | columns))


def odd_bills() -> list[Row]:
    """Return the bills of customers who are named after what is odd about theirs."""
    discount = {"line_kind": "discount", "plan_id": None}
    tv = {"plan_id": "tv"}
    rows = [
        line("plain", 18),
        # B7: several lines
        line("add-on", 18),
        line("add-on", 4, **tv),
        line("two-subscriptions", 18, subscription_id="first"),
        line("two-subscriptions", 23, subscription_id="second"),
        line("units", 18),
        line("units", 54, quantity=3),
        line("several-prices", 18),
        line("several-prices", 5),
        line("price-versions", 19, price_version_id="price_1"),
        # B8: discounts
        line("discount", 24),
        line("discount", -6, **discount),
        line("yearly-bonus", 24),
        line("yearly-bonus", -72, **(YEAR | discount)),
        line("named", 18, line_id="n1"),
        line("named", 9, line_id="n2", **tv),
        line("named", -3, applies_to_line_id="n2", **discount),
        line("unassigned", 18, **{"subscription_id": None}),
        line("unassigned", 9, **(tv | {"subscription_id": None})),
        line("unassigned", -3, **(discount | {"subscription_id": None})),
        line("percent", 18),
        line("percent", 9, **tv),
        line("percent", "-2.70", discount_percent=10, **discount),
        line("rebate", 18),
        line("rebate", "-3.60"),
        *(month("recurring-credit", n, 21) for n in (8, 9, 10, 11)),
        *(month("recurring-credit", n, -3, line_kind="credit") for n in (8, 10, 11)),
        line("goodwill", 18),
        line("goodwill", -5, line_kind="credit"),
        line("weekly-discount", 6, **WEEK),
        line("weekly-discount", -1, **(WEEK | discount)),
        line("weekly-discount", 6, **NEXT_WEEK),
        line("weekly-discount", -1, **(NEXT_WEEK | discount)),
        line("year-and-month", 216, invoice_id="ym", **FROM_NOVEMBER),
        line("year-and-month", 5, invoice_id="ym", **tv),
        line("year-and-month", "-22.10", invoice_id="ym", discount_percent=10, **discount),
        line("no-period", 252, **FROM_NOVEMBER),
        line("no-period", -36, period_start=None, period_end=None, **discount),
        line("off-the-fee", 10, line_id="f", line_kind="fee", product_id="setup", invoice_id="of"),
        line("off-the-fee", 18, invoice_id="of"),
        line("off-the-fee", -5, applies_to_line_id="f", invoice_id="of", **discount),
        line("off-nothing", 18),
        line("off-nothing", 5, **tv),
        line("off-nothing", "0.00", **discount),
        line("all-off", 18),
        line("all-off", -18, **discount),
        line("too-much-off", 18),
        line("too-much-off", -20, **discount),
        # B9: reversals
        line("rebilled", 54),
        line("rebilled", -54),
        line("rebilled", 18),
        line("named-reversal", 72, line_id="w"),
        line("named-reversal", -72, line_kind="credit", reverses_line_id="w", period_start=None, period_end=None),
        line("named-reversal", 19),
        line("part-credit", 18, line_id="p"),
        line("part-credit", -2, line_kind="credit", reverses_line_id="p"),
        month("free-month", 10, 18),
        line("free-month", 18),
        line("free-month", -18, line_kind="credit"),
        month("free-month", 12, 18),
        month("gone", 10, 18),
        month("gone", 10, -18, line_kind="refund", issued_on="2025-10-20"),
        month("last-bill", 12, 18),
        month("last-bill", 12, -18, line_kind="credit"),
        line("over-credited", 18, line_id="o"),
        line("over-credited", -19, line_kind="credit", reverses_line_id="o"),
        line("seats", 3650, quantity=10, **YEAR),
        line("seats", -2120, line_kind="credit", quantity=10, **(REST | {"issued_on": "2025-08-01"})),
        line("seats", "2797.20", quantity=12, **(REST | {"issued_on": "2025-08-01"})),
        line("fewer-seats", 180, quantity=10),
        line("fewer-seats", -36, quantity=-2),
        line("more-seats", 2160, quantity=10, **YEAR),
        line("more-seats", "250.92", quantity=2, **REST),
        line("dearer-seats", 2160, quantity=10, **YEAR),
        line("dearer-seats", "376.38", quantity=2, **REST),
        line("named-rest", 365, line_id="nr", **YEAR),
        line("named-rest", -212, line_kind="credit", reverses_line_id="nr", **(REST | {"issued_on": "2025-08-01"})),
        line("named-rest", 5, **tv),
        line("lowered-rest", 365, **YEAR),
        line("lowered-rest", "-36.50", **(YEAR | discount)),
        line("lowered-rest", "-190.80", line_kind="credit", **(REST | {"issued_on": "2025-08-01"})),
        line("lowered-rest", 5, **tv),
        line("to-monthly", 365, **YEAR),
        line("to-monthly", -212, line_kind="credit", **(REST | {"issued_on": "2025-08-01"})),
        line("to-monthly", 18),
        # B10: two intervals
        line("two-intervals", 18),
        line("two-intervals", 216, **YEAR),
        # B13: other bills without a price
        line("trial", 0, line_kind="trial"),
        line("summary", 40, line_kind="summary"),
        line("plan-change", 9, plan_id="old", period_end="2025-11-16"),
        line("plan-change", "9.50", period_start="2025-11-16"),
        line("late-joiner", 8, period_start="2025-11-16"),
        # B3: a week from the 10th alone; one beside the week that holds the first
        line("one-week", 5, period_start="2025-11-10", period_end="2025-11-17", interval_unit="week"),
        line("two-weeks", 5, period_start="2025-10-27", period_end="2025-11-03", interval_unit="week"),
        line("two-weeks", 5, period_start="2025-11-03", period_end="2025-11-10", interval_unit="week"),
        # B11: beside the price
        line("fees", 18),
        line("fees", "1.23", line_kind="fee"),
        line("fees", "-0.234567", line_kind="usage", product_id="calls"),
        month("fees", 9, "4.50", line_kind="finance"),
    ]
    return [row | {"line_id": row["line_id"] or f"L{number}"} for number, row in enumerate(rows)]


REPEATED = [line("repeated", 18), line("repeated-alone", 18)]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> StudyRunner:
    """Return the study of the odd bills, built; two lines without line_id stand in two files each."""
    folder = tmp_path_factory.mktemp("odd")
    write_csv(folder / "lines-1.csv", odd_bills())
    write_csv(folder / "lines-2.csv", REPEATED)
    write_csv(folder / "lines-3.csv", REPEATED[:1])
    names = sorted({str(row["customer_id"]) for row in (*odd_bills(), *REPEATED)})
    write_csv(folder / "customers.csv", [{"customer_id": name, "tenure_start": "2020-03-01"} for name in names])
    offers = [
        {
            "offer_id": f"{plan}-{unit}",
            "product_id": "net",
            "plan_id": plan,
            "interval_unit": unit,
            "list_unit_price": price,
        }
        for plan, unit, price in (("base", "month", 18), ("base", "year", 216), ("tv", "month", 5))
    ]
    shared = {"product_id": "net", "audience": "new_only", "valid_from": "2019-01-01"}
    write_csv(folder / "offers.csv", [one | shared for one in offers])
    config = folder / "fairness.toml"
    config.write_text(CONFIG, encoding="utf-8")
    study = StudyRunner(folder)
    study.build(config)
    return study


@pytest.fixture
def prices(firm: StudyRunner) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return a function from a customer to (plan, price, units, offer) of November."""

    def found(customer: str) -> list[tuple[Any, ...]]:
        rows = firm.query(
            "select plan_id, paid_price, quantity, offer_ticks / 10000 from price_ledger "
            f"where customer_id = '{customer}' and month = '{FIRST}' order by plan_id, paid_price"
        )
        return [(plan, float(price), int(units), offer) for plan, price, units, offer in rows]

    return found


@pytest.fixture
def reasons(firm: StudyRunner) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return a function from a customer to (plan, reason, money a month) of November."""

    def found(customer: str) -> list[tuple[Any, ...]]:
        rows = firm.query(
            "select plan_id, reason, net_micros from int_not_compared "
            f"where customer_id = '{customer}' and first_month = {2025 * 12 + 10} order by all"
        )
        return [(plan, reason, micros / 1e6) for plan, reason, micros in rows]

    return found


BASE = ("base", 18.0, 1, 18.0)


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("plain", [BASE]),
        ("add-on", [BASE, ("tv", 4.0, 1, 5.0)]),
        ("two-subscriptions", [BASE, ("base", 23.0, 1, 18.0)]),
        ("units", [("base", 18.0, 4, 18.0)]),
        ("price-versions", [("base", 19.0, 1, 18.0)]),
        ("discount", [BASE]),
        ("yearly-bonus", [BASE]),
        ("named", [BASE, ("tv", 6.0, 1, 5.0)]),
        ("percent", [("base", 16.2, 1, 18.0), ("tv", 8.1, 1, 5.0)]),
        ("rebate", [("base", 14.4, 1, 18.0)]),
        ("recurring-credit", [BASE]),
        ("goodwill", [BASE]),
        ("rebilled", [BASE]),
        ("named-reversal", [("base", 19.0, 1, 18.0)]),
        ("part-credit", [BASE]),
        # 2797.20 for 12 seats and 212 days are 401.328 a seat and year.
        ("seats", [("base", 33.4440, 12, 18.0)]),
        # 6.00 - 1.00 a week are 5.00 x 365 / 84 a month.
        ("weekly-discount", [("base", 21.7262, 1, None)]),
        ("year-and-month", [("base", 16.2, 1, 18.0), ("tv", 4.5, 1, 5.0)]),
        ("no-period", [BASE]),
        ("off-the-fee", [BASE]),
        ("off-nothing", [BASE, ("tv", 5.0, 1, 5.0)]),
        ("fewer-seats", [("base", 18.0, 8, 18.0)]),
        # 2160 + 250.92 x 365 / 212 for 12 seats.
        ("more-seats", [("base", 18.0001, 12, 18.0)]),
        ("named-rest", [("tv", 5.0, 1, 5.0)]),
        ("lowered-rest", [("tv", 5.0, 1, 5.0)]),
        ("to-monthly", [BASE]),
        ("fees", [BASE]),
        ("repeated-alone", [BASE]),
    ],
)
def test_a_bill_that_is_understood_is_a_price(prices: Any, reasons: Any, customer: str, expected: object) -> None:
    assert prices(customer) == expected
    assert reasons(customer) == []


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("several-prices", [("base", "several_prices", 23.0)]),
        ("unassigned", [("base", "discount_not_assigned", 16.0), ("tv", "discount_not_assigned", 8.0)]),
        ("all-off", [("base", "free_month", 0.0)]),
        ("too-much-off", [("base", "discount_not_assigned", -2.0)]),
        ("free-month", [("base", "free_month", 0.0)]),
        ("over-credited", [("base", "over_credited", 18.0)]),
        # 2160 + 376.38 x 365 / 212, a month.
        ("dearer-seats", [("base", "several_prices", 234.001061)]),
        ("two-intervals", [("base", "two_intervals", 18.0), ("base", "two_intervals", 18.0)]),
        ("repeated", [("base", "repeat_or_units", 36.0)]),
        ("trial", [("base", "trial", 0.0)]),
        ("summary", [("base", "only_summary", 40.0)]),
        ("plan-change", [("base", "plan_change", 9.5), ("old", "plan_change", 9.0)]),
        ("late-joiner", [("base", "partial_period", 8.0)]),
        ("one-week", [("base", "between_firsts", 5.0)]),
        ("gone", []),
    ],
)
def test_a_bill_that_is_not_understood_makes_no_price(
    prices: Any, reasons: Any, customer: str, expected: object
) -> None:
    assert prices(customer) == []
    assert reasons(customer) == expected


def test_a_week_beside_one_that_holds_the_first_needs_no_reason(prices: Any, reasons: Any) -> None:
    # 5.00 x 365 / 84 a month.
    assert [row[1] for row in prices("two-weeks")] == [21.7262]
    assert reasons("two-weeks") == []


def test_a_last_bill_that_was_taken_back_is_listed_in_its_month(firm: StudyRunner) -> None:
    found = firm.query("select first_month, reason, net_micros from int_not_compared where customer_id = 'last-bill'")
    assert found == [(2025 * 12 + 11, "reversed_last", 18_000_000)]


def test_the_term_before_the_change_keeps_its_price(firm: StudyRunner) -> None:
    rows = firm.query(
        "select month_number - 2025 * 12 + 1, paid_price, quantity from price_ledger "
        "where customer_id = 'seats' order by 1"
    )
    before = [(n, Decimal("30.4167"), 10) for n in range(3, 8)]
    assert rows == before + [(n, Decimal("33.4440"), 12) for n in range(8, 15)]


def test_rows_and_amounts_are_accounted_for(firm: StudyRunner) -> None:
    rows = firm.query("select reason, n_rows from reconciliation where role = 'billing' and reason is not null")
    assert dict(rows) == {
        "reversed": 10,
        "rest_of_term": 4,
        "over_credited": 1,
        "credit": 3,
        # On the fee, and of nothing.
        "discount": 2,
        "trial": 1,
        "summary": 1,
        "partial_period": 3,
        "fee": 2,
        "usage": 1,
        "finance": 1,
    }


def test_what_is_billed_beside_the_price_is_kept_to_the_last_decimal(firm: StudyRunner) -> None:
    found = firm.query(
        "select customer_id, product_id, month_number - 2025 * 12 + 1, fee_amount, usage_amount, finance_amount, "
        "credit_amount from amount_beside where summary_amount = 0 order by all"
    )
    none = Decimal(0)
    assert found == [
        ("fees", "calls", 11, none, Decimal("-0.234567"), none, none),
        ("fees", "net", 9, none, none, Decimal("4.5"), none),
        ("fees", "net", 11, Decimal("1.23"), none, none, none),
        ("goodwill", "net", 11, none, none, none, Decimal(-5)),
        ("off-the-fee", "setup", 11, Decimal(10), none, none, none),
        ("over-credited", "net", 11, none, none, none, Decimal(-19)),
        ("part-credit", "net", 11, none, none, none, Decimal(-2)),
    ]
