from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from fairness.stats.segments import SegmentSums, contrast, worst_segments

SIZES = (6, 4, 3)


def _book(seed: int, *, planted: float = 0.0, tariffs: int = 40, n: int = 12_000) -> tuple[SegmentSums, int]:
    """Return singles and pairs of three lenses over national tariffs, and the row of the planted segment."""
    rng = np.random.default_rng(seed)
    lens = [rng.integers(0, size, n) for size in SIZES]
    tariff = rng.integers(0, tariffs, n)
    offer = rng.uniform(20, 50, tariffs)[tariff]
    price = offer * np.exp(rng.normal(0, 0.02, tariffs)[tariff] + rng.normal(0, 0.05, n))
    price = np.where((lens[0] == 2) & (lens[1] == 1), price * (1 + planted), price)
    rows, keys = [np.zeros(n, dtype=int)], [1]
    for k in (1, 2):
        for chosen in combinations(range(3), k):
            code = np.zeros(n, dtype=int)
            for position in chosen:
                code = code * SIZES[position] + lens[position]
            rows.append(code)
            keys.append(math.prod(SIZES[position] for position in chosen))
    paid, offered = (
        np.concatenate(
            [
                np.bincount(code * tariffs + tariff, money, size * tariffs).reshape(size, tariffs)
                for code, size in zip(rows, keys, strict=True)
            ]
        )
        for money in (price, offer)
    )
    return SegmentSums(paid, offered), sum(SIZES) + 2 * SIZES[1] + 1


def test_null_segments_that_share_tariffs_are_seldom_found() -> None:
    found = [worst_segments(_book(seed)[0], alpha=0.05, draws=199, seed=seed).p_adjusted for seed in range(30)]
    assert sum(np.nanmin(p) <= 0.05 for p in found) <= 5


def test_a_planted_segment_is_found_and_not_exaggerated() -> None:
    estimates = []
    for seed in range(10):
        sums, row = _book(seed, planted=0.08)
        found = worst_segments(sums, alpha=0.05, draws=199, seed=seed)
        assert found.p_adjusted[row] <= 0.05
        assert found.lower[row] > 0
        estimates.append(found.estimate[row])
    # The segment holds one part in 24 of the book, which it lifts itself.
    assert math.expm1(np.mean(estimates)) == pytest.approx(1.08 / (1 + 0.08 / 24) - 1, abs=0.005)


def test_a_segment_with_few_decisions_or_most_of_the_money_is_not_searched() -> None:
    offer = np.full((3, 12), 100.0)
    offer[1, 9:], offer[2] = 0.0, offer[2] * 0.6
    found = worst_segments(SegmentSums(offer * 1.1, offer), alpha=0.05, draws=99, seed=1)
    assert found.searched.tolist() == [False, False]
    assert np.isnan(found.p_adjusted).all()


def test_the_contrast_is_the_ratio_of_ratios() -> None:
    gap = contrast([110.0, 230.0], [100.0, 210.0], [100.0, 200.0], [100.0, 200.0])
    assert gap.estimate == pytest.approx((340 / 300) / (310 / 300) - 1)


def test_shared_tariffs_cancel_in_the_contrast() -> None:
    """Both halves pay the same 20 tariffs: their noise is common, and adding two variances would hide 1 %."""
    rng = np.random.default_rng(6)
    found = covered = 0
    for _ in range(100):
        offer = rng.uniform(900, 1100, (2, 20))
        price = offer * np.exp(rng.normal(0, 0.03, 20) + rng.normal(0, 0.002, (2, 20)))
        price[0] *= 1.01
        gap = contrast(price[0], price[1], offer[0], offer[1])
        lower, upper = gap.interval(0.95) or (0.0, 0.0)
        found += lower > 0
        covered += lower <= 0.01 <= upper
    assert found == 100
    assert 89 <= covered <= 99
