"""The published billing ledger against the oracle, row by row and to the last decimal, on random small worlds.

A sample: ``bench/oracle.py`` does the same for 200 worlds, see bench/results/oracle.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.published import compare
from tests.oracle.worlds import SAMPLE

CHUNK = 4
STARTS = [0, 1, *range(CHUNK, SAMPLE, CHUNK)]
CHUNKS = [
    # The quick loop takes the first world alone.
    pytest.param(range(first, end), id=f"seeds {first}-{end - 1}", marks=[pytest.mark.slow] if first else [])
    for first, end in zip(STARTS, [*STARTS[1:], SAMPLE], strict=True)
]


@pytest.mark.parametrize("seeds", CHUNKS)
def test_published_ledger_is_the_oracles(seeds: range, tmp_path: Path) -> None:
    compared = [compare(seed, tmp_path / str(seed)) for seed in seeds]
    assert all(found.rows for found in compared), "a world without a ledger row compares nothing"
    reports = [report for found in compared for report in found.reports]
    if reports:
        pytest.fail("\n\n".join(reports), pytrace=False)
