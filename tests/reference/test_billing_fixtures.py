"""The validation fixtures of the domain reference that need billing lines, and the calendar traps of real exports.

Billing, offers and customers go in as files; the constructed figure comes out of the findings or the published ledger.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fairness.errors import ConfigError

pytestmark = pytest.mark.slow

Document = dict[str, Any]
Companion = Callable[[Document, str], Document]
Row = dict[str, object]

AS_OF = "2025-12"
LONG_AGO = "2015-03-10"
ALWAYS = "2010-01-01"


class Billing:
    """Writes studies of billing exports, builds them and answers queries on what they published."""

    def __init__(self, study: Any, folder: Path) -> None:
        self._study = study
        self._folder = folder
        self._n_written = 0

    def __call__(
        self,
        lines: Sequence[Row],
        offers: Sequence[Row] = (),
        customers: Sequence[Row] = (),
        events: Sequence[Row] = (),
        *,
        as_of: str = AS_OF,
        **sections: Mapping[str, object],
    ) -> Document:
        """Build a study and return its findings document; sections are those of the config."""
        config = self._write(lines, offers, customers, events, as_of=as_of, sections=sections)
        document: Document = self._study.build(config)
        return document

    def prices(self, lines: Sequence[Row], *files: Sequence[Row], as_of: str = AS_OF, **sections: Any) -> None:
        """Make the price ledger of a study, and what is billed beside it, without findings."""
        config = self._write(lines, *files, as_of=as_of, sections=sections)
        self._study.lay_out(config, "price_ledger", "amount_beside")

    def _write(
        self,
        lines: Sequence[Row],
        offers: Sequence[Row] = (),
        customers: Sequence[Row] = (),
        events: Sequence[Row] = (),
        *,
        as_of: str,
        sections: Mapping[str, Mapping[str, object]],
    ) -> Path:
        self._n_written += 1
        folder = self._folder / f"billing{self._n_written}"
        folder.mkdir()
        text = f'[privacy]\npseudonyms = false\n[study]\nname = "Test"\ncurrency = "GBP"\nas_of = "{as_of}"\n'
        for role, rows in {
            "billing": lines,
            "offers": offers,
            "customers": customers,
            "price_events": events,
        }.items():
            if rows:
                write(folder / f"{role}.csv", rows)
                text += f'[[source]]\nrole = "{role}"\npath = "{role}.csv"\n'
        for section, values in sections.items():
            text += f"[{section}]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        config = folder / "fairness.toml"
        config.write_text(text, encoding="utf-8")
        return config

    def ledger(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return rows of the published price ledger, by customer and month."""
        found = f"select {columns} from price_ledger where {where} order by customer_id, month, price_ticks"
        return list(self._study.query(found))

    def beside(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return rows of what is billed beside the price, by customer and month."""
        found = f"select {columns} from amount_beside where {where} order by customer_id, month"
        return list(self._study.query(found))

    def distinct(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Return the distinct rows of some columns, or an aggregate, of the published price ledger."""
        return list(self._study.query(f"select distinct {columns} from price_ledger where {where}"))

    def months(self, customer: str) -> list[str]:
        """Return the months that a customer has a price in."""
        return [row[0] for row in self.ledger("strftime(month, '%Y-%m')", f"customer_id = '{customer}'")]


def write(path: Path, rows: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names)]
    lines += [",".join("" if row.get(name) is None else str(row[name]) for name in names) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def billing(study: Any, tmp_path: Path) -> Billing:
    """Return a function from billing lines, offers, customers and price events to the findings document."""
    return Billing(study, tmp_path)


def line(customer: str, start: str, end: str, net: object, **columns: object) -> Row:
    """Return a line of one full period, issued on its first day."""
    given: Row = {
        "customer_id": customer,
        "issued_on": start,
        "period_start": start,
        "period_end": end,
        "net_amount": net,
        "currency": "GBP",
        "product_id": "all",
    }
    return given | columns


def yearly(customer: str, start: str, net: object, **columns: object) -> Row:
    end = f"{int(start[:4]) + 1}{start[4:]}"
    return line(customer, start, end, net, interval_unit="year", **columns)


def monthly(customer: str, net: object, **columns: object) -> Row:
    """Return the line of the as-of month."""
    return line(customer, "2025-12-01", "2026-01-01", net, **columns)


def offer(price: object, **columns: object) -> Row:
    given: Row = {
        "offer_id": "O1",
        "product_id": "all",
        "list_unit_price": price,
        "valid_from": ALWAYS,
        "audience": "new_only",
        "currency": "GBP",
        "interval_unit": "month",
    }
    return given | columns


def since(day: str, *customers: str) -> list[Row]:
    return [{"customer_id": customer, "tenure_start": day} for customer in customers]


def many(number: int, prefix: str = "C") -> list[str]:
    return [f"{prefix}{index:03d}" for index in range(number)]


def percent(fraction: float) -> str:
    return f"{fraction * 100:+.2f} %"


# F15: the sum of money and the count of customers weigh cells differently, and nets hide who overpays.


@pytest.mark.parametrize("interval", ["year", "month"])
def test_f15_weights_and_money(billing: Billing, companion: Companion, interval: str) -> None:
    # The same amounts as monthly prices are worth twelve times the money a year.
    one, money = (yearly, 1) if interval == "year" else (lambda who, start, net, **more: monthly(who, net, **more), 12)
    lines = [one(who, "2025-02-01", 110, product_id="A") for who in many(300, "A")]
    lines += [one(who, "2025-02-01", 190, product_id="B") for who in many(100, "B")]
    offers = [
        offer(price, offer_id=product, product_id=product, interval_unit=interval)
        for product, price in (("A", 100), ("B", 200))
    ]
    document = billing(lines, offers, since(LONG_AGO, *many(300, "A"), *many(100, "B")))
    gap, paid = by_basis(document)["effective"], by_basis(document, "overpayment")["effective"]
    assert percent(gap["estimate"]) == "+4.00 %"
    assert percent(companion(gap, "count_weighted")["estimate"]) == "+6.25 %"
    assert (paid["unit"], paid["n_tenured"]) == ("GBP/year", 400)
    assert companion(paid, "customers_affected")["estimate"] == 300
    # Money is summed from what is billed: a twelfth of 110, rounded and times twelve, would be off.
    assert Decimal(paid["estimate"]) == 3000 * money
    assert Decimal(companion(paid, "net")["estimate"]) == 2000 * money


# F20: one price, four readings of the same offer.

INTRODUCTORY = {"intro_unit_price": 25, "intro_cycles": 6}


def by_basis(document: Document, estimand: str = "offer_gap") -> dict[str, Document]:
    """Return the finding of the whole book under each reading of the offer."""
    return {
        finding["basis"]: finding
        for finding in document["findings"]
        if finding["estimand"] == estimand
        and finding["comparator"] == "offer"
        and finding["level"] == "pooled"
        and finding["tenure_band"] is None
    }


@pytest.mark.parametrize(("horizon", "effective"), [(12, "+16.92 %"), (36, "+1.33 %")])
def test_f20_one_price_against_each_reading_of_the_offer(billing: Billing, horizon: int, effective: str) -> None:
    document = billing(
        [monthly(who, 38) for who in many(12)],
        [offer(40, **INTRODUCTORY)],
        since(LONG_AGO, *many(12)),
        comparator={"horizon_months": horizon},
    )
    gaps = {basis: percent(finding["estimate"]) for basis, finding in by_basis(document).items()}
    assert gaps == {"headline": "+52.00 %", "effective": effective, "standard": "-5.00 %"}
    assert document["headline"]["basis"] == "effective"
    money = by_basis(document, "overpayment")
    assert Decimal(money["headline"]["estimate"]) == 12 * 12 * 13
    assert Decimal(money["standard"]["estimate"]) == 0


@pytest.mark.parametrize("basis", ["headline", "effective", "standard"])
def test_f20_the_headline_is_the_reading_that_the_study_asked_for(billing: Billing, basis: str) -> None:
    document = billing(
        [monthly(who, 38) for who in many(12)],
        [offer(40, **INTRODUCTORY)],
        since(LONG_AGO, *many(12)),
        comparator={"basis": basis},
    )
    assert document["headline"]["basis"] == basis
    assert document["headline"]["estimate"] == by_basis(document)[basis]["estimate"]


# F22: the price before a renewal is that after the last mid-term change, without the fee for it.

INCEPTION, CHANGE, RENEWAL = "2024-03-10", "2024-09-01", "2025-03-10"


def change_gap(document: Document) -> Document:
    found = [
        finding
        for finding in document["findings"]
        if (finding["estimand"], finding["level"], finding["tenure_band"]) == ("change_gap", "pooled", None)
    ]
    assert len(found) == 1
    return found[0]


def renewals(*, price: object = 567) -> list[Row]:
    lines = []
    for who in many(12):
        policy = {"subscription_id": f"S{who}"}
        lines += [
            yearly(who, INCEPTION, 480, **policy),
            line(who, CHANGE, RENEWAL, 31.23, line_kind="proration", interval_unit="year", **policy),
            line(who, CHANGE, CHANGE, 25, line_kind="fee", interval_unit="year", **policy),
            yearly(who, RENEWAL, price, **policy),
        ]
    return lines


def mid_term(day: str = CHANGE, new_price: object = 540) -> list[Row]:
    return [
        {"subscription_id": f"S{who}", "changed_on": day, "old_price": 480, "new_price": new_price, "cause": "mid_term"}
        for who in many(12)
    ]


UNCHANGING = [offer(480, interval_unit="year")]


def test_f22_change_since_the_last_mid_term_change(billing: Billing, companion: Companion) -> None:
    gap = change_gap(billing(renewals(), UNCHANGING, since(LONG_AGO, *many(12)), mid_term()))
    assert gap["n_tenured"] == 12
    assert percent(gap["estimate"]) == "+5.00 %"
    own = companion(gap, "tenured_mean_log_change")["estimate"]
    assert own == pytest.approx(math.log(567 / 540), abs=1e-12)
    assert companion(gap, "offer_mean_log_change")["estimate"] == 0


def test_f22_the_fee_of_the_change_is_shown_beside_the_price(billing: Billing) -> None:
    billing.prices(renewals(), UNCHANGING, since(LONG_AGO, *many(12)), mid_term())
    assert billing.ledger("price_ticks", "customer_id = 'C000' and month = '2024-09-01'") == [(400_000,)]
    rows = billing.beside("cast(month as varchar), fee_amount", "customer_id = 'C000'")
    assert rows == [("2024-09-01", 25)]


def test_f22_without_the_log_the_mid_term_change_looks_like_a_rise(billing: Billing) -> None:
    gap = change_gap(billing(renewals(), UNCHANGING, since(LONG_AGO, *many(12))))
    assert gap["estimate"] == pytest.approx(567 / 480 - 1, abs=1e-12)


@pytest.mark.parametrize("day", [INCEPTION, RENEWAL, "2024-03-09", "2025-03-11"])
def test_f22_a_change_at_inception_or_renewal_is_not_mid_term(billing: Billing, day: str) -> None:
    gap = change_gap(billing(renewals(), UNCHANGING, since(LONG_AGO, *many(12)), mid_term(day)))
    assert gap["estimate"] == pytest.approx(567 / 480 - 1, abs=1e-12)


def test_f22_the_last_of_several_changes_counts(billing: Billing) -> None:
    events = mid_term("2024-06-01", 600) + mid_term("2024-11-01", 540) + mid_term("2024-08-01", 500)
    gap = change_gap(billing(renewals(), UNCHANGING, since(LONG_AGO, *many(12)), events))
    assert percent(gap["estimate"]) == "+5.00 %"


def test_f22_offers_that_rise_as_well_leave_no_gap(billing: Billing, companion: Companion) -> None:
    offers = [
        offer(540, offer_id="before", interval_unit="year", valid_to=RENEWAL),
        offer(567, offer_id="after", interval_unit="year", valid_from=RENEWAL),
    ]
    gap = change_gap(billing(renewals(), offers, since(LONG_AGO, *many(12)), mid_term()))
    assert percent(gap["estimate"]) == "+0.00 %"
    assert companion(gap, "offer_mean_log_change")["estimate"] == pytest.approx(math.log(567 / 540), abs=1e-12)


# F24: what is paid for paying in instalments is no price of the product.

MONTHS_OF_2025 = [f"2025-{month:02d}-01" for month in range(1, 13)] + ["2026-01-01"]


def test_f24_finance_stands_beside_the_core_price(billing: Billing) -> None:
    lines = []
    for who in many(12):
        for start, end in pairwise(MONTHS_OF_2025):
            lines += [line(who, start, end, "30.00"), line(who, start, end, "3.00", line_kind="finance")]
    document = billing(lines, [offer(30)], since(LONG_AGO, *many(12)))
    gap = by_basis(document)["effective"]
    assert (percent(gap["estimate"]), gap["n_tenured"]) == ("+0.00 %", 12)
    assert Decimal(by_basis(document, "overpayment")["effective"]["estimate"]) == 0
    assert billing.ledger("price_ticks", "customer_id = 'C000'") == [(300_000,)] * 12
    assert billing.beside("month_number - 2025 * 12, finance_amount", "customer_id = 'C000'") == [
        (month, 3) for month in range(12)
    ]
    assert document["reconciliation"]["rows_excluded"] == {"finance": 144}


def test_f24_yearly_and_monthly_payers_of_one_core_price_pay_the_same(billing: Billing) -> None:
    lines = [yearly(who, "2025-03-01", 360) for who in many(10, "Y")]
    lines += [monthly(who, 30) for who in many(10, "M")]
    lines += [monthly(who, 3, line_kind="finance") for who in many(10, "M")]
    offers = [offer(360, offer_id="year", interval_unit="year"), offer(30, offer_id="month")]
    document = billing(lines, offers, since(LONG_AGO, *many(10, "Y"), *many(10, "M")))
    gap = by_basis(document)["effective"]
    assert (percent(gap["estimate"]), gap["n_tenured"], gap["n_cells"]) == ("+0.00 %", 20, 2)
    assert billing.distinct("price_ticks, offer_ticks", f"month = '{AS_OF}-01'") == [(300_000, 300_000)]


# F27, what the ledger has to do with it: dates of contracts pass through. The rule comes with the rule packs.


@pytest.mark.parametrize(
    ("contract_end", "status"),
    [
        ("2025-12-02", "in_contract"),
        ("2025-12-01", "out_of_contract"),
        ("2025-01-16", "out_of_contract"),
        ("2027-01-17", "in_contract"),
        (None, None),
    ],
)
def test_f27_contract_dates_pass_through(billing: Billing, contract_end: str | None, status: str | None) -> None:
    billing.prices([monthly("C", 30, contract_end=contract_end)], [offer(30)], since("2025-01-16", "C"))
    assert billing.ledger("contract_status, tenure_months", f"month = '{AS_OF}-01'") == [(status, 10)]


# Periods at month ends.


@pytest.mark.parametrize(
    ("start", "end", "month"),
    [
        ("2025-01-31", "2025-02-28", "2025-02"),
        ("2024-01-31", "2024-02-29", "2024-02"),
        ("2024-02-29", "2024-03-29", "2024-03"),
        ("2024-02-29", "2024-03-31", "2024-03"),
        ("2025-02-28", "2025-03-31", "2025-03"),
        ("2025-03-31", "2025-04-30", "2025-04"),
        ("2025-01-31", "2025-03-03", "2025-02"),
        ("2025-01-31", "2025-02-25", "2025-02"),
    ],
)
def test_a_month_from_the_last_day_is_a_full_period(billing: Billing, start: str, end: str, month: str) -> None:
    document = billing(
        [line("C", start, end, 30, interval_unit="month")], [offer(30)], since(LONG_AGO, "C"), as_of=month
    )
    assert document["reconciliation"]["rows_accepted"] == 1
    assert month in billing.months("C")
    assert set(billing.ledger("price_ticks, offer_ticks")) == {(300_000, 300_000)}


@pytest.mark.parametrize(
    ("start", "end"), [("2025-01-31", "2025-03-04"), ("2025-01-31", "2025-02-24"), ("2024-01-31", "2024-02-25")]
)
def test_four_days_off_a_month_is_a_partial_period(billing: Billing, start: str, end: str) -> None:
    lines = [line("C", start, end, 30, interval_unit="month"), monthly("D", 30)]
    document = billing(lines, [offer(30)], since(LONG_AGO, "C", "D"))
    assert document["reconciliation"]["rows_excluded"] == {"partial_period": 1}
    assert billing.months("C") == []


def test_month_ends_follow_each_other_without_a_hole(billing: Billing) -> None:
    ends = ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30"]
    lines = [line("C", start, end, 30) for start, end in pairwise(ends)]
    billing.prices(lines, [offer(30)], since(LONG_AGO, "C"), as_of="2024-06")
    assert billing.months("C") == ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]


