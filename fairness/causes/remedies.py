"""Remedies: who would pay what, what it costs per year, and the gap that is left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from fairness.causes.planned_promises import compared, outcomes_with
from fairness.causes.price_rises import money, records
from fairness.causes.what_if import headline_with
from fairness.config import Config
from fairness.engine.connection import reading
from fairness.errors import ConfigError
from fairness.findings.results import Finding
from fairness.runs.store import Run

Kind = Literal["cap", "match", "glide", "refund"]
LIST = (
    "customer_id", "product_id", "plan_id", "subscription_id", "currency", "interval_unit", "interval_count",
    "quantity", "price", "new_price", "saving_a_year",
)  # fmt: skip
"""Columns of the list for the billing system."""

CURVE = tuple(Decimal(x) / 100 for x in (0, 1, 2, 5, 10, 15, 20, 30, 50))
"""Excess over the offer for which the cost to close is shown."""

_TIMES = """case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0 else 365.0 end
    / interval_count"""
_TENURED = f"""
    select ledger.*, {_TIMES} as times, greatest(coalesce(offer_interval_ticks, 0), 0) as offer,
        case when ledger.currency in ('JPY', 'KRW', 'CLP', 'ISK', 'VND', 'XAF', 'XOF') then 10000 else 100 end as coin
    from price_ledger as ledger
    cross join params
    where ledger.month_number = params.as_of_number and ledger.currency = params.currency
        and loyalty_group = 'tenured' and interval_ticks is not null and offer_interval_ticks is not null
"""
_PRICES = {
    "cap": "least(interval_ticks, cast(floor(offer * (1 + $x) / coin) * coin as bigint))",
    "match": "least(interval_ticks, offer)",
    "glide": "interval_ticks - cast(round(greatest(interval_ticks - offer, 0) * least($k, $n) / $n) as bigint)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What is asked for.

    Attributes:
        kind: cap at the offer plus `x`, match the offer, glide to it over `renewals`, or refund what was above it.
        x: Share above the offer that a cap leaves.
        renewals: Renewals over which a glide closes the gap.
        months: Months that a refund looks back.
        budget: Most that may be spent per year, in currency units; the largest excess comes first.
    """

    kind: Kind
    x: float = 0.0
    renewals: int = 3
    months: int = 12
    budget: Decimal | None = None


def remedy(run: Run, config: Config, asked: Remedy) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Return what a remedy costs and leaves, as plain data, and the list for the billing system.

    Cost a year = (price - new price) x quantity x periods a year, of tenured customers with an offer in the as-of
    month, if nobody's behaviour changes. An offer below 0 counts as 0. A refund is a payment, not a price: there is no
    list of new prices, and the gap stays.
    """
    with reading(run.warehouse) as con:
        (study,) = records(
            con,
            "select currency, as_of_month, (select count(*) from price_ledger where role = 'book') > 0 as is_book "
            "from params",
        )
        if asked.kind == "refund":
            rows = records(con, _refund_sql(), {"months": asked.months})
        else:
            rows = records(con, _sql(asked.kind), _values(asked, asked.renewals))
        rows = _within(rows, asked.budget)
        curve = [{"x": float(x), "cost": money(records(con, _CURVE, {"x": float(x)})[0]["cost"])} for x in CURVE]
        steps = []
        if asked.kind == "glide":
            for k in range(1, asked.renewals + 1):
                costs = records(con, _sql("glide"), _values(asked, k))
                steps.append({"renewal": k, "cost": money(sum(row["saving"] for row in costs))})
    document: dict[str, Any] = {
        "run": run.id,
        "currency": study["currency"],
        "as_of": None if study["as_of_month"] is None else f"{study['as_of_month']:%Y-%m}",
        "remedy": asked.kind,
        "x": asked.x if asked.kind == "cap" else None,
        "months": asked.months if asked.kind == "refund" else None,
        "budget": None if asked.budget is None else money(asked.budget),
        "customers_helped": len({row["customer_id"] for row in rows}),
        "cost": money(sum(row["saving"] for row in rows)),
        "products": _by(rows, "product_id"),
        "channels": _by(rows, "channel"),
        "glide": steps,
        "curve": curve,
        "gap": None,
        "promises": [],
    }
    if asked.kind != "refund" and not study["is_book"]:
        document |= _left(run, config, rows)
    listed = [
        (*(row[name] for name in LIST[:8]), row["price"], row["new_price"], Decimal(money(row["saving"])))
        for row in rows
    ]
    return document, listed


def _left(run: Run, config: Config, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the gap and the outcomes of the study's rules before and after, by the same estimators and questions."""
    with reading(run.warehouse) as con:
        held = {_key(row): row["holding_id"] for row in records(con, _HOLDINGS)}
    new = [(held[_key(row)], int(row["new_ticks"])) for row in rows]
    gap = {"before": _gap(headline_with(run, config, [])), "after": _gap(headline_with(run, config, new))}
    if not config.promises.rule:
        return {"gap": gap}
    sides = outcomes_with(run, config, []), outcomes_with(run, config, new)
    return {"gap": gap, "promises": compared(config, *sides, [])}


