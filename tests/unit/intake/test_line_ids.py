"""Ids that stand on lines of several customers or periods are refused; versions of one line are not."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from fairness.errors import ConfigError
from fairness.intake.line_ids import refuse_line_ids

MONTHS = (date(2025, 10, 1), date(2025, 11, 1))
Line = tuple[object, ...]


def line(
    line_id: str, customer: str = "C", start: date = MONTHS[1], seen: str | None = None, invoice: str = "I"
) -> Line:
    return (line_id, customer, start, seen, invoice, None, 1)


def refusal(lines: list[Line], columns: dict[str, str] | None = None) -> str | None:
    """Return the message about these lines, None where they are taken."""
    staged: Any = SimpleNamespace(files=[SimpleNamespace(section=2, source=SimpleNamespace(columns=columns or {}))])
    with duckdb.connect() as con:
        con.execute(
            "create table stg_billing (line_id varchar, customer_id varchar, period_start date, extracted_at varchar, "
            "invoice_id varchar, reject_reason varchar, source_index integer)"
        )
        con.executemany("insert into stg_billing values (?, ?, ?, ?, ?, ?, ?)", lines)
        con.execute(
            "create table int_repeated_line as "
            "select line_id from stg_billing where reject_reason is null group by line_id having count(*) > 1"
        )
        con.execute("create table source_setting as select 1 as source_index, 2 as section")
        try:
            refuse_line_ids(con, staged)
        except ConfigError as error:
            return str(error)
    return None


OWN = [line(f"own-{n}", f"D{n}") for n in range(95)]


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        # The number of the line on its invoice.
        ([line("1", f"C{n}") for n in range(5)], True),
        ([line("1", f"C{n}") for n in range(4)], False),
        # What is billed each month, such as a subscription item.
        ([line(f"item-{n}", f"C{n}", start) for n in range(3) for start in MONTHS], True),
        # The same export twice, and corrections.
        ([line(f"L{n}", f"C{n}") for n in range(5)] * 2, False),
        ([line(f"L{n}", "C" + seen, seen=seen) for n in range(5) for seen in ("1 May", "2 May")], False),
        # 5 of 100 lines; 5 of 101.
        ([*OWN, *(line("1", f"C{n}") for n in range(5))], True),
        ([*OWN, line("own"), *(line("1", f"C{n}") for n in range(5))], False),
    ],
)
def test_an_id_of_several_customers_or_periods_is_no_id(lines: list[Line], refused: bool) -> None:
    assert (refusal(lines) is not None) is refused


def test_the_line_to_write_is_named() -> None:
    lines = [line("1", f"C{n}") for n in range(6)]
    message = refusal(lines, {"line_id": "no", "invoice_id": "bill"})
    assert message is not None
    assert "6 of 6 lines share their line_id" in message
    assert "source[2].columns.line_id" in message
    assert "line_id = \"concat_ws('-', bill, no)\"" in message
    without = refusal([(*one[:4], None, *one[5:]) for one in lines])
    assert without is not None
    assert "concat_ws('-', customer_id, period_start, line_id)" in without
