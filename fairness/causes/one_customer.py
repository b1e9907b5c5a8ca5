"""One customer: what each thing held has cost against the offer of its month, why, what was told, and the lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fairness.causes.price_rises import records
from fairness.engine.connection import reading
from fairness.runs.store import Run

FURTHEST = 10
"""Number of customers listed, those furthest above the offer first."""


def customer(run: Run, name: str) -> dict[str, Any] | None:
    """Return what a run holds of a customer, by the id that the run has; None where it has nobody of that id.

    Prices are per unit and billing interval in currency units. ``things``: each thing held with its months;
    ``changes``: the changes of its price with their drivers, which add up; ``letters``: what was told and charged;
    ``lines``: the billing lines that were read, in their order.
    """
    with reading(run.warehouse) as con:
        values: dict[str, object] = {"customer": name}
        months = records(con, _MONTHS, values)
        lines = records(con, _LINES, values)
        if not months and not lines:
            return None
        changes = records(con, _CHANGES, values)
        letters = records(con, _LETTERS, values)
    things: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in months:
        key = row["product_id"], row["subscription_id"], row["currency"], row["interval_unit"], row["interval_count"]
        names = ("product_id", "subscription_id", "currency", "interval_unit", "interval_count")
        thing = things.setdefault(key, {**dict(zip(names, key, strict=True)), "months": []})
        thing["months"].append({name: row[name] for name in ("month", "plan_id", "price", "offer", "reason")})
    return {
        "run": run.id,
        "customer_id": name,
        "things": list(things.values()),
        "changes": changes,
        "letters": letters,
        "lines": lines,
    }


def furthest(run: Run) -> list[tuple[str, Decimal]]:
    """Return the tenured customers who pay most above the offer in the as-of month, with the money a year."""
    with reading(run.warehouse) as con:
        rows = records(con, _FURTHEST, {"n": FURTHEST})
    return [(row["customer_id"], row["excess"]) for row in rows]


_MONTHS = """
    select product_id, subscription_id, plan_id, currency, interval_unit, interval_count,
        strftime(month, '%Y-%m') as month,
        interval_ticks / 10000 as price, offer_interval_ticks / 10000 as offer, offer_reason as reason
    from price_ledger
    where customer_id = $customer and month is not null
    order by product_id, subscription_id, month
"""
_CHANGES = """
    select changed_on, product_id, currency, old_price_ticks / 10000 as old, new_price_ticks / 10000 as new, driver,
        ticks / 10000 as part
    from price_change
    inner join price_change_driver using (change_id)
    where customer_id = $customer and old_price_ticks is distinct from new_price_ticks
    order by changed_on, product_id, change_id, abs(ticks) desc, driver
"""
_LETTERS = """
    select told_on, effective_on, lock_until, product_id, currency, told_ticks / 10000 as told,
        charged_ticks / 10000 as charged, outcome, reason, over_amount as over, under_amount as under
    from told_outcome
    where customer_id = $customer
    order by effective_on, letter_id
"""
_LINES = """
    select issued_on, product_id, plan_id, line_kind, invoice_status, period_start, period_end, net_amount, currency,
        reject_reason, line_id
    from stg_billing
    where customer_id = $customer
    order by issued_on, period_start, line_id
"""
_FURTHEST = """
    select customer_id, sum(greatest(paid_ticks - offered_ticks, 0) * case interval_unit when 'year' then 1.0
            when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end / interval_count) / 10000 as excess
    from price_ledger as ledger
    cross join params
    where (month_number = as_of_number or as_of_number is null) and ledger.currency = params.currency
        and loyalty_group = 'tenured' and offered_ticks is not null
    group by customer_id
    order by excess desc, customer_id
    limit $n
"""
