"""The file of planned prices: who gets which price, and what new customers are offered."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from fairness.errors import ConfigError, nearest

Level = Literal["customer", "segment", "plan"]

COLUMNS = (
    "kind", "customer_id", "subscription_id", "product_id", "plan_id", "region", "channel", "interval_unit",
    "interval_count", "standard_price", "discount_percent", "discount_amount", "effective_on", "told_on",
    "intro_price", "intro_cycles", "setup_fee", "incentive_value",
)  # fmt: skip
"""Columns that the file may have."""

_PRICE_ONLY = ("customer_id", "subscription_id", "discount_percent", "discount_amount", "told_on")
_OFFER_ONLY = ("intro_price", "intro_cycles", "setup_fee", "incentive_value")
_UNITS = {"day": Decimal(12) / 365, "week": Decimal(84) / 365, "month": Decimal(1), "year": Decimal(12)}
"""Months in a unit of the billing interval, as in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """One row of the file.

    Attributes:
        line: Its line in the file; the header is line 1.
        kind: ``price`` for existing customers or ``offer`` to new ones.
        customer_id, subscription_id, product_id, plan_id, region, channel: Whom it concerns; None is anybody.
        interval_unit, interval_count: Billing interval; None is any for a price, and a month for an offer.
        standard: New price before discounts, or the list price offered; None leaves it as it is.
        discount_percent: New discount in percent of the standard price; 0 takes all discounts away.
        discount_amount: New discount as an amount.
        effective_on: Day from which it holds.
        told_on: Day on which customers are told of it.
        intro, intro_cycles, setup_fee, incentive: Introduction, fee and gift of an offer.
    """

    line: int
    kind: Literal["price", "offer"]
    customer_id: str | None
    subscription_id: str | None
    product_id: str | None
    plan_id: str | None
    region: str | None
    channel: str | None
    interval_unit: str | None
    interval_count: int | None
    standard: Decimal | None
    discount_percent: Decimal | None
    discount_amount: Decimal | None
    effective_on: date
    told_on: date | None
    intro: Decimal | None
    intro_cycles: int | None
    setup_fee: Decimal
    incentive: Decimal

    @property
    def level(self) -> Level:
        """Whom it names: single customers beat segments, segments beat plans."""
        if self.customer_id or self.subscription_id:
            return "customer"
        return "segment" if self.region or self.channel else "plan"

    @property
    def n_keys(self) -> int:
        """How many keys an offer states: of several that fit, the one that states most counts."""
        return sum(key is not None for key in (self.plan_id, self.region, self.channel))

    def effective(self, horizon_months: int) -> Decimal:
        """Return the offer averaged over the horizon, set-up fee and gift included, per billing interval.

        Example:
            An introduction of 20 for 6 of 12 months, then 30, and a fee of 12: (6 x 20 + 6 x 30 + 12) / 12 = 26.
        """
        assert self.standard is not None
        months = _UNITS[self.interval_unit or "month"] * (self.interval_count or 1)
        once = self.setup_fee - self.incentive
        if self.intro is None:
            total = self.standard * horizon_months
        else:
            within = min(Decimal(horizon_months), (self.intro_cycles or 0) * months)
            total = self.intro * within + self.standard * (horizon_months - within)
        return max(Decimal(0), (total + once * months) / horizon_months)


def read_planned(path: Path) -> list[PlannedRow]:
    """Return the rows of a file of planned prices.

    Raises:
        ConfigError: The file cannot be read as one, or a row contradicts itself; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the planned prices cannot be read", where=str(path), fix="name a CSV file in UTF-8, with a header"
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    for name in header:
        if name not in COLUMNS:
            raise ConfigError(
                f"'{name}' is no column of planned prices{nearest(name, COLUMNS)}",
                where=f"{path.name}, line 1",
                fix=f"columns are {', '.join(COLUMNS)}",
            )
    rows = [_Reader(path.name, reader.line_num, cells).row() for cells in reader]
    if not rows:
        raise ConfigError("there is no planned price", where=path.name, fix="write a header and one row per price")
    return rows


def month(text: str | None) -> date | None:
    """Return the first day of a month.

    Raises:
        ConfigError: It is no month.

    Example:
        >>> month("2026-04")
        datetime.date(2026, 4, 1)
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ConfigError(f"'{text}' is no month", where="--at", fix="write a month as 2026-04") from None


