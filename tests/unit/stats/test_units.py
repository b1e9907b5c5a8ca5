from __future__ import annotations

import numpy as np
import pytest

from fairness.stats.units import unit_suspects


@pytest.mark.parametrize("factor", [100.0, 0.01, 1000.0, 0.001])
def test_a_few_rows_in_another_unit_are_suspect(factor: float) -> None:
    rng = np.random.default_rng(1)
    ratio = rng.uniform(0.9, 1.1, 400)
    ratio[:8] *= factor
    found = unit_suspects(np.zeros(400, dtype=int), ratio, np.ones(400, dtype=int))
    assert [suspect.factor for suspect in found] == [max(factor, 1 / factor)]


def test_all_rows_in_another_unit_are_suspect_by_their_median() -> None:
    (found,) = unit_suspects([4, 4], [100.0, 101.0], [30, 30])
    assert found.group == 4
    assert found.median_ratio == 100.0
    assert [one.factor for one in unit_suspects([0], [0.16], [20])] == [None]


def test_a_long_tail_of_dear_prices_is_none() -> None:
    ratio = np.geomspace(0.5, 400, 500)
    ratio = np.concatenate((np.ones(2000), ratio))
    assert unit_suspects(np.zeros(ratio.size, dtype=int), ratio, np.ones(ratio.size, dtype=int)) == []


def test_one_strange_price_among_many_is_an_outlier_not_a_unit() -> None:
    assert unit_suspects([0, 0], [1.0, 100.0], [500, 1]) == []
    assert unit_suspects(np.zeros(0, dtype=int), [], np.zeros(0, dtype=int)) == []
