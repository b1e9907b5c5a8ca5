"""Findings from marts of a few rows: no file, no database, values worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fairness.analysis.estimands import decomposition, overpayment
from fairness.analysis.estimands.answers import ANSWERS
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import scopes
from fairness.analysis.verdicts import finish
from fairness.config import Config, load_config
from fairness.findings.results import Finding
from tests.conftest import StudyRunner

Make = Callable[[Any], Marts]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "fairness.toml"
    path.write_text(
        '[study]\nname = "Seam"\ncurrency = "GBP"\n[[source]]\nrole = "book"\npath = "book.csv"\n'
        "[inference]\nbootstrap_replicates = 0\n[like_for_like]\nmin_per_group = 2\n",
        encoding="utf-8",
    )
    return load_config(path)


def answered(name: str, marts: Marts, config: Config) -> Finding:
    """Return the finding of an estimand for the whole book."""
    (answer,) = (answer for answer in ANSWERS if answer.SPEC.name == name)
    drafts = answer.drafts(marts, config, list(scopes(marts)), is_primary=True)
    return next(found for found in finish(drafts, config.inference) if found.level == "pooled" and not found.scope)


def book() -> Iterator[dict[str, Any]]:
    """Yield two products: tenured pay 12 and 33 where new customers pay 10 and 30 on average, offered 10 and 30."""
    yield {"product": "a", "group": "tenured", "price": 12.0, "offer": 10.0, "n": 4}
    yield {"product": "b", "group": "tenured", "price": 33.0, "offer": 30.0, "n": 2}
    for price in (9.0, 11.0):
        yield {"product": "a", "group": "new", "price": price, "offer": 10.0, "n": 2}
    for price in (29.0, 31.0):
        yield {"product": "b", "group": "new", "price": price, "offer": 30.0, "n": 3}


def test_like_for_like_is_money_over_the_new_customers_money_of_the_same_cells(
    make_marts: Make, config: Config
) -> None:
    found = answered("like_for_like_gap", make_marts(book()), config)
    assert found.estimate == pytest.approx((4 * 12 + 2 * 33) / (4 * 10 + 2 * 30) - 1)
    assert (found.n_tenured, found.n_new, found.n_cells) == (6, 10, 2)


def test_the_offer_gap_and_its_money_are_those_of_the_tenured_alone(make_marts: Make, config: Config) -> None:
    marts = make_marts(book())
    assert answered("offer_gap", marts, config).estimate == pytest.approx(14 / 100)
    (money,) = (
        draft.finding
        for draft in overpayment.drafts(marts, config, list(scopes(marts)), is_primary=True)
        if draft.finding.level == "pooled" and not draft.finding.tenure_band
    )
    assert money.estimate == Decimal(12 * 14)


def test_a_row_without_an_offer_is_counted_as_not_compared(make_marts: Make, config: Config) -> None:
    rows = [*book(), {"product": "c", "group": "tenured", "price": 50.0, "n": 6}]
    found = answered("offer_gap", make_marts(rows), config)
    assert found.estimate == pytest.approx(14 / 100)
    assert (found.support_share, found.n_not_compared) == (0.5, 6)
    assert found.money_not_compared == Decimal(12 * 6 * 50)


def test_the_terms_of_the_difference_of_means_add_up(make_marts: Make, config: Config) -> None:
    (draft,) = decomposition.drafts(make_marts(book()), config, list(scopes(make_marts(book()))), is_primary=False)
    terms = {one.name: one.estimate for one in draft.finding.companions if not one.name.endswith("of_new_mean")}
    # Tenured 19 a month on average, new 22: 36 a year less, of which like for like is 14 in 6 things.
    assert draft.finding.estimate == Decimal(-36)
    assert (terms["like_for_like"], terms["mix"]) == (Decimal(28), Decimal(-64))


def test_a_build_of_the_same_rows_gives_the_same(make_marts: Make, config: Config, study: StudyRunner) -> None:
    lines = [
        {
            **{"customer_id": f"{place}-{number}", "product_id": row["product"], "price": row["price"]},
            **{"offer_price": row["offer"], "tenure_months": 60 if row["group"] == "tenured" else 3},
        }
        for place, row in enumerate(book())
        for number in range(row["n"])
    ]
    document = study(lines, like_for_like={"min_per_group": 2}, inference={"bootstrap_replicates": 0})
    built = {
        finding["estimand"]: finding
        for finding in document["findings"]
        if finding["level"] == "pooled" and not finding["scope"] and not finding["tenure_band"]
    }
    for name in ("offer_gap", "like_for_like_gap", "raw_gap"):
        found = answered(name, make_marts(book()), config)
        told = document["headline"] if document["headline"]["estimand"] == name else built[name]
        for field in ("estimate", "ci_lower", "ci_upper", "p_value", "verdict", "n_tenured", "support_share"):
            assert getattr(found, field) == (pytest.approx(told[field]) if told[field] is not None else None), field
