"""Evidence for the further estimands, on worlds with a known truth: walking, segments, monitoring, hidden traits.

    python bench/evidence.py [--worlds N] [--seed SEED] [--save]

Each row of the result is a claim of docs/method.md with what was asked and what these seeds gave. The tests look at the
same claims in smaller samples.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator
from itertools import combinations

import measure
import numpy as np

sys.path.insert(0, str(measure.ROOT))

from fairness.stats.e_values import Month, monitor
from fairness.stats.segments import SegmentSums, worst_segments
from fairness.stats.sensitivity import hidden_bias
from fairness.stats.slopes import Increments, walking_slope
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CountTable, summarise

SEED = 20261201
TRUTH = 0.03
MARGIN = 0.01
Row = tuple[str, str, str]
Generator = np.random.Generator


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    start = time.process_time()
    parts: list[tuple[str, Callable[[Generator, int], Iterator[Row]]]] = [
        ("Walking", walking),
        ("Worst segment", segments),
        ("Monitoring", monitoring),
        ("Hidden trait", hidden_traits),
    ]
    lines = ["# Evidence for the further estimands", ""]
    tables = []
    for number, (title, part) in enumerate(parts):
        rows = list(part(np.random.default_rng([options.seed, number]), options.worlds))
        tables += [f"## {title}", "", measure.table(("world", "asked", "measured"), rows), ""]
    facts = measure.provenance(f"python bench/evidence.py {' '.join(sys.argv[1:])}".strip(), ["numpy", "scipy"])
    facts |= {"seed": str(options.seed), "worlds a row": f"{options.worlds:,}"}
    facts |= {"processor seconds": f"{time.process_time() - start:.0f}"}
    lines += [*(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()), ""]
    text = "\n".join(lines + tables)
    print(text)
    if options.save:
        (measure.ROOT / "bench" / "results" / "evidence.md").write_text(text, encoding="utf-8")


# --------------------------------------------------------------------------------------------------------- walking


def walking(rng: Generator, worlds: int) -> Iterator[Row]:
    """Yield the slope under every kind of leaving, a null world and a dearer but flat list for older cohorts."""
    for when in ("anniversary", "April"):
        for leaving in ("at random", "after a big rise", "just before a rise"):
            found = np.array([_walked(rng, when, leaving) for _ in range(max(2, worlds // 20))])
            ours, own, months = found.mean(axis=0)
            yield (
                f"rises in {'each anniversary' if when == 'anniversary' else 'April'}, leaving {leaving}",
                f"{TRUTH:.4f}",
                f"{ours:.4f} (mean of own yearly slopes {own:.4f}, 12 x mean month {months:.4f})",
            )
    yield ("older cohorts on a dearer but flat list", "0, no error", _flat())
    false, covered = 0, 0
    for _ in range(worlds):
        ratio = walking_slope(_plans(rng)).slope.ratio
        lower, upper = ratio.interval(0.95) or (-1.0, 1.0)
        false += lower > 0
        covered += lower <= 0 <= upper
    yield ("plans raised by chance, no walking: found", "at most 5 %", f"{false / worlds:.1%}")
    yield ("the same: interval holds 0", "at least 93 %", f"{covered / worlds:.1%}")


def _walked(rng: Generator, when: str, leaving: str, n: int = 6_000, months: int = 36) -> tuple[float, float, float]:
    """Return our slope, the mean of the customers' own yearly slopes, and twelve times the mean month."""
    cohort = rng.integers(0, 12, n)
    due = (np.arange(months)[None, :] - (cohort[:, None] if when == "anniversary" else 3)) % 12 == 0
    rise = np.where(due, rng.normal(TRUTH, 0.02, (n, months)), 0.0)
    hazard = np.full((n, months), 0.02)
    if leaving == "after a big rise":
        hazard = np.where(rise > TRUTH, 0.4, 0.005)
    elif leaving == "just before a rise":
        hazard = np.where(np.roll(due, -1, axis=1), 0.15, 0.0)
    stays = rng.random((n, months)) >= hazard
    at_risk = np.concatenate((np.ones((n, 1), bool), np.cumprod(stays[:, :-1], axis=1).astype(bool)), axis=1)
    rise = np.where(at_risk, rise, 0.0)
    plan = rng.integers(0, 20, n)
    slope = walking_slope(_summed(cohort, plan, at_risk, rise)).slope.ratio.log_ratio
    own = rise.sum(axis=1) / at_risk.sum(axis=1) * 12
    return slope, float(own.mean()), float(rise.sum() / at_risk.sum() * 12)


