"""Erase a customer from the published runs: each file is rewritten without the customer's rows.

Decision D69.
"""

from __future__ import annotations

import math
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairness.config import Config
from fairness.engine.base import Connection
from fairness.engine.connection import EngineError, building, looking
from fairness.engine.sql_text import ident, quote
from fairness.errors import ConfigError, is_unicode, without_values
from fairness.intake.casts import trimmed
from fairness.intake.files import first_line
from fairness.runs.copying import PERSONAL, RAW, Table, Values, copy_database, tables
from fairness.runs.erasure_record import ERASURES
from fairness.runs.integrity import Depth, seal, settled
from fairness.runs.key import Key, load_key
from fairness.runs.lock import locked
from fairness.runs.share_file import largest_of, largest_payment
from fairness.runs.store import WAREHOUSE, Run, add_record, list_runs, make_final, rewrite_record, sync, writing

_OWNER = ("customer_id", "party_id", "personal_customer_id", "offer_customer_id")
_OF_OTHERS = ("subscription_id", "line_id", "invoice_id")


_LONG = 6
"""Length from which an id is searched for within words of a rejected row; a shorter one occurs in too many of them."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did.

    Attributes:
        receipt: Random number under which it is recorded; it reveals nothing about the customer.
        rows: Rows removed by run id, for the runs that held the customer.
        unsearched: Why the customer may still be in a run, by run id.
    """

    receipt: str
    rows: dict[str, int]
    unsearched: dict[str, str]


def erase(config: Config, customer: str) -> Erasure:
    """Remove a customer's rows from the analyst's file of every run, and record that it was done.

    Findings, counts and the share file are statistics and stay; a run that has to forget them too has to be pruned.
    Every file is replaced in one step: an interrupted erasure has covered some runs and not others, and is completed by
    repeating it.

    Args:
        config: The study.
        customer: The real id; blanks at its ends are ignored, as they are when exports are read.

    Raises:
        ConfigError: The id is empty, or runs have pseudonyms and their key is missing.
        DataError: The output folder cannot be written, or a build is running in it.
    """
    output, identity = config.output_dir, _as_read(customer)
    done = Erasure(secrets.token_hex(8), {}, {})
    with writing(output), locked(output):
        runs = list_runs(output)
        key = _key_of(config, runs)
        for run in runs:
            names, why_not = _names_in(run, identity, key)
            for name in names:
                try:
                    n = _erase_from(run, config, name, done.receipt)
                except EngineError as error:
                    if not run.damages(Depth.WHOLE):
                        raise
                    why_not = f"its file cannot be read: {without_values(first_line(error))}"
                    break
                if n:
                    done.rows[run.id] = done.rows.get(run.id, 0) + n
            if why_not:
                done.unsearched[run.id] = why_not
        record = {"receipt": done.receipt, "rows_removed": done.rows, "not_searched": sorted(done.unsearched)}
        add_record(output, ERASURES, record)
    return done


def _as_read(customer: str) -> str:
    """Return an id as the intake reads it: without blanks at its ends."""
    if not is_unicode(customer):
        raise ConfigError("the id is not UTF-8 text", where="CUSTOMER", fix="give it as it stands in the exports")
    with looking() as con:
        row = con.execute(f"select {trimmed('given')} from (select cast(? as varchar) as given)", [customer]).fetchone()
    if row is None or not row[0]:
        raise ConfigError("the id is empty", where="CUSTOMER", fix="give it as it stands in the exports")
    return str(row[0])


def _key_of(config: Config, runs: list[Run]) -> Key | None:
    """Return the key where a run needs one; for runs whose record is damaged, if there is one."""
    records = [run.known() for run in runs]
    if any(record is not None and record["key_fingerprint"] for record in records):
        return load_key(config, create=False)[0]
    if None in records:
        with suppress(ConfigError):
            return load_key(config, create=False)[0]
    return None


def _names_in(run: Run, identity: str, key: Key | None) -> tuple[list[str], str]:
    """Return what a customer may be called in a run, and why they may not be found there; empty where they will be."""
    record = run.known()
    if record is None:
        names = [identity, *([key.pseudonym(identity)] if key else [])]
        return names, "its record is damaged, so that its key is not known"
    fingerprint = record["key_fingerprint"]
    if fingerprint is None:
        return [identity], ""
    if key is None or key.fingerprint != fingerprint:
        return [], "made with another key"
    return [key.pseudonym(identity)], ""


def _erase_from(run: Run, config: Config, identity: str, receipt: str) -> int:
    """Write the run's file without the rows of an id and return how many those are."""
    aside = run.folder / f".new.{os.getpid()}.duckdb"
    aside.unlink(missing_ok=True)
    try:
        with building(aside, config) as con:
            con.execute(f"attach {quote(str(run.warehouse))} as old (read_only)")
            con.execute("set preserve_insertion_order = true")
            _list_theirs(con, identity)
            before = _n_rows(con, "old")
            emptied = _n_emptied(con, identity)
            files = _files_of(con, identity)
            copy_database(con, "old", "built", lambda table: _rest(table, identity))
            removed = before - _n_rows(con, "built") + emptied
            con.execute("drop table temp.main.theirs")
            con.execute("detach old")
        if removed:
            make_final(aside)
            _replace(run, aside, {"receipt": receipt, "replaces": {run.id: removed}, "files": files})
        return removed
    finally:
        aside.unlink(missing_ok=True)


