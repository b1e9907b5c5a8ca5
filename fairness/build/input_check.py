"""Read the inputs of a study and stop before the models: what happened to each row, and what matches what."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairness.analysis.reconciliation import input_doubts
from fairness.config import Config
from fairness.config.toml_positions import pointing_into
from fairness.engine.base import Connection
from fairness.engine.connection import building, looking
from fairness.engine.sql_text import ident, quote
from fairness.intake.files import refuse_changed
from fairness.intake.input_doubts import write_input_doubts
from fairness.intake.input_files import find_inputs, fingerprints, plain_copies
from fairness.intake.layout_parts import FILTERED
from fairness.intake.readers import relation
from fairness.intake.source_query import NOT_FOUND, RECORD
from fairness.intake.stage import Staged, StagedFile, stage

_MONEY = {"billing": "net_amount", "book": "price"}
_PAIRS = (
    ("billing", "customers", "customer_id"),
    ("billing", "offers", "product_id"),
    ("billing", "offers", "plan_id"),
)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What happened to the rows of one input.

    Attributes:
        role: Its role.
        path: Its files.
        n_rows: Rows that came in.
        n_read: Of these, rows that were read.
        n_filtered: Of these, rows that ``when`` leaves out.
        rejected: Of these, rejected rows by reason.
        money: Total amount of the rows that were read, by currency, as text.
        columns: Mapped columns of the preview.
        preview: The first rows as they were read.
    """

    role: str
    path: str
    n_rows: int
    n_read: int
    n_filtered: int
    rejected: dict[str, int]
    money: dict[str, str]
    columns: tuple[str, ...]
    preview: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """How many values of a column of one role are found in another.

    Attributes:
        column: The column.
        role: Role whose values are looked up.
        other: Role in which they are looked up.
        n: Distinct values.
        n_found: Of these, values that the other role has.
    """

    column: str
    role: str
    other: str
    n: int
    n_found: int


@dataclass(frozen=True, slots=True)
class Unfound:
    """Rows that a ``left join`` finds nothing for: they stay, without the columns of the other table.

    Attributes:
        path: The files of the query.
        table: Table in which nothing is found.
        n: Rows for which nothing is found.
        n_of: Rows of the first table.
        money: Their amounts by currency, as text.
    """

    path: str
    table: str
    n: int
    n_of: int
    money: dict[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading the inputs has shown.

    Attributes:
        files: Results by file, in the order of the config.
        matches: Matches between roles.
        unfound: What left joins find nothing for.
        doubts: What makes the exports look cut off or out of date.
    """

    files: tuple[CheckedFile, ...]
    matches: tuple[Matched, ...]
    unfound: tuple[Unfound, ...]
    doubts: tuple[dict[str, Any], ...]


def check_input(config: Config) -> Checked:
    """Read every input of a study as a build does, and publish nothing.

    Raises:
        ConfigError: The mapping does not fit the files.
        DataError: The files cannot be read, or rows do not tie out.
    """
    with looking() as con:
        inputs = find_inputs(con, config)
    hashes = fingerprints(inputs)
    with tempfile.TemporaryDirectory(prefix="fairness-") as name:
        folder = Path(name)
        with building(folder / "checked.duckdb", config) as con, plain_copies(con, inputs, folder) as copies:
            with pointing_into(config.path):
                staged = stage(con, config, copies, hashes)
            write_input_doubts(con, config, staged)
            doubts = tuple(input_doubts(con))
            unfound = tuple(found for record in staged.files for found in _unfound(con, config, record))
            checked = Checked(tuple(_files(con, staged)), tuple(_matches(con, staged)), unfound, doubts)
    refuse_changed(file for item in inputs for file in item.files)
    return checked


def _files(con: Connection, staged: Staged) -> Iterator[CheckedFile]:
    for record in staged.files:
        layout, own = record.mapping.layout, f"source_index = {record.source_index}"
        reasons: dict[str | None, int] = dict(
            con.execute(f"select reject_reason, count(*) from {layout.table} where {own} group by all").fetchall()
        )
        malformed = f"select reason, count(*) from stg_unreadable where {own} group by all"
        for reason, n in con.execute(malformed).fetchall():
            reasons[reason] = reasons.get(reason, 0) + n
        names = tuple(name for name in layout.names if record.mapping.has(name))
        yield CheckedFile(
            role=layout.role,
            path=record.file.label,
            n_rows=record.n_rows,
            n_read=reasons.pop(None, 0),
            n_filtered=reasons.pop(FILTERED, 0),
            rejected={str(reason): n for reason, n in sorted(reasons.items(), key=lambda item: -item[1])},
            money=_money(con, record),
            columns=names,
            preview=tuple(_preview(con, record, names)),
        )


def _money(con: Connection, record: StagedFile) -> dict[str, str]:
    layout = record.mapping.layout
    amount = _MONEY.get(layout.role)
    if amount is None:
        return {}
    query = (
        f"select currency, sum({amount}) from {layout.table} where reject_reason is null "
        f"and source_index = {record.source_index} and {amount} is not null group by all order by all"
    )
    return {str(currency): f"{total:,.2f}" for currency, total in con.execute(query).fetchall()}


def _unfound(con: Connection, config: Config, record: StagedFile) -> Iterator[Unfound]:
    """Yield the tables in which rows of a query find nothing, with their amounts as they stand in the lines."""
    if record.file.first is None:
        return
    given = ("net_amount", "gross_amount", "price")
    amount = next((sql for name in given if (sql := record.mapping.expression(name)) is not None), "null")
    currency = record.mapping.expression("currency") or quote(config.study.currency)
    rows = (
        f"select {RECORD} as record, try_cast({amount} as decimal(18,6)) as amount, upper({currency}) as currency "
        f"from {relation(record.file, record.source)}"
    )
    joined = f"read_parquet({quote(str(record.file.path))})"
    lacking = f"select {RECORD} as record, unnest({NOT_FOUND}) as missing from {joined}"
    query = (
        f"select missing, currency, count(*), sum(amount) from ({lacking}) inner join ({rows}) using (record) "
        "group by all order by all"
    )
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for table, named, n, total in con.execute(query).fetchall():
        rows_so_far, money = found.get(str(table), (0, {}))
        more = {} if total is None else {str(named): f"{total:,.2f}"}
        found[str(table)] = (rows_so_far + int(n), {**money, **more})
    for table, (n, money) in found.items():
        yield Unfound(record.file.label, table, n, record.n_rows, money)


def _preview(con: Connection, record: StagedFile, names: Sequence[str]) -> list[tuple[Any, ...]]:
    layout = record.mapping.layout
    listed = ", ".join(ident(name) for name in names)
    query = (
        f"select {listed} from {layout.table} where reject_reason is null and source_index = {record.source_index} "
        f"order by row_id limit {_SHOWN}"
    )
    return con.execute(query).fetchall() if names else []


def _matches(con: Connection, staged: Staged) -> Iterator[Matched]:
    tables = {record.mapping.layout.role: record.mapping.layout.table for record in staged.files}
    for role, other, column in _PAIRS:
        if role not in tables or other not in tables:
            continue
        have = {
            name: any(r.mapping.has(column) for r in staged.files if r.mapping.layout.role == name)
            for name in (role, other)
        }
        if not all(have.values()):
            continue
        known = f"select {column} from {tables[other]} where reject_reason is null"
        row = con.execute(
            f"select count(*), count(*) filter ({column} in ({known})) from (select distinct {column} "
            f"from {tables[role]} where reject_reason is null and {column} is not null)"
        ).fetchall()[0]
        yield Matched(column, role, other, int(row[0]), int(row[1]))
