"""Many cells are pointed out or refused before they are computed, and a firm that means them has a way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fairness.build import pipeline

pytestmark = pytest.mark.xdist_group("many_cells")

Run = Callable[..., Any]

FAST = {"bootstrap_replicates": 0, "permutation_replicates": 99}


def book(n: int, n_groups: int) -> list[dict[str, object]]:
    return [
        {
            "customer_id": f"c{i}",
            "price": 20 + i % 5,
            "tenure_months": 3 + 30 * (i // n_groups % 2),
            "account": f"a{i % n_groups}",
            "region": "north" if i % 2 else "south",
        }
        for i in range(n)
    ]


@pytest.fixture
def nothing_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def computed(*_: object, **__: object) -> None:
        raise AssertionError("the analysis began")

    monkeypatch.setattr(pipeline, "analyse", computed)


@pytest.mark.usefixtures("nothing_computed")
def test_a_cell_of_each_customer_is_refused_before_it_is_computed(study: Any, call_cli: Run) -> None:
    config = study.write(book(1200, 1200), like_for_like={"cell": ["region", "account"]}, inference=FAST)
    done = call_cli("build", config)
    assert (done.code, done.out) == (2, "")
    assert "the study has 1,200 like-for-like cells for 1,200 customers" in done.err
    assert "fairness.toml, line 10: like_for_like.cell (account has 1,200 values, region 2)\n" in done.err
    assert "take 'account' out of the cell, or give it `breaks`" in done.err
    assert "write max_cells = 1200 under [like_for_like]" in done.err
    assert not list((config.parent / "out").glob("runs/*"))


@pytest.mark.usefixtures("nothing_computed")
def test_a_product_of_each_customer_is_refused_too(study: Any, call_cli: Run) -> None:
    config = study.write(book(1200, 1200), columns={"product_id": "account"}, inference=FAST)
    done = call_cli("build", config)
    assert done.code == 2
    assert "product_id has 1,200 values" in done.err
    assert "map product_id to what customers have in common" in done.err


def test_the_line_to_write_lets_them_through(study: Any, call_cli: Run) -> None:
    rows = book(60, 30)
    refused = study.write(rows, like_for_like={"cell": ["account"], "max_cells": 29}, inference=FAST)
    done = call_cli("build", refused)
    assert done.code == 2
    assert "30 like-for-like cells for 60 customers, and like_for_like.max_cells allows 29" in done.err
    text = refused.read_text(encoding="utf-8")
    refused.write_text(text.replace('max_cells" = 29', 'max_cells" = 30'), encoding="utf-8")
    done = call_cli("build", refused)
    assert (done.code, done.err) == (0, "")
    # A limit is no setting that results depend on: the run is the same without it.
    refused.write_text(text.replace('"max_cells" = 29\n', ""), encoding="utf-8")
    assert call_cli("build", refused).out == done.out


@pytest.mark.parametrize(("n", "n_groups", "is_said"), [(300, 31, True), (310, 31, False), (60, 20, False)])
def test_fewer_than_ten_customers_in_a_cell_are_pointed_out(
    study: Any, call_cli: Run, n: int, n_groups: int, is_said: bool
) -> None:
    config = study.write(book(n, n_groups), like_for_like={"cell": ["account"]}, inference=FAST)
    done = call_cli("analyze", config)
    assert done.code == 0
    said = (
        f"Note: {n_groups} like-for-like cells for {n} customers, fewer than 10 in each: account has {n_groups} values."
    )
    assert (said in done.err) == is_said
    assert (f"max_cells = {n_groups} under [like_for_like] says that they are meant" in done.err) == is_said


def test_values_of_a_lens_are_limited_too(study: Any, call_cli: Run) -> None:
    config = study.write(book(60, 30), lenses={"by": ["region", "account"], "max_values": 29}, inference=FAST)
    done = call_cli("build", config)
    assert (done.code, done.out) == (2, "")
    assert "the lens 'account' has 30 values, and lenses.max_values allows 29" in done.err
    assert "write max_values = 30 under [lenses]" in done.err
    config = study.write(book(60, 30), lenses={"by": ["account"]}, inference=FAST)
    done = call_cli("build", config)
    assert done.code == 0
    assert "Note: the lens 'account' has 30 values for 60 customers, fewer than 10 in each" in done.err


def test_cells_of_another_currency_are_not_counted(study: Any, call_cli: Run) -> None:
    rows = [{**row, "currency": "GBP" if i < 30 else "EUR"} for i, row in enumerate(book(60, 30))]
    config = study.write(rows, like_for_like={"cell": ["account"], "max_cells": 30}, inference=FAST)
    assert call_cli("build", config).code == 0
