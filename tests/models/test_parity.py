"""One question for two rules: a renewal against the offer in force, by the firm's promise and by the law on quotes."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from fairness.causes.promise_rules import question

POLICY = (
    "customer_id varchar, product_id varchar, subscription_id varchar, pricing_date date, interval_ticks bigint, "
    "offer_interval_ticks bigint, gift_ticks bigint, quantity integer, times double, decision varchar, role varchar, "
    "channel varchar, is_renewed boolean, is_known boolean"
)


@pytest.mark.parametrize(
    ("as_quoted", "channel", "x", "found"),
    [
        # 20.00 a month for two units against 19.00 offered, or 17.50 once the gifts are deducted.
        (False, None, 0.0, ("fail", None, 19.0, 24.0)),
        (False, None, 0.06, ("pass", None, 20.14, 0.0)),
        (True, "web", 0.06, ("fail", None, 18.55, 34.8)),
        (True, None, 0.06, ("not_assessable", "channel_unknown", 18.55, None)),
    ],
)
def test_gifts_and_channel_count_by_law_alone(
    as_quoted: bool, channel: str | None, x: float, found: tuple[object, ...]
) -> None:
    row = (
        "C",
        "net",
        "S",
        date(2025, 11, 1),
        200_000,
        190_000,
        175_000,
        2,
        12.0,
        "net//O",
        "billing",
        channel,
        True,
        True,
    )
    values = {"as_quoted": as_quoted, "x": x, "tolerance": 0.0, "since": None, "until": None}
    with duckdb.connect() as con:
        con.execute(f"create table policy ({POLICY})")
        con.execute(f"insert into policy values ({', '.join('?' * len(row))})", row)
        con.execute(
            "insert into policy (customer_id, is_renewed, is_known) values ('new', false, true), ('?', false, false)"
        )
        con.execute("create table unpriced (customer_id varchar, product_id varchar, reason varchar)")
        con.execute("insert into unpriced values ('U', 'net', 'trial')")
        answers = con.execute(
            "select outcome, reason, allowed, excess_a_year, customer_id "
            f"from ({question('parity')}) order by customer_id",
            values,
        ).fetchall()
    unknown, renewed, unpriced = answers
    assert renewed == (
        *found[:2],
        pytest.approx(found[2]),
        found[3] if found[3] is None else pytest.approx(found[3]),
        "C",
    )
    assert (unknown[:2], unpriced[:2]) == (("not_assessable", "tenure_unknown"), ("not_assessable", "trial"))
