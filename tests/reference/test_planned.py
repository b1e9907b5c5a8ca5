"""Planned prices before the letters: whom they reach, what flips and what breaks, worked out by hand."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.oracle.bills import Bills

OCTOBER = date(2025, 10, 1)
Row = dict[str, object]
Check = Callable[..., dict[str, Any]]
RULES = (
    'id = "own_parity"\nname = "parity"\nproducts = ["lock", ' + ", ".join(f'"p{n}"' for n in range(12)) + "]",
    'id = "own_lock"\nname = "lock"',
    'id = "uk_tel_stated_rise"\nname = "stated rise"',
    'id = "ca_fee_change"\nname = "notice"\nsince = "2030-01-01"',
)
N = 12
"""Products with an offer of their own: so many price decisions."""


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a firm whose tenured customers pay what is offered, 30, and some special cases."""
    bills = Bills()
    for number in range(N):
        product = f"p{number}"
        bills.offer(product, 30, audience="new_only")
        for day in (1, 10, 20):
            region = "north" if day == 1 else "south"
            bills.run(f"{product}-{day}", product, date(2025, 10, day), [30] * 3, plan_id="basic", region=region)
    bills.offer("terms", 30, intro_unit_price=20, intro_cycles=12, audience="new_only")
    off = {"gross_amount": 30, "discount_amount": 3}
    bills.run("percent", "terms", OCTOBER, [27, 27, 27], discount_percent=10, **off)
    bills.run("amount", "terms", OCTOBER, [27, 27, 27], **off)
    bills.run("intro", "terms", OCTOBER, [20, 20, 20], since="2025-10-01")
    for name, day in (("fifteenth", 15), ("sixteenth", 16)):
        bills.offer(name, 300, interval_unit="year")
        bills.line(name, name, date(2025, 3, day), 300, months=12)
    bills.offer("lock", 30)
    bills.run("locked", "lock", OCTOBER, [30, 30, 30])
    bills.letter("locked", told_on="2025-09-01", effective_on="2025-10-01", lock_until="2026-06-01")
    bills.offer("told", 30)
    bills.run("told", "told", OCTOBER, [30, 30, 30], since="2025-06-01")
    bills.letter("told", told_on="2025-12-01", effective_on="2026-03-01", told_change="1.80", told_basis="paid")
    config = bills.write(tmp_path_factory.mktemp("planned"), "2025-12", comparator={"basis": "standard"})
    rules = "".join(f"[[promises.rule]]\n{rule}\n" for rule in RULES)
    config.write_text(f"{config.read_text(encoding='utf-8')}[promises]\n{rules}", encoding="utf-8")
    return config


@pytest.fixture
def check(call_cli: Any, firm: Path, tmp_path: Path) -> Check:
    """Return a function that checks planned rows and returns the document."""

    def checked(rows: list[Row], *options: object, code: int, config: Path = firm) -> dict[str, Any]:
        path, listed = tmp_path / "planned.csv", tmp_path / "list.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(dict.fromkeys(name for row in rows for name in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
        done = call_cli("check", config, "--planned", path, "--format", "json", "--evidence", listed, *options)
        assert done.code == code, done.err or done.out
        if code == 2:
            return {"error": done.err}
        document = dict(json.loads(done.out))
        with listed.open(encoding="utf-8", newline="") as stream:
            document["list"] = {row["customer_id"]: row for row in csv.DictReader(stream)}
        return document

    return checked


def everybody(price: object, day: str = "2026-03-10", **more: object) -> list[Row]:
    return [{"product_id": f"p{n}", "standard_price": price, "effective_on": day, **more} for n in range(N)]


def price(**row: object) -> Row:
    return {"effective_on": "2026-03-10", **row}


def prices(found: dict[str, Any]) -> dict[str, float]:
    return {name: float(row["new_price"]) for name, row in found["list"].items() if row["status"] == "reached"}


def test_a_price_is_charged_from_the_first_period_that_starts_on_its_day_or_later(check: Check) -> None:
    yearly = [
        price(product_id=name, standard_price=300, effective_on=f"2026-03-{day}")
        for name, day in (("fifteenth", 15), ("sixteenth", 17))
    ]
    found = check(everybody(30) + yearly, code=0)
    days = {name: row["charged_on"] for name, row in found["list"].items()}
    expected = {"p0-1": "2026-04-01", "p0-10": "2026-03-10", "p0-20": "2026-03-20"}
    expected |= {"fifteenth": "2026-03-15", "sixteenth": "2027-03-16"}
    assert {name: days[name] for name in expected} == expected
    assert found["at"] == "2027-03"
    assert (found["reach"]["customers"], found["reach"]["unchanged"]) == (3 * N + 2, 3 * N + 2)
    assert (found["result"], found["breaks"], found["unmatched"], found["missing"]) == ("clear", [], [], [])


