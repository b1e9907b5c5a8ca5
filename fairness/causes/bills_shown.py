"""What bills show and what stands beside the price: summary bills, fees, and money billed after cancelling.

Decision D77.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fairness.causes.price_rises import money, one, records
from fairness.engine.base import Connection
from fairness.engine.connection import reading
from fairness.runs.store import Run
from fairness.stats.proportion import clopper_pearson

NO_LINES, NO_CANCELLATIONS, NO_FEES = "no_lines", "no_cancelled_on", "no_fees"
"""Why a part cannot be assessed: the study has no billing lines, no such column or no such line."""

_LINES = """
with lines as (
    select
        line.customer_id, line.subscription_id, line.line_id, line.line_kind, line.period_start, line.cancelled_on,
        line.channel, line.net_amount,
        line.line_kind = 'summary' or (line.plan_id is null and line.product_id in ('all', 'unknown')) as is_opaque,
        year(coalesce(line.period_start, line.issued_on)) * 12 + month(coalesce(line.period_start, line.issued_on)) - 1
            as month_number
    from int_billing_line as line
    inner join params
        on line.currency = params.currency
    left join int_customer
        on line.customer_id = int_customer.customer_id
    left join int_line_treatment as treatment
        on line.row_id = treatment.row_id
    where line.invoice_status = 'final'
        and line.livemode
        and not coalesce(int_customer.is_test, false)
        and treatment.exclusion is null
),

groups as (
    select customer_id, min(loyalty_group) as loyalty_group, max(band_order) as band_order
    from observation
    where customer_id is not null
    group by customer_id
)
"""

_CELLS = """
with months as (
    -- Fees are of a product: with two things of one product they are of the first cell, not of both.
    select ledger.customer_id, ledger.product_id, ledger.month_number, min(ledger.cell_key) as cell_key,
        max(ledger.loyalty_group) as loyalty_group
    from price_ledger as ledger
    inner join params
        on ledger.currency = params.currency
    where ledger.loyalty_group in ('new', 'tenured')
        and ledger.month_number > as_of_number - 12 and ledger.month_number <= as_of_number
    group by ledger.customer_id, ledger.product_id, ledger.month_number
),
beside as (
    select customer_id, product_id, beside.month_number, fee_amount, finance_amount
    from amount_beside as beside
    inner join params
        on beside.currency = params.currency
    where beside.month_number > as_of_number - 12 and beside.month_number <= as_of_number
),
known as (
    select cell_key, loyalty_group, count(*) as months, count(distinct customer_id) as customers,
        coalesce(sum(fee_amount), 0) as fees, coalesce(sum(finance_amount), 0) as finance
    from months
    left join beside
        using (customer_id, product_id, month_number)
    group by cell_key, loyalty_group
)
select old.customers, old.months, old.fees, old.finance, new.customers as new_customers,
    new.months as new_months, new.fees as new_fees, new.finance as new_finance,
    coalesce(new.customers >= min_per_group, false) as is_assessable
from known as old
cross join params
left join known as new
    on old.cell_key = new.cell_key and new.loyalty_group = 'new'
where old.loyalty_group = 'tenured'
order by old.cell_key
"""

_AFTER = """
ends as (
    select customer_id, subscription_id, max(cancelled_on) as ended_on
    from lines
    where cancelled_on is not null
    group by customer_id, subscription_id
),
billed as (
    select line.*
    from lines as line
    inner join ends
        on line.customer_id = ends.customer_id
        and line.subscription_id is not distinct from ends.subscription_id
    where line.line_kind in ('recurring', 'summary') and line.period_start > ends.ended_on
),
credited as (
    select credit.customer_id, any_value(billed.channel) as channel, sum(credit.net_amount) as amount
    from int_billing_line as credit
    inner join billed
        on credit.reverses_line_id = billed.line_id and credit.customer_id = billed.customer_id
    where credit.invoice_status = 'final'
    group by credit.customer_id
),
money as (
    select customer_id, any_value(channel) as channel, sum(net_amount) as billed, count(*) as n_lines
    from billed
    group by customer_id
)
select coalesce(tenure_band.label, 'unknown') as band, money.channel, count(*) as customers,
    sum(n_lines) as n_lines, sum(billed) as billed, coalesce(sum(credited.amount), 0) as credited
from money
left join credited
    on money.customer_id = credited.customer_id
left join (select customer_id, max(ended_on) as ended_on from ends group by customer_id) as last
    on money.customer_id = last.customer_id
left join int_customer
    on money.customer_id = int_customer.customer_id
