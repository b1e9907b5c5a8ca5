"""Publish the findings as SQL tables, so that an analyst sees the same numbers as on every other surface."""

from __future__ import annotations

import json
from dataclasses import fields
from decimal import Decimal
from typing import Any

from fairness.engine.base import Connection
from fairness.findings.results import Companion, Diagnostics, Finding, Findings, Support, plain

_TEXT = "varchar"
DIAGNOSTICS = tuple(item.name for item in fields(Diagnostics))
COLUMNS: dict[str, str] = {
    "finding_id": "integer",
    "is_headline": "boolean",
    "estimand": _TEXT,
    "comparator": _TEXT,
    "basis": _TEXT,
    "level": _TEXT,
    "scope": _TEXT,
    "tenure_band": _TEXT,
    "fact": _TEXT,
    "estimate": "double",
    "amount": "decimal(38,4)",
    "unit": _TEXT,
    "ci_lower": "double",
    "ci_upper": "double",
    "confidence_level": "double",
    "interval": _TEXT,
    "test": _TEXT,
    "statistic": "double",
    "p_value": "double",
    "p_value_adjusted": "double",
    "family": _TEXT,
    "effect_size": "double",
    "effect_size_name": _TEXT,
    "n_tenured": "bigint",
    "n_new": "bigint",
    "n_observations": "bigint",
    "n_cells": "bigint",
    "support_share": "double",
    "support_money_share": "double",
    "n_not_compared": "bigint",
    "money_not_compared": "decimal(38,4)",
    "minimum_detectable_gap": "double",
    "equivalence_ci_lower": "double",
    "equivalence_ci_upper": "double",
    "p_value_equivalence": "double",
    "p_value_equivalence_adjusted": "double",
    "verdict": _TEXT,
    "verdict_reason": _TEXT,
    "warnings": _TEXT,
    "reversal_gap": "double",
    **dict.fromkeys(DIAGNOSTICS, "double"),
}
COMPANION_COLUMNS = {
    "finding_id": "integer",
    "name": _TEXT,
    "estimate": "double",
    "amount": "decimal(38,4)",
    "ci_lower": "double",
    "ci_upper": "double",
    "statistic": "double",
    "p_value": "double",
}
MONTHLY_COLUMNS = {
    "month": _TEXT,
    "estimate": "double",
    "ci_lower": "double",
    "ci_upper": "double",
    "interval": _TEXT,
    "n_tenured": "bigint",
    "pricing_decisions": "double",
}


SUPPORT_COLUMNS = {"name": _TEXT, "reason": _TEXT, "value": "double", "amount": "decimal(38,4)"}


def write_findings(con: Connection, findings: Findings) -> None:
    """Create ``findings``, ``findings_companions``, ``findings_monthly`` and ``findings_support``.

    One row per finding in document order, numbered from 1.

    Money is in ``amount`` (exact), ratios are in ``estimate``; ``scope`` is JSON text, ``warnings`` is comma separated.
    """
    create(
        con, "findings", COLUMNS, [finding_row(number, item) for number, item in enumerate(findings.findings, start=1)]
    )
    companions = [
        companion_row(number, other)
        for number, item in enumerate(findings.findings, start=1)
        for other in item.companions
    ]
    create(con, "findings_companions", COMPANION_COLUMNS, companions)
    create(con, "findings_monthly", MONTHLY_COLUMNS, [dict(row) for row in findings.monthly])
    create(con, "findings_support", SUPPORT_COLUMNS, _support_rows(findings.support))


def _support_rows(support: Support) -> list[dict[str, object]]:
    """Return one row per count or share, and per reason or currency of those who were not compared."""
    listed = [
        *(("not_compared", item.reason, item.customers, item.money) for item in support.not_compared),
        *(("beside", item.reason, item.customers, item.money) for item in support.beside),
        *(("other_currency", item.currency, item.customers, item.money) for item in support.other_currencies),
    ]
    several = ("not_compared", "beside", "other_currencies")
    names = [item.name for item in fields(support) if item.name not in several]
    simple = [(name, None, getattr(support, name), None) for name in names]
    return [dict(zip(SUPPORT_COLUMNS, row, strict=True)) for row in (*simple, *listed)]


def _figure(value: object) -> dict[str, object]:
    is_money = isinstance(value, Decimal)
    return {"estimate": None if is_money else value, "amount": value if is_money else None}


def companion_row(number: int, companion: Companion) -> dict[str, object]:
    """Return the row of a finding's companion."""
    return {
        "finding_id": number,
        "name": companion.name,
        **_figure(companion.estimate),
        "ci_lower": companion.ci_lower,
        "ci_upper": companion.ci_upper,
        "statistic": companion.statistic,
        "p_value": companion.p_value,
    }


def finding_row(number: int, finding: Finding) -> dict[str, object]:
    """Return the row of a finding."""
    simple = {name: getattr(finding, name) for name in COLUMNS if hasattr(finding, name)}
    return {
        **simple,
        **{name: getattr(finding.diagnostics, name) for name in DIAGNOSTICS},
        **_figure(finding.estimate),
        "finding_id": number,
        "is_headline": number == 1,
        "scope": json.dumps(plain(finding.scope), ensure_ascii=False, sort_keys=True),
        "warnings": ", ".join(finding.warnings),
        "verdict_reason": finding.verdict_reason or None,
    }


def create(con: Connection, table: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    """Create a table with these columns (name to SQL type) and rows."""
    listed = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
    con.execute(f"create or replace table {table} ({listed})")
    if rows:
        # One list per column: a statement per row would take longer than the whole analysis.
        lists = ", ".join(f"unnest(cast(? as {sql_type}[]))" for sql_type in columns.values())
        con.execute(f"insert into {table} select {lists}", [[row[name] for row in rows] for name in columns])
