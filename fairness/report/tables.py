"""The tables of a snapshot: the released findings as rows, in CSV; the workbook is made from them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fairness.findings.document import Document
from fairness.findings.results import Companion
from fairness.report.page_model import Page
from fairness.text import method_page
from fairness.text.escape import csv_line

_NESTED = ("companions", "diagnostics", "deciding_sample")
_MONEY = ("amount", "money")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns.

    Attributes:
        name: File name without its ending, and name of the sheet.
        about: What a row is, in words.
        sql: Query on the run's ``analyst.duckdb`` with the same rows before disclosure control.
        columns: Names of the columns.
        rows: Values in the order of the columns.
    """

    name: str
    about: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def tables(document: Document, page: Page) -> tuple[Table, ...]:
    """Return the tables of a released document: findings, companions, months, support, numbers of the page."""
    numbered = list(enumerate(document.findings, start=1))
    return (
        _table("findings", "from findings", [_finding(number, item.data) for number, item in numbered]),
        _table(
            "companions",
            "from findings_companions",
            [_companion(number, other) for number, item in numbered for other in item.companions],
        ),
        _table("monthly", "from findings_monthly", [dict(month.data) for month in document.months]),
        _table("support", "from findings_support", list(_support(document.support))),
        _table(
            "figures",
            "",
            [
                {"id": item.id, "text": item.text, "unit": item.unit, "n": item.n, "sql": source.sql}
                for item in page.index.figures
                for source in item.sources
            ],
        ),
    )


def _table(name: str, sql: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = tuple(rows[0]) if rows else ()
    return Table(
        name, method_page.TABLES[name], sql, columns, tuple(tuple(row[key] for key in columns) for row in rows)
    )


def _finding(number: int, finding: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"finding": number}
    for name, value in finding.items():
        if name in _NESTED:
            continue
        if name == "estimate":
            is_money = isinstance(value, str)
            row |= {"estimate": None if is_money else value, "amount": Decimal(value) if is_money else None}
        elif isinstance(value, Mapping):
            row[name] = json.dumps(value, ensure_ascii=False, sort_keys=True)
        else:
            row[name] = ", ".join(value) if isinstance(value, list) else value
    return row


def _companion(number: int, companion: Companion) -> dict[str, Any]:
    value = companion.estimate
    is_money = isinstance(value, Decimal)
    return {
        "finding": number,
        "name": companion.name,
        "estimate": None if is_money else value,
        "amount": value if is_money else None,
        "ci_lower": companion.ci_lower,
        "ci_upper": companion.ci_upper,
        "statistic": companion.statistic,
        "p_value": companion.p_value,
    }


def _support(support: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {"name": name, "reason": None, "value": value, "money": None}
        for name, value in support.items()
        if not isinstance(value, list)
    ]
    for name in ("not_compared", "beside"):
        for item in support[name]:
            money = None if item["money"] is None else Decimal(item["money"])
            rows.append({"name": name, "reason": item["reason"], "value": item["customers"], "money": money})
    for item in support["other_currencies"]:
        money = None if item["money"] is None else Decimal(item["money"])
        rows.append({"name": "other_currency", "reason": item["currency"], "value": item["customers"], "money": money})
    return rows


def about(page: Page) -> dict[str, str]:
    """Return what every file says about itself: study, as-of, comparator, filters and build."""
    return {
        "study": page.study,
        "as_of": page.as_of,
        "compared_with": page.comparator,
        "filters": page.filters,
        "build": page.build,
    }


def to_csv(table: Table, page: Page) -> bytes:
    """Return a table as CSV; the last columns say study, as-of, comparator, filters and build in every row."""
    said = about(page)
    lines = [csv_line((*table.columns, *said))]
    lines += [csv_line((*row, *said.values())) for row in table.rows]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
