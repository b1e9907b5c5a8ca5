"""The change between two runs: generated pairs with one known change each, and pairs that cannot be compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.errors import DataError
from fairness.report import compare, read_side
from fairness.stats.difference import Look, Totals, exact_split, gap_change, paired_variance

pytestmark = pytest.mark.xdist_group("difference")

Row = dict[str, object]
Book = list[Row]


def tenured_book() -> Book:
    """Return 120 tenured customers of two products and six offers, prices 2 to 14 % above them, and 30 new ones."""
    rows: Book = []
    for number in range(120):
        offer = 20 + number % 6
        rows.append(
            {
                "customer_id": f"T{number}",
                "product_id": "fibre" if number % 2 else "cable",
                "price": round(offer * (1.02 + number % 7 * 0.02), 2),
                "offer_price": offer,
                "tenure_months": 30 + number % 40,
            }
        )
    rows += [
        {"customer_id": f"N{n}", "product_id": "fibre", "price": 21 + n % 4, "offer_price": 21, "tenure_months": 3}
        for n in range(30)
    ]
    return rows


def dearer_book() -> Book:
    """Return the same customers, the tenured of whom pay 1.50 more."""
    return [
        {**row, "price": float(str(row["price"])) + (1.5 if "T" in str(row["customer_id"]) else 0)}
        for row in tenured_book()
    ]


@pytest.fixture(scope="module")
def folder_of(shared_study: Any) -> Callable[..., Path]:
    """Return a function that builds a book, equal ones once, and returns the folder of the run."""
    built: dict[str, Path] = {}

    def folder(book: Book, **sections: Any) -> Path:
        # The bootstrap is no part of the change; without it a build takes a fraction of the time.
        chosen = {**sections, "inference": {"bootstrap_replicates": 0, **sections.get("inference", {})}}
        key = json.dumps([book, chosen], sort_keys=True)
        if key not in built:
            built[key] = build(load_config(shared_study.write(book, **chosen))).folder
        return built[key]

    return folder


@pytest.fixture(scope="module")
def change_of(folder_of: Callable[..., Path]) -> Callable[..., dict[str, Any]]:
    """Return a function that builds two books and compares them."""

    def compared(first: Book, second: Book, *, before: dict[str, Any] | None = None, **after: Any) -> dict[str, Any]:
        folders = [folder_of(first, **(after if before is None else before)), folder_of(second, **after)]
        return compare(read_side(folders[0]), read_side(folders[1]))

    return compared


def parts_of(change: dict[str, Any]) -> dict[str, Decimal]:
    return {part["part"]: Decimal(part["money"]) for part in change["parts"]}


def assert_adds_up(change: dict[str, Any]) -> None:
    """Money and gap of the parts are the change, the money to the last decimal."""
    moved = Decimal(change["second"]["money"]) - Decimal(change["first"]["money"])
    assert sum(parts_of(change).values()) == moved
    assert sum(part["gap"] for part in change["parts"]) == pytest.approx(change["estimate"], abs=1e-15)


def only(change: dict[str, Any], *names: str) -> bool:
    return all((money != 0) == (name in names) for name, money in parts_of(change).items())


def yearly(first: Book, second: Book, column: str) -> Decimal:
    """Return twelve times the change of a column's sum over the tenured."""
    sums = [
        sum(Decimal(str(row[column])) for row in book if int(str(row["tenure_months"])) >= 24)
        for book in (first, second)
    ]
    return 12 * (sums[1] - sums[0])


def test_prices_alone(change_of: Callable[..., dict[str, Any]]) -> None:
    first, second = tenured_book(), dearer_book()
    change = change_of(first, second)
    assert only(change, "price")
    assert parts_of(change)["price"] == yearly(first, second, "price") == Decimal(120) * Decimal("1.5") * 12
    assert_adds_up(change)
    assert change["estimate"] > 0


