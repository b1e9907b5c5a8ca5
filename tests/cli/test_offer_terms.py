"""What an offer leaves open: for whom it is, for which interval, in which currency. Only what lines show is assumed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cli.conftest import Firm, Person, Row


def above(person: Person) -> object:
    """A quarter above the offer for the tenured."""
    return person.offer * Decimal("1.25") if person.is_tenured else person.offer


def without(rows: list[Row], name: str) -> list[Row]:
    return [{key: value for key, value in row.items() if key != name} for row in rows]


@pytest.mark.parametrize("blank", [False, True])
def test_an_audience_is_asked_for(firm: Firm, blank: bool) -> None:
    offers = firm.offers(audience="") if blank else without([*firm.offers()], "audience")
    answer = firm(billing=firm.lines(above), offers=offers, customers=firm.customers())
    assert answer.code == 2
    assert "nothing says for whom the offers are" in answer.err
    assert "audience = \"'all'\"" in answer.err


def test_a_single_blank_audience_is_a_rejected_row(firm: Firm) -> None:
    offers = firm.offers(audience=lambda person: "" if person.product == "tier-0" else "new_only")
    answer = firm(billing=firm.lines(above), offers=offers, customers=firm.customers())
    # The four of tier-0 have no offer then.
    assert (answer.headline["n_tenured"], answer.headline["n_not_compared"]) == (36, 4)
    assert answer.document["reconciliation_by_role"]["offers"]["rows_rejected"] == {"AUDIENCE_UNKNOWN": 1}


@pytest.mark.parametrize("name", ["interval_unit", "currency"])
def test_a_blank_beside_filled_ones_is_refused(firm: Firm, name: str) -> None:
    filled = {"interval_unit": "month", "currency": "GBP"}[name]
    offers = firm.offers(**{name: lambda person: "" if person.product == "tier-0" else filled})
    answer = firm(billing=firm.lines(above, currency="GBP"), offers=offers, customers=firm.customers())
    assert answer.code == 2
    assert f"1 of 10 offers leave {name} blank" in answer.err
    assert f"{name} = \"coalesce({name}, '{filled}')\"" in answer.err


@pytest.mark.parametrize("name", ["interval_unit", "currency"])
def test_offers_without_the_column_have_what_all_lines_have(firm: Firm, name: str) -> None:
    offers = without([*firm.offers()], name)
    lines = firm.lines(above, currency="GBP")
    answer = firm(billing=lines, offers=offers, customers=firm.customers())
    assert (answer.headline["n_tenured"], answer.headline["estimate"]) == (40, pytest.approx(0.25))
    other = {"interval_unit": "year", "period_end": "2025-06-01"} if name == "interval_unit" else {"currency": "EUR"}
    several = firm(billing=[{**lines[0], **other}, *lines[1:]], offers=offers, customers=firm.customers())
    assert several.code == 2
    assert f"the offers state no {name}, and the lines have several" in several.err


def test_a_personal_offer_counts_only_for_a_new_customer(firm: Firm) -> None:
    # A renewal quote for one of the tenured is nobody's new-customer offer.
    personal = {**firm.offers()[0], "offer_id": "renewal", "customer_id": "K0-0", "list_unit_price": "1.00"}
    answers = [
        firm(
            billing=firm.lines(above),
            offers=[*firm.offers(), {**personal, "audience": audience}],
            customers=firm.customers(),
        )
        for audience in ("all", "existing_only")
    ]
    assert [answer.headline["estimate"] for answer in answers] == [pytest.approx(0.25)] * 2
