"""An export of which no row can be used is refused, with the line to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairness.build.pipeline import build
from fairness.config import load_config
from fairness.errors import DataError

HEADER = "line_id,customer_id,product_id,issued_on,period_start,period_end,net_amount,invoice_status"


def _build(folder: Path, rows: list[str], columns: str = "") -> None:
    (folder / "lines.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    (folder / "fairness.toml").write_text(
        '[study]\nname = "Gas"\ncurrency = "EUR"\nas_of = "2026-02"\n[privacy]\npseudonyms = false\n'
        f'[[source]]\nrole = "billing"\npath = "lines.csv"\n{columns}',
        encoding="utf-8",
    )
    build(load_config(folder / "fairness.toml"))


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (
            "l{0},k{0},gas,03/02/2026,03/02/2026,03/03/2026,31.50,final",
            ("DATE_AMBIGUOUS", "issued_on", "'03/02/2026'", "date_format"),
        ),
        (
            "l{0},k{0},gas,2026-02-01,2026-02-01,2026-03-01,31.50,Verbucht",
            ("STATUS_UNKNOWN", "invoice_status", "case invoice_status when 'Verbucht' then 'final'"),
        ),
        (
            "l{0},k{0},gas,2026-02-01,2026-02-01,2026-08-01,189.00,final",
            ("period_end", "interval_unit = \"'month'\"", "interval_count"),
        ),
    ],
)
def test_column_values_and_the_line_to_write_are_named(tmp_path: Path, row: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(DataError) as caught:
        _build(tmp_path, [row.format(number) for number in range(4)])
    message = str(caught.value)
    assert "none of the 4 rows with prices can be used" in message
    assert [part for part in (*parts, "lines.csv") if part not in message] == []
    assert not (tmp_path / "out" / "current").exists()


def test_one_row_that_can_be_used_is_enough(tmp_path: Path) -> None:
    rows = [f"l{number},k{number},gas,bad,2026-02-01,2026-03-01,31.50,final" for number in range(3)]
    _build(tmp_path, [*rows, "l9,k9,gas,2026-02-01,2026-02-01,2026-03-01,31.50,final"])
    assert (tmp_path / "out" / "current").exists()
