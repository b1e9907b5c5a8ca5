"""Catalogues of Kill Bill (XML) as delimited text: a row for each plan and currency, with the price that it ends at."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from fairness.errors import DataError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

COLUMNS = (
    "catalog_name", "effective_date", "existing_effective_date", "product", "plan", "interval_unit", "interval_count",
    "currency", "price", "intro_price", "intro_cycles",
)  # fmt: skip

_PERIODS = {
    "DAILY": ("day", 1), "WEEKLY": ("week", 1), "BIWEEKLY": ("week", 2), "THIRTY_DAYS": ("day", 30),
    "THIRTY_ONE_DAYS": ("day", 31), "SIXTY_DAYS": ("day", 60), "NINETY_DAYS": ("day", 90), "MONTHLY": ("month", 1),
    "BIMESTRIAL": ("month", 2), "QUARTERLY": ("month", 3), "TRIANNUAL": ("month", 4), "BIANNUAL": ("month", 6),
    "ANNUAL": ("year", 1), "SESQUIENNIAL": ("month", 18), "BIENNIAL": ("year", 2), "TRIENNIAL": ("year", 3),
}  # fmt: skip
"""Billing periods in the words of intervals."""

_IN_UNITS = {"day": ("day", 1), "week": ("day", 7), "month": ("month", 1), "year": ("month", 12)}


def write_catalog(path: Path, label: str, target: Path) -> None:
    """Write the plans of a catalogue as delimited text in UTF-8.

    A plan's price is that of its last phase. A phase before it with a price of its own that lasts for whole billing
    periods is the introductory price; of several, the first. Plans that do not recur are rows without an interval.

    Args:
        path: The XML file.
        label: The file, for messages.
        target: The file to write.

    Raises:
        DataError: The file is no catalogue, or holds definitions of its own, which may grow without bound.
    """
    root = _parsed(path, label)
    catalogs = [root] if root.find("plans") is not None else [item for item in root.iter() if item.find("plans")]
    rows = [row for catalog in catalogs for row in _rows(catalog)]
    if not rows:
        raise DataError(
            "the file is no catalogue of Kill Bill with prices",
            where=label,
            fix="export the catalogue as XML; other XML is not read",
        )
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _parsed(path: Path, label: str) -> Element:
    from xml.etree import ElementTree

    content = path.read_bytes()
    definitions: list[str] = []
    scan = expat.ParserCreate()
    scan.StartDoctypeDeclHandler = lambda name, *_: definitions.append(name)
    try:
        scan.Parse(content, True)
    except expat.ExpatError as error:
        if not definitions:
            raise DataError(f"the XML cannot be read: {error}", where=label, fix="export it again") from error
    if definitions:
        raise DataError("the XML has a DOCTYPE, which is not read", where=label, fix="remove its line")
    return ElementTree.fromstring(content)


def _rows(catalog: Element) -> Iterator[dict[str, object]]:
    for plan in catalog.findall("plans/plan"):
        final = plan.find("finalPhase")
        if final is None:
            continue
        period = final.findtext("recurring/billingPeriod", "").strip()
        unit, count = _PERIODS.get(period, ("", 0))
        before = plan.findall("initialPhases/phase")
        for currency, price in _prices(final).items():
            intro = next((found for phase in before if (found := _intro(phase, currency, unit, count))), ("", ""))
            yield {
                "catalog_name": catalog.findtext("catalogName", "").strip(),
                "effective_date": catalog.findtext("effectiveDate", "").strip(),
                "existing_effective_date": plan.findtext("effectiveDateForExistingSubscriptions", "").strip(),
                "product": plan.findtext("product", "").strip(),
                "plan": plan.get("name", ""),
                "interval_unit": unit,
                "interval_count": count or "",
                "currency": currency,
                "price": price,
                "intro_price": intro[0],
                "intro_cycles": intro[1],
            }


def _prices(phase: Element) -> dict[str, str]:
    """Return the prices of a phase by currency: those that recur, else the one-time ones."""
    found = phase.findall("recurring/recurringPrice/price") or phase.findall("fixed/fixedPrice/price")
    texts = {price.findtext("currency", "").strip(): price.findtext("value", "").strip() for price in found}
    return {currency: value for currency, value in texts.items() if currency and value}


def _intro(phase: Element, currency: str, unit: str, count: int) -> tuple[str, str] | None:
    """Return price and number of cycles of a phase that lasts for whole billing periods; None for trials and others."""
    price = _prices(phase).get(currency, "")
    lasts = phase.findtext("duration/unit", "").strip().casefold().removesuffix("s")
    number = phase.findtext("duration/number", "").strip()
    is_price = phase.find("recurring") is not None and price.strip("0.") != ""
    if not is_price or lasts not in _IN_UNITS or unit not in _IN_UNITS or not number.isdigit():
        return None
    measure, size = _IN_UNITS[lasts]
    own, length = _IN_UNITS[unit]
    if measure != own or (int(number) * size) % (count * length) or not int(number):
        return None
    return price, str(int(number) * size // (count * length))
