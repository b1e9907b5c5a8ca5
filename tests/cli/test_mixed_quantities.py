"""Unit prices that fall with quantity: a warning, unless bands keep quantities apart; and plans that are pooled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.cli.conftest import Document, Firm, Person

SLOW = pytest.mark.slow
ALIKE = '[like_for_like]\nmin_per_group = 2\n[inference]\nbootstrap_replicates = 0\nprimary = "like_for_like_gap"\n'


def units(person: Person) -> int:
    return 1 if person.number % 2 else 10


def volume(person: Person) -> Decimal:
    """Ten units cost a quarter less each; prices differ by a penny so that no slope is exact."""
    each = person.offer * (Decimal("0.75") if units(person) == 10 else 1) + Decimal(person.number) / 100
    return each * units(person)


def flat(person: Person) -> Decimal:
    return (person.offer + Decimal(person.number) / 100) * units(person)


def headline(firm: Firm, paid: object, config: str, **offers: object) -> Document:
    lines = firm.lines(paid, quantity=units)  # type: ignore[arg-type]
    return firm(billing=lines, customers=firm.customers(), offers=firm.offers(**offers), config=config).headline


def test_a_volume_discount_without_a_band_is_said(firm: Firm) -> None:
    assert "quantity_mixed" in headline(firm, volume, ALIKE)["warnings"]
    table = firm.analyse(firm.folder / "fairness.toml", "--format", "table").out
    assert "! Unit prices fall with quantity, and no band keeps quantities apart" in table


@pytest.mark.parametrize("is_banded", [False, pytest.param(True, marks=SLOW)])
def test_offers_with_bands_keep_quantities_apart(firm: Firm, *, is_banded: bool) -> None:
    bands = {"qty_from": 1, "qty_to": 100} if is_banded else {}
    assert ("quantity_mixed" in headline(firm, volume, "", **bands)["warnings"]) is not is_banded


def test_one_unit_price_for_all_is_not(firm: Firm) -> None:
    assert "quantity_mixed" not in headline(firm, flat, ALIKE)["warnings"]


@SLOW
@pytest.mark.parametrize("cell", ["", 'cell = ["quantity"]\nbreaks = {quantity = [5]}\n'])
def test_a_band_in_the_cell_keeps_quantities_apart(firm: Firm, cell: str) -> None:
    # One product: ten new customers with one unit, ten with ten.
    lines = firm.lines(
        lambda person: volume(Person(person.name, "", Decimal(20), person.is_tenured, person.number)),
        product_id="all",
        quantity=units,
    )
    config = ALIKE.replace("min_per_group = 2\n", f"min_per_group = 2\n{cell}")
    head = firm(billing=lines, customers=firm.customers(), offers=firm.offers(), config=config).headline
    assert head["n_cells"] == (2 if cell else 1)
    assert ("quantity_mixed" in head["warnings"]) is not bool(cell)


@pytest.mark.parametrize("is_pooled", [True, pytest.param(False, marks=SLOW)])
def test_pooled_plans_are_said(firm: Firm, *, is_pooled: bool) -> None:
    config = ALIKE.replace("[like_for_like]\n", f"[like_for_like]\nplan = {str(not is_pooled).lower()}\n")
    lines = firm.lines(
        lambda person: person.offer + (1 if person.is_tenured else 0), plan_id=lambda person: f"p{person.number % 2}"
    )
    file = firm.write(billing=lines, customers=firm.customers(), offers=firm.offers(), config=config)
    first = firm.analyse(file, "--format", "table").out.splitlines()[0]
    assert ("plans pooled" in first) is is_pooled
