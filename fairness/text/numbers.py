"""How numbers, money, counts, months and days are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}


def percent(value: float | None, *, signed: bool = False) -> str:
    """Return a fraction as a percentage with one decimal.

    Example:
        >>> percent(0.0338), percent(-0.0004), percent(0.021, signed=True)
        ('3.4 %', '0.0 %', '+2.1 %')
    """
    return "–" if value is None else f"{percentage(value, signed=signed)} %"


def percentage(value: float, *, signed: bool = False) -> str:
    """Return a fraction in hundredths with one decimal, without the unit.

    Example:
        >>> percentage(0.0291), percentage(-0.0004), percentage(-0.021)
        ('2.9', '0.0', '−2.1')
    """
    text = f"{value * 100:+,.1f}" if signed else f"{value * 100:,.1f}"
    text = text.replace("-", "−")
    return text.lstrip("−+") if text.strip("−+0.,") == "" else text


def money(amount: str | float | Decimal | None, currency: str, *, decimals: int = 0) -> str:
    """Return money with its currency; whole units unless told otherwise.

    Example:
        >>> money("267009.31", "GBP"), money("-12.5", "SEK", decimals=2)
        ('£267,009', '−SEK 12.50')
    """
    if amount is None:
        return "–"
    value = Decimal(amount)
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    sign = "−" if value < 0 else ""
    return f"{sign}{symbol}{abs(value):,.{decimals}f}"


def count(number: int | None) -> str:
    """Return a count with thousands separators.

    Example:
        >>> count(4107)
        '4,107'
    """
    return "–" if number is None else f"{number:,}"


def many(number: int, noun: str) -> str:
    """Return a count with its noun.

    Example:
        >>> many(1, "cell"), many(1204, "cell")
        ('1 cell', '1,204 cells')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def adjusted(n_tests: int) -> str:
    """Return for how many tests p-values and intervals are adjusted.

    Example:
        >>> adjusted(1), adjusted(22)
        ('adjusted for 1 test', 'adjusted for 22 tests')
    """
    return f"adjusted for {many(n_tests, 'test')}"


def listed(items: Iterable[str]) -> str:
    """Return items as a sentence lists them.

    Example:
        >>> listed(["product", "channel", "region"])
        'product, channel and region'
    """
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def small(number: int, noun: str) -> str:
    """Return a count with its noun as running text has it: words up to twelve.

    Example:
        >>> small(3, "comparator"), small(1, "cell"), small(24, "cell")
        ('three comparators', 'one cell', '24 cells')
    """
    text = _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"
    return f"{text} {noun}" if number == 1 else f"{text} {noun}s"


def month(as_of: str | None) -> str:
    """Return a month for reading.

    Example:
        >>> month("2025-12")
        'Dec 2025'
    """
    if as_of is None:
        return "date not stated"
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, number = as_of.split("-")[:2]
    return f"{names[int(number) - 1]} {year}"


def day(date: str) -> str:
    """Return a day for reading.

    Example:
        >>> day("2026-01-05")
        '5 Jan 2026'
    """
    return f"{int(date[8:10])} {month(date[:7])}"


def round_up(number: float) -> int:
    """Return a whole number with two significant digits, rounded up: more precision would be false.

    Example:
        >>> round_up(2381.2)
        2400
    """
    whole = math.ceil(number)
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return math.ceil(whole / step) * step


def p_value(number: float | None, *, at_most: bool = False) -> str:
    """Return a p-value for reading, never in e-notation.

    Args:
        number: The p-value, None where there is none.
        at_most: Whether it is a level that the p-value does not exceed, 1 being above all others.

    Example:
        >>> p_value(6e-36), p_value(0.0112), p_value(0.58), p_value(None), p_value(1.0)
        ('<0.001', '0.011', '0.58', '–', '1.00')
        >>> p_value(0.001, at_most=True), p_value(1.0, at_most=True)
        ('≤0.001', '>0.05')
    """
    if number is None:
        return "–"
    if at_most:
        return f"≤{number:g}" if number < 1 else ">0.05"
    if number < 0.001:
        return "<0.001"
    return f"{number:.3f}" if number < 0.1 else f"{number:.2f}"
