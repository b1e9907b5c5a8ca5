"""Which cast each kind of canonical column has."""

from __future__ import annotations

from fairness.config import Source
from fairness.intake import casts, dates
from fairness.intake.casts import Cast
from fairness.intake.layout_parts import INTERVAL_UNITS, Column


def cast_to(
    column: Column, value: str, sql_type: str, *, source: Source, latest: str, zone: str, usual_currency: str
) -> Cast:
    """Return the cast of one mapped value to a canonical column.

    Args:
        column: The column.
        value: SQL of the untyped value.
        sql_type: Its type.
        source: Declares how numbers and dates are written.
        latest: Latest plausible date, ISO 8601.
        zone: ``study.time_zone``.
        usual_currency: ``study.currency``.
    """
    name = column.name
    blank = column.default if column.blank_is_default else None
    makers = {
        "price": lambda: casts.price(name, value, sql_type, source),
        "amount": lambda: casts.number(name, value, sql_type, source, unparsed="AMOUNT_UNPARSED"),
        "quantity": lambda: casts.quantity(name, value, sql_type, source),
        "whole": lambda: casts.whole(name, value, sql_type, source),
        "date": lambda: dates.date(name, value, sql_type, source, latest=latest, zone=zone),
        "month": lambda: dates.month(name, value, sql_type, source, latest=latest, zone=zone),
        "months": lambda: casts.months(name, value, sql_type, source),
        "unit": lambda: casts.choice(
            name, value, (*INTERVAL_UNITS, *column.words), reason="INTERVAL_UNKNOWN", blank=blank
        ),
        "count": lambda: casts.interval_count(name, value, sql_type, source, blank=blank),
        "currency": lambda: casts.currency(name, value, usual=usual_currency),
        "word": lambda: casts.choice(
            name, value, column.words, reason=column.reason, blank=None if column.is_needed else column.default
        ),
        "flag": lambda: casts.flag(name, value, sql_type, default=column.default),
        "text": lambda: casts.text(value, sql_type),
        "part": lambda: casts.key_part(name, casts.text(value, sql_type)),
        "product": lambda: casts.product(name, value, sql_type),
        "id": lambda: casts.required(name, value, sql_type),
    }
    return makers[column.kind]()
