"""Builders shared by the unit tests of the statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from fairness.stats.value_counts import CountTable

Entry = tuple[int, bool, float, int] | tuple[int, bool, float, int, float]


@pytest.fixture
def make_table() -> Callable[[Iterable[Entry]], CountTable]:
    """Build a table from (cell, tenured, price, n[, reference]) entries; the reference defaults to 1."""

    def build(entries: Iterable[Entry]) -> CountTable:
        rows = [(*entry, 1.0)[:5] for entry in entries]
        cell, tenured, price, n, reference = zip(*rows, strict=True)
        return CountTable(
            cell=list(cell),
            tenured=list(tenured),
            price=list(price),
            reference=list(reference),
            n=list(n),
            n_cells=max(cell) + 1,
        )

    return build
