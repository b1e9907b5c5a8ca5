"""Exports that contradict how their periods are read end with the line to write; written, it works."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest


def bills(firm: Any, *, inclusive: bool) -> list[dict[str, object]]:
    """Return three months of bills, a third of the people billed on the 17th."""
    found = []
    for month in (4, 5, 6):
        for row, person in zip(firm.lines(lambda p: p.offer * 6 / 5), firm.people(), strict=True):
            day = 17 if person.number % 3 == 0 else 1
            start, end = date(2024, month, day), date(2024, month + 1, day) - timedelta(days=inclusive)
            found.append(
                {
                    **row,
                    "line_id": f"{person.name}-{month}",
                    "issued_on": start,
                    "period_start": start,
                    "period_end": end,
                }
            )
    return found


def test_period_ends_that_are_the_last_day_name_the_line_to_write(firm: Any) -> None:
    files = {"billing": bills(firm, inclusive=True), "offers": firm.offers(), "customers": firm.customers()}
    refused = firm(**files)
    assert refused.code == 2
    assert "180 of 180 billed periods" in refused.err
    assert "source[1].period_end and billing.csv" in refused.err
    line = re.search(r'write (period_end = "inclusive")', refused.err)
    assert line is not None
    written = firm(sources={"billing": line[1]}, **files)
    assert written.headline["estimate"] == pytest.approx(0.2, abs=1e-6)
    assert written.support["assessable_customers"] == written.support["tenured_customers"] == 40
    # The same ends, taken as exclusive by an explicit word: nobody asks, and who is billed on the 17th is lost.
    assert firm(sources={"billing": 'period_end = "exclusive"'}, **files).code == 0


def test_blank_intervals_that_are_no_months_name_the_lines_to_write(firm: Any) -> None:
    rows = firm.lines(lambda p: p.offer, period_start="2024-05-30", period_end="2024-06-27", issued_on="2024-05-30")
    lines = [{name: value for name, value in row.items() if not name.startswith("interval")} for row in rows]
    files = {"offers": firm.offers(interval_unit="day", interval_count=28), "customers": firm.customers()}
    refused = firm(billing=lines, **files)
    assert refused.code == 2
    assert "last 28 days" in refused.err
    written = re.search(r"write (interval_unit = \S+) and (interval_count = \S+) in", refused.err)
    assert written is not None
    mapped = f"[source.columns]\n{written[1]}\n{written[2]}"
    assert firm(billing=lines, sources={"billing": mapped}, **files).headline["estimate"] == pytest.approx(0, abs=1e-9)


def test_one_plan_of_several_has_a_line_of_its_own(firm: Any) -> None:
    rows = firm.lines(lambda p: p.offer, period_start="2024-05-28", period_end="2024-06-28", issued_on="2024-05-28")
    lines = [
        {
            **{name: value for name, value in row.items() if not name.startswith(("interval", "product"))},
            "article": row["product_id"],
            **({"period_end": "2024-06-25"} if row["product_id"] == "tier-3" else {}),
        }
        for row in rows
    ]
    files = {"offers": firm.offers(), "customers": firm.customers()}
    refused = firm(billing=lines, sources={"billing": '[source.columns]\nproduct_id = "article"'}, **files)
    assert refused.code == 2
    written = re.search(r"write (interval_unit = .*) and (interval_count = .*) in", refused.err)
    assert written is not None
    mapped = f'[source.columns]\nproduct_id = "article"\n{written[1]}\n{written[2]}'
    answer = firm(billing=lines, sources={"billing": mapped}, **files)
    assert answer.support["tenured_customers"] == 40
    assert answer.headline["n_tenured"] == 36
