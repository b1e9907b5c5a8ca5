"""An attacker who knows every formula and the price list finds no small number in a share file.

The attacker is tests/oracle/share_attack.py; bench/share_attack.py runs it on 200 firms, and has what it found in the
share files of the version before.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import MORE
from tests.oracle.share_attack import SEVERAL, Guess, counts_behind, fits_fraction, is_exact
from tests.oracle.share_price_lists import Figure, compositions, fitting, gap
from tests.oracle.share_worlds import attack_demo, attack_firm

LEAST = 10
SEED = 20250101
N_FIRMS = 3 * MORE
DEMO_GUESSES = {"median": 20, "test statistic": 17, "difference": 10, "continued fraction of a share": 3}
"""What there is to guess in the share files of the demo's last two months, by kind of attack: 50."""


def told(guesses: list[Guess]) -> list[Guess]:
    """Return the numbers that are singled out, and those that must be small whatever they are."""
    return [guess for guess in guesses if guess.singles_out or guess.is_known_to_be_small(LEAST)]


@pytest.mark.parametrize("seed", [SEED, *(pytest.param(SEED + n, marks=pytest.mark.slow) for n in range(1, N_FIRMS))])
def test_nothing_is_told_of_a_small_firm(seed: int, tmp_path: Path) -> None:
    guesses, n_exact = attack_firm(seed, tmp_path)
    assert len({guess.attack for guess in guesses}) >= 3, "nothing is attacked: nothing is tested"
    assert told(guesses) == []
    assert n_exact == 0


@pytest.mark.slow
@pytest.mark.skipif(MORE < 2, reason="takes a minute: set FAIRNESS_MORE=2; bench/share_attack.py does it too")
def test_nothing_is_told_of_the_demo(tmp_path: Path) -> None:
    guesses, n_exact = attack_demo(tmp_path)
    # A median of a scope could be one customer's own price; a count could differ from the headline's, or from the month
    # before, by fewer than ten. Fewer guesses of any kind: the demo, or the attacker, tests less.
    assert Counter(guess.attack for guess in guesses) >= Counter(DEMO_GUESSES)
    assert told(guesses) == []
    assert n_exact == 0


def test_the_attacker_solves_what_is_not_rounded() -> None:
    # 7,684 of 11,058 in lowest terms: of the numbers nearby only the true one fits.
    share = 7684 / 11058
    assert [n for n in range(11_028, 11_089) if fits_fraction(share, n, 1)] == [11_058]
    assert len([n for n in range(11_028, 11_089) if fits_fraction(0.695, n, LEAST)]) > SEVERAL
    # 5 of 400 pay 2.00 more than the offer of 20.00.
    pairs = [(2000, 2000), (2200, 2000)]
    exact = 5 * 2.0 / (400 * 20.0)
    found = fitting([Figure(exact - 1e-12, exact + 1e-12, gap)], pairs, counts_behind(400, 1))
    assert found[:, 1].tolist() == [5.0]
    rounded = fitting([Figure(-0.0025, 0.0025, gap)], pairs, counts_behind(400, LEAST))
    assert set(range(LEAST)) <= set(rounded[:, 1].astype(int).tolist())


def test_compositions_are_all_ways_to_spread_customers() -> None:
    assert [len(compositions(4, n)) for n in (1, 2, 3)] == [1, 5, 15]
    assert np.all(compositions(4, 3).sum(axis=1) == 4)


def test_a_guess_counts_where_the_truth_is_among_its_values() -> None:
    assert Guess("a", "b", (3,), 3).singles_out
    assert not Guess("a", "b", (4,), 3).singles_out
    assert Guess("a", "b", tuple(range(8)), 3).is_known_to_be_small(LEAST)
    assert not Guess("a", "b", tuple(range(11)), 3).is_known_to_be_small(LEAST)


def test_exact_figures_have_more_than_six_digits() -> None:
    assert [is_exact(value) for value in (0.0529859636707255, 0.053, 210_000.0, json.loads("0.5"))] == [
        True,
        False,
        False,
        False,
    ]
