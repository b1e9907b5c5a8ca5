"""Bills as a person reads them: what the lines of a month come to, and what a new customer would pay for the same.

Nothing here takes lines apart, pairs them or folds one into another: a bill is the sum of its lines. A line that is
taken back adds to nothing with the one that takes it back; a discount is a line below zero, wherever it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.values import Row

PRICED = ("recurring", "discount", "credit")
DAYS_OF_A_YEAR = 365
Thing = tuple[str, str]
"""Customer and product."""


@dataclass(frozen=True)
class Line:
    """A line of a bill whose amount can be read.

    Attributes:
        thing: Customer and product.
        kind: What it bills.
        issued: Day of issue.
        start, end: Days that it covers, the end not included; None where it says none.
        amount: Money.
    """

    thing: Thing
    kind: str
    issued: date
    start: date | None
    end: date | None
    amount: Fraction

    def covers(self, day: date) -> bool:
        """Return whether the line bills a day."""
        return self.start is not None and self.end is not None and self.start <= day < self.end

    @property
    def times_a_year(self) -> Fraction:
        """How many such periods make a year: of months where the period is whole months, of days else."""
        assert self.start is not None
        assert self.end is not None
        months = 12 * (self.end.year - self.start.year) + self.end.month - self.start.month
        if months > 0 and self.start.day == self.end.day:
            return Fraction(12, months)
        return Fraction(DAYS_OF_A_YEAR, (self.end - self.start).days)


def read_lines(rows: Iterable[Row], zone: str) -> list[Line]:
    """Return the lines of sent bills, with days as the firm's calendar shows them."""

    def day(text: str) -> date | None:
        if not text:
            return None
        if "T" not in text:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()

    lines = []
    for row in rows:
        issued = day(row["issued_on"])
        try:
            amount = Fraction(row["net_amount"])
        except ValueError:
            continue
        if row["invoice_status"] == "final" and issued is not None:
            thing = (row["customer_id"], row["product_id"])
            lines.append(
                Line(thing, row["line_kind"], issued, day(row["period_start"]), day(row["period_end"]), amount)
            )
    return lines


def bills_a_year(lines: list[Line], month: date) -> dict[Thing, Fraction]:
    """Return what each customer's bill for a product comes to, brought to a year, on the first day of a month.

    A credit that names no period lowers the bill where it comes every month: the same amount in three of the four
    months that end with this one.
    """
    found: dict[Thing, Fraction] = defaultdict(Fraction)
    monthly: dict[tuple[Thing, Fraction], set[int]] = defaultdict(set)
    for line in lines:
        if line.kind not in PRICED:
            continue
        if line.covers(month):
            found[line.thing] += line.amount * line.times_a_year
        elif line.kind == "credit" and line.start is None:
            back = 12 * (month.year - line.issued.year) + month.month - line.issued.month
            monthly[line.thing, line.amount].add(back)
    for (thing, amount), back in monthly.items():
        if 0 in back and len(back & {0, 1, 2, 3}) >= 3:
            found[thing] += 12 * amount
    return dict(found)


@dataclass(frozen=True)
class Tariff:
    """What a firm asks for one plan: list prices from days on, and promotions from one day to another.

    Attributes:
        lists: (first day, price of a period), the latest holds.
        promotions: (first day, day after the last, introductory price, periods at it, set-up fee, gift).
        times_a_year: Periods of a year.
    """

    lists: tuple[tuple[date, Fraction], ...]
    promotions: tuple[tuple[date, date, Fraction, int, Fraction, Fraction], ...]
    times_a_year: Fraction

    def year(self, day: date) -> Fraction:
        """Return what twelve months cost a new customer who signs on a day, the cheaper way."""
        price = max((first, price) for first, price in self.lists if first <= day)[1]
        ways = [self.times_a_year * price]
        for first, after, intro, n, fee, gift in self.promotions:
            if first <= day < after:
                ways.append(n * intro + (self.times_a_year - n) * price + fee - gift)
        return min(ways)
