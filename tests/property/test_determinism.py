"""The same book gives the same findings, whatever the threads and the row order; dirty books always tie out."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairness.errors import DataError
from tests.conftest import MORE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("determinism")]

Document = dict[str, Any]
Rows = list[dict[str, object]]

# No deadline: the first example imports scipy. No database and a fixed seed: the same examples everywhere, eight in
# every run of the tests, each of which is a study.
EXAMPLES = settings(max_examples=8 * MORE, deadline=None, derandomize=True, database=None)

# More rows than one block of the engine's storage holds, so that several threads have something to share.
MANY_ROWS = 260_000
EVERYTHING = {
    "like_for_like": {"cell": ["region"]},
    "lenses": {"by": ["payment"]},
    "inference": {"bootstrap_replicates": 99, "permutation_replicates": 199},
}


def without_build(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "build"}


def large_book() -> str:
    """Return a book of few distinct prices: what the engine does in parallel is to count them."""
    draw = random.Random(7)
    lines = ["region,price,tenure_months,offer_price"]
    lines += [
        f"{draw.choice('nesw')},{20 + int(draw.random() * 40) / 3:.4f},{int(draw.random() * 90)},{30 + len(line) % 3}"
        for line in map(str, range(MANY_ROWS))
    ]
    return "\n".join(lines) + "\n"


def small_book() -> Rows:
    """Return a book with prices that do not add up exactly in floating point, duplicates, bad rows and households."""
    draw = random.Random(11)
    rows: Rows = [
        {
            "customer_id": f"c{number}",
            "party_id": f"p{draw.randrange(150)}",
            "product_id": draw.choice(("mobile", "broadband")),
            "region": draw.choice(("north", "south", None)),
            "payment": draw.choice(("card", "debit")),
            "price": f"{draw.uniform(20, 40):.4f}",
            "prior_price": f"{draw.uniform(20, 40):.4f}",
            "offer_price": f"{draw.choice((24.1, 27.3, 29.9)):.2f}",
            "market_price": f"{draw.uniform(20, 40):.4f}",
            "expected_cost": f"{draw.uniform(5, 15):.4f}",
            "tenure_months": draw.randrange(150),
        }
        for number in range(400)
    ]
    return [*rows, *rows[:5], {**rows[7], "price": "1"}, {**rows[8], "customer_id": "x", "price": "free"}]


def test_threads_do_not_change_a_byte(shared_study: Any) -> None:
    book = large_book()
    published = []
    for threads in (1, 2):
        shared_study.publish(book, engine={"threads": threads}, like_for_like={"cell": ["region"]})
        published.append(shared_study.run.findings.read_bytes())
    assert published[0] == published[1]


@pytest.fixture(scope="module")
def published(shared_study: Any) -> tuple[Document, bytes]:
    """Return the document of the small book, and its bytes."""
    document = shared_study.publish(small_book(), **EVERYTHING)
    return document, shared_study.run.findings.read_bytes()


def test_a_second_build_does_not_change_a_byte(study: Any, published: tuple[Document, bytes]) -> None:
    study.publish(small_book(), **EVERYTHING)
    assert study.run.findings.read_bytes() == published[1]


def test_row_order_does_not_change_a_finding(study: Any, published: tuple[Document, bytes]) -> None:
    rows = small_book()
    random.Random(1).shuffle(rows)
    shuffled = study(rows, **EVERYTHING)
    assert shuffled["build"]["id"] != published[0]["build"]["id"]
    assert without_build(shuffled) == without_build(published[0])


def test_column_order_does_not_change_a_finding(study: Any, published: tuple[Document, bytes]) -> None:
    reordered = [dict(reversed(row.items())) for row in small_book()]
    assert without_build(study(reordered, **EVERYTHING)) == without_build(published[0])


GOOD_PRICES = {"10": "10", "10.50": "10.5", " 12.25 ": "12.25", "+7": "7", ".5": "0.5", "99999.999999": "99999.999999"}
REFUSED_PRICES = {"-3": "-3", "0": "0", "free": None, "1,5": None, "NaN": None, "£4": None}
GOOD_TENURES = {"0": 0, "11.9": 11, "30": 30, " 40 ": 40, "": None, "NULL": None}
REFUSED_TENURES = ("-1", "old", "1801", "2023-01-01")
CURRENCIES = ("GBP", "gbp", " EUR ", "", "pounds")
PRODUCTS = ("mobile", " mobile ", "a,b", 'say "hi"', "two\nlines", "größe", "")


@dataclass(frozen=True)
class Expected:
    """What has to become of a book: rows by disposition, amounts by disposition, refused records."""

    rows: Counter[str]
    amounts: dict[str, Decimal]
    refused: set[int]
    unpriced: int


def parsed(price: str) -> Decimal | None:
    text = GOOD_PRICES.get(price, REFUSED_PRICES.get(price))
    return None if text is None else Decimal(text)


def refused(row: dict[str, str]) -> bool:
    return (
        not row["customer_id"].strip()
        or len(row["currency"].strip()) != 3
        or row["tenure_months"] in REFUSED_TENURES
        or row["price"] in REFUSED_PRICES
    )


def expect(rows: list[dict[str, str]]) -> Expected:
    """Give every row its disposition by the rules of the design, without the code under test."""
    disposition: dict[int, str] = {}
    keys: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if refused(row):
            disposition[number] = "rejected"
        else:
            names = (
                row["customer_id"].strip(),
                row["product_id"].strip() or "unknown",
                row["currency"].strip().upper(),
            )
            keys[names].append(number)
    for numbers in keys.values():
        contents = {(parsed(rows[n]["price"]), GOOD_TENURES[rows[n]["tenure_months"]]) for n in numbers}
        for copy, number in enumerate(numbers):
            first = "accepted" if copy == 0 else "duplicate"
            disposition[number] = first if len(contents) == 1 else "rejected"
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for number, row in enumerate(rows):
        amounts[disposition[number]] += parsed(row["price"]) or 0
    return Expected(
        rows=Counter(disposition.values()),
        amounts=dict(amounts),
        refused={number for number, name in disposition.items() if name == "rejected"},
        unpriced=sum(parsed(row["price"]) is None for row in rows),
    )


DIRTY_ROW = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(("1", "007", "7", " 7 ", "b", "")),
        "product_id": st.sampled_from(PRODUCTS),
        "currency": st.sampled_from(CURRENCIES) | st.just("GBP"),
        "price": st.sampled_from((*GOOD_PRICES, "")) | st.sampled_from((*GOOD_PRICES, *REFUSED_PRICES)),
        "tenure_months": st.sampled_from(tuple(GOOD_TENURES)) | st.sampled_from((*GOOD_TENURES, *REFUSED_TENURES)),
    }
)


@EXAMPLES
@given(rows=st.lists(DIRTY_ROW, min_size=1, max_size=40))
def test_a_dirty_book_ties_out(shared_study: Any, rows: list[dict[str, str]]) -> None:
    expected = expect(rows)
    if not expected.rows["accepted"]:
        with pytest.raises(DataError, match="rows with prices can be used"):
            shared_study(rows)
        return
    document = shared_study(rows, inference={"bootstrap_replicates": 0, "permutation_replicates": 99})
    block = document["reconciliation"]
    assert block["ties_out"] is True
    assert block["rows_in"] == len(rows)
    assert block["rows_accepted"] == expected.rows["accepted"]
    assert block["rows_duplicate"] == expected.rows["duplicate"]
    assert sum(block["rows_rejected"].values()) == expected.rows["rejected"]
    assert block["rows_excluded"] == {}
    assert block["rows_without_amount"] == expected.unpriced
    for name in ("accepted", "duplicate", "rejected"):
        assert sum(map(Decimal, block[f"amount_{name}"].values())) == expected.amounts.get(name, 0), name
    assert sum(map(Decimal, block["amount_in"].values())) == sum(expected.amounts.values())
    # The header is record 1.
    listed = shared_study.query("select source_row from quarantine")
    assert {row - 2 for (row,) in listed} == expected.refused
    assert len(listed) == len(expected.refused)
