"""Small worlds of ordinary bills: every kind that makes a price hard to read, with what happened to each customer.

A world is a product with its plans, offers and customers; a study holds several, so that many are read in one build.
Each customer lives one story of :data:`STORIES`; what they pay is not told, the lines say it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.plain_bills import Tariff, Thing
from tests.oracle.values import Row, add_interval

MONTH = date(2025, 11, 1)
FIRST, UNTIL = date(2024, 12, 1), date(2026, 1, 1)
ZONES = ("UTC", "America/Los_Angeles", "Pacific/Auckland", "Europe/Berlin", "Asia/Kolkata")
LINE_COLUMNS = (
    *("line_id", "invoice_id", "customer_id", "subscription_id", "product_id", "plan_id", "invoice_status"),
    *("line_kind", "issued_on", "period_start", "period_end", "interval_unit", "interval_count", "quantity"),
    *("net_amount", "applies_to_line_id", "reverses_line_id", "discount_id", "discount_percent", "is_proration"),
)
OFFER_COLUMNS = (
    *("offer_id", "origin", "audience", "product_id", "plan_id", "interval_unit", "interval_count", "valid_from"),
    *("valid_to", "list_unit_price", "intro_unit_price", "intro_cycles", "setup_fee", "incentive_value"),
)
Interval = tuple[str, int]


@dataclass
class Study:
    """Worlds that are read together.

    Attributes:
        seed: Of all draws.
        zone: In which the firm's days are days.
        billing, offers, customers: The files.
        offered: What a new customer would pay a year for what each customer holds of a product, by what they signed.
        reasons: Why a customer's holding of a product cannot be compared.
        tenured, unknown: Customers by tenure.
    """

    seed: int
    zone: str
    billing: list[Row] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    customers: list[Row] = field(default_factory=list)
    offered: dict[Thing, Fraction] = field(default_factory=dict)
    reasons: dict[Thing, str] = field(default_factory=dict)
    tenured: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


def study(seed: int, n_worlds: int) -> Study:
    """Return a study of worlds; the same seed and number give the same files."""
    rng = random.Random(f"bills {seed}")
    made = Study(seed, ZONES[seed % len(ZONES)])
    for number in range(n_worlds):
        _World(made, rng, f"w{number:02d}").make()
    rng.shuffle(made.billing)
    rng.shuffle(made.offers)
    rng.shuffle(made.customers)
    return made


class _World:
    def __init__(self, made: Study, rng: random.Random, product: str) -> None:
        self.made, self.rng, self.product = made, rng, product
        self.tariffs: dict[str, tuple[Interval, Tariff]] = {}
        self.customer = ""
        self.n_lines = self.n_invoices = 0

    def make(self) -> None:
        monthly = [self._tariff(f"{self.product}-p{n}", ("month", 1)) for n in range(self.rng.randint(2, 4))]
        other = self.rng.choice((("year", 1), ("month", 3), ("day", 28)))
        others = [self._tariff(f"{self.product}-other", other)]
        stories = list(STORIES)
        self.rng.shuffle(stories)
        for number, story in enumerate((*stories, *stories[:4])):
            self.customer = f"{self.product}-c{number:02d}"
            self.plans, self.others = monthly, others
            self._tenure(story)
            STORIES[story](self)

    def _tenure(self, story: str) -> None:
        kind = "unknown" if story == "customer nobody knows" else self.rng.choice(("tenured",) * 4 + ("new", "middle"))
        if kind == "unknown":
            self.made.unknown.add(self.customer)
            return
        years = {"tenured": self.rng.randint(2015, 2022), "new": 2025, "middle": 2024}
        if kind == "tenured":
            self.made.tenured.add(self.customer)
        start = date(years[kind], self.rng.randint(1, 10), self.rng.randint(1, 28))
        if kind == "middle":
            start = date(2024, 1, 15)
        self.made.customers.append({"customer_id": self.customer, "tenure_start": start.isoformat()})

    # ---------------------------------------------------------------------------------------------------- offers

    def _tariff(self, plan: str, interval: Interval) -> str:
        """Add a plan with its offers: lists without an end, the next one closing the last, and promotions beside."""
        rng = self.rng
        times = _times_a_year(interval)
        price = Fraction(rng.randrange(900, 6000), 100) * round(12 / times)
        lists = [(date(2020, 1, 1), price)]
        for first in (date(2025, 3, 1), date(2025, 9, 15)):
            if rng.random() < 0.5:
                price = _pence(price * Fraction(rng.randrange(98, 108), 100))
                lists.append((first, price))
        promotions = []
        if rng.random() < 0.4 and interval == ("month", 1):
            intro, fee, gift = (
                _pence(price * Fraction(3, 4)),
                Fraction(rng.choice((0, 5))),
                Fraction(rng.choice((0, 10))),
            )
            promotions.append((date(2025, 10, 1), date(2025, 12, 1), intro, rng.choice((2, 3, 6)), fee, gift))
        self.tariffs[plan] = interval, Tariff(tuple(lists), tuple(promotions), times)
        for first, listed in lists:
            self._offer(plan, interval, first, None, origin="price_book", audience="all", list_unit_price=listed)
        for first, after, intro, n, fee, gift in promotions:
            self._offer(
                plan, interval, first, after, origin="promotion", audience="new_only", list_unit_price=price,
                intro_unit_price=intro, intro_cycles=n, setup_fee=fee, incentive_value=gift,
            )  # fmt: skip
        cheap = _pence(price / 2)
        self._offer(plan, interval, FIRST, None, origin="price_book", audience="existing_only", list_unit_price=cheap)
        return plan

    def _offer(self, plan: str, interval: Interval, first: date, after: date | None, **terms: object) -> None:
        row = dict.fromkeys(OFFER_COLUMNS, "")
        row |= {"offer_id": f"o{len(self.made.offers)}", "product_id": self.product, "plan_id": plan}
        row |= {"interval_unit": interval[0], "interval_count": str(interval[1]), "valid_from": first.isoformat()}
        row |= {"valid_to": after.isoformat() if after else ""}
        self.made.offers.append(row | {name: _text(value) for name, value in terms.items()})

    # ----------------------------------------------------------------------------------------------------- bills

    def price(self, plan: str) -> Fraction:
        """Draw what a customer pays for a unit and period: the list price, or more, or less."""
        _, tariff = self.tariffs[plan]
        return _pence(tariff.lists[0][1] * Fraction(self.rng.randrange(92, 135), 100))

    def plan(self) -> str:
        return self.rng.choice(self.plans)

    def holds(self, plan: str, *, units: int = 1, day: date = MONTH) -> None:
        """Note what a new customer would pay for some units of a plan, signing on the day the period began."""
        thing = (self.customer, self.product)
        year = units * self.tariffs[plan][1].year(day)
        self.made.offered[thing] = self.made.offered.get(thing, Fraction(0)) + year

    def refused(self, reason: str) -> None:
        self.made.reasons[self.customer, self.product] = reason

    def line(self, plan: str, start: date | None, end: date | None, net: Fraction, **columns: str) -> Row:
        """Add a line, sent on the first day that it covers."""
        interval = self.tariffs[plan][0] if plan else ("", 1)
        self.n_lines += 1
        row = dict.fromkeys(LINE_COLUMNS, "")
        row |= {"line_id": f"{self.customer}-l{self.n_lines}", "customer_id": self.customer, "product_id": self.product}
        row |= {"subscription_id": f"{self.customer}-s", "plan_id": plan, "invoice_status": "final"}
        row |= {"invoice_id": f"{self.customer}-{start}", "line_kind": "recurring", "quantity": "1"}
        row |= {"interval_unit": interval[0], "interval_count": str(interval[1]), "net_amount": _text(net)}
        row |= {
            "issued_on": self.when(start, hour=True),
            "period_start": self.when(start),
            "period_end": self.when(end),
        }
        self.made.billing.append(row | columns)
        return self.made.billing[-1]

    def when(self, day: date | None, *, hour: bool = False) -> str:
        """Write a day: of the firm's calendar, as the moment that another office or server would note."""
        if day is None:
            return ""
        if self.made.zone == "UTC":
            return day.isoformat()
        at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.made.zone))
        at += timedelta(minutes=self.rng.randrange(23 * 60)) if hour else timedelta(0)
        return at.astimezone(ZoneInfo(self.rng.choice(ZONES))).isoformat()

    def months(
        self, plan: str, net: Fraction, *, first: date = FIRST, until: date = UNTIL, **columns: str
    ) -> list[Row]:
        """Bill a monthly plan month by month."""
        rows = []
        start = first
        while start < until:
            rows.append(self.line(plan, start, add_interval(start, "month", 1), net, **columns))
            start = add_interval(start, "month", 1)
        return rows

    def november(self, rows: list[Row]) -> Row:
        """Return the line of the month that is studied; the last but one."""
        return rows[-2]