def _replace(run: Run, aside: Path, line: dict[str, Any]) -> None:
    """Put the new file in place of the old one, so that at every moment the run is whole and its erasure is known.

    Args:
        run: The run.
        aside: The new file.
        line: What is recorded before the old file goes.
    """
    # A run that was damaged before stays damaged: its new file is not the one that was published either.
    record = None if run.damages(Depth.OPENED) else settled(run.folder, run.record())
    if record is not None:
        before = largest_payment(run)
        if before > largest_of(aside):
            record["largest_payment"] = _rounded_up(before)
        new = seal(aside)
        rewrite_record(run, {**record, "replacing": {WAREHOUSE: new}})
    add_record(run.folder.parent.parent, ERASURES, line)
    aside.replace(run.warehouse)
    sync(run.folder)
    if record is not None:
        rewrite_record(run, {**record, "files": {**record["files"], WAREHOUSE: new}})


def _rounded_up(amount: float) -> float:
    """Return an amount rounded up to two digits: it still bounds what anyone pays, and is nobody's actual payment.

    Example:
        >>> _rounded_up(1234.5), _rounded_up(0.0)
        (1300.0, 0.0)
    """
    if amount <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(amount)) - 1)
    return math.ceil(amount / unit) * unit


def _list_theirs(con: Connection, identity: str) -> None:
    """Collect the subscriptions, lines and invoices that the id alone has."""
    con.execute("create temp table theirs (identity varchar)")
    for table in tables(con, "old"):
        if table.name != "stg_billing_row":
            continue
        for name in set(_OF_OTHERS) & set(table.columns):
            con.execute(
                f"insert into temp.main.theirs select {ident(name)} from old.{ident(table.name)} "
                f"where {ident(name)} is not null group by all having bool_and(customer_id = ?)",
                [identity],
            )


def _files_of(con: Connection, identity: str) -> list[str]:
    """Return the hashes of the input files that hold rows of an id: unchanged files still hold them."""
    selects: list[str] = []
    values: list[object] = []
    rows = con.execute(
        "select table_name, list(column_name) from duckdb_columns() "
        "where database_name = 'old' and table_name like 'stg%' "
        "group by table_name having bool_or(column_name = 'source_index') order by table_name"
    ).fetchall()
    for name, columns in rows:
        tests = []
        for column in sorted({*columns} & {*_OWNER}):
            tests.append(f"{ident(column)} = ?")
            values.append(identity)
        tests += [
            f"{ident(column)} in (select identity from temp.main.theirs)"
            for column in sorted({*columns} & {*_OF_OTHERS})
        ]
        if RAW in columns:
            names_them, value = _names_them(identity)
            tests.append(names_them)
            values.append(value)
        if tests:
            selects.append(f"select source_index from old.{ident(name)} where {' or '.join(tests)}")
    if not selects:
        return []
    found = con.execute(
        f"select distinct sha256 from old.inputs where source_index in ({' union '.join(selects)}) order by 1", values
    ).fetchall()
    return [str(digest) for (digest,) in found]


def _rest(table: Table, identity: str) -> tuple[str, Values]:
    """Return the SQL of a table without the customer's rows."""
    values: list[object] = []
    shown = []
    for name in table.columns:
        if name == RAW:
            # A rejected row may name the customer anywhere; what is left of it tells where it is in the export.
            names_them, value = _names_them(identity)
            shown.append(f"case when not {names_them} then {RAW} end as {RAW}")
            values.append(value)
        else:
            shown.append(ident(name))
    tests = []
    for name in table.columns:
        if name in _OWNER:
            tests.append(f"{ident(name)} is distinct from ?")
            values.append(identity)
        elif name in PERSONAL and not set(_OWNER) & set(table.columns):
            tests.append(f"({ident(name)} is null or {ident(name)} not in (select identity from temp.main.theirs))")
    where = f" where {' and '.join(tests)}" if tests else ""
    return f"select {', '.join(shown)} from old.{ident(table.name)}{where}", values


def _names_them(identity: str) -> tuple[str, str]:
    """Return the condition under which a rejected row names an id, and its parameter."""
    if len(identity) >= _LONG:
        return f"contains({RAW}, ?)", identity
    return f"regexp_matches({RAW}, ?)", f"(^|[^0-9A-Za-z]){re.escape(identity)}([^0-9A-Za-z]|$)"


def _n_emptied(con: Connection, identity: str) -> int:
    """Return how many rejected rows lose their content."""
    names_them, value = _names_them(identity)
    total = 0
    for table in tables(con, "old"):
        if RAW in table.columns:
            query = f"select count(*) from old.{ident(table.name)} where {names_them}"
            row = con.execute(query, [value]).fetchone()
            total += int(row[0]) if row else 0
    return total


def _n_rows(con: Connection, database: str) -> int:
    total = 0
    for table in tables(con, database):
        row = con.execute(f"select count(*) from {ident(database)}.{ident(table.name)}").fetchone()
        total += int(row[0]) if row else 0
    return total
