"""Names of the mapping: each reads something, and what nothing reads is listed."""

from __future__ import annotations

from typing import Any

import pytest


def book(firm: Any, **columns: object) -> list[dict[str, object]]:
    return [
        {
            "customer_id": p.name,
            "product_id": p.product,
            "price": p.offer * 5 / 4,
            "tenure_months": 50 if p.is_tenured else 4,
            "best": p.offer,
            "shop": f"s{p.number % 2}",
            **columns,
        }
        for p in firm.people()
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ofer_price", "offer_price"),
        ("Offer_Price", "offer_price"),
        ("market_prise", "market_price"),
        ("shops", "shop"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest(name: str, meant: str, firm: Any) -> None:
    answer = firm(
        book=book(firm), sources={"book": f'[source.columns]\n{name} = "best"'}, config='[lenses]\nby = ["shop"]\n'
    )
    assert answer.code == 2
    assert f"no column '{name}'" in answer.err
    assert f"did you mean '{meant}'?" in answer.err
    assert f"source[1].columns.{name}" in answer.err
    assert f'keep = ["{name}"]' in answer.err


def test_a_name_of_another_role_is_refused(firm: Any) -> None:
    lines = {"offers": firm.offers(), "customers": firm.customers(), "billing": firm.lines(lambda p: p.offer)}
    answer = firm(sources={"customers": "[source.columns]\nnet_amount = \"'1'\""}, **lines)
    assert (answer.code, "a customers source has no column 'net_amount'" in answer.err) == (2, True)


def test_names_of_cell_lens_breaks_and_keep_are_used(firm: Any) -> None:
    mapped = (
        'keep = ["remark", "double"]\n[source.columns]\noffer_price = "best"\nbranch = "upper(shop)"\n'
        'age = "21"\nhalf = "shop"\ndouble = "best::decimal(18, 2) * 2"'
    )
    config = '[like_for_like]\ncell = ["age"]\nbreaks = { age = [20, 30] }\n[lenses]\nby = ["branch", "half"]\n'
    answer = firm(book=book(firm, remark="by hand", note="none"), sources={"book": mapped}, config=config)
    assert answer.headline["estimate"] == pytest.approx(0.25, abs=1e-9)
    assert answer.document["reconciliation"]["columns_unread"] == {"book.csv": ["note"]}
    assert firm.query("select distinct remark from stg_book") == [("by hand",)]
    assert firm.query("select bool_and(double::decimal(18, 2) = 2 * offer_price) from stg_book") == [(True,)]


def test_a_kept_column_that_the_files_lack_is_refused(firm: Any) -> None:
    answer = firm(book=book(firm), sources={"book": 'keep = ["remarks"]'})
    assert (answer.code, "there is no column 'remarks'" in answer.err, "source[1].keep" in answer.err) == (
        2,
        True,
        True,
    )


def test_columns_that_nothing_reads_are_listed_by_file(firm: Any) -> None:
    answer = firm(
        billing=firm.lines(lambda p: p.offer, colour="red", **{"Sales Person": "x"}),
        offers=firm.offers(label="new"),
        customers=[{**row, "birthday": "1970-01-01"} for row in firm.customers()],
    )
    document = answer.document
    assert document["reconciliation"]["columns_unread"] == {"billing.csv": ["colour", "Sales Person"]}
    assert document["reconciliation_by_role"]["offers"]["columns_unread"] == {"offers.csv": ["label"]}
    assert document["reconciliation_by_role"]["customers"]["columns_unread"] == {"customers.csv": ["birthday"]}
    listed = "select path, column_name from column_unread inner join inputs using (source_index) order by all"
    assert firm.query(listed) == [
        ("billing.csv", "Sales Person"),
        ("billing.csv", "colour"),
        ("customers.csv", "birthday"),
        ("offers.csv", "label"),
    ]
