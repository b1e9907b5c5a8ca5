"""Read the share file of a run: what disclosure control lets through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fairness.engine.connection import reading
from fairness.runs.store import Run

Rows = list[dict[str, Any]]

_TABLES = {
    "study": "run_id",
    "findings": "finding_id",
    "findings_companions": "finding_id, name",
    "findings_monthly": "month",
}
_LARGEST = """
with

tenured as (
    select
        price_ledger.party_id,
        price_ledger.paid_ticks * case
            when price_ledger.interval_unit = 'month' then 12.0
            when price_ledger.interval_unit = 'year' then 1.0
            when price_ledger.interval_unit = 'week' then 365.0 / 7
            else 365.0
        end / price_ledger.interval_count / 10000 as a_year
    from price_ledger
    cross join params
    where price_ledger.currency = params.currency
        and price_ledger.month_number is not distinct from coalesce(params.as_of_number, price_ledger.month_number)
        and price_ledger.loyalty_group = 'tenured'
        and price_ledger.paid_ticks is not null
)

select coalesce(max(total), 0.0)
from (select sum(a_year) as total from tenured group by party_id)
"""


def read_shared(run: Run) -> dict[str, Rows]:
    """Return the tables of a run's share file: study, findings, findings_companions, findings_monthly."""
    found: dict[str, Rows] = {}
    with reading(run.share) as con:
        for table, order in _TABLES.items():
            result = con.execute(f"select * from {table} order by {order}")
            names = [str(column[0]) for column in result.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return found


def largest_payment(run: Run) -> float:
    """Return what the highest-paying tenured party pays a year, major units: it bounds one party's part of a sum.

    Sums still count customers who were erased from the rows later: it is then what the record keeps, rounded up.
    """
    return max(largest_of(run.warehouse), float(run.record().get("largest_payment", 0.0)))


def largest_of(warehouse: Path) -> float:
    """Return the same from the rows of an analyst's file alone."""
    with reading(warehouse) as con:
        row = con.execute(_LARGEST).fetchone()
    return float(row[0]) if row else 0.0
