"""The waterfall of the money above the offers and the bridge to billed revenue, in words."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers
from fairness.text.price_drivers import DRIVERS

STEPS = {
    **DRIVERS,
    "start": "Above the offers twelve months ago, net",
    "offers": "Offers moved",
    "quantity": "More or fewer units",
    "plan_change": "Changes of plan, net",
    "newly_tenured": "Newly tenured",
    "newly_covered": "Newly covered by an offer or a price",
    "no_longer": "No longer tenured or covered",
    "left": "Left",
    "end": "Above the offers today, net",
}
"""Name of each step of the waterfall."""

BRIDGE = {
    "paid": "Paid for what is held, by month",
    "prices_billed": "Periods and discounts billed beyond those months",
    "usage": "Usage",
    "fee": "Fees",
    "setup": "Set-up",
    "finance": "Finance charges",
    "one_off": "One-off charges",
    "credit": "Credits",
    "refund": "Refunds",
    "proration": "Part periods",
    "trial": "Trials",
    "reversed": "Bills reversed",
    "other": "Other lines without a price",
    "billed": "Billed before tax",
}
"""Name of each step of the bridge."""

WATERFALL = "How the money above the offers moved in twelve months"
TO_REVENUE = "From what is paid to billed revenue, twelve months"
"""Titles of tables."""

COLUMNS = {WATERFALL: ("step", "a year", "changes"), TO_REVENUE: ("step", "amount")}
"""Columns of each table."""


def moved(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    """Return a step of the waterfall as a row of its table."""
    return STEPS[row["step"]], numbers.money(row["money"], currency), numbers.count(row["changes"])


def bridged(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    """Return a step of the bridge as a row of its table."""
    return BRIDGE[row["step"]], numbers.money(row["money"], currency)
