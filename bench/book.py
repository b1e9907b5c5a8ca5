"""A wide book of ten million customers: build and analyse it, against pandas with scipy and against a bare GROUP BY.

    python bench/book.py [--rows N] [--rounds K] [--folder DIR] [--save]

The sides are those of ``book_sides.py``; ``versus.py`` runs them.
"""

from __future__ import annotations

from book_export import SEED
from versus import Contest, main

CONTEST = Contest(
    name="book",
    title="A wide book of {rows} customers",
    unit="customers",
    seed=SEED,
    faster_than_pandas=8.0,
    times_the_bare_pass=3.0,
)

if __name__ == "__main__":
    main(CONTEST, __doc__)
