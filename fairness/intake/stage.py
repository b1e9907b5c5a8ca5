"""Run the intake: stage every file by its role, store what cannot be read, tie records to the file's physical lines."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from fairness.config import Config, Source
from fairness.engine.base import Connection
from fairness.engine.connection import EngineError
from fairness.engine.sql_text import ident, quote
from fairness.errors import ConfigError, DataError, without_values
from fairness.intake.files import Fingerprint, InputFile, first_line
from fairness.intake.input_files import SourceFile, counted_lines, rejects_of
from fairness.intake.layout_parts import BLANK_INTERVAL, CELL_BASE, PLAN, SQL_TYPES, Layout
from fairness.intake.layouts import BILLING, LAYOUTS, OFFERS
from fairness.intake.line_numbers import out_of_order, tie_to_lines
from fairness.intake.mapping import Mapping
from fairness.intake.names import refuse_unused_names
from fairness.intake.offer_terms import settle_offer_terms
from fairness.intake.records import count_records

_NO_CONTENT = ("source_index", "reject_reason", "extracted_at", BLANK_INTERVAL)
"""Staged columns in which copies of one row may differ."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One input file after staging.

    Attributes:
        source_index: Its number in ``inputs``, from 1.
        section: Position of its ``[[source]]`` section in the config, from 1.
        source: Its ``[[source]]`` section.
        file: Path, format, header.
        fingerprint: Hash and size.
        n_lines: Physical lines of delimited text, else None.
        n_rows: Records found in it, unreadable ones included.
        mapping: How its columns were read.
    """

    source_index: int
    section: int
    source: Source
    file: InputFile
    fingerprint: Fingerprint
    n_lines: int | None
    n_rows: int
    mapping: Mapping


@dataclass(frozen=True, slots=True)
class Staged:
    """All inputs after staging.

    Attributes:
        files: In the order of ``inputs``.
        cell_columns: Columns of the cell key after those that every cell has, in key order.
        lens_columns: Columns of the lens key, in key order.
        customer_cells: How many of the cell columns come from the customer file, the last ones.
        customer_lenses: How many of the lens columns do.
        plan_in_cell: Whether the plan of a billing line comes before ``cell_columns``.
    """

    files: tuple[StagedFile, ...]
    cell_columns: tuple[str, ...]
    lens_columns: tuple[str, ...]
    customer_cells: int
    customer_lenses: int
    plan_in_cell: bool


def stage(con: Connection, config: Config, inputs: list[SourceFile], hashes: list[Future[Fingerprint]]) -> Staged:
    """Create the staging tables of every role in the current database and fill those that have files.

    Each role has a table of what differs between rows (``stg_book_row``) and a view with every column of the layout
    (``stg_book``), which adds the constants: writing those row by row would double the time of a large intake.

    Raises:
        ConfigError: A mapped column does not exist, or an expression does not compute.
        DataError: No rows at all, or records and physical lines do not tie out.
    """
    refuse_unused_names(config)
    con.execute(
        "create or replace table stg_unreadable "
        "(role varchar, source_index integer, source_row bigint, reason varchar, column_name varchar, raw_row varchar)"
    )
    mappings = [
        Mapping(
            con,
            layout=LAYOUTS[item.source.role],
            config=config,
            source=item.source,
            file=item.file,
            key=item.key,
        )
        for item in inputs
    ]
    _require_kept(inputs, mappings)
    _require_price_set_on(config, inputs, mappings)
    _require_accounts(inputs, mappings)
    plan_in_cell = _plan_in_cell(config, mappings)
    keys = _share_keys(config, mappings, plan_in_cell=plan_in_cell)
    counts = counted_lines(inputs)
    found = [(0, 0)] * len(inputs)
    for layout in LAYOUTS.values():
        members = [index for index, mapping in enumerate(mappings) if mapping.layout is layout]
        if layout is OFFERS and any(mapping.layout is BILLING for mapping in mappings):
            settle_offer_terms(con, [(inputs[index], mappings[index]) for index in members])
        for index, rows in _stage_role(con, layout, inputs, {index: mappings[index] for index in members}).items():
            found[index] = rows
    files = []
    for index, item in enumerate(inputs):
        count, (n_rows, n_misplaced) = counts[index], found[index]
        lines = count.result() if count else None
        if lines is not None:
            tie_to_lines(item.file, lines, n_rows=n_rows, n_misplaced=n_misplaced)
        files.append(
            StagedFile(
                source_index=index + 1,
                section=item.section,
                source=item.source,
                file=item.file,
                fingerprint=hashes[index].result(),
                n_lines=lines.n if lines else None,
                n_rows=n_rows,
                mapping=mappings[index],
            )
        )
    _require_rows(files)
    return Staged(tuple(files), *keys, plan_in_cell)


def _require_kept(inputs: Sequence[SourceFile], mappings: Sequence[Mapping]) -> None:
    """Refuse a name to keep that no file of its section has."""
    for section in sorted({item.section for item in inputs}):
        members = [(item, mapping) for item, mapping in zip(inputs, mappings, strict=True) if item.section == section]
        for name in members[0][0].source.keep:
            if not any(mapping.has(name) for _, mapping in members):
                raise members[0][1].missing(name, key=f"source[{section}].keep")


def _require_price_set_on(config: Config, inputs: Sequence[SourceFile], mappings: Sequence[Mapping]) -> None:
    """Refuse to compare prices with the offer of the day on which they were set where no bill states that day."""
    billed = [mapping for item, mapping in zip(inputs, mappings, strict=True) if item.source.role == "billing"]
    if config.comparator.date != "price_set" or not billed or any(mapping.has("price_set_on") for mapping in billed):
        return
    raise ConfigError(
        "comparator.date = 'price_set', but no billing file states when prices were set",
        where="comparator.date",
        fix="map price_set_on in [source.columns] of the billing file, or remove the line",
    )


def _require_accounts(inputs: Sequence[SourceFile], mappings: Sequence[Mapping]) -> None:
    """Refuse bills or customers without the account where bills name it: no id would match."""
    billed = [mapping for mapping in mappings if mapping.layout is BILLING and mapping.has("source_relation")]
    for item, mapping in zip(inputs, mappings, strict=True):
        if not billed or item.source.role not in ("billing", "customers") or mapping.has("source_relation"):
            continue
        raise ConfigError(
            "bills of another file say in source_relation of which account they are, and this file does not",
            where=f"{item.key} and {item.file.label}",
            fix="map it here too, as in source_relation = \"'uk'\": ids of two accounts never mix",
        )


def _require_rows(files: Sequence[StagedFile]) -> None:
    """Refuse a study without a single price row: a header alone is not an export."""
    priced = [record for record in files if record.source.role in ("book", "billing")]
    if not any(record.n_rows for record in priced):
        labels = ", ".join(record.file.label for record in priced or files)
        fix = "export it again; a header alone is no export" if priced else "add a [[source]] of role book or billing"
        raise DataError("the export holds no rows", where=labels, fix=fix)


def _plan_in_cell(config: Config, mappings: list[Mapping]) -> bool:
    """Return whether the plan is part of every cell: billing lines carry plans, and the config does not exclude it."""
    wanted = config.like_for_like.plan or PLAN in config.like_for_like.cell
    return wanted and any(mapping.layout.role == "billing" and mapping.has(PLAN) for mapping in mappings)


def _share_keys(
    config: Config, mappings: list[Mapping], *, plan_in_cell: bool
) -> tuple[tuple[str, ...], tuple[str, ...], int, int]:
    """Decide which file gives each cell and lens column: the price rows where they have it, else the customer file."""
    given = (*CELL_BASE, PLAN) if plan_in_cell else CELL_BASE
    cells = tuple(name for name in config.like_for_like.cell if name not in given)
    lenses = config.lenses.names
    rows = [mapping for mapping in mappings if mapping.layout.role in ("book", "billing")]
    customers = [mapping for mapping in mappings if mapping.layout.role == "customers"]
    if any(mapping.layout.role == "book" for mapping in rows) and len({m.layout.role for m in rows}) > 1:
        raise ConfigError(
            "a study reads billing lines or a book, not both",
            where="[[source]] role",
            fix="make two studies, or put both into one book",
        )

    def given_by_customers(name: str) -> bool:
        if not rows or name in CELL_BASE or any(mapping.has(name) for mapping in rows):
            return False
        if any(mapping.has(name) for mapping in customers):
            return True
        raise rows[0].missing(name, key=f"like_for_like.cell or lenses, '{name}'")

    split = {name: given_by_customers(name) for name in (*cells, *lenses)}
    cell_parts = [tuple(n for n in cells if split[n] is late) for late in (False, True)]
    lens_parts = [tuple(n for n in lenses if split[n] is late) for late in (False, True)]
    for mapping in rows:
        mapping.keyed(cells=cell_parts[0], lenses=lens_parts[0])
    for mapping in customers:
        mapping.keyed(cells=cell_parts[1], lenses=lens_parts[1])
    return (*cell_parts[0], *cell_parts[1]), (*lens_parts[0], *lens_parts[1]), len(cell_parts[1]), len(lens_parts[1])


def _stage_role(
    con: Connection,
    layout: Layout,
    inputs: list[SourceFile],
    members: dict[int, Mapping],
) -> dict[int, tuple[int, int]]:
    """Create the table and view of one role and fill them from its files.

    Returns:
        For each file, its records and those that have a quote out of place.
    """
    found = {}
    extras = tuple(sorted({name for mapping in members.values() for name in mapping.extras()}))
    _refuse_reserved(layout, extras)
    varying = {name for mapping in members.values() for name in mapping.varying}
    varying |= {"source_index"} if len(members) > 1 else set()
    types = staged_types(layout)
    stored = tuple(name for name in types if name in varying) or ("reject_reason",)
    columns = ", ".join(_stored_as(layout, name, types.get(name, "varchar")) for name in (*stored, *extras))
    con.execute(f"create or replace table {layout.table}_row ({columns})")
    for index, mapping in members.items():
        file = inputs[index].file
        rejects = rejects_of(index) if file.written.format == "csv" else None
        query = mapping.select(
            source_index=index + 1,
            columns=stored,
            extras=extras,
            numbered=False,
            rejects=rejects if file.first is None else None,
        )
        ordered = not mapping.has_customer_id
        if mapping.computes:
            try_each_row(con)
        n_rows = _insert(con, f"{layout.table}_row", query, inputs[index], ordered=ordered)
        n_unreadable, n_misplaced = _store_unreadable(con, layout.role, index + 1, rejects) if rejects else (0, 0)
        found[index] = n_rows + n_unreadable, n_misplaced
    first = next(iter(members.values()), None)
    constants = {name: first.constant(name) if first else "null" for name in types}
    if len(members) == 1:
        constants["source_index"] = str(next(iter(members)) + 1)
    shown = [name if name in stored else f"cast({constants[name]} as {types[name]}) as {name}" for name in types]
    listed = ", ".join(
        (*shown, *(ident(name) for name in extras), f"{_content(layout, extras)} as content_key", "rowid as row_id")
    )
    con.execute(f"create or replace view {layout.table} as select {listed} from {layout.table}_row")
    return found


def _stored_as(layout: Layout, name: str, sql_type: str) -> str:
    """Return the definition of a stored column."""
    compression = " using compression uncompressed" if name in layout.own_ids else ""
    return f"{ident(name)} {sql_type}{compression}"


def _refuse_reserved(layout: Layout, extras: tuple[str, ...]) -> None:
    """Refuse pass-through columns that would overwrite a column of the staging table."""
    reserved = {*staged_types(layout), "content_key", "row_id", "source_row", "raw_row", "reject_column", "record"}
    reserved |= (
        {"is_contradicted", "copy_number", "audience_kind", "stated_prices"} if layout.role == "offers" else set()
    )
    for name in extras:
        if name.casefold() in reserved:
            raise ConfigError(
                f"the column name '{name}' is reserved",
                where=f"source.columns.{name} (role {layout.role})",
                fix="give the column another name in the mapping",
            )


def staged_types(layout: Layout) -> dict[str, str]:
    """Return the columns of a role's staging view with their SQL types."""
    types = {"source_index": "integer", "reject_reason": "varchar"}
    types |= {column.name: SQL_TYPES[column.kind] for column in layout.columns}
    if layout.tells_blank_intervals:
        types[BLANK_INTERVAL] = "boolean"
    if layout.keys == "whole":
        types["cell_key"] = "varchar"
    if layout.keys == "part":
        types["controls_key"] = "varchar"
    return types | ({"lens_key": "varchar"} if layout.keys != "none" else {})


