"""Remedies in words."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

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