_HOLDINGS = """
    select holding_id, customer_id, product_id, plan_id, subscription_id, interval_unit, interval_count
    from int_as_of_row
"""
_CURVE = f"""
    with tenured as ({_TENURED})
    select sum(greatest(paid_ticks - (1 + $x) * greatest(offered_ticks, 0), 0) * times) / 10000 as cost from tenured
"""


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    unit = f"{row['interval_unit']}{row['interval_count']}"
    return row["customer_id"], row["product_id"], row["plan_id"], row["subscription_id"], unit


def _values(asked: Remedy, k: int) -> dict[str, object]:
    if asked.kind == "cap":
        return {"x": asked.x}
    return {"k": k, "n": asked.renewals} if asked.kind == "glide" else {}


def _sql(kind: str) -> str:
    return f"""
        with tenured as ({_TENURED}),
        changed as (select *, {_PRICES[kind]} as new_ticks from tenured)
        select customer_id, product_id, plan_id, subscription_id, currency, channel, interval_unit, interval_count,
            quantity, cast(interval_ticks as decimal(18, 4)) / 10000 as price,
            cast(new_ticks as decimal(18, 4)) / 10000 as new_price, new_ticks,
            (interval_ticks - new_ticks) / 10000 * quantity * times as saving
        from changed
        where new_ticks < interval_ticks
        order by saving desc, customer_id, product_id, plan_id, subscription_id
    """


def _refund_sql() -> str:
    return f"""
        select customer_id, product_id, plan_id, subscription_id, ledger.currency, channel, interval_unit,
            interval_count, max(quantity) as quantity, null as price, null as new_price, null as new_ticks,
            sum(greatest(paid_ticks - greatest(offered_ticks, 0), 0) * {_TIMES} / 12) / 10000 as saving
        from price_ledger as ledger
        cross join params
        where ledger.month_number between params.as_of_number - $months + 1 and params.as_of_number
            and ledger.currency = params.currency and loyalty_group = 'tenured' and offered_ticks is not null
        group by customer_id, product_id, plan_id, subscription_id, ledger.currency, channel, interval_unit,
            interval_count
        having saving > 0
        order by saving desc, customer_id, product_id, plan_id, subscription_id
    """


def _within(rows: list[dict[str, Any]], budget: Decimal | None) -> list[dict[str, Any]]:
    """Return the rows, the largest excess first, until the next one would go beyond the budget."""
    if budget is None:
        return rows
    if budget <= 0:
        raise ConfigError("the budget is not above 0", where="--budget", fix="name what may be spent a year")
    spent, kept = 0.0, []
    for row in rows:
        spent += float(row["saving"])
        if spent > float(budget):
            break
        kept.append(row)
    return kept


def _by(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    costs: dict[Any, float] = defaultdict(float)
    people: dict[Any, set[str]] = defaultdict(set)
    for row in rows:
        costs[row[column]] += row["saving"]
        people[row[column]].add(row["customer_id"])
    order = sorted(costs, key=lambda value: (-costs[value], str(value)))
    return [{"value": value, "customers": len(people[value]), "cost": money(costs[value])} for value in order]


def _gap(finding: Finding) -> dict[str, Any]:
    return {
        "question": finding.estimand,
        "gap": finding.estimate,
        "lower": finding.ci_lower,
        "upper": finding.ci_upper,
        "reading": finding.verdict,
    }
