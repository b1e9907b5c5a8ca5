"""Small adversarial worlds: billing, offers, customers and price events as text, with the settings of their study.

One seed is one world. Where the rules leave a reading open, worlds keep away from it: lines that only their content
orders differ in one column, whose values are of one length.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.oracle.draws import CHANNELS, REGIONS, Draws, decimal_text
from tests.oracle.lines import BILLING_COLUMNS
from tests.oracle.price_book import price_book
from tests.oracle.spoiling import spoil
from tests.oracle.values import KINDS, Row, Settings, add_interval

SAMPLE = 20
"""So many worlds, from seed 0 on, are compared in every run of the tests; among them is every case."""


class Discount(NamedTuple):
    """A discount of a subscription, from one cycle to another."""

    first: int = 1
    last: int = 0
    percent: int = 0
    discount_id: str = ""
    audience: str = ""


class World(NamedTuple):
    """A world; the rows of a table share their keys, an empty table is a file that does not exist."""

    seed: int
    billing: list[Row]
    offers: list[Row]
    customers: list[Row]
    price_events: list[Row]
    settings: Settings


def world(seed: int) -> World:
    """Return the world of a seed."""
    return _Maker(seed).make()


class _Maker(Draws):
    """Draws one world, customer by customer."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.has_customers = self.chance(0.92)
        self.billing: list[Row] = []
        self.customers: list[Row] = []
        self.events: list[Row] = []
        self.untouched: list[Row] = []
        self.n_subscriptions = 0

    def make(self) -> World:
        settings = self._settings()
        for number in range(self.rng.randint(10, 26 if self.chance(0.8) else 40)):
            self._customer(number)
        if settings.as_of is None and self.chance(0.7):
            self._last_line()
        customer_ids = sorted({row["customer_id"] for row in self.billing})
        dates = sorted({row["issued_on"] for row in self.billing})
        spoil(self, self.billing, self.untouched)
        offers = price_book(self, dates, customer_ids) if self.chance(0.94) else []
        for row in self.billing:
            for name in self.dropped:
                del row[name]
        self.rng.shuffle(self.billing)
        self.rng.shuffle(offers)
        customers = self._repeated(self.customers) if self.has_customers else []
        return World(self.seed, self.billing, offers, customers, self.events, settings)

    def _repeated(self, customers: list[Row]) -> list[Row]:
        """Return the customer file with some rows twice, as copies or with another content, in any order."""
        rng = self.rng
        rows = list(customers)
        for row in customers:
            if self.chance(0.05):
                rows.append(dict(row))
            elif self.chance(0.05):
                changes: list[Row] = [{"party_id": "P-other"}, {"tenure_start": "2019-05-05"}, {"segment": "c"}]
                changes += [{"tenure_confidence": "censored"}, {"is_test": "true"}, {"is_vulnerable": "2"}]
                rows += [row | rng.choice(changes) for _ in range(rng.choice((1, 1, 2)))]
        rng.shuffle(rows)
        return rows

    def _last_line(self) -> None:
        """Add a draft that is the last line of all, on one of the days that decide whether its month is complete."""
        last = max(date.fromisoformat(row["issued_on"]) for row in self.billing)
        if last.day > 26:
            last = add_interval(last.replace(day=1), "month", 1)
        issued_on = last.replace(day=self.rng.choice((27, 28))).isoformat()
        draft = {"line_id": self.new_id("L"), "invoice_status": "draft", "issued_on": issued_on}
        self.billing.append(self.untouched[0] | draft)

    def _settings(self) -> Settings:
        rng = self.rng
        cells: list[tuple[str, ...]] = [(), ("region",), ("region",), ("channel", "region"), ("plan_id",), ("tariff",)]
        cells += [("segment", "region")] if self.has_customers else []
        lenses: list[tuple[str, ...]] = [(), ("payment_method",), ("payment_method", "region")]
        lenses += [("is_vulnerable",)] if self.has_customers else []
        as_of = add_interval(self.end, "month", -rng.choice((1, 1, 2, 3)))
        new_below, tenured_from = rng.choice(((12, 24), (12, 24), (6, 12), (12, 12), (3, 18)))
        return Settings(
            currency="GBP",
            as_of=f"{as_of:%Y-%m}" if self.chance(0.5) else None,
            new_below_months=new_below,
            tenured_from_months=tenured_from,
            cell=rng.choice(cells),
            lenses=rng.choice(lenses),
            horizon_months=rng.choice((12, 12, 36, 24, 1, 18)),
            basis=rng.choice(("effective", "effective", "headline", "standard")),
            min_evidence=rng.choice((1, 2, 3, 5)),
        )

    # ---------------------------------------------------------------------------------------------- customers

    def _customer(self, number: int) -> None:
        """Add a customer with one or two subscriptions; the first is sound and there from the first day on."""
        rng = self.rng
        customer_id = f"{number:03d}" if self.seed % 5 else f"C{number}"
        starts = self._start_date() if number else self.first
        row = dict.fromkeys(("customer_id", "party_id", "tenure_start", "tenure_confidence", "is_test"), "")
        row |= {"customer_id": customer_id, "segment": rng.choice(("a", "b", "")), "is_vulnerable": rng.choice("01")}
        row["party_id"] = f"P{number // 3}" if self.chance(0.3) else ""
        if number and self.chance(0.5):
            row["tenure_start"] = self._tenure_start(starts).isoformat()
        if number and self.chance(0.15):
            row["tenure_confidence"] = rng.choice(("high", "low", "censored", "censored"))
        if number and self.chance(0.06):
            row["is_test"] = rng.choice(("true", "yes", "1"))
            # Set up before the firm began: were they counted, nobody else would be left-censored.
            starts = add_interval(starts, "month", -rng.choice((0, 0, 2)))
        elif self.chance(0.3):
            row["is_test"] = rng.choice(("false", "no", "0"))
        if self.chance(0.92):
            self.customers.append(row)
        elif self.chance(0.5):
            self.customers.append(row | {"customer_id": f"never billed {number}"})
        product = rng.choice(self.products)
        interval = rng.choice(self.intervals) if number else ("month", 1)
        self._subscription(customer_id, product, interval, starts, is_sound=not number)
        if self.chance(0.15):
            self._subscription(customer_id, product, interval, self._later(starts), is_sound=False)
        if self.chance(0.1):
            other = rng.choice(self.products), rng.choice(self.intervals)
            self._subscription(customer_id, *other, self._later(starts), is_sound=False)

    def _start_date(self) -> date:
        """A date of the world, often a month end or 29 February, in its first months, its last or any other."""
        leap = date(2024, 2, 29)
        if self.first <= leap < self.end and self.chance(0.12):
            return leap
        offset = self.rng.choice((0, 0, 0, 1, self.rng.randrange(self.n_months), self.rng.randrange(self.n_months)))
        if self.chance(0.35):
            offset = self.n_months - self.rng.choice((1, 2, 2, 3))
        wanted = self.rng.choice((1, 1, 1, 15, 28, 29, 30, 31, self.rng.randint(1, 31)))
        first = add_interval(self.first, "month", offset)
        return min(first + timedelta(days=wanted - 1), add_interval(first, "month", 1) - timedelta(days=1))

    def _later(self, starts: date) -> date:
        return add_interval(starts, "month", self.rng.choice((0, 0, 1, 5))) + timedelta(days=self.rng.choice((0, 0, 9)))

    def _tenure_start(self, starts: date) -> date:
        """Long before the first line, the same day, or a little or much after it."""
        rng = self.rng
        back = rng.choice((0, 1, 6, 11, 12, 13, 23, 24, 25, 60, 130))
        near = add_interval(starts, "month", -back) + timedelta(days=rng.choice((-1, 0, 0, 1, 14)))
        late = starts + timedelta(days=rng.choice((1, 27, 28, 29, 30, 31, 45, 70)))
        return rng.choice((near, near, near, near, late, date(2020, 2, 29), date(2016, 2, 29)))

    # ------------------------------------------------------------------------------------------ subscriptions

    def _subscription(
        self, customer_id: str, product: str, interval: tuple[str, int], starts: date, *, is_sound: bool
    ) -> None:
        """Add the lines of a subscription, cycle by cycle from its first day."""
        rng = self.rng
        self.n_subscriptions += 1
        subscription_id = f"s{self.n_subscriptions}"
        unit, count = interval
        base = self._line(customer_id, product, starts)
        base |= {"subscription_id": subscription_id, "interval_unit": unit, "interval_count": str(count)}
        if interval == ("month", 1) and self.chance(0.1):
            base |= {"interval_unit": "", "interval_count": ""}
        base |= {"region": rng.choice(REGIONS), "channel": rng.choice(CHANNELS), "tariff": rng.choice(("t1", "t2", ""))}
        base["plan_id"] = rng.choice((f"{product[0]}-1", f"{product[0]}-1", f"{product[0]}-2", ""))
        base["currency"] = "EUR" if self.chance(0.07) and not is_sound and "currency" not in self.dropped else "GBP"
        base["quantity"] = rng.choice(("1", "1", "1", "", "2", "3", "0.5", "2.5", "1.25", "10.000"))
        price = self.price(interval)
        lead = 0 if is_sound else rng.choice((0, 0, 0, 0, -1, -3, -14, 1, 5))
        in_arrears = not is_sound and self.chance(0.08)
        discount = self._discount()
        until = add_interval(self.end, "month", rng.choice((0, 0, 0, 1, -4)))
        cycle = 0
        while cycle == 0 or add_interval(starts, unit, count * cycle) < until:
            begin, finish = (add_interval(starts, unit, count * n) for n in (cycle, cycle + 1))
            cycle += 1
            if cycle > 1 and self.chance(0.05):
                price = self._new_price(price, interval, subscription_id, begin)
            if cycle > 1 and self.chance(0.02):
                base["plan_id"] = rng.choice((f"{product[0]}-1", f"{product[0]}-2", f"{product[0]}-3"))
            if cycle > 1 and self.chance(0.02):
                base["region"], base["channel"] = rng.choice(REGIONS), rng.choice(CHANNELS)
            if cycle > 1 and self.chance(0.03):
                continue
            line = dict(base)
            issued = finish if in_arrears else begin + timedelta(days=lead)
            line |= {"issued_on": issued.isoformat(), "period_start": begin.isoformat()}
            line |= {"period_end": finish.isoformat(), "line_id": self.new_id("L"), "invoice_id": self.invoice_id()}
            is_discounted = discount.first <= cycle <= discount.last
            line |= self._amounts(price, base["quantity"], discount if is_discounted else None)
            self.billing.append(line)
            if is_sound and cycle == 1:
                self.untouched.append(line)
            if self.chance(0.1):
                self._extra_line(line)

    def _line(self, customer_id: str, product: str, starts: date) -> Row:
        rng = self.rng
        line = dict.fromkeys((*BILLING_COLUMNS, "extracted_at", "tariff", "payment_method", "note"), "")
        line |= {"customer_id": customer_id, "product_id": product, "payment_method": rng.choice(("card", "debit", ""))}
        line |= {"charge_reason": rng.choice(("renewal", "")), "price_version_id": rng.choice(("v1", "v2"))}
        line |= {"line_kind": rng.choice(("recurring", "")), "invoice_status": rng.choice(("final", ""))}
        line |= {"livemode": rng.choice(("true", "1", "t", "")), "is_proration": rng.choice(("false", "no", "f", ""))}
        line |= {"tax_inclusive": rng.choice(("0", "")), "tax_amount": rng.choice(("", "", "1.2", "0.00005"))}
        line["extracted_at"] = rng.choice(("2026-01-01 00:00:00", "2026-01-01 00:00:00", ""))
        if self.chance(0.2):
            line["contract_end"] = add_interval(starts, "month", rng.choice((3, 12, 24))).isoformat()
        return line

    def _new_price(self, price: int, interval: tuple[str, int], subscription_id: str, begin: date) -> int:
        """Return a changed price, often with its price event, on the day or before it."""
        rng = self.rng
        new = rng.choice((price * 11 // 10, price * 9 // 10, self.price(interval)))
        if self.chance(0.7):
            changed_on = begin - timedelta(days=rng.choice((0, 0, 1, 20, 200)))
            event = {"subscription_id": subscription_id, "changed_on": changed_on.isoformat(), "cause": "list_change"}
            event |= {"old_price": decimal_text(price, rng), "new_price": decimal_text(new, rng)}
            known = {(other["subscription_id"], other["changed_on"]) for other in self.events}
            if (subscription_id, event["changed_on"]) not in known:
                self.events.append(event)
        return new

    def _discount(self) -> Discount:
        """A discount that may begin late and end early; most subscriptions have none."""
        rng = self.rng
        if self.chance(0.65):
            return Discount()
        first = rng.choice((1, 1, 1, 4, 13))
        audience = rng.choice(("new_only", "existing_only", "all", "unknown", ""))
        last, percent = first + rng.choice((2, 5, 11, 99)), rng.choice((10, 25, 33, 50))
        return Discount(first, last, percent, rng.choice(("d1", "d2", "")), audience)

    def _amounts(self, price: int, quantity: str, discount: Discount | None) -> Row:
        """Amounts of a line: net alone, gross and discount beside it, or the discount alone."""
        rng = self.rng
        gross = int(Fraction(price) * Fraction(quantity or "1"))
        less = gross * discount.percent // 100 if discount else 0
        amounts = {"net_amount": decimal_text(gross - less, rng), "gross_amount": "", "discount_amount": ""}
        if discount:
            amounts |= {"discount_id": discount.discount_id, "discount_audience": discount.audience}
            amounts["discount_amount"] = decimal_text(less, rng)
        if self.chance(0.5):
            amounts["gross_amount"] = decimal_text(gross, rng)
            if self.chance(0.2):
                amounts["discount_amount"] = ""  # the gross price alone tells of the discount
        if self.chance(0.2):
            amounts["list_unit_price"] = decimal_text(price, rng)
        return amounts

    def _extra_line(self, line: Row) -> None:
        """Add a line that is no price beside one that is."""
        rng = self.rng
        # Discounts of their own are read in tests/oracle/plain_bills.py, as a person reads them.
        kind = rng.choice((*(kind for kind in KINDS[1:] if kind != "discount"), "fee", "tax"))
        amount = rng.choice((rng.randrange(1, 90_000_000), rng.randrange(1, 900_000) * 100 + 50, 0))
        if kind == "credit":
            amount = -amount
        extra = dict(line) | {"line_kind": kind, "line_id": self.new_id("L"), "list_unit_price": ""}
        extra |= {"net_amount": decimal_text(amount), "gross_amount": "", "discount_amount": "", "discount_id": ""}
        extra["quantity"] = rng.choice(("1", "", "0"))
        if self.chance(0.5):
            extra |= {"period_start": "", "period_end": ""}
        if self.chance(0.2):
            extra["invoice_status"] = rng.choice(("draft", "void"))
        self.billing.append(extra)


def write_world(made: World, folder: Path) -> Path:
    """Write the tables as CSV and the study as ``fairness.toml``; return its path."""
    settings = made.settings
    study = ["[study]", f'name = "World {made.seed}"', f'currency = "{settings.currency}"']
    if settings.as_of is not None:
        study.append(f'as_of = "{settings.as_of}{"-28" if made.seed % 4 == 0 else ""}"')
    renamed = {"customer_id": "Account No", "net_amount": "Amount"} if made.seed % 6 == 0 else {}
    renamed = {name: header for name, header in renamed.items() if name in made.billing[0]}
    half = len(made.billing) // 2 if made.seed % 3 == 0 else len(made.billing)
    # The oracle knows the customers by their ids.
    sections = ["[privacy]\npseudonyms = false", "\n".join(study)]
    tables = {"billing": (made.billing[:half], made.billing[half:]), "offers": (made.offers,)}
    tables |= {"customers": (made.customers,), "price_events": (made.price_events,)}
    for role, parts in tables.items():
        files = [rows for rows in parts if rows]
        for number, rows in enumerate(files, start=1):
            _write_table(folder / f"{role}-{number}.csv", rows, renamed if role == "billing" else {})
        if files:
            sections.append(f'[[source]]\nrole = "{role}"\npath = "{role}-*.csv"')
        if role == "billing" and renamed:
            sections.append("[source.columns]\n" + "\n".join(f'{n} = "{header}"' for n, header in renamed.items()))
    sections += [
        f"[like_for_like]\ncell = {list(settings.cell)}".replace("'", '"'),
        f"[tenure]\nnew_below_months = {settings.new_below_months}\n"
        f"tenured_from_months = {settings.tenured_from_months}",
        f'[comparator]\nbasis = "{settings.basis}"\nhorizon_months = {settings.horizon_months}\n'
        f"min_evidence = {settings.min_evidence}",
        "[inference]\nbootstrap_replicates = 0",
        f"[lenses]\nby = {list(settings.lenses)}".replace("'", '"'),
    ]
    config = folder / "fairness.toml"
    config.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return config


def _write_table(path: Path, rows: list[Row], renamed: Row) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([renamed.get(name, name) for name in rows[0]])
        writer.writerows(row.values() for row in rows)
