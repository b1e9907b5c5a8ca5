"""Do the drivers of price changes add up, with the right sign, on 10,000 random chains of bills?

    python bench/chains.py [--chains N] [--seed SEED] [--save]

The bills are drawn by tests/oracle/chains.py, which works out from them alone what each month pays more than the one
before it; a sample is compared in every run of the tests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import measure

sys.path.insert(0, str(measure.ROOT))

from fairness.build.pipeline import build
from fairness.config import load_config
from tests.oracle.chains import AS_OF, changes_of, world, wrong

SEED = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chains", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    bills = world(options.seed, options.chains)
    with tempfile.TemporaryDirectory() as folder:
        run = build(load_config(bills.write(Path(folder) / "study", AS_OF)))
        problems = wrong(run.warehouse, bills)
        with duckdb.connect(str(run.warehouse), read_only=True) as con:
            kinds = con.execute("select kind, count(*) from price_change group by kind order by kind").fetchall()
            drivers = con.execute(
                "select driver, count(*) from price_change_driver group by driver order by driver"
            ).fetchall()
    rows = [
        ("chains", f"{options.chains:,}"),
        ("months that pay another amount than the one before", f"{sum(1 for _ in changes_of(bills)):,}"),
        *((f"changes of kind {kind}", f"{n:,}") for kind, n in kinds),
        *((f"driver {driver}", f"{n:,}") for driver, n in drivers),
        ("sums, signs or parts that are wrong", f"{len(problems):,}"),
    ]
    facts = measure.provenance(f"python bench/chains.py {' '.join(sys.argv[1:])}".strip(), ["duckdb", "numpy"])
    facts |= {"seed": str(options.seed), "seconds": f"{time.perf_counter() - start:.0f}"}
    text = "\n".join(
        [
            "# Chains of bills",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()),
            "",
            measure.table(("what", "number"), rows),
            "",
            "Each chain has twelve months with percentage and fixed discounts, caps, changes of plan and interval,",
            "months without a bill, plans added and dropped, several units, letters, contracts by an index, and",
            "rounding.",
            "",
        ]
    )
    print(text)
    for problem in problems[:20]:
        print(problem, file=sys.stderr)
    if options.save:
        (measure.ROOT / "bench" / "results" / "chains.md").write_text(text, encoding="utf-8")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
