"""Does the published billing ledger equal the plain-Python oracle on many random worlds, to the last decimal?

    python bench/oracle.py [--worlds N] [--first SEED] [--save]

World by world as in tests/property/test_ledger_oracle.py, which compares a sample in every run of the tests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import measure

sys.path.insert(0, str(measure.ROOT))

from tests.oracle.published import Compared, compare


def compared(seed: int, root: str) -> Compared:
    return compare(seed, Path(root) / str(seed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="seed of the first world")
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    seeds = range(options.first, options.first + options.worlds)
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        found = list(pool.map(partial(compared, root=folder), seeds))
    differing = [item for item in found if item.reports]
    rows = [
        ("worlds", f"{len(found):,}"),
        ("worlds that differ", f"{len(differing):,}"),
        ("worlds without a ledger row", f"{sum(not item.rows for item in found):,}"),
        ("billing lines", f"{sum(item.lines for item in found):,}"),
        ("ledger rows compared", f"{sum(item.rows for item in found):,}"),
        ("of these in the as-of month", f"{sum(item.as_of_rows for item in found):,}"),
    ]
    facts = measure.provenance(f"python bench/oracle.py {' '.join(sys.argv[1:])}".strip(), ["duckdb"])
    facts |= {"seeds": f"{seeds[0]} to {seeds[-1]}", "seconds": f"{time.perf_counter() - start:.0f}"}
    text = "\n".join(
        [
            "# The published ledger beside the oracle",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()),
            "",
            measure.table(("quantity", "number"), rows),
            "",
            "Every column of the ledger and of the as-of month is compared exactly, with the dispositions of all lines",
            "and customers and the money they hold.",
            "",
        ]
    )
    print(text)
    for item in differing:
        print("\n\n".join(item.reports), file=sys.stderr)
    if options.save:
        (measure.ROOT / "bench" / "results" / "oracle.md").write_text(text, encoding="utf-8")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
