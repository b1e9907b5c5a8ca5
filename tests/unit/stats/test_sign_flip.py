from __future__ import annotations

from itertools import product

import pytest

from fairness.stats.sign_flip import sign_flip


@pytest.mark.parametrize("k", [2, 4, 6, 9])
def test_the_p_value_by_enumerating_all_signs(k: int) -> None:
    gaps = [0.05 + 0.01 * position for position in range(k)]
    found = sign_flip([100 * (1 + gap) for gap in gaps], [100.0] * k, margin=0.01)
    as_extreme = sum(
        abs(sum(sign * gap for sign, gap in zip(signs, gaps, strict=True))) >= sum(gaps) - 1e-12
        for signs in product((-1, 1), repeat=k)
    )
    assert found.p_value == as_extreme / 2**k
    assert found.decides(0.05) is (k >= 6)


def test_small_decisions_do_not_count_and_must_not_hold_much() -> None:
    one_large = sign_flip([114.0] + [1.2] * 6, [95.0] + [1.0] * 6, margin=0.01)
    assert (one_large.n_decisions, one_large.decides(0.05)) == (1, False)
    # A tenth of the decisions are large, yet the small ones hold 30 % of the money together: the test does not apply.
    scattered = sign_flip([7.7] * 10 + [0.033] * 1000, [7.0] * 10 + [0.03] * 1000, margin=0.01)
    assert (scattered.p_value, scattered.side) == (None, 0)


def test_one_decision_on_the_other_side_or_inside_the_margin_takes_no_side() -> None:
    assert sign_flip([110.0] * 7 + [99.0], [100.0] * 8, margin=0.01).p_value == 1.0
    inside = sign_flip([110.0] * 7 + [100.5], [100.0] * 8, margin=0.01)
    assert (inside.side, inside.p_value) == (0, 2 / 2**8)


def test_below_is_a_favour() -> None:
    assert sign_flip([90.0] * 8, [100.0] * 8, margin=0.01).side == -1
