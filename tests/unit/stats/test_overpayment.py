from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.overpayment import overpayment


def test_gross_net_and_affected_by_hand() -> None:
    result = overpayment([12_0000, 10_0000, 9_5000], [10_0000, 10_0000, 10_0000], [3, 4, 2])
    assert (result.gross, result.net, result.n_affected, result.n) == (6_0000, 5_0000, 3, 9)
    mean = 50_000 / 9
    squares = 3 * (20_000 - mean) ** 2 + 4 * mean**2 + 2 * (5_000 + mean) ** 2
    assert result.sigma == pytest.approx(math.sqrt(squares / 8))
    assert result.noise_floor == pytest.approx(0.3989422804014327 * result.sigma)  # 1 / sqrt(2 pi)


def test_gross_is_net_plus_what_others_save() -> None:
    rng = np.random.default_rng(1)
    p, b, n = rng.integers(1, 10**9, 500), rng.integers(1, 10**9, 500), rng.integers(1, 10**5, 500)
    result, mirrored = overpayment(p, b, n), overpayment(b, p, n)
    assert result.gross - mirrored.gross == result.net == -mirrored.net


def test_sums_beyond_64_bits_are_exact() -> None:
    huge = 10**15
    result = overpayment([huge, 2], [1, 1], [10**6, 1])
    assert result.net == (huge - 1) * 10**6 + 1
    assert result.gross == result.net


def test_noise_alone_shows_the_floor() -> None:
    rng = np.random.default_rng(7)
    customers = 200_000
    gap = rng.normal(0, 3_000, customers).round().astype(int)
    result = overpayment(100_000 + gap, np.full(customers, 100_000), np.ones(customers, dtype=int))
    # The mean of max(0, Z) has a standard deviation of 0.58 sigma / sqrt(n): three of these errors.
    assert result.gross / customers == pytest.approx(result.noise_floor, abs=3 * 0.58 * 3_000 / math.sqrt(customers))


def test_one_customer_has_no_floor() -> None:
    result = overpayment([11], [10], [1])
    assert (result.gross, result.sigma, result.noise_floor) == (1, None, None)


def test_refuses_money_that_is_not_in_ticks() -> None:
    with pytest.raises(ValueError, match="price has dtype float64: must hold integers"):
        overpayment([10.5], [10], [1])
    with pytest.raises(ValueError, match="price is empty"):
        overpayment(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int))
