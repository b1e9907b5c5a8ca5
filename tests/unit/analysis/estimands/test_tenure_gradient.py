"""The slope over tenures: the same as least squares on the rows, limits, an injected slope, and a blind firm."""

from __future__ import annotations

from collections.abc import Callable
from math import expm1
from typing import Any

import numpy as np
import pytest

Row = dict[str, Any]


def book(slope: float, *, noise: float, seed: int, with_offers: bool = True) -> list[Row]:
    """Return 15 products of 40 customers whose prices lie ``slope`` a year of tenure above their offers."""
    rng = np.random.default_rng(seed)
    found = []
    for product in range(15):
        for number in range(40):
            months = int(rng.integers(0, 120))
            price = 20.0 * (1 + product / 10) * float(np.exp(slope * months / 12 + rng.normal(0, noise)))
            row = {"customer_id": f"{product}-{number}", "product_id": f"p{product:02}", "tenure_months": months}
            row["price"] = round(price, 2)
            found.append(row | ({"offer_price": round(20.0 * (1 + product / 10), 2)} if with_offers else {}))
    return found


def least_squares(rows: list[Row]) -> float:
    """Return the slope of log(price over offer) on years with an effect for each product, from the rows."""
    products = sorted({row["product_id"] for row in rows})
    design = np.zeros((len(rows), len(products) + 1))
    y = np.zeros(len(rows))
    for place, row in enumerate(rows):
        design[place, products.index(row["product_id"])] = 1.0
        design[place, -1] = row["tenure_months"] / 12
        y[place] = np.log(row["price"] / row.get("offer_price", 1.0))
    return float(np.linalg.lstsq(design, y, rcond=None)[0][-1])


@pytest.mark.parametrize("with_offers", [True, False])
def test_it_is_least_squares_with_an_effect_for_each_cell(
    study: Any, pick: Callable[..., Row], with_offers: bool
) -> None:
    rows = book(0.02, noise=0.05, seed=3, with_offers=with_offers)
    finding = pick(study(rows), "tenure_gradient")
    assert finding["estimate"] == pytest.approx(expm1(least_squares(rows)), rel=1e-6)
    assert finding["comparator"] == ("book" if with_offers else "none")
    assert finding["ci_lower"] < finding["estimate"] < finding["ci_upper"]
    assert finding["n_observations"] == 600
    assert finding["n_tenured"] == sum(row["tenure_months"] >= 24 for row in rows)
    assert finding["unit"] == "fraction/year"


def test_a_fact_has_no_test_no_verdict_and_no_family(study: Any, pick: Callable[..., Row]) -> None:
    document = study(book(0.05, noise=0.02, seed=5))
    finding = pick(document, "tenure_gradient")
    for name in ("verdict", "p_value", "p_value_adjusted", "p_value_equivalence", "family", "minimum_detectable_gap"):
        assert finding[name] is None
    assert finding["ci_lower"] < expm1(0.05) < finding["ci_upper"]
    assert "It does not say that the price of anyone rose. Each cell has one offer" in finding["fact"]
    assert document["headline"]["estimand"] == "offer_gap"


def test_prices_blind_to_tenure_have_no_slope(study: Any, pick: Callable[..., Row]) -> None:
    finding = pick(study(book(0.0, noise=0.0, seed=7)), "tenure_gradient")
    assert finding["estimate"] == pytest.approx(0.0, abs=1e-9)


def test_few_clusters_have_no_interval(study: Any, pick: Callable[..., Row], companion: Callable[..., Row]) -> None:
    rows = [row for row in book(0.03, noise=0.01, seed=9) if row["product_id"] < "p09"]
    finding = pick(study(rows), "tenure_gradient")
    assert finding["ci_lower"] is None
    assert companion(finding, "clusters_of_cells")["estimate"] < 10


def test_cells_of_one_tenure_have_no_slope(study: Any, pick: Callable[..., Row]) -> None:
    rows = [row | {"tenure_months": 30} for row in book(0.03, noise=0.01, seed=11)]
    finding = pick(study(rows), "tenure_gradient")
    assert (finding["estimate"], finding["fact"]) == (None, "Nothing could be compared.")
