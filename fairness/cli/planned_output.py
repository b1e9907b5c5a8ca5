"""What `fairness check --planned` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fairness.cli.causes_output import titled
from fairness.cli.output import print_rows
from fairness.text import numbers, planned_words
from fairness.text.escape import terminal_text

_SHOWN = 15


def print_planned(document: dict[str, Any], form: str) -> None:
    """Print what planned prices do: as JSON, as CSV (one row per finding) or as tables."""
    if form == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if form == "csv":
        _print_findings(document)
        return
    sentences = (
        planned_words.RESULTS[document["result"]],
        planned_words.reach(document),
        planned_words.gap(document),
        planned_words.locks(document),
        planned_words.notice(document),
        planned_words.unmatched(document),
    )
    for sentence in filter(None, sentences):
        print(terminal_text(sentence))
    if document["flips"]:
        flips = [
            (
                f"{planned_words.ESTIMANDS[row['question']]} ({row['offer_price']})",
                planned_words.scope(row),
                planned_words.verdict(row["before"]["reading"]),
                planned_words.verdict(row["after"]["reading"]),
            )
            for row in document["flips"]
        ]
        _table(planned_words.FLIPS, flips)
    if document["promises"]:
        rules = [planned_words.rule(row) for row in document["promises"]]
        _table(planned_words.RULES, rules)
    if document["breaks"]:
        breaks = [
            (row["rule"], row["customer_id"], row["product_id"], row["on"] or "–", str(row["line"] or "–"))
            for row in document["breaks"]
        ]
        _table(planned_words.BREAKS, breaks)
    if document["missing"]:
        missing = [
            (row["product_id"], row["plan_id"] or "–", numbers.count(row["customers"]), numbers.count(row["named"]))
            for row in document["missing"]
        ]
        _table(planned_words.MISSING, missing)


def _print_findings(document: dict[str, Any]) -> None:
    columns = ("question", "against", "offer_price", "part", "where", "band")
    sides = ("value", "lower", "upper", "reading")
    rows = [
        (
            *(json.dumps(row[name], sort_keys=True) if name == "where" else row[name] for name in columns),
            *(row[when][side] for when in ("before", "after") for side in sides),
        )
        for row in document["findings"]
    ]
    names = (*columns, *(f"{side}_{when}" for when in ("before", "after") for side in sides))
    print_rows(names, rows, "csv")


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    titled(title, planned_words.COLUMNS[title], rows[:_SHOWN])
    if len(rows) > _SHOWN:
        print(planned_words.more(len(rows) - _SHOWN))
