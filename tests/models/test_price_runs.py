"""Since when a price stands, and what is billed beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

NOVEMBER = 2025 * 12 + 10
SPAN = (
    "holding_id integer, first_month integer, n_months integer, price_ticks bigint, price_set_on date, "
    "cycle_start date, covers_as_of boolean"
)
DISPOSED = (
    "row_id bigint, customer_id varchar, product_id varchar, currency varchar, issued_on date, exclusion varchar, "
    "net_amount decimal(18,6), tax_amount decimal(18,6)"
)


def spans(*prices: int | None, holding: int = 1) -> list[dict[str, object]]:
    """Return monthly spans that end in November 2025; None is a month without a price."""
    rows = []
    for back, price in enumerate(reversed(prices)):
        month = NOVEMBER - back
        if price is not None:
            rows.append(
                {
                    "holding_id": holding,
                    "first_month": month,
                    "n_months": 1,
                    "price_ticks": price,
                    "cycle_start": date(month // 12, month % 12 + 1, 1),
                    "covers_as_of": back == 0,
                }
            )
    return rows


@pytest.mark.parametrize(
    ("prices", "since", "previous"),
    [
        ((20, 20, 22, 22), date(2025, 10, 1), 20),
        ((22, 20, 22, 22), date(2025, 10, 1), 20),
        ((22, 22, 22), date(2025, 9, 1), None),
        ((20, None, 22), date(2025, 11, 1), None),
        ((22, None, 22), date(2025, 11, 1), None),
        ((20, 22), date(2025, 11, 1), 20),
    ],
)
def test_a_price_stands_since_an_unbroken_run_of_it_began(
    bench: Any, prices: tuple[int | None, ...], since: date, previous: int | None
) -> None:
    bench.table("params", "as_of_number integer", [{"as_of_number": NOVEMBER}])
    bench.table("int_ledger_span", SPAN, [*spans(*prices), *spans(7, 7, 7, holding=2)])
    bench.run("3_offers/20_int_price_run")
    query = "select price_set_on, price_changed_month, previous_ticks from int_price_run where holding_id = 1"
    assert bench.query(query) == [(since, since.year * 12 + since.month - 1, previous)]


def test_a_term_of_months_counts_for_the_months_it_covers_and_lines_may_say_the_day(bench: Any) -> None:
    year = {"holding_id": 1, "first_month": NOVEMBER - 8, "n_months": 12, "price_ticks": 20, "covers_as_of": True}
    bench.table("params", "as_of_number integer", [{"as_of_number": NOVEMBER}])
    stated = year | {"cycle_start": date(2025, 3, 10), "price_set_on": date(2025, 2, 1)}
    bench.table("int_ledger_span", SPAN, [stated])
    bench.run("3_offers/20_int_price_run")
    found = "select price_set_on, price_changed_month, previous_ticks from int_price_run"
    assert bench.query(found) == [(date(2025, 2, 1), NOVEMBER - 8, None)]


def test_what_is_billed_beside_the_price_keeps_its_month_of_issue(bench: Any) -> None:
    base = {"customer_id": "a", "product_id": "gas", "currency": "EUR", "issued_on": date(2025, 11, 30)}
    kinds = ("finance", "fee", "setup", "usage", "one_off", "credit", "refund", "summary", "tax")
    rows = [base | {"row_id": n, "exclusion": kind, "net_amount": Decimal(n)} for n, kind in enumerate(kinds, start=1)]
    rows += [
        base | {"row_id": 10, "net_amount": Decimal(100), "tax_amount": Decimal("0.5")},
        base | {"row_id": 11, "net_amount": Decimal(100)},
        base | {"row_id": 12, "exclusion": "credit", "net_amount": Decimal(-9), "tax_amount": Decimal(-2)},
        base | {"row_id": 13, "exclusion": "draft", "net_amount": Decimal(50), "tax_amount": Decimal(5)},
        base | {"row_id": 14, "exclusion": "fee", "net_amount": Decimal(6), "issued_on": date(2025, 12, 1)},
    ]
    bench.table("int_line_disposition", DISPOSED, rows)
    # The credit of row 12 stands in a price: its tax counts, its amount is part of that price.
    bench.table("int_used_line", "row_id bigint", [{"row_id": 12}])
    bench.run("2_ledger/65_amount_beside")
    names = ("finance", "fee", "usage", "one_off", "credit", "summary", "tax")
    columns = ", ".join(f"{name}_amount" for name in names)
    november, december = bench.query(f"select month, {columns} from amount_beside order by month")
    assert november == (date(2025, 11, 1), *map(Decimal, (1, 2 + 3, 4, 5, 6 + 7, 8)), Decimal("7.5"))
    assert december == (date(2025, 12, 1), *map(Decimal, (0, 6, 0, 0, 0, 0, 0)))
