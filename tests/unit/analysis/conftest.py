"""Marts made from a few rows: the seam between counts and findings, tested without a build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fairness.analysis.counts import GROUPS, NO_DECISION, OTHER_DATE, READINGS, TICKS_PER_UNIT, Counts
from fairness.analysis.distinct import CUSTOMER
from fairness.analysis.marts import Cell, Marts
from fairness.analysis.marts_reader import COVERAGE_COLUMNS, PARTY_COLUMNS
from fairness.stats.scores import sorting

MICROS = 1_000_000
Row = Mapping[str, Any]


def counts(rows: Iterable[tuple[int, str, dict[str, int]]], names: Iterable[str]) -> Counts:
    """Return rows of (cell, group, values) as counts, sorted as those that are read from a warehouse."""
    listed = list(rows)
    columns = {name: np.array([values[name] for _, _, values in listed], dtype=np.int64) for name in names}
    cell = np.array([number for number, _, _ in listed], dtype=np.int64)
    group = np.array([GROUPS.index(name) for _, name, _ in listed], dtype=np.int64)
    order = sorting(cell, group, *columns.values())
    nothing = np.zeros(len(listed), dtype=np.int64)
    return Counts(cell[order], nothing, group[order], nothing, {name: one[order] for name, one in columns.items()})


@pytest.fixture
def make_marts() -> Callable[[Iterable[Row]], Marts]:
    """Return a function from rows to marts.

    A row is ``n`` customers (1) of a ``product`` and ``group`` (new, middle, tenured) who pay a ``price`` a month and
    would be offered ``offer``, or nothing where it is left out.
    """
    return _marts


def _marts(rows: Iterable[Row]) -> Marts:
    listed = [{"n": 1, "offer": None} | dict(row) for row in rows]
    products = sorted({row["product"] for row in listed})
    cells = tuple(
        Cell(name, {"product_id": name, "interval_unit": "month", "interval_count": "1"}, Fraction(12))
        for name in products
    )
    priced, offered, covered = [], [], []
    for row in listed:
        cell, group, n = products.index(row["product"]), row["group"], row["n"]
        paid = round(row["price"] * TICKS_PER_UNIT)
        amount = {"paid_ticks": paid, "quantity_micros": MICROS, "n_observations": n, "decision": NO_DECISION}
        priced.append((cell, group, amount))
        seen = dict.fromkeys(COVERAGE_COLUMNS, 0) | {"n_observations": n, "n_priced": n, "paid_ticks": paid * n}
        if row["offer"] is not None:
            offered.append((cell, group, amount | {"offered_ticks": round(row["offer"] * TICKS_PER_UNIT)}))
            seen |= {"n_offered": n, "paid_offered_ticks": paid * n}
        covered.append((cell, group, seen | {"reason": -1}))
    bases = (*READINGS, OTHER_DATE["cycle_start"])
    amounts = ("paid_ticks", "quantity_micros", "n_observations")
    none = counts([], [*amounts, "offered_ticks", "decision"])
    return Marts(
        currency="GBP",
        as_of="2025-06",
        cells=cells,
        lens_names=(),
        lens_values=((),),
        bands=("0", "1+"),
        prices=counts(priced, amounts),
        offers={
            basis: counts(offered, ["decision", *amounts, "offered_ticks"]) if basis == "primary" else none
            for basis in bases
        },
        references={},
        changes=none,
        rises=none,
        derived=none,
        acquisitions=none,
        monthly={},
        interval_weights=np.ones(0),
        monthly_repeats={},
        left_censored=0,
        has_dated_offers=False,
        coverage=counts(covered, [*COVERAGE_COLUMNS, "reason"]),
        reasons=(),
        parties=counts([], [*PARTY_COLUMNS, CUSTOMER, "decision"]),
        other_coverage=(),
        weights=np.ones(len(cells)),
        month_weights=np.ones(len(cells)),
        best_offers=none,
    )
