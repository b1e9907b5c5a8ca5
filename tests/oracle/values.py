"""The values that the oracle reads from text, the calendar and the rounding.

A table is a list of dicts of text; '' is a missing value and an absent key a column that the file does not have.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Row = dict[str, str]
Answer = dict[str, Any]

KINDS = (
    *("recurring", "usage", "one_off", "setup", "fee", "finance", "proration", "trial"),
    *("discount", "credit", "tax", "balance", "summary"),
)
STATUSES = ("draft", "final", "void", "unknown")
UNITS = ("day", "week", "month", "year")
OPEN_ENDS = ("contract_end", "valid_to")
"""Dates that may lie far ahead: 9999-12-31 means that there is no end."""
TRUE_WORDS, FALSE_WORDS = ("true", "t", "yes", "1"), ("false", "f", "no", "0")


@dataclass(frozen=True)
class Settings:
    """The part of the config that the ledger depends on; `as_of` is ``YYYY-MM``, or None for the default."""

    currency: str = "GBP"
    as_of: str | None = None
    new_below_months: int = 12
    tenured_from_months: int = 24
    cell: tuple[str, ...] = ()
    lenses: tuple[str, ...] = ()
    horizon_months: int = 12
    basis: str = "effective"
    min_evidence: int = 10


class RejectedError(ValueError):
    """A value does not cast; its argument is the reason code."""


def text(row: Row, name: str) -> str | None:
    return row.get(name, "").strip(" ") or None


def number(row: Row, name: str) -> Fraction | None:
    value = text(row, name)
    if value is None:
        return None
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", value, re.ASCII):
        raise RejectedError("AMOUNT_UNPARSED")
    if abs(Fraction(value)) >= 10**12:
        raise RejectedError("AMOUNT_OVERFLOW")
    return Fraction(value)


def day(row: Row, name: str) -> date | None:
    value = text(row, name)
    if value is None:
        return None
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", value):
        raise RejectedError("DATE_AMBIGUOUS")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?", value):
        raise RejectedError("DATE_UNPARSED")
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        raise RejectedError("DATE_UNPARSED") from None
    latest = date.max if name in OPEN_ENDS else date(2100, 1, 1)
    if not date(1950, 1, 1) <= found <= latest:
        raise RejectedError("DATE_RANGE")
    return found


def word(row: Row, name: str, allowed: tuple[str, ...], default: str, reason: str) -> str:
    value = (text(row, name) or default).lower()
    if value not in allowed:
        raise RejectedError(reason)
    return value


def flag(row: Row, name: str, default: bool) -> bool:
    value = text(row, name)
    if value is None:
        return default
    return word(row, name, TRUE_WORDS + FALSE_WORDS, "", "FLAG_UNPARSED") in TRUE_WORDS


def whole_count(row: Row, name: str) -> int:
    try:
        value = number(row, name)
    except RejectedError:
        raise RejectedError("INTERVAL_UNKNOWN") from None
    value = Fraction(1) if value is None else value
    if value.denominator != 1 or value < 1:
        raise RejectedError("INTERVAL_UNKNOWN")
    return int(value)


def currency_code(row: Row, settings: Settings) -> str:
    """A file without the column is in the study's currency; a blank in the column is missing."""
    value = text(row, "currency") if "currency" in row else settings.currency
    if value is None:
        raise RejectedError("CURRENCY_MISSING")
    if not re.fullmatch("[A-Z]{3}", value.upper()):
        raise RejectedError("CURRENCY_UNKNOWN")
    return value.upper()


def required(value: Any, reason: str) -> Any:
    if value is None:
        raise RejectedError(reason)
    return value


def add_interval(start: date, unit: str, count: int) -> date:
    """Step by the calendar; month and year steps clip to the end of the month."""
    if unit in ("day", "week"):
        return start + timedelta(days=count * (7 if unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def months_per_cycle(unit: str, count: int) -> Fraction:
    per_unit = {"month": Fraction(1), "year": Fraction(12), "day": Fraction(12, 365), "week": Fraction(84, 365)}
    return per_unit[unit] * count


def completed_months(first: date, last: date) -> int:
    return max(0, 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day))


def ticks(amount: Fraction) -> int:
    """Tenths of a thousandth, half to even (as ``round`` does on fractions)."""
    return round(amount * 10_000)