def test_a_year_from_a_leap_day_ends_on_the_last_of_february(billing: Billing) -> None:
    billing.prices(
        [line("C", "2024-02-29", "2025-02-28", 360, interval_unit="year")],
        [offer(360, interval_unit="year")],
        since(LONG_AGO, "C"),
        as_of="2025-02",
    )
    assert billing.months("C") == [f"2024-{month:02d}" for month in range(3, 13)] + ["2025-01", "2025-02"]
    assert set(billing.ledger("price_ticks, offer_ticks")) == {(300_000, 300_000)}


@pytest.mark.parametrize(
    ("tenure_start", "month", "months", "group"),
    [
        ("2024-02-29", "2025-02", 11, "new"),
        ("2024-02-29", "2025-03", 12, "middle"),
        ("2024-02-29", "2026-02", 23, "middle"),
        ("2024-02-29", "2026-03", 24, "tenured"),
        ("2024-03-01", "2026-03", 24, "tenured"),
        ("2024-03-02", "2026-03", 23, "middle"),
        ("2024-01-31", "2025-02", 12, "middle"),
        ("2025-02-28", "2025-03", 0, "new"),
        ("2025-03-14", "2025-03", 0, "new"),
    ],
)
def test_tenure_in_completed_months(billing: Billing, tenure_start: str, month: str, months: int, group: str) -> None:
    # On the first day of the month, whatever the day of the bill; priced a fortnight earlier.
    starts = f"{month[:4]}-{int(month[5:]) - 1:02d}-15"
    lines = [line("C", starts, f"{month}-15", 30, issued_on=starts)]
    billing.prices(lines, [offer(30)], since(tenure_start, "C"), as_of=month)
    assert billing.ledger("tenure_months, loyalty_group, cast(pricing_date as varchar)") == [(months, group, starts)]


