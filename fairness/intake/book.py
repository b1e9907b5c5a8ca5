"""The book layout: one row per customer or policy, staged as ``stg_book``.

This module knows what a canonical book column means and turns a source's mapping into the SQL that types each row,
gives it a cell and a lens key, and says why it is rejected. :mod:`fairness.intake.stage` runs it.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from fairness.config import Config, Source
from fairness.errors import ConfigError, nearest
from fairness.intake import casts
from fairness.intake.casts import Cast
from fairness.intake.expressions import Header, Resolved, resolve
from fairness.intake.files import InputFile, first_line
from fairness.intake.relations import relation

MONEY_COLUMNS = ("price", "prior_price", "offer_price", "market_price", "expected_cost")
INTERVAL_UNITS = ("day", "week", "month", "year")
CELL_BASE = ("product_id", "currency", "interval_unit", "interval_count")
"""Columns that every cell has, before those of ``like_for_like.cell``."""

BOOK_COLUMNS = ("customer_id", "party_id", *CELL_BASE, "as_of", "tenure_start", "tenure_months", *MONEY_COLUMNS)
STAGED_TYPES = {
    "source_index": "integer",
    "reject_reason": "varchar",
    **dict.fromkeys(BOOK_COLUMNS, "varchar"),
    "interval_count": "integer",
    "as_of": "date",
    "tenure_start": "date",
    "tenure_months": "integer",
    **dict.fromkeys(MONEY_COLUMNS, "decimal(18,6)"),
    "cell_key": "varchar",
    "lens_key": "varchar",
}
_LATEST = "2100-01-01"
SEPARATOR, UNKNOWN = "\x1f", "\x1e"
"""How cell and lens keys join their values, and stand for an unknown one; sql/46_cell_value.sql takes them apart."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of a file as the mapping names it.

    Attributes:
        name: Column name of the typed value in the staging query.
        typed: SQL of the typed value over the untyped columns.
        rejects: (condition, reason) pairs over typed and untyped columns.
        healthy: A cheap condition under which no reject holds; empty without rejects.
        untyped: SQL of the untyped value where it is computed; empty where a column or a constant serves as it is.
        constant: The value, where it is the same on every row and known from the config alone.
    """

    name: str
    typed: str
    rejects: tuple[tuple[str, str], ...] = ()
    healthy: str = ""
    untyped: str = ""
    constant: str | None = None


def keyed_columns(config: Config) -> tuple[str, ...]:
    """Return the configured cell columns beside those that every cell has, in the config's order."""
    return tuple(name for name in config.like_for_like.cell if name not in CELL_BASE)