left join tenure_band
    on date_diff('month', int_customer.tenure_start, last.ended_on) >= lower_months
    and (date_diff('month', int_customer.tenure_start, last.ended_on) < upper_months or upper_months is null)
group by all
order by billed desc, band, channel
"""


def bills_shown(run: Run) -> dict[str, Any]:
    """Return what the bills of the twelve months to the as-of month show, as plain data.

    ``opaque``: customers with a summary line, or a recurring line that names neither plan nor product, and their money
    on such lines, by loyalty group and tenure band; shares of customers with an exact interval. ``fees``: recurring
    fees and finance a year of tenured customers, and what new customers of their cells would pay. ``cancelled``: money
    of recurring lines for periods that start after ``cancelled_on``, less its credits. A part that the columns do not
    allow has only ``not_assessable``, the reason. Money is in currency units, as text.
    """
    with reading(run.warehouse) as con:
        currency, as_of, level = one(con, "select currency, as_of_month, confidence_level from params")
        (n_lines,) = one(con, f"{_LINES} select count(*) from lines where line_kind in ('recurring', 'summary')")
        return {
            "run": run.id,
            "currency": currency,
            "as_of": None if as_of is None else f"{as_of:%Y-%m}",
            "opaque": _opaque(con, level) if n_lines else {"not_assessable": NO_LINES},
            "fees": _fees(con) if n_lines else {"not_assessable": NO_LINES},
            "cancelled": _cancelled(con) if n_lines else {"not_assessable": NO_LINES},
        }


def _opaque(con: Connection, level: float) -> dict[str, Any]:
    rows = records(
        con,
        f"""{_LINES},
        customers as (
            select customer_id, sum(net_amount) as money,
                coalesce(sum(net_amount) filter (where is_opaque), 0) as opaque_money, bool_or(is_opaque) as is_opaque
            from lines
            cross join params
            where line_kind in ('recurring', 'summary')
                and month_number > as_of_number - 12 and month_number <= as_of_number
            group by customer_id
        )
        select loyalty_group as "group", label as band, count(*) as customers,
            count(*) filter (where is_opaque) as opaque_customers, sum(money) as money,
            sum(opaque_money) as opaque_money
        from customers
        inner join groups
            using (customer_id)
        left join tenure_band
            using (band_order)
        group by loyalty_group, band_order, label
        order by band_order nulls last, loyalty_group
        """,
    )
    return {"groups": [_with_interval(row, level) for row in rows]}


def _with_interval(row: dict[str, Any], level: float) -> dict[str, Any]:
    k, n = row["opaque_customers"], row["customers"]
    lower, upper = clopper_pearson(k, n, confidence_level=level)
    total = row["money"]
    return {
        **row,
        "share": k / n,
        "lower": lower,
        "upper": upper,
        "money_share": float(row["opaque_money"] / total) if total else None,
        "money": money(total),
        "opaque_money": money(row["opaque_money"]),
    }


def _fees(con: Connection) -> dict[str, Any]:
    """Compare fees a customer-month of each cell: those of tenured customers with those of its new customers."""
    cells = records(con, _CELLS)
    if not any(row["fees"] or row["finance"] or row["new_fees"] or row["new_finance"] for row in cells):
        return {"not_assessable": NO_FEES}
    shown: dict[str, Any] = {}
    for name in ("fees", "finance"):
        paid = above = left = Decimal(0)
        for row in cells:
            if row["is_assessable"]:
                paid += row[name]
                above += row[name] - row[f"new_{name}"] / row["new_months"] * row["months"]
            else:
                left += row[name]
        shown[name] = {"paid": money(paid), "above_new": money(above), "not_compared": money(left)}
    kept = [row for row in cells if row["is_assessable"]]
    return {
        **shown,
        "customer_months": sum(row["months"] for row in kept),
        "cells": len(kept),
        "cells_not_compared": len(cells) - len(kept),
    }


def _cancelled(con: Connection) -> dict[str, Any]:
    (stated,) = one(con, f"{_LINES} select count(cancelled_on) from lines")
    if not stated:
        return {"not_assessable": NO_CANCELLATIONS}
    rows = records(con, f"{_LINES}, {_AFTER}")
    return {
        "customers": sum(row["customers"] for row in rows),
        "money": money(sum((row["billed"] + row["credited"] for row in rows), Decimal(0))),
        "groups": [
            {
                "band": row["band"],
                "channel": row["channel"],
                "customers": row["customers"],
                "lines": int(row["n_lines"]),
                "billed": money(row["billed"]),
                "credited": money(row["credited"]),
                "money": money(row["billed"] + row["credited"]),
            }
            for row in rows
        ],
    }
