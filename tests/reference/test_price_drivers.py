"""What drove each change of a price, against firms written by hand whose reasons are known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from tests.oracle.bills import Bills

pytestmark = pytest.mark.xdist_group("price drivers")

N = 20
MARCH, APRIL, MAY = "2025-03-01", "2025-04-01", "2025-05-01"
FEBRUARY = date(2025, 2, 1)


def everybody(bills: Bills, product: str, prices: list[object], **more: object) -> None:
    """Bill twenty customers on days 1 to 20, from February on."""
    for number in range(N):
        bills.run(f"{product}-{number}", product, date(2025, 2, number + 1), prices, **more)


def risen_together(bills: Bills) -> None:
    for product, offers in (
        ("with list", ((30, "2014-01-01"), (32, APRIL))),
        ("old alone", ((30, "2014-01-01"),)),
        ("more than list", ((30, "2014-01-01"), (31, APRIL))),
        ("list a cycle later", ((30, "2014-01-01"), (32, MAY))),
        ("no book", ()),
    ):
        everybody(bills, product, [30, 30, 32, 32])
        for price, since in offers:
            bills.offer(product, price, since=since)


def raised_alone(bills: Bills) -> None:
    for product, rise, offer in (("singled out", 0, 30), ("singled out more", 2, 32)):
        bills.offer(product, 30)
        bills.offer(product, offer, since=APRIL)
        for number in range(N):
            last = 30 + rise if number else 35
            bills.run(f"{product}-{number}", product, date(2025, 2, number + 1), [30, 30, last, last])


def said(bills: Bills) -> None:
    for product in ("letter", "contract", "log", "letter to all"):
        bills.offer(product, 30)
    everybody(bills, "letter", [30, 30, 33, 33])
    everybody(bills, "letter to all", [30, 30, 33, 33])
    everybody(bills, "contract", [30, 30, 32, 32], contract_index="CPI", contract_x="3.9")
    everybody(bills, "log", [30, 30, 33, 33])
    for number in range(N):
        letter = {"product_id": "letter", "told_on": MARCH, "effective_on": APRIL, "told_basis": "paid"}
        bills.letter(f"letter-{number}", told_price="32.50", **letter)
        bills.letter(f"log-{number}", changed_on=f"2025-04-{number + 1:02}", old_price=30, new_price=33, cause="rise")
    bills.letter(product_id="letter to all", told_on=MARCH, effective_on=APRIL, told_change="2", told_basis="standard")
    bills.cpi = [
        {"index_code": "CPI", "month": month, "value": value}
        for month, value in (("2024-02", 100), ("2025-02", "102.5"), ("2024-12", 100), ("2023-12", 100))
    ]


def discounted(bills: Bills) -> None:
    for product, changed, terms in (
        ("ends", [0, 0], {"discount_end": APRIL}),
        ("steps", [0, 0], {"discount_steps": "2025-04-01 0.00"}),
        ("unstated", [0, 0], {}),
        ("withdrawn", [0, 0], {"discount_end": "2025-12-31"}),
        ("granted", [15, 15], {}),
    ):
        bills.offer(product, 30)
        for number in range(N):
            start = date(2025, 2, number + 1)
            for month, off in enumerate([10, 10, *changed]):
                day = date(start.year, start.month + month, start.day)
                more = {"gross_amount": 30, "discount_amount": off, **(terms if month < 2 else {})}
                bills.line(f"{product}-{number}", product, day, 30 - off, **more)
    bills.offer("percent", 30)
    bills.offer("percent", 40, since=APRIL)
    for number in range(N):
        for month, gross in enumerate((30, 30, 40, 40)):
            net = Decimal(gross) * Decimal("0.9")
            day = date(2025, 2 + month, number + 1)
            bills.line(f"percent-{number}", "percent", day, net, gross_amount=gross, discount_amount=gross - net)
    bills.offer("intro", 30, intro_unit_price=20, intro_cycles=3, audience="new_only")
    for number in range(N):
        bills.run(
            f"intro-{number}",
            "intro",
            date(2025, 1, number + 1),
            [20, 20, 20, 30, 30],
            since=f"2025-01-{number + 1:02}",
        )


def moved(bills: Bills) -> None:
    for plan, before, after in (("basic", 30, 32), ("plus", 45, 47), ("tv", 10, 10)):
        bills.offer("plans", before, plan_id=plan)
        bills.offer("plans", after, plan_id=plan, since=APRIL)
    bills.run("upgrade", "plans", FEBRUARY, [30, 30], plan_id="basic")
    bills.run("upgrade", "plans", date(2025, 4, 1), [47, 47], plan_id="plus")
    bills.run("two", "plans", FEBRUARY, [10, 10, 10, 10], plan_id="tv")
    bills.run("two", "plans", FEBRUARY, [30, 30], plan_id="basic")
    bills.run("two", "plans", date(2025, 4, 1), [47, 47], plan_id="plus")
    bills.run("more", "plans", FEBRUARY, [30, 30, 30, 30], plan_id="basic")
    bills.run("more", "plans", date(2025, 4, 1), [10], plan_id="tv")
    bills.run("away", "plans", FEBRUARY, [30, None, None, 36], plan_id="tv")
    bills.run("trial", "plans", FEBRUARY, [30, None, 36, 36], plan_id="tv")
    bills.line("trial", "plans", date(2025, 3, 1), 5, plan_id="tv", line_kind="trial")
    bills.line("yearly", "plans", FEBRUARY, 30, plan_id="tv")
    bills.line("yearly", "plans", date(2025, 3, 1), 330, months=12, plan_id="tv")
    for month, units in enumerate((1, 1, 3, 3)):
        price = 10 if month < 2 else 12
        bills.line("units", "plans", date(2025, 2 + month, 1), price * units, plan_id="seat", quantity=units)


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function from a product or customer to the drivers of its changes, per unit: name to distinct values."""
    bills = Bills()
    for part in (risen_together, raised_alone, said, discounted, moved):
        part(bills)
    run = build(load_config(bills.write(tmp_path_factory.mktemp("drivers"), "2025-05")))
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        rows = con.execute(
            """
            select product_id, customer_id, changed_on, driver, ticks, quarter_ticks, old_paid_ticks, new_paid_ticks,
                kind, across_gap
            from price_change left join price_change_driver using (change_id)
            """
        ).fetchall()

    def find(name: str, column: int = 4) -> dict[str, set[float]]:
        found: dict[str, set[float]] = {}
        for row in rows:
            if name in row[:2]:
                found.setdefault(row[3], set()).add(row[column] / (10_000 if column == 4 else 40_000))
        return found

    find.rows = rows  # type: ignore[attr-defined]
    return find


