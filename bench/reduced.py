"""What the analysis costs once customers are counted: like for like in 1,000 cells, against scipy on the rows.

    python bench/reduced.py [--customers N] [--cells C] [--save]

Both sides give the same numbers in one process on one core: the standardised gap of the book with its interval, tests,
Hodges-Lehmann shift and bootstrap, and gap, interval, tests and adjusted p of every cell. The product starts from the
value counts, the rows' side (``rows_findings.py``) from the sorted rows. Prices are a list of 20 or of
200 steps. Every shared
number is compared before anything is printed.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import time
from pathlib import Path

import measure
import numpy as np
import rows_findings
from worlds import book, customers_of, to_ticks

from fairness.analysis.counts import TENURED, TICKS_PER_UNIT
from fairness.analysis.estimands import new_customers
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import POOLED
from fairness.analysis.verdicts import finish
from fairness.config import Config
from fairness.findings.estimands import LIKE_FOR_LIKE_GAP
from fairness.findings.results import Finding

SEED = 20250101
MOST_SECONDS, LEAST_RATIO = 3.0, 50.0
STEPS = (20, 200)
AGREE = 1e-9


def counted(customers: int, cells: int, steps: int) -> Marts:
    """Return the counts of a book: six in ten are tenured and pay 2 % more, on a list of prices."""
    rng = np.random.default_rng(SEED)
    cell = np.repeat(np.arange(cells), customers // cells)
    tenured = rng.random(cell.size) < 0.6
    step = np.clip(np.rint(rng.normal(steps / 2, steps / 8, cell.size) + 0.02 * steps * tenured), 0, steps)
    price = (20.0 + 0.04 * cell) * (0.5 + step / steps)
    return book(cells, customers_of(cell, tenured, paid_ticks=to_ticks(price)))


def settings() -> Config:
    """Return the defaults, with customers as the draws, as on the rows; both sides draw the bootstrap."""
    study = {"study": {"name": "Reduced", "currency": "GBP"}, "source": [{"role": "book", "path": "none.csv"}]}
    return Config.model_validate({**study, "inference": {"draws": "customers"}, "path": Path("/none/fairness.toml")})


def on_counts(marts: Marts, config: Config) -> list[Finding]:
    """Return the findings of the product."""
    return finish(new_customers.gap_drafts(marts, config, LIKE_FOR_LIKE_GAP, [POOLED]), config.inference)


def as_rows(marts: Marts) -> rows_findings.Rows:
    """Return the customers behind the counts, sorted by cell."""
    counts, n = marts.prices, marts.prices.values["n_observations"]
    cell, tenured = np.repeat(counts.cell, n), np.repeat(counts.group == TENURED, n)
    price = np.repeat(counts.values["paid_ticks"] / TICKS_PER_UNIT, n)
    nothing = np.zeros(cell.size, dtype=np.int8)
    return rows_findings.Rows(
        cell=cell,
        version=nothing,
        price=price,
        offer=nothing,
        months=nothing,
        is_new=~tenured,
        is_tenured=tenured,
        vulnerable=nothing,
        party=None,
        log_price=np.log(price),
        names=[(str(number), "", "") for number in range(len(marts.cells))],
        lens_values=[],
    )


def on_rows(rows: rows_findings.Rows) -> list[dict]:
    """Return the findings of pandas and scipy."""
    results = rows_findings.Results([])
    key = {"level_name": "pooled", "scope": {}, "band": None, "family": "pooled"}
    rows_findings.like_for_like(rows, results, key, rows.is_tenured, rows.is_new)
    return results.finish()


def largest_difference(findings: list[Finding], plain: list[dict]) -> float:
    """Return the largest relative difference of estimates and standard errors, cell by cell and pooled."""
    ours = [(float(one.estimate or 0.0), float(one.diagnostics.standard_error or 0.0)) for one in findings]
    theirs = [(one["estimate"], one["companions"]["standard_error"]) for one in plain]
    # Cells come in the natural order of their names on one side and by number on the other.
    one, two = (np.array(sorted(side)) for side in (ours, theirs))
    return float(np.max(np.abs(one - two) / np.abs(two)))


def measured(customers: int, cells: int, steps: int) -> list[str]:
    """Time both sides on a price list of so many steps and return a row of the table.

    Raises:
        SystemExit: The sides differ.
    """
    marts, config = counted(customers, cells, steps), settings()
    times = []
    for _ in range(3):
        started = time.process_time()
        findings = on_counts(marts, config)
        times.append(time.process_time() - started)
    ours, rows = sorted(times)[1], as_rows(marts)
    started = time.process_time()
    plain = on_rows(rows)
    theirs = time.process_time() - started
    difference = largest_difference(findings, plain)
    if difference > AGREE:
        raise SystemExit(f"the sides differ by {difference:.1e}")
    ratio = theirs / ours
    return [
        f"{steps}",
        f"{len(marts.prices):,}",
        f"{ours:.2f} s ({_outcome(ours <= MOST_SECONDS)})",
        f"{theirs:.1f} s",
        f"{ratio:.0f} ({_outcome(ratio >= LEAST_RATIO)})",
        f"{difference:.1e}",
    ]


def _outcome(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def main() -> None:
    """Time both sides and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=10_000_000)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--save", action="store_true", help="write results/reduced.md")
    options = parser.parse_args()
    on_counts(counted(20_000, 20, 20), settings())  # loads what is loaded on first use
    rows = [measured(options.customers, options.cells, steps) for steps in STEPS]
    command = f"python bench/reduced.py --customers {options.customers} --cells {options.cells} --save"
    where = measure.provenance(command, ("numpy", "pandas", "scipy"))
    lines = [
        f"# {options.customers:,} customers in {options.cells:,} cells, after they are counted",
        "",
        *(f"* {name}: {text}" for name, text in where.items()),
        f"* seed: {SEED}",
        "",
        f"Processor seconds on one core. Targets: the product at most {MOST_SECONDS:g} s, and at least "
        f"{LEAST_RATIO:g} times faster than scipy on the rows.",
        "",
        measure.table(
            ["prices on the list", "rows of counts", "product", "scipy on rows", "times faster", "largest difference"],
            rows,
        ),
    ]
    print("\n".join(lines))
    if options.save:
        (measure.ROOT / "bench" / "results" / "reduced.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
