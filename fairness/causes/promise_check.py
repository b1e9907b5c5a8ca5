"""Promises as code: each rule's outcomes with coverage and money, and the share of policies that are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from fairness.causes import rule_catalogue
from fairness.causes.price_rises import money, records
from fairness.causes.promise_rules import answers, prepare
from fairness.config import Config
from fairness.config.promises import PromiseRule, Promises
from fairness.engine.base import Connection
from fairness.engine.connection import reading
from fairness.errors import ConfigError
from fairness.runs.store import Run
from fairness.stats.proportion import clopper_pearson, clustered_proportion

EVIDENCE = (
    "rule", "customer_id", "product_id", "subscription_id", "on_day", "outcome", "reason", "actual", "allowed",
    "excess_a_year", "decision",
)  # fmt: skip
"""Columns of the evidence: one row per policy or rise in the scope of a rule."""

Answers = dict[int, list[tuple[Any, ...]]]


def check(run: Run, config: Config) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Return the outcomes of the study's rules as plain data, and the evidence row by row.

    ``result`` of a rule is pass only where nothing failed and the share that can be judged reaches
    ``promises.coverage``; fail where anything failed; not_assessable or not_run otherwise.

    Raises:
        ConfigError: The study names no rule, or one without a parameter that it needs.
    """
    promises = config.promises
    _refuse(config)
    with reading(run.warehouse) as con:
        found = outcomes(con, config)
        (study,) = records(con, "select currency, as_of_month from params")
        paid = {
            (row["customer_id"], row["product_id"], row["subscription_id"]): row["paid"]
            for row in records(
                con,
                "select customer_id, product_id, subscription_id, sum(paid_ticks * times) / 10000 as paid "
                "from policy group by all",
            )
        }
    level = config.inference.confidence_level
    rules = [summary(rule, found.get(number), promises, level) for number, rule in enumerate(promises.rule)]
    document = {
        "run": run.id,
        "currency": study["currency"],
        "as_of": None if study["as_of_month"] is None else f"{study['as_of_month']:%Y-%m}",
        "rules_version": rule_catalogue.VERSION,
        "jurisdiction": promises.jurisdiction,
        "sector": promises.sector,
        "coverage_floor": promises.coverage,
        "kept": _kept(found, paid, promises.coverage, level),
        "rules": rules,
    }
    evidence = [
        (promises.rule[number].name or promises.rule[number].id, *row) for number, rows in found.items() for row in rows
    ]
    return document, evidence


def outcomes(con: Connection, config: Config) -> Answers:
    """Return the rows of each rule that is run, by its number in the config.

    Raises:
        ConfigError: A rule lacks a parameter that it needs.
    """
    refuse_incomplete(config)
    prepare(con)
    found: Answers = {}
    for number, rule in enumerate(config.promises.rule):
        known = rule_catalogue.CATALOGUE[rule.id]
        if known.is_run:
            found[number] = answers(con, rule, known, complete=config.drivers.events_complete)
    return found


def _refuse(config: Config) -> None:
    if not config.promises.rule:
        raise ConfigError(
            "the study names no rule to check",
            where="[promises]",
            fix='write [[promises.rule]] and id = "own_parity", or another rule of docs/promises.md',
        )


def refuse_incomplete(config: Config) -> None:
    """Refuse a rule without a parameter that it needs."""
    for number, rule in enumerate(config.promises.rule, start=1):
        missing = {"own_cap": ("cap", rule.cap), "cpi_plus_x": ("index", rule.index)}.get(rule.id)
        if missing is not None and missing[1] is None:
            value = "0.10" if missing[0] == "cap" else '"CPI"'
            raise ConfigError(
                f"the rule {rule.id} needs {missing[0]}",
                where=f"promises.rule[{number}]",
                fix=f"write {missing[0]} = {value}",
            )


