"""How the money above the offers moved over twelve months, and how paid money ties to billed revenue."""

from __future__ import annotations

from typing import Any

from fairness.causes.price_rises import money, records
from fairness.engine.connection import reading
from fairness.runs.store import Run


def waterfall(run: Run) -> dict[str, Any]:
    """Return the steps between the gap in money a year ago and today, and those from paid to billed, as plain data.

    ``waterfall``: start, steps and end, in currency units a year as text; the steps add up exactly in the table
    ``gap_waterfall``. ``bridge``: paid, steps and billed, of twelve months. Both are empty for a book.
    """
    with reading(run.warehouse) as con:
        steps = records(
            con,
            """
            select step, cast(sum(n_things) as bigint) as changes, sum(amount_a_year) as money
            from gap_waterfall group by step
            order by step = 'end', step <> 'start', abs(sum(amount_a_year)) desc, step
            """,
        )
        bridge = records(con, "select step, amount as money from revenue_bridge order by step_order, amount desc, step")
    has_bills = bool(steps) or any(row["money"] for row in bridge)
    return {
        "waterfall": [{**row, "money": money(row["money"])} for row in steps],
        "bridge": [{**row, "money": money(row["money"])} for row in bridge] if has_bills else [],
    }
