"""Why rows cannot be used: the checks of the canonical form, in pandas. Rules: docs/ledger.md.

Each distinct value is parsed and checked once; rows are touched only where a value fails. Part of the other way to the
findings of billing lines (``lines_pandas.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from lines_read import Table

MICROS = 10**6
MISSING = np.iinfo(np.int64).min
CLEAN = 127
NO_DAY = -(2**30)
EARLIEST, LATEST, OPEN_END = (np.datetime64(day) for day in ("1950-01-01", "2030-12-01", "9999-12-31"))
REASONS = (
    "AMOUNT_OVERFLOW", "AMOUNT_UNPARSED", "AMOUNT_MISSING", "BAD_PRICE", "CURRENCY_MISSING", "CURRENCY_UNKNOWN",
    "NUMBER_UNPARSED", "BAD_CYCLES", "DATE_AMBIGUOUS", "DATE_UNPARSED", "DATE_RANGE", "DATE_MISSING", "PERIOD_INVALID",
    "CUSTOMER_ID_MISSING", "OFFER_ID_MISSING", "SUBSCRIPTION_ID_MISSING", "CONTROL_CHARACTER", "STATUS_UNKNOWN",
    "KIND_UNKNOWN", "FLAG_UNPARSED", "AUDIENCE_UNKNOWN", "CONFIDENCE_UNKNOWN", "ORIGIN_UNKNOWN", "INTERVAL_UNKNOWN",
    "QTY_ZERO",
)  # fmt: skip
"""In the order in which one of several counts."""

KINDS = (
    "recurring", "usage", "one_off", "setup", "fee", "finance", "proration", "trial", "discount", "credit", "tax",
    "balance", "summary",
)  # fmt: skip
_AUDIENCES = ("new_only", "existing_only", "all", "unknown")
_ORIGINS = ("price_book", "promotion", "quote", "market", "derived_first_invoice")
_FLAGS = {"t": "true", "yes": "true", "y": "true", "1": "true", "f": "false", "no": "false", "n": "false", "0": "false"}
_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_NUMERIC_DATE = r"\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})"


def day_numbers(days: np.ndarray) -> np.ndarray:
    """Return days since 1970 in half the space, NO_DAY where there is none."""
    return np.where(np.isnat(days), NO_DAY, days.astype("datetime64[D]").astype(np.int64)).astype(np.int32)


@dataclass
class Checked:
    """A table with its numbers and dates, by distinct value and a last entry for blanks, and why each row is rejected.

    ``micros`` are exact 10^-6, MISSING where there is none; ``reason`` is a position in REASONS, or CLEAN.
    """

    table: Table
    micros: dict[str, np.ndarray] = field(default_factory=dict)
    days: dict[str, np.ndarray] = field(default_factory=dict)
    reason: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.reason = np.full(len(self.table), CLEAN, dtype=np.int8)

    def number(self, name: str) -> np.ndarray:
        """Return the number of each row."""
        return self.micros[name][self.table.codes[name]]

    def date(self, name: str) -> np.ndarray:
        """Return the date of each row."""
        return self.days[name][self.table.codes[name]]

    def holds(self, name: str, condition: np.ndarray) -> np.ndarray:
        """Return which rows have a value for which the condition holds; its last entry is for blanks."""
        return condition[self.table.codes[name]]

    def day(self, name: str) -> np.ndarray:
        """Return the date of each row as days since 1970, NO_DAY where there is none."""
        return day_numbers(self.days[name])[self.table.codes[name]]

    def note(self, reason: str, rows: np.ndarray) -> None:
        """Reject rows, unless an earlier reason has."""
        rank = REASONS.index(reason)
        self.reason[rows & (self.reason > rank)] = rank

    def note_values(self, reason: str, name: str, bad: np.ndarray, *, blank: bool = False) -> None:
        """Reject the rows whose value is bad, and where ``blank`` those without one."""
        if bad.any() or blank:
            self.note(reason, np.append(bad, blank)[self.table.codes[name]])

    def amounts(self, *names: str, price: bool = False) -> None:
        """Parse amounts; prices must be above half a tick."""
        for name in names:
            text = pd.Series(self.table.values[name], dtype="str").str.strip()
            plain = text.str.fullmatch(_PLAIN).to_numpy(dtype=bool)
            value = pd.to_numeric(text.where(plain)).to_numpy(dtype=float)
            fits = plain & (np.abs(value) < 1e12)
            self.note_values("AMOUNT_OVERFLOW", name, plain & ~fits)
            self.note_values("AMOUNT_UNPARSED", name, ~plain & (text != "").to_numpy())
            micros = np.where(fits, np.rint(np.where(fits, value, 0) * MICROS), MISSING).astype(np.int64)
            self.note_values("BAD_PRICE", name, fits & price & (micros <= 50))
            self.micros[name] = np.append(micros, MISSING)

    def whole(self, name: str, *, blank: int = MISSING, least: int = 0, reason: str) -> None:
        """Parse whole numbers; others, and those below the least, are rejected."""
        self.table.tidy(name)
        text = pd.Series(self.table.values[name], dtype="str")
        value = pd.to_numeric(text.where(text.str.fullmatch(_PLAIN)), errors="coerce").to_numpy(dtype=float)
        good = value == np.floor(value)
        self.note_values("NUMBER_UNPARSED" if reason == "BAD_CYCLES" else reason, name, ~good)
        self.note_values(reason, name, good & (value < least))
        self.micros[name] = np.append(np.where(good, value, 0).astype(np.int64), blank)

    def dates(self, *names: str, latest: np.datetime64 = LATEST) -> None:
        """Parse dates and check their range."""
        for name in names:
            text = pd.Series(self.table.values[name], dtype="str").str.strip()
            iso = text.str[:10].where(text.str.fullmatch(_ISO))
            days = pd.to_datetime(iso, errors="coerce", format="%Y-%m-%d").to_numpy().astype("datetime64[D]")
            failed = np.isnat(days) & (text != "").to_numpy()
            self.note_values("DATE_AMBIGUOUS", name, failed & text.str.fullmatch(_NUMERIC_DATE).to_numpy(dtype=bool))
            self.note_values("DATE_UNPARSED", name, failed)
            self.note_values("DATE_RANGE", name, (days < EARLIEST) | (days > latest))
            self.days[name] = np.append(days, np.datetime64("NaT"))

    def word(self, name: str, allowed: tuple[str, ...], reason: str, blank: str | None) -> None:
        """Bring words to lower case; others than the allowed ones are rejected."""
        self.table.tidy(name, blank=blank, case="lower")
        self.note_values(reason, name, ~np.isin(self.table.values[name], allowed))

    def flag(self, name: str) -> None:
        """Bring a flag to true or false; a blank is false."""
        self.table.tidy(name, case="lower")
        self.table.values[name] = np.array(
            [_FLAGS.get(value, value) for value in self.table.values[name]], dtype=object
        )
        self.word(name, ("true", "false"), "FLAG_UNPARSED", "false")

    def keys(self, *names: str, blank: str | None = None) -> None:
        """Trim values that keys are made of; none may hold a character that joins keys."""
        for name in names:
            self.table.tidy(name, blank=blank)
            joins = [("\x1f" in value or "\x1e" in value) for value in self.table.values[name]]
            self.note_values("CONTROL_CHARACTER", name, np.array(joins, dtype=bool))

    def ids(self, name: str) -> None:
        """Trim an id that every row must have."""
        self.table.tidy(name)
        self.note(f"{name.upper()}_MISSING", self.table.codes[name] < 0)

    def currency(self) -> None:
        """Bring currencies to upper case; three letters."""
        self.table.tidy("currency", case="upper")
        known = pd.Series(self.table.values["currency"], dtype="str").str.fullmatch("[A-Z]{3}").to_numpy(dtype=bool)
        self.note_values("CURRENCY_UNKNOWN", "currency", ~known)
        self.note("CURRENCY_MISSING", self.table.codes["currency"] < 0)

    def interval(self) -> None:
        """Parse the billing interval; a blank is a month, or 1."""
        self.word("interval_unit", ("day", "week", "month", "year"), "INTERVAL_UNKNOWN", "month")
        self.table.tidy("interval_count")
        whole = pd.Series(self.table.values["interval_count"], dtype="str")
        # 1 and 1.0 are the same number, and one key.
        self.table.values["interval_count"] = whole.str.replace(r"^\+?0*(\d+)\.?0*$", r"\1", regex=True).to_numpy()
        self.table.tidy("interval_count", blank="1")
        self.whole("interval_count", least=1, reason="INTERVAL_UNKNOWN")

    def intervals(self, codes: dict[str, np.ndarray]) -> Iterator[tuple[np.ndarray, str, int]]:
        """Yield the rows of each billing interval with its unit and count."""
        units, counts = codes["interval_unit"].astype(np.int32), codes["interval_count"]
        pairs = units * len(self.micros["interval_count"]) + counts
        for pair in pd.unique(pairs):
            unit, count = divmod(int(pair), len(self.micros["interval_count"]))
            rows = np.flatnonzero(pairs == pair)
            yield rows, str(self.table.values["interval_unit"][unit]), int(self.micros["interval_count"][count])

    def is_word(self, name: str, *words: str) -> np.ndarray:
        """Return which rows hold one of the words."""
        return np.append(np.isin(self.table.values[name], words), False)[self.table.codes[name]]


def check_lines(table: Table) -> tuple[Checked, np.ndarray]:
    """Check billing lines; return them with their net amount, MISSING where they state none."""
    lines = Checked(table)
    lines.amounts("quantity", "list_unit_price", "gross_amount", "discount_amount", "net_amount", "tax_amount")
    lines.micros["quantity"][lines.micros["quantity"] == MISSING] = MICROS
    lines.dates("issued_on", "period_start", "period_end")
    lines.currency()
    lines.ids("customer_id")
    lines.keys("product_id", blank="unknown")
    lines.keys("channel", "region")
    for name in ("plan_id", "subscription_id", "charge_reason", "discount_id"):
        table.tidy(name)
    lines.word("invoice_status", ("draft", "final", "void", "unknown"), "STATUS_UNKNOWN", "final")
    lines.word("line_kind", KINDS, "KIND_UNKNOWN", "recurring")
    lines.flag("is_proration")
    lines.interval()
    net = lines.number("net_amount")
    unstated = np.flatnonzero(net == MISSING)
    gross, discount = (lines.micros[name][table.codes[name][unstated]] for name in ("gross_amount", "discount_amount"))
    net[unstated] = np.where(gross == MISSING, MISSING, gross - np.where(discount == MISSING, 0, discount))
    lines.note("AMOUNT_MISSING", net == MISSING)
    is_recurring = lines.is_word("line_kind", "recurring")
    is_free = (net == 0) & is_recurring & lines.is_word("invoice_status", "final")
    is_free &= lines.is_word("is_proration", "false")
    lines.note("BAD_PRICE", is_free & lines.holds("discount_amount", lines.micros["discount_amount"] <= 0))
    lines.note("QTY_ZERO", is_recurring & lines.holds("quantity", lines.micros["quantity"] == 0))
    lines.note("DATE_MISSING", lines.holds("issued_on", np.isnat(lines.days["issued_on"])))
    start, end = lines.day("period_start"), lines.day("period_end")
    lines.note("PERIOD_INVALID", (end < start) & (end != NO_DAY))
    return lines, net


def check_offers(table: Table) -> Checked:
    """Check offers."""
    offers = Checked(table)
    offers.amounts("list_unit_price", price=True)
    offers.amounts("intro_unit_price", "setup_fee", "incentive_value")
    offers.note("AMOUNT_MISSING", offers.number("list_unit_price") == MISSING)
    intro = offers.number("intro_unit_price")
    offers.note("BAD_PRICE", (intro < 0) & (intro != MISSING))
    offers.whole("intro_cycles", reason="BAD_CYCLES")
    offers.dates("valid_from")
    offers.dates("valid_to", latest=OPEN_END)
    start = offers.date("valid_from")
    offers.note("DATE_MISSING", np.isnat(start))
    offers.note("PERIOD_INVALID", offers.date("valid_to") < start)
    offers.currency()
    offers.ids("offer_id")
    offers.keys("product_id", "plan_id", "region", "channel")
    offers.word("audience", _AUDIENCES, "AUDIENCE_UNKNOWN", "unknown")
    offers.word("origin", _ORIGINS, "ORIGIN_UNKNOWN", "price_book")
    offers.interval()
    return offers


def check_customers(table: Table) -> Checked:
    """Check the customer file."""
    customers = Checked(table)
    customers.ids("customer_id")
    customers.dates("tenure_start")
    customers.word("tenure_confidence", ("high", "low", "censored"), "CONFIDENCE_UNKNOWN", None)
    customers.flag("is_test")
    customers.keys("is_vulnerable")
    return customers


def check_events(table: Table) -> Checked:
    """Check price events."""
    events = Checked(table)
    events.ids("subscription_id")
    events.dates("changed_on", "announced_on")
    events.amounts("old_price", "new_price", price=True)
    events.note("DATE_MISSING", np.isnat(events.date("changed_on")))
    return events