def _times_a_year(interval: Interval) -> Fraction:
    unit, count = interval
    return Fraction(365, count) if unit == "day" else Fraction(12 if unit == "month" else 1, count)


def _pence(amount: Fraction) -> Fraction:
    return Fraction(round(amount * 100), 100)


def _text(value: object) -> str:
    return f"{float(value):.2f}" if isinstance(value, Fraction) else str(value)


# --------------------------------------------------------------------------------------------------------- stories


def _plain(w: _World) -> None:
    plan = w.plan()
    w.months(plan, w.price(plan))
    w.holds(plan)


def _seats(w: _World) -> None:
    plan, units = w.plan(), w.rng.randint(2, 12)
    w.months(plan, units * w.price(plan), quantity=str(units))
    w.holds(plan, units=units)


def _units_on_lines(w: _World) -> None:
    """Bill the same price on a line for each unit, or for some."""
    plan = w.plan()
    price = w.price(plan)
    w.months(plan, price)
    w.months(plan, 2 * price, quantity="2")
    w.holds(plan, units=3)


def _other_interval(w: _World) -> None:
    (plan,) = w.others
    (unit, count), _ = w.tariffs[plan]
    price, start = w.price(plan), date(2025, 1, w.rng.randint(1, 28))
    while start < UNTIL:
        end = add_interval(start, unit, count)
        w.line(plan, start, end, price)
        if start <= MONTH < end:
            w.holds(plan, day=start)
        start = end


