"""SQL text that casts one mapped value to a day, in the zone of the study.

A value with a zone (``Z``, an offset, a typed timestamp with time zone) is a moment: its day is that of
``study.time_zone``. A timestamp without one is a wall clock: it shows the day itself, unless ``[[source]] time_zone``
says which zone the clock was in. A date is a day and is never moved.

Decisions D14, D15 and D49.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fairness.config import Source
from fairness.engine.sql_text import quote
from fairness.intake.casts import Cast, is_text

ZONED_TYPES = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMP_NS WITH TIME ZONE")
"""Types of values that are moments."""

CLOCK_TYPES = ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S")
"""Types of timestamps without a zone."""

_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
# In upper case; groups 1, 2 and 5 are date, time and zone.
_ISO_ZONED = r"^(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?) ?(Z|UTC|[+-](0\d|1[0-4])(:?[0-5]\d)?)$"
_NUMERIC_DATE = r"^\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})$"
_FORM_WITH_ZONE = re.compile(r"%[zZ]")
_FORM_IN_UTC = re.compile(r"%-?[HMSXcfg] ?(Z|UTC)$")
_FORM_WITH_TIME = re.compile(r"%-?[HIXc]")


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones that a file's values are read in.

    Attributes:
        study: Zone whose days count, ``study.time_zone``.
        source: Zone of the file's timestamps without one, ``[[source]] time_zone``; None: they show the day itself.
    """

    study: str
    source: str | None

    def of_moment(self, moment: str) -> str:
        """Return the SQL of what the study's clock shows at a moment (timestamp with time zone)."""
        return f"timezone({quote(self.study)}, {moment})"

    def of_clock(self, clock: str) -> str:
        """Return the SQL of what the study's clock shows where the file's clock shows a timestamp without zone."""
        return clock if self.source is None else self.of_moment(f"timezone({quote(self.source)}, {clock})")


def date(name: str, value: str, sql_type: str, source: Source, *, latest: str, zone: str) -> Cast:
    """Cast a day by the declared formats, or ISO 8601 where none is declared.

    Args:
        name: Column name of the typed value.
        value: SQL expression of the untyped value.
        sql_type: Its DuckDB type.
        source: Declares ``date_format`` and ``time_zone``.
        latest: ISO date; later dates are DATE_RANGE, as are those before 1950.
        zone: ``study.time_zone``.
    """
    bounds = (f"{name} < date '1950-01-01' or {name} > date {quote(latest)}", "DATE_RANGE")
    healthy = f"coalesce({name} between date '1950-01-01' and date {quote(latest)}, {value} is null)"
    zones = Zones(zone, source.time_zone)
    if (typed := _of_type(value, sql_type, zones)) is not None:
        return Cast(typed, (bounds,), healthy)
    plain = f"trim(cast({value} as varchar))"
    failed = f"{name} is null and {plain} <> ''"
    if not source.date_format:
        ambiguous = f"{failed} and regexp_matches({plain}, {quote(_NUMERIC_DATE)})"
        rejects = ((ambiguous, "DATE_AMBIGUOUS"), (failed, "DATE_UNPARSED"), bounds)
        return Cast(_iso_day(value, plain, zones), rejects, healthy)
    parses = ", ".join(f"cast({_parsed(plain, form, zones)} as date)" for form in source.date_format)
    distinct = f"list_distinct([{parses}])"
    return Cast(
        f"case when len({distinct}) = 1 then {distinct}[1] end",
        ((f"{failed} and len({distinct}) > 1", "DATE_AMBIGUOUS"), (failed, "DATE_UNPARSED"), bounds),
        healthy,
    )


def month(name: str, value: str, sql_type: str, source: Source, *, latest: str, zone: str) -> Cast:
    """Cast a month: a date, or ``YYYY-MM``, which means its first day."""
    if is_text(sql_type):
        value = (
            f"case when regexp_full_match(trim({value}), '\\d{{4}}-\\d{{2}}') then trim({value}) || '-01' "
            f"else {value} end"
        )
    return date(name, value, sql_type, source, latest=latest, zone=zone)


