"""Catalogues of Kill Bill: prices, introductory phases and what is no catalogue."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairness.errors import DataError
from fairness.intake.killbill_catalog import write_catalog

CATALOG = """<?xml version="1.0"?>
<catalog><effectiveDate>2022-04-01T00:00:00+00:00</effectiveDate><catalogName>Shop</catalogName><plans>
<plan name="p"><effectiveDateForExistingSubscriptions>2022-05-01T00:00:00Z</effectiveDateForExistingSubscriptions>
<product>P</product><initialPhases>{phases}</initialPhases>{final}</plan></plans></catalog>"""


def phase(tag: str, prices: str, *, period: str = "MONTHLY", unit: str = "UNLIMITED", number: str = "") -> str:
    return (
        f"<{tag}><duration><unit>{unit}</unit><number>{number}</number></duration><recurring><billingPeriod>{period}"
        f"</billingPeriod><recurringPrice>{prices}</recurringPrice></recurring></{tag}>"
    )


def price(value: str, currency: str = "USD") -> str:
    return f"<price><currency>{currency}</currency><value>{value}</value></price>"


def rows(folder: Path, text: str) -> list[dict[str, str]]:
    (folder / "catalog.xml").write_text(text, encoding="utf-8")
    write_catalog(folder / "catalog.xml", "catalog.xml", folder / "catalog.csv")
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_each_currency_is_a_row_with_the_price_of_the_last_phase(tmp_path: Path) -> None:
    final = phase("finalPhase", price("59.95") + price("54.95", "GBP") + price("", "EUR"), period="QUARTERLY")
    first, second = rows(tmp_path, CATALOG.format(phases="", final=final))
    assert (first["currency"], first["price"], second["currency"], second["price"]) == ("USD", "59.95", "GBP", "54.95")
    assert (first["interval_unit"], first["interval_count"]) == ("month", "3")
    assert (first["effective_date"][:10], first["existing_effective_date"][:10]) == ("2022-04-01", "2022-05-01")
    assert (first["product"], first["plan"], first["intro_price"]) == ("P", "p", "")


@pytest.mark.parametrize(
    ("period", "lasts", "amount", "cycles"),
    [
        ("MONTHLY", ("MONTHS", "3"), "4.95", "3"),
        ("MONTHLY", ("YEARS", "1"), "4.95", "12"),
        ("ANNUAL", ("MONTHS", "24"), "4.95", "2"),
        ("WEEKLY", ("DAYS", "14"), "4.95", "2"),
        # Half a month, a year that is cut off, and a free phase are trials, not prices.
        ("MONTHLY", ("DAYS", "14"), "4.95", ""),
        ("ANNUAL", ("MONTHS", "3"), "4.95", ""),
        ("MONTHLY", ("MONTHS", "1"), "0.00", ""),
    ],
)
def test_a_phase_of_whole_billing_periods_is_the_introductory_price(
    tmp_path: Path, period: str, lasts: tuple[str, str], amount: str, cycles: str
) -> None:
    early = phase("phase", price(amount), period=period, unit=lasts[0], number=lasts[1])
    (row,) = rows(tmp_path, CATALOG.format(phases=early, final=phase("finalPhase", price("24.95"), period=period)))
    assert (row["price"], row["intro_price"], row["intro_cycles"]) == ("24.95", amount if cycles else "", cycles)


def test_a_plan_that_does_not_recur_has_no_interval(tmp_path: Path) -> None:
    final = f"<finalPhase><fixed><fixedPrice>{price('7.00')}</fixedPrice></fixed></finalPhase>"
    (row,) = rows(tmp_path, CATALOG.format(phases="", final=final))
    assert (row["price"], row["interval_unit"], row["interval_count"]) == ("7.00", "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<invoices><invoice/></invoices>", "no catalogue of Kill Bill"),
        ("<catalog><plans>", "the XML cannot be read"),
        ("", "the XML cannot be read"),
        ('<!DOCTYPE c [<!ENTITY a "aaaa">]><catalog><plans>&a;</plans></catalog>', "has a DOCTYPE"),
    ],
)
def test_other_xml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        rows(tmp_path, text)
