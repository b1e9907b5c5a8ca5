"""What a name means in one file: the SQL that gives its value, its type, and the file's own columns that it reads."""

from __future__ import annotations

from dataclasses import replace

from fairness.config import Source
from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.sql_text import quote
from fairness.errors import ConfigError
from fairness.intake import dates
from fairness.intake.expressions import Header, Resolved, resolve
from fairness.intake.files import InputFile, first_line, objects, pointer
from fairness.intake.layout_parts import INTERVAL_UNITS
from fairness.intake.readers import relation


class Lookup:
    """The names of one file, each looked up once.

    Args:
        con: A connection; used to parse expressions and to ask for their types.
        source: The ``[[source]]`` section.
        file: The file.
        key: The config key of the section, for messages.
        zone: ``study.time_zone``.
    """

    def __init__(self, con: Connection, *, source: Source, file: InputFile, key: str, zone: str) -> None:
        self._con = con
        self._source = source
        self._file = file
        self._key = key
        self._zone = zone
        self._header = Header(file.header, file.label)
        self._conditions: set[int] = set()
        self._found: dict[str, tuple[Resolved, str] | None] = {}

    def find(self, name: str) -> tuple[Resolved, str] | None:
        """Return the mapped expression of ``name`` with its SQL type, or None where the file does not have it.

        Raises:
            ConfigError: The name fits several columns, or its expression does not compute.
        """
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def condition(self, expression: str) -> str:
        """Return the SQL of ``when``.

        Raises:
            ConfigError: It does not compute, or gives something other than true or false.
        """
        key = f"{self._key}.when"
        resolved = self._resolve("when", expression, key)
        sql_type = self._type_of(f"try({resolved.sql})", "when", key, expression)
        if sql_type != "BOOLEAN":
            raise ConfigError(
                f"the condition gives {sql_type}, not true or false",
                where=f"{key} = {expression!r}",
                fix="compare, as in when = \"livemode = 'true'\"; delimited text is read as text",
            )
        self._conditions |= resolved.places
        return resolved.sql

    def missing(self, name: str, *, key: str) -> ConfigError:
        """Return the error that says which columns the file has."""
        return self._header.missing(name, key=key)

    def unread(self) -> tuple[str, ...]:
        """Return the columns of the file, in its order, that no name looked up so far reads."""
        read = {place for found in self._found.values() if found is not None for place in found[0].places}
        read |= self._conditions
        return tuple(name for place, name in enumerate(self._file.header) if place not in read)

    def _look_up(self, name: str) -> tuple[Resolved, str] | None:
        key = f"{self._key}.columns.{name}"
        if name in self._source.columns:
            resolved = self._resolve(name, self._source.columns[name], key)
        else:
            place = self._header.find(name, key=key)
            if place is None:
                return None
            resolved = Resolved.column(place)
        # A computed expression is tried row by row later on; what cannot be used there is refused here.
        value = f"try({resolved.sql})" if resolved.is_computed else resolved.sql
        sql_type = self._type_of(value, name, key)
        self._refuse_lists(resolved, sql_type, key)
        if resolved.is_study_clock and sql_type in dates.CLOCK_TYPES:
            # The source's zone, which applies to other timestamps without one, must not shift it again.
            return replace(resolved, sql=f"cast({resolved.sql} as date)"), "DATE"
        return resolved, sql_type

    def _refuse_lists(self, resolved: Resolved, sql_type: str, key: str) -> None:
        """Refuse several values in one cell: a column of the study has one for each row."""
        is_nested = sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP"))
        if self._file.format == "json" and not resolved.is_computed and resolved.places:
            (place,) = resolved.places
            kinds = f"select json_type(json -> {pointer(self._file.header[place])}) as kind from {objects(self._file)}"
            found = self._con.execute(
                f"select kind from ({kinds}) where kind in ('ARRAY', 'OBJECT') limit 1"
            ).fetchone()
            is_nested = found is not None
        if not is_nested:
            return
        (column, *_) = (self._file.header[place] for place in sorted(resolved.places))
        shown = '"' + column.replace('"', '""') + '"'
        line = f"array_to_string(list_sort({shown}), '+')" if self._file.format == "parquet" else f"{shown} ->> '$[0]'"
        raise ConfigError(
            f"the column '{column}' holds lists or objects, and a row of the study has one value",
            where=f"{key} and {self._file.label}",
            fix=f"say which value is meant, as in {key.rsplit('.', 1)[-1]} = {line!r}, or export one row for each",
        )

    def _type_of(self, sql: str, name: str, key: str, expression: str | None = None) -> str:
        """Return the type of SQL over the file's internal columns, which the mapping of ``name`` asks for."""
        try:
            row = self._con.execute(f"describe select {sql} as v from {relation(self._file, self._source)}").fetchone()
        except EngineError as error:
            raise ConfigError(
                f"the expression does not compute: {first_line(error)}",
                where=f"{key} = {expression or self._source.columns.get(name, name)!r}",
                fix="use only the row's own columns, constants and scalar functions; delimited text is read as text, "
                "so cast where the expression computes, as in tenure::int * 12",
            ) from error
        return str(row[1]) if row else "VARCHAR"

    def _resolve(self, name: str, expression: str, key: str) -> Resolved:
        """Resolve an expression; ``interval_unit = "year"`` means the word where no such column exists."""
        word = expression.strip().lower()
        if name == "interval_unit" and word in INTERVAL_UNITS and self._header.find(word, key=key) is None:
            return Resolved(quote(word), is_computed=False)
        return resolve(
            self._con,
            expression,
            self._header,
            key=key,
            zone=self._zone,
            type_of=lambda sql: self._type_of(sql, name, key),
        )
