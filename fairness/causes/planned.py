"""Planned prices before the letters go out: the findings and promises of a study with them and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from fairness.causes.planned_file import PlannedRow
from fairness.causes.planned_promises import broken, compared
from fairness.causes.planned_rows import lay_out, match, match_offers, plan
from fairness.causes.price_rises import money, one, records
from fairness.causes.promise_check import Answers, outcomes
from fairness.causes.what_if import OVERLAID, ask, counted, opened
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.errors import ConfigError
from fairness.findings.results import Finding, Findings
from fairness.runs.store import Run
from fairness.stats.difference import GapChange, paired_change

LIST = (
    "customer_id", "product_id", "plan_id", "subscription_id", "line", "status", "charged_on", "price", "new_price",
    "lock_until", "breaks_lock", "rules_broken",
)  # fmt: skip
"""Columns of the evidence: one row per thing held that the plan concerns."""

_COMPARED = frozenset({"offer_gap", "like_for_like_gap", "raw_gap", "overpayment"})
"""Questions whose figures come from the prices of one month alone."""

_NOTICE_RULES = {"ca_fee_change": (7, 30)}
"""Rules that say how many days before a rise a customer is told: least and most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for.

    Attributes:
        path: File of planned prices.
        rows: What stands in it.
        at: Month looked at, as its first day; None means the first in which every row has been charged.
        allow_unmatched: How many rows may name nobody.
    """

    path: Path
    rows: Sequence[PlannedRow]
    at: date | None = None
    allow_unmatched: int = 0


def check_planned(run: Run, config: Config, asked: Asked) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Return what planned prices do to the findings and promises of a study, as plain data, and the list of policies.

    Both sides are looked at from the month asked for: who is tenured then, at the prices of the as-of month, with and
    without the plan. Nobody leaves, no discount ends, and offers stay as they are unless the file plans others.

    Raises:
        ConfigError: The study has no bills, a day is billed already, or two rows contradict each other.
    """
    with opened(run, hidden=OVERLAID) as con:
        currency, as_of = one(con, "select currency, as_of_month from params")
        _refuse(con, asked, as_of)
        lay_out(con, config, asked.rows)
        match(con)
        unmatched = plan(con, asked.path.name, asked.at)
        month = one(con, "select month_number, last_day from moment")
        before = counted(con, run, config)
        first = _promises(con, config)
        con.execute("create table priced_before as from int_as_of_row")
        unmatched += match_offers(con, asked.path.name)
        after = counted(con, run, config)
        second = _promises(con, config, is_planned=True)
        breaks = broken(con, config, first, second)
        change = _change(con, config, before.headline)
        document = {
            "run": run.id,
            "currency": currency,
            "as_of": f"{as_of:%Y-%m}",
            "at": f"{month[1]:%Y-%m}",
            "file": asked.path.name,
            "rows": dict(sorted(Counter(row.kind for row in asked.rows).items())),
            "unmatched": sorted(unmatched),
            "allow_unmatched": asked.allow_unmatched,
            "reach": _reach(con),
            "missing": _missing(con),
            "locks": _locks(con),
            "notice": _notice(con, config),
            "headline": {
                "question": before.headline.estimand,
                "before": _said(before.headline),
                "after": _said(after.headline),
                "difference": _difference(before.headline, after.headline, change),
            },
            "findings": _findings(before, after),
            "promises": compared(config, first, second, breaks),
            "breaks": breaks,
        }
        document["flips"] = [row for row in document["findings"] if row["before"]["reading"] != row["after"]["reading"]]
        document["result"] = _result(document)
        return document, _listed(con, breaks)


def _refuse(con: Connection, asked: Asked, as_of: date | None) -> None:
    if as_of is None or not one(con, "select count(*) from base.int_as_of_row")[0]:
        raise ConfigError(
            "planned prices need bills: a book says nothing about the day on which a price is charged",
            where="[[source]]",
            fix='add a source with role = "billing"',
        )
    begins = (as_of.replace(day=28) + timedelta(days=4)).replace(day=1)
    for row in asked.rows:
        if row.effective_on < begins:
            raise ConfigError(
                f"{row.effective_on} lies in months that are billed already",
                where=f"{asked.path.name}, line {row.line}",
                fix=f"write a day from {begins} on, or move study.as_of",
            )
    if asked.at is not None and asked.at < begins:
        raise ConfigError(f"{asked.at:%Y-%m} is billed already", where="--at", fix=f"write {begins:%Y-%m} or later")


def _promises(con: Connection, config: Config, *, is_planned: bool = False) -> Answers:
    """Return the outcomes of the study's rules on what the connection shows."""
    ask(con, "promises" if is_planned else "promises_before")
    return outcomes(con, config)


def _change(con: Connection, config: Config, headline: Finding) -> GapChange | None:
    """Return the paired difference of the headline; None where it does not compare prices with offers."""
    if headline.estimand != "offer_gap" or headline.comparator != "offer":
        return None
    rows = con.execute(
        """
        select
            before.paid_ticks * times, after.paid_ticks * times, before.offered_ticks * times,
            after.offered_ticks * times,
            dense_rank() over (order by before.pricing_decision), dense_rank() over (order by before.party_id)
        from (
            select *, case interval_unit when 'year' then 1.0 when 'month' then 12.0 when 'week' then 365 / 7.0
                else 365.0 end / interval_count as times
            from priced_before
        ) as before
        inner join int_as_of_row as after
            using (holding_id)
        inner join params
            on before.currency = params.currency
        where before.loyalty_group = 'tenured'
            and before.paid_ticks is not null and before.offered_ticks > 0 and after.offered_ticks > 0
        order by before.holding_id
        """
    ).fetchall()
    if not rows:
        return None
    columns = [np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)]
    return paired_change(
        (columns[0], columns[1]),
        (columns[2], columns[3]),
        decision=columns[4].astype(np.int64),
        party=columns[5].astype(np.int64),
        confidence_level=config.inference.confidence_level,
    )


