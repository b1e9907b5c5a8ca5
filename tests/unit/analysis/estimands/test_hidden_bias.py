"""What would explain a gap away: the bound by hand, a planted trait, list prices, and money against offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pytest

Row = dict[str, Any]


def rows(*groups: tuple[bool, float, int], product: str = "A", **more: Any) -> list[Row]:
    """Return customers of (tenured, price, how many)."""
    return [
        {"customer_id": f"{product}-{i}-{n}", "product_id": product, "price": price, "tenure_months": 70 if old else 3}
        | more
        for i, (old, price, count) in enumerate(groups)
        for n in range(count)
    ]


def against(document: Row, comparator: str) -> Row:
    found = [f for f in document["findings"] if (f["estimand"], f["comparator"]) == ("hidden_bias", comparator)]
    assert len(found) == 1
    return dict(found[0])


def test_the_bound_worked_out_by_hand(study: Any, companion: Callable[..., Row]) -> None:
    """90 new pay 10 and 10 pay 12, tenured 11. At 5 a sixth of the new weighs 5: the 10 dear and 6.67 of the others."""
    finding = against(study(rows((False, 10, 90), (False, 12, 10), (True, 11, 100))), "new_customers")
    assert finding["estimate"] == pytest.approx(5.0, rel=1e-4)
    assert 1.0 <= companion(finding, "at_interval")["estimate"] < finding["estimate"]
    assert (finding["unit"], finding["warnings"]) == ("odds ratio", [])
    assert "by 5.00, and goes with the new prices that explain most" in finding["fact"]
    for name in ("verdict", "p_value", "family", "minimum_detectable_gap"):
        assert finding[name] is None


def test_a_planted_trait_is_found(study: Any) -> None:
    """Who has the trait pays 12 instead of 10; its odds are 2 to 1 among the tenured and 1 to 2 among the new.

    The new without and with it weigh 1/2 and 2 to look like the tenured: Lambda = 2 exactly.
    """
    planted = rows((False, 10, 200), (False, 12, 100), (True, 10, 100), (True, 12, 200))
    assert against(study(planted), "new_customers")["estimate"] == pytest.approx(2.0, rel=1e-3)


def test_recorded_controls_are_the_benchmark(study: Any, companion: Callable[..., Row]) -> None:
    """Odds of tenure are 1 in one region and 3 in the other, 5/3 without the control: it shifts them by 9/5."""
    prices = ((False, 10, 60), (False, 12, 60))
    book = rows(*prices, (True, 11, 120), product="N", region="north")
    book += rows((False, 10, 30), (False, 12, 30), (True, 11, 180), product="N", region="south")
    for place, row in enumerate(book):
        row["customer_id"] = str(place)
    document = study(book, like_for_like={"cell": ["region"]})
    finding = against(document, "new_customers")
    assert companion(finding, "benchmark_region")["estimate"] == pytest.approx(9 / 5)


def test_one_price_is_no_matter_of_customers(study: Any, companion: Callable[..., Row]) -> None:
    finding = against(study(rows((False, 10, 50), (True, 11, 30), (True, 10, 20))), "new_customers")
    assert finding["estimate"] is None
    assert companion(finding, "list_prices")["estimate"] is None
    assert "an unrecorded difference of product could" in finding["fact"]


def test_without_a_gap_there_is_nothing_to_explain(study: Any) -> None:
    alike = [(old, price, 20) for old in (True, False) for price in (10, 11, 12)]
    finding = against(study(rows(*alike)), "new_customers")
    assert (finding["estimate"], finding["fact"]) == (None, "Like for like: there is no gap to explain.")


def test_few_new_customers_make_it_approximate(study: Any) -> None:
    finding = against(study(rows((False, 10, 15), (False, 12, 5), (True, 11, 50))), "new_customers")
    assert finding["warnings"] == ["approximate"]


def test_quality_in_money_against_offers(study: Any, companion: Callable[..., Row]) -> None:
    rng = np.random.default_rng(3)
    book = rows(*((True, round(float(price), 2), 1) for price in rng.normal(11, 0.5, 200)), offer_price=10)
    paid = sum(row["price"] for row in book)
    document = study(book)
    finding = against(document, "book")
    assert finding["estimate"] == pytest.approx((paid - 2000) / 200)
    assert companion(finding, "to_margin")["estimate"] == pytest.approx((paid - 2020) / 200)
    assert companion(finding, "share_of_offer")["estimate"] == pytest.approx(document["headline"]["estimate"])
    near = document["headline"]["ci_lower"]
    if near is None:
        assert companion(finding, "at_interval")["estimate"] is None
    else:
        assert companion(finding, "at_interval")["estimate"] == pytest.approx(max(near, 0.0) * 10)
    assert finding["unit"] == "GBP/unit and billing period"


def test_it_stays_in_the_firm(study: Any) -> None:
    study.publish(rows((False, 10, 300), (False, 12, 100), (True, 11, 300)))
    with duckdb.connect(str(study.run.folder / "share.duckdb"), read_only=True) as con:
        told = {name for (name,) in con.execute("select distinct estimand from findings").fetchall()}
        names = {name for (name,) in con.execute("select distinct name from findings_companions").fetchall()}
    assert "like_for_like_gap" in told
    assert "hidden_bias" not in told
    assert not names & {"at_interval", "to_margin"}
