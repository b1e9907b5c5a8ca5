"""Damaged exports are read as an independent reader reads them, or refused in words.

A sample of 1,000: ``bench/fuzz.py`` tries 10,000, see bench/results/fuzz.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.fuzz import tried
from tests.oracle.mutants import expected, mutant

N_EACH = 125
LONGEST_SECONDS = 20


@pytest.mark.parametrize(
    "first", [pytest.param(first, marks=[pytest.mark.slow] if first else []) for first in range(0, 1_000, N_EACH)]
)
def test_mutants_are_read_right_or_refused(first: int, tmp_path: Path) -> None:
    outcomes = [tried(seed, tmp_path) for seed in range(first, first + N_EACH)]
    assert [outcome for outcome in outcomes if outcome.problem or outcome.seconds > LONGEST_SECONDS] == []
    # A fuzzer that refuses nearly everything, or damages next to nothing, shows little.
    kinds = [outcome.kind for outcome in outcomes]
    assert min(kinds.count("equal"), kinds.count("refused")) > N_EACH / 5


def test_the_independent_reader_can_disagree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = next(seed for seed in range(1_000) if (found := expected(mutant(seed))).is_clean and found.rows)
    assert tried(seed, tmp_path).kind == "equal"

    def shorter(item: object) -> object:
        found = expected(item)  # type: ignore[arg-type]
        found.rows = (found.rows or [])[1:]
        return found

    monkeypatch.setattr("tests.oracle.fuzz.expected", shorter)
    assert tried(seed, tmp_path).kind == "unequal"
