"""One input file against its layout: every canonical column as typed SQL, and why a row is rejected."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fairness.config import Config, Source
from fairness.engine import sql_text
from fairness.engine.base import Connection
from fairness.errors import ConfigError, nearest
from fairness.intake import casts, cell_keys, net_amount
from fairness.intake.casts import Cast
from fairness.intake.column_kinds import cast_to
from fairness.intake.expressions import Resolved
from fairness.intake.files import InputFile
from fairness.intake.layout_parts import (
    BLANK_INTERVAL,
    CELL_BASE,
    FILTERED,
    REASON_ORDER,
    SQL_TYPES,
    Column,
    Layout,
)
from fairness.intake.lookup import Lookup
from fairness.intake.mapped_column import Mapped, failed, listed, meant, named, paired
from fairness.intake.names import kept
from fairness.intake.readers import relation
from fairness.intake.source_query import NOT_JOINED, RECORD

_NUMBERS = ("price", "amount", "quantity", "whole", "months", "count")
_IDENTITIES = ("line_id", "customer_id", "offer_id")
_LATEST = "2100-01-01"
_OPEN_END = "9999-12-31"


class Mapping:
    """The mapping of one file, resolved against its header.

    Args:
        con: A connection; used to parse expressions and to ask for their types.
        layout: Canonical columns of the role.
        config: The study.
        source: The ``[[source]]`` section.
        file: The file.
        key: The config key of the section, for messages.

    Raises:
        ConfigError: A column that is needed or named does not exist, or an expression does not compute.
    """

    def __init__(
        self,
        con: Connection,
        *,
        layout: Layout,
        config: Config,
        source: Source,
        file: InputFile,
        key: str,
    ) -> None:
        self.layout = layout
        self._config = config
        self._source = source
        self._file = file
        self._key = key
        self._lookup = Lookup(con, source=source, file=file, key=key, zone=config.study.time_zone)
        self._assumed: dict[str, str] = {}
        self._when = () if source.when is None else (meant(self._lookup.condition(source.when)),)
        self._require()
        self._columns = [self._canonical(column) for column in layout.columns]
        self._cells: list[Mapped] = []
        self._lenses: list[Mapped] = []

    @property
    def has_customer_id(self) -> bool:
        """Whether the rows name their customer; in a book without it, each row is a customer."""
        return self.has("customer_id") or self.layout.role != "book"

    @property
    def computes(self) -> bool:
        """Whether any column is computed by an expression, which can fail on a row."""
        mapped = (*self._columns, *self._cells, *self._lenses, *self._when)
        return any(column.untyped for column in mapped) or bool(self.extras())

    def has(self, name: str) -> bool:
        """Return whether the file has the column, under its own name or by the mapping."""
        return self._locate(name) is not None

    @property
    def identity(self) -> Mapped | None:
        """The column by which a few rows can be found again without reading the others: the first of the role's ids.

        None where the file has none, or only a computed one, or where accounts are part of it.
        """
        if self.has("source_relation"):
            return None
        by_name = {mapped.name: mapped for mapped in self._columns}
        plain = (by_name[name] for name in _IDENTITIES if name in by_name and self.has(name))
        return next((mapped for mapped in plain if not mapped.untyped), None)

    @property
    def identity_column(self) -> int | None:
        """The position of ``identity`` in the file; None where it has none, or where it is a constant."""
        return self.place(self.identity.name) if self.identity is not None else None

    def place(self, name: str) -> int | None:
        """Return the position in the file of the column of this name; None where it has none, or a computed one."""
        place = re.fullmatch(r"c(\d+)", self.expression(name) or "")
        return int(place[1]) if place else None

    def expression(self, name: str) -> str | None:
        """Return the SQL that gives the column of this name, or None where the file does not have it."""
        located = self._locate(name)
        return None if located is None else located[0].sql

    def keyed(self, *, cells: Sequence[str], lenses: Sequence[str]) -> None:
        """Take the values of cells and lenses from these columns; one that only other files have is unknown here."""
        self._cells = [self._control(name) for name in cells]
        self._lenses = [self._control(name) for name in lenses]

    def assume(self, name: str, value: str) -> None:
        """Give every row the SQL ``value`` in a canonical column that the file leaves blank throughout, or lacks."""
        self._assumed[name] = value
        self._columns = [self._canonical(column) for column in self.layout.columns]

    def count_blank(self, con: Connection, name: str) -> tuple[int, int]:
        """Return how many rows leave a column blank (all, where the file lacks it), and how many rows there are."""
        located = self._locate(name)
        blank = "true"
        if located is not None:
            value = f"try({located[0].sql})" if located[0].is_computed else located[0].sql
            blank = f"not ({casts.stated(value)})" if casts.is_text(located[1]) else f"{value} is null"
        rows = relation(self._file, self._source)
        rows += "".join(f" where {condition.untyped}" for condition in self._when)
        row = con.execute(f"select count(*) filter ({blank}), count(*) from {rows}").fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def missing(self, name: str, *, key: str) -> ConfigError:
        """Return the error that says which columns the file has."""
        return self._lookup.missing(name, key=key)

    def extras(self) -> tuple[str, ...]:
        """Return the kept names that no other column carries: they pass through."""
        controls = (mapped.name.removeprefix("k_") for mapped in (*self._cells, *self._lenses))
        return kept(self._source, known=(*self.layout.names, *controls))

    def unread(self) -> tuple[str, ...]:
        """Return the columns of the file that nothing reads, in its order; ask once everything is mapped."""
        return self._lookup.unread()

    def _locate(self, name: str) -> tuple[Resolved, str] | None:
        """Return the mapped expression of ``name`` with its SQL type, or None where the file does not have it."""
        return self._lookup.find(name)

    def _require(self) -> None:
        for alternatives in self.layout.required:
            if any(self.has(name) for name in alternatives):
                continue
            listed = ", ".join(name.strip() for name in self._file.header)
            raise ConfigError(
                f"the {self.layout.role} file has no {' or '.join(alternatives)}"
                f"{nearest(alternatives[0], self._file.header)}",
                where=f"{self._key}.columns.{alternatives[0]} and {self._file.label}",
                fix=f'map it, as in {alternatives[0]} = "<its column>"; the file has: {listed}',
            )
        undated = not self.has("as_of") and self._config.study.as_of_date is None
        if self.layout.role == "book" and self.has("tenure_start") and undated:
            raise ConfigError(
                "tenure_start needs a date to count to",
                where=f"{self._key}.columns.tenure_start",
                fix="map as_of, or set study.as_of",
            )

    def _canonical(self, column: Column) -> Mapped:
        located = self._locate(column.name) if column.name not in self._assumed else None
        if located is None:
            if column.name == "net_amount" and self.has("gross_amount"):
                return Mapped(column.name, "cast(null as decimal(18,6))")
            return Mapped(column.name, self.constant(column.name), constant=self._default(column).strip("'"))
        resolved, sql_type = located
        value = sql_text.ident(f"u_{column.name}") if resolved.is_computed else resolved.sql
        return paired(column.name, resolved, self._cast(column, value, sql_type))

    def _default(self, column: Column) -> str:
        as_of = self._config.study.as_of_date
        if column.name in self._assumed:
            return self._assumed[column.name]
        if column.default == "currency":
            return sql_text.quote(self._config.study.currency)
        if column.default == "as_of":
            return f"date '{as_of}'" if as_of else "null"
        return column.default

    def _cast(self, column: Column, value: str, sql_type: str) -> Cast:
        study = self._config.study
        return cast_to(
            column,
            value,
            sql_type,
            source=self._source,
            latest=self._latest(column),
            zone=study.time_zone,
            usual_currency=study.currency,
        )

    def _number_texts(self) -> list[str]:
        """Return the untyped values of the columns that are read as numbers and come as text."""
        names = {column.name: column.name for column in self.layout.columns if column.kind in _NUMBERS}
        names |= {f"k_{name}": name for name in self._config.like_for_like.breaks}
        found = []
        for column, name in names.items():
            resolved, sql_type = self._locate(name) or (None, "")
            if resolved is not None and casts.is_text(sql_type):
                found.append(sql_text.ident(f"u_{column}") if resolved.is_computed else resolved.sql)
        return found

    def _latest(self, column: Column) -> str:
        """Return the latest plausible date of a column: five years after as_of, except for ends in the future."""
        if column.is_end:
            return _OPEN_END
        as_of = self._config.study.as_of_date
        return as_of.replace(year=as_of.year + 5, day=1).isoformat() if as_of else _LATEST

    def _control(self, name: str) -> Mapped:
        """Return a cell or lens column as text: its band where ``breaks`` names it, else its value."""
        control = f"k_{name}"
        breaks = self._config.like_for_like.breaks.get(name)
        if name in self.layout.names and breaks is None:
            checked = casts.key_part(sql_text.ident(control), Cast(f"cast({sql_text.ident(name)} as varchar)"))
            return Mapped(control, checked.sql, checked.rejects, checked.healthy)
        located = self._locate(name)
        if located is None:
            return Mapped(control, "cast(null as varchar)")
        resolved, sql_type = located
        value = sql_text.ident(f"u_{control}") if resolved.is_computed else resolved.sql
        if breaks is None:
            return paired(control, resolved, casts.key_part(sql_text.ident(control), casts.text(value, sql_type)))
        edges = tuple(float(edge) for edge in breaks)
        return paired(control, resolved, casts.band(sql_text.ident(control), value, sql_type, edges, self._source))

    @property
    def varying(self) -> frozenset[str]:
        """The staged columns that differ between rows of this file; the others are the same on all."""
        found = {name for name in self.layout.names if self.has(name)} | {"reject_reason"}
        found |= {name for name, needs, _ in self.layout.finals if self.has(needs)}
        found |= {"net_amount"} if self.layout.role == "billing" else set()
        found |= {BLANK_INTERVAL} if self.layout.tells_blank_intervals and self._blank_interval() != "true" else set()
        found |= {"customer_id", "cell_key"} if self.layout.keys == "whole" else set()
        found |= {"controls_key"} if self.layout.keys == "part" and self._cells else set()
        return frozenset(found | ({"lens_key"} if self._lenses else set()))

    def constant(self, name: str) -> str:
        """Return the SQL of a staged column that does not vary."""
        by_name = {column.name: column for column in self.layout.columns}
        if name in by_name:
            return f"cast({self._default(by_name[name])} as {SQL_TYPES[by_name[name].kind]})"
        known = {"source_index": "1", "reject_reason": "cast(null as varchar)", BLANK_INTERVAL: self._blank_interval()}
        return known.get(name, "''")

    def select(
        self,
        *,
        source_index: int,
        columns: tuple[str, ...],
        extras: tuple[str, ...],
        numbered: bool,
        rejects: str | None,
        among: str | None = None,
        file: InputFile | None = None,
    ) -> str:
        """Return the SQL that stages the file: untyped values, typed values, then keys and reject reasons.

        Args:
            source_index: Number of the file in ``inputs``.
            columns: Names of the staged columns to return.
            extras: Pass-through columns of the whole study; those that this file lacks are null.
            numbered: Add ``source_row`` (record number among the readable ones, from 1), ``reject_column`` and
                ``raw_row`` (JSON text).
            rejects: As for :func:`fairness.intake.readers.relation`.
            among: Query of values of ``identity``, unknown ones as in keys: only rows with one of them are read, and
                their numbers stay those of the whole file.
            file: Read this file of the same form instead.
        """
        raw = relation(file or self._file, self._source, rejects=rejects)
        controls = {mapped.name: mapped for mapped in (*self._cells, *self._lenses)}
        mapped = [*self._columns, *(self._extra(name) for name in extras)]
        everything = [*mapped, *controls.values(), *self._when]
        computed = [m for m in everything if m.untyped]
        untyped = [
            f"{m.untyped} as {sql_text.ident(f'u_{m.name}')}, {failed(m.untyped)} as {sql_text.ident(f'f_{m.name}')}"
            for m in computed
        ]
        record = RECORD if self._file.first is not None else "row_number() over ()"
        numbers = [f"{record} as record"] if numbered or not self.has_customer_id else []
        if among is not None and self.identity is not None:
            raw = f"(select *, {numbers.pop()} from {raw}) where {cell_keys.known(self.identity.typed)} in ({among})"
        level_1 = f"select *{listed(untyped)}{listed(numbers)} from {raw}"
        level_1 = f"select *, {casts.lenient(self._number_texts())} as {casts.LENIENT} from ({level_1})"
        typed = [f"{m.typed} as {sql_text.ident(m.name)}" for m in mapped]
        level_2 = f"select *{listed(typed)} from ({level_1})"
        shown = [f"{m.typed} as {sql_text.ident(m.name)}" for m in controls.values()]
        level_3 = f"select *{listed(shown)} from ({level_2})" if shown else level_2
        final = [self._final(name, source_index, everything) for name in columns]
        final += [sql_text.ident(name) for name in extras]
        if numbered:
            column = self._first_reject(everything, by_column=True)
            final += [f"{column} as reject_column", "record as source_row", f"{self._raw_row()} as raw_row"]
        return f"select {', '.join(final)} from ({level_3})"

    def _final(self, name: str, source_index: int, mapped: list[Mapped]) -> str:
        """Return a staged column: what several columns decide together, else the typed value."""
        if name in ("cell_key", "controls_key", "lens_key"):
            return f"{self._key_of(name)} as {name}"
        if name == "reject_reason":
            return f"{self._first_reject(mapped, by_column=False)} as reject_reason"
        if name in ("gross_amount", "discount_amount") and self.has("tax_inclusive"):
            return f"{net_amount.ex_tax(name, has_gross=self.has('gross_amount'))} as {name}"
        made = {"source_index": str(source_index), BLANK_INTERVAL: self._blank_interval()}
        if not self.has_customer_id:
            made["customer_id"] = f"'{source_index}:' || cast(record as varchar)"
        if self.layout.role == "billing":
            made["net_amount"] = self._net()
        if self._source.period_end == "inclusive":
            made["period_end"] = "cast(period_end + to_days(1) as date)"
        made |= {final: sql for final, needs, sql in self.layout.finals if self.has(needs)}
        return f"{made[name]} as {name}" if name in made else sql_text.ident(name)

    def _blank_interval(self) -> str:
        """Return the condition that a row does not state its billing interval."""
        located = self._locate("interval_unit")
        if located is None:
            return "true"
        resolved, sql_type = located
        value = sql_text.ident("u_interval_unit") if resolved.is_computed else resolved.sql
        return f"not ({casts.stated(value)})" if casts.is_text(sql_type) else f"{value} is null"

    def _key_of(self, name: str) -> str:
        if name == "cell_key":
            return cell_keys.joined(named(*(c for c in self._columns if c.name in CELL_BASE), *self._cells))
        if name == "controls_key":
            return cell_keys.continued(named(*self._cells))
        lenses = named(*self._lenses)
        return cell_keys.joined(lenses) if self.layout.keys == "whole" else cell_keys.continued(lenses)

    def _net(self) -> str:
        return net_amount.net(has_gross=self.has("gross_amount"), has_tax_flag=self.has("tax_inclusive"))

    def _first_reject(self, mapped: list[Mapped], *, by_column: bool) -> str:
        """Return the CASE that names the first reason, or its column, for which a row is rejected; null for none.

        Clean rows, nearly all of them, pass one cheap condition and skip the rest.
        """
        healthy, arms = [], []
        for column in mapped:
            if column.untyped:
                arms.append((sql_text.ident(f"f_{column.name}"), "EXPRESSION_FAILED", column.name))
                healthy.append(f"not {arms[-1][0]}")
            if column.healthy:
                healthy.append(column.healthy)
            arms.extend((condition, reason, column.name) for condition, reason in column.rejects)
        for check in self.layout.checks:
            if all(self.has(name) for name in check.needs):
                healthy.append(check.healthy.replace("$net", self._net()))
                arms.append((check.condition.replace("$net", self._net()), check.reason, check.column))
        if not arms:
            return "cast(null as varchar)"
        # Sorting is stable: among reasons of equal rank, the first column's counts.
        arms.sort(key=lambda arm: REASON_ORDER.index(arm[1]))
        if self._file.first is not None:
            # What its partner would have stated is missing, which is not a second fault.
            arms.insert(0, (f"{NOT_JOINED} is not null", "NOT_JOINED", "sql"))
            healthy.append(f"{NOT_JOINED} is null")
        if self._when and not by_column:
            # What is left out on purpose has no fault.
            arms.insert(0, (f"not {sql_text.ident('u_when')}", FILTERED, "when"))
        shown = " ".join(
            f"when {condition} then {sql_text.quote(name.removeprefix('k_') if by_column else reason)}"
            for condition, reason, name in arms
        )
        clean = " and ".join(condition for condition in healthy if condition != "true")
        return f"case when {clean} then null {shown} end"

    def _extra(self, name: str) -> Mapped:
        located = self._locate(name)
        if located is None:
            return Mapped(name, "cast(null as varchar)")
        resolved, sql_type = located
        return paired(
            name, resolved, casts.text(sql_text.ident(f"u_{name}") if resolved.is_computed else resolved.sql, sql_type)
        )

    def _raw_row(self) -> str:
        fields = ", ".join(f"{sql_text.quote(name)}, c{position}" for position, name in enumerate(self._file.header))
        return f"cast(json_object({fields}) as varchar)"