@pytest.mark.slow
def test_offers_alone(change_of: Callable[..., dict[str, Any]]) -> None:
    first = tenured_book()
    second = [{**row, "offer_price": int(str(row["offer_price"])) - 1} for row in first]
    change = change_of(first, second)
    assert only(change, "comparator")
    assert parts_of(change)["comparator"] == -yearly(first, second, "offer_price") == Decimal(120 * 12)
    assert_adds_up(change)


@pytest.mark.slow
def test_mix_alone(change_of: Callable[..., dict[str, Any]]) -> None:
    """Ten customers take the other product, with its price and its offer; no price and no offer changes."""
    first = tenured_book()
    second = [dict(row) for row in first]
    for row, other in zip(second[:20:2], first[1:21:2], strict=True):
        row |= {name: other[name] for name in ("product_id", "price", "offer_price")}
    change = change_of(first, second)
    assert only(change, "mix")
    assert parts_of(change)["mix"] == yearly(first, second, "price") - yearly(first, second, "offer_price")
    assert_adds_up(change)


@pytest.mark.slow
def test_entrants_alone(change_of: Callable[..., dict[str, Any]]) -> None:
    first = tenured_book()
    added = [
        {"customer_id": f"X{n}", "product_id": "cable", "price": 30, "offer_price": 20, "tenure_months": 48}
        for n in range(25)
    ]
    change = change_of(first, [*first, *added])
    assert only(change, "entrants")
    assert parts_of(change)["entrants"] == Decimal(25 * 10 * 12)
    assert {part["part"]: part["customers"] for part in change["parts"]}["entrants"] == 25
    assert_adds_up(change)


def test_those_who_pass_the_threshold_are_entrants(change_of: Callable[..., dict[str, Any]]) -> None:
    first = [{**row, "tenure_months": 23} if row["customer_id"] in ("T0", "T1") else row for row in tenured_book()]
    change = change_of(first, tenured_book())
    assert only(change, "entrants")
    assert_adds_up(change)


@pytest.mark.slow
def test_leavers_alone(change_of: Callable[..., dict[str, Any]]) -> None:
    first = tenured_book()
    change = change_of(first, first[12:])
    gone = sum(Decimal(str(row["price"])) - int(str(row["offer_price"])) for row in first[:12])
    assert only(change, "leavers")
    assert parts_of(change)["leavers"] == -12 * gone
    assert_adds_up(change)


@pytest.mark.slow
def test_definition_alone(change_of: Callable[..., dict[str, Any]]) -> None:
    """The same customers and prices; who counts as tenured is another choice."""
    book = tenured_book()
    change = change_of(book, book, before={"tenure": {"tenured_from_months": 24}}, tenure={"tenured_from_months": 36})
    out = [row for row in book if 24 <= int(str(row["tenure_months"])) < 36]
    assert only(change, "definition")
    assert parts_of(change)["definition"] == -12 * sum(
        Decimal(str(row["price"])) - int(str(row["offer_price"])) for row in out
    )
    assert_adds_up(change)


def test_everything_at_once_adds_up(change_of: Callable[..., dict[str, Any]]) -> None:
    first = tenured_book()
    second = [
        {**row, "price": float(str(row["price"])) + 0.37, "offer_price": int(str(row["offer_price"])) + 1}
        for row in first[9:]
    ]
    second[0] |= {"product_id": "mobile", "price": 9.99, "offer_price": 8}
    second += [{"customer_id": "X", "product_id": "cable", "price": 33.33, "offer_price": 20, "tenure_months": 60}]
    change = change_of(
        first, second, before={"tenure": {"tenured_from_months": 30}}, tenure={"tenured_from_months": 33}
    )
    assert only(change, "price", "comparator", "mix", "entrants", "leavers", "definition")
    assert_adds_up(change)


def test_nothing_changed(change_of: Callable[..., dict[str, Any]]) -> None:
    change = change_of(tenured_book(), tenured_book())
    assert only(change)
    assert (change["estimate"], change["statistic"], change["p_value"]) == (0, 0, 1)
    assert change["ci_lower"] < 0 < change["ci_upper"]


