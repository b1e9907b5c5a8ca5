"""Exports that look cut off or out of date are named, in the dry run and beside the findings; nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from fairness.build.input_check import check_input
from fairness.config import load_config
from tests.cli.conftest import Firm

Row = dict[str, object]


def month(number: int) -> tuple[int, int]:
    return 2023 + number // 12, number % 12 + 1


def bills(*, months: int = 14, leavers: int = 3, last_day: int = 28, without: tuple[int, ...] = ()) -> Iterator[Row]:
    """Yield the bills of 28 customers from January 2023 on, each on a day of its own; some leave after four months."""
    for number in (n for n in range(months) if n not in without):
        year, of_year = month(number)
        for customer in range(28):
            day = customer + 1
            if (customer < leavers and number > 3) or (number == months - 1 and day > last_day):
                continue
            start = date(year, of_year, day)
            end = date(*month(number + 1), day)
            yield {
                "line_id": f"{customer}-{number}",
                "customer_id": f"C{customer}",
                "product_id": "p",
                "issued_on": start,
                "period_start": start,
                "period_end": end,
                "net_amount": "10.00",
                "interval_unit": "month",
                "interval_count": 1,
                "currency": "GBP",
            }


def doubts(firm: Firm, rows: Iterator[Row], *, as_of: str = "2024-02", ended: str = "") -> dict[str, dict[str, Any]]:
    customers = [
        {"customer_id": f"C{n}", "tenure_start": "2020-01-01", "cancelled_on": ended if n < 2 else ""}
        for n in range(28)
    ]
    file = firm.write(billing=list(rows), customers=customers)
    file.write_text(file.read_text(encoding="utf-8").replace('"2024-06"', f'"{as_of}"'), encoding="utf-8")
    return {row["doubt"]: row for row in check_input(load_config(file)).doubts}


def test_a_whole_export_raises_no_doubt(firm: Firm) -> None:
    assert doubts(firm, bills(), ended="2024-02-20") == {}


def test_a_last_month_that_stops_early_is_named_with_its_day(firm: Firm) -> None:
    """14 of 28 days are later than the 14th, less 3 leavers, all of early days, in two of the six months before."""
    found = doubts(firm, bills(last_day=14))
    assert found.keys() == {"ends_early"}
    assert (found["ends_early"]["said"], found["ends_early"]["n"]) == ("2024-02-14", 6 * 14)
    assert found["ends_early"]["n_of"] == 6 * 25


def test_months_without_a_bill_are_counted(firm: Firm) -> None:
    found = doubts(firm, bills(without=(5, 6)))
    assert found.keys() == {"empty_month"}
    assert (found["empty_month"]["said"], found["empty_month"]["n"]) == ("2023-06", 2)


def test_an_export_without_leavers_is_named(firm: Firm) -> None:
    found = doubts(firm, bills(leavers=0))
    assert found.keys() == {"nobody_left"}
    assert (found["nobody_left"]["said"], found["nobody_left"]["n"]) == ("2023-01", 28)
    assert doubts(firm, bills(leavers=1)) == {}
    assert doubts(firm, bills(leavers=0, months=10), as_of="2023-10") == {}


def test_customers_who_are_billed_after_they_cancelled_are_counted(firm: Firm) -> None:
    """C0 and C1 leave in April 2023: one bill may follow the day, not a month."""
    found = doubts(firm, bills(), ended="2023-02-10")
    assert found.keys() == {"billed_after_end"}
    assert (found["billed_after_end"]["n"], found["billed_after_end"]["n_of"]) == (2, 2)
    assert doubts(firm, bills(), ended="2023-03-20") == {}


def test_an_export_older_than_the_study_is_named(firm: Firm) -> None:
    assert doubts(firm, bills(), as_of="2024-04")["stale"]["said"] == "2024-02-28"
    assert doubts(firm, bills(), as_of="2024-03") == {}


@pytest.mark.parametrize(("n_rows", "is_named"), [(1000, True), (999, False)])
def test_a_round_number_of_rows_is_named_beside_the_findings(firm: Firm, n_rows: int, is_named: bool) -> None:
    rows = [
        {"customer_id": f"C{n}", "product_id": "p", "price": "10.00", "tenure_months": n % 60, "currency": "GBP"}
        for n in range(n_rows)
    ]
    answer = firm(book=rows)
    said = answer.document["reconciliation"]["input_doubts"]
    assert [row["doubt"] for row in said] == (["round_rows"] if is_named else [])
    printed = firm.analyse(firm.folder / "fairness.toml", "--format", "table")
    assert ("book.csv has exactly 1,000 rows: it may have been cut off there." in printed.out) == is_named


def test_what_a_left_join_does_not_find_is_shown_with_its_money(firm: Firm, call_cli: Any) -> None:
    lines = firm.lines(lambda person: "10.00")
    file = firm.write(
        billing=lines,
        offers=firm.offers(),
        customers=firm.customers(),
        config='[[table]]\nname = "bills"\npath = "billing.csv"\n[[table]]\nname = "notes"\npath = "notes.csv"\n',
    )
    (file.parent / "notes.csv").write_text(
        "id,note\n" + "".join(f"{row['line_id']},x\n" for row in lines[3:]), encoding="utf-8"
    )
    query = "select bills.*, notes.note from bills left join notes on bills.line_id = notes.id"
    text = file.read_text(encoding="utf-8").replace('path = "billing.csv"\n', f'sql = "{query}"\n', 1)
    file.write_text(text, encoding="utf-8")
    done = call_cli("build", file, "--dry-run")
    assert done.code == 0, done.err
    assert (
        "billing.csv + notes.csv: 3 of 60 rows (30.00 GBP) find nothing in notes and stay without its columns"
        in done.err
    )
