"""The decisions of a month, worked out by hand: who is one decision, and what each is held against."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest

from fairness.analysis.set_prices import SetPrices, Watched, watched

START = 2024 * 12
FIELDS = tuple(SetPrices.__dataclass_fields__)


def rows(*given: dict[str, int]) -> SetPrices:
    """Return rows of product 1, key 1, an offer of 100 that is new, ten customers who pay 100, in January 2024."""
    alike = {
        **{"month": START, "product": 1, "key": 1, "decision": 1, "is_new_offer": 1, "before": 0, "after": 0},
        **{"paid": 1_000, "offered": 1_000, "n": 10},
    }
    listed = [alike | row for row in given]
    return SetPrices(*(np.array([row[name] for row in listed], dtype=np.int64) for name in FIELDS))


def look(given: SetPrices, month: int, **how: Any) -> Watched:
    (found,) = watched(given, **{"is_drift": True, "first": month, "last": month} | how)
    return found


def test_a_gap_is_held_against_that_of_its_key_when_last_set_a_year_before() -> None:
    given = rows(
        {"paid": 1_050},
        {"month": START + 1, "decision": 2, "paid": 1_100},
        {"month": START + 5, "decision": 3, "paid": 1_500},
        {"month": START + 13, "decision": 4, "paid": 1_210},
    )
    found = look(given, START + 13)
    # March 2025 looks back to February 2024, not to June: eleven months are no year.
    assert found.decisions.gap == (pytest.approx(log(1.21 / 1.1)),)
    assert found.decisions.weight == (pytest.approx(0.1),)
    assert look(given, START + 13, is_drift=False).decisions.gap == (pytest.approx(log(1.21)),)


def test_a_key_without_an_earlier_price_is_left_out_and_counted() -> None:
    given = rows({}, {"month": START + 12, "key": 2, "decision": 2, "n": 7}, {"month": START + 12, "decision": 2})
    found = look(given, START + 12)
    assert (found.decisions.gap, found.without_reference) == ((0.0,), 7)
    assert look(given, START + 11).decisions.gap == ()
    assert look(rows({}), START).without_reference == 10


def test_an_offer_in_several_regions_is_one_decision_against_the_mean_of_their_references() -> None:
    given = rows(
        {"paid": 1_100},
        {"key": 2, "paid": 3_000, "offered": 3_000},
        {"month": START + 12, "decision": 2, "paid": 1_200},
        {"month": START + 12, "decision": 2, "key": 2, "paid": 3_000, "offered": 3_000},
    )
    gap = log(4_200 / 4_000) - (1_000 * log(1.1) + 3_000 * 0.0) / 4_000
    assert look(given, START + 12).decisions.gap == (pytest.approx(gap),)


def test_a_rise_of_ten_by_one_factor_is_one_decision_and_leaves_its_offers() -> None:
    now = {"month": START + 12, "is_new_offer": 0, "before": 100_000, "after": 107_000, "paid": 1_070, "n": 6}
    given = rows(
        *({"key": key, "decision": key} for key in (1, 2, 3)),
        now | {"decision": 1},
        now | {"key": 2, "decision": 2},
        {"month": START + 12, "key": 3, "decision": 4, "paid": 1_020},
    )
    assert sorted(look(given, START + 12).decisions.gap) == pytest.approx([log(1.02), log(1.07)])


def test_a_move_of_a_few_is_no_decision_unless_their_offer_is_new() -> None:
    moved = {"month": START + 12, "before": 100_000, "after": 107_000, "paid": 1_070, "n": 6}
    assert look(rows({}, moved | {"is_new_offer": 0}), START + 12).decisions.gap == ()
    assert look(rows({}, moved | {"decision": 2}), START + 12).decisions.gap == (pytest.approx(log(1.07)),)


def test_nothing_set_is_a_month_without_decisions() -> None:
    assert [month.decisions.gap for month in watched(rows(), is_drift=True, first=START, last=START + 1)] == [(), ()]
