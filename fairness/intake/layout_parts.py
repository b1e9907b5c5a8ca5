"""What a layout is made of: kinds of columns, checks over several of them, and reject reasons in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "id", "text", "part", "product", "price", "amount", "quantity", "whole", "date", "month", "months", "unit", "count",
    "currency", "word", "flag",
]  # fmt: skip

INTERVAL_UNITS = ("day", "week", "month", "year")
CELL_BASE = ("product_id", "currency", "interval_unit", "interval_count")
"""Columns that every cell has, before those of ``like_for_like.cell``."""
PLAN = "plan_id"
"""The column that comes between the two where billing lines carry plans."""

BLANK_INTERVAL = "interval_is_blank"
"""Staging column of billing lines: whether the line does not state its billing interval."""

SQL_TYPES: dict[Kind, str] = {
    "id": "varchar", "text": "varchar", "part": "varchar", "product": "varchar", "price": "decimal(18,6)",
    "amount": "decimal(18,6)", "quantity": "decimal(18,6)", "whole": "integer", "date": "date",
    "month": "date", "months": "integer", "unit": "varchar", "count": "integer", "currency": "varchar",
    "word": "varchar", "flag": "boolean",
}  # fmt: skip
FILTERED = "FILTERED"
"""What replaces a reject reason on a row that its source's ``when`` leaves out."""

REASON_ORDER = (
    *("NOT_JOINED", "WHEN_UNKNOWN", "EXPRESSION_FAILED"),
    *("AMOUNT_OVERFLOW", "AMOUNT_UNPARSED", "AMOUNT_MISSING", "BAD_PRICE", "CURRENCY_MISSING", "CURRENCY_UNKNOWN"),
    *("TAX_BASIS_UNKNOWN", "NUMBER_UNPARSED", "BAD_CYCLES", "CONTROL_UNPARSED"),
    *("DATE_AMBIGUOUS", "DATE_UNPARSED", "DATE_RANGE", "DATE_MISSING", "PERIOD_INVALID"),
    *("CUSTOMER_ID_MISSING", "OFFER_ID_MISSING", "SUBSCRIPTION_ID_MISSING", "INDEX_CODE_MISSING", "CONTROL_CHARACTER"),
    *("STATUS_UNKNOWN", "KIND_UNKNOWN", "FLAG_UNPARSED"),
    *("AUDIENCE_UNKNOWN", "BASIS_UNKNOWN"),
    *("CONFIDENCE_UNKNOWN", "TENURE_UNPARSED", "TENURE_RANGE", "TENURE_NEGATIVE"),
    *("ORIGIN_UNKNOWN", "INTERVAL_UNKNOWN", "ONE_TIME_PRICE", "QTY_ZERO"),
)
"""Reject reasons in the order of the traps: money and numbers, dates, files and keys, what a line is, discounts,
customers and tenure, offers and comparison. A row with several reasons has the first. An expression that fails comes
first of all: what it computes is then missing, which is not a second fault."""


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column.

    Attributes:
        name: Its name.
        kind: How its value is cast and checked.
        default: SQL of the value where the file does not have the column; ``currency`` and ``as_of`` mean the study's.
        words: Allowed words of a ``word`` column, or further ones of a ``unit``; others are rejected.
        reason: Reject reason of a word that is not allowed.
        blank_is_default: Whether a blank of an interval means the default. On a billing line the period shows whether
            the interval is right; a book has nothing else to show it.
        is_needed: Whether a blank of a ``word`` column rejects its row, with ``reason``.
        is_end: Whether a date ends something that may run on for decades: a contract, an offer. Such dates have no
            upper bound (9999-12-31 means "open"); all others lie at most five years after as_of.
    """

    name: str
    kind: Kind
    default: str = "null"
    words: tuple[str, ...] = ()
    reason: str = ""
    blank_is_default: bool = False
    is_needed: bool = False
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A check over several columns of a row.

    Attributes:
        needs: Columns that a file must have for the check to make sense.
        healthy: Cheap condition under which the check passes.
        condition: Condition under which the row is rejected; ``$net`` stands for the net amount ex tax.
        reason: Reject reason.
        column: Column named in quarantine.
    """

    needs: tuple[str, ...]
    healthy: str
    condition: str
    reason: str
    column: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The canonical columns of a role.

    Attributes:
        role: Role in the config.
        table: Staging view that the SQL models read.
        columns: Canonical columns in order.
        required: Columns without which the file cannot be used; one of a tuple is enough.
        finals: SQL that replaces a typed value where several columns decide together: (name, needs, SQL).
        checks: Rejections that depend on several columns.
        keys: Whether rows carry the values of cells and lenses, and in which form.
        own_ids: Columns in which nearly every row has a value of its own. They are stored as they are: looking for what
            their values share takes a sixth of the time of staging and finds next to nothing.
    """

    role: str
    table: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    finals: tuple[tuple[str, str, str], ...] = ()
    checks: tuple[CrossCheck, ...] = ()
    keys: Literal["none", "whole", "part"] = "none"
    own_ids: tuple[str, ...] = ()

    @property
    def tells_blank_intervals(self) -> bool:
        """Whether rows say that their interval is blank: billed periods then show what it may be."""
        return any(column.blank_is_default for column in self.columns) and "period_end" in self.names

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the canonical columns."""
        return tuple(column.name for column in self.columns)
