"""Customers: what their file says, when bills first show them, and how old a plan is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

STG_CUSTOMER = (
    "customer_id varchar, party_id varchar, tenure_start date, tenure_confidence varchar, is_test boolean, "
    "controls_key varchar, lens_key varchar, reject_reason varchar"
)
LINE = (
    "customer_id varchar, line_kind varchar, invoice_status varchar, livemode boolean, "
    "period_start date, issued_on date"
)
DISPOSED = "customer_id varchar, product_id varchar, plan_id varchar, period_start date, exclusion varchar"
JUNE, JULY = date(2024, 6, 1), date(2024, 7, 1)


def known(**columns: object) -> dict[str, object]:
    return {"customer_id": "a", "tenure_start": JUNE, "is_test": False, "controls_key": "", "lens_key": "", **columns}


def line(**columns: object) -> dict[str, object]:
    given = {"customer_id": "a", "line_kind": "recurring", "invoice_status": "final", "livemode": True}
    return given | {"period_start": JULY, "issued_on": JULY} | columns


@pytest.fixture
def customers(bench: Any) -> Any:
    """Return a function that reads a customer file and bills."""

    def run(file: list[dict[str, object]], *lines: dict[str, object]) -> Any:
        bench.table("stg_customer", STG_CUSTOMER, file)
        bench.table("int_billing_line", LINE, list(lines))
        bench.run("1_rows/25_int_customer_file", "1_rows/50_int_first_seen")
        return bench

    return run


class TestTheFile:
    def test_copies_are_one_version(self, customers: Any) -> None:
        done = customers([known(), known(), known(customer_id="b", party_id="p")])
        assert done.query("select customer_id, n_rows, n_versions, party_id from int_customer_file order by 1") == [
            ("a", 2, 1, None),
            ("b", 1, 1, "p"),
        ]

    @pytest.mark.parametrize(
        "change",
        [{"tenure_start": JULY}, {"tenure_start": None}, {"party_id": "p"}, {"is_test": True}, {"lens_key": "card"}],
    )
    def test_rows_that_differ_in_anything_are_versions(self, customers: Any, change: dict[str, object]) -> None:
        done = customers([known(), known(**change)])
        assert done.query("select n_rows, n_versions from int_customer_file") == [(2, 2)]

    def test_a_rejected_row_says_nothing(self, customers: Any) -> None:
        done = customers([known(), known(tenure_start=JULY, reject_reason="DATE_AMBIGUOUS")])
        assert done.query("select n_versions, tenure_start from int_customer_file") == [(1, JUNE)]


class TestTheFirstBill:
    def test_it_is_the_earliest_period(self, customers: Any) -> None:
        done = customers([], line(), line(period_start=JUNE, issued_on=JULY), line(customer_id="b"))
        assert done.query("from int_first_seen order by 1") == [("a", JUNE), ("b", JULY)]

    def test_without_a_period_it_is_the_day_of_issue(self, customers: Any) -> None:
        assert customers([], line(period_start=None, issued_on=JUNE)).query("from int_first_seen") == [("a", JUNE)]

    @pytest.mark.parametrize(
        ("columns", "seen"),
        [
            ({"line_kind": "trial"}, True),
            ({"line_kind": "proration"}, True),
            ({"line_kind": "fee"}, False),
            ({"line_kind": "credit"}, False),
            ({"invoice_status": "draft"}, False),
            ({"livemode": False}, False),
        ],
    )
    def test_which_lines_show_a_customer(self, customers: Any, columns: dict[str, object], seen: bool) -> None:
        assert bool(customers([], line(**columns)).query("from int_first_seen")) is seen

    def test_a_test_customer_begins_no_data_unless_the_file_contradicts_itself(self, customers: Any) -> None:
        assert customers([known(is_test=True)], line()).query("from int_first_seen") == []
        both = [known(is_test=True), known(is_test=False)]
        assert customers(both, line()).query("from int_first_seen") == [("a", JULY)]


def test_a_plan_begins_with_its_first_comparable_period(bench: Any) -> None:
    base = {"customer_id": "a", "product_id": "gas"}
    rows = [
        base | {"plan_id": "old", "period_start": JUNE},
        base | {"plan_id": "old", "period_start": JULY},
        base | {"plan_id": "new", "period_start": JUNE, "exclusion": "proration"},
        base | {"plan_id": "new", "period_start": JULY},
        base | {"period_start": JULY},
    ]
    bench.table("int_line_disposition", DISPOSED, rows)
    bench.run("2_ledger/25_int_plan_start")
    assert bench.query("select plan_id, plan_start from int_plan_start order by plan_id nulls first") == [
        (None, JULY),
        ("new", JULY),
        ("old", JUNE),
    ]