def _said(finding: Finding) -> dict[str, Any]:
    estimate = finding.estimate
    return {
        "value": str(estimate) if isinstance(estimate, Decimal) else estimate,
        "lower": finding.ci_lower,
        "upper": finding.ci_upper,
        "reading": finding.verdict,
    }


def _difference(before: Finding, after: Finding, change: GapChange | None) -> dict[str, Any]:
    if change is not None:
        return {"value": change.estimate, "lower": change.ci_lower, "upper": change.ci_upper}
    known = isinstance(before.estimate, float) and isinstance(after.estimate, float)
    estimate = after.estimate - before.estimate if known else None  # type: ignore[operator]
    return {"value": estimate, "lower": None, "upper": None}


def _findings(before: Findings, after: Findings) -> list[dict[str, Any]]:
    """Return the findings of both sides that answer the same question about the same part of the book."""
    later = {finding.key: finding for finding in after.findings}
    found = []
    for finding in before.findings:
        other = later.get(finding.key)
        if finding.estimand not in _COMPARED or finding.comparator == "derived" or other is None:
            continue
        found.append(
            {
                "question": finding.estimand,
                "against": finding.comparator,
                "offer_price": finding.basis,
                "part": finding.level,
                "where": dict(finding.scope),
                "band": finding.tenure_band,
                "unit": finding.unit,
                "before": _said(finding),
                "after": _said(other),
            }
        )
    return found


_YEARLY = "(new_ticks - old_ticks) * (quantity_micros / 1000000) * times / 10000"


def _reach(con: Connection) -> dict[str, Any]:
    row = records(
        con,
        f"""
        select
            count(*) filter (where status = 'reached') as policies,
            count(distinct customer_id) filter (where status = 'reached') as customers,
            count(*) filter (where new_ticks > old_ticks) as raised,
            count(*) filter (where new_ticks < old_ticks) as lowered,
            count(*) filter (where status = 'reached' and new_ticks = old_ticks) as unchanged,
            count(*) filter (where status = 'not_yet_charged') as not_yet_charged,
            sum({_YEARLY}) filter (where new_ticks > old_ticks) as raised_a_year,
            sum({_YEARLY}) filter (where new_ticks < old_ticks) as lowered_a_year
        from planned_outcome
        """,
    )[0]
    return {**row, "raised_a_year": money(row["raised_a_year"]), "lowered_a_year": money(row["lowered_a_year"])}


def _missing(con: Connection) -> list[dict[str, Any]]:
    return records(
        con,
        """
        select product_id, plan_id, count(*) filter (where status = 'missing') as policies,
            count(distinct customer_id) filter (where status = 'missing') as customers,
            count(*) filter (where status in ('reached', 'not_yet_charged')) as named
        from planned_outcome
        group by product_id, plan_id
        having count(*) filter (where status = 'missing') > 0
        order by policies desc, product_id, plan_id
        """,
    )


def _locks(con: Connection) -> dict[str, Any]:
    return records(
        con,
        "select count(*) as policies, count(*) filter (where breaks_lock) as broken, "
        "count(distinct customer_id) filter (where breaks_lock) as customers "
        "from planned_outcome where lock_until is not null and status = 'reached'",
    )[0]


def _notice(con: Connection, config: Config) -> dict[str, Any]:
    """Return the first and last day on which one mailing to everybody raised is lawful and in time."""
    first, last = one(con, "select min(charged_on), max(charged_on) from planned_outcome where new_ticks > old_ticks")
    rules = [_NOTICE_RULES[rule.id] for rule in config.promises.rule if rule.id in _NOTICE_RULES]
    least = max([config.drivers.notice_days, *(rule[0] for rule in rules)])
    most = min((rule[1] for rule in rules), default=None)
    days = {
        "first": None if first is None or most is None else last - timedelta(days=most),
        "last": None if first is None else first - timedelta(days=least),
    }
    return {
        "least_days": least,
        "most_days": most,
        "first_charge": None if first is None else first.isoformat(),
        "last_charge": None if last is None else last.isoformat(),
        **{name: None if day is None else day.isoformat() for name, day in days.items()},
    }


def _result(document: dict[str, Any]) -> str:
    """Return ``worse``, ``unknown`` or ``clear``: what the exit code says."""
    before, after = document["headline"]["before"], document["headline"]["after"]
    lower = document["headline"]["difference"]["lower"]
    is_penalty = after["reading"] == "penalty" and (before["reading"] != "penalty" or (lower or 0) > 0)
    if document["breaks"] or is_penalty:
        return "worse"
    is_unknown = after["reading"] == "not_assessable" or any(
        rule["after"]["result"] == "not_assessable" and rule["after"]["in_scope"] for rule in document["promises"]
    )
    return "unknown" if is_unknown or len(document["unmatched"]) > document["allow_unmatched"] else "clear"


def _listed(con: Connection, breaks: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    rules: dict[tuple[Any, ...], list[str]] = {}
    for row in breaks:
        rules.setdefault((row["customer_id"], row["product_id"], row["subscription_id"]), []).append(row["rule"])
    rows = con.execute(
        """
        select customer_id, product_id, plan_id, subscription_id, line, status, charged_on,
            cast(old_ticks as decimal(18, 4)) / 10000, cast(new_ticks as decimal(18, 4)) / 10000, lock_until,
            breaks_lock
        from planned_outcome where status <> 'not_planned'
        order by customer_id, product_id, plan_id, subscription_id
        """
    ).fetchall()
    return [(*row, "; ".join(rules.get((row[0], row[1], row[3]), []))) for row in rows]
