"""What raised prices in the twelve months of the study: drivers, rises without a reason, and whom they hit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from fairness.engine.base import Connection
from fairness.engine.connection import reading
from fairness.runs.store import Run

UNREASONED = ("back_book_rise", "unexplained")
"""Drivers that the headline prints side by side: raised for existing customers alone, and unexplained."""

OWNERS = ("product_id", "plan_id", "channel", "region")
"""Columns by which unreasoned rises are listed."""

LARGEST = 10
"""Number of decisions listed, those with the most money first."""

_RISES = "price_rise where in_last_year and currency = (select currency from params)"


def rises(run: Run) -> dict[str, Any]:
    """Return what raised the prices of a run's study, as plain data.

    Money is what the rises add to twelve months of bills, in currency units as text; shares are fractions, null where
    there is nothing to divide by. ``drivers``: one entry each, largest first. ``unreasoned``: by owner and driver.
    ``exposure``: all decisions of the twelve months by tenure band. ``decisions``: the largest of them. ``by_month``:
    the rises of every month up to the as-of month by driver, and all customers raised in it.
    """
    with reading(run.warehouse) as con:
        currency, until = one(con, "select currency, as_of_month from params")
        total, reasoned, n_customers = one(
            con,
            f"""
            select sum(rise_a_year), sum(rise_a_year) filter (where has_reason), count(distinct customer_id)
            from {_RISES}
            """,
        )
        return {
            "run": run.id,
            "currency": currency,
            "as_of": None if until is None else f"{until:%Y-%m}",
            "months": 12,
            "rises": {"money": money(total), "customers": n_customers},
            "share_with_reason": None if not total else float((reasoned or 0) / total),
            "drivers": _drivers(con),
            "unreasoned": [row for owner in OWNERS for row in _owners(con, owner)],
            "exposure": _exposure(con, None),
            "decisions": _decisions(con),
            "by_month": _by_month(con),
        }


def money(amount: Any) -> str:
    """Return money as the documents hold it: text with two decimals.

    Example:
        >>> money(Decimal("12.345")), money(None)
        ('12.34', '0.00')
    """
    return str(Decimal(str(amount or 0)).quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def records(con: Connection, sql: str, values: list[object] | dict[str, object] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a query by the names of its columns."""
    result = con.execute(sql, values or [])
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def one(con: Connection, sql: str) -> tuple[Any, ...]:
    """Return the one row of a query."""
    row = con.execute(sql).fetchone()
    assert row is not None
    return row


def _drivers(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        f"""
        select driver, count(distinct customer_id) as customers, count(*) as changes, sum(rise_a_year) as money
        from {_RISES}
        group by driver
        order by money desc, driver
        """,
    )
    return [{**row, "money": money(row["money"])} for row in rows]


def _by_month(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        """
        with risen as (
            select price_rise.*, strftime(changed_on, '%Y-%m') as month
            from price_rise
            cross join params
            where price_rise.currency = params.currency and changed_on < as_of_month + to_months(1)
        )
        select month, driver, count(distinct customer_id) as customers, sum(rise_a_year) as money,
            any_value(everybody.raised) as raised
        from risen
        inner join (select month, count(distinct customer_id) as raised from risen group by month) as everybody
            using (month)
        group by month, driver
        order by month, money desc, driver
        """,
    )
    return [{**row, "money": money(row["money"])} for row in rows]


def _owners(con: Connection, owner: str) -> list[dict[str, Any]]:
    rows = records(
        con,
        f"""
        select '{owner}' as owner, {owner} as value, driver, count(distinct customer_id) as customers,
            sum(rise_a_year) as money
        from {_RISES}
            and driver in {UNREASONED}
        group by all
        order by money desc, value, driver
        """,
    )
    if {row["value"] for row in rows} <= {None}:
        return []
    return [{**row, "money": money(row["money"])} for row in rows]


def _exposure(con: Connection, window_id: int | None) -> list[dict[str, Any]]:
    """Return by tenure band how many were hit and by how much, for one decision or all of the twelve months."""
    rows = records(
        con,
        """
        select tenure_band.label as band, sum(n_held) as held, sum(n_raised) as raised,
            sum(before_ticks) as before_ticks, sum(rise_ticks) as rise_ticks
        from rise_exposure
        cross join params
        left join tenure_band using (band_order)
        where rise_exposure.currency = params.currency
            and case when ? is not null then window_id = ?
                else starts_on < as_of_month + to_months(1) and starts_on >= as_of_month - to_months(11) end
        group by band_order, tenure_band.label
        order by band_order nulls last
        """,
        [window_id, window_id],
    )
    return [_exposed(row) for row in rows]


def _exposed(row: Mapping[str, Any]) -> dict[str, Any]:
    held, raised, before = int(row["held"]), int(row["raised"]), int(row["before_ticks"])
    return {
        "band": row["band"],
        "held": held,
        "raised": raised,
        "share_raised": raised / held,
        "mean_rise": int(row["rise_ticks"]) / before if before else None,
    }


def _decisions(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        """
        select window_id as decision, product_id, plan_id, region, channel, starts_on, interval_unit, interval_count,
            sum(n_held) as held, sum(n_raised) as raised,
            sum(paid_rise_ticks) * case interval_unit when 'year' then 1.0 when 'month' then 12.0
                when 'week' then 365 / 7.0 else 365.0 end / interval_count / 10000 as money
        from rise_exposure
        cross join params
        where rise_exposure.currency = params.currency
            and starts_on < as_of_month + to_months(1)
            and starts_on >= as_of_month - to_months(11)
        group by window_id, product_id, plan_id, region, channel, starts_on, interval_unit, interval_count
        order by money desc, window_id
        limit ?
        """,
        [LARGEST],
    )
    return [
        {
            **row,
            "starts_on": row["starts_on"].isoformat(),
            "held": int(row["held"]),
            "raised": int(row["raised"]),
            "money": money(row["money"]),
            "bands": _exposure(con, row["decision"]),
        }
        for row in rows
    ]
