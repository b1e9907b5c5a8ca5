from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.overpaid import overpayments

ONE_GROUP = np.zeros(500, dtype=int)


def test_gross_net_and_affected_by_hand() -> None:
    result = overpayments([4, 4, 4], [12_0000, 10_0000, 9_5000], [10_0000, 10_0000, 10_0000], [3, 4, 2])
    assert (result.group, result.gross, result.net, result.n_affected, result.n) == ([4], [6_0000], [5_0000], [3], [9])
    mean = 50_000 / 9
    squares = 3 * (20_000 - mean) ** 2 + 4 * mean**2 + 2 * (5_000 + mean) ** 2
    # 1 / sqrt(2 pi)
    assert result.noise_floor == pytest.approx([0.3989422804014327 * math.sqrt(squares / 8)])


def test_gross_is_net_plus_what_others_save() -> None:
    rng = np.random.default_rng(1)
    p, b, n = rng.integers(1, 10**9, 500), rng.integers(1, 10**9, 500), rng.integers(1, 10**5, 500)
    result, mirrored = overpayments(ONE_GROUP, p, b, n), overpayments(ONE_GROUP, b, p, n)
    assert result.gross[0] - mirrored.gross[0] == result.net[0] == -mirrored.net[0]


def test_groups_equal_each_group_alone() -> None:
    rng = np.random.default_rng(2)
    group, p, b, n = (rng.integers(1, high, 500) for high in (9, 10**6, 10**6, 50))
    together = overpayments(group, p, b, n)
    assert together.group == sorted(set(group.tolist()))
    for position, one in enumerate(together.group):
        here = group == one
        alone = overpayments(group[here], p[here], b[here], n[here])
        for name in ("gross", "net", "n_affected", "n"):
            assert getattr(together, name)[position] == getattr(alone, name)[0]
        rows = np.repeat((p - b)[here], n[here])
        floor = pytest.approx(0.3989422804014327 * rows.std(ddof=1))
        assert together.noise_floor[position] == floor == alone.noise_floor[0]


def test_sums_beyond_64_bits_are_exact() -> None:
    huge = 10**15
    result = overpayments([0, 0, 1], [huge, 2, huge], [1, 1, 1], [10**6, 1, 9 * 10**6])
    assert result.net == [(huge - 1) * 10**6 + 1, (huge - 1) * 9 * 10**6]
    assert result.gross == result.net


def test_noise_alone_shows_the_floor() -> None:
    rng = np.random.default_rng(7)
    customers = 200_000
    gap = rng.normal(0, 3_000, customers).round().astype(int)
    nobody, everyone = np.zeros(customers, dtype=int), np.ones(customers, dtype=int)
    result = overpayments(nobody, 100_000 + gap, np.full(customers, 100_000), everyone)
    # The mean of max(0, Z) has a standard deviation of 0.58 sigma / sqrt(n): three of these errors.
    allowed = 3 * 0.58 * 3_000 / math.sqrt(customers)
    assert result.gross[0] / customers == pytest.approx(result.noise_floor[0], abs=allowed)


def test_one_customer_has_no_floor() -> None:
    result = overpayments([0], [11], [10], [1])
    assert result.gross == [1]
    assert math.isnan(result.noise_floor[0])


def test_refuses_money_that_is_not_in_ticks() -> None:
    with pytest.raises(ValueError, match="price has dtype float64: must hold integers"):
        overpayments([0], [10.5], [10], [1])
    with pytest.raises(ValueError, match="price is empty"):
        overpayments(*[np.zeros(0, int)] * 4)
