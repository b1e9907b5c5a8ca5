"""A penalty of 2 % that the mix hides: how often the product finds it, and how often two tests that ignore cells do.

    python bench/alternatives.py [--worlds N] [--seed S] [--save]

Tenured customers mostly hold the cheap things, so their mean price is far below that of new customers although each
pays 2 % more for the same. Beside it stands a firm without any gap. "Found" is a verdict of penalty, or a two-sided
p-value below 5 % with the tenured higher.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import calibration
import measure
import numpy as np
import shared_worlds as s
import worlds as w
from scipy import stats

from fairness.analysis.counts import TENURED, TICKS_PER_UNIT
from fairness.analysis.estimands import new_customers
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import POOLED
from fairness.analysis.verdicts import finish
from fairness.findings.estimands import LIKE_FOR_LIKE_GAP

SEED = 20250101
ALPHA = 0.05
WORLDS = (
    ("20 cells, 4,000 tenured, 2,000 new, own prices 5 %", s.hidden_by_mix(20, 200, 100, w.normal(0.05))),
    ("20 cells, 1,200 tenured, 600 new, own prices 8 %", s.hidden_by_mix(20, 60, 30, w.normal(0.08))),
)


def found(marts: Marts) -> tuple[bool, bool, bool]:
    """Return whether a penalty is found: by the product, by Welch's t-test, by the Mann-Whitney test."""
    drafts = new_customers.gap_drafts(marts, calibration.settings(), LIKE_FOR_LIKE_GAP, [POOLED])
    ours = finish([next(drafts)], calibration.settings().inference)[0].verdict == "penalty"
    prices, n = marts.prices.values["paid_ticks"] / TICKS_PER_UNIT, marts.prices.values["n_observations"]
    tenured, new = (
        np.repeat(prices[arm], n[arm]) for arm in (marts.prices.group == group for group in (TENURED, w.NEW))
    )
    welch = stats.ttest_ind(tenured, new, equal_var=False)
    ranks = stats.mannwhitneyu(tenured, new)
    higher = ranks.statistic > tenured.size * new.size / 2
    return ours, bool(welch.pvalue < ALPHA and welch.statistic > 0), bool(ranks.pvalue < ALPHA and higher)


def rows(worlds: int, seed: int) -> Iterator[list[str]]:
    """Yield the rates of each world, with a penalty and without."""
    for number, (name, make) in enumerate(WORLDS):
        for gap in (0.02, 0.0):
            rng = np.random.default_rng([seed, number, round(gap * 1000)])
            rates = np.mean([found(make(rng, gap)) for _ in range(worlds)], axis=0)
            yield [name, f"{gap:+.1%}", *(f"{rate:.1%}" for rate in rates)]


def main() -> None:
    """Draw the worlds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=2000, help="worlds for each row (default 2,000)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--save", action="store_true", help="write results/alternatives.md")
    options = parser.parse_args()
    command = f"python bench/alternatives.py --worlds {options.worlds} --seed {options.seed} --save"
    where = {**measure.provenance(command, ("numpy", "scipy")), "worlds": f"{options.worlds:,} for each row"}
    head = ["world", "true gap", "penalty found by like_for_like_gap", "by Welch's t-test", "by Mann-Whitney"]
    lines = ["# A penalty that the mix hides", "", *(f"* {name}: {text}" for name, text in where.items()), ""]
    text = "\n".join([*lines, measure.table(head, list(rows(options.worlds, options.seed)))])
    print(text)
    if options.save:
        (measure.ROOT / "bench" / "results" / "alternatives.md").write_text(text + "\n")


if __name__ == "__main__":
    main()