def test_a_term_of_years_is_cut_where_group_and_band_change(billing: Billing) -> None:
    term = line("C", "2023-12-10", "2025-12-10", 720, interval_unit="year", interval_count=2)
    billing.prices([term, monthly("D", 30)], [offer(30)], since("2023-06-20", "C") + since(LONG_AGO, "D"))
    found = billing.ledger(
        "strftime(month, '%Y-%m'), tenure_months, loyalty_group, band_order, cast(pricing_date as varchar)",
        "customer_id = 'C'",
    )
    months = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    # Joined on 20 June 2023: 6 completed months on 1 January 2024, 12 on 1 July 2024, 24 on 1 July 2025.
    groups = ["new"] * 6 + ["middle"] * 12 + ["tenured"] * 6
    bands = [1] * 6 + [2] * 12 + [3] * 6
    expected = zip(months, range(6, 30), groups, bands, strict=True)
    assert found == [(*row, "2023-12-10") for row in expected]


@pytest.mark.parametrize(("clock", "months", "group"), [("observed", 30, "tenured"), ("priced", 19, "middle")])
def test_the_clock_of_tenure_is_the_month_or_the_day_of_pricing(
    billing: Billing, clock: str, months: int, group: str
) -> None:
    billing.prices(
        [yearly("C", "2024-12-15", 360)],
        [offer(30)],
        since("2023-05-01", "C"),
        as_of="2025-11",
        tenure={"clock": clock},
    )
    assert billing.ledger("tenure_months, loyalty_group", "month = date '2025-11-01'") == [(months, group)]


