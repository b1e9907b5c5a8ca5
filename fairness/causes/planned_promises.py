"""Rules and promises asked again at other prices: which of them break, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairness.causes.price_rises import records
from fairness.causes.promise_check import Answers, outcomes, summary
from fairness.causes.what_if import OVERLAID, ask, charge, opened
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.runs.store import Run

_SHOWN = ("result", "in_scope", "pass", "fail", "not_assessable", "coverage")


def outcomes_with(run: Run, config: Config, prices: Iterable[tuple[int, int]]) -> Answers:
    """Return the outcomes of the study's rules where things held in the as-of month cost something else.

    A lower price is no rise: rules on rises and notices answer as before.

    Args:
        run: The published run, which is read only.
        config: Its study.
        prices: Thing held (``holding_id``) and its new price per unit and billing interval, in ticks.
    """
    with opened(run, hidden=OVERLAID) as con:
        charge(con, prices)
        ask(con, "as_of_row")
        ask(con, "promises_before")
        return outcomes(con, config)


def broken(con: Connection, config: Config, before: Answers, after: Answers) -> list[dict[str, Any]]:
    """Return the policies that fail a rule with the plan and did not fail it without.

    Args:
        con: Connection with ``planned_outcome``, which says what each of them would pay.
        config: The study.
        before: Outcomes of each rule without the plan.
        after: Outcomes with it.
    """
    prices = {
        (row["customer_id"], row["product_id"], row["subscription_id"]): row
        for row in records(con, "select * from planned_outcome where status = 'reached' order by holding_id")
    }
    found = []
    for number, rows in after.items():
        rule = config.promises.rule[number]
        failed = {row[:3] for row in before[number] if row[4] == "fail"}
        passed = {row[:3] for row in before[number] if row[4] == "pass"}
        for row in sorted((row for row in rows if row[4] == "fail"), key=lambda row: tuple(map(str, row[:4]))):
            if row[:3] in failed:
                continue
            failed.add(row[:3])
            price = prices.get(row[:3])
            found.append(
                {
                    "rule": rule.name or rule.id,
                    "customer_id": row[0],
                    "product_id": row[1],
                    "subscription_id": row[2],
                    "on": None if row[3] is None else row[3].isoformat(),
                    "before": "pass" if row[:3] in passed else "not_assessable_or_no_case",
                    "actual": None if row[6] is None else float(row[6]),
                    "allowed": None if row[7] is None else float(row[7]),
                    "line": None if price is None else price["line"],
                }
            )
    return found


def compared(config: Config, before: Answers, after: Answers, breaks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each rule with what becomes of it without and with the plan, and for how many it breaks."""
    promises, level = config.promises, config.inference.confidence_level
    found = []
    for number, rule in enumerate(promises.rule):
        sides = [summary(rule, side.get(number), promises, level) for side in (before, after)]
        name = rule.name or rule.id
        found.append(
            {
                "id": rule.id,
                "name": rule.name,
                "statement": sides[0]["statement"],
                "wording": sides[0]["wording"],
                **{
                    when: {key: side.get(key) for key in _SHOWN}
                    for when, side in zip(("before", "after"), sides, strict=True)
                },
                "broken": sum(row["rule"] == name for row in breaks),
            }
        )
    return found
