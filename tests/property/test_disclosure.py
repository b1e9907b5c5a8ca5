"""No withheld number can be solved from what is shown: an attacker with a linear program on random tables."""

from __future__ import annotations

import numpy as np
import pytest

from fairness.disclosure import Measure, Relation, attainable, protect
from tests.oracle.tables import KINDS, RULES, Published, attack, random_table

N_TABLES = 200
SEED = 20250101


def tables(kind: str, first: int, last: int) -> list[Published]:
    found = (np.random.default_rng([SEED, KINDS.index(kind), number]) for number in range(first, last))
    return [random_table(rng, kind) for rng in found]


def complaints(table: Published) -> list[str]:
    """Return what an attacker finds out about one table; empty where it is safe."""
    counts, amounts = table.measures()
    masked = protect([counts], table.relations)
    found = _solved(table, counts, masked, "count", whole=True)
    # Amounts go with their counts, and some alone: the counts stay as they are shown.
    of_amounts = protect([amounts], table.relations, masked=masked)
    return found + _solved(table, amounts, of_amounts, "amount", whole=False)


def _solved(table: Published, measure: Measure, masked: np.ndarray, what: str, *, whole: bool) -> list[str]:
    assert masked[measure.unsafe].all()
    low, high = attack(table, measure.values, masked)
    found = []
    for cell in np.flatnonzero(masked):
        value = measure.values[cell]
        slack = 1e-6 * max(1.0, float(value))
        told = f"{table.kind}: {what} {value} lies in [{low[cell]}, {high[cell]}]"
        assert low[cell] - slack <= value <= high[cell] + slack, told
        if value and high[cell] - low[cell] <= slack:
            found.append(f"solved, {told}")
        if high[cell] - low[cell] < measure.width[cell] - slack or high[cell] < value + measure.reach[cell] - slack:
            found.append(f"too close, {told}")
        # Bounds of counts are whole: knowing that counts are whole tells an attacker nothing more.
        if whole and any(abs(b - round(b)) > 1e-6 for b in (low[cell], high[cell]) if np.isfinite(b)):
            found.append(f"not whole, {told}")
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_solved_in_ten_tables(kind: str) -> None:
    assert [line for table in tables(kind, 0, 10) for line in complaints(table)] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_solved_in_the_other_tables(kind: str) -> None:
    assert [line for table in tables(kind, 10, N_TABLES // len(KINDS)) for line in complaints(table)] == []


def test_the_attacker_solves_what_is_withheld_alone() -> None:
    n_solved = 0
    for table in tables("two way", 0, 10):
        counts, _ = table.measures()
        low, high = attack(table, counts.values, counts.unsafe)
        n_solved += int((counts.unsafe & (high - low < 1e-6)).sum())
    assert n_solved >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_the_bounds_are_those_of_the_attacker(kind: str) -> None:
    for table in tables(kind, 0, 3):
        counts, _ = table.measures()
        masked = protect([counts], table.relations)
        for mine, theirs in zip(
            attainable(counts.values, masked, table.relations), attack(table, counts.values, masked), strict=True
        ):
            np.testing.assert_allclose(mine[masked], theirs[masked], atol=1e-6)


def test_nothing_is_withheld_where_nothing_is_unsafe() -> None:
    counts = Measure.of_counts([40, 10, 30], RULES.min_cell)
    assert not protect([counts], [Relation(0, (1, 2))]).any()


def test_zero_is_small() -> None:
    counts = Measure.of_counts([40, 0, 40], RULES.min_cell)
    assert protect([counts], [Relation(0, (1, 2))]).tolist() == [False, True, True]


def test_two_small_counts_that_are_small_together_take_a_third_with_them() -> None:
    counts = Measure.of_counts([100, 2, 3, 20, 75], RULES.min_cell)
    assert protect([counts], [Relation(0, (1, 2, 3, 4))]).tolist() == [False, True, True, True, False]


def test_a_count_that_has_no_partner_cannot_be_protected() -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        protect([Measure.of_counts([3], RULES.min_cell)], [Relation(None, (0,))])
