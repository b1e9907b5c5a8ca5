"""Rules and promises in words: what failed, what nobody can judge, and what may be called a breach."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

RESULTS = {
    "pass": "kept",
    "fail": "failed",
    "not_assessable": "not assessable",
    "not_run": "not run",
}
"""Name of each result."""


def kept(found: dict[str, Any]) -> str:
    """Return the share of policies that are kept, or why there is none."""
    judged = found["kept"] + found["failed"]
    if found["share"] is None:
        if found["coverage"] is None:
            return "No policy is in the scope of a rule that is run."
        return (
            f"No share is given: {numbers.percent(found['coverage'])} of {numbers.count(found['policies'])} policies "
            "can be judged, which is below the coverage asked for."
        )
    text = f"{numbers.percent(found['share'])} of {numbers.count(judged)} policies are kept under every rule"
    if found["lower"] is None:
        return f"{text}; they stand or fall with one decision, so there is no interval."
    lower, upper = numbers.percentage(found["lower"]), numbers.percent(found["upper"])
    return f"{text} ({lower} to {upper}, by {numbers.many(found['decisions'], 'decision')})."


def outcome(rule: dict[str, Any]) -> str:
    """Return what happened to a rule; the word breach only where the rule is law for the firm."""
    if rule["result"] == "not_run":
        return "not run: this version does not test it"
    judged = rule["pass"] + rule["fail"]
    if not rule["fail"]:
        return f"{RESULTS[rule['result']]}, {numbers.count(judged)} judged"
    word = "in breach" if rule["wording"] == "breach" else "above it (an indicator)"
    return f"{numbers.count(rule['fail'])} of {numbers.count(judged)} {word}"


def rate(rule: dict[str, Any]) -> str:
    """Return the rate of failures with its exact interval."""
    if rule.get("fail_rate") is None:
        return "–"
    lower, upper = numbers.percentage(rule["lower"]), numbers.percent(rule["upper"])
    return f"{numbers.percent(rule['fail_rate'])} ({lower} to {upper})"
