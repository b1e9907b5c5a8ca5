"""What happens to every billing line: typed values, reject reasons, duplicates, versions and exclusions."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.oracle.values import (
    KINDS,
    STATUSES,
    UNITS,
    RejectedError,
    Row,
    Settings,
    add_interval,
    currency_code,
    day,
    flag,
    number,
    required,
    text,
    whole_count,
    word,
)

BILLING_COLUMNS = (
    *("customer_id", "issued_on", "net_amount", "currency", "line_id", "invoice_id", "invoice_status"),
    *("subscription_id", "product_id", "plan_id", "price_version_id", "line_kind", "charge_reason", "period_start"),
    *("period_end", "interval_unit", "interval_count", "quantity", "list_unit_price", "gross_amount"),
    *("discount_amount", "tax_amount", "tax_inclusive", "discount_id", "discount_audience", "is_proration"),
    *("channel", "region", "livemode", "contract_end", "price_set_on"),
)
"""The columns of billing, but for extracted_at, which tells versions apart and is no content."""

REJECT_REASONS = (
    *("AMOUNT_OVERFLOW", "AMOUNT_UNPARSED", "AMOUNT_MISSING", "BAD_PRICE", "CURRENCY_MISSING", "CURRENCY_UNKNOWN"),
    *("TAX_BASIS_UNKNOWN", "DATE_AMBIGUOUS", "DATE_UNPARSED", "DATE_RANGE", "DATE_MISSING", "PERIOD_INVALID"),
    *("CUSTOMER_ID_MISSING", "CONTROL_CHARACTER", "STATUS_UNKNOWN", "KIND_UNKNOWN", "FLAG_UNPARSED"),
    *("INTERVAL_UNKNOWN", "QTY_ZERO"),
)
"""In the order of the traps: money, dates, keys, kinds of line, comparison; a line with several has the first."""
TEXTS = ("line_id", "subscription_id", "plan_id", "region", "channel", "discount_id", "discount_audience")
AMOUNTS = ("net_amount", "gross_amount", "discount_amount", "tax_amount", "list_unit_price")
DATES = ("period_start", "period_end", "contract_end", "price_set_on")


class Line(SimpleNamespace):
    """A billing line: its row, all its reject reasons, its content and its typed values.

    A value is None where it is missing or does not cast; `net` is ex tax, whatever columns it comes from.
    """


def read_line(row: Row, settings: Settings) -> Line:
    """Cast every value, and list all reasons for rejecting the line in the order of the rules."""
    readers: dict[str, Callable[[], Any]] = {name: partial(text, row, name) for name in TEXTS}
    readers |= {name: partial(number, row, name) for name in AMOUNTS}
    readers |= {name: partial(day, row, name) for name in DATES}
    readers |= {
        "customer_id": lambda: required(text(row, "customer_id"), "CUSTOMER_ID_MISSING"),
        "product_id": lambda: text(row, "product_id") or ("unknown" if "product_id" in row else "all"),
        "currency": lambda: currency_code(row, settings),
        "issued_on": lambda: required(day(row, "issued_on"), "DATE_MISSING"),
        "extracted_at": lambda: text(row, "extracted_at") or "",
        "quantity": lambda: Fraction(1) if text(row, "quantity") is None else number(row, "quantity"),
        "unit": lambda: word(row, "interval_unit", UNITS, "month", "INTERVAL_UNKNOWN"),
        "count": lambda: whole_count(row, "interval_count"),
        "is_blank_interval": lambda: text(row, "interval_unit") is None,
        "status": lambda: word(row, "invoice_status", STATUSES, "final", "STATUS_UNKNOWN"),
        "kind": lambda: word(row, "line_kind", KINDS, "recurring", "KIND_UNKNOWN"),
        "is_proration": lambda: flag(row, "is_proration", False),
        "livemode": lambda: flag(row, "livemode", True),
        "tax_inclusive": lambda: flag(row, "tax_inclusive", False),
    }
    names = dict.fromkeys((*BILLING_COLUMNS, *settings.cell, *settings.lenses))
    line = Line(row=row, reasons=[], content=tuple(said(row, name) for name in names if name in row))
    line.key_columns = (*settings.cell, *settings.lenses)
    for name, reader in readers.items():
        try:
            setattr(line, name, reader())
        except RejectedError as error:
            setattr(line, name, None)
            line.reasons.append(str(error))
    line.net = net_ex_tax(line)
    line.gross_ex_tax, line.discount_ex_tax = (share_ex_tax(line, a) for a in (line.gross_amount, line.discount_amount))
    line.reasons = sorted([*line.reasons, *contradictions(line)], key=REJECT_REASONS.index)
    return line


def said(row: Row, name: str) -> str:
    """What a value says, however it is written: 99.9 and 99.900000 are one amount."""
    value = text(row, name) or ""
    if name in (*AMOUNTS, "quantity", "interval_count") and value:
        try:
            return str(number(row, name))
        except RejectedError:
            return value
    return value


def net_ex_tax(line: Line) -> Fraction | None:
    """The stated net amount, else gross less discount; less the tax where it is tax inclusive."""
    net: Fraction | None = line.net_amount
    if text(line.row, "net_amount") is None and line.gross_amount is not None:
        net = line.gross_amount - (line.discount_amount or 0)
    if net is not None and line.tax_inclusive and line.tax_amount is not None:
        net -= line.tax_amount
    return net


def share_ex_tax(line: Line, amount: Fraction | None) -> Fraction | None:
    """Gross or discount less the tax in it, at the rate of the whole line, to six decimals, half to even."""
    if amount is None or not line.tax_inclusive or line.tax_amount is None or line.net is None:
        return amount
    with_tax = line.net + line.tax_amount
    return Fraction(round(amount * line.net / with_tax * 10**6), 10**6) if with_tax else None


def contradictions(line: Line) -> list[str]:
    """Reasons for rejecting a line whose values cast but cannot be used together."""
    no_amount = text(line.row, "net_amount") is None and text(line.row, "gross_amount") is None
    backwards = None not in (line.period_start, line.period_end) and line.period_end < line.period_start
    keys = [line.row.get(name, "") for name in ("product_id", *line.key_columns)]
    priced = line.kind == "recurring" and line.status == "final" and line.is_proration is False
    rules = (
        (no_amount, "AMOUNT_MISSING"),
        (backwards, "PERIOD_INVALID"),
        (any("\x1f" in value for value in keys), "CONTROL_CHARACTER"),
        (line.kind == "recurring" and line.quantity == 0, "QTY_ZERO"),
        (priced and line.net == 0 and not (line.discount_amount or 0) > 0, "BAD_PRICE"),
        (line.tax_inclusive and line.tax_amount is None, "TAX_BASIS_UNKNOWN"),
    )
    return [reason for applies, reason in rules if applies]


def drop_duplicates(lines: list[Line]) -> list[Line]:
    """Of lines with one line_id and identical content one copy stays, the last extracted; no line_id, no duplicate."""
    stays: dict[Any, Line] = {}
    for line in lines:
        key = (line.line_id, line.content) if line.line_id else id(line)
        if key not in stays or line.extracted_at > stays[key].extracted_at:
            stays[key] = line
    return list(stays.values())


def drop_superseded(lines: list[Line]) -> list[Line]:
    """Of the versions of one line_id the latest stays."""
    stays: dict[Any, Line] = {}
    for line in lines:
        key = line.line_id or id(line)
        if key not in stays or _version(line) > _version(stays[key]):
            stays[key] = line
    return list(stays.values())


def _version(line: Line) -> tuple[Any, ...]:
    return line.extracted_at, line.issued_on, line.content


def is_full_period(line: Line) -> bool:
    expected = add_interval(line.period_start, line.unit, line.count)
    days_off = abs((line.period_end - expected).days)
    return bool(days_off <= (3 if line.unit == "month" else 1))


def is_unclear(line: Line) -> bool:
    """A blank interval whose period is no month, give or take a day, nor ends with it where the start was cut."""
    if not line.is_blank_interval or line.period_end <= line.period_start:
        return False
    expected = add_interval(line.period_start, "month", line.count)
    if abs((line.period_end - expected).days) <= 1:
        return False
    last = (line.period_start + timedelta(days=1)).day == 1
    until = expected.replace(day=monthrange(expected.year, expected.month)[1])
    return not (last and expected <= line.period_end <= until)


def exclusion(line: Line, is_test: bool, tenure_start: date | None) -> str | None:
    """The first reason that keeps a standing line out of the price, or None."""
    has_period = line.period_start is not None and line.period_end is not None
    rules = (
        (line.status == "draft", "draft"),
        (line.status == "void", "void"),
        (line.status == "unknown", "status_unknown"),
        (not line.livemode or is_test, "test"),
        (line.kind != "recurring", line.kind),
        (line.is_proration, "proration"),
        (not has_period, "no_period"),
        (has_period and is_unclear(line), "interval_unclear"),
        (has_period and not is_full_period(line), "partial_period"),
        (line.quantity < 0, "negative_quantity"),
        (line.net < 0, "negative_amount"),
        (line.net == 0, "fully_discounted"),
        (
            tenure_start is not None and add_interval(line.issued_on, line.unit, line.count) <= tenure_start,
            "tenure_negative",
        ),
    )
    return next((reason for applies, reason in rules if applies), None)


def read_customers(
    customers: list[Row], given: frozenset[str], settings: Settings
) -> tuple[list[str], dict[str | None, Row]]:
    """The disposition of every row of the customer file, and the row that counts of each customer.

    Copies count once. Rows that differ in what the study uses contradict each other: none of them counts. A column of
    the cell or the lenses that the billing lines have (`given`) is not taken from here.
    """
    used = [name for name in (*settings.cell, *settings.lenses) if name not in given]
    contents: dict[str | None, set[tuple[Any, ...]]] = {}
    for row in customers:
        said_of = (text(row, "party_id"), day(row, "tenure_start"), text(row, "tenure_confidence"))
        said_of += (flag(row, "is_test", False), *(text(row, name) for name in used))
        contents.setdefault(text(row, "customer_id"), set()).add(said_of)
    found: dict[str | None, Row] = {}
    what = []
    for row in customers:
        customer_id = text(row, "customer_id")
        if len(contents[customer_id]) > 1:
            what.append("rejected")
        else:
            what.append("duplicate" if customer_id in found else "accepted")
            found.setdefault(customer_id, row)
    return what, found


class Books:
    """All lines with their dispositions, and what is known of each customer."""

    def __init__(self, billing: list[Row], customers: list[Row], settings: Settings) -> None:
        self.settings = settings
        self.lines = [read_line(row, settings) for row in billing]
        given = frozenset(billing[0]) if billing else frozenset()
        self.customer_disposition, self.customers = read_customers(customers, given, settings)
        self.states_tenure = any("tenure_start" in row for row in customers)
        unique = drop_duplicates([line for line in self.lines if not line.reasons])
        self.standing = drop_superseded(unique)
        self.first_seen: dict[str, date] = {}
        for line in self.standing:
            if line.status == "final" and self.is_live(line) and line.kind in ("recurring", "proration", "trial"):
                seen = line.period_start or line.issued_on
                self.first_seen[line.customer_id] = min(seen, self.first_seen.get(line.customer_id, seen))
        self.disposition: dict[int, tuple[str, str | None]] = {}
        for line in self.lines:
            self.disposition[id(line)] = ("rejected", line.reasons[0]) if line.reasons else ("duplicate", None)
        for line in unique:
            self.disposition[id(line)] = ("excluded", "superseded")
        for line in self.standing:
            reason = exclusion(line, self.is_test(line.customer_id), self.tenure_start(line.customer_id))
            self.disposition[id(line)] = ("excluded", reason) if reason else ("accepted", None)
        self.comparable = [line for line in self.lines if self.disposition[id(line)][0] == "accepted"]

    def is_test(self, customer_id: str) -> bool:
        return flag(self.customers.get(customer_id, {}), "is_test", False)

    def is_live(self, line: Line) -> bool:
        return bool(line.livemode) and not self.is_test(line.customer_id)

    def tenure_start(self, customer_id: str) -> date | None:
        """What the file states; the first bill where it leaves the start blank, or where no file states any."""
        if self.states_tenure and customer_id not in self.customers:
            return None
        return day(self.customers.get(customer_id, {}), "tenure_start") or self.first_seen.get(customer_id)

    def is_censored(self, customer_id: str) -> bool:
        """The true start lies before what is known: declared so, or first seen in the first month of the data."""
        row = self.customers.get(customer_id, {})
        if text(row, "tenure_confidence") == "censored":
            return True
        if self.tenure_start(customer_id) is None:
            return False
        first_month = min(self.first_seen.values()).replace(day=1)
        return text(row, "tenure_start") is None and self.first_seen[customer_id].replace(day=1) == first_month

    def dispositions(self) -> list[tuple[str, str | None]]:
        """Return (disposition, reason) of every input line, by its index; no reason where there is no choice."""
        return [self.disposition[id(line)] for line in self.lines]

    def reconciliation(self) -> dict[tuple[str, str | None, str | None], tuple[int, Fraction]]:
        """Return (disposition, reason, currency) -> (lines, sum of net); what does not cast is none."""
        found: dict[tuple[str, str | None, str | None], tuple[int, Fraction]] = {}
        for line in self.lines:
            key = (*self.disposition[id(line)], line.currency)
            n_rows, amount = found.get(key, (0, Fraction(0)))
            found[key] = n_rows + 1, amount + (line.net or 0)
        return found
