"""Letters against bills, model by model: small tables in, the rows of each step out, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

AS_OF = 12 * 2025 + 11
"""December 2025, as a number of months."""

OCT, NOV, DEC, JAN, FEB = date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)
THING = {"holding_id": 1, "customer_id": "C", "product_id": "net", "subscription_id": "S", "currency": "GBP"}
MONTH = {"interval_unit": "month", "interval_count": 1}
LETTER = (
    THING | MONTH | {"letter_id": 7, "told_day": date(2025, 11, 10), "effective_day": DEC, "one_interval": "1 month"}
)
LETTER |= {"old_day": NOV, "first_day": DEC, "coin_ticks": 100}
Row = dict[str, Any]


def bill(start: date, price: int, holding: int = 1) -> Row:
    """Return a span of one unit that costs a price in 10^-4 units."""
    paid = {"quantity_micros": 1_000_000, "net_micros": 100 * price}
    prices = {"interval_ticks": price, "price_ticks": price, "standard_ticks": price}
    months = {"first_month": 12 * start.year + start.month - 1, "n_months": 1}
    return THING | MONTH | paid | prices | months | {"holding_id": holding, "cycle_start": start}


def test_a_letter_to_all_who_hold_a_plan_reaches_who_held_it_then(bench: Any) -> None:
    event = {"row_id": 7, "product_id": "net", "told_on": date(2025, 11, 10), "effective_on": DEC, "told_price": 20}
    events = [event, event | {"row_id": 8, "told_price": None}, event | {"row_id": 9, "reject_reason": "DATE_UNPARSED"}]
    found = bench.model(
        "7_letters/10_int_told_letter",
        "letter_id, holding_id, old_day, first_day, lock_day",
        stg_price_event=events,
        int_holding=[THING | MONTH | {"holding_id": n} for n in (1, 2)],
        int_ledger_span=[bill(NOV, 1), bill(DEC, 1), bill(DEC, 1, holding=2), bill(OCT, 1, holding=3)],
        params=[{"as_of_number": AS_OF}],
    )
    # The second joined after the letter, the third had changed the plan before.
    assert found == [(7, 1, NOV, DEC, DEC)]


@pytest.mark.parametrize(
    ("told", "last", "as_of", "reached"),
    [
        # Told in November: billed until November, or until the data end.
        (date(2025, 11, 30), NOV, AS_OF, True),
        (date(2025, 11, 30), OCT, AS_OF, False),
        (date(2025, 11, 30), OCT, AS_OF - 2, True),
        (OCT, OCT, AS_OF, True),
    ],
)
def test_a_plan_is_held_until_its_last_bill_or_the_as_of_month(
    bench: Any, told: date, last: date, as_of: int, reached: bool
) -> None:
    """Subscription S was on plan a until the last bill, and is on plan b since; the letter is to everybody on a."""
    event = {"row_id": 7, "product_id": "net", "plan_id": "a", "told_on": told, "effective_on": DEC, "told_price": 20}
    plans = [THING | MONTH | {"holding_id": n, "plan_id": plan} for n, plan in ((1, "a"), (2, "b"))]
    found = bench.model(
        "7_letters/10_int_told_letter",
        "holding_id",
        stg_price_event=[event],
        int_holding=plans,
        int_ledger_span=[bill(OCT, 1), bill(last, 1), bill(DEC, 1, holding=2)],
        params=[{"as_of_number": as_of}],
    )
    assert found == ([(1,)] if reached else [])


def test_a_letter_to_a_customer_who_has_left_is_kept_and_is_of_the_plan_held_where_there_is_one(bench: Any) -> None:
    event = {"row_id": 7, "subscription_id": "S", "told_on": date(2025, 12, 10), "effective_on": JAN, "told_price": 20}
    plans = [THING | MONTH | {"holding_id": n, "plan_id": plan} for n, plan in ((1, "a"), (2, "b"))]
    tables: Row = {"stg_price_event": [event], "int_holding": plans, "params": [{"as_of_number": AS_OF + 2}]}
    model, wanted = "7_letters/10_int_told_letter", "holding_id"
    moved = [bill(OCT, 1), bill(NOV, 1, holding=2), bill(DEC, 1, holding=2)]
    assert bench.model(model, wanted, int_ledger_span=moved, **tables) == [(2,)]
    assert bench.model(model, wanted, int_ledger_span=[bill(OCT, 1), bill(NOV, 1, holding=2)], **tables) == [(1,), (2,)]


@pytest.mark.parametrize(
    ("told", "ticks"),
    [
        ({"told_price": 20}, 200_000),
        ({"told_price": 24, "told_tax_included": True}, 200_000),
        ({"told_change": 2}, 200_000),
        # 18.00 and 5.55 % are 18.999, to a coin 19.00.
        ({"told_percent": Decimal("5.55")}, 190_000),
    ],
)
def test_what_a_letter_makes_of_a_bill(bench: Any, told: Row, ticks: int) -> None:
    line = THING | {"period_start": DEC, "net_amount": 21, "tax_amount": Decimal("4.2")}
    found = bench.model(
        "7_letters/20_int_told_bill",
        "bill_day, bill_number, told_ticks, over_micros, above_old_micros",
        int_told_letter=[LETTER | told],
        int_ledger_span=[bill(NOV, 180_000), bill(DEC, 210_000)],
        int_line_disposition=[{name: value for name, value in line.items() if name != "holding_id"}],
    )
    assert found[1] == (DEC, 1, ticks, 100 * (210_000 - ticks), 3_000_000)
    assert found[0][:2] == (NOV, None)


def test_what_the_bills_say_of_a_letter(bench: Any) -> None:
    base = {"letter_id": 7, "holding_id": 1, "told_ticks": 200_000, "old_ticks": 180_000, "half_coin": 5_000}
    bills = [
        base | {"bill_day": day, "bill_number": n, "price_ticks": price, "over_micros": 100 * (price - 200_000)}
        for day, n, price in ((NOV, None, 180_000), (DEC, 1, 180_000), (JAN, 2, 205_000), (FEB, 3, 200_000))
    ]
    found = bench.model(
        "7_letters/30_int_told_fact",
        "n_bills, first_is_told, first_is_old, n_old_first, other_day, other_is_told, other_over, end_day, is_early",
        int_told_letter=[LETTER],
        int_told_bill=[one | {"above_old_micros": 100 * (int(one["price_ticks"]) - 180_000)} for one in bills],
    )
    assert found == [(3, False, True, 1, JAN, False, 500_000, FEB, False)]


FACT = LETTER | {"told_price": 20, "told_ticks": 200_000, "old_ticks": 180_000, "n_bills": 3, "is_early": False}
FACT |= {"first_is_told": False, "first_is_old": True, "is_superseded": False, "is_locked_out": False}


@pytest.mark.parametrize(
    ("fact", "outcome"),
    [
        ({"first_is_told": True}, ("kept", None)),
        ({"n_old_first": 3}, ("never", None)),
        ({"n_old_first": 1, "other_is_told": True, "other_day": JAN}, ("late", None)),
        ({"n_old_first": 1, "other_is_told": False, "other_day": JAN, "other_over": 1}, ("more", None)),
        ({"n_old_first": 1, "other_is_told": False, "other_day": JAN, "other_over": -1}, ("less", None)),
        ({"is_early": True}, ("early", None)),
        ({"is_superseded": True, "is_early": True}, ("superseded", None)),
        ({"n_bills": 2, "n_old_first": 2}, ("not_assessable", "no_bill_yet")),
        ({"old_day": None}, ("not_assessable", "no_price_before")),
        ({"first_day": None}, ("not_assessable", "left")),
        ({"told_ticks": None}, ("not_assessable", "tax_unknown")),
    ],
)
def test_a_letter_has_one_outcome(bench: Any, fact: Row, outcome: tuple[str, str | None]) -> None:
    found = bench.model(
        "7_letters/50_int_told_outcome",
        "outcome, reason",
        int_told_fact=[FACT | fact],
        int_holding=[THING | MONTH],
        params=[{"as_of_month": date(2026, 3, 1)}],
    )
    assert found == [outcome]


def test_money_above_and_below_is_never_netted(bench: Any) -> None:
    base = {"letter_id": 7, "holding_id": 1, "half_coin": 5_000}
    over = ((DEC, 1, 2_000_000), (JAN, 2, -500_000), (FEB, 3, 4_000))
    found = bench.model(
        "7_letters/60_told_outcome",
        "letter_id, outcome, tenure_months, band_order, over_amount, under_amount",
        int_told_outcome=[
            LETTER | {"outcome": "more", "is_lock_only": False, "tenure_start": date(2025, 1, 15), "is_censored": False}
        ],
        int_told_bill=[base | {"bill_day": day, "bill_number": n, "over_micros": money} for day, n, money in over],
        tenure_class=[{"tenure_months": 10, "band_order": 2}],
    )
    # Less than half a coin is none.
    assert found == [(7, "more", 10, 2, Decimal("2"), Decimal("-0.5"))]


@pytest.mark.parametrize(("told", "is_untold"), [(None, True), (date(2025, 11, 1), False), (date(2025, 11, 2), True)])
def test_a_rise_told_too_late_is_untold(bench: Any, told: date | None, is_untold: bool) -> None:
    rise = {"change_id": 1, "changed_on": DEC, "rise_a_year": 12.0}
    found = bench.model(
        "7_letters/70_untold_rise",
        "change_id, told_on, rise_a_year",
        # The end of a discount was told when it began.
        price_rise=[rise | {"driver": "back_book_rise"}, rise | {"driver": "discount_end"}],
        int_step_event=[{"step_id": 1, "told_day": told}] if told else [],
        params=[{"notice_days": 30}],
        stg_price_event=[{"row_id": 1}],
    )
    assert found == ([(1, told, 12.0)] if is_untold else [])
