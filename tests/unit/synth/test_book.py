"""The generators give what their spec says, the same each time, and the bundled demo is their output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fairness.synth import BookCell, BookSpec, generate_book
from fairness.synth.demo_book import FILES

ROOT = Path(__file__).parents[3]


def cell(name: str, **settings: float) -> BookCell:
    return BookCell(keys=(("region", name),), **{"price": 30.0, **settings})


def test_one_documented_command_regenerates_the_demo(tmp_path: Path) -> None:
    command = "python -m fairness.synth demo-book data/demo-book"
    assert command in (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    arguments = [*command.split()[1:-1], str(tmp_path / "again")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=tmp_path, env=environment)
    bundled = ROOT / "data" / "demo-book"
    assert {path.name for path in bundled.iterdir() if path.is_file()} == set(FILES)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (bundled / name).read_bytes(), name


def test_a_seed_decides_the_rows() -> None:
    spec = BookSpec(customers=500, cells=(cell("North"), cell("South")))
    first, again, other = generate_book(spec, 7), generate_book(spec, 7), generate_book(spec, 8)
    pd.testing.assert_frame_equal(first.rows, again.rows)
    assert first.truth == again.truth
    assert not first.rows.equals(other.rows)


def test_without_noise_every_gap_is_the_penalty_to_the_penny() -> None:
    spec = BookSpec(customers=4000, cells=(cell("North", penalty=0.1), cell("South", penalty=-0.05)), noise=0.0)
    rows = generate_book(spec, 1).rows
    tenured = rows["tenure_months"] >= 24
    expected = rows["offer_price"] * np.where(tenured, np.where(rows["region"] == "North", 1.1, 0.95), 1.0)
    assert (rows["price"] - expected).abs().max() <= 0.5 + 1e-6
    assert rows.groupby("region")["offer_price"].nunique().to_dict() == {"North": spec.tariffs, "South": spec.tariffs}


def test_shares_come_out_as_set() -> None:
    cells = (cell("North", weight=3.0, new_share=0.5), cell("South"))
    spec = BookSpec(customers=40_000, cells=cells, new_share=0.1, middle_share=0.2, vulnerable_share=0.3)
    rows = generate_book(spec, 3).rows
    north, tenure = rows["region"] == "North", rows["tenure_months"]
    assert north.mean() == pytest.approx(0.75, abs=0.01)
    assert (tenure[north] < 12).mean() == pytest.approx(0.5, abs=0.01)
    assert (tenure[~north] < 12).mean() == pytest.approx(0.1, abs=0.01)
    assert ((tenure >= 12) & (tenure < 24)).mean() == pytest.approx(0.2, abs=0.01)
    assert rows["is_vulnerable"].mean() == pytest.approx(0.3, abs=0.01)
    assert tenure.max() == spec.longest_tenure
    assert rows["prior_price"].isna().equals(tenure < 12)


def test_walking_adds_its_rate_for_each_completed_year() -> None:
    spec = BookSpec(customers=20_000, cells=(cell("North", price=1000.0, penalty=0.02),), noise=0.0, walking=0.01)
    rows = generate_book(spec, 5).rows
    five_years = rows[rows["tenure_months"] // 12 == 5]
    assert (five_years["price"] / five_years["offer_price"] - 1).mean() == pytest.approx(0.05, abs=1e-5)


def test_truth_is_what_the_rows_say() -> None:
    book = generate_book(BookSpec(customers=3000, cells=(cell("North", penalty=0.07), cell("South"))), 11)
    for entry in book.truth["cells"]:
        here = book.rows[book.rows["region"] == entry["scope"]["region"]]
        tenured = here[here["tenure_months"] >= 24]
        assert entry["customers"] == len(here)
        assert entry["tenured_customers"] == len(tenured)
        assert entry["tenured_paid"] == f"{tenured['price'].sum() / 100:.2f}"
        assert entry["tenured_at_offer"] == f"{tenured['offer_price'].sum() / 100:.2f}"
        assert entry["offer_gap"] == pytest.approx(entry["penalty"], abs=1e-9)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"cells": ()}, "cells"),
        ({"cells": (cell("North"), BookCell(keys=(("channel", "web"),), price=1.0))}, "cells"),
        ({"tariffs": 0}, "tariffs"),
        ({"new_share": 0.9, "middle_share": 0.2}, "new_share"),
    ],
)
def test_impossible_specs_are_refused(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        BookSpec(**{"customers": 10, "cells": (cell("North"),), **settings})
