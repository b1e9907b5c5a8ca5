"""The book study: a fictional broadband firm, written to a folder byte for byte the same each time."""

from __future__ import annotations

from pathlib import Path

from fairness.synth.book import BookCell, BookSpec, SyntheticBook, generate_book
from fairness.synth.writing import write_csv, write_truth

SEED = 20251231
FILES = ("book.csv", "fairness.toml", "truth.json")
"""The files of the study, and nothing else."""

_CONFIG = Path(__file__).with_name("demo_book.toml")
_PENCE = ("price", "offer_price", "market_price", "expected_cost")


def _cell(region: str, channel: str, *, price: float, weight: float, penalty: float, new_share: float) -> BookCell:
    return BookCell(
        keys=(("region", region), ("channel", channel)),
        price=price,
        weight=weight,
        penalty=penalty,
        new_share=new_share,
    )


# New customers join mostly in the dear South, so the raw gap points the opposite way to the like-for-like gap.
SPEC = BookSpec(
    customers=6000,
    cells=(
        _cell("North", "online", price=26.0, weight=0.26, penalty=0.00, new_share=0.15),
        _cell("North", "shop", price=28.0, weight=0.20, penalty=0.03, new_share=0.15),
        _cell("South", "online", price=38.0, weight=0.20, penalty=0.00, new_share=0.45),
        _cell("South", "shop", price=40.0, weight=0.14, penalty=0.12, new_share=0.45),
        _cell("West", "online", price=31.0, weight=0.196, penalty=-0.04, new_share=0.20),
        _cell("West", "shop", price=33.0, weight=0.004, penalty=0.00, new_share=0.20),
    ),
)


def demo_book() -> SyntheticBook:
    """Return the demo's book and truth."""
    return generate_book(SPEC, SEED)


def write_study(folder: Path) -> None:
    """Write the study's files into a folder, which is made when missing; existing files of these names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    book = demo_book()
    # First-year customers have no price from a year ago, so a comparison of changes with them would say nothing.
    write_csv(book.rows.drop(columns="prior_price"), folder / "book.csv", pence=_PENCE)
    write_truth(book.truth, folder / "truth.json")
    (folder / "fairness.toml").write_bytes(_CONFIG.read_bytes())