def _content(layout: Layout, extras: tuple[str, ...]) -> str:
    """Return the SQL of everything a row states except when it was extracted, as text: equal content, equal text."""
    names = [name for name in staged_types(layout) if name not in _NO_CONTENT]
    parts = ", ".join(f"coalesce(cast({ident(name)} as varchar), chr(30))" for name in (*names, *extras))
    return f"concat_ws(chr(31), {parts})"


def _insert(con: Connection, table: str, query: str, item: SourceFile, *, ordered: bool) -> int:
    """Add a file's rows and return how many; ordered where row numbers become customer ids."""
    con.execute(f"set preserve_insertion_order = {str(ordered).lower()}")
    try:
        inserted = con.execute(f"insert into {table} {query}").fetchone()
    except EngineError as error:
        if item.file.format == "csv":
            records = count_records(item.file.path, delimiter=item.file.delimiter, width=len(item.file.header))
            if (cause := out_of_order(item.file, records)) is not None:
                raise cause from error
        raise DataError(
            f"the file cannot be read: {without_values(first_line(error))}",
            where=item.file.label,
            fix="check format, encoding and delimiter of the file against its [[source]] section",
        ) from error
    finally:
        con.execute("reset preserve_insertion_order")
        con.execute("reset disabled_optimizers")
    return int(inserted[0]) if inserted else 0


