from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fairness.stats.mean_difference import Arm, decompose

PRICES = st.lists(st.integers(1, 500_000), max_size=6)


def _arm(prices: list[int]) -> Arm:
    return Arm(len(prices), Fraction(sum(prices)), Fraction(len(prices)))


def test_the_two_worked_examples() -> None:
    mixed = decompose(
        {"A": (_arm([12, 12]), _arm([10])), "B": (_arm([33]), _arm([30])), "C": (_arm([]), _arm([6]))},
        matched=["A", "B"],
    )
    assert mixed is not None
    assert (mixed.unmatched_tenured, mixed.like_for_like, mixed.mix, mixed.unmatched_new) == (
        0, Fraction(7, 3), Fraction(-10, 3), Fraction(14, 3),
    )  # fmt: skip
    assert mixed.total == 19 - Fraction(46, 3)
    plain = decompose(
        {"A": (_arm([12]), _arm([10])), "B": (_arm([30]), _arm([])), "C": (_arm([]), _arm([6]))}, matched=["A"]
    )
    assert plain is not None
    assert (plain.unmatched_tenured, plain.like_for_like, plain.mix, plain.unmatched_new) == (9, 2, 0, 2)
    assert (plain.n_unmatched, plain.mean_unmatched) == ((1, 1), (30, 6))


@given(st.dictionaries(st.integers(0, 5), st.tuples(PRICES, PRICES), min_size=1), st.integers(1, 3))
def test_the_terms_sum_to_the_raw_difference(cells: dict[int, tuple[list[int], list[int]]], least: int) -> None:
    qualifies = [key for key, (t, n) in cells.items() if min(len(t), len(n)) >= least]
    found = decompose({key: (_arm(t), _arm(n)) for key, (t, n) in cells.items()}, matched=qualifies)
    assert (found is None) is (not qualifies)
    if found is None:
        return
    tenured, new = ([price for arms in cells.values() for price in arms[side]] for side in (0, 1))
    assert found.total == Fraction(sum(tenured), len(tenured)) - Fraction(sum(new), len(new))
    assert sum(found.rounded().values()) == round(found.total)
    in_coins = found.rounded(100)
    assert sum(in_coins.values()) == 100 * round(found.total / 100)
    assert all(amount % 100 == 0 for amount in in_coins.values())
    paid = sum(sum(cells[key][0]) for key in qualifies)
    at_new = sum(Fraction(len(cells[key][0]) * sum(cells[key][1]), len(cells[key][1])) for key in qualifies)
    assert 1 + found.like_for_like / found.standard == Fraction(paid) / at_new


def test_units_carry_the_money() -> None:
    """Ten seats at 5 against a new customer's single seat at 4: the new price for ten seats is 40."""
    found = decompose({"A": (Arm(1, Fraction(50), Fraction(10)), Arm(1, Fraction(4), Fraction(1)))}, matched=["A"])
    assert found is not None
    assert (found.standard, found.like_for_like, found.mix) == (40, 10, 36)
