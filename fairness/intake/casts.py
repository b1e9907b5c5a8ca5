"""SQL text that casts one mapped value to its canonical type, and says why a value is rejected.

Every function takes a SQL expression with its DuckDB type and returns a :class:`Cast`: the typed SQL and the reject
conditions with their reason codes. Nothing is guessed: text is parsed by the declared formats only.

Decisions D9, D17 and D48.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fairness.config import Source
from fairness.engine.sql_text import quote

MAX_TENURE_MONTHS = 1800
"""A tenure above 150 years is an error of the export, not a customer."""

KEY_CHARACTERS = (31, 30)
"""Codes of the characters that join the values of a key, and that stand for an unknown one."""

LENIENT = "has_lenient"
"""Staging column: whether a number in the row holds a character that the engine's casts accept but no export means."""

_LENIENT_CHARACTERS = "_eE"
# Half a tick of 10^-4 rounds to the even neighbour, which is zero.
_NO_TICK = "0.00005"


@dataclass(frozen=True, slots=True)
class Cast:
    """A typed value and when its row is rejected.

    Attributes:
        sql: The value in its canonical type; null where it does not cast.
        rejects: (condition, reason) pairs, most telling first. Conditions read the typed value by its name, so that
            it is computed once, and the untyped value where they need it.
        healthy: A cheap condition under which none of the rejects holds; it spares clean rows the others. Empty where
            there are no rejects.
    """

    sql: str
    rejects: tuple[tuple[str, str], ...] = ()
    healthy: str = ""


def is_text(sql_type: str) -> bool:
    """Return whether a DuckDB type is text, and so is parsed by the declared formats."""
    return sql_type.upper() in ("VARCHAR", "JSON")


def stated(value: str) -> str:
    """Return the condition that a text value is present: not null and not only spaces."""
    return f"{value} is not null and trim({value}) <> ''"


def text(value: str, sql_type: str = "VARCHAR") -> Cast:
    """Cast to text without spaces at the ends; only spaces count as missing."""
    return Cast(trimmed(value if is_text(sql_type) else f"cast({value} as varchar)"))


def trimmed(value: str) -> str:
    """Return the SQL of a text without spaces at its ends, null where nothing is left.

    The engine's trim looks every character up in Unicode. Text of single bytes whose ends are not spaces, nearly all
    text, comes out of it unchanged.
    """
    clean = f"strlen({value}) = length({value}) and {value} > '!' and not ends_with({value}, ' ')"
    return f"case when {clean} then {value} else nullif(trim({value}), '') end"


def lenient(values: Sequence[str]) -> str:
    """Return the condition that a text among ``values`` holds a character that numbers are not written with.

    The texts are joined first: searching each on its own takes several times as long.
    """
    joined = f"concat({', '.join(values)})" if values else "''"
    # Searching for each character costs half as much as one regular expression.
    return " or ".join(f"contains({joined}, '{character}')" for character in _LENIENT_CHARACTERS)


def key_part(name: str, cast: Cast) -> Cast:
    """Return the cast of a text that becomes part of a key; one with a character that keys are joined by is rejected.

    Args:
        name: SQL of the typed value.
        cast: The cast of the text.
    """
    joins = " or ".join(f"contains({name}, chr({number}))" for number in KEY_CHARACTERS)
    clean = f"coalesce(not ({joins}), true)"
    return Cast(
        cast.sql,
        (*cast.rejects, (joins, "CONTROL_CHARACTER")),
        f"{cast.healthy} and {clean}" if cast.healthy else clean,
    )


def decimal_text(value: str, source: Source) -> str:
    """Return the text of a number in plain notation, null where it does not follow the declared style.

    A declared grouping character is removed only where the groups are well formed: otherwise ``1,5`` under a grouping
    comma would silently become 15. The engine's casts accept more than an export means: ``1_000`` as 1000, ``1e3`` too.
    """
    plain = f"trim({value})"
    if source.grouping:
        group, mark = _regex(source.grouping), _regex(source.decimal)
        pattern = rf"^[+-]?(\d{{1,3}}({group}\d{{3}})*|\d+)?({mark}\d*)?$"
        ungrouped = f"replace({plain}, {quote(source.grouping)}, '')"
        plain = f"case when regexp_matches({plain}, {quote(pattern)}) then {ungrouped} end"
    if source.decimal != ".":
        plain = f"case when contains({plain}, '.') then null else replace({plain}, {quote(source.decimal)}, '.') end"
    if source.grouping:
        return plain
    number = plain if source.decimal != "." else value
    return f"case when not {LENIENT} then {number} when not ({lenient([value])}) then {number} end"