class TestRises:
    def test_a_rise_that_new_customers_meet_too_is_a_list_rise(self, drivers: Any) -> None:
        assert drivers("with list") == {"list_rise": {2.0}}
        assert drivers("list a cycle later") == {"list_rise": {2.0}}

    def test_a_rise_for_the_old_alone_is_never_a_list_rise(self, drivers: Any) -> None:
        assert drivers("old alone") == {"back_book_rise": {2.0}}
        assert drivers("more than list") == {"list_rise": {1.0}, "back_book_rise": {1.0}}

    def test_without_book_and_events_no_reason_is_on_file(self, drivers: Any) -> None:
        assert drivers("no book") == {"no_reason_on_file": {2.0}}

    def test_what_one_alone_pays_more_is_unexplained(self, drivers: Any) -> None:
        assert drivers("singled out") == {"unexplained": {5.0}}
        assert drivers("singled out more-0") == {"list_rise": {2.0}, "unexplained": {3.0}}
        assert drivers("singled out more-1") == {"list_rise": {2.0}}


class TestReasons:
    def test_a_letter_explains_what_it_told(self, drivers: Any) -> None:
        assert drivers("letter") == {"announced": {2.5}, "back_book_rise": {0.5}}
        assert drivers("letter to all") == {"announced": {2.0}, "back_book_rise": {1.0}}

    def test_a_contract_by_the_index_explains_to_the_penny(self, drivers: Any) -> None:
        """F12: 2.5 % + 3.9 % on 30.00 is 31.92."""
        assert drivers("contract") == {"index_linked": {1.92}, "back_book_rise": {0.08}}

    def test_a_log_of_changes_tells_nobody(self, drivers: Any) -> None:
        assert drivers("log") == {"back_book_rise": {3.0}}


class TestDiscounts:
    @pytest.mark.parametrize(
        ("product", "driver", "move"),
        [
            ("ends", "discount_end", 10.0),
            ("steps", "discount_end", 10.0),
            ("unstated", "discount_end_unstated", 10.0),
            ("withdrawn", "discount_withdrawn", 10.0),
            ("granted", "discount_granted", -5.0),
            ("intro", "intro_end", 10.0),
        ],
    )
    def test_a_discount_that_changes(self, drivers: Any, product: str, driver: str, move: float) -> None:
        assert drivers(product) == {driver: {move}}

    def test_a_percentage_moves_with_the_list(self, drivers: Any) -> None:
        assert drivers("percent") == {"list_rise": {9.0}}


class TestChains:
    def test_a_change_of_plan_leaves_the_moves_of_the_lists_out(self, drivers: Any) -> None:
        assert drivers("upgrade") == {"plan_change": {15.0}, "list_rise": {2.0}}
        assert drivers("two") == {"plan_change": {15.0}, "list_rise": {2.0}}

    def test_a_plan_more_is_added_and_dropped(self, drivers: Any) -> None:
        assert drivers("more", 5) == {"line_added": {10.0}, "line_dropped": {-10.0}}

    def test_months_without_a_live_line_are_no_change(self, drivers: Any) -> None:
        assert drivers("away") == {}
        (gap,) = [row[9] for row in drivers.rows if row[1] == "trial"]
        assert gap is True

    def test_another_interval_is_a_change_of_its_own(self, drivers: Any) -> None:
        assert drivers("yearly") == {"interval_change": {-2.5}}

    def test_units_and_price_share_the_money(self, drivers: Any) -> None:
        """From 1 x 10 to 3 x 12 is 26: two units at the mean price of 11, and 2 more at the mean of two units."""
        found = drivers("units", 5)
        assert found.pop("quantity") == {22.0}
        assert found == {"no_reason_on_file": {4.0}}
