from __future__ import annotations

import math

import numpy as np
import pytest

from fairness.stats.jackknife import party_jackknife
from fairness.stats.party_clusters import PartyRows
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CountTable, summarise

Row = tuple[str, int, bool, float, float]


def _table(rows: list[Row]) -> tuple[CountTable, PartyRows]:
    size = {party: sum(row[0] == party for row in rows) for party, *_ in rows}
    several = [row for row in rows if size[row[0]] > 1]
    numbers = {party: number for number, party in enumerate(size)}
    columns = list(zip(*rows, strict=True))
    table = CountTable(
        cell=np.array(columns[1]), tenured=np.array(columns[2]), price=np.array(columns[3]),
        reference=np.array(columns[4]), n=np.ones(len(rows), dtype=int), n_cells=max(columns[1]) + 1,
    )  # fmt: skip
    order = sorted(several, key=lambda row: row[1])
    shared = PartyRows(
        pattern=np.array([numbers[row[0]] for row in order], dtype=np.int64),
        cell=np.array([row[1] for row in order], dtype=np.int64),
        tenured=np.array([row[2] for row in order], dtype=np.bool_),
        price=np.array([row[3] for row in order], dtype=np.float64),
        reference=np.array([row[4] for row in order], dtype=np.float64),
        n=np.ones(len(order), dtype=np.int64),
    )
    return table.canonical(), shared


def _log_ratio(rows: list[Row], weights: dict[int, float]) -> float:
    """Return log R from rows with the weights X_T of the whole book; a cell that lost an arm is out."""
    above = below = 0.0
    for cell, weight in weights.items():
        arms = [[row for row in rows if row[1] == cell and row[2] is side] for side in (True, False)]
        if all(arms):
            rates = [sum(row[3] for row in arm) / sum(row[4] for row in arm) for arm in arms]
            above, below = above + weight * rates[0], below + weight * rates[1]
    return math.log(above / below)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    rng = np.random.default_rng(11)
    made: list[Row] = []
    for number in range(60):
        cell, side = int(rng.integers(0, 3)), bool(rng.random() < 0.6)
        made.append((f"single-{number}", cell, side, float(rng.lognormal(3, 0.2)), float(rng.uniform(0.8, 1.2))))
    for fleet in range(6):
        level = float(rng.normal(0, 0.1))
        for account in range(int(rng.integers(2, 9))):
            cell, side = int(rng.integers(0, 3)), bool((fleet + account) % 2)
            made.append((f"fleet-{fleet}", cell, side, float(20 * math.exp(level)), 1.0))
    return made


def test_by_leaving_each_party_out_of_the_rows(rows: list[Row]) -> None:
    table, shared = _table(rows)
    arms = summarise(table)
    found = party_jackknife(table, arms, shared)
    weights = {cell: sum(row[4] for row in rows if row[1] == cell and row[2]) for cell in range(3)}
    whole = _log_ratio(rows, weights)
    in_stratum = {
        (cell, side): len({row[0] for row in rows if row[1] == cell and row[2] is side})
        for cell in range(3)
        for side in (True, False)
    }
    variance = 0.0
    for party in {row[0] for row in rows}:
        strata = {(row[1], row[2]) for row in rows if row[0] == party}
        factor = max((in_stratum[one] - 1) / in_stratum[one] for one in strata)
        variance += factor * (_log_ratio([row for row in rows if row[0] != party], weights) - whole) ** 2
    assert found.ratio.log_ratio == pytest.approx(whole, abs=1e-12)
    assert found.ratio.se == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_without_shared_parties_it_is_the_stratified_variance_to_second_order() -> None:
    rng = np.random.default_rng(3)
    lone = [(f"c{i}", i % 4, i % 3 > 0, float(rng.lognormal(3, 0.05)), 1.0) for i in range(4000)]
    table, shared = _table(lone)
    arms = summarise(table)
    found, usual = party_jackknife(table, arms, shared).ratio, standardised_ratio(arms)
    assert found.se == pytest.approx(usual.se, rel=2e-3)
    assert found.df == pytest.approx(usual.df, rel=2e-3)


def test_a_party_that_is_the_whole_comparison_leaves_no_interval() -> None:
    rows = [("fleet", 0, True, 11.0, 1.0)] * 3 + [("one", 0, False, 10.0, 1.0), ("two", 0, False, 10.5, 1.0)]
    table, shared = _table(rows)
    assert party_jackknife(table, summarise(table), shared).ratio.se is None


def test_fleets_of_a_fair_firm_are_covered() -> None:
    """Three fleets of 40 at prices of their own among 60 single customers in each arm: counting heads covers few."""
    rng = np.random.default_rng(5)
    covered = 0
    for world in range(100):
        rows = [(f"{world}-{i}", 0, i % 2 == 0, float(np.exp(3 + rng.normal(0, 0.03))), 1.0) for i in range(120)]
        for fleet in range(3):
            price = float(np.exp(3 + rng.normal(0, 0.05)))
            rows += [(f"{world}-f{fleet}", 0, fleet % 2 == 0, price, 1.0)] * 40
        table, shared = _table(rows)
        lower, upper = party_jackknife(table, summarise(table), shared).ratio.interval(0.95) or (-1, 1)
        covered += lower <= 0 <= upper
    assert covered >= 90
