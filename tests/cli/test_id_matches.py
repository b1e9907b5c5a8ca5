"""Customers whom the customer file does not know, and products that the offers name otherwise: counted and said."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cli.conftest import Firm, Person

SLOW = pytest.mark.slow
JOINED = {True: "2017-09-01", False: "2024-03-01"}


def dearer(person: Person) -> Decimal:
    return person.offer + (Decimal("0.80") if person.is_tenured else 0)


def known(person: Person) -> bool:
    """Two of the four tenured customers of each product, and one of the two new ones."""
    return person.number in (0, 1, 4)


def written(person: Person) -> str:
    return f"{0 if person.is_tenured else 1}9{person.name[1:].replace('-', '')}"


@pytest.mark.parametrize(
    ("tenure", "tenured", "new", "unknown"),
    [
        ("", 20, 10, 30),
        # The first bill is of June 2024, the first month of the data: nobody knows how long they were there before.
        pytest.param("[tenure]\nfrom_lines = true\n", 20, 10, 30, marks=SLOW),
    ],
)
def test_who_is_missing_in_the_file_has_no_tenure(
    firm: Firm, tenure: str, tenured: int, new: int, unknown: int
) -> None:
    file = [row for row, person in zip(firm.customers(), firm.people(), strict=True) if known(person)]
    done = firm(billing=firm.lines(dearer), customers=file, offers=firm.offers(), config=tenure)
    support = done.support
    assert (support["tenured_customers"], support["new_customers"]) == (tenured, new)
    assert support["unknown_tenure_customers"] == unknown
    (customers, offers) = done.document["reconciliation"]["id_matches"]
    assert customers == {
        "pair": "customers",
        "asked": 60,
        "matched": 30,
        "unmatched_share": 0.5,
        "alike": 0,
        "differs_by": [],
    }
    assert (offers["pair"], offers["unmatched_share"]) == ("offers", 0)


@pytest.mark.parametrize(("from_lines", "expected"), [(False, (20, 0, 40)), (True, (20, 40, 0))])
def test_a_first_bill_makes_nobody_new_unless_the_config_says_so(
    firm: Firm, *, from_lines: bool, expected: tuple[int, int, int]
) -> None:
    def months(person: Person) -> list[str]:
        return ["2024-05", "2024-06"] if person.number < 2 else ["2024-06"]

    lines = [
        {
            **line,
            "line_id": f"{person.name}-{month}",
            "issued_on": f"{month}-01",
            "period_start": f"{month}-01",
            "period_end": f"2024-0{int(month[-1]) + 1}-01",
        }
        for line, person in zip(firm.lines(dearer), firm.people(), strict=True)
        for month in months(person)
    ]
    file = [row for row, person in zip(firm.customers(), firm.people(), strict=True) if person.number < 2]
    config = f"[tenure]\nfrom_lines = {str(from_lines).lower()}\n"
    support = firm(billing=lines, customers=file, offers=firm.offers(), config=config).support
    assert (
        support["tenured_customers"],
        support["new_customers"],
        support["unknown_tenure_customers"],
    ) == expected


def test_what_ids_lost_is_said_on_every_surface(firm: Firm) -> None:
    file = [
        {**row, "customer_id": written(person).lstrip("0")}
        for row, person in zip(firm.customers(), firm.people(), strict=True)
    ]
    path = firm.write(
        billing=firm.lines(dearer, customer_id=written),
        customers=file,
        offers=firm.offers(
            product_id=lambda person: person.product.upper() if person.product == "tier-3" else person.product
        ),
    )
    document = firm.analyse(path).document
    customers, offers = document["reconciliation"]["id_matches"]
    # The ids of the 40 tenured customers began with 0.
    assert (customers["asked"], customers["matched"], customers["alike"]) == (60, 20, 40)
    assert customers["differs_by"] == ["leading zeros"]
    # What is held of one product of ten is offered under a name in capitals.
    assert (offers["asked"], offers["matched"], offers["differs_by"]) == (60, 54, ["case"])
    table = firm.analyse(path, "--format", "table").out
    assert (
        "! 66.7 % of the month's customers are not in the customer file. More ids would match ignoring leading" in table
    )
    assert "! 10.0 % of what customers hold is of products that the offers do not name." in table
    assert firm.query("select pair, n_asked, n_matched, n_zeros, n_case from id_match") == [
        ("customers", 60, 20, 40, 0),
        ("offers", 60, 54, 0, 6),
    ]
