"""Small firms written by hand: lines, offers, customers, letters and an index, as files of a study."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

Row = Mapping[str, object]


def month_after(day: date, months: int = 1) -> date:
    """Return the same day of a later month; days up to the 28th exist in each."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, day.day)


class Bills:
    """The files of a study, filled row by row."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []
        self.offers: list[dict[str, object]] = []
        self.customers: dict[str, dict[str, object]] = {}
        self.events: list[dict[str, object]] = []
        self.cpi: list[dict[str, object]] = []

    def line(
        self,
        customer: str,
        product: str,
        start: date,
        price: object,
        *,
        months: int = 1,
        since: str = "2015-01-01",
        **more: object,
    ) -> None:
        """Bill one period of so many months, ex tax."""
        self.customers.setdefault(customer, {"customer_id": customer, "tenure_start": since})
        unit = {"interval_unit": "year"} if months == 12 else {"interval_unit": "month", "interval_count": months}
        self.lines.append(
            {
                "customer_id": customer,
                "product_id": product,
                "issued_on": start,
                "period_start": start,
                "period_end": month_after(start, months),
                "net_amount": price,
                **unit,
                **more,
            }
        )

    def run(self, customer: str, product: str, start: date, prices: Sequence[object], **more: object) -> None:
        """Bill successive months; None is a month without a bill."""
        for number, price in enumerate(prices):
            if price is not None:
                self.line(customer, product, month_after(start, number), price, **more)  # type: ignore[arg-type]

    def offer(self, product: str, price: object, *, since: str = "2014-01-01", **more: object) -> None:
        """Offer new customers a list price from a day on."""
        self.offers.append(
            {
                "offer_id": f"O{len(self.offers) + 1}",
                "audience": "all",
                "product_id": product,
                "list_unit_price": price,
                "valid_from": since,
                "interval_unit": "month",
                **more,
            }
        )

    def letter(self, customer: str | None = None, **more: object) -> None:
        """Put an event on file; without a customer it names a plan or a product."""
        self.events.append({"customer_id": customer, **more})

    def write(self, folder: Path, as_of: str, **sections: Mapping[str, object]) -> Path:
        """Write the files and their config, and return the config."""
        folder.mkdir(parents=True, exist_ok=True)
        text = f'[study]\nname = "By hand"\ncurrency = "GBP"\nas_of = "{as_of}"\n'
        parts = {
            "billing": self.lines,
            "offers": self.offers,
            "customers": list(self.customers.values()),
            "price_events": self.events,
            "cpi": self.cpi,
        }
        for role, rows in parts.items():
            if rows:
                _write(folder / f"{role}.csv", rows)
                text += f'[[source]]\nrole = "{role}"\npath = "{role}.csv"\n'
        for name, values in {"privacy": {"pseudonyms": False}, **sections}.items():
            text += f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
        config = folder / "fairness.toml"
        config.write_text(text, encoding="utf-8")
        return config


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write(path: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
