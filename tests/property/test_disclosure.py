"""No withheld number can be solved from what is shown: an attacker with a linear program on random tables.

A sample of 100 tables: ``bench/disclosure.py`` does the same for 1,000, see bench/results/disclosure.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fairness.disclosure.control import Measure, Relation, attainable, protect
from tests.oracle.tables import KINDS, RULES, Published, attack, random_table

N_TABLES = 100
SEED = 20250101
WHOLE = 0
"""The number of the whole book in a release of the kind "study"."""


def quick_only(quick: str, kind: str) -> Any:
    """Return the kind as a parameter; all but one are slow."""
    return kind if kind == quick else pytest.param(kind, marks=pytest.mark.slow)


def tables(kind: str, first: int, last: int) -> list[Published]:
    found = (np.random.default_rng([SEED, KINDS.index(kind), number]) for number in range(first, last))
    return [random_table(rng, kind) for rng in found]


def complaints(table: Published) -> list[str]:
    """Return what an attacker finds out about one table; empty where it is safe."""
    counts, amounts = table.measures()
    masked = protect([counts], table.relations)
    # Amounts go with their counts, and some alone: the counts stay as they are shown.
    of_amounts = protect([amounts], table.relations, masked=masked)
    return _solved(table, counts, masked) + _solved(table, amounts, of_amounts)


def _solved(table: Published, measure: Measure, masked: np.ndarray) -> list[str]:
    assert masked[measure.unsafe].all()
    # The bounds of tables of two columns are whole numbers by themselves: checked below.
    low, high = attack(table, measure.values, masked, whole=measure.whole and table.kind == "study")
    found = []
    for cell in np.flatnonzero(masked):
        value = measure.values[cell]
        slack = 1e-6 * max(1.0, float(value))
        told = f"{table.kind}: {value} (count: {measure.whole}) lies in [{low[cell]}, {high[cell]}]"
        assert low[cell] - slack <= value <= high[cell] + slack, told
        if value and high[cell] - low[cell] <= slack:
            found.append(f"solved, {told}")
        if high[cell] - low[cell] < measure.width[cell] - slack or high[cell] < value + measure.reach[cell] - slack:
            found.append(f"too close, {told}")
        # Knowing that counts are whole tells an attacker nothing more.
        if measure.whole and any(abs(b - round(b)) > 1e-6 for b in (low[cell], high[cell]) if np.isfinite(b)):
            found.append(f"not whole, {told}")
    return found


@pytest.mark.parametrize("kind", [quick_only("study", kind) for kind in KINDS])
def test_nothing_is_solved_in_ten_tables(kind: str) -> None:
    assert [line for table in tables(kind, 0, 10) for line in complaints(table)] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_solved_in_the_other_tables(kind: str) -> None:
    assert [line for table in tables(kind, 10, N_TABLES // len(KINDS)) for line in complaints(table)] == []


@pytest.mark.slow
def test_the_whole_is_the_last_number_to_go() -> None:
    rng = np.random.default_rng(SEED)
    n_shown = 0
    for table in tables("study", 0, 10):
        measures = table.split(rng)
        masked = protect(measures, table.relations)
        assert masked[WHOLE] == any(measure.unsafe[WHOLE] for measure in measures)
        n_shown += bool(masked.any() and not masked[WHOLE])
        found = [line for measure in measures for line in _solved(table, measure, masked)]
        assert found == []
    assert n_shown >= 5


def test_the_attacker_solves_what_is_withheld_alone() -> None:
    n_solved = 0
    for table in tables("two way", 0, 10):
        counts, _ = table.measures()
        low, high = attack(table, counts.values, counts.unsafe)
        n_solved += int((counts.unsafe & (high - low < 1e-6)).sum())
    assert n_solved >= 10


@pytest.mark.parametrize("kind", [quick_only("linked", kind) for kind in KINDS])
def test_the_bounds_are_those_of_the_attacker(kind: str) -> None:
    for table in tables(kind, 0, 3):
        counts, _ = table.measures()
        masked = protect([counts], table.relations)
        for mine, theirs in zip(
            attainable(counts.values, masked, table.relations), attack(table, counts.values, masked), strict=True
        ):
            np.testing.assert_allclose(mine[masked], theirs[masked], atol=1e-6)


def test_nothing_bounds_a_number_that_grows_half_as_fast_as_another() -> None:
    # The first is twice the second: where the first is taken up to 1, the second reaches a half.
    values, relations = np.array([4.0, 2.0, 2.0, 2.0]), [Relation(0, (1, 2)), Relation(3, (1,)), Relation(3, (2,))]
    lower, upper = attainable(values, np.ones(4, dtype=np.bool_), relations)
    assert lower.tolist() == [0.0] * 4
    assert upper.tolist() == [np.inf] * 4


def test_nothing_is_withheld_where_nothing_is_unsafe() -> None:
    counts = Measure.of_counts([40, 10, 30], RULES.min_cell)
    assert not protect([counts], [Relation(0, (1, 2))]).any()


def test_parts_of_linked_sums_go_before_their_total() -> None:
    # The whole, two rows, two columns and four cells: the 12 of the second column are fewer than any other cell.
    whole, rows, columns, cells = [173], [103, 70], [161, 12], [100, 3, 61, 9]
    relations = [Relation(0, (1, 2)), Relation(0, (3, 4))]
    relations += [Relation(1, (5, 6)), Relation(2, (7, 8)), Relation(3, (5, 7)), Relation(4, (6, 8))]
    masked = protect([Measure.of_counts([*whole, *rows, *columns, *cells], RULES.min_cell)], relations)
    assert masked.tolist() == [False] * 5 + [True] * 4


def test_the_whole_goes_where_its_parts_leave_a_known_rest() -> None:
    # 95 of the 100 are in no part: with the whole, the 5 would be known.
    assert protect([Measure.of_counts([100, 5], RULES.min_cell)], [Relation(0, (1,))]).tolist() == [True, True]


def test_the_whole_by_another_name_stays_as_well() -> None:
    relations = [Relation(0, (1,)), Relation(0, (2, 3)), Relation(1, (2, 3))]
    masked = protect([Measure.of_counts([50, 50, 3, 47], RULES.min_cell)], relations)
    assert masked.tolist() == [False, False, True, True]


def test_zero_is_small() -> None:
    counts = Measure.of_counts([40, 0, 40], RULES.min_cell)
    assert protect([counts], [Relation(0, (1, 2))]).tolist() == [False, True, True]


def test_two_small_counts_that_are_small_together_take_a_third_with_them() -> None:
    counts = Measure.of_counts([100, 2, 3, 20, 75], RULES.min_cell)
    assert protect([counts], [Relation(0, (1, 2, 3, 4))]).tolist() == [False, True, True, True, False]


def test_a_count_that_has_no_partner_cannot_be_protected() -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        protect([Measure.of_counts([3], RULES.min_cell)], [Relation(None, (0,))])
