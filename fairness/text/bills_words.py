"""What bills show, in words."""

from __future__ import annotations

from typing import Any

from fairness.text import numbers

NOT_ASSESSABLE = {
    "no_lines": "the study has no billing lines",
    "no_cancelled_on": "no line states cancelled_on; map the day on which a contract was cancelled",
    "no_fees": "no line is a fee or a finance charge",
}
"""Why a part cannot be assessed, with what to map."""

GROUPS = {"new": "New", "middle": "Between", "tenured": "Tenured", "unknown": "Unknown tenure"}
"""Name of each loyalty group."""

OPAQUE = "Bills that do not say what for: a summary line, or a recurring line that names neither plan nor product"
FEES = "Fees and finance beside the price, a year"
CANCELLED = "Billed for periods that start after the contract was cancelled"
"""Titles of the three parts."""

COLUMNS = {
    OPAQUE: ("group", "tenure", "customers", "with such a bill", "share of customers", "share of money"),
    FEES: ("", "paid by tenured", "above new customers", "not compared"),
    CANCELLED: ("tenure", "channel", "customers", "bills", "billed", "credited", "kept"),
}
"""Columns of each table."""


def missing(title: str, code: str) -> str:
    """Return that a part cannot be assessed.

    Example:
        >>> missing("Fees and finance beside the price, a year", "no_fees")
        'Fees and finance beside the price, a year: cannot be assessed, no line is a fee or a finance charge.'
    """
    return f"{title}: cannot be assessed, {NOT_ASSESSABLE[code]}."


def fees(part: dict[str, Any]) -> str:
    """Return over which customer-months fees are compared.

    Example:
        >>> fees({"customer_months": 1200, "cells": 2, "cells_not_compared": 1})
        '1,200 tenured customer-months in 2 cells with new customers; 1 cell has too few to compare. No bound is given.'
    """
    left = part["cells_not_compared"]
    rest = f"; {numbers.many(left, 'cell')} {'has' if left == 1 else 'have'} too few to compare" if left else ""
    months = numbers.many(part["customer_months"], "tenured customer-month")
    return f"{months} in {numbers.many(part['cells'], 'cell')} with new customers{rest}. No bound is given."


def cancelled(part: dict[str, Any], currency: str) -> str:
    """Return how much was billed after cancelling, less credits.

    Example:
        >>> cancelled({"customers": 0, "money": "0.00"}, "GBP")
        'Nobody was billed for a period that starts after the contract was cancelled.'
        >>> cancelled({"customers": 2, "money": "30.00"}, "GBP")
        '2 customers were billed for later periods and £30.00 was not credited.'
    """
    if not part["customers"]:
        return "Nobody was billed for a period that starts after the contract was cancelled."
    who = numbers.many(part["customers"], "customer")
    were = "was" if part["customers"] == 1 else "were"
    amount = numbers.money(part["money"], currency, decimals=2)
    return f"{who} {were} billed for later periods and {amount} was not credited."
