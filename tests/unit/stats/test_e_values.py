from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.e_values import LEAST_MONTHS, Month, log_e_value, monitor, months_move_together

LEVEL = {"margin": 0.01, "alpha": 0.05, "n_months": 36}
NULL = math.log1p(0.01)


def _months(rng: np.random.Generator, n: int, g: int, *, at: float, noise: float, shock: float = 0.0) -> list[Month]:
    return [Month(tuple(rng.normal(at + rng.normal(0, shock), noise, g)), (1.0,) * g) for _ in range(n)]


def test_the_mean_of_the_e_value_over_all_signs_is_exactly_one() -> None:
    sizes = np.array([0.03, 0.01, 0.002])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
    values = [math.exp(log_e_value(NULL + sign * sizes, [1.0, 2.0, 4.0], margin=0.01)) for sign in signs]
    assert np.mean(values) == pytest.approx(1.0, rel=1e-12)


def test_thirty_six_looks_at_a_gap_of_the_margin_give_no_more_alarms_than_alpha() -> None:
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(60):
        looks = monitor(_months(rng, 36, 20, at=NULL, noise=0.02), **LEVEL).looks
        alarms += any(look.is_alarm for look in looks)
    assert alarms <= 3


def test_a_step_of_three_percent_is_found_within_six_months() -> None:
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(60):
        months = _months(rng, 12, 20, at=0.0, noise=0.02) + _months(rng, 6, 20, at=0.03, noise=0.02)
        found += any(look.is_alarm for look in monitor(months, **LEVEL).looks)
    assert found >= 45


def test_months_that_swing_together_give_no_alarm() -> None:
    rng = np.random.default_rng(3)
    shocked = [_months(rng, 36, 60, at=NULL, noise=0.02, shock=0.01) for _ in range(30)]
    assert sum(monitor(months, **LEVEL).months_move_together for months in shocked) >= 28
    assert sum(any(look.is_alarm for look in monitor(months, **LEVEL).looks) for months in shocked) <= 4
    calm = [_months(rng, 36, 60, at=NULL, noise=0.02) for _ in range(30)]
    assert sum(months_move_together(months, margin=0.01) for months in calm) <= 2


def test_a_month_with_few_decisions_waits_for_the_next() -> None:
    few = Month((0.05,) * 6, (1.0,) * 6)
    looks = monitor([few, few, few], **LEVEL).looks
    assert [(look.log_e is None, look.n_decisions) for look in looks] == [(True, 6), (False, 12), (True, 6)]
    assert looks[2].average == looks[1].average


def test_past_looks_never_change() -> None:
    rng = np.random.default_rng(4)
    months = _months(rng, 20, 15, at=0.02, noise=0.02)
    whole = monitor(months, **LEVEL).looks
    for size in (LEAST_MONTHS, 13):
        assert monitor(months[:size], **LEVEL).looks == whole[:size]


def test_a_longer_sequence_than_planned_is_refused() -> None:
    with pytest.raises(ValueError, match="start a new sequence"):
        monitor([Month((0.0,) * 12, (1.0,) * 12)] * 3, margin=0.01, alpha=0.05, n_months=2)
