"""The questions that rules ask of a published run: files of ``sql/promises``, one answer per policy or rise in scope.

Columns of every answer: customer_id, product_id, subscription_id, on_day, outcome (pass, fail, not_assessable), reason,
actual and allowed in currency units per billing interval (days and rises for rules on notices and counts),
excess_a_year in currency units, decision (what is judged together).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from fairness.causes.rule_catalogue import Rule
from fairness.config.promises import PromiseRule
from fairness.engine.base import Connection
from fairness.engine.models import sql_root

_COLUMNS = "customer_id, product_id, subscription_id, on_day, outcome, reason, actual, allowed, excess_a_year, decision"

_PARITY = {"own_parity": "parity", "uk_gi_enbp": "parity"}
"""Rules that ask one question, each with its own comparator."""


def question(name: str) -> str:
    """Return the SQL of a question."""
    text = (sql_root() / "promises" / f"{name}.sql").read_text(encoding="utf-8")
    return text.strip().removesuffix(";")


def prepare(con: Connection) -> None:
    """Define what the questions ask: what is held in the as-of month, with and without a price."""
    for name in ("policy", "unpriced"):
        con.execute(question(name))


def answers(con: Connection, rule: PromiseRule, known: Rule, *, complete: bool) -> list[tuple[Any, ...]]:
    """Return the rows of a rule's question, in a fixed order.

    Args:
        con: Connection that :func:`prepare` has seen.
        rule: The rule with its parameters.
        known: The same rule in the catalogue, which says since when it holds.
        complete: Whether the study states that its events are complete.
    """
    name = _PARITY.get(rule.id, rule.id)
    if name == "own_lock":
        name = "own_lock_letters" if rule.months is None else "own_lock_months"
    sql = question(name)
    values: dict[str, object] = {
        "x": rule.x,
        "cap": rule.cap,
        "at": rule.at,
        "index": rule.index,
        "index_month": rule.index_month,
        "months": rule.months,
        "tolerance": rule.tolerance,
        "complete": complete,
        # The law compares a renewal with what a new customer would be quoted.
        "as_quoted": rule.id == "uk_gi_enbp",
        "since": date.fromisoformat(rule.since) if rule.since else known.since,
        "until": date.fromisoformat(rule.until) if rule.until else None,
    }
    named = {key: value for key, value in values.items() if f"${key}" in sql}
    scope = ""
    if rule.products:
        scope = " where product_id in (select unnest($products))"
        named["products"] = list(rule.products)
    return con.execute(f"select {_COLUMNS} from ({sql}){scope} order by all", named).fetchall()
