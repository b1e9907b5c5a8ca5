"""A sample of the worlds of bench/calibration.py: intervals cover, and the verdict holds where prices are shared.

Every run of the tests draws 40 worlds of some rows, ``FAIRNESS_MORE=5`` five times as many of each. Bounds are those of
the method with three Monte-Carlo errors; the committed results of all rows have 400 worlds or more.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import MORE

pytestmark = pytest.mark.slow
BENCH = Path(__file__).parents[2] / "bench"
WORLDS = 40 * MORE
FALSE = 0.035
"""The largest rate of false penalties: half of alpha and a point."""
SHARED = (
    "one list price a cell and group, 40 cells, 3 %",
    "24 national tariffs in 12 regions, 2 %",
    "20 offers in 30 regions, issued anew monthly",
    "fleets of 40 hold half, 8 %",
    "24 tariffs 2 %, parties of 12 accounts 4 %",
    "2 % of customers 60 % off",
)
OFFSETTING = ("one region +5 %, one -5 %", "one tenure band +5 %, one -5 %", "changes +5 % in ten cells, -5 % in ten")


@pytest.fixture(scope="module")
def calibration() -> Iterator[ModuleType]:
    """Return the benchmark as a module."""
    sys.path.insert(0, str(BENCH))
    try:
        import calibration

        yield calibration
    finally:
        sys.path.remove(str(BENCH))


def rates(calibration: ModuleType, name: str, gap: float, worlds: int) -> dict[str, float]:
    """Return how often each event happened in the worlds of a row."""
    found: dict[str, float] = calibration.summarise(calibration.draw(name, gap, 7, 0, worlds)).rates
    return found


def error(rate: float, worlds: int = WORLDS) -> float:
    return 3 * math.sqrt(rate * (1 - rate) / worlds)


@pytest.mark.parametrize("name", SHARED)
def test_fair_firms_are_not_found_guilty_and_intervals_cover(calibration: ModuleType, name: str) -> None:
    found = rates(calibration, name, 0.0, WORLDS)
    assert found["penalty"] <= FALSE + error(FALSE)
    assert found["covered"] >= 0.935 - error(0.935)


@pytest.mark.parametrize("name", OFFSETTING)
def test_an_average_over_parts_that_stand_apart_is_never_equal(calibration: ModuleType, name: str) -> None:
    found = rates(calibration, name, 0.0, 4 * MORE)
    assert (found["equivalent"], found["offsetting_gaps"]) == (0.0, 1.0)


def test_everyone_alike_is_decided(calibration: ModuleType) -> None:
    name = calibration.EVERYONE.name
    assert rates(calibration, name, 0.05, 1)["penalty"] == 1.0
    assert rates(calibration, name, 0.0, 1)["equivalent"] == 1.0


def test_a_skewed_world_is_marked_approximate(calibration: ModuleType) -> None:
    found = rates(calibration, "skewed, lognormal 1.5", 0.0, 5 * MORE)
    assert found["approximate"] >= 0.8
