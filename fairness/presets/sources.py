"""One ``[[source]]`` of a drafted config: its query, its columns, and what their values show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fairness.intake.layouts import LAYOUTS
from fairness.presets.column_names import PLACE, identifier
from fairness.presets.preset_files import Part
from fairness.presets.samples import Sample
from fairness.presets.sections import Ask, Section
from fairness.presets.signs import (
    date_formats,
    is_whole_throughout,
    midnight_zones,
    most_common,
    numerals,
    period_end,
    status_case,
)

Tables = Mapping[str, Sequence[Sample]]

_CONDITION = re.compile(r"\{([\w|]+)\}\? ")
"""What precedes an expression that is written only where the file has one of these columns."""

_MONEY = ("net_amount", "gross_amount", "price", "list_unit_price")
_NUMBERS = ("price", "amount", "quantity", "whole", "months", "count")


@dataclass(slots=True)
class Written:
    """A source as it will be written in the file.

    Attributes:
        sections: ``[[source]]`` and ``[source.columns]``.
        tables: Tables that its query reads; empty where it reads files.
        currencies: Currencies of its rows, the most frequent first.
        zones: For each column of days that are written as moments, the zones in which these are midnight.
        needs_as_of: Whether tenure is counted up to a day that only the user knows.
        asks: What is left to the user.
    """

    sections: list[Section]
    tables: tuple[str, ...] = ()
    currencies: list[str] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)
    needs_as_of: bool = False
    asks: list[Ask] = field(default_factory=list)


class _Source:
    """The state of writing one source."""

    def __init__(self, part: Part, tables: Tables, number: int, answers: Mapping[str, str]) -> None:
        self.part = part
        self.tables = tables
        self.number = number
        self.answers = answers
        self.joins = [join for join in part.joins if join.table in tables]
        self.is_query = bool(self.joins or part.sql)
        self.selected: dict[str, str] = {}
        self.bare: dict[str, tuple[str, str]] = {}
        self.asks: list[Ask] = []

    def key(self, name: str) -> str:
        return f"source[{self.number}].{name}"

    def expression(self, text: str, *, inside: bool) -> str | None:
        """Return an expression with its columns in place; None where one is missing.

        Args:
            text: As the preset has it.
            inside: Whether it is in the query, not after it.
        """
        missing = False

        def put(match: object) -> str:
            nonlocal missing
            table = match[1] or self.part.first  # type: ignore[index]
            found = self._column(table, match[2])  # type: ignore[index]
            if found is None:
                missing = True
                return ""
            quoted = identifier(found)
            if inside:
                return f"{table}.{quoted}"
            if table == self.part.first or not self.is_query:
                return quoted
            name = f"{table}_{_plain(found)}"
            self.selected[name] = f"{table}.{quoted} as {name}"
            return name

        condition = _CONDITION.match(text)
        if condition is not None and self._column(self.part.first, condition[1]) is None:
            return None
        made = PLACE.sub(put, text[condition.end() :] if condition is not None else text)
        return None if missing else made

    def _column(self, table: str, alternatives: str) -> str | None:
        joined = {self.part.first, *(join.table for join in self.joins), *(self.tables if self.part.sql else ())}
        if table not in joined or table not in self.tables:
            return None
        return self.tables[table][0].names.find(alternatives)

    def values(self, canonical: str) -> list[str]:
        """Return the values of a canonical column that is one column of a file as it stands."""
        if canonical not in self.bare:
            return []
        table, column = self.bare[canonical]
        return [value for sample in self.tables[table] for value in sample.values(column)]


def _plain(name: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in name.casefold())


def write_source(part: Part, tables: Tables, number: int, answers: Mapping[str, str]) -> Written:
    """Write a source of a preset for the files at hand.

    Args:
        part: The source of the preset.
        tables: The files of each of its tables.
        number: Position of the section, from 1.
        answers: What the user has decided, by key.
    """
    state = _Source(part, tables, number, answers)
    columns = Section("[source.columns]")
    mapped = _map_columns(state, columns)
    section = Section("[[source]]")
    section.add("role", part.role)
    used = _add_rows(state, section)
    for key, value in part.keys.items():
        if (made := state.expression(value, inside=False)) is not None:
            section.add(key, made)
    _add_forms(state, section)
    written = Written([section, columns], used, asks=state.asks)
    written.currencies = [value.upper() for value in most_common(state.values("currency")) if value.isalpha()]
    written.currencies = list(dict.fromkeys(written.currencies))
    kinds = {column.name: column.kind for column in LAYOUTS[part.role].columns}
    days = (midnight_zones(state.values(name)) for name in state.bare if kinds.get(name) == "date")
    written.zones = [found for found in days if found]
    written.needs_as_of = part.role == "book" and "tenure_start" in mapped and "as_of" not in mapped
    return written


def _map_columns(state: _Source, columns: Section) -> set[str]:
    layout = LAYOUTS[state.part.role]
    mapped = set()
    for name, candidates in state.part.columns.items():
        if (given := state.answers.get(state.key(f"columns.{name}"))) is not None:
            columns.add(name, given)
            mapped.add(name)
            continue
        for candidate in candidates:
            made = state.expression(candidate, inside=False)
            if made is None:
                continue
            place = PLACE.fullmatch(candidate)
            if place is not None:
                table = place[1] or state.part.first
                state.bare[name] = (table, state.tables[table][0].names.find(place[2]) or "")
            comment = state.part.notes.get(name, "")
            if name == "invoice_status" and place is not None:
                made, unknown = status_case(made, state.values(name))
                comment = f"words that nobody knows: {', '.join(unknown[:5])}" if unknown else comment
            if not comment and name in _MONEY and place is not None and is_whole_throughout(state.values(name)):
                example = most_common(state.values(name))[0]
                comment = (
                    f"whole numbers throughout, such as {example}: if these are cents, {made}::decimal(18,6) * 0.01"
                )
            columns.add(name, made, comment)
            mapped.add(name)
            break
    for name, question in state.part.asks.items():
        key = state.key(f"columns.{name}")
        if (given := state.answers.get(key)) is not None:
            columns.add(name, given)
        else:
            ask = Ask(key, state.expression(question, inside=False) or question)
            columns.ask(name, ask)
            state.asks.append(ask)
        mapped.add(name)
    for alternatives in layout.required:
        if not mapped & set(alternatives):
            header = ", ".join(state.tables[state.part.first][0].rows)
            ask = Ask(
                state.key(f"columns.{alternatives[0]}"), f"which column holds {alternatives[0]}? The file has: {header}"
            )
            columns.ask(alternatives[0], ask)
            state.asks.append(ask)
    return mapped


def _add_rows(state: _Source, section: Section) -> tuple[str, ...]:
    """Add the path or query of a source; return the tables that its query reads."""
    part = state.part
    if not state.is_query:
        files = state.tables[part.first]
        section.add("path", [file.path for file in files] if len(files) > 1 else files[0].path)
        for key, value in files[0].keys.items():
            section.add(key, value)
        return ()
    if part.sql:
        queries = [made for sql in part.sql if (made := state.expression(sql, inside=True)) is not None]
        section.add("sql", queries[0] if queries else "?")
        return tuple(dict.fromkeys((part.first, *part.needs)))
    clauses = [state.expression(join.sql, inside=True) for join in state.joins]
    kept = [(join, clause) for join, clause in zip(state.joins, clauses, strict=True) if clause is not None]
    select = ", ".join([f"{part.first}.*", *state.selected.values()])
    query = " ".join([f"select {select} from {part.first}", *(clause for _, clause in kept)])
    section.add("sql", query)
    return (part.first, *dict.fromkeys(join.table for join, _ in kept))


def _add_forms(state: _Source, section: Section) -> None:
    """Add how dates and numbers are written, and what the ends of periods are."""
    kinds = {column.name: column.kind for column in LAYOUTS[state.part.role].columns}
    dates = [value for name in state.bare if kinds.get(name) in ("date", "month") for value in state.values(name)]
    readings = date_formats(dates)
    key = state.key("date_format")
    if key in state.answers:
        readings = [(state.answers[key],)]
        section.add("date_format", state.answers[key])
    elif len(readings) == 1 and readings[0]:
        section.add("date_format", list(readings[0]), f"such as {dates[0]!r}")
    elif len(readings) != 1:
        shown = ", ".join(repr(value) for value in most_common(dates)[:3])
        ask = Ask(key, f"how are dates written, such as {shown}?", tuple(reading[0] for reading in readings))
        section.ask("date_format", ask)
        state.asks.append(ask)
    numbers = [value for name in state.bare if kinds.get(name) in _NUMBERS for value in state.values(name)]
    decimal, grouping = numerals(numbers)
    if decimal != ".":
        section.add("decimal", decimal)
    if grouping:
        section.add("grouping", grouping)
    if state.part.role == "billing" and "period_end" not in state.part.keys and len(readings) == 1:
        _add_period_end(state, section, readings[0])


def _add_period_end(state: _Source, section: Section, forms: Sequence[str]) -> None:
    if not {"period_start", "period_end"} <= set(state.bare):
        return
    key = state.key("period_end")
    inclusive = exclusive = 0
    for start, end in zip(state.values("period_start"), state.values("period_end"), strict=False):
        first, last = _day(start, forms), _day(end, forms)
        if first is None or last is None:
            continue
        inclusive += _months_from(first, last + timedelta(days=1))
        exclusive += _months_from(first, last)
    said = state.answers.get(key) or period_end((inclusive, exclusive))
    if said is None:
        ask = Ask(
            key, f"{inclusive} periods end on their last day, {exclusive} on the day after", ("inclusive", "exclusive")
        )
        section.ask("period_end", ask)
        state.asks.append(ask)
    else:
        section.add("period_end", said, f"{inclusive} periods end on their last day, {exclusive} on the day after")


def _day(text: str, forms: Sequence[str]) -> date | None:
    for form in forms or ("%Y-%m-%d",):
        try:
            return datetime.strptime(text.strip() if forms else text.strip()[:10], form).date()
        except ValueError:
            continue
    return None


def _months_from(first: date, last: date) -> bool:
    """Return whether a day is a whole number of months after another, at most three years."""
    months = 12 * (last.year - first.year) + last.month - first.month
    return 1 <= months <= 36 and last.day == first.day