def _regex(character: str) -> str:
    return "\\" + character if character in ".^$*+?()[]{}|\\" else character


def number(name: str, value: str, sql_type: str, source: Source, *, unparsed: str) -> Cast:
    """Cast to DECIMAL(18,6).

    Args:
        name: Column name of the typed value.
        value: SQL expression of the untyped value.
        sql_type: Its DuckDB type.
        source: Declares decimal mark and grouping.
        unparsed: Reason code where the value is not a number.
    """
    if not is_text(sql_type):
        return Cast(
            f"try_cast({value} as decimal(18,6))",
            ((f"{name} is null and {value} is not null", unparsed),),
            healthy=f"({name} is not null or {value} is null)",
        )
    plain = decimal_text(value, source)
    failed = f"{name} is null and {stated(value)}"
    size = f"abs(try_cast({plain} as double))"
    overflow = f"{failed} and {size} >= 1e12 and isfinite({size})"
    return Cast(
        f"try_cast({plain} as decimal(18,6))",
        ((overflow, "AMOUNT_OVERFLOW"), (failed, unparsed)),
        healthy=f"({name} is not null or {value} is null)",
    )


def price(name: str, value: str, sql_type: str, source: Source) -> Cast:
    """Cast a price: DECIMAL(18,6) that rounds to at least one tick. Zero or less is BAD_PRICE; missing stays null."""
    cast = number(name, value, sql_type, source, unparsed="AMOUNT_UNPARSED")
    return Cast(
        cast.sql,
        (*cast.rejects, (f"{name} <= {_NO_TICK}", "BAD_PRICE")),
        healthy=f"coalesce({name} > {_NO_TICK}, {value} is null)",
    )


def months(name: str, value: str, sql_type: str, source: Source) -> Cast:
    """Cast a tenure in months: whole completed months, the fraction cut off."""
    cast = number(name, value, sql_type, source, unparsed="TENURE_UNPARSED")
    return Cast(
        f"try_cast(floor({cast.sql}) as integer)",
        (
            *((condition, "TENURE_UNPARSED") for condition, _ in cast.rejects),
            (f"{name} < 0", "TENURE_NEGATIVE"),
            (f"{name} > {MAX_TENURE_MONTHS}", "TENURE_RANGE"),
        ),
        healthy=f"coalesce({name} between 0 and {MAX_TENURE_MONTHS}, {value} is null)",
    )


def quantity(name: str, value: str, sql_type: str, source: Source) -> Cast:
    """Cast a quantity; a missing one is 1."""
    cast = number(name, value, sql_type, source, unparsed="AMOUNT_UNPARSED")
    failed = f"{cast.sql} is null"
    rejects = tuple(
        (f"{failed} and {condition.replace(f'{name} is null and ', '')}", reason) for condition, reason in cast.rejects
    )
    return Cast(f"coalesce({cast.sql}, 1)", rejects, f"(not ({failed}) or {value} is null)")


def whole(name: str, value: str, sql_type: str, source: Source) -> Cast:
    """Cast a whole number; a fraction is not one."""
    cast = number(name, value, sql_type, source, unparsed="NUMBER_UNPARSED")
    rejects = tuple((condition, "NUMBER_UNPARSED") for condition, _ in cast.rejects)
    return Cast(_integer(cast.sql), rejects, cast.healthy)


def _integer(decimal: str) -> str:
    """Return the SQL of a decimal as an integer, null where it has a fraction: a cast alone would round 1.5 to 2."""
    return f"case when {decimal} = floor({decimal}) then try_cast({decimal} as integer) end"


def flag(name: str, value: str, sql_type: str, *, default: str) -> Cast:
    """Cast to true or false; a missing one is the default, which may be null."""
    if sql_type.upper() == "BOOLEAN":
        return Cast(f"coalesce({value}, {default})")
    plain = f"lower({trimmed(f'cast({value} as varchar)')})"
    typed = (
        f"case when {plain} in ('true', 't', 'yes', 'y', '1') then true "
        f"when {plain} in ('false', 'f', 'no', 'n', '0') then false "
        f"when {plain} is null then {default} end"
    )
    if default == "null":
        return Cast(typed, ((f"{name} is null and {plain} is not null", "FLAG_UNPARSED"),), f"{value} is null")
    return Cast(typed, ((f"{name} is null", "FLAG_UNPARSED"),), f"{name} is not null")


