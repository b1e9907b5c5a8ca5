"""Workbooks are read as they stand: types of cells, sheets, titles, blank rows."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Firm, Person

DAYS = ("issued_on", "period_start", "period_end")


def above(person: Person) -> Decimal:
    return person.offer * Decimal("1.25") if person.is_tenured else person.offer


def cell(name: str, value: object) -> object:
    if name in DAYS:
        return None if value is None else datetime.date.fromisoformat(str(value))
    return float(value) if isinstance(value, Decimal) else value


def save(path: Path, rows: list[dict[str, object]], *, titles: int = 0, others: tuple[str, ...] = ()) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Bills"
    for number in range(titles):
        sheet.append([f"Report, line {number}"])
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([cell(name, value) for name, value in row.items()])
    for name in others:
        book.create_sheet(name).append(["something"])
    book.save(path)


def study(firm: Firm, source: str = "", **options: object) -> Path:
    file = firm.write(
        billing=Path("bills.xlsx"), offers=firm.offers(), customers=firm.customers(), sources={"billing": source}
    )
    save(file.parent / "bills.xlsx", options.pop("rows", None) or firm.lines(above), **options)  # type: ignore[arg-type]
    return file


def test_a_workbook_gives_what_the_text_gives(firm: Firm) -> None:
    text = firm(billing=firm.lines(above), offers=firm.offers(), customers=firm.customers())
    answer = firm.analyse(study(firm))
    assert answer.code == 0, answer.err
    assert answer.document["findings"] == text.document["findings"]
    assert sorted(path.name for path in firm.folder.glob("out/**/plain-*")) == []


def test_numbers_of_cells_have_no_decimal_sign_to_misread(firm: Firm) -> None:
    rows = firm.lines(above)
    rows[0]["net_amount"] = Decimal("17.125")
    answer = firm.analyse(study(firm, 'decimal = ","\ngrouping = "."', rows=rows))
    assert answer.code == 0, answer.err
    # Read with the sign of the texts, 17.125 would be seventeen thousand.
    total = sum(Decimal(str(row["net_amount"])) for row in rows)
    assert Decimal(answer.document["reconciliation"]["amount_accepted"]["GBP"]) == total


def test_titles_and_blank_rows_stand_beside_the_rows(firm: Firm) -> None:
    rows = firm.lines(above)
    rows[3]["net_amount"] = "n/k"
    rows.append(dict.fromkeys(rows[0]))
    file = study(firm, "skip_rows = 2", rows=rows, titles=2)
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_in"] == 60
    # Two titles, the header in row 3, so the fourth row is row 7.
    assert firm.query("select source_row, reason from quarantine") == [(7, "AMOUNT_UNPARSED")]


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ("", {"others": ("Notes",)}, "2 sheets hold something: Bills, Notes"),
        ('sheet = "Bill"', {}, "there is no sheet 'Bill'; did you mean 'Bills'?"),
        ("", {"titles": 2}, "skip_rows = 2"),
        ("skip_rows = 1", {"titles": 2}, "skip_rows = 2"),
    ],
)
def test_what_is_not_clear_gives_the_line_to_write(
    firm: Firm, source: str, options: dict[str, object], said: str
) -> None:
    answer = firm.analyse(study(firm, source, **options))
    assert (answer.code, said in answer.err) == (1, True), answer.err


def test_a_named_sheet_is_read(firm: Firm) -> None:
    answer = firm.analyse(study(firm, 'sheet = "Bills"', others=("Notes",)))
    assert answer.code == 0, answer.err
    assert answer.document["reconciliation"]["rows_accepted"] == 60


def test_what_is_no_workbook_is_refused(firm: Firm) -> None:
    file = study(firm)
    (file.parent / "bills.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    answer = firm.analyse(file)
    assert answer.code == 1
    assert "the workbook cannot be read" in answer.err
    assert "bills.xlsx" in answer.err


def test_a_workbook_is_a_table_of_a_query_too(firm: Firm) -> None:
    file = study(firm)
    text = file.read_text(encoding="utf-8")
    table = '[[table]]\nname = "bills"\npath = "bills.xlsx"\n'
    file.write_text(text.replace('path = "bills.xlsx"', 'sql = "select * from bills"') + table, encoding="utf-8")
    answer = firm.analyse(file)
    assert answer.code == 0, answer.err
    assert answer.headline["estimate"] == pytest.approx(0.25)
