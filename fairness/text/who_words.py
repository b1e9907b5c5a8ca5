"""Who overpays, in words."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

CONDUCT = {
    "negotiated": "Negotiated: a discount granted after the first year",
    "passive": "Passive: no such discount",
    "unknown": "Unknown: nobody has seen the discount begin",
}
"""Name of each conduct."""

CURVE = "Who pays it: parties with the most first"
BY_CONDUCT = "Who asked"
"""Titles of tables."""

COLUMNS = {
    CURVE: ("share of parties", "share of the overpayment"),
    BY_CONDUCT: ("parties", "number", "overpay", "overpayment a year", "mean"),
}
"""Columns of each table."""

LENS_COLUMNS = ("customers", "overpay", "above the offer a year", "net")
"""Columns of the tables by group, after that of the group."""


def overpayment(document: dict[str, Any]) -> str:
    """Return how many overpay and by how much, over all that they hold."""
    if not document["parties"]:
        return "No tenured party can be compared with an offer."
    currency = document["currency"]
    return (
        f"{numbers.count(document['overpaying'])} of {numbers.count(document['parties'])} tenured parties pay more "
        f"than the offers over all they hold: {numbers.money(document['overpayment'], currency)} a year "
        f"({numbers.money(document['positives'], currency)} before what they save on other things)."
    )


def concentration(document: dict[str, Any]) -> str:
    """Return how concentrated the overpayment is."""
    if document["gini"] is None:
        return "Nobody overpays, so there is nothing to concentrate."
    return (
        f"Gini coefficient {document['gini']:.2f}, counting those who overpay nothing: at 0 all would overpay alike, "
        "at 1 one party would overpay everything."
    )


def creep(document: dict[str, Any]) -> str:
    """Return how far prices crept up since joining."""
    found, currency = document["creep"], document["currency"]
    if not found["parties"]:
        return "Rises since joining cannot be assessed: the bills do not reach back to anybody's first."
    middle, mean = (numbers.money(found[name], currency, decimals=2) for name in ("median", "mean"))
    return (
        f"Since joining, prices before discounts rose by {middle} for each year (median of "
        f"{numbers.count(found['parties'])}; mean {mean}). For {numbers.count(found['not_assessable'])} the bills do "
        "not reach back to the first."
    )
