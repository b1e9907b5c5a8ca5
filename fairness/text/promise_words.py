"""Rules and promises in words: what failed, what nobody can judge, and what may be called a breach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairness.text import labels, numbers, told_outcomes
from fairness.text.reasons import reason_of

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


REASONS = {
    **told_outcomes.REASONS,
    "channel_unknown": "the channel is unknown",
    "gap": "months without a price, in which it may have risen",
    "history_missing": "bills since joining are missing",
    "index_missing": "a value of the index is missing",
    "no_offer": "no new-customer offer",
    "no_price": "no price",
    "notice_unknown": "no notice is on file",
    "sale_unknown": "the day of the sale is unknown",
    "start_unset": "the rule needs `since`",
    "tenure_unknown": "the tenure is unknown",
    "superseded": "a later letter replaced it",
}
"""Why a rule cannot judge something; reasons not to compare have their own."""

STATUS = {
    "law": "law",
    "contract": "contract",
    "commitment": "commitment",
    "own": "the firm's own promise",
    "proposal": "proposal",
}
"""On whose authority a rule stands."""

LEAD = "Each rule is tested on every policy or rise that it is about; what cannot be judged is no pass."
RULES_COLUMNS = ("Rule", "Outcome", "Failed", "Judged", "Excess a year")
RULES = "Failures as a share of what can be judged, with an exact interval; judged is the share of what is in scope"
WHERE_COLUMNS = ("Rule and product", "", "Failed", "In scope", "Excess a year")
WHERE = "Policies or rises that failed as a share of those that can be judged"
UNJUDGED_COLUMNS = ("Rule", "Why", "In scope")
UNJUDGED = "In the scope of a rule, and neither passed nor failed; several plans of a customer count once each"
ABOUT_COLUMNS = ("Rule", "It demands", "Compared with", "Here", "Status")
ABOUT = "What each rule demands; a failure is called a breach only of a law that holds for the firm"
ABOUT_TITLE = "What is tested"
LIVE = "Rules come from the config as it is now; they change no result of the build"
EVIDENCE = "Download the evidence (CSV)"
EVIDENCE_HOW = (
    "One row per policy or rise in the scope of a rule, with its outcome, the price, what is allowed and the excess."
)
EVIDENCE_TITLE = "Evidence"
NO_RULES = "No promise is tested"
HOW_TO_BEGIN = (
    "Name the rules that the firm has to keep to in the config, such as the two lines below; docs/promises.md lists "
    "all of them. The page then shows their outcomes, without a new build."
)
EXAMPLE = '[[promises.rule]]\nid = "own_parity"'


def headline(found: dict[str, Any]) -> tuple[str, str, str]:
    """Return the headline of the page, its figure in the middle."""
    if found["share"] is None:
        return kept(found), "", ""
    judged = found["kept"] + found["failed"]
    policies = "1 policy keeps" if judged == 1 else f"{judged:,} policies keep"
    return "", numbers.percent(found["share"]), f" of {policies} every promise"


def strip(found: dict[str, Any], currency: str) -> list[tuple[str, str, str, str, str]]:
    """Return the figures under the headline: kept, failed, not assessable."""
    interval = ""
    if found["lower"] is not None:
        lower, upper = numbers.percentage(found["lower"]), numbers.percent(found["upper"])
        interval = f"{lower} to {upper}, by {numbers.many(found['decisions'], 'decision')}"
    paid = {name: f"{numbers.money(found[f'money_{name}'], currency)} a year" for name in ("kept", "failed")}
    return [
        ("", "Share kept", numbers.percent(found["share"]), "", interval or "no interval"),
        ("", "Policies kept", numbers.count(found["kept"]), "", paid["kept"]),
        ("", "Policies with a failure", numbers.count(found["failed"]), "", paid["failed"]),
        (
            "",
            "Not assessable",
            numbers.count(found["not_assessable"]),
            "",
            f"{numbers.percent(found['coverage'])} of {numbers.count(found['policies'])} could be judged",
        ),
    ]


def name(rule: dict[str, Any]) -> str:
    """Return what a rule is called."""
    return str(rule["name"] or rule["statement"])


def rules_title(rules: Sequence[dict[str, Any]]) -> str:
    """Return the title over the rules."""
    run = [rule for rule in rules if rule["result"] != "not_run"]
    failed = sum(rule["result"] == "fail" for rule in run)
    unknown = sum(rule["result"] == "not_assessable" for rule in run)
    text = f"{failed} of {numbers.many(len(run), 'rule')} failed"
    return f"{text}, {unknown} cannot be judged" if unknown else text


def where_title(first: str, failed: int) -> str:
    """Return the title over failures by rule and product."""
    return f"Most failures: {first}, {numbers.count(failed)}"


def unjudged_title(n: int) -> str:
    """Return the title over what cannot be judged."""
    return f"{n:,} cannot be judged" if n else "Everything in scope could be judged"


def why(reason: str | None) -> str:
    """Return why something cannot be judged."""
    return REASONS.get(reason or "") or reason_of(reason or "unknown").label


def here(rule: dict[str, Any]) -> str:
    """Return what the study states about a rule: its numbers, products and days.

    Example:
        >>> here({"parameters": {"x": 0.1, "products": ["tv"], "months": 24}, "since": "2024-01-01", "until": None})
        'x 10.0 %; products Tv; months 24; since 1 Jan 2024'
    """
    said = [f"{key} {_stated(key, value)}" for key, value in rule["parameters"].items()]
    said += [f"{key} {numbers.day(rule[key])}" for key in ("since", "until") if rule[key]]
    return "; ".join(said) or "–"


def _stated(key: str, value: Any) -> str:
    if key in ("x", "cap"):
        return numbers.percent(value)
    return numbers.listed(map(labels.value, value)) if isinstance(value, list | tuple) else str(value)


def right_to_leave(rule: dict[str, Any]) -> str:
    """Return how many failures came with a right to leave, if any."""
    n = rule.get("right_to_leave") or 0
    return f"{n:,} of them came with a right to leave, which makes such a rise lawful" if n else ""
