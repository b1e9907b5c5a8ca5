from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.clusters import two_way
from fairness.stats.offer_ratio import (
    clustered_log_ratio,
    count_weighted,
    geometric_offer_gap,
    median_ratio,
    offer_ratio,
    offer_relative_ranges,
    party_log_ratio,
    share_above,
)

PRICE = np.array([11.0, 10.0, 9.5, 22.0, 20.0, 33.0])
OFFER = np.array([10.0, 10.0, 10.0, 20.0, 20.0, 30.0])
N = np.array([4, 10, 2, 3, 5, 6])
VERSION = np.array([0, 0, 0, 1, 1, 2])


def test_sums_are_facts() -> None:
    sums = offer_ratio(PRICE, OFFER, N)
    assert (sums.price, sums.comparator, sums.n) == (44 + 100 + 19 + 66 + 100 + 198, 160.0 + 160 + 180, 30)
    assert sums.estimate == pytest.approx(527 / 500 - 1)


def test_clustered_variance_by_hand() -> None:
    gap, effective = clustered_log_ratio(VERSION, PRICE, OFFER, N)
    ratio = 527 / 500
    e = [163 - 160 * ratio, 166 - 160 * ratio, 198 - 180 * ratio]
    b = [160, 160, 180]
    variance = sum((x / (1 - w / 500)) ** 2 for x, w in zip(e, b, strict=True)) / 527**2
    assert gap.log_ratio == pytest.approx(math.log(ratio), rel=1e-12)
    assert gap.se == pytest.approx(math.sqrt(variance), rel=1e-10)
    assert effective == pytest.approx(500**2 / (160**2 + 160**2 + 180**2), rel=1e-14)
    assert gap.df == pytest.approx(effective - 1)


def test_every_party_its_own_cluster_is_the_party_form() -> None:
    rows = np.repeat(np.arange(N.size), N)
    by_row, effective = clustered_log_ratio(
        np.arange(rows.size), PRICE[rows], OFFER[rows], np.ones(rows.size, dtype=int)
    )
    by_count, effective_by_count = party_log_ratio(PRICE, OFFER, N)
    assert (by_count.log_ratio, by_count.se) == pytest.approx((by_row.log_ratio, by_row.se), rel=1e-12)
    assert effective_by_count == pytest.approx(effective, rel=1e-12)


def test_labels_and_order_of_clusters_do_not_matter() -> None:
    order = np.array([3, 0, 5, 1, 4, 2])
    renamed = np.array([70, -4, 12])[VERSION]
    first, second = (
        clustered_log_ratio(VERSION, PRICE, OFFER, N),
        clustered_log_ratio(VERSION[order], PRICE[order], OFFER[order], N[order]),
    )
    assert first[0].se == pytest.approx(second[0].se, rel=1e-12)
    third = clustered_log_ratio(renamed, PRICE, OFFER, N)
    assert third[0].se == pytest.approx(first[0].se, rel=1e-12)


def test_one_cluster_or_party_has_no_standard_error() -> None:
    one, effective = clustered_log_ratio([7, 7], [11.0, 10.0], [10.0, 10.0], [50, 50])
    assert (one.se, one.df, effective) == (None, None, 1.0)
    alone, effective = party_log_ratio([11.0], [10.0], [1])
    assert (alone.se, effective) == (None, 1.0)


def test_a_constant_gap_has_zero_standard_error() -> None:
    offers = np.array([9.99, 19.99, 31.49, 7.77])
    gap, _ = clustered_log_ratio([0, 1, 2, 3], 1.1 * offers, offers, [3, 5, 7, 9])
    assert gap.se == 0.0
    assert gap.interval(0.95) == (gap.estimate, gap.estimate)
    assert gap.estimate == pytest.approx(0.1)


def test_equal_prices_give_exactly_zero() -> None:
    offers = np.array([0.1, 0.3, 19.99])
    assert party_log_ratio(offers, offers, [3, 7, 11])[0].log_ratio == 0.0
    assert offer_ratio(offers, offers, [3, 7, 11]).estimate == 0.0
    assert count_weighted([0, 1, 2], offers, offers, [3, 7, 11]) == 0.0
    assert median_ratio(offers, offers, [3, 7, 11]) == 0.0
    assert geometric_offer_gap(offers, offers, [3, 7, 11]) == 0.0
    assert share_above(offers, offers, [3, 7, 11], confidence_level=0.95).k == 0


def test_shared_decisions_widen_the_interval() -> None:
    by_party = party_log_ratio(PRICE, OFFER, 100 * N)[0]
    by_decision = clustered_log_ratio(VERSION, PRICE, OFFER, 100 * N)[0]
    assert two_way(by_party, by_decision, by_party) == (by_decision, "decision")


def test_count_weighted_is_the_money_ratio_in_one_cell_and_a_mean_over_cells() -> None:
    assert count_weighted(np.zeros(6, int), PRICE, OFFER, N) == pytest.approx(527 / 500 - 1)
    # Cells 0, 1, 2: 163/160, 166/160, 198/180 for 16, 8 and 6 customers.
    by_hand = (16 * 163 / 160 + 8 * 166 / 160 + 6 * 198 / 180) / 30 - 1
    assert count_weighted(VERSION, PRICE, OFFER, N) == pytest.approx(by_hand)


def test_share_above_is_strict() -> None:
    share = share_above([10.0, 10.0001, 9.0], [10.0, 10.0, 10.0], [5, 3, 2], confidence_level=0.95)
    assert (share.k, share.n, share.share) == (3, 10, 0.3)
    assert share.ci_lower < 0.3 < share.ci_upper


def test_relative_ranges_by_cell() -> None:
    ranges = offer_relative_ranges([0, 0, 2], [9.0, 11.0, 5.0], [10.0, 10.0, 4.0], [1, 3, 9], n_cells=3)
    assert ranges[0] == pytest.approx(0.2 / 1.05)
    assert np.isnan(ranges[1])
    assert ranges[2] == 0.0


def test_refusals() -> None:
    with pytest.raises(ValueError, match=r"comparator\[0\] = 0.0: must be above 0"):
        offer_ratio([1.0], [0.0], [1])
    with pytest.raises(ValueError, match="price is empty"):
        party_log_ratio([], [], [])
    with pytest.raises(ValueError, match="lengths"):
        clustered_log_ratio([1], [1.0, 2.0], [1.0, 2.0], [1, 1])
    with pytest.raises(ValueError, match="cell spans 0 to 3"):
        offer_relative_ranges([0, 3], [1.0, 1.0], [1.0, 1.0], [1, 1], n_cells=3)
