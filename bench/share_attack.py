"""What does a share file give away? An attacker on the demo and on small firms, each of two successive months.

    python bench/share_attack.py [--firms N] [--seed S] [--jobs J] [--save NAME]

The attacker is tests/oracle/share_attack.py, the firms are those of tests/oracle/share_studies.py; the test suite runs
fewer. Nothing here or there uses the code of the disclosure control.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import measure

sys.path.insert(0, str(measure.ROOT))

from tests.oracle.share_attack import Guess
from tests.oracle.share_worlds import attack_demo, attack_firm

SEED = 20250101
LEAST = 10
_HEADER = ("attack", "counts that must not be known", "solved", "singled out", "known to be small")


def table(guesses: list[Guess]) -> tuple[str, int]:
    """Return one row for each attack, and how many numbers are singled out."""
    rows = []
    for attack in sorted({guess.attack for guess in guesses}):
        here = [guess for guess in guesses if guess.attack == attack]
        solved = sum(guess.is_right and len(guess.values) == 1 for guess in here)
        close, small = (
            sum(found) for found in zip(*((g.singles_out, g.is_known_to_be_small(LEAST)) for g in here), strict=True)
        )
        rows.append((attack, *(f"{n:,}" for n in (len(here), solved, close, small))))
    return measure.table(_HEADER, rows), sum(guess.singles_out for guess in guesses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--save", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        demo, exact_in_demo = attack_demo(Path(folder))
        seeds = range(options.seed, options.seed + options.firms)
        with ProcessPoolExecutor(options.jobs) as pool:
            parts = list(pool.map(attack_firm, seeds, [Path(folder)] * len(seeds)))
    firms = [guess for found, _ in parts for guess in found]
    exact = sum(n for _, n in parts)
    facts = measure.provenance(
        f"python bench/share_attack.py {' '.join(sys.argv[1:])}".strip(), ["duckdb", "numpy", "scipy"]
    )
    facts |= {"seed": str(options.seed), "seconds": f"{time.perf_counter() - start:.0f}"}
    of_demo, n_demo = table(demo)
    of_firms, n_firms = table(firms)
    text = "\n".join(
        [
            "# What a share file gives away",
            "",
            *(f"* {name}: {f'`{value}`' if name == 'command' else value}" for name, value in facts.items()),
            "",
            f"## The demo, 2025-11 and 2025-12: {exact_in_demo:,} published figures with more than six digits",
            "",
            of_demo,
            "",
            f"## {options.firms} small firms, two months each: {exact:,} published figures with more than six digits",
            "",
            of_firms,
            "",
        ]
    )
    print(text)
    if options.list:
        told = Counter((g.attack, g.about, g.values[:6], g.truth) for g in (*demo, *firms) if g.singles_out)
        print("\n".join(map(str, told)))
    if options.save:
        (measure.ROOT / "bench" / "results" / f"{options.save}.md").write_text(text, encoding="utf-8")
    sys.exit(bool(n_demo + n_firms + exact + exact_in_demo))


if __name__ == "__main__":
    main()