def _head(rule: PromiseRule, promises: Promises) -> dict[str, Any]:
    known = rule_catalogue.CATALOGUE[rule.id]
    is_breach = rule_catalogue.is_breach(known, promises.jurisdiction, promises.sector)
    return {
        "id": rule.id,
        "name": rule.name,
        "statement": known.statement,
        "status": known.status,
        "wording": "breach" if is_breach else "indicator",
        "comparator": known.comparator,
        "source": known.source,
        "since": rule.since or (known.since.isoformat() if known.since else None),
        "until": rule.until,
        "parameters": {
            name: value
            for name, value in rule.model_dump(mode="json", exclude_defaults=True).items()
            if name not in ("id", "name", "since", "until")
        },
    }


def summary(rule: PromiseRule, rows: list[tuple[Any, ...]] | None, promises: Promises, level: float) -> dict[str, Any]:
    """Return what became of a rule; ``rows`` is None where this version does not run it."""
    head = _head(rule, promises)
    if rows is None:
        return {**head, "result": "not_run"}
    outcomes = Counter(row[4] for row in rows)
    n_pass, n_fail, unknown = outcomes["pass"], outcomes["fail"], outcomes["not_assessable"]
    judged, scope = n_pass + n_fail, len(rows)
    lower, upper = clopper_pearson(n_fail, judged, confidence_level=level)
    failed = [row for row in rows if row[4] == "fail"]
    amounts = [row[8] for row in failed if row[8] is not None]
    coverage = judged / scope if scope else None
    return {
        **head,
        "in_scope": scope,
        "pass": n_pass,
        "fail": n_fail,
        "not_assessable": unknown,
        "reasons": dict(sorted(Counter(row[5] for row in rows if row[4] == "not_assessable").items())),
        "right_to_leave": sum(row[5] == "right_to_leave" for row in rows),
        "customers_failed": len({row[0] for row in failed}),
        "fail_rate": n_fail / judged if judged else None,
        "lower": lower,
        "upper": upper,
        "coverage": coverage,
        "excess_a_year": money(sum(amounts)) if amounts else None,
        "result": "fail"
        if n_fail
        else "pass"
        if coverage is not None and coverage >= promises.coverage
        else "not_assessable",
    }


def _kept(found: Answers, paid: dict[tuple[Any, ...], Any], floor: float, level: float) -> dict[str, Any]:
    """Return the share of policies kept: all their rules assessable and none failed; money counts once.

    Below the coverage floor there is no share. Without a failure, the bound is that of decisions, not of policies.
    """
    outcomes: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    decisions: dict[tuple[Any, ...], str] = {}
    for rows in found.values():
        for row in rows:
            outcomes[row[:3]].add(row[4])
            decisions[row[:3]] = min(decisions.get(row[:3], row[9]), row[9])
    kept = {policy for policy, seen in outcomes.items() if seen == {"pass"}}
    failed = {policy for policy, seen in outcomes.items() if "fail" in seen}
    judged = sorted(kept | failed, key=str)
    coverage = len(judged) / len(outcomes) if outcomes else None
    is_shown = bool(judged) and coverage is not None and coverage >= floor
    interval = None
    if is_shown:
        numbers = {name: number for number, name in enumerate(sorted({decisions[policy] for policy in judged}))}
        interval = clustered_proportion(
            np.array([numbers[decisions[policy]] for policy in judged]),
            np.array([policy in kept for policy in judged], dtype=np.int64),
            np.ones(len(judged), dtype=np.int64),
            confidence_level=level,
        )
    lower, upper = interval or (None, None)
    return {
        "policies": len(outcomes),
        "kept": len(kept),
        "failed": len(failed),
        "not_assessable": len(outcomes) - len(judged),
        "coverage": coverage,
        "share": len(kept) / len(judged) if is_shown else None,
        "lower": lower,
        "upper": upper,
        "decisions": len({decisions[policy] for policy in judged}),
        "money_kept": money(sum(paid.get(policy) or 0 for policy in kept)),
        "money_failed": money(sum(paid.get(policy) or 0 for policy in failed)),
    }
