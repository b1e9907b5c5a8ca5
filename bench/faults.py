"""Is the published run whole after every fault? Builds that are killed, run out of disk or lose their permissions.

    python bench/faults.py [--kills N] [--disks N] [--permissions N] [--readers N] [--seed S] [--save]

The trials are those of tests/oracle/faults.py, which the test suite runs fewer of.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import measure

sys.path.insert(0, str(measure.ROOT))

from tests.oracle import faults

SEED = 20250101


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--disks", type=int, default=50)
    parser.add_argument("--permissions", type=int, default=50)
    parser.add_argument("--readers", type=int, default=20, help="builds while eight readers look on")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    rows, broken = [], []
    wanted = {
        "kill": options.kills,
        "disk": options.disks,
        "permission": options.permissions,
        "readers": options.readers,
    }
    with tempfile.TemporaryDirectory() as folder:
        for kind, n in wanted.items():
            found = faults.main(kind, n, options.seed, Path(folder) / kind)
            outcomes = "; ".join(f"{name}: {number:,}" for name, number in found["outcomes"].items())
            rows.append((kind, f"{n:,}", str(len(found["problems"])), str(len(found["leftovers"])), outcomes))
            broken += found["problems"] + found["leftovers"]
    header = ("fault", "trials", "broken runs", "leftovers", "how the trials ended")
    facts = measure.provenance(f"python bench/faults.py {' '.join(sys.argv[1:])}".strip(), ["duckdb"])
    facts |= {"seed": str(options.seed), "seconds": f"{time.perf_counter() - start:.0f}"}
    text = "\n".join(
        [
            "# The published run after faults",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()),
            "",
            measure.table(header, rows),
            "",
            "After every trial the run that `current` names is opened: findings, analyst and share file must be of one",
            "trial, the last one published or this one, with all its rows and money. `leftovers`: files beside whole",
            "runs after one more build.",
            "",
        ]
    )
    print(text)
    for problem in broken:
        print(problem, file=sys.stderr)
    if options.save:
        (measure.ROOT / "bench" / "results" / "faults.md").write_text(text, encoding="utf-8")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
