"""Ten million billing lines: build and analyse them, against pandas with scipy and against a bare GROUP BY.

    python bench/lines.py [--rows N] [--rounds K] [--folder DIR] [--save]

The sides are those of ``lines_sides.py``; ``versus.py`` runs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lines_export import SEED
from versus import Contest, main


def published(run: Path, rows: dict[str, Any]) -> dict[str, int]:
    """Compare the tables of a run; what reads them is imported after all sides have run."""
    import lines_compare

    return lines_compare.check(run, rows)


CONTEST = Contest(
    name="lines",
    title="{rows} billing lines",
    unit="billing lines, about",
    seed=SEED,
    faster_than_pandas=6.0,
    times_the_bare_pass=3.0,
    memory_of_pandas=0.5,
    published=published,
)

if __name__ == "__main__":
    main(CONTEST, __doc__)
