"""Parts of the book against each other: planted segments, chance, mixes, and parts that are counted as not searched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pytest

Row = dict[str, Any]
LENSES = {"lenses": {"by": ["region", "channel"]}}


def book(*, planted: float, seed: int, decisions: int = 40) -> list[Row]:
    """Return two customers of each region, channel and price decision; ``planted`` more in the north by phone."""
    rng = np.random.default_rng(seed)
    found = []
    for decision in range(decisions):
        shared = rng.normal(0, 0.02)
        for region in ("north", "south", "east"):
            for channel in ("phone", "shop"):
                extra = planted if (region, channel) == ("north", "phone") else 0.0
                for _ in range(2):
                    price = 100 * np.exp(shared + extra + rng.normal(0, 0.02))
                    found.append(
                        {
                            "customer_id": str(len(found)),
                            "product_id": "p",
                            "tenure_months": 70,
                            "price": round(float(price), 2),
                            "offer_price": 100,
                            "price_decision": f"d{decision}",
                            "region": region,
                            "channel": channel,
                        }
                    )
    return found


def of(document: Row, estimand: str, **scope: str) -> Row:
    found = [f for f in document["findings"] if f["estimand"] == estimand and f["scope"] == scope]
    assert len(found) == 1
    return dict(found[0])


def test_a_planted_segment_is_found_and_told_instead_of_what_holds_it(
    study: Any, companion: Callable[..., Row]
) -> None:
    rows = book(planted=0.08, seed=1)
    document = study(rows, **LENSES)
    whole, part = of(document, "worst_segment"), of(document, "worst_segment", region="north", channel="phone")
    reported = [f for f in document["findings"] if f["estimand"] == "worst_segment" and f["scope"]]
    assert len(reported) == 1
    inside = [row["price"] for row in rows if (row["region"], row["channel"]) == ("north", "phone")]
    observed = np.mean(inside) / np.mean([row["price"] for row in rows]) - 1
    assert companion(part, "beyond_book_as_observed")["estimate"] == pytest.approx(observed)
    assert 0 < part["ci_lower"] < part["estimate"] <= observed
    assert part["estimate"] == pytest.approx(0.08 - 0.08 / 6, abs=0.01)
    assert part["p_value_adjusted"] == 0.001
    assert (part["n_tenured"], part["verdict"], part["family"]) == (80, None, None)
    # 3 regions, 2 channels, 6 pairs; a channel holds half of the money.
    assert companion(whole, "segments_searched")["estimate"] == 9
    assert companion(whole, "segments_not_searched")["estimate"] == 2
    assert "region north, channel phone" in whole["fact"]
    assert whole["estimate"] is None


def test_chance_is_no_find(study: Any, companion: Callable[..., Row]) -> None:
    document = study(book(planted=0.0, seed=2), **LENSES)
    whole = of(document, "worst_segment")
    assert companion(whole, "segments_found")["estimate"] == 0
    assert whole["fact"].startswith("Of 9 subgroups searched, none stands worse than the book.")


def test_few_decisions_are_not_searched(study: Any, companion: Callable[..., Row]) -> None:
    whole = of(study(book(planted=0.08, seed=3, decisions=8), **LENSES), "worst_segment")
    assert companion(whole, "segments_searched")["estimate"] == 0
    assert "a few decisions cannot be told from one bad price" in whole["fact"]


def test_a_lens_value_against_the_rest(study: Any, companion: Callable[..., Row]) -> None:
    rows = book(planted=0.08, seed=4)
    document = study(rows, **LENSES)
    phone, shop = (of(document, "lens_contrast", channel=name) for name in ("phone", "shop"))
    gaps = [of(document, "offer_gap", channel=name)["estimate"] for name in ("phone", "shop")]
    assert phone["estimate"] == pytest.approx((1 + gaps[0]) / (1 + gaps[1]) - 1)
    assert (1 + phone["estimate"]) * (1 + shop["estimate"]) == pytest.approx(1)
    assert phone["p_value"] == pytest.approx(shop["p_value"])
    assert phone["ci_lower"] > 0
    assert (phone["verdict"], phone["family"]) == (None, "lens_contrast:lens:channel")
    assert companion(phone, "same_cells")["estimate"] == pytest.approx(phone["estimate"])
    families = [f["family"] for f in document["findings"] if f["estimand"] != "lens_contrast"]
    assert not any(str(family).startswith("lens_contrast") for family in families)


def test_a_difference_of_mix_is_none_in_the_same_cells(study: Any, companion: Callable[..., Row]) -> None:
    """Cells with gaps of 0 and 10 % for everyone, one region 90 to 10, the other 10 to 90: -7.3 % and 0."""
    rows = [
        {"customer_id": f"{region}{product}{n}", "product_id": product, "region": region, "tenure_months": 70}
        | {"price": price, "offer_price": 10}
        for region, counts in (("a", (90, 10)), ("b", (10, 90)))
        for product, price, count in zip("AB", (10, 11), counts, strict=True)
        for n in range(count)
    ]
    finding = of(study(rows, lenses={"by": ["region"]}), "lens_contrast", region="a")
    assert finding["estimate"] == pytest.approx(1.01 / 1.09 - 1)
    assert companion(finding, "same_cells")["estimate"] == pytest.approx(0.0, abs=1e-12)
    assert "7.3 % better against their offers than the others; in the same cells 0.0 % worse" in finding["fact"]


def test_both_stay_in_the_firm(study: Any) -> None:
    study.publish(book(planted=0.08, seed=5), **LENSES)
    with duckdb.connect(str(study.run.folder / "share.duckdb"), read_only=True) as con:
        told = {name for (name,) in con.execute("select distinct estimand from findings").fetchall()}
        scopes = {scope for (scope,) in con.execute("select distinct scope from findings").fetchall()}
    assert "offer_gap" in told
    assert not told & {"worst_segment", "lens_contrast"}
    assert not any(scope and "region" in scope and "channel" in scope for scope in scopes)
