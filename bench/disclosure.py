"""Can any withheld number be solved? An attacker with a linear program on random tables.

    python bench/disclosure.py [--tables N] [--seed S] [--save]

Tables and attacker are those of tests/oracle/tables.py, which the test suite runs fewer of.
"""

from __future__ import annotations

import argparse
import sys
import time

import measure
import numpy as np

sys.path.insert(0, str(measure.ROOT))

from fairness.disclosure.control import Measure, protect
from tests.oracle.tables import KINDS, Published, attack, random_table

SEED = 20250101


def solved(table: Published, measured: Measure, masked: np.ndarray) -> tuple[int, int]:
    """Return how many withheld values the attacker knows exactly, and how many closer than the rules allow."""
    # Counts of a study lie in tables of three columns, where whole numbers tell more than a linear program.
    low, high = attack(table, measured.values, masked, whole=measured.whole and table.kind == "study")
    values = measured.values
    slack = 1e-6 * np.maximum(1, values)
    close = (high - low < measured.width - slack) | (high < values + measured.reach - slack)
    return int((masked & (values > 0) & (high - low <= slack)).sum()), int((masked & close).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    rows, n_broken = [], 0
    for kind in KINDS:
        totals = np.zeros(8, dtype=np.int64)
        for number in range(options.tables // len(KINDS)):
            table = random_table(np.random.default_rng([options.seed, KINDS.index(kind), number]), kind)
            counts, amounts = table.measures()
            masked = protect([counts], table.relations)
            also = protect([amounts], table.relations, masked=masked)
            alone, _ = solved(table, counts, counts.unsafe)
            exact, close = np.add(solved(table, counts, masked), solved(table, amounts, also))
            sizes = (1, len(masked), counts.unsafe.sum(), alone, masked.sum(), also.sum(), exact, close)
            totals += np.array(sizes, dtype=np.int64)
        rows.append((kind, *(f"{number:,}" for number in totals)))
        n_broken += int(totals[-2:].sum())
    header = (
        "tables",
        "number",
        "numbers",
        "unsafe counts",
        "of those solved if withheld alone",
        "withheld",
        "withheld amounts",
        "solved",
        "known too closely",
    )
    facts = measure.provenance(f"python bench/disclosure.py {' '.join(sys.argv[1:])}".strip(), ["numpy", "scipy"])
    facts |= {"seed": str(options.seed), "seconds": f"{time.perf_counter() - start:.0f}"}
    text = "\n".join(
        [
            "# Disclosure control against a linear program",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()),
            "",
            measure.table(header, rows),
            "",
        ]
    )
    print(text)
    if options.save:
        (measure.ROOT / "bench" / "results" / "disclosure.md").write_text(text, encoding="utf-8")
    sys.exit(bool(n_broken))


if __name__ == "__main__":
    main()
