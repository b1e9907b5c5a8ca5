"""Offers that are given and cannot be used: the question stays without an answer, and the answer says why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fairness.findings.document import Finding
from fairness.text import sentences
from tests.cli.conftest import Firm, Person

SLOW = pytest.mark.slow


def dearer(person: Person) -> Decimal:
    return person.offer + (Decimal("0.80") if person.is_tenured else 0)


@pytest.mark.parametrize(
    ("columns", "reason", "words"),
    [
        ({"audience": "existing_only"}, "offers_for_existing", "for existing customers"),
        pytest.param({"valid_to": "2024-02-01"}, "offers_not_in_force", "in force", marks=SLOW),
        pytest.param({"list_unit_price": "a lot"}, "offers_rejected", "could be read", marks=SLOW),
        pytest.param({"product_id": "another"}, "offers_match_nothing", "what tenured customers hold", marks=SLOW),
    ],
)
def test_nothing_takes_their_place(firm: Firm, columns: dict[str, object], reason: str, words: str) -> None:
    done = firm(
        billing=firm.lines(dearer),
        customers=firm.customers(),
        offers=firm.offers(**columns),
        config="[comparator]\nmin_evidence = 1\n[like_for_like]\nmin_per_group = 2\n",
    )
    head = done.headline
    assert (head["estimand"], head["comparator"]) == ("offer_gap", "offer")
    assert (head["verdict"], head["verdict_reason"], head["estimate"]) == ("not_assessable", reason, None)
    assert head["warnings"] == ["no_usable_offer", *(["rows_rejected"] if reason == "offers_rejected" else [])]
    assert words in sentences.sentence(Finding.load(head), margin=0.01)
    # What like for like says stands beside it, never in its place.
    assert next(f for f in done.document["findings"] if f["estimand"] == "like_for_like_gap")["estimate"] > 0
    if reason == "offers_for_existing":
        table = firm.analyse(firm.folder / "fairness.toml", "--format", "table").out.splitlines()
        assert table[0].startswith("Cannot be assessed: offers were given, and all of them are for existing customers")
        assert any(line.startswith("! Offers were given, and none of them can be used") for line in table[:4])


def test_where_joiners_stand_in_the_sentence_names_them() -> None:
    finding = {"estimand": "offer_gap", "comparator": "derived", "verdict": "penalty", "estimate": 0.1}
    assert sentences.sentence(Finding.load(finding), margin=0.01) == (
        "Tenured customers pay 10.0 % more than those who joined the same cell in the month of pricing"
    )
    assert sentences.sentence(Finding.load({**finding, "comparator": "offer"}), margin=0.01) == (
        "Tenured customers pay 10.0 % more than a new customer is offered"
    )
