"""A price list: what tenured customers pay in November 2025, and what new ones are offered for the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Document, Row, StudyRunner, write_csv

CONFIG = """
[privacy]
pseudonyms = false
[study]
name = "Price list"
currency = "EUR"
as_of = "2025-11"
[[source]]
role = "billing"
path = "lines.csv"
{mapping}
[[source]]
role = "customers"
path = "customers.csv"
[[source]]
role = "offers"
path = "offers.csv"
{mapping}
[inference]
bootstrap_replicates = 0
{sections}
"""
MONTH = {"issued_on": "2025-11-01", "period_start": "2025-11-01", "period_end": "2025-12-01", "interval_unit": "month"}
OFFER = {"audience": "new_only", "valid_from": "2019-01-01", "interval_unit": "month", "currency": "EUR"}


@pytest.fixture
def price_list(study: StudyRunner, tmp_path: Path) -> Callable[..., Document]:
    """Return a function from bills and offers to the findings document; every customer has been there since 2020.

    A bill is for November and an offer open to new customers since 2019, if they do not say otherwise. ``mapping`` adds
    lines to the sources of bills and offers, ``sections`` to the end of the config.
    """

    def found(lines: Iterable[Row], offers: Iterable[Row], *, mapping: str = "", sections: str = "") -> Document:
        bills = [{**MONTH, **line} for line in lines]
        write_csv(tmp_path / "lines.csv", bills)
        customers = dict.fromkeys(bill["customer_id"] for bill in bills)
        write_csv(
            tmp_path / "customers.csv", [{"customer_id": name, "tenure_start": "2020-01-01"} for name in customers]
        )
        write_csv(tmp_path / "offers.csv", [{**OFFER, **offer} for offer in offers])
        config = tmp_path / "fairness.toml"
        config.write_text(CONFIG.format(mapping=mapping, sections=sections), encoding="utf-8")
        document: dict[str, Any] = study.analyse(config)
        return document

    return found