def try_each_row(con: Connection) -> None:
    """Make ``try`` keep its promise.

    A cast that a tried expression and the test of its failure share would be computed once, outside of both, and one
    bad row would end the whole intake.
    """
    con.execute("set disabled_optimizers = 'common_subexpressions'")


def _store_unreadable(con: Connection, role: str, source_index: int, rejects: str) -> tuple[int, int]:
    """Keep each malformed record once, with the engine's most telling reason.

    Returns:
        How many there are, and in how many of them a quote is out of place.
    """
    con.execute(
        f"""
        insert into stg_unreadable
        select
            {quote(role)},
            {source_index},
            line,
            case
                when bool_or(error_type = 'INVALID ENCODING') then 'ENCODING'
                when bool_or(error_type = 'UNQUOTED VALUE') then 'CSV_UNQUOTED_VALUE'
                else 'CSV_' || replace(upper(min(cast(error_type as varchar))), ' ', '_')
            end,
            min(column_name),
            min(trim(csv_line, chr(10) || chr(13)))
        from {rejects}_errors
        group by line
        """
    )
    row = con.execute(
        f"""
        select count(distinct line), count(distinct case when error_type = 'UNQUOTED VALUE' then line end)
        from {rejects}_errors
        """
    ).fetchone()
    con.execute(f"drop table {rejects}_errors")
    con.execute(f"drop table {rejects}_scans")
    return (int(row[0]), int(row[1])) if row else (0, 0)
