"""The rise calendar: by hand for every cause, and against the schedule of a generated firm."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairness.synth import generate_billing
from fairness.synth.calendar import first_day
from fairness.synth.demo_billing import SPEC
from tests.conftest import StudyRunner
from tests.oracle.bills import Bills

OCTOBER = date(2025, 10, 1)
OFF = {"gross_amount": 30, "discount_amount": 5}


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a firm with one customer for each cause; all pay for a product that is offered at 30."""
    bills = Bills()
    bills.offer("net", 30, intro_unit_price=20, intro_cycles=6, audience="new_only")
    bills.offer("net", 34, audience="existing_only", plan_id="priced", origin="price_book")
    bills.run("nothing", "net", OCTOBER, [30, 30, 30])
    bills.run("intro", "net", OCTOBER, [20, 20, 20], since="2025-10-01")
    bills.run("discount", "net", OCTOBER, [25, 25, 25], discount_end="2026-02-15", **OFF)
    bills.run("steps", "net", OCTOBER, [25, 25, 25], discount_steps="2026-02-01 3.00; 2026-05-01 0", **OFF)
    bills.run("told", "net", OCTOBER, [30, 30, 30])
    bills.letter("told", told_price=33, told_basis="paid", told_on="2025-12-01", effective_on="2026-03-10")
    bills.run("locked", "net", OCTOBER, [30, 30, 30])
    bills.letter("locked", told_on="2025-09-01", effective_on="2025-10-01", lock_until="2026-06-01")
    for plan in ("priced", "unpriced"):
        bills.run(plan, "net", OCTOBER, [30, 30, 30], plan_id=plan, contract_end="2026-04-20")
    bills.run("indexed", "net", OCTOBER, [30, 30, 30], contract_index="CPI", contract_x="3.9")
    return bills.write(tmp_path_factory.mktemp("calendar"), "2025-12", comparator={"basis": "standard"})


