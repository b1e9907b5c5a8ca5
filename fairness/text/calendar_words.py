"""The rise calendar in words."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

CAUSES = {
    "intro_end": "Introduction ends",
    "discount_end": "Discount ends",
    "discount_step": "Discount steps",
    "told": "Told in a letter",
    "contract_end": "Contract ends",
    "lock_end": "Price lock ends",
    "index_linked": "Index of the contract",
}
"""Name of each cause."""

BY_MONTH = "By month"
BY_CAUSE = "By cause"
UNPRICED = "Without a price: who and what is exposed"
"""Titles of tables."""

COLUMNS = {
    BY_MONTH: ("month", "raised", "a year", "lowered", "a year", "gap once charged"),
    BY_CAUSE: ("cause", "changes", "rises a year", "falls a year"),
    UNPRICED: ("cause", "cases", "paid a year"),
}
"""Columns of each table."""


def summary(document: dict[str, Any]) -> str:
    """Return how much is written in all; no forecast."""
    if not document["months"]:
        return "A calendar needs bills: nothing is known about the days on which prices change."
    rises = sum(float(row["rises"]) for row in document["months"])
    text = f"Already written for the twelve months after {numbers.month(document['as_of'])}: rises of "
    return (
        f"{text}{numbers.money(rises, document['currency'])} a year. Offers and groups stay those of today; this is no "
        "forecast."
    )


def unwritten(document: dict[str, Any]) -> str:
    """Return of how many customers nothing is written."""
    share = numbers.percent(document["share_nothing_written"])
    return (
        f"Nothing is written about {numbers.count(document['nothing_written'])} of "
        f"{numbers.many(document['customers'], 'customer')} ({share})."
    )


def month(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    """Return a month as a row of the table."""
    return (
        numbers.month(row["month"]),
        numbers.count(row["raised"]),
        numbers.money(row["rises"], currency),
        numbers.count(row["lowered"]),
        numbers.money(row["falls"], currency),
        numbers.percent(row["gap"], signed=True),
    )