def _own_bill_day(w: _World) -> None:
    plan = w.plan()
    start = date(2025, 10, w.rng.randint(2, 28))
    w.months(plan, w.price(plan), first=add_interval(start, "month", -6))
    w.holds(plan, day=start)


def _named_discount(w: _World) -> None:
    plan = w.plan()
    for row in w.months(plan, w.price(plan)):
        _off(w, row, applies_to_line_id=row["line_id"], invoice_id="")
    w.holds(plan)


def _discount_on_the_bill(w: _World) -> None:
    plan = w.plan()
    for row in w.months(plan, w.price(plan)):
        _off(w, row)
    w.holds(plan)


def _negative_line(w: _World) -> None:
    plan = w.plan()
    for row in w.months(plan, w.price(plan)):
        _off(w, row, line_kind="recurring")
    w.holds(plan)


def _off(w: _World, row: Row, **columns: str) -> None:
    """Take a tenth off a line, on a line of its own."""
    less = -_pence(Fraction(row["net_amount"]) / 10)
    period = {name: row[name] for name in ("issued_on", "period_start", "period_end", "invoice_id")}
    w.line(row["plan_id"], None, None, less, **({"line_kind": "discount"} | period | columns))


def _yearly_bonus(w: _World) -> None:
    """Take sixty a year off at once; a month is lowered by a twelfth."""
    plan = w.plan()
    w.months(plan, w.price(plan))
    w.line(plan, date(2025, 3, 1), date(2026, 3, 1), Fraction(-60), line_kind="discount", invoice_id="")
    w.holds(plan)


def _percentage_of_two(w: _World) -> None:
    """Take a stated percentage off two plans of one bill."""
    one, two = w.plans[:2]
    rows = w.months(one, w.price(one)), w.months(two, w.price(two), subscription_id=f"{w.customer}-t")
    for first, second in zip(*rows, strict=True):
        less = -_pence((Fraction(first["net_amount"]) + Fraction(second["net_amount"])) / 5)
        period = {name: first[name] for name in ("issued_on", "period_start", "period_end", "invoice_id")}
        columns = {"line_kind": "discount", "discount_percent": "20", "subscription_id": "", "interval_unit": ""}
        w.line("", None, None, less, **period, **columns)
    w.holds(one)
    w.holds(two)


def _credit_every_month(w: _World) -> None:
    plan = w.plan()
    for row in w.months(plan, w.price(plan)):
        w.line(plan, None, None, Fraction(-3), line_kind="credit", issued_on=row["issued_on"], invoice_id="")
    w.holds(plan)


def _goodwill(w: _World) -> None:
    """Give something back once, beside the price."""
    plan = w.plan()
    row = w.november(w.months(plan, w.price(plan)))
    w.line(plan, None, None, Fraction(-5), line_kind="credit", issued_on=row["issued_on"], invoice_id="")
    w.holds(plan)


def _billed_again(w: _World, *, named: bool) -> None:
    plan = w.plan()
    right = w.november(w.months(plan, w.price(plan)))
    net = _pence(Fraction(right["net_amount"]) * Fraction(6, 5))
    wrong = w.line(plan, MONTH, add_interval(MONTH, "month", 1), net)
    back = {"line_kind": "credit", "invoice_id": ""} | ({"reverses_line_id": wrong["line_id"]} if named else {})
    w.line(plan, MONTH, add_interval(MONTH, "month", 1), -net, **back)
    w.holds(plan)