class _Reader:
    """One line of the file, read cell by cell."""

    def __init__(self, name: str, line: int, cells: dict[str, str | None]) -> None:
        self._name, self._line = name, line
        self._cells = {key: (value or "").strip() for key, value in cells.items() if isinstance(value, str)}

    def row(self) -> PlannedRow:
        kind = self._text("kind") or "price"
        if kind not in ("price", "offer"):
            raise self._error(f"kind is '{kind}'", "write price or offer")
        for name in _OFFER_ONLY if kind == "price" else _PRICE_ONLY:
            if self._text(name):
                raise self._error(f"{name} does not belong to a row of kind {kind}", "leave it empty")
        effective_on = self._day("effective_on")
        if effective_on is None:
            raise self._error("effective_on is missing", "write the day from which it holds, such as 2026-04-01")
        found = PlannedRow(
            line=self._line,
            kind="offer" if kind == "offer" else "price",
            customer_id=self._text("customer_id"),
            subscription_id=self._text("subscription_id"),
            product_id=self._text("product_id"),
            plan_id=self._text("plan_id"),
            region=self._text("region"),
            channel=self._text("channel"),
            interval_unit=self._unit(),
            interval_count=self._count("interval_count"),
            standard=self._amount("standard_price"),
            discount_percent=self._amount("discount_percent"),
            discount_amount=self._amount("discount_amount"),
            effective_on=effective_on,
            told_on=self._day("told_on"),
            intro=self._amount("intro_price"),
            intro_cycles=self._count("intro_cycles"),
            setup_fee=self._amount("setup_fee") or Decimal(0),
            incentive=self._amount("incentive_value") or Decimal(0),
        )
        self._refuse(found)
        return found

    def _refuse(self, row: PlannedRow) -> None:
        named = (row.customer_id, row.subscription_id, row.product_id, row.plan_id, row.region, row.channel)
        if not any(named):
            raise self._error("the row names nobody", "name a customer, a product, a plan, a region or a channel")
        if row.kind == "offer" and (row.product_id is None or row.standard is None):
            raise self._error("an offer needs product_id and standard_price", "write both")
        if row.kind == "offer" and (row.intro is None) != (row.intro_cycles is None):
            raise self._error("intro_price and intro_cycles belong together", "write both, or neither")
        if row.standard is None and row.discount_percent is None and row.discount_amount is None:
            raise self._error("the row states no price", "write standard_price, discount_percent or discount_amount")
        if row.discount_percent is not None and row.discount_amount is not None:
            raise self._error("the row states two discounts", "write discount_percent or discount_amount")
        if row.discount_percent is not None and row.discount_percent > 100:
            raise self._error("the discount is above 100 %", "write 10 for 10 %")

    def _error(self, what: str, fix: str) -> ConfigError:
        return ConfigError(what, where=f"{self._name}, line {self._line}", fix=fix)

    def _text(self, name: str) -> str | None:
        return self._cells.get(name) or None

    def _unit(self) -> str | None:
        unit = self._text("interval_unit")
        if unit is not None and unit not in _UNITS:
            raise self._error(f"interval_unit is '{unit}'", f"write {', '.join(_UNITS)}")
        return unit

    def _amount(self, name: str) -> Decimal | None:
        text = self._text(name)
        if text is None:
            return None
        try:
            value = Decimal(text)
            if not value.is_finite() or not 0 <= value <= 10**9:
                raise InvalidOperation
        except InvalidOperation:
            raise self._error(f"{name} is '{text}'", "write a number of 0 or more, such as 31.99") from None
        return value.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)

    def _count(self, name: str) -> int | None:
        text = self._text(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1200:
            raise self._error(f"{name} is '{text}'", "write a whole number above 0")
        return int(text)

    def _day(self, name: str) -> date | None:
        text = self._text(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise self._error(f"{name} is '{text}'", "write a day as 2026-04-01") from None
