"""What letters announced against what bills charged, and the rises that customers were not told of in time."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fairness.causes.price_rises import money, one, records
from fairness.engine.base import Connection
from fairness.engine.connection import reading
from fairness.runs.store import Run
from fairness.stats.proportion import clustered_proportion

LEAST_CAMPAIGNS = 10
"""Below this many letter runs a rate has no interval: customers of one run share whatever went wrong in it."""

_JUDGED = ("kept", "broken_lock", "early", "late", "never", "more", "less")
_LETTERS = "told_outcome where currency = (select currency from params)"


def told(run: Run) -> dict[str, Any]:
    """Return the outcomes of a run's letters and its untold rises, as plain data.

    ``outcomes``: letters to customers, their money charged above and below what was told (never netted), by outcome.
    ``kept``: share of the letters that can be judged, with its interval by campaign. ``campaigns`` and ``tenure``: the
    same counts by letter run and tenure band. ``untold``: rises of the last twelve months; None without price events.
    """
    with reading(run.warehouse) as con:
        currency, level, n_events = one(
            con,
            "select currency, confidence_level, "
            "(select count(*) from stg_price_event where reject_reason is null) from params",
        )
        return {
            "run": run.id,
            "currency": currency,
            "outcomes": _outcomes(con),
            "not_assessable": records(
                con,
                f"select reason, count(*) as letters from {_LETTERS} and reason is not null "
                "group by reason order by letters desc, reason",
            ),
            "kept": _kept(con, level),
            "campaigns": _by(con, "campaign"),
            "tenure": _by(con, "(select label from tenure_band where band_order = told_outcome.band_order)"),
            "untold": _untold(con) if n_events else None,
        }


def _outcomes(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        f"""
        select outcome, count(*) as letters, count(distinct customer_id) as customers, sum(over_amount) as over,
            sum(under_amount) as under
        from {_LETTERS}
        group by outcome
        order by letters desc, outcome
        """,
    )
    return [{**row, "over": money(row["over"]), "under": money(row["under"])} for row in rows]


def _kept(con: Connection, level: float) -> dict[str, Any]:
    rows = con.execute(
        f"""
        select campaign, count(*) filter (where outcome = 'kept'), count(*)
        from {_LETTERS} and outcome in {_JUDGED}
        group by campaign order by campaign
        """
    ).fetchall()
    kept, judged = sum(row[1] for row in rows), sum(row[2] for row in rows)
    lower = upper = None
    if len(rows) >= LEAST_CAMPAIGNS:
        counts = [list(column) for column in zip(*(row[1:] for row in rows), strict=True)]
        lower, upper = clustered_proportion(list(range(len(rows))), *counts, confidence_level=level) or (None, None)
    return {
        "letters": judged,
        "kept": kept,
        "share": kept / judged if judged else None,
        "lower": lower,
        "upper": upper,
        "campaigns": len(rows),
    }


def _by(con: Connection, key: str) -> list[dict[str, Any]]:
    rows = records(
        con,
        f"""
        select {key} as value, outcome, count(*) as letters, sum(over_amount) as over, sum(under_amount) as under
        from {_LETTERS}
        group by all
        order by value nulls last, outcome
        """,
    )
    totals: Counter[Any] = Counter()
    for row in rows:
        totals[row["value"]] += row["letters"]
    return [
        {**row, "of": totals[row["value"]], "over": money(row["over"]), "under": money(row["under"])} for row in rows
    ]


def _untold(con: Connection) -> dict[str, Any]:
    where = "untold_rise where in_last_year and currency = (select currency from params)"
    total, customers, days = one(
        con,
        f"select sum(rise_a_year), count(distinct customer_id), (select notice_days from params) from {where}",
    )
    rows = records(
        con,
        f"""
        select product_id, count(distinct customer_id) as customers, sum(rise_a_year) as money
        from {where} group by product_id order by money desc, product_id
        """,
    )
    return {
        "notice_days": days,
        "customers": customers,
        "money": money(total),
        "products": [{**row, "money": money(row["money"])} for row in rows],
    }