def _add_on(w: _World) -> None:
    """Hold a second plan on the same subscription and bill."""
    one, two = w.plans[:2]
    w.months(one, w.price(one))
    w.months(two, w.price(two))
    w.holds(one)
    w.holds(two)


def _two_subscriptions(w: _World) -> None:
    plan = w.plan()
    w.months(plan, w.price(plan))
    w.months(plan, w.price(plan), subscription_id=f"{w.customer}-t")
    w.holds(plan, units=2)


def _beside(w: _World) -> None:
    """Pay a fee, an instalment, usage, tax, and read the total again."""
    plan = w.plan()
    for row in w.months(plan, w.price(plan)):
        for kind in ("fee", "finance", "usage", "tax", "one_off"):
            w.line(
                plan, None, None, Fraction(w.rng.randrange(100, 900), 100), line_kind=kind, issued_on=row["issued_on"]
            )
        period = {name: row[name] for name in ("issued_on", "period_start", "period_end", "invoice_id", "net_amount")}
        w.line(plan, None, None, Fraction(0), **({"line_kind": "summary"} | period))
    w.holds(plan)


def _draft_and_void(w: _World) -> None:
    plan = w.plan()
    price = w.price(plan)
    row = w.november(w.months(plan, price))
    for status in ("draft", "void"):
        copy = {name: row[name] for name in ("issued_on", "period_start", "period_end")}
        w.line(plan, None, None, price * 2, invoice_status=status, **copy)
    w.holds(plan)


def _several_prices(w: _World) -> None:
    plan = w.plan()
    price = w.price(plan)
    w.months(plan, price)
    w.months(plan, price + 4)
    w.refused("several_prices")


def _two_intervals(w: _World) -> None:
    plan = w.plan()
    price = w.price(plan)
    w.months(plan, price)
    w.line(plan, date(2025, 6, 1), date(2026, 6, 1), 11 * price, interval_unit="year")
    w.refused("two_intervals")


def _part_of_a_month(w: _World) -> None:
    plan = w.plan()
    start, end = date(2025, 10, 21), date(2025, 11, 8)
    w.line(plan, start, end, w.price(plan) / 2, is_proration="true", line_kind="proration")
    w.refused("partial_period")


def _discount_of_nobody_knows_what(w: _World) -> None:
    one, two = w.plans[:2]
    w.months(one, w.price(one))
    w.months(two, w.price(two), subscription_id=f"{w.customer}-t")
    columns = {"line_kind": "discount", "subscription_id": "", "invoice_id": "", "interval_unit": ""}
    w.line("", MONTH, add_interval(MONTH, "month", 1), Fraction(-2), **columns)
    w.refused("discount_not_assigned")


def _free_month(w: _World) -> None:
    plan = w.plan()
    row = w.november(w.months(plan, w.price(plan)))
    less = -Fraction(row["net_amount"])
    columns = {"line_kind": "credit", "reverses_line_id": row["line_id"], "invoice_id": ""}
    w.line(plan, MONTH, add_interval(MONTH, "month", 1), less, **columns)
    w.refused("free_month")


def _unreadable(w: _World) -> None:
    plan = w.plan()
    w.november(w.months(plan, w.price(plan))).update(net_amount="see letter")
    w.refused("rejected")


def _left(w: _World) -> None:
    plan = w.plan()
    w.months(plan, w.price(plan), until=date(2025, 10, 1))


STORIES: dict[str, Callable[[_World], None]] = {
    "plain": _plain,
    "plain, too": _plain,
    "customer nobody knows": _plain,
    "seats": _seats,
    "units on lines of their own": _units_on_lines,
    "another interval": _other_interval,
    "a bill day of their own": _own_bill_day,
    "a discount that names its line": _named_discount,
    "a discount on the bill": _discount_on_the_bill,
    "a line below zero": _negative_line,
    "a bonus for the year": _yearly_bonus,
    "a percentage of two plans": _percentage_of_two,
    "a credit every month": _credit_every_month,
    "goodwill once": _goodwill,
    "credited by name and billed again": lambda w: _billed_again(w, named=True),
    "credited and billed again": lambda w: _billed_again(w, named=False),
    "an add-on": _add_on,
    "two subscriptions": _two_subscriptions,
    "charges beside the price": _beside,
    "a draft and a void bill": _draft_and_void,
    "several prices": _several_prices,
    "two intervals at once": _two_intervals,
    "part of a month": _part_of_a_month,
    "a discount of nobody knows what": _discount_of_nobody_knows_what,
    "a free month": _free_month,
    "a bill that cannot be read": _unreadable,
    "gone": _left,
}