def test_what_is_written_by_month_and_cause(call_cli: Any, firm: Path) -> None:
    done = call_cli("calendar", firm, "--format", "json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    months = {row["month"]: (row["raised"], row["rises"]) for row in found["months"] if row["raised"]}
    assert months == {
        "2026-02": (1, "24.00"),
        "2026-03": (1, "60.00"),
        "2026-04": (2, "156.00"),
        "2026-05": (2, "84.00"),
    }
    assert len(found["months"]) == 12
    names = ("priced", "rises", "without_price", "exposed")
    causes = {row["cause"]: tuple(row[name] for name in names) for row in found["causes"]}
    assert causes == {
        "intro_end": (1, "120.00", 0, "0.00"),
        "discount_end": (1, "60.00", 0, "0.00"),
        "discount_step": (2, "60.00", 0, "0.00"),
        "contract_end": (1, "48.00", 1, "360.00"),
        "told": (1, "36.00", 0, "0.00"),
        "lock_end": (0, "0.00", 1, "360.00"),
        "index_linked": (0, "0.00", 1, "360.00"),
    }
    assert (found["customers"], found["nothing_written"]) == (9, 1)


def test_the_gap_follows_what_is_charged(call_cli: Any, firm: Path) -> None:
    found = json.loads(call_cli("calendar", firm, "--format", "json").out)
    headline = json.loads(call_cli("analyze", firm, "--format", "json").out)["headline"]
    # Eight tenured customers: six at 30 and two at 25, all offered 30.
    assert found["gap_today"] == pytest.approx(headline["estimate"]) == pytest.approx(-10 / 240)
    gaps = {row["month"]: row["gap"] for row in found["months"]}
    assert gaps["2026-02"] == pytest.approx(-8 / 240)
    assert gaps["2026-12"] == pytest.approx((3 + 4) / 240)


def test_tables_say_that_it_is_no_forecast(call_cli: Any, firm: Path) -> None:
    printed = call_cli("calendar", firm).out
    assert "this is no forecast" in " ".join(printed.split())
    assert "Nothing is written about 1 of 9 customers (11.1 %)." in printed
    assert "Price lock ends" in printed
    csv = call_cli("calendar", firm, "--format", "csv").out.splitlines()
    assert csv[0] == "month,raised,rises,lowered,falls,gap"
    assert len(csv) == 13


def test_introductions_end_when_the_generator_ends_them(study: StudyRunner, tmp_path: Path) -> None:
    """The schedule is made from the offers that the generator drew; who has no full bill yet has no price."""
    billing = generate_billing(replace(SPEC, customers=1500), 5)
    billing.write(tmp_path)
    text = (Path(__file__).parents[2] / "fairness" / "synth" / "demo_billing.toml").read_text(encoding="utf-8")
    (tmp_path / "fairness.toml").write_text(f"{text}\n[privacy]\npseudonyms = false\n", encoding="utf-8")
    study.lay_out(tmp_path / "fairness.toml", "price_ahead")
    firm = billing.firm
    who, tariffs, as_of = firm.who, firm.tariffs, firm.spec.as_of_month
    offer = (who.combination, tariffs.version(who.combination, who.joined))
    ends = first_day(who.first_cycle() + tariffs.cycles[offer])
    begin, end = (int(first_day(np.array([as_of + n]))[0]) for n in (1, 13))
    is_due = (
        (tariffs.cycles[offer] > 0)
        & (ends >= begin)
        & (ends < end)
        & (tariffs.intro_price[offer] < tariffs.list_price[offer])
    )
    is_billed = who.first_cycle() <= as_of
    is_plain = (
        is_billed & ~who.is_test & ~who.is_yearly & (who.left >= begin) & (who.upgraded_on >= begin) & ~who.is_unlisted
    )
    known = np.flatnonzero(is_due & is_plain & ~who.is_censored)
    expected = {
        f"S{index + 1:07d}": (
            date(1970, 1, 1).toordinal() + int(ends[index]),
            int(tariffs.list_price[offer][index]) * 100,
        )
        for index in known
    }
    rows = study.query("select subscription_id, charged_on, new_price_ticks from price_ahead where cause = 'intro_end'")
    found = {name: (day.toordinal(), ticks) for name, day, ticks in rows if name in expected}
    assert len(expected) > 20
    assert found == expected


def test_what_is_written_adds_up_whatever_meets_on_a_day(study: StudyRunner, tmp_path: Path) -> None:
    """Discounts of every kind with ends and steps, letters of every kind, introductions: 200 customers at random."""
    rng, bills = np.random.default_rng(4), Bills()
    bills.offer("net", 30, intro_unit_price=20, intro_cycles=6, audience="new_only")
    for number in range(200):
        off, is_new = int(rng.choice([0, 3, 5])), bool(rng.random() < 0.3)
        more: dict[str, object] = {"gross_amount": 30, "discount_amount": off} if off else {}
        if off and rng.random() < 0.4:
            more["discount_percent"] = round(off / 30 * 100, 4)
        if off and rng.random() < 0.4:
            more["discount_end"] = f"2026-0{rng.integers(1, 10)}-15"
        if off and rng.random() < 0.4:
            more["discount_steps"] = f"2026-0{rng.integers(1, 5)}-01 1.00; 2026-0{rng.integers(5, 10)}-01 2.5"
        price, since = 20 if is_new and not off else 30 - off, "2025-10-01" if is_new else "2015-01-01"
        bills.run(f"C{number}", "net", date(2025, 10, int(rng.choice([1, 7, 28]))), [price] * 3, since=since, **more)
        for _ in range(int(rng.choice([0, 1, 2]))):
            told = {0: {"told_price": 31}, 1: {"told_change": "1.50"}, 2: {"told_percent": 10}}[int(rng.integers(3))]
            basis, day = str(rng.choice(["paid", "standard"])), f"2026-0{rng.integers(1, 10)}-05"
            bills.letter(f"C{number}", told_on="2025-12-01", told_basis=basis, effective_on=day, **told)
    study.lay_out(bills.write(tmp_path, "2025-12", comparator={"basis": "standard"}), "price_ahead")
    check = Path(__file__).parents[2] / "sql" / "checks" / "written_changes_add_up.sql"
    assert study.query(check.read_text(encoding="utf-8")) == []
    days = study.query("select count(*) from price_ahead where ticks <> 0 group by customer_id, charged_on")
    assert max(days) > (1,)
