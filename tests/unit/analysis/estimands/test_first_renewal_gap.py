"""Later renewals against first ones: no effect of a rising list, an injected rise, and months that are merged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Row = dict[str, Any]


@pytest.fixture
def firm(study: Any, tmp_path: Path) -> Any:
    """Return a function from (month of 2025, completed terms, price, how many) to the findings of a yearly product."""

    def found(*renewals: tuple[int, int, float, int], unit: str = "year") -> Row:
        bills, joined = [], []
        for place, (month, terms, price, n) in enumerate(renewals):
            for number in range(n):
                who, day = f"C{place}-{number}", f"{month:02}-01"
                end = f"2026-{day}" if unit == "year" else "2026-01-01"
                bills.append(f"{who},2025-{day},2025-{day},{end},{price:.2f},GBP,home,{unit}")
                joined.append(f"{who},{2025 - terms}-{day}")
        head = "customer_id,issued_on,period_start,period_end,net_amount,currency,product_id,interval_unit"
        (tmp_path / "lines.csv").write_text("\n".join((head, *bills)) + "\n", encoding="utf-8")
        text = "\n".join(("customer_id,tenure_start", *joined)) + "\n"
        (tmp_path / "customers.csv").write_text(text, encoding="utf-8")
        config = tmp_path / "fairness.toml"
        config.write_text(
            '[privacy]\npseudonyms = false\n[study]\nname = "Test"\ncurrency = "GBP"\nas_of = "2025-12"\n'
            '[[source]]\nrole = "billing"\npath = "lines.csv"\n'
            '[[source]]\nrole = "customers"\npath = "customers.csv"\n',
            encoding="utf-8",
        )
        document: Row = study.analyse(config)
        return document

    return found


def test_a_rising_list_and_growing_sales_are_no_gap(firm: Any, pick: Callable[..., Row]) -> None:
    """The list rises 1 % a month, joiners grow 5 % a month: by month 0, while the plain means differ."""
    renewals = []
    for month in range(1, 13):
        price = round(480 * 1.01**month, 2)
        renewals += [(month, 1, price, round(10 * 1.05**month)), (month, 4, price, 12)]
    finding = pick(firm(*renewals), "first_renewal_gap")
    means = [
        sum(price * n for _, terms, price, n in renewals if terms == kind)
        / sum(n for _, terms, _, n in renewals if terms == kind)
        for kind in (1, 4)
    ]
    assert means[1] / means[0] - 1 < -0.004
    assert finding["estimate"] == pytest.approx(0.0, abs=1e-6)
    assert (finding["n_tenured"], finding["n_new"]) == (144, sum(n for _, kind, _, n in renewals if kind == 1))
    assert finding["verdict"] != "penalty"


def test_an_injected_rise_is_recovered(firm: Any, pick: Callable[..., Row]) -> None:
    renewals = [(month, terms, 480 * (1.06 if terms > 1 else 1), 12) for month in (3, 4, 9) for terms in (1, 2, 5)]
    finding = pick(firm(*renewals), "first_renewal_gap")
    assert finding["estimate"] == pytest.approx(0.06)
    assert (
        finding["fact"] == "Later renewals (72, in 1 cell) cost 6.0 % more than first ones of the same cell and month."
    )
    assert (finding["comparator"], finding["basis"]) == ("first_renewals", "standard")
    assert finding["family"] == "first_renewal_gap:pooled"


def test_small_months_are_merged_within_their_quarter_and_never_further(firm: Any, pick: Callable[..., Row]) -> None:
    """January and February hold 6 of both, together enough; March and April, of two quarters, do not meet."""
    inside = [(month, terms, 400 + 40 * (terms > 1), 6) for month in (1, 2) for terms in (1, 2)]
    apart = [(6, 1, 400, 12), (7, 2, 500, 12)]
    finding = pick(firm(*inside, *apart), "first_renewal_gap")
    assert finding["estimate"] == pytest.approx(0.1)
    assert (finding["n_tenured"], finding["n_new"]) == (12, 12)
    assert (finding["support_share"], finding["n_not_compared"]) == (0.5, 12)
    assert finding["money_not_compared"] == "6000.00"


def test_without_terms_it_cannot_be_assessed_and_says_why(firm: Any) -> None:
    document = firm((12, 1, 40, 12), (12, 4, 44, 12), unit="month")
    (finding,) = (one for one in document["findings"] if one["estimand"] == "first_renewal_gap")
    assert (finding["verdict"], finding["verdict_reason"]) == ("not_assessable", "no_terms")
    assert (finding["estimate"], finding["n_tenured"], finding["support_share"]) == (None, 0, None)


def test_it_stays_in_the_firm(firm: Any, study: Any) -> None:
    firm(*((3, terms, 480 + 10 * terms, 60) for terms in (1, 4)))
    with duckdb.connect(str(study.run.folder / "share.duckdb"), read_only=True) as con:
        told = {name for (name,) in con.execute("select distinct estimand from findings").fetchall()}
    assert "like_for_like_gap" in told or "raw_gap" in told
    assert "first_renewal_gap" not in told
