"""Calendar arithmetic on whole arrays: days and months are integers, so that ten million lines take seconds.

A day is the number of days since 1970-01-01, a month is 12 * year + month - 1.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

_EPOCH_MONTH = 12 * 1970


def day_number(day: date) -> int:
    """Return a date as a day number.

    Example:
        >>> day_number(date(1970, 2, 1))
        31
    """
    return day.toordinal() - date(1970, 1, 1).toordinal()


def month_number(text: str) -> int:
    """Return ``YYYY-MM`` as a month number.

    Example:
        >>> month_number("2025-12") - month_number("2025-01")
        11
    """
    year, month = text.split("-")
    return 12 * int(year) + int(month) - 1


def month_text(month: int) -> str:
    """Return a month number as ``YYYY-MM``.

    Example:
        >>> month_text(month_number("2025-12"))
        '2025-12'
    """
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def first_day(month: IntArray) -> IntArray:
    """Return the first day of months."""
    days: IntArray = (month - _EPOCH_MONTH).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def month_of(day: IntArray) -> IntArray:
    """Return the month that days fall in."""
    months: IntArray = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _EPOCH_MONTH
    return months


def add_months(day: IntArray, months: IntArray) -> IntArray:
    """Move days by months; a day that the month does not have becomes its last day.

    Example:
        >>> start = np.array([day_number(date(2024, 2, 29))])
        >>> add_months(start, np.array([12])).astype("datetime64[D]")
        array(['2025-02-28'], dtype='datetime64[D]')
    """
    here = month_of(day)
    target = here + months
    start = first_day(target)
    moved: IntArray = start + np.minimum(day - first_day(here), first_day(target + 1) - start - 1)
    return moved


def completed_months(start: IntArray, end: IntArray) -> IntArray:
    """Return completed months from start to end: 12 * years + months, less one before the day of the month is reached.

    Example:
        >>> start, end = (np.array([day_number(day)]) for day in (date(2023, 12, 31), date(2024, 1, 1)))
        >>> completed_months(start, end)
        array([0])
    """
    first, last = month_of(start), month_of(end)
    return last - first - (end - first_day(last) < start - first_day(first))
