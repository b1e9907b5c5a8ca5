"""Who overpays: by party, how concentrated, who asked for a discount, and how far prices crept up since joining."""

from __future__ import annotations

from typing import Any

from fairness.causes.price_rises import money, one, records
from fairness.engine.base import Connection
from fairness.engine.connection import reading
from fairness.runs.store import Run
from fairness.stats.concentration import gini, largest_shares

CURVE = (0.01, 0.05, 0.10, 0.20, 0.50)
"""Shares of the people for which their share of the overpayment is given."""


def who(run: Run) -> dict[str, Any]:
    """Return who overpays, as plain data; money is a year, in currency units as text, shares are fractions.

    ``parties``: how many are compared and overpay. ``overpayment``: what is left over all that a party holds;
    ``positives``: without what it pays less on other things. ``curve``: share of the overpayment by share of the
    parties, those with the most first, and ``gini`` with those who do not overpay in it. ``conduct``: negotiated and
    passive parties. ``creep``: rises since joining for each year since. ``lenses``: things by the study's groups.
    """
    with reading(run.warehouse) as con:
        currency, as_of = one(con, "select currency, as_of_month from params")
        parties, over, overpayment, positives, net = one(
            con,
            "select count(*), count(*) filter (where overpayment_a_year > 0), sum(overpayment_a_year), "
            "sum(positives_a_year), sum(net_a_year) from party_overpayment",
        )
        amounts = [
            float(row[0])
            for row in con.execute("select overpayment_a_year from party_overpayment order by all").fetchall()
        ]
        shares = largest_shares(amounts, CURVE) if amounts else [None for _ in CURVE]
        return {
            "run": run.id,
            "currency": currency,
            "as_of": None if as_of is None else f"{as_of:%Y-%m}",
            "parties": parties,
            "overpaying": over,
            "overpayment": money(overpayment),
            "positives": money(positives),
            "net": money(net),
            "gini": gini(amounts) if amounts else None,
            "curve": [{"people": people, "money": share} for people, share in zip(CURVE, shares, strict=True)],
            "conduct": _conduct(con),
            "creep": _creep(con),
            "lenses": _lenses(con),
        }


def _conduct(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        """
        select conduct, count(*) as parties, count(*) filter (where overpayment_a_year > 0) as overpaying,
            sum(overpayment_a_year) as overpayment, sum(net_a_year) as net
        from party_overpayment where conduct is not null
        group by conduct order by conduct = 'unknown', conduct
        """,
    )
    return [
        {
            **row,
            "overpayment": money(row["overpayment"]),
            "net": money(row["net"]),
            "mean": money(row["overpayment"] / row["parties"]),
        }
        for row in rows
    ]


def _creep(con: Connection) -> dict[str, Any]:
    assessable, unknown, total, middle = one(
        con,
        "select count(creep_a_year), count(*) - count(creep_a_year), sum(creep_a_year), median(creep_a_year) "
        "from party_overpayment",
    )
    return {
        "parties": assessable,
        "not_assessable": unknown,
        "mean": money(total / assessable) if assessable else None,
        "median": money(middle) if assessable else None,
    }


def _lenses(con: Connection) -> list[dict[str, Any]]:
    rows = records(
        con,
        """
        select lens, value, count(*) as things, count(distinct customer_id) as customers,
            count(distinct customer_id) filter (where above_a_year > 0) as overpaying,
            sum(greatest(above_a_year, 0)) as positives, sum(above_a_year) as net
        from int_party_row
        inner join lens_value
            using (lens_key)
        group by lens_order, lens, value
        order by lens_order, positives desc, value
        """,
    )
    return [{**row, "positives": money(row["positives"]), "net": money(row["net"])} for row in rows]