def clock(value: str, sql_type: str, source: Source, *, zone: str) -> str | None:
    """Return the SQL of what the study's clock shows at a value that is a moment; null for others.

    None where no value of the column can be one: a typed date, a text of a format without zone. A timestamp without
    zone is a moment where the source says in which zone it was written.

    Args:
        value: SQL expression of the untyped value.
        sql_type: Its DuckDB type.
        source: Declares ``date_format`` and ``time_zone``.
        zone: ``study.time_zone``.
    """
    zones, kind = Zones(zone, source.time_zone), sql_type.upper()
    if kind in ZONED_TYPES:
        return zones.of_moment(value)
    if kind in CLOCK_TYPES:
        return zones.of_clock(f"cast({value} as timestamp)") if source.time_zone else None
    if not is_text(sql_type):
        return None
    plain = f"trim({value})"
    if not source.date_format:
        arms = f"when {_matches_zoned(plain)} then {_iso_moment(plain, zones)}"
        if source.time_zone:
            stated = f"regexp_matches({plain}, {quote(_ISO)}) and length({plain}) > 10"
            arms += f" when {stated} then {_iso_clock(plain, zones)}"
        return f"case {arms} end"
    forms = [form for form in source.date_format if _is_moment(form, zones)]
    return f"coalesce({', '.join(_parsed(plain, form, zones) for form in forms)})" if forms else None


def _of_type(value: str, sql_type: str, zones: Zones) -> str | None:
    """Return the SQL of the day of a typed date or timestamp; None where the value is neither."""
    kind = sql_type.upper()
    if kind == "DATE":
        return f"cast({value} as date)"
    if kind in ZONED_TYPES:
        return f"cast({zones.of_moment(value)} as date)"
    if kind in CLOCK_TYPES:
        return f"cast({zones.of_clock(f'cast({value} as timestamp)')} as date)"
    return None


def _iso_day(value: str, plain: str, zones: Zones) -> str:
    # What the engine writes back unchanged is ISO 8601; the pattern costs twice as much.
    canonical = f"cast(try_cast({value} as date) as varchar) = {value}"
    day = f"try_cast(left({plain}, 10) as date)"
    if zones.source is not None:
        day = f"case when length({plain}) = 10 then {day} else cast({_iso_clock(plain, zones)} as date) end"
    return (
        f"case when {canonical} then try_cast({value} as date) when regexp_matches({plain}, {quote(_ISO)}) then {day} "
        f"when {_matches_zoned(plain)} then cast({_iso_moment(plain, zones)} as date) end"
    )


def _matches_zoned(plain: str) -> str:
    return f"regexp_matches(upper({plain}), {quote(_ISO_ZONED)})"


def _iso_moment(plain: str, zones: Zones) -> str:
    spaced = f"regexp_replace(upper({plain}), {quote(_ISO_ZONED)}, '\\1 \\2\\5')"
    return zones.of_moment(f"try_cast(regexp_replace({spaced}, '(Z|UTC)$', '+00') as timestamptz)")


def _iso_clock(plain: str, zones: Zones) -> str:
    return zones.of_clock(f"try_cast({plain} as timestamp)")


def _parsed(plain: str, form: str, zones: Zones) -> str:
    """Return the SQL of what the study's clock shows at a text of a declared format; null where it does not parse."""
    parsed = f"try_strptime({plain}, {quote(form)})"
    if _FORM_WITH_ZONE.search(form):
        return zones.of_moment(parsed)
    if _FORM_IN_UTC.search(form):
        return zones.of_moment(f"timezone('UTC', {parsed})")
    return zones.of_clock(parsed) if _FORM_WITH_TIME.search(form) else parsed


def _is_moment(form: str, zones: Zones) -> bool:
    is_zoned = bool(_FORM_WITH_ZONE.search(form) or _FORM_IN_UTC.search(form))
    return is_zoned or (zones.source is not None and bool(_FORM_WITH_TIME.search(form)))
