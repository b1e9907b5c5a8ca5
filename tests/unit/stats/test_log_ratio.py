from __future__ import annotations

import math

import pytest

from fairness.stats.log_ratio import LogRatio, is_wider

# The same closed formulas evaluated in another order.
ROUNDING = 1e-12


def test_interval_excludes_zero_exactly_when_p_is_below_alpha() -> None:
    for log_ratio in (0.018, 0.0199, 0.0201, 0.022):
        gap = LogRatio(log_ratio=log_ratio, se=0.01, df=57.0)
        assert (gap.interval(0.95)[0] > 0) == (gap.p_value() < 0.05)


def test_interval_ends_where_the_test_turns() -> None:
    gap = LogRatio(log_ratio=0.03, se=0.01, df=12.5)
    lower = gap.interval(0.95)[0]
    shifted = LogRatio(log_ratio=0.03 - math.log1p(lower), se=0.01, df=12.5)
    assert shifted.p_value() == pytest.approx(0.05, rel=1e-9)


def test_equivalence_p_is_below_alpha_exactly_when_the_wider_tail_interval_is_inside() -> None:
    for se in (0.003, 0.004, 0.0045, 0.005, 0.0055, 0.007):
        gap = LogRatio(log_ratio=0.001, se=se, df=30.0)
        lower, upper = gap.interval(0.90)
        assert (gap.p_equivalence(0.01) < 0.05) == (lower > -0.01 and upper < 0.01)


def test_t_tends_to_the_normal() -> None:
    normal = LogRatio(log_ratio=0.02, se=0.01, df=math.inf)
    many = LogRatio(log_ratio=0.02, se=0.01, df=1e9)
    assert normal.p_value() == pytest.approx(0.04550026389635842, rel=ROUNDING)  # 2 (1 - Phi(2))
    assert many.p_value() == pytest.approx(normal.p_value(), rel=1e-6)
    assert many.interval(0.95) == pytest.approx(normal.interval(0.95), rel=1e-6)


def test_zero_standard_error_has_an_interval_without_width_and_no_p() -> None:
    gap = LogRatio(log_ratio=math.log(1.1), se=0.0, df=math.inf)
    assert gap.interval(0.95) == (gap.estimate, gap.estimate)
    assert (gap.statistic, gap.p_value(), gap.p_equivalence(0.01)) == (None, None, None)


@pytest.mark.parametrize(("se", "df"), [(None, None), (math.nan, 3.0), (0.1, math.nan)])
def test_unknown_standard_error_gives_nothing_but_the_estimate(se: float | None, df: float | None) -> None:
    gap = LogRatio(log_ratio=0.1, se=se, df=df)
    assert (gap.se, gap.df, gap.statistic) == (None, None, None)
    assert (gap.interval(0.95), gap.p_value(), gap.p_equivalence(0.01)) == (None, None, None)
    assert gap.estimate == math.expm1(0.1)


def test_an_interval_beyond_all_floats_is_not_computable() -> None:
    assert LogRatio(log_ratio=0.1, se=0.1, df=0.001).interval(0.95) is None


def test_swapping_sides_flips_the_statistic_and_keeps_p() -> None:
    gap, swapped = LogRatio(0.02, 0.01, 9.0), LogRatio(-0.02, 0.01, 9.0)
    assert gap.statistic == -swapped.statistic
    assert gap.p_value() == swapped.p_value()


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_refuses_a_level_outside_its_range(level: float) -> None:
    with pytest.raises(ValueError, match=r"confidence_level = .*: must lie strictly between 0 and 1"):
        LogRatio(0.1, 0.1, 9.0).interval(level)
    with pytest.raises(ValueError, match="margin = "):
        LogRatio(0.1, 0.1, 9.0).p_equivalence(level)


def test_is_wider_looks_past_rounding_and_takes_the_unknown_as_widest() -> None:
    known, unknown = LogRatio(0.1, 0.02, 9.0), LogRatio(0.1, None, None)
    assert not is_wider(LogRatio(0.1, 0.02 * (1 + 1e-12), 9.0), known, confidence_level=0.95)
    assert is_wider(LogRatio(0.1, 0.02 * (1 + 1e-6), 9.0), known, confidence_level=0.95)
    assert is_wider(unknown, known, confidence_level=0.95)
    assert not is_wider(known, unknown, confidence_level=0.95)
    assert not is_wider(unknown, unknown, confidence_level=0.95)