@pytest.mark.slow
def test_what_cannot_be_compared_says_why(change_of: Callable[..., dict[str, Any]]) -> None:
    book = tenured_book()
    no_offers = [{name: value for name, value in row.items() if name != "offer_price"} for row in book]
    pairs: dict[str, tuple[Book, dict[str, Any], dict[str, Any]]] = {
        "currency differs: GBP and EUR": (book, {}, {"study": {"currency": "EUR"}}),
        "question differs": (book, {}, {"inference": {"primary": "like_for_like_gap"}}),
        "the columns of a cell: none in the first, tenure months in the second": (
            book,
            {},
            {"like_for_like": {"cell": ["tenure_months"]}},
        ),
        "falls back because its data hold no offers": (no_offers, {}, {}),
    }
    for reason, (second, before, after) in pairs.items():
        with pytest.raises(DataError, match=reason):
            change_of(book, second, before=before, **after)


def test_command_tells_what_moved(folder_of: Callable[..., Path], call_cli: Callable[..., Any], tmp_path: Path) -> None:
    folders = [folder_of(book) for book in (tenured_book(), dearer_book())]
    told = call_cli("diff", *folders)
    assert told.code == 0
    assert "The gap rose by" in told.out
    assert "percentage points" in told.out
    assert "£2,160" in told.out
    refused = call_cli("diff", folders[0], tmp_path)
    assert refused.code == 1
    assert "neither a snapshot nor a run" in refused.err


def test_interval_is_the_inversion_of_the_test() -> None:
    change = gap_change(Look(0.05, 0.01, 12.0), Look(0.09, 0.02, 30.0), confidence_level=0.9)
    assert change.ci_lower is not None
    assert change.ci_upper is not None
    assert change.df is not None
    error = (change.ci_upper - change.ci_lower) / 2 / stats.t.ppf(0.95, change.df)
    assert error == pytest.approx(np.hypot(1.05 * 0.01, 1.09 * 0.02), rel=1e-12)
    assert change.p_value == pytest.approx(2 * stats.t.sf(0.04 / error, change.df), rel=1e-12)
    parts = (1.05 * 0.01) ** 2, (1.09 * 0.02) ** 2
    assert change.df == pytest.approx(sum(parts) ** 2 / (parts[0] ** 2 / 12 + parts[1] ** 2 / 30), rel=1e-12)


def test_wider_look_wins() -> None:
    looks = Look(0.05, 0.01, 12.0), Look(0.05, 0.01, 12.0)
    narrow = gap_change(*looks, confidence_level=0.95, party_variance=1e-9)
    wide = gap_change(*looks, confidence_level=0.95, party_variance=1.0)
    assert (narrow.clustered_by, wide.clustered_by) == ("pricing_decision", "party")
    assert wide.ci_upper is not None
    assert narrow.ci_upper is not None
    assert wide.ci_upper > narrow.ci_upper


@pytest.mark.slow
def test_party_variance_covers_a_process_that_does_not_change() -> None:
    """500 pairs of the same process, each party with a gap of its own that persists: 95 % of intervals hold 0."""
    rng = np.random.default_rng(7)
    offer = np.full(400, 20.0)
    held = 0
    for _ in range(500):
        own = rng.normal(1.05, 0.1, 400)
        paid = tuple(offer * (own + rng.normal(0, 0.03, 400)) for _ in range(2))
        estimate = paid[1].sum() / offer.sum() - paid[0].sum() / offer.sum()
        error = paired_variance((paid[0], paid[1]), (offer, offer)) ** 0.5
        held += abs(estimate) < 1.96 * error
    assert 0.93 <= held / 500 <= 0.97


def test_split_refuses_parts_that_do_not_add_up() -> None:
    run, zero = Totals(Fraction(110), Fraction(100)), Totals(Fraction(0), Fraction(0))
    with pytest.raises(ValueError, match="do not add up"):
        exact_split(run, Totals(Fraction(111), Fraction(100)), [zero])
    with pytest.raises(ValueError, match="without offers"):
        exact_split(run, Totals(Fraction(0), Fraction(0)), [zero])
