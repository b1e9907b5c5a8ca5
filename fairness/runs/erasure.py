"""Erase a customer from the published runs: each file is written afresh without the customer's rows."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

import duckdb

from fairness.config import Config
from fairness.engine.connection import building
from fairness.engine.sql_text import ident, quote
from fairness.runs.copying import PERSONAL, RAW, Table, Values, copy_database, tables
from fairness.runs.key import Key
from fairness.runs.lock import locked
from fairness.runs.store import Run, add_record, list_runs, make_final, sync, writing

ERASURES = "erasures.jsonl"
_OWNER = ("customer_id", "party_id", "personal_customer_id", "offer_customer_id")
_OF_OTHERS = ("subscription_id", "line_id", "invoice_id")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did.

    Attributes:
        receipt: Random number under which it is recorded; it says nothing about the customer.
        rows: Run id to rows removed, of the runs that held the customer.
        unreadable: Runs whose pseudonyms were made with another key, so that the customer cannot be found in them.
    """

    receipt: str
    rows: dict[str, int]
    unreadable: tuple[str, ...]


def erase(config: Config, customer: str, key: Key | None) -> Erasure:
    """Remove a customer's rows from the analyst's file of every run, and record that it was done.

    Findings, counts and the share file are statistics and stay; a run that has to forget them too is pruned. Every file
    is replaced in one step: an interrupted erasure has done some runs and not others, and is finished by repeating it.

    Args:
        config: The study.
        customer: The real id.
        key: Key of the pseudonyms; None where there is none, so that only runs with real ids can be searched.
    """
    output = config.output_dir
    rows: dict[str, int] = {}
    unreadable = []
    receipt = secrets.token_hex(8)
    with writing(output), locked(output):
        for run in list_runs(output):
            fingerprint = run.record()["key_fingerprint"]
            if fingerprint is not None and (key is None or key.fingerprint != fingerprint):
                unreadable.append(run.id)
                continue
            identity = customer if fingerprint is None or key is None else key.pseudonym(customer)
            n = _erase_from(run, config, identity)
            if n:
                rows[run.id] = n
        record = {"receipt": receipt, "rows_removed": rows, "not_searched": unreadable}
        add_record(output, ERASURES, record)
    return Erasure(receipt, rows, tuple(unreadable))


def _erase_from(run: Run, config: Config, identity: str) -> int:
    """Write the run's file without the rows of an id and return how many those are."""
    aside = run.folder / f".new.{os.getpid()}.duckdb"
    aside.unlink(missing_ok=True)
    try:
        with building(aside, config) as con:
            con.execute(f"attach {quote(str(run.warehouse))} as old (read_only)")
            con.execute("set preserve_insertion_order = true")
            _list_theirs(con, identity)
            before = _n_rows(con, "old")
            copy_database(con, "old", "built", lambda table: _rest(table, identity))
            removed = before - _n_rows(con, "built")
            con.execute("drop table temp.main.theirs")
            con.execute("detach old")
        if removed:
            make_final(aside)
            aside.replace(run.warehouse)
            sync(run.folder)
        return removed
    finally:
        aside.unlink(missing_ok=True)


def _list_theirs(con: duckdb.DuckDBPyConnection, identity: str) -> None:
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


def _rest(table: Table, identity: str) -> tuple[str, Values]:
    """Return the SQL of a table without the rows that are the customer's."""
    values: list[object] = []
    shown = []
    for name in table.columns:
        if name == RAW:
            # A rejected row may name the customer anywhere; what is left of it says where it stands in the export.
            shown.append(f"case when not contains({RAW}, ?) then {RAW} end as {RAW}")
            values.append(identity)
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


def _n_rows(con: duckdb.DuckDBPyConnection, database: str) -> int:
    total = 0
    for table in tables(con, database):
        row = con.execute(f"select count(*) from {ident(database)}.{ident(table.name)}").fetchone()
        total += int(row[0]) if row else 0
    return total
