"""The rise calendar: what bills, letters and the price book already say about the next twelve months."""

from __future__ import annotations

from datetime import date
from typing import Any

from fairness.causes.price_rises import money, one, records
from fairness.engine.base import Connection
from fairness.engine.connection import reading
from fairness.runs.store import Run

_AHEAD = "price_ahead where currency = (select currency from params)"
_HELD = "int_running_price where currency = (select currency from params)"
_TIMES = """case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
    / interval_count"""


def calendar(run: Run) -> dict[str, Any]:
    """Return what is written about the twelve months after the as-of month, as plain data.

    Money is what a change adds to twelve months of bills, in currency units as text. ``months``: rises and falls of
    each month, with the gap of today's tenured customers to today's offers once they are charged. ``causes``: the same
    by cause; where no price is written, what is exposed. ``nothing_written``: customers of whom nothing is.
    """
    with reading(run.warehouse) as con:
        currency, as_of = one(con, "select currency, as_of_month from params")
        customers, unwritten = one(
            con,
            f"select count(distinct customer_id), count(distinct customer_id) filter ("
            f"where customer_id not in (select customer_id from {_AHEAD})) from {_HELD}",
        )
        return {
            "run": run.id,
            "currency": currency,
            "as_of": None if as_of is None else f"{as_of:%Y-%m}",
            "customers": customers,
            "nothing_written": unwritten,
            "share_nothing_written": unwritten / customers if customers else None,
            "causes": _causes(con),
            "gap_today": _gap(con, None),
            "months": [] if as_of is None or not customers else [_month(con, _later(as_of, n)) for n in range(1, 13)],
        }


def _later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _causes(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        f"""
        select cause, count(distinct customer_id) as customers, count(*) filter (where ticks is not null) as priced,
            count(*) filter (where ticks is null) as without_price, sum(rise_a_year) filter (where ticks > 0) as rises,
            sum(rise_a_year) filter (where ticks < 0) as falls,
            sum(paid_a_year) filter (where ticks is null) as exposed
        from {_AHEAD}
        group by cause
        order by rises desc nulls last, exposed desc nulls last, cause
        """,
    )
    return [{**row, **{name: money(row[name]) for name in ("rises", "falls", "exposed")}} for row in rows]


def _month(con: Connection, month: date) -> dict[str, Any]:
    end = _later(month, 1)
    row = records(
        con,
        f"""
        with days as (
            select customer_id, product_id, plan_id, subscription_id, interval_unit, interval_count, charged_on,
                sum(rise_a_year) as rise
            from {_AHEAD} and ticks is not null and charged_on >= $month and charged_on < $end
            group by all
        )
        select
            count(distinct customer_id) filter (where rise > 0) as raised, sum(rise) filter (where rise > 0) as rises,
            count(distinct customer_id) filter (where rise < 0) as lowered, sum(rise) filter (where rise < 0) as falls
        from days
        """,
        {"month": month, "end": end},
    )[0]
    causes = records(
        con,
        f"""
        select cause, count(distinct customer_id) as customers, sum(rise_a_year) as money
        from {_AHEAD} and charged_on >= $month and charged_on < $end
        group by cause order by cause
        """,
        {"month": month, "end": end},
    )
    return {
        "month": f"{month:%Y-%m}",
        **row,
        "rises": money(row["rises"]),
        "falls": money(row["falls"]),
        "causes": [{**cause, "money": None if cause["money"] is None else money(cause["money"])} for cause in causes],
        "gap": _gap(con, end),
    }


def _gap(con: Connection, end: date | None) -> float | None:
    """Return the gap of today's tenured customers to today's offers, with what is charged before a day."""
    paid, offered, more = one(
        con,
        f"""
        select sum(paid_ticks * {_TIMES}) / 10000, sum(offered_ticks * {_TIMES}) / 10000, (
            select coalesce(sum(rise_a_year), 0) from {_AHEAD}
                and loyalty_group = 'tenured' and offered_a_year > 0 and charged_on < {_day(end)}
        )
        from {_HELD} and loyalty_group = 'tenured' and offered_ticks > 0
        """,
    )
    return float((paid + more) / offered - 1) if offered else None


def _day(end: date | None) -> str:
    return "date '1900-01-01'" if end is None else f"date '{end}'"
