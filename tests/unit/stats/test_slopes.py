from __future__ import annotations

import numpy as np
import pytest

from fairness.stats.slopes import Increments, tenure_gradient, walking_slope


def _atoms(seed: int, *, truth: float, noise: float = 0.02) -> dict[str, np.ndarray]:
    """Return atoms of 30 cells, tenure 24 to 300 months, one price version per half-year for all cells."""
    rng = np.random.default_rng(seed)
    cell, tenure = (values.ravel() for values in np.meshgrid(np.arange(30), np.arange(24, 301, 6)))
    version = rng.normal(0, noise, 60)
    half_year = (1200 - tenure) // 6
    log_ratio = truth * tenure / 12 + version[half_year % 60] + rng.normal(0, 0.005, cell.size)
    n = rng.integers(1, 6, cell.size)
    return {
        "cell": cell, "cluster": cell, "half_year": half_year, "tenure_months": tenure, "n": n, "sum_y": n * log_ratio,
    }  # fmt: skip


def test_the_gradient_is_that_of_least_squares_with_dummies() -> None:
    atoms = _atoms(1, truth=0.02)
    cells = (atoms["cell"][:, None] == np.arange(30)).astype(float)
    design = np.column_stack((atoms["tenure_months"] / 12, cells))
    root = np.sqrt(atoms["n"])[:, None]
    beta = np.linalg.lstsq(design * root, atoms["sum_y"] / atoms["n"] * root[:, 0], rcond=None)[0][0]
    assert tenure_gradient(**atoms).ratio.log_ratio == pytest.approx(beta, rel=1e-10)


def test_versions_shared_by_all_cells_widen_the_interval() -> None:
    covered = 0
    for seed in range(100):
        lower, upper = tenure_gradient(**_atoms(seed, truth=0.0)).ratio.interval(0.95) or (1, -1)
        covered += lower <= 0 <= upper
    assert covered >= 90


def test_cells_with_one_tenure_are_left_out_and_counted() -> None:
    one = tenure_gradient(
        cell=[0, 0, 1],
        cluster=[0, 0, 1],
        half_year=[1, 2, 3],
        tenure_months=[24, 36, 60],
        n=[5, 5, 7],
        sum_y=[0, 0.5, 9],
    )
    assert (one.left_out, one.n) == (7, 10)
    none = tenure_gradient(cell=[0], cluster=[0], half_year=[1], tenure_months=[24], n=[5], sum_y=[1.0])
    assert (none.ratio.log_ratio, none.ratio.se, none.left_out) == (0.0, None, 5)


def _walk(seed: int, *, leaving: str, years: int = 3, n: int = 3000) -> Increments:
    """Return monthly increments of customers who rise 3 % on their anniversary and leave for a reason."""
    rng = np.random.default_rng(seed)
    cohort, plan = rng.integers(0, 12, n), rng.integers(0, 20, n)
    rows = []
    for customer in range(n):
        for month in range(12 * years):
            calendar = month % 12 + 1
            rise = max(0.0, rng.normal(0.03, 0.02)) if month % 12 == cohort[customer] else 0.0
            rows.append((cohort[customer], calendar, plan[customer], month // 12, rise))
            gone = {"random": 0.02, "after": 0.4 if rise > 0.03 else 0.005, "before": 0.0}[leaving]
            if leaving == "before" and (month + 1) % 12 == cohort[customer]:
                gone = 0.15
            if rng.random() < gone:
                break
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    keys, place = np.unique(np.stack(columns[:4]), axis=1, return_inverse=True)
    place = np.asarray(place).ravel()
    rises = np.bincount(place, weights=columns[4])
    return Increments(keys[0], keys[1], keys[2], keys[3], np.bincount(place), rises, rises)


@pytest.mark.parametrize("leaving", ["random", "after", "before"])
def test_walking_is_found_whoever_leaves(leaving: str) -> None:
    walk = walking_slope(_walk(2, leaving=leaving))
    # The mean of max(0, normal(0.03, 0.02)) is 0.0306.
    assert walk.slope.ratio.log_ratio == pytest.approx(0.0306, abs=0.0012)


def test_without_leavers_it_is_the_change_between_two_dates() -> None:
    rng = np.random.default_rng(8)
    path = rng.normal(0, 0.01, (24, 50))
    month = np.repeat(np.arange(24), 50)
    rows = Increments(
        np.tile(np.arange(50), 24), month % 12 + 1, np.tile(np.arange(50) % 7, 24), month // 12,
        np.ones(1200, dtype=int), path.ravel(), path.ravel(),
    )  # fmt: skip
    assert 2 * walking_slope(rows).slope.ratio.log_ratio == pytest.approx(path.sum(axis=0).mean(), rel=1e-10)


def test_a_dearer_but_flat_list_for_older_cohorts_is_no_walking() -> None:
    flat = _walk(3, leaving="random", n=300)
    nothing = np.zeros(flat.n.size)
    walk = walking_slope(Increments(flat.cohort, flat.month, flat.plan, flat.block, flat.n, nothing, nothing))
    assert (walk.slope.ratio.log_ratio, walk.own, walk.offer) == (0.0, 0.0, 0.0)


def test_a_frozen_price_over_a_falling_list_walks_and_says_why() -> None:
    rows = _walk(4, leaving="random", n=300)
    falling = Increments(rows.cohort, rows.month, rows.plan, rows.block, rows.n, rows.sum_u, np.zeros(rows.n.size))
    walk = walking_slope(falling)
    assert walk.own == 0.0
    assert walk.offer == pytest.approx(-walk.slope.ratio.log_ratio)


def test_a_cohort_without_a_risk_set_in_some_month_is_counted_out() -> None:
    whole = _walk(5, leaving="random", n=200)
    kept = ~((whole.cohort == 0) & (whole.month == 7))
    part = Increments(
        *(getattr(whole, name)[kept] for name in ("cohort", "month", "plan", "block", "n", "sum_u", "sum_own"))
    )
    assert walking_slope(part).slope.left_out == 1
    with pytest.raises(ValueError, match="every calendar month"):
        walking_slope(
            Increments(
                *(
                    getattr(whole, name)[whole.month == 3]
                    for name in ("cohort", "month", "plan", "block", "n", "sum_u", "sum_own")
                )
            )
        )
