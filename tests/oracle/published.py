"""A published billing ledger beside the oracle's, row by row and to the last decimal, with a report of what differs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from fairness.build.pipeline import build
from fairness.config import load_config
from tests.oracle import ledger as oracle
from tests.oracle.ledger import AS_OF_COLUMNS, BASIS_COLUMN, BESIDE, BESIDE_KEY, GRAIN, LEDGER_COLUMNS
from tests.oracle.lines import Books
from tests.oracle.offers import is_for_new_customers, read_offer
from tests.oracle.values import Answer, Row, text
from tests.oracle.worlds import World, world, write_world

SHOWN_ROWS, SHOWN_LINES = 5, 40
BESIDE_COLUMNS = (*BESIDE_KEY, *dict.fromkeys(BESIDE.values()))
MONTHLY_OF = {f"{basis}_interval_ticks": column for basis, column in BASIS_COLUMN.items()}


@dataclass(frozen=True)
class Compared:
    """What was compared in one world.

    Attributes:
        lines: Billing lines of the world.
        rows: Rows of the published ledger.
        as_of_rows: Of these, rows of the as-of month, with what that month adds.
        reports: What differs, table by table; empty where nothing does.
    """

    lines: int
    rows: int
    as_of_rows: int
    reports: tuple[str, ...]


def compare(seed: int, folder: Path) -> Compared:
    """Build the world of a seed in a new folder and compare what it publishes with the oracle."""
    try:
        return compare_world(world(seed), folder)
    except Exception as error:
        error.add_note(f"in the world of seed {seed}, written to {folder}")
        raise


def compare_world(made: World, folder: Path) -> Compared:
    """Build a world and compare what it publishes with the oracle."""
    folder.mkdir()
    run = build(load_config(write_world(made, folder)))
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        published = _rows(con, "price_ledger", LEDGER_COLUMNS)
        as_of_rows = _rows(con, "int_as_of_row", AS_OF_COLUMNS)
        beside = _rows(con, "amount_beside", BESIDE_COLUMNS)
        totals = con.execute(
            "select disposition, reason, currency, n_rows, amount from reconciliation where role = 'billing'"
        ).fetchall()
        people = con.execute(
            "select disposition, sum(n_rows) from reconciliation where role = 'customers' group by disposition"
        ).fetchall()
    books = Books(made.billing, made.customers, made.settings)
    expected = oracle.ledger(books, made.offers)
    extras = oracle.as_of_extras(books, expected, made.offers, made.price_events)
    plain = _plainly_billed(books)
    tables = (expected, extras, published, as_of_rows, oracle.amounts_beside(books), beside)
    expected, extras, published, as_of_rows, amounts, beside = (
        [row for row in rows if row["customer_id"] in plain] for rows in tables
    )
    reports = [
        _totals_report(books, totals),
        _people_report(books, dict(people)),
        _rows_report("price_ledger", (*GRAIN, "month"), expected, published, made=made, columns=LEDGER_COLUMNS),
        _rows_report("amount_beside", BESIDE_KEY, amounts, beside, made=made, columns=BESIDE_COLUMNS),
        _rows_report("int_as_of_row", GRAIN, extras, as_of_rows, made=made, columns=AS_OF_COLUMNS),
    ]
    told = tuple(f"world of seed {made.seed}, written to {folder}\n{report}" for report in reports if report)
    return Compared(len(made.billing), len(published), len(as_of_rows), told)


def _plainly_billed(books: Books) -> set[str]:
    """The customers on whose bills every line speaks for itself: the oracle does not read the others as a person would.

    They have no amount below zero, no discount of its own and no more than one comparable line of a product in a month.
    """
    standing = [line for line in books.standing if line.status == "final"]
    odd = {line.customer_id for line in standing if line.net < 0 or line.kind == "discount"}
    things = Counter(
        (line.customer_id, line.product_id, month) for line in books.comparable for month in oracle.months_covered(line)
    )
    odd |= {customer_id for (customer_id, _, _), n_lines in things.items() if n_lines > 1}
    return {line.customer_id for line in standing} - odd


def _rows(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> list[Answer]:
    rows = con.execute(f"select {', '.join(columns)} from {table}").fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


# -------------------------------------------------------------------------------------------------- reconciliation


def _totals_report(books: Books, published: list[tuple[Any, ...]]) -> str:
    expected = books.reconciliation()
    lines = []
    for name, keep in (("(disposition, reason)", _by_reason), ("(disposition, currency)", _by_currency)):
        ours: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        theirs: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for (disposition, reason, currency), (n_rows, amount) in expected.items():
            _add(ours[keep(disposition, reason, currency)], n_rows, amount)
        for disposition, reason, currency, n_rows, amount in published:
            _add(theirs[keep(disposition, reason, currency)], n_rows, amount or 0)
        for key in sorted({*ours, *theirs}, key=str):
            if ours[key] != theirs[key]:
                lines.append(f"  {name} = {key}: oracle {_total(ours[key])}, published {_total(theirs[key])}")
    return "\n".join(["reconciliation differs:", *lines]) if lines else ""


def _people_report(books: Books, published: dict[str, int]) -> str:
    expected = Counter(books.customer_disposition)
    return "" if expected == published else f"customers differ: oracle {dict(expected)}, published {published}"


def _by_reason(disposition: str, reason: str | None, currency: str | None) -> tuple[str, str | None]:
    del currency
    return disposition, reason if disposition in ("rejected", "excluded") else None


def _by_currency(disposition: str, reason: str | None, currency: str | None) -> tuple[str, str | None]:
    """A currency that is no code is none, however it is written."""
    del reason
    return disposition, currency if re.fullmatch("[A-Z]{3}", currency or "") else None


def _add(total: list[Fraction], n_rows: int, amount: Any) -> None:
    total[0] += n_rows
    total[1] += Fraction(amount)


def _total(total: list[Fraction]) -> str:
    return f"{total[0]} lines of {float(total[1]):.6f}"


# ------------------------------------------------------------------------------------------------------------ rows


def _rows_report(
    table: str, key: tuple[str, ...], ours: list[Answer], theirs: list[Answer], *, made: World, columns: tuple[str, ...]
) -> str:
    """Name the rows of one side only and the columns that differ, then show the inputs behind the first of them."""
    expected = {tuple(row[name] for name in key): _plain(row, columns, made) for row in ours}
    published = {tuple(row[name] for name in key): _plain(row, columns, made) for row in theirs}
    lines = []
    if len(published) != len(theirs):
        lines.append(f"  {len(theirs) - len(published)} rows repeat a key")
    differing = [at for at in sorted({*expected, *published}, key=str) if expected.get(at) != published.get(at)]
    for at in differing[:SHOWN_ROWS]:
        lines.append("  " + " ".join(str(value) for value in at))
        if at not in published:
            lines.append("    only in the oracle")
        elif at not in expected:
            lines.append("    only in the published table")
        else:
            pairs = zip(columns, expected[at], published[at], strict=True)
            lines += [f"    {name}: oracle {_shown(a)}, published {_shown(b)}" for name, a, b in pairs if a != b]
    if not lines:
        return ""
    head = f"{table}: {len(differing)} of {len(expected)} rows differ, the first of them:"
    inputs = _inputs(made, customer_id=str(differing[0][0]), product_id=str(differing[0][1])) if differing else []
    return "\n".join([head, *lines, *inputs])


def _plain(row: Answer, columns: tuple[str, ...], made: World) -> tuple[Any, ...]:
    """Exact numbers; a price that is not positive is no comparator."""
    plain = []
    secondary = {column for basis, column in BASIS_COLUMN.items() if basis != made.settings.basis}
    for name in columns:
        value = row[name]
        if value is not None and not isinstance(value, bool | str) and not hasattr(value, "isoformat"):
            value = Fraction(value)
        if name == "n_candidates":
            value = value or Fraction(0)
        if name in secondary and value is not None and value <= 0:
            value = None
        # The monthly price says whether there is a comparator.
        monthly = MONTHLY_OF.get(name)
        if monthly in secondary and (row[monthly] is None or row[monthly] <= 0):
            value = None
        plain.append(value)
    return tuple(plain)


def _shown(value: Any) -> str:
    return str(value) if not hasattr(value, "isoformat") else value.isoformat()


def _inputs(made: World, *, customer_id: str, product_id: str) -> list[str]:
    """Show a customer's lines of a product with their dispositions, the customer, its price events and the offers."""
    found = Books(made.billing, made.customers, made.settings).dispositions()
    own = [
        (row, what)
        for row, what in zip(made.billing, found, strict=True)
        if text(row, "customer_id") == customer_id and (text(row, "product_id") or "all") == product_id
    ]
    own.sort(key=lambda item: item[0]["issued_on"])
    subscriptions = {row["subscription_id"] for row, _ in own}
    events = [row for row in made.price_events if row["subscription_id"] in subscriptions]
    offers = [row for row in made.offers if row["product_id"] == product_id]
    offers = [row for row in offers if is_for_new_customers(read_offer(row, made.settings))]
    customers = [row for row in made.customers if row["customer_id"] == customer_id]
    lines = [f"  {made.settings}", f"  {len(own)} billing lines of this customer and product:"]
    lines += [f"    {' '.join(filter(None, what))}: {_filled(row)}" for row, what in own[:SHOWN_LINES]]
    for name, rows in (("customers", customers), ("price_events", events), ("new-customer offers", offers)):
        lines += [f"  {name}:", *_listed(rows)]
    return lines


def _listed(rows: Iterable[Row]) -> list[str]:
    return [f"    {_filled(row)}" for row in rows]


def _filled(row: Row) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items() if value != "")
