"""A cheaper offer that fits everybody beside the regional price list: named, and nothing is called equal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cli.conftest import Document, Firm

SLOW = pytest.mark.slow
INFERENCE = "[inference]\nbootstrap_replicates = 0\nmin_pricing_decisions = 3\nmargin = 0.05\n"


def companion(finding: Document, name: str) -> float | None:
    return next((item["estimate"] for item in finding["companions"] if item["name"] == name), None)


def study(firm: Firm, *, share: str, factor: str, config: str = INFERENCE) -> Document:
    """Everybody pays ``factor`` of the list of their region; a national promotion gives ``share`` of it to anybody."""
    national = firm.offers(
        offer_id=lambda person: f"N-{person.product}", list_unit_price=lambda person: person.offer * Decimal(share)
    )
    return firm.analyse(
        firm.write(
            billing=firm.lines(lambda person: person.offer * Decimal(factor), region="east"),
            customers=firm.customers(),
            offers=[*firm.offers(region="east"), *national],
            config=config,
        )
    ).document


@pytest.mark.parametrize(
    ("share", "best"),
    [
        ("0.75", 1 / 0.75 - 1),
        # Within the margin of 5 % of the headline.
        pytest.param("0.995", 1 / 0.995 - 1, marks=SLOW),
    ],
)
def test_it_stands_beside_the_headline(firm: Firm, share: str, best: float) -> None:
    document = study(firm, share=share, factor="1")
    head = document["headline"]
    assert head["estimate"] == pytest.approx(0, abs=1e-9)
    assert companion(head, "best_available_offer") == pytest.approx(best, rel=1e-4)
    assert (head["verdict"] == "equivalent") == (share == "0.995")
    if share == "0.75":
        assert head["verdict_reason"] == "best_available_offer"
        assert "best_available_offer" in head["warnings"]
        said = firm.analyse(firm.folder / "fairness.toml", "--format", "table").out.splitlines()
        assert "(33.3 % more than the cheapest offer that fits)" in said[0]
        cells = [f for f in document["findings"] if f["level"] == "cell" and f["estimand"] == "offer_gap"]
        assert {round(companion(cell, "best_available_offer") or 0, 3) for cell in cells} == {0.333}


def test_a_dearer_one_is_none(firm: Firm) -> None:
    head = study(firm, share="1.2", factor="1")["headline"]
    assert companion(head, "best_available_offer") is None
    assert head["verdict"] == "equivalent"


@SLOW
def test_a_penalty_stays_one_and_names_it(firm: Firm) -> None:
    head = study(firm, share="0.75", factor="1.2")["headline"]
    assert head["verdict"] == "penalty"
    assert companion(head, "best_available_offer") == pytest.approx(0.6, rel=1e-4)
    assert "best_available_offer" in head["warnings"]


@pytest.mark.parametrize("date", ["price_set", pytest.param("cycle_start", marks=SLOW)])
def test_offers_of_the_day_of_pricing_say_what_those_of_today_would(firm: Firm, date: str) -> None:
    # Set in March 2023 at the offer of then; since January 2024 new customers are offered four fifths of it.
    old = firm.offers(valid_to="2024-01-01")
    now = firm.offers(
        offer_id=lambda person: f"now-{person.product}",
        list_unit_price=lambda person: person.offer * Decimal("0.8"),
        valid_from="2024-01-01",
    )
    done = firm(
        billing=firm.lines(lambda person: person.offer, price_set_on="2023-03-01"),
        customers=firm.customers(),
        offers=[*old, *now],
        config=f'[comparator]\ndate = "{date}"\n{INFERENCE}',
    )
    head = done.headline
    is_set = date == "price_set"
    assert head["estimate"] == pytest.approx(0 if is_set else 0.25, abs=1e-9)
    assert companion(head, "at_cycle_start" if is_set else "at_price_set") == pytest.approx(
        0.25 if is_set else 0, abs=1e-9
    )
    assert ("pricing_dates_differ" in head["warnings"]) == is_set
    if is_set:
        assert (head["verdict"], head["verdict_reason"]) == ("inconclusive", "pricing_dates_differ")
        table = firm.analyse(firm.folder / "fairness.toml", "--format", "table").out.splitlines()
        assert "(25.0 % more than the offer of the cycle billed)" in table[0]
    else:
        assert head["verdict"] == "penalty"
