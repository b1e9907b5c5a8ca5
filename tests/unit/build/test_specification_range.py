"""What the verdict hangs on: one choice changed at a time, beside what the configured study says of the same people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fairness.analysis.comparison import base_finding
from fairness.analysis.coverage import Covered
from fairness.analysis.scopes import POOLED
from fairness.build.specification_range import hangs, specification_range, specifications
from fairness.config import load_config
from fairness.findings.results import Finding
from fairness.findings.specification_row import SpecificationRow
from fairness.text import specifications as words
from tests.conftest import StudyRunner

Row = dict[str, Any]
MIXED = {"inference": {"primary": "like_for_like_gap", "bootstrap_replicates": 0, "draws": "customers"}}


def book() -> Iterator[Row]:
    """Yield two regions alike for both groups: most tenured live in the dear one, most new in the cheap one."""
    for region, price, tenured, new in (("North", 10.0, 20, 80), ("South", 20.0, 80, 20)):
        for group, months, n in (("t", 60, tenured), ("n", 3, new)):
            for number in range(n):
                yield {
                    **{"customer_id": f"{region}{group}{number}", "product_id": "p", "region": region},
                    **{"tenure_months": months if number % 2 else min(months, 30)},
                    "price": price + (number % 4 - 1.5) / 100,
                }


def gap(verdict: str, estimate: float, lower: float | None = None, upper: float | None = None) -> Finding:
    """Return a headline with a verdict."""
    nobody = Covered(1.0, 1.0, 0.0, (0, Decimal(0)), (0, Decimal(0)))
    base = base_finding("like_for_like_gap", POOLED, nobody, comparator="new_customers", basis="paid")
    return replace(base, verdict=verdict, estimate=estimate, ci_lower=lower, ci_upper=upper)


@pytest.fixture(scope="module")
def rows(shared_study: StudyRunner) -> dict[str, SpecificationRow]:
    """Return the range of a study that is fair within regions, by choice and value."""
    path = shared_study.write(book(), like_for_like={"cell": ["region"]}, **MIXED)
    found = specification_range(load_config(path), progress=lambda step: None)
    return {f"{row.choice}={row.value}": row for row in found}


def test_a_study_without_a_control_that_it_needs_hangs_on_it(rows: dict[str, SpecificationRow]) -> None:
    head, without = rows["=as configured"], rows["like_for_like.cell=without region"]
    assert (head.verdict, without.verdict) == ("equivalent", "penalty")
    # Tenured 18.00 on average, new 12.00: half as much again, all of it mix.
    assert without.estimate == pytest.approx(0.5, abs=1e-3)
    assert [name for name, row in rows.items() if row.hangs] == ["like_for_like.cell=without region"]
    assert words.sentence(list(rows.values())).startswith("The verdict hangs on like_for_like.cell (without region); ")


def test_people_who_are_compared_alike_have_the_configured_gap(rows: dict[str, SpecificationRow]) -> None:
    head = rows["=as configured"]
    for name in ("inference.margin=0.005", "like_for_like.cell=without region", "tenure.tenured_from_months=12"):
        assert rows[name].configured_on_same_customers == pytest.approx(head.estimate, abs=1e-12)
        assert rows[name].n_tenured == 100


def test_other_people_are_held_against_the_configured_gap_of_the_same(rows: dict[str, SpecificationRow]) -> None:
    fewer = rows["tenure.tenured_from_months=36"]
    kept = [row for row in book() if row["tenure_months"] >= 36]
    paid = sum(row["price"] for row in kept)
    new = {"North": [], "South": []}
    for row in book():
        if row["tenure_months"] < 12:
            new[row["region"]].append(row["price"])
    at_new = sum(sum(new[row["region"]]) / len(new[row["region"]]) for row in kept)
    assert fewer.n_tenured == len(kept) == 50
    assert fewer.configured_on_same_customers == pytest.approx(paid / at_new - 1, abs=1e-12)
    assert not fewer.hangs


def test_what_cannot_be_assessed_overturns_nothing() -> None:
    assert not hangs(gap("not_assessable", -0.3), gap("penalty", 0.05), None, margin=0.01)


@pytest.mark.parametrize(
    ("verdict", "estimate", "bounds", "same", "expected"),
    [
        ("inconclusive", 0.03, (-0.01, 0.07), 0.05, True),  # moved by two points, more than the margin
        ("inconclusive", 0.045, (-0.01, 0.10), 0.05, False),  # moved by less than the margin
        ("inconclusive", 0.03, (-0.01, 0.07), 0.03, False),  # the people changed, not the method
        ("penalty", 0.03, (0.01, 0.05), 0.05, False),  # the same answer
        ("penalty", 0.03, (0.01, 0.05), -0.01, True),  # of the same people the configured study says the opposite
        ("equivalent", 0.001, (-0.001, 0.003), 0.005, True),  # half its interval is less than the margin
    ],
)
def test_it_hangs_where_the_answer_differs_and_the_gap_moved(
    verdict: str, estimate: float, bounds: tuple[float, float], same: float, expected: bool
) -> None:
    assert hangs(gap(verdict, estimate, *bounds), gap("penalty", 0.05), same, margin=0.01) is expected


def test_each_choice_differs_from_the_configured_one_in_one_key(study: StudyRunner) -> None:
    config = load_config(study.write(book(), like_for_like={"cell": ["region"]}))
    found = list(specifications(config))
    names = [f"{one.choice}={one.value}" for one in found]
    assert len(names) == len(set(names))
    assert {"comparator.basis=headline", "comparator.basis=standard", "like_for_like.plan=false"} <= set(names)
    assert "comparator.basis=effective" not in names
    for one in found:
        section, key = one.choice.split(".")
        now, was = getattr(one.config, section).model_dump(), getattr(config, section).model_dump()
        assert {name for name in now if now[name] != was[name]} == {key}
        others = {name for name in type(config).model_fields if getattr(one.config, name) != getattr(config, name)}
        assert others == {section}


def test_one_that_cannot_be_computed_says_why() -> None:
    row = SpecificationRow(choice="comparator.date", value="price_set", problem="no line states price_set_on")
    assert words.row(row, margin=0.01)[2] == "not computed: no line states price_set_on"
    assert (
        words.sentence([row]) == "The verdict hangs on no single choice; 1 choice was tried, 1 could not be computed."
    )