def _summed(cohort: np.ndarray, plan: np.ndarray, at_risk: np.ndarray, rise: np.ndarray) -> Increments:
    """Return the sums by joining month, calendar month, plan and block; four plans make a product."""
    customer, month = np.nonzero(at_risk)
    keys = np.stack((cohort[customer], month % 12 + 1, plan[customer], plan[customer] // 4 * 100 + month // 12))
    kinds, place = np.unique(keys, axis=1, return_inverse=True)
    place = np.asarray(place).ravel()
    u = np.bincount(place, weights=rise[customer, month])
    return Increments(kinds[0], kinds[1], kinds[2], kinds[3], np.bincount(place), u, u)


def _plans(rng: Generator, n: int = 2_000, months: int = 36) -> Increments:
    """Return a world in which each plan moves by chance each April, with its offer or without."""
    plan, cohort = rng.integers(0, 48, n), rng.integers(0, 12, n)
    move = np.zeros((48, months))
    move[:, 3::12] = rng.normal(0, 0.02, (48, months // 12))
    return _summed(cohort, plan, np.ones((n, months), bool), move[plan])


def _flat() -> str:
    n, months = 600, 36
    cohort, plan = np.arange(n) % 12, np.arange(n) % 24
    ratio = walking_slope(_summed(cohort, plan, np.ones((n, months), bool), np.zeros((n, months)))).slope.ratio
    return f"{ratio.log_ratio:g}, standard error {ratio.se:g}"


# -------------------------------------------------------------------------------------------------------- segments

SIZES = (12, 10, 6)


def segments(rng: Generator, worlds: int) -> Iterator[Row]:
    """Yield how often a search over 1,000 segments finds one that is none, and a planted one, with its bias."""
    for tariffs in (60, 24):
        found = sum(bool(np.nanmin(_search(rng, tariffs, 0.0)[0]) <= 0.05) for _ in range(worlds))
        yield (f"no segment differs, {tariffs} national tariffs: any found", "at most 6 %", f"{found / worlds:.1%}")
    hits, estimates, covered = 0, [], 0
    for _ in range(worlds // 2):
        p, estimate, lower = _search(rng, 60, 0.08)
        if p[PLANTED] <= 0.05:
            hits += 1
            estimates.append(math.expm1(estimate[PLANTED]))
        covered += lower[PLANTED] <= math.log1p(0.08)
    yield ("one pair of 120 stands 8 % worse: found", "at least 95 %", f"{hits / (worlds // 2):.1%}")
    yield ("the same: mean estimate", "0.08, bias within 0.5 points", f"{np.mean(estimates):.4f}")
    yield ("the same: lower bound below the truth", "at least 95 %", f"{covered / (worlds // 2):.1%}")


PLANTED = sum(SIZES) + 2 * SIZES[1] + 1


def _search(rng: Generator, tariffs: int, planted: float, n: int = 40_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lens = [rng.integers(0, size, n) for size in SIZES]
    tariff = rng.integers(0, tariffs, n)
    offer = rng.uniform(20, 50, tariffs)[tariff]
    price = offer * np.exp(rng.normal(0, 0.02, tariffs)[tariff] + rng.normal(0, 0.05, n))
    price = np.where((lens[0] == 2) & (lens[1] == 1), price * (1 + planted), price)
    rows = [(np.zeros(n, dtype=int), 1)]
    for k in (1, 2, 3):
        for chosen in combinations(range(3), k):
            code = np.zeros(n, dtype=int)
            for position in chosen:
                code = code * SIZES[position] + lens[position]
            rows.append((code, math.prod(SIZES[position] for position in chosen)))
    sums = [
        np.concatenate(
            [np.bincount(code * tariffs + tariff, money, size * tariffs).reshape(size, tariffs) for code, size in rows]
        )
        for money in (price, offer)
    ]
    found = worst_segments(SegmentSums(*sums), alpha=0.05, draws=199, seed=int(rng.integers(2**31)))
    return found.p_adjusted, found.estimate, found.lower


# ------------------------------------------------------------------------------------------------------ monitoring


def monitoring(rng: Generator, worlds: int) -> Iterator[Row]:
    """Yield false alarms in 36 looks, what a step of 3 % takes to be found, and months that move together."""
    null = math.log1p(MARGIN)
    for g in (6, 20, 60):
        alarms = sum(_alarms(_months(rng, 36, g, at=null, noise=0.02)) for _ in range(worlds))
        yield (f"36 months at the margin, {g} decisions a month: any alarm", "at most 5 %", f"{alarms / worlds:.1%}")
    for g, noise in ((15, 0.02), (30, 0.03), (60, 0.04)):
        found = 0
        for _ in range(worlds):
            quiet = _months(rng, 12, g, at=0.0, noise=noise)
            found += _alarms(quiet + _months(rng, 6, g, at=0.03, noise=noise)) and not _alarms(quiet)
        yield (
            f"a step of 3 %, {g} decisions a month, noise {noise:.0%}: found in 6 months",
            "at least 80 %",
            f"{found / worlds:.1%}",
        )
    for shock in (0.003, 0.005, 0.01):
        together = alarms = 0
        for _ in range(worlds):
            seen = monitor(
                _months(rng, 36, 60, at=null, noise=0.02, shock=shock), margin=MARGIN, alpha=0.05, n_months=36
            )
            together += seen.months_move_together
            alarms += any(look.is_alarm for look in seen.looks)
        yield (
            f"all tariffs swing by {shock:.1%} a month at the margin: any alarm (seen to move together)",
            "at most 5 %",
            f"{alarms / worlds:.1%} ({together / worlds:.1%})",
        )


def _months(rng: Generator, n: int, g: int, *, at: float, noise: float, shock: float = 0.0) -> list[Month]:
    return [Month(tuple(rng.normal(at + rng.normal(0, shock), noise, g)), (1.0,) * g) for _ in range(n)]


def _alarms(months: list[Month]) -> bool:
    return any(look.is_alarm for look in monitor(months, margin=MARGIN, alpha=0.05, n_months=36).looks)


# --------------------------------------------------------------------------------------------------- hidden traits


def hidden_traits(rng: Generator, worlds: int) -> Iterator[Row]:
    """Yield the mean bound where a trait of known strength goes with the dearest prices."""
    for n_new, asked in ((60, "within 2 %"), (15, "within 5 %")):
        for planted in (1.2, 1.5, 2.0, 3.0):
            found = [_bound(rng, planted, n_new) for _ in range(max(4, worlds // 5))]
            known = [value for value in found if value is not None]
            yield (
                f"trait of {planted:g}, {n_new} new a cell",
                f"{planted:g}, {asked}",
                f"{np.mean(known):.3f} (sd {np.std(known, ddof=1):.3f}, {np.mean(known) / planted - 1:+.1%})",
            )


def _bound(rng: Generator, planted: float, n_new: int, cells: int = 100) -> float | None:
    """Return the bound of a world: within a cell, the odds of being tenured are shifted up for the dearest."""
    prices: list[np.ndarray] = []
    flags: list[np.ndarray] = []
    places: list[np.ndarray] = []
    for cell in range(cells):
        price = rng.lognormal(3, 0.15, 2 * n_new)
        share = price.argsort().argsort() / price.size
        # The sharp bound puts the trait on the dearest 1 / (planted + 1) of the new.
        odds = np.where(share > planted / (planted + 1), planted, 1 / planted)
        prices.append(price)
        flags.append(rng.random(price.size) < odds / (1 + odds))
        places.append(np.full(price.size, cell))
    price, tenured, cell_of = (np.concatenate(parts) for parts in (prices, flags, places))
    one = np.ones(price.size)
    table = CountTable(cell_of, tenured, price, one, one.astype(int), cells).canonical()
    arms = summarise(table)
    return hidden_bias(table, arms, standardised_ratio(arms), confidence_level=0.95).lambda_estimate


if __name__ == "__main__":
    main()