@pytest.mark.parametrize(
    ("rejoin", "after", "months"), [("continue", 12, 93), ("reset", 12, 2), ("reset", 21, 2), ("reset", 22, 93)]
)
def test_who_comes_back_after_an_absence_may_be_new_again(
    billing: Billing, rejoin: str, after: int, months: int
) -> None:
    # Billed until 1 December 2023, and again from 1 September 2025: an absence of 21 months.
    lines = [yearly("C", "2022-12-01", 360), line("C", "2025-09-01", "2025-12-01", 90, interval_count=3)]
    tenure = {"rejoin": rejoin, "rejoin_after_months": after}
    billing.prices(lines, [offer(30)], since("2018-01-15", "C"), as_of="2025-11", tenure=tenure)
    assert billing.ledger("tenure_months", "month = date '2025-11-01'") == [(months,)]
    # What was billed before the absence keeps its tenure.
    assert billing.ledger("tenure_months", "month = date '2023-11-01'") == [(69,)]


# Cycles of days and weeks.


@pytest.mark.parametrize(("unit", "count"), [("day", 28), ("week", 4)])
def test_28_days_are_no_month(billing: Billing, unit: str, count: int) -> None:
    cycle = {"interval_unit": unit, "interval_count": count}
    starts = ["2025-10-15", "2025-11-12", "2025-12-10", "2026-01-07"]
    lines = [line(who, start, end, "33.60", **cycle) for who in many(10) for start, end in pairwise(starts)]
    offers = [offer("30.00", offer_id="cycle", **cycle), offer("1.00", offer_id="month")]
    document = billing(lines, offers, since(LONG_AGO, *many(10)))
    assert billing.months("C000") == ["2025-11", "2025-12", "2026-01"]
    # 33.60 and 30.00 x 365 / 336 = 36.50 and 32.589285..., not 33.60 nor x 13 / 12.
    assert set(billing.ledger("price_ticks, offer_ticks, offer_id")) == {(365_000, 325_893, "cycle")}
    gap = by_basis(document)["effective"]
    assert percent(gap["estimate"]) == "+12.00 %"
    # 10 x 3.60 x 365 / 28, from what is billed: not twelve rounded months.
    assert Decimal(by_basis(document, "overpayment")["effective"]["estimate"]) == Decimal("469.2857")


