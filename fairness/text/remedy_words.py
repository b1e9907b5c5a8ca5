"""Remedies in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairness.text import labels, numbers, sentences

REMEDIES = {
    "cap": "No more than the offer plus {x}",
    "match": "The offer for everybody",
    "glide": "To the offer over some renewals",
    "refund": "What was paid above the offer in {months} months, paid back",
}
"""Name of each remedy."""


def cost(document: dict[str, Any]) -> str:
    """Return what a remedy costs and whom it helps."""
    name = REMEDIES[document["remedy"]].format(x=numbers.percent(document["x"]), months=document["months"])
    amount = numbers.money(document["cost"], document["currency"])
    each = "once" if document["remedy"] == "refund" else "a year"
    people = numbers.many(document["customers_helped"], "customer")
    return f"{name}: {amount} {each} for {people}, if nobody behaves differently."


def gap(document: dict[str, Any]) -> str:
    """Return the gap before and after, with interval and verdict; or why there is none."""
    if document["remedy"] == "refund":
        return "A refund is a payment, not a price: the gap stays."
    if document["gap"] is None:
        return "The gap that is left is computed for billing lines only."
    said = []
    for when in ("before", "after"):
        found = document["gap"][when]
        interval = "no interval"
        if found["lower"] is not None:
            interval = f"{numbers.percentage(found['lower'])} to {numbers.percent(found['upper'])}"
        said.append(f"{numbers.percent(found['gap'], signed=True)} ({interval}), {found['reading']}")
    return f"Gap before: {said[0]}. After: {said[1]}."


CURVE = "Cost a year of capping every price at the offer plus a share"
"""Title of a table."""

LEAD = "What lower prices for tenured customers would cost, and what gap would be left, if nobody behaves differently."
KINDS = (
    "Match: the offer for everybody",
    "Cap: no more than a share above the offer",
    "Glide: to the offer over some renewals",
    "Refund: pay back what was above the offer",
)
"""Name of each kind of remedy in the choice."""
CHOICE = "Remedy"
ABOVE = "Above the offer (%)"
RENEWALS = "Renewals"
MONTHS = "Months back"
BUDGET = "Budget a year (empty: none)"
BY_COLUMNS = ("", "Cost", "Customers")
CURVE_COLUMNS = ("Above the offer", "", "Cost a year")
CURVE_HOW = "Every price above the offer plus this share is lowered to it; not rounded to the coin"
GLIDE_COLUMNS = ("Renewal", "", "Cost a year")
GLIDE = "What the lower prices cost a year from each renewal on"
BY = "What the remedy costs, by where it goes"
GAP = "The headline before and after, with the same estimators on the bills of the month"
RAISE = "Raising the offer closes the gap too, and helps nobody"
LIST_COLUMNS = ("Customer", "Product", "Plan", "Price", "New price", "A year")
LIST_HOW = "One row per thing held: what it costs now and then, per unit and billing interval"
NO_LIST = "A refund is a payment, so there is no list of new prices"
DOWNLOAD = "Download the list (CSV)"
SHOWN = 8
"""Rows of the list on the page."""


def headline(document: dict[str, Any]) -> tuple[str, str, str]:
    """Return the headline of the page, its figure in the middle."""
    name = REMEDIES[document["remedy"]].format(x=numbers.percent(document["x"]), months=document["months"])
    if document["glide"]:
        name = f"To the offer over {numbers.small(len(document['glide']), 'renewal')}"
    amount = numbers.money(document["cost"], document["currency"])
    if not document["customers_helped"]:
        return "Nobody would pay less: no price is above that", "", ""
    people = numbers.many(document["customers_helped"], "customer")
    once = "" if document["remedy"] == "refund" else " a year"
    return f"{name}: ", f"{amount}{once}", f" for {people}"


def strip(document: dict[str, Any], *, margin: float) -> list[tuple[str, str, str, str, str]]:
    """Return the figures under the headline: cost, people, and the gap before and after."""
    refund = document["remedy"] == "refund"
    amount, people = numbers.money(document["cost"], document["currency"]), document["customers_helped"]
    each = float(document["cost"]) / people if people else None
    mean = "–" if each is None else f"{numbers.money(each, document['currency'], decimals=2)} each"
    items = [
        ("", "Cost", amount, "once" if refund else "a year", "if nobody behaves differently"),
        ("", "Customers helped", numbers.count(people), "", mean),
    ]
    if document["gap"] is None:
        return items
    for when, name in (("before", "Gap before"), ("after", "Gap after")):
        found = document["gap"][when]
        verdict = sentences.verdict_label(found["reading"], margin=margin) if found["reading"] else ""
        items.append((found["reading"] or "", name, numbers.percent(found["gap"]), interval(found), verdict))
    return items


def interval(found: dict[str, Any]) -> str:
    """Return an interval in brackets, or nothing."""
    if found["lower"] is None:
        return ""
    return f"({numbers.percentage(found['lower'])} to {numbers.percentage(found['upper'])})"


def by_title(name: str, rows: Sequence[dict[str, Any]], currency: str) -> str:
    """Return the title over the cost by product or channel."""
    first = labels.value(rows[0]["value"])
    return f"Most by {name}: {first}, {numbers.money(rows[0]['cost'], currency)}"


def curve_title(points: Sequence[dict[str, Any]], currency: str) -> str:
    """Return the title over the cost to close: the offer itself, and the tenth above it."""
    found = {point["x"]: numbers.money(point["cost"], currency) for point in points}
    return f"{found[0.0]} a year closes all of it, {found[0.1]} all beyond 10 %"


def list_title(n: int) -> str:
    """Return the title over the list for the billing system."""
    return numbers.many(n, "new price")


def gap_title(gap: dict[str, Any]) -> str:
    """Return the title over the gap before and after."""
    before, after = (numbers.percent(gap[when]["gap"]) for when in ("before", "after"))
    return f"The gap goes from {before} to {after}"


GLIDE_TITLE = "The cost grows with each renewal"

PROMISES = "Rules and promises, policies that fail"
"""Title of a table."""

PROMISES_COLUMNS = ("rule", "before", "after")
"""Columns of that table."""


def rule(found: dict[str, Any]) -> tuple[str, str, str]:
    """Return a rule with how many policies fail it before and after."""
    name = found["name"] or found["statement"]
    if found["before"]["result"] == "not_run":
        return name, "not run", "not run"
    before, after = (
        f"{numbers.count(found[when]['fail'])} of {numbers.count(found[when]['pass'] + found[when]['fail'])}"
        for when in ("before", "after")
    )
    return name, before, after
