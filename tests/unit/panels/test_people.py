"""How many customers stand behind several cells, of studies in which some hold several things."""

from __future__ import annotations

from typing import Any

import pytest

from fairness.dashboard.session import open_study, view_of
from fairness.panels.people import compared
from fairness.panels.view import Filter, View

Row = dict[str, object]


def held(customer: str, product: str, tenure: int, offer: float | None) -> Row:
    row: Row = {"customer_id": customer, "product_id": product, "region": "North", "price": 20, "tenure_months": tenure}
    return row | {"offer_price": offer}


def book(*, offers: bool) -> list[Row]:
    """Return 40 who hold net, of whom 10 also hold tv and 4 phone; 25 hold tv alone, 30 phone alone.

    Of the ten, two have no offer for tv.
    """
    rows = [held(f"net-{n}", "net", 40, 18) for n in range(40)]
    rows += [held(f"net-{n}", "tv", 40, 18 if n > 1 else None) for n in range(10)]
    rows += [held(f"net-{n}", "phone", 40, 18) for n in range(4)]
    rows += [held(f"tv-{n}", "tv", 40, 18) for n in range(25)]
    rows += [held(f"phone-{n}", "phone", 40, 18) for n in range(30)]
    rows += [held(f"new-{product}-{n}", product, 3, 18) for product in ("net", "tv", "phone") for n in range(30)]
    return rows if offers else [row | {"offer_price": None} for row in rows]


@pytest.fixture
def view(shared_study: Any) -> Any:
    def run(*, offers: bool) -> View:
        config = shared_study.write(book(offers=offers), study={"as_of": "2025-12"}, like_for_like={"cell": ["region"]})
        shared_study.build(config)
        return view_of(open_study(config), ())

    return run


def of(view: View, *products: str) -> int:
    return compared(view, [cell for cell in view.cell_findings if cell.scope["product_id"] in products])


def test_against_offers_who_has_two_offers_counts_once(view: Any) -> None:
    found = view(offers=True)
    # 40 + 33 - 8 who have an offer for both.
    assert (of(found, "net"), of(found, "tv"), of(found, "net", "tv")) == (40, 33, 65)
    # Two of those who hold all three have no offer for tv.
    assert (of(found, "net", "phone"), of(found, "tv", "phone"), of(found, "net", "tv", "phone")) == (70, 65, 95)
    assert found.head.n_tenured == 95
    assert of(found) == 0


def test_like_for_like_a_price_is_enough(view: Any) -> None:
    found = view(offers=False)
    assert (of(found, "net", "tv"), of(found, "net", "tv", "phone")) == (65, 95)
    assert found.head.n_tenured == 95


def test_a_view_counts_those_in_it(view: Any) -> None:
    whole = view(offers=True)
    filtered = view_of(whole.study, (Filter("product_id", ("net", "tv")),))
    assert compared(filtered, filtered.cell_findings) == 65 == filtered.head.n_tenured