def test_28_days_against_a_monthly_offer_only_are_not_compared(billing: Billing) -> None:
    lines = [line("C", "2025-11-12", "2025-12-10", 28, interval_unit="day", interval_count=28)]
    lines += [monthly("D", 30)]
    document = billing(lines, [offer(30)], since(LONG_AGO, "C", "D"))
    assert document["headline"]["n_tenured"] == 1
    ((reason, customers, money),) = [
        (item["reason"], item["customers"], item["money"]) for item in document["support"]["not_compared"]
    ]
    assert (reason, customers) == ("no_offer_in_force", 1)
    assert Decimal(money) == Decimal("365")


# Several lines and quantities.


def test_each_plan_is_an_observation_with_a_price_of_its_own(billing: Billing) -> None:
    lines = [
        monthly("C", 10, quantity=1, line_id="L1", plan_id="old"),
        monthly("C", 26, quantity=2, line_id="L2", plan_id="current"),
    ]
    billing.prices(lines, [offer(10)], since(LONG_AGO, "C"))
    assert billing.ledger("plan_id, price_ticks, cast(quantity as double), offer_ticks") == [
        ("old", 100_000, 1.0, 100_000),
        ("current", 130_000, 2.0, 100_000),
    ]


def test_the_unit_price_is_rounded_once_half_to_even(billing: Billing) -> None:
    lines = [monthly("C", "2.0001", quantity=2), monthly("C", "8.0004", quantity=8)]
    lines += [monthly("D", "0.0003", quantity=2), monthly("E", "0.0005", quantity=2), monthly("F", 10, quantity=3)]
    billing.prices(lines, [offer(10)], since(LONG_AGO, "C", "D", "E", "F"))
    assert billing.ledger("customer_id, price_ticks") == [("C", 10_000), ("D", 2), ("E", 2), ("F", 33_333)]