def test_narrow_rows_beat_wide_ones_and_discounts_keep_their_kind(check: Check) -> None:
    rows = [
        *everybody(30)[1:],
        price(product_id="p0", standard_price=31),
        price(product_id="p0", region="south", standard_price=29),
        price(customer_id="p0-20", standard_price=28, effective_on="2026-03-20"),
        price(product_id="terms", standard_price=40),
        price(customer_id="p1-20", discount_percent=50),
        price(customer_id="p2-20", discount_amount="1.50", standard_price=32),
    ]
    found = check(rows, code=3)
    assert {name: price for name, price in prices(found).items() if price != 30} == {
        "p0-1": 31,
        "p0-10": 29,
        "p0-20": 28,
        "percent": 36,
        "amount": 37,
        "intro": 20,
        "p1-20": 15,
        "p2-20": 30.5,
    }
    assert [row["line"] for row in found["breaks"] if row["customer_id"] == "p0-1"] == [N + 1]
    reach = found["reach"]
    assert (reach["raised"], reach["lowered"]) == (4, 3)
    assert (reach["raised_a_year"], reach["lowered_a_year"]) == (f"{12 * 20.5:.2f}", f"{-12 * 18:.2f}")


def test_verdicts_flip_and_the_paired_difference_is_that_of_the_decisions(check: Check) -> None:
    """Half of the products rise by 10 %: by hand, each is one decision with three customers."""
    found = check(everybody(33)[: N // 2], code=3)
    before, after = found["headline"]["before"], found["headline"]["after"]
    # Money a year of each decision: the products, terms with 3 off for two, two yearly ones, the lock.
    offered = np.array([30 * 12 * 3] * N + [720, 300, 300, 360], dtype=float)
    paid = offered - np.array([0] * N + [72, 0, 0, 0])
    new = paid + np.array([3 * 12 * 3] * (N // 2) + [0] * (N // 2 + 4))
    gaps = paid.sum() / offered.sum() - 1, new.sum() / offered.sum() - 1
    assert (before["value"], after["value"]) == pytest.approx(gaps)
    assert (before["reading"], after["reading"]) == ("inconclusive", "penalty")
    parts = (new - (1 + gaps[1]) * offered - paid + (1 + gaps[0]) * offered) / offered.sum()
    shares = offered / offered.sum()
    error = math.sqrt(((parts / (1 - shares)) ** 2).sum())
    reach = float(stats.t.ppf(0.975, 1 / (shares**2).sum() - 1)) * error
    change = found["headline"]["difference"]
    assert change["value"] == pytest.approx(gaps[1] - gaps[0])
    assert (change["lower"], change["upper"]) == pytest.approx((change["value"] - reach, change["value"] + reach))
    whole = [row for row in found["flips"] if (row["question"], row["where"], row["band"]) == ("offer_gap", {}, None)]
    assert [(row["before"]["reading"], row["after"]["reading"]) for row in whole] == [("inconclusive", "penalty")] * 3
    (parity,) = (rule for rule in found["promises"] if rule["name"] == "parity")
    assert (parity["before"]["fail"], parity["after"]["fail"], parity["broken"]) == (0, 18, 18)
    assert found["notice"] == {
        "least_days": 30,
        "most_days": 30,
        "first_charge": "2026-03-10",
        "last_charge": "2026-04-01",
        "first": "2026-03-02",
        "last": "2026-02-08",
    }


def test_a_lock_and_a_letter_are_no_obstacle_but_a_finding(check: Check) -> None:
    rows = [
        price(product_id="lock", standard_price="30.01", effective_on="2026-05-01"),
        price(product_id="told", standard_price="31.81", effective_on="2026-03-01"),
    ]
    found = check(rows, code=3)
    assert found["locks"] == {"policies": 1, "broken": 1, "customers": 1}
    assert prices(found) == {"locked": 30.01, "told": 31.81}
    assert {(row["rule"], row["customer_id"]) for row in found["breaks"]} == {
        ("lock", "locked"),
        ("parity", "locked"),
        ("stated rise", "told"),
    }
    rows[0]["effective_on"], rows[0]["standard_price"], rows[1]["standard_price"] = "2026-05-02", 30, "31.80"
    found = check(rows, code=0)
    assert found["locks"] == {"policies": 0, "broken": 0, "customers": 0}
    (stated,) = (rule for rule in found["promises"] if rule["name"] == "stated rise")
    assert (stated["before"]["pass"], stated["after"]["pass"]) == (0, 1)


def test_rows_that_name_nobody_and_customers_who_are_left_out(check: Check) -> None:
    rows = [price(customer_id="p0-1", standard_price=30), price(customer_id="nobody", standard_price=30)]
    found = check(rows, code=1)
    assert (found["unmatched"], found["result"]) == ([3], "unknown")
    assert found["missing"] == [{"product_id": "p0", "plan_id": "basic", "policies": 2, "customers": 2, "named": 1}]
    assert [row["status"] for row in found["list"].values()] == ["reached", "missing", "missing"]
    assert check(rows, "--allow-unmatched", 1, code=0)["result"] == "clear"


def test_planned_offers_count_from_their_day_for_periods_that_start_later(check: Check) -> None:
    """Everything rises by a tenth, offers too: only those whose offer comes too late are worse off against it."""
    offers = [row | {"kind": "offer"} for row in everybody(33)]
    found = check(everybody(33) + offers, "--at", "2026-04", code=0)
    before, after = found["headline"]["before"]["value"], found["headline"]["after"]["value"]
    total = 30 * 36 * 12 + 720 + 300 + 300 + 360
    assert (before, after) == pytest.approx((-72 / total, -72 / (total + 36 * 36)))
    offers[0]["effective_on"] = "2026-04-10"
    found = check(everybody(33) + offers, "--at", "2026-04", code=3)
    assert {row["customer_id"] for row in found["breaks"]} == {"p0-1"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([price(product_id="p0", standard_price=31), price(plan_id="basic", standard_price=32)], "lines 2 and 3"),
        ([price(product_id="p0", standard_price=31, effective_on="2025-12-31")], "billed already"),
        ([price(standard_price=31)], "names nobody"),
        ([price(product_id="p0")], "states no price"),
        ([price(product_id="p0", standard_prise=31)], "did you mean 'standard_price'?"),
        ([price(product_id="p0", standard_price="31,00")], "line 2"),
        ([price(product_id="p0", discount_percent=5, discount_amount=5)], "two discounts"),
        ([price(product_id="p0", standard_price=31, kind="offer", told_on="2026-01-01")], "told_on"),
    ],
)
def test_rows_that_contradict_themselves_or_each_other_are_refused(check: Check, rows: list[Row], words: str) -> None:
    assert words in check(rows, code=2)["error"]


def test_ids_are_those_of_the_files_and_groups_those_of_the_month_looked_at(check: Check, tmp_path: Path) -> None:
    bills = Bills()
    bills.offer("net", 30)
    bills.run("old", "net", OCTOBER, [30, 30, 30])
    bills.run("tenured in March", "net", OCTOBER, [36, 36, 36], since="2024-03-01")
    privacy = {"pseudonyms": True}
    config = bills.write(tmp_path / "study", "2025-12", comparator={"basis": "standard"}, privacy=privacy)
    row = [price(customer_id="tenured in March", standard_price=33, effective_on="2026-02-01")]
    for month, before, after in (("2026-02", 0.0, 0.0), ("2026-03", 0.1, 0.05)):
        found = check(row, "--at", month, code=0, config=config)
        gaps = found["headline"]["before"]["value"], found["headline"]["after"]["value"]
        assert gaps == pytest.approx((before, after))
        assert (found["reach"]["lowered"], "tenured in March" in found["list"]) == (1, False)


def test_a_book_says_nothing_about_days(check: Check, tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text("customer_id,price,offer_price,tenure_months\nA,30,30,60\n", encoding="utf-8")
    text = '[study]\nname = "B"\ncurrency = "GBP"\nas_of = "2025-12"\n[[source]]\nrole = "book"\npath = "book.csv"\n'
    (tmp_path / "fairness.toml").write_text(text + "[privacy]\npseudonyms = false\n", encoding="utf-8")
    found = check([price(customer_id="A", standard_price=31)], code=2, config=tmp_path)
    assert "need bills" in found["error"]


def test_the_tables_say_it_in_words(call_cli: Any, firm: Path, tmp_path: Path) -> None:
    rows = [f"{row['product_id']},{row['standard_price']},{row['effective_on']}" for row in everybody(33)]
    path = tmp_path / "planned.csv"
    path.write_text("\n".join(("product_id,standard_price,effective_on", *rows, "none,31,2026-03-10", "")), "utf-8")
    done = call_cli("check", firm, "--planned", path)
    said = " ".join(done.out.split())
    assert done.code == 3, done.err
    assert "Planned prices make something worse. By Apr 2026 the plan reaches 36 customers: 36 prices rise" in said
    assert "points (" in said
    assert "No single day suits everybody" in said
    assert "1 row concerns nobody: line 14 of planned.csv." in said
    assert "and 21 more: --format json lists all" in said
    csv_rows = call_cli("check", firm, "--planned", path, "--format", "csv").out.splitlines()
    assert csv_rows[0].startswith("question,against,offer_price,part,where,band,value_before")
