"""The panels of the page *Promises*: outcomes of the rules, where they failed, and what cannot be judged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fairness.causes.promise_check import EVIDENCE
from fairness.causes.rule_catalogue import CATALOGUE
from fairness.panels import html
from fairness.panels.panel import Panel
from fairness.text import labels, numbers, price_change_words, promise_words
from fairness.text.escape import NOTHING, csv_line

Document = dict[str, Any]
Evidence = Sequence[tuple[Any, ...]]

_SHOWN = 8
"""Rows of a table on the page; the rest are in the table behind it."""
_FIELDS = ("id", "name", "result", "wording", "in_scope", "pass", "fail", "not_assessable", "fail_rate", "lower",
           "upper", "coverage", "excess_a_year")  # fmt: skip


def rules(document: Document) -> Panel:
    """Return the outcome of each rule, with the rate of failures and the share that can be judged."""
    found, currency = document["rules"], document["currency"]
    rows = tuple(
        (
            promise_words.name(rule),
            promise_words.outcome(rule),
            promise_words.rate(rule),
            numbers.percent(rule.get("coverage")),
            numbers.money(rule.get("excess_a_year"), currency),
        )
        for rule in found
    )
    head = promise_words.RULES_COLUMNS
    csv_rows = tuple(tuple(rule.get(name) for name in _FIELDS) for rule in found)
    notes = [text for rule in found if (text := promise_words.right_to_leave(rule))]
    return Panel(
        key="rules",
        title=promise_words.rules_title(found),
        subtitle=promise_words.RULES,
        body=html.plain_table(head, rows, kind="wide flow"),
        table=html.Table(head, rows, _FIELDS, csv_rows),
        foot=(promise_words.LIVE, *notes),
    )


def where(document: Document, evidence: Evidence) -> Panel | None:
    """Return where rules failed, by rule and product, the most failures first."""
    outcomes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    money: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in evidence:
        values = dict(zip(EVIDENCE, row, strict=True))
        key = values["rule"], values["product_id"]
        outcomes[key][values["outcome"]] += 1
        if values["outcome"] == "fail" and values["excess_a_year"] is not None:
            money[key] += Decimal(str(values["excess_a_year"]))
    failed = sorted((key for key in outcomes if outcomes[key]["fail"]), key=lambda key: (-outcomes[key]["fail"], key))
    if not failed:
        return None
    names = {rule["name"] or rule["id"]: promise_words.name(rule) for rule in document["rules"]}
    lines: list[html.BarRow] = [
        (
            f"{names[key[0]]}: {labels.value(key[1])}",
            outcomes[key]["fail"] / (outcomes[key]["fail"] + outcomes[key]["pass"]),
            (
                numbers.count(outcomes[key]["fail"]),
                numbers.count(outcomes[key].total()),
                numbers.money(money.get(key), document["currency"]),
            ),
        )
        for key in failed
    ]
    head = promise_words.WHERE_COLUMNS
    fields = ("rule", "product_id", "fail", "pass", "not_assessable", "excess_a_year")
    rows = [(*key, *(outcomes[key][name] for name in fields[2:5]), money.get(key)) for key in failed]
    first = labels.value(failed[0][1])
    return Panel(
        key="where-failed",
        title=promise_words.where_title(first, outcomes[failed[0]]["fail"]),
        subtitle=promise_words.WHERE,
        body=html.bar_table(head, lines[:_SHOWN]),
        table=html.bar_numbers(head, lines, fields, rows),
        foot=_left(lines),
    )


def unjudged(document: Document) -> Panel:
    """Return what cannot be judged, by rule and reason."""
    found = [
        (promise_words.name(rule), promise_words.why(reason), numbers.count(n), (rule["id"], reason, n))
        for rule in document["rules"]
        for reason, n in rule.get("reasons", {}).items()
    ]
    head = promise_words.UNJUDGED_COLUMNS
    rows = tuple(row[:3] for row in found)
    return Panel(
        key="unjudged",
        title=promise_words.unjudged_title(sum(row[3][2] for row in found)),
        subtitle=promise_words.UNJUDGED,
        body=html.plain_table(head, rows[:_SHOWN], kind="wide flow") if rows else NOTHING,
        table=html.Table(head, rows, ("rule", "reason", "n"), tuple(row[3] for row in found)) if rows else None,
        foot=_left(rows),
    )


def about_rules(document: Document) -> Panel:
    """Return what each rule demands, of what it is held against, and on whose authority."""
    head = promise_words.ABOUT_COLUMNS
    rows = tuple(
        (
            promise_words.name(rule),
            rule["statement"],
            CATALOGUE[rule["id"]].comparator,
            promise_words.here(rule),
            promise_words.STATUS[rule["status"]],
        )
        for rule in document["rules"]
    )
    fields = ("id", "statement", "comparator", "status", "source", "since", "until")
    csv_rows = tuple(tuple(rule[name] for name in fields) for rule in document["rules"])
    return Panel(
        key="about-rules",
        title=promise_words.ABOUT_TITLE,
        subtitle=promise_words.ABOUT,
        body=html.plain_table(head, rows, kind="wide flow"),
        table=html.Table(head, rows, fields, csv_rows),
    )


def evidence_csv(evidence: Evidence) -> str:
    """Return the evidence as `fairness check --evidence` writes it: text in it is never a formula."""
    return "".join(f"{csv_line(row)}\n" for row in (EVIDENCE, *evidence))


def _left(rows: Sequence[object]) -> tuple[str, ...]:
    return (price_change_words.more_rows(len(rows) - _SHOWN),) if len(rows) > _SHOWN else ()