def test_an_exact_copy_of_a_line_counts_once(billing: Billing) -> None:
    lines = [monthly("C", 30, line_id="L1")] * 2 + [monthly("C", 60, line_id="L2", quantity=2)]
    document = billing(lines, [offer(30)], since(LONG_AGO, "C"))
    assert document["reconciliation"]["rows_duplicate"] == 1
    assert billing.ledger("price_ticks, cast(quantity as double)") == [(300_000, 3.0)]


@pytest.mark.parametrize(("quantity", "served"), [(1, "few"), (9, "few"), (10, "many"), (49, "many"), (50, None)])
def test_offers_by_quantity_hold_below_their_upper_edge(billing: Billing, quantity: int, served: str | None) -> None:
    offers = [
        offer(10, offer_id="few", qty_from=1, qty_to=10),
        offer(8, offer_id="many", qty_from=10, qty_to=50),
    ]
    billing.prices([monthly("C", 10 * quantity, quantity=quantity)], offers, since(LONG_AGO, "C"))
    reason = None if served else "no_offer_in_force"
    assert billing.ledger("price_ticks, offer_id, offer_reason") == [(100_000, served, reason)]


# A price is held against the offer of the day it was set.


def test_an_annual_policy_of_ten_months_ago_is_held_against_the_offer_of_then(billing: Billing) -> None:
    offers = [
        offer(396, offer_id="then", interval_unit="year", valid_to="2025-06-01"),
        offer(300, offer_id="today", interval_unit="year", valid_from="2025-06-01"),
    ]
    lines = [yearly(who, "2025-02-15", 420) for who in many(10)]
    document = billing(lines, offers, since(LONG_AGO, *many(10)))
    gap = by_basis(document)["effective"]
    assert percent(gap["estimate"]) == "+6.06 %"
    assert billing.distinct("offer_id, cast(pricing_date as varchar)") == [("then", "2025-02-15")]
    assert Decimal(by_basis(document, "overpayment")["effective"]["estimate"]) == 240