def product(name: str, value: str, sql_type: str) -> Cast:
    """Cast a product id; a missing one is the product ``unknown``, a cell of its own."""
    return key_part(name, Cast(f"coalesce({text(value, sql_type).sql}, 'unknown')"))


def required(name: str, value: str, sql_type: str) -> Cast:
    """Cast an id that every row must have."""
    return Cast(text(value, sql_type).sql, ((f"{name} is null", f"{name.upper()}_MISSING"),), f"{name} is not null")


def interval_count(name: str, value: str, sql_type: str, source: Source, *, blank: str | None) -> Cast:
    """Cast a positive whole number of billing intervals; a blank is ``blank``, or a reject where that is None."""
    typed = _integer(number(name, value, sql_type, source, unparsed="INTERVAL_UNKNOWN").sql)
    if blank is not None:
        # A value that does not cast becomes 0, which is rejected; only a blank takes the default.
        missing = f"not ({stated(value)})" if is_text(sql_type) else f"{value} is null"
        typed = f"case when {missing} then {blank} else coalesce({typed}, 0) end"
    if is_text(sql_type):
        typed = f"case when {value} = '1' then 1 else {typed} end"
    return Cast(typed, ((f"{name} is null or {name} < 1", "INTERVAL_UNKNOWN"),), f"coalesce({name} > 0, false)")


def choice(name: str, value: str, allowed: tuple[str, ...], *, reason: str, blank: str | None) -> Cast:
    """Cast to one of a few lower-case words; a blank is the SQL ``blank``, or a reject where that is None."""
    words = ", ".join(quote(word) for word in allowed)
    plain = f"cast({value} as varchar)"
    typed = f"case when {plain} in ({words}) then {plain} else lower({trimmed(plain)}) end"
    if blank is None:
        return Cast(
            typed, ((f"{name} is null or {name} not in ({words})", reason),), f"coalesce({name} in ({words}), false)"
        )
    return Cast(
        f"coalesce({typed}, {blank})", ((f"{name} not in ({words})", reason),), f"coalesce({name} in ({words}), true)"
    )


def currency(name: str, value: str, *, usual: str) -> Cast:
    """Cast to an upper-case ISO 4217 code; rows in a currency other than the ``usual`` one are checked closely."""
    return Cast(
        f"upper({trimmed(f'cast({value} as varchar)')})",
        (
            (f"{name} is null", "CURRENCY_MISSING"),
            (f"not regexp_full_match({name}, '[A-Z]{{3}}')", "CURRENCY_UNKNOWN"),
        ),
        healthy=f"coalesce({name} = {quote(usual)}, false)",
    )


def band(name: str, value: str, sql_type: str, breaks: tuple[float, ...], source: Source) -> Cast:
    """Cast a numeric control to its [lower, upper) band, labelled ``<30``, ``30-<40``, ``60+``; null stays null."""
    cast = number(name, value, sql_type, source, unparsed="CONTROL_UNPARSED")
    labels = band_labels(breaks)
    arms = " ".join(
        f"when {cast.sql} < {edge!r} then {quote(label)}" for edge, label in zip(breaks, labels, strict=False)
    )
    typed = f"case when {cast.sql} is null then null {arms} else {quote(labels[-1])} end"
    rejects = tuple((condition, "CONTROL_UNPARSED") for condition, _ in cast.rejects)
    return Cast(typed, rejects, cast.healthy)


def band_labels(breaks: tuple[float, ...]) -> tuple[str, ...]:
    """Return the labels of the bands that ``breaks`` make, lowest first.

    Example:
        >>> band_labels((30.0, 40.0))
        ('<30', '30-<40', '40+')
        >>> band_labels((1000000.0, 1000000.5))
        ('<1000000', '1000000-<1000000.5', '1000000.5+')
    """
    # All digits: two edges that look the same would merge two bands into one.
    shown = [repr(float(edge)).removesuffix(".0") for edge in breaks]
    inner = [f"{lower}-<{upper}" for lower, upper in pairwise(shown)]
    return (f"<{shown[0]}", *inner, f"{shown[-1]}+")