class BookMapping:
    """The mapping of one book file, resolved against its header.

    Args:
        con: A connection; used to parse expressions and to ask for their types.
        config: The study.
        source: The ``[[source]]`` section.
        file: The file.
        key: The config key of the section, for messages.

    Raises:
        ConfigError: A column that is needed or named does not exist, or an expression does not compute.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, *, config: Config, source: Source, file: InputFile, key: str
    ) -> None:
        self._con = con
        self._config = config
        self._source = source
        self._file = file
        self._key = key
        self._header = Header(file.header, file.label)
        as_of = config.study.as_of_date
        self._latest = as_of.replace(year=as_of.year + 5, day=1).isoformat() if as_of else _LATEST
        self._located: dict[str, tuple[Resolved, str] | None] = {}
        self._require_price_and_tenure()
        self._columns = [self._canonical(name) for name in BOOK_COLUMNS]
        self._cells = [self._control(name) for name in keyed_columns(config)]
        self._lenses = [self._control(name) for name in config.lenses.names]
        used = {*BOOK_COLUMNS, *keyed_columns(config), *config.lenses.names}
        self.extras = tuple(name for name in source.columns if name not in used)

    @property
    def has_customer_id(self) -> bool:
        """Whether the file names its customers; without it each row is a customer of its own."""
        return self._locate("customer_id") is not None

    def _locate(self, name: str) -> tuple[Resolved, str] | None:
        """Return the mapped expression of ``name`` with its SQL type, or None where the file does not have it."""
        if name not in self._located:
            self._located[name] = self._look_up(name)
        return self._located[name]

    def _look_up(self, name: str) -> tuple[Resolved, str] | None:
        key = f"{self._key}.columns.{name}"
        if name in self._source.columns:
            resolved = self._resolve(name, self._source.columns[name], key)
        else:
            column = self._header.find(name, key=key)
            if column is None:
                return None
            resolved = Resolved(column, is_computed=False)
        try:
            # A computed expression is tried row by row later on; what cannot stand there is refused here.
            value = f"try({resolved.sql})" if resolved.is_computed else resolved.sql
            query = f"describe select {value} as v from {relation(self._file, self._source)}"
            row = self._con.execute(query).fetchone()
        except duckdb.Error as error:
            raise ConfigError(
                f"the expression does not compute: {first_line(error)}",
                where=f"{key} = {self._source.columns.get(name, name)!r}",
                mend="use only the row's own columns, constants and scalar functions; delimited text is read as text, "
                "so cast where the expression computes, as in tenure::int * 12",
            ) from error
        return resolved, str(row[1]) if row else "VARCHAR"

    def _resolve(self, name: str, expression: str, key: str) -> Resolved:
        """Resolve an expression; ``interval_unit = "year"`` means the word where no such column exists."""
        word = expression.strip().lower()
        if name == "interval_unit" and word in INTERVAL_UNITS and self._header.find(word, key=key) is None:
            return Resolved(casts.quote(word), is_computed=False)
        return resolve(self._con, expression, self._header, key=key)

    def _require_price_and_tenure(self) -> None:
        has = {name: self._locate(name) is not None for name in ("price", "tenure_months", "tenure_start", "as_of")}
        listed = ", ".join(name.strip() for name in self._file.header)
        if not has["price"]:
            raise ConfigError(
                f"the book has no price{nearest('price', self._file.header)}",
                where=f"{self._key}.columns.price and {self._file.label}",
                mend=f'map it, as in price = "monthly_charge"; the file has: {listed}',
            )
        if not has["tenure_months"] and not has["tenure_start"]:
            raise ConfigError(
                f"the book says nothing of tenure{nearest('tenure_months', self._file.header)}",
                where=f"{self._key}.columns and {self._file.label}",
                mend=f"map tenure_months (a number) or tenure_start (a date); the file has: {listed}",
            )
        if has["tenure_start"] and not has["as_of"] and self._config.study.as_of_date is None:
            raise ConfigError(
                "tenure_start needs a date to count to",
                where=f"{self._key}.columns.tenure_start",
                mend="map as_of, or set study.as_of",
            )

    def _canonical(self, name: str) -> Mapped:
        located = self._locate(name)
        if located is None:
            default = self._default(name)
            return Mapped(name, self.constant(name), constant=default.strip("'"))
        resolved, sql_type = located
        value = f"u_{name}" if resolved.is_computed else resolved.sql
        return _mapped(name, resolved, self._cast(name, value, sql_type))

    def _default(self, name: str) -> str:
        as_of = self._config.study.as_of_date
        return {
            "product_id": "'all'",
            "currency": casts.quote(self._config.study.currency),
            "interval_unit": "'month'",
            "interval_count": "1",
            "as_of": f"date '{as_of}'" if as_of else "null",
        }.get(name, "null")

    def _cast(self, name: str, value: str, sql_type: str) -> Cast:
        if name in MONEY_COLUMNS:
            return casts.price(name, value, sql_type, self._source)
        if name in ("as_of", "tenure_start"):
            return casts.date(name, value, sql_type, self._source, latest=self._latest)
        if name == "tenure_months":
            return casts.months(name, value, sql_type, self._source)
        if name == "interval_unit":
            return casts.choice(name, value, INTERVAL_UNITS, reason="INTERVAL_UNKNOWN")
        if name == "interval_count":
            return casts.interval_count(name, value)
        if name == "currency":
            return casts.currency(name, value)
        plain = casts.text(value, sql_type)
        if name == "customer_id":
            return Cast(plain.sql, (("customer_id is null", "CUSTOMER_ID_MISSING"),), "customer_id is not null")
        return Cast(f"coalesce({plain.sql}, 'unknown')") if name == "product_id" else plain

    def _control(self, name: str) -> Mapped:
        """Return a cell or lens column as text: its band where ``breaks`` names it, else its value."""
        if name in BOOK_COLUMNS and name not in self._config.like_for_like.breaks:
            return Mapped(f"k_{name}", f"cast({name} as varchar)")
        located = self._locate(name)
        if located is None:
            raise self._header.missing(name, key=f"like_for_like.cell or lenses, '{name}'")
        resolved, sql_type = located
        control = f"k_{name}"
        value = f'"u_{control}"' if resolved.is_computed else resolved.sql
        breaks = self._config.like_for_like.breaks.get(name)
        if breaks is None:
            return _mapped(control, resolved, casts.text(value, sql_type))
        edges = tuple(float(edge) for edge in breaks)
        return _mapped(control, resolved, casts.band(f'"{control}"', value, sql_type, edges, self._source))

    @property
    def varying(self) -> frozenset[str]:
        """The staged columns that differ between rows of this file; the others are the same on all."""
        mapped = {name for name in BOOK_COLUMNS if self._locate(name) is not None}
        if "tenure_start" in mapped:
            mapped.add("tenure_months")
        return frozenset(
            {*mapped, "reject_reason", "customer_id", "cell_key", *(("lens_key",) if self._lenses else ())}
        )

    def constant(self, name: str) -> str:
        """Return the SQL of a staged column that does not vary."""
        value = "1" if name == "source_index" else "''" if name == "lens_key" else self._default(name)
        return f"cast({value} as {STAGED_TYPES[name]})"

    def select(
        self,
        *,
        source_index: int,
        columns: tuple[str, ...],
        extras: tuple[str, ...],
        numbered: bool,
        rejects: str | None,
    ) -> str:
        """Return the SQL that stages the file: untyped values, typed values, then keys and reject reasons.

        Args:
            source_index: Number of the file in ``inputs``.
            columns: Names of the staged columns to return.
            extras: Pass-through columns of the whole study; those that this file lacks are null.
            numbered: Add ``source_row`` (record number among the readable ones, from 1) and ``raw_row`` (JSON text).
            rejects: As for :func:`fairness.intake.relations.relation`.
        """
        raw = relation(self._file, self._source, rejects=rejects)
        controls = {mapped.name: mapped for mapped in (*self._cells, *self._lenses)}
        mapped = [*self._columns, *controls.values(), *(self._extra(name) for name in extras)]
        untyped = [f'{m.untyped} as "u_{m.name}", {_failed(m.untyped)} as "f_{m.name}"' for m in mapped if m.untyped]
        numbers = ["row_number() over () as record"] if numbered or not self.has_customer_id else []
        level_1 = f"select *{_listed(untyped)}{_listed(numbers)} from {raw}"
        typed = [f'{m.typed} as "{m.name}"' for m in mapped]
        level_2 = f"select *, {', '.join(typed)} from ({level_1})"
        final = [self._final(name, source_index, mapped) for name in columns]
        final += [f'"{name}"' for name in extras]
        if numbered:
            column = self._first_reject(mapped, by_column=True)
            final += [f"{column} as reject_column", "record as source_row", f"{self._raw_row()} as raw_row"]
        return f"select {', '.join(final)} from ({level_2})"

    def _final(self, name: str, source_index: int, mapped: list[Mapped]) -> str:
        if name == "source_index":
            return f"{source_index} as source_index"
        if name == "reject_reason":
            return f"{self._first_reject(mapped, by_column=False)} as reject_reason"
        if name == "cell_key":
            base = [column for column in self._columns if column.name in CELL_BASE]
            return f"{_key([*base, *self._cells])} as cell_key"
        if name == "lens_key":
            return f"{_key(self._lenses)} as lens_key"
        if name == "customer_id" and not self.has_customer_id:
            return f"'{source_index}:' || cast(record as varchar) as customer_id"
        if name == "tenure_months" and self._locate("tenure_start") is not None:
            return f"{_TENURE_FROM_START} as tenure_months"
        return name

    def _first_reject(self, mapped: list[Mapped], *, by_column: bool) -> str:
        """Return the CASE that names the first reason, or its column, for which a row is rejected; null for none.

        Clean rows, nearly all, pass one cheap condition and skip the rest.
        """
        healthy, arms = [], []
        for column in mapped:
            if column.untyped:
                healthy.append(f'not "f_{column.name}"')
                arms.append((f'"f_{column.name}"', "EXPRESSION_FAILED", column.name))
            if column.healthy:
                healthy.append(column.healthy)
            arms.extend((condition, reason, column.name) for condition, reason in column.rejects)
        if self._locate("tenure_start") is not None:
            healthy.append(_TENURE_HEALTHY)
            arms.extend((condition, reason, "tenure_start") for condition, reason in _TENURE_REJECTS)
        if not arms:
            return "cast(null as varchar)"
        shown = " ".join(
            f"when {condition} then {casts.quote(name.removeprefix('k_') if by_column else reason)}"
            for condition, reason, name in arms
        )
        return f"case when {' and '.join(healthy)} then null {shown} end"

    def _extra(self, name: str) -> Mapped:
        located = self._locate(name) if name in self._source.columns else None
        if located is None:
            return Mapped(name, "cast(null as varchar)")
        resolved, sql_type = located
        return _mapped(name, resolved, casts.text(f'"u_{name}"' if resolved.is_computed else resolved.sql, sql_type))

    def _raw_row(self) -> str:
        fields = ", ".join(f"{casts.quote(name)}, c{position}" for position, name in enumerate(self._file.header))
        return f"cast(json_object({fields}) as varchar)"


# Completed months between the dates; a start less than one interval after as_of is a customer who joins now.
_TENURE_FROM_START = """case when tenure_start is not null then cast(greatest(0,
    12 * (year(as_of) - year(tenure_start)) + month(as_of) - month(tenure_start)
    - case when day(as_of) < day(tenure_start) then 1 else 0 end) as integer) else tenure_months end"""
_TENURE_HEALTHY = "coalesce(tenure_start <= as_of, tenure_start is null)"
_TENURE_REJECTS = (
    ("tenure_start is not null and as_of is null", "DATE_MISSING"),
    (
        """tenure_start > as_of and tenure_start >= as_of + case interval_unit
            when 'day' then to_days(interval_count) when 'week' then to_days(7 * interval_count)
            when 'year' then to_years(interval_count) else to_months(interval_count) end""",
        "TENURE_NEGATIVE",
    ),
)


def _mapped(name: str, resolved: Resolved, cast: Cast) -> Mapped:
    """Pair a cast with its expression; one that can fail on a row is tried, and its failure rejects that row."""
    untyped = f"try({resolved.sql})" if resolved.is_computed else ""
    return Mapped(name, cast.sql, cast.rejects, cast.healthy, untyped)


def _failed(untyped: str) -> str:
    """Return whether a tried expression failed: it has no value where even its nullness has none."""
    return f"try(({untyped.removeprefix('try')}) is null) is null"


def _listed(items: list[str]) -> str:
    return "".join(f", {item}" for item in items)


def _key(columns: list[Mapped]) -> str:
    """Return the SQL that joins the columns' values; constants are joined here, once, instead of on every row."""
    parts: list[str] = []
    text = ""
    for position, column in enumerate(columns):
        text += SEPARATOR if position else ""
        if column.constant is not None:
            text += column.constant
            continue
        parts += [casts.quote(text)] if text else []
        parts.append(f'coalesce(cast("{column.name}" as varchar), {casts.quote(UNKNOWN)})')
        text = ""
    parts += [casts.quote(text)] if text or not parts else []
    return f"concat({', '.join(parts)})"
