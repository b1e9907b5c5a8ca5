"""A document read back: each selector on findings written by hand, and what is missing stays missing."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from fairness.findings import document, results
from fairness.findings.document import Document, Finding

HEAD = ("offer_gap", "offer", "effective")


def row(question: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    names = ("estimand", "comparator", "basis")
    usual = {"level": "pooled", "scope": {}, "tenure_band": None, "estimate": 0.05, "unit": "fraction"}
    return {**dict(zip(names, question, strict=True)), **usual, **more}


def money(basis: str, amount: str | None, **more: Any) -> dict[str, Any]:
    return row(("overpayment", "offer", basis), estimate=amount, unit="GBP/year", **more)


NORTH, SOUTH = {"region": "North"}, {"region": "South"}
FINDINGS = [
    row(HEAD, warnings=["approximate", "narrow_support"], support_share=0.4, p_value=0.01, family="pooled"),
    row(HEAD, tenure_band="1-2", estimate=0.01),
    row(HEAD, tenure_band="3+", estimate=0.02),
    row(HEAD, level="lens", scope=NORTH),
    row(HEAD, level="cell", scope=NORTH, family="cells", p_value=0.2),
    row(HEAD, level="cell", scope=SOUTH, family="cells", p_value=None),
    row(("offer_gap", "offer", "headline"), estimate=0.09),
    row(("offer_gap", "derived", "paid"), estimate=0.03),
    row(("raw_gap", "new_customers", "paid"), warnings=["mix_reverses_sign"], estimate=-0.02),
    money("headline", "900.50"),
    money("effective", "500.00", companions=[{"name": "net", "estimate": "-12.5000"}]),
    money("effective", "120.00", level="cell", scope=SOUTH),
]
STUDY = {"name": "Study", "as_of": "2025-12", "currency": "GBP", "margin": 0.01, "confidence_level": 0.95}
MONTHS = [{"month": "2025-12", "estimate": 0.05, "ci_lower": None, "ci_upper": None, "n_tenured": 7}]


def load(findings: list[dict[str, Any]] = FINDINGS, **more: Any) -> Document:
    return Document.load({"study": STUDY, "findings": findings, "headline": findings[0], "monthly": MONTHS, **more})


def places(findings: tuple[Finding, ...]) -> list[int]:
    return [FINDINGS.index(dict(finding.data)) for finding in findings]


def test_every_selector_picks_what_its_name_says() -> None:
    read = load()
    assert read.head.data is FINDINGS[0]
    assert places(read.whole()) == [0, 6, 7, 8, 9, 10]
    assert places(read.same_question()) == [0, 1, 2, 3, 4, 5]
    assert places(read.bands()) == [1, 2]
    assert places(read.groups("region")) == [3]
    assert places(read.groups("channel")) == []
    assert places(read.cells()) == [4, 5]


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (("offer_gap",), 0),
        (("offer_gap", "offer", "headline"), 6),
        (("offer_gap", "derived"), 7),
        (("offer_gap", None, "paid"), 7),
        (("overpayment",), 9),
    ],
)
def test_the_pooled_finding_of_a_question(asked: tuple[str, ...], place: int) -> None:
    assert load().pooled(*asked) is not None
    assert load().pooled(*asked).data is FINDINGS[place]  # type: ignore[union-attr]


def test_no_pooled_finding_of_a_question_that_was_not_asked() -> None:
    assert load().pooled("market_gap") is None
    # Cells of the question are not the whole book.
    assert load([row(("raw_gap", "new_customers", "paid"), level="cell")]).pooled("raw_gap") is None


def test_the_money_of_a_gap_is_of_its_scope_and_reading() -> None:
    read = load()
    of_head, of_south = read.money_of(read.head), read.money_of(read.cells()[1])
    assert of_head is not None
    assert of_south is not None
    assert (of_head.amount, of_south.amount) == (Decimal("500.00"), Decimal("120.00"))
    assert read.money_of(read.cells()[0]) is None
    assert read.money() is of_head
    # A headline without money of its own reading shows the first that is known.
    other = load([row(("like_for_like_gap", "new_customers", "paid")), money("standard", "33.00")]).money()
    assert other is not None
    assert other.amount == Decimal("33.00")


def test_warnings_of_the_headline_and_of_a_mix_that_reverses_it() -> None:
    codes = [code for code, _ in load().warnings()]
    assert codes == ["approximate", "narrow_support", "mix_reverses_sign"]
    assert load().warnings()[2][1].estimand == "raw_gap"
    # A share that disclosure control withholds cannot be named in a sentence.
    withheld = [{**FINDINGS[0], "support_share": None}, *FINDINGS[1:]]
    assert [code for code, _ in load(withheld).warnings()] == ["approximate", "mix_reverses_sign"]
    # A raw headline says it once.
    assert [code for code, _ in load([FINDINGS[8]]).warnings()] == ["mix_reverses_sign"]


def test_looks_are_those_with_a_p_value_or_what_a_released_document_says() -> None:
    assert (load().looked_at("cells"), load().looked_at("pooled"), load().looked_at(None)) == (1, 1, 0)
    assert load(looked_at={"cells": 24}).looked_at("cells") == 24


def test_money_is_an_amount_and_a_gap_an_estimate() -> None:
    read = load()
    net = read.findings[10].beside("net")
    assert net == Decimal("-12.5")
    assert (read.findings[10].estimate, read.findings[10].is_money) == (None, True)
    assert (read.head.amount, read.head.estimate, read.head.is_money) == (None, 0.05, False)
    assert read.findings[10].beside("customers_affected") is None


def test_what_is_missing_is_none_and_asking_for_it_fails() -> None:
    bare = Finding.load({"estimand": "offer_gap", "estimate": None, "n_tenured": None})
    assert (bare.estimate, bare.amount, bare.n_tenured, bare.ci_lower) == (None, None, None, None)
    assert (bare.is_shown, bare.has_interval) == (False, False)
    with pytest.raises(LookupError):
        _ = bare.gap
    with pytest.raises(LookupError):
        _ = bare.interval


def test_a_withheld_figure_is_not_shown() -> None:
    shown = row(HEAD, ci_lower=0.01, ci_upper=0.09, verdict="penalty")
    assert Finding.load(shown).has_interval
    assert not Finding.load({**shown, "withheld": "small_count"}).is_shown
    assert not Finding.load({**shown, "verdict": "not_assessable"}).has_interval


def test_months_and_a_document_of_the_headline_alone() -> None:
    (month,) = load().months
    assert (month.month, month.estimate, month.ci_lower, month.n_tenured) == ("2025-12", 0.05, None, 7)
    alone = Document.load({"study": STUDY, "headline": FINDINGS[0]})
    assert (len(alone.findings), alone.months, alone.min_cell) == (1, (), 0)
    assert load(disclosure={"min_cell": 10}).min_cell == 10


def test_what_is_read_has_the_names_of_what_a_study_makes() -> None:
    made = {item.name for item in fields(results.Finding)}
    own = {"amount", "withheld", "data"}
    assert {item.name for item in fields(document.Finding)} - made == own