@pytest.mark.parametrize(
    ("starts_on", "served"), [("2025-11-29", "then"), ("2025-11-30", "now"), ("2025-12-01", "now")]
)
def test_the_first_day_of_an_offer_counts_and_its_end_does_not(billing: Billing, starts_on: str, served: str) -> None:
    offers = [
        offer(30, offer_id="then", valid_to="2025-11-30"),
        offer(30, offer_id="now", valid_from="2025-11-30"),
    ]
    # Issued in arrears: what counts is the start of the cycle billed.
    ends_on = "2026-01-01" if starts_on == "2025-12-01" else "2025-12-29"
    billing.prices([line("C", starts_on, ends_on, 30, issued_on="2025-12-31")], offers, since(LONG_AGO, "C"))
    assert billing.ledger("offer_id, n_candidates") == [(served, 1)]


@pytest.mark.parametrize(
    ("date", "served", "priced_on"), [("cycle_start", "now", "2025-12-01"), ("price_set", "then", "2025-05-31")]
)
def test_the_offer_of_the_cycle_counts_unless_the_study_says_that_of_the_day_the_price_was_set(
    billing: Billing, companion: Companion, date: str, served: str, priced_on: str
) -> None:
    offers = [offer(40, offer_id="then", valid_to="2025-06-01"), offer(30, offer_id="now", valid_from="2025-06-01")]
    lines = [monthly(who, 36, price_set_on="2025-05-31") for who in many(10)]
    document = billing(lines, offers, since("2023-05-01", *many(10)), comparator={"date": date})
    assert billing.distinct("offer_id, tenure_months, cast(pricing_date as varchar)") == [(served, 31, priced_on)]
    other = "at_price_set" if date == "cycle_start" else "at_cycle_start"
    gaps = {"now": "+20.00 %", "then": "-10.00 %"}
    assert percent(by_basis(document)["effective"]["estimate"]) == gaps[served]
    beside = companion(by_basis(document)["effective"], other)["estimate"]
    assert percent(beside) == gaps["then" if served == "now" else "now"]


def test_the_day_a_price_was_set_must_be_stated_where_it_counts(billing: Billing) -> None:
    with pytest.raises(ConfigError, match="no billing file states when prices were set") as caught:
        billing.prices([monthly("C", 30)], [offer(30)], since(LONG_AGO, "C"), comparator={"date": "price_set"})
    assert "price_set_on" in caught.value.fix


def test_the_offer_when_a_price_version_began_stands_beside(billing: Billing, companion: Companion) -> None:
    offers = [offer(40, offer_id="then", valid_to="2025-06-01"), offer(30, offer_id="now", valid_from="2025-06-01")]
    lines = [line(who, start, end, 36) for who in many(10) for start, end in pairwise(MONTHS_OF_2025)]
    gap = by_basis(billing(lines, offers, since(LONG_AGO, *many(10))))["effective"]
    assert percent(gap["estimate"]) == "+20.00 %"
    assert percent(companion(gap, "at_price_set")["estimate"]) == "-10.00 %"
