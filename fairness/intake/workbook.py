"""Sheets of workbooks (xlsx, xlsm, xls, xlsb, ods) as delimited text: what a cell holds, not how it is shown."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from pathlib import Path

from fairness.errors import DataError, nearest

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
"""Files whose names end like this are workbooks."""

DELIMITER = ","
_EXACT = 1 << 53


def write_sheet(path: Path, label: str, target: Path, *, sheet: str | None, skip_rows: int, decimal: str) -> None:
    """Write a sheet as delimited text in UTF-8; rows without any value are blank lines.

    Args:
        path: The workbook.
        label: The file, for messages.
        target: The file to write.
        sheet: Name of the sheet; None means the only one that holds anything.
        skip_rows: Rows above the header.
        decimal: Decimal sign to write numbers with: numbers in cells have none of their own.

    Raises:
        DataError: The file is not a workbook, is locked by a password, or it is not clear which sheet is meant.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = _rows(book, label, sheet)
        with target.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=DELIMITER, lineterminator="\n")
            for row in rows[skip_rows:]:
                fields = [_text(value, decimal) for value in row]
                if any(fields):
                    writer.writerow(fields)
                else:
                    stream.write("\n")
    except (CalamineError, OSError) as error:
        raise DataError(
            f"the workbook cannot be read: {str(error) or type(error).__name__}",
            where=label,
            fix="open it, remove its password if it has one, and save it again; or export the sheet as CSV",
        ) from error


def _rows(book: object, label: str, sheet: str | None) -> list[list[object]]:
    names = list(book.sheet_names)  # type: ignore[attr-defined]
    if sheet is not None and sheet not in names:
        raise DataError(
            f"there is no sheet '{sheet}'{nearest(sheet, names)}",
            where=label,
            fix=f"the workbook has: {', '.join(names)}",
        )
    filled = {name: rows for name in ([sheet] if sheet else names) if (rows := list(_of_sheet(book, name)))}
    if len(filled) != 1:
        what = f"{len(filled)} sheets hold something: {', '.join(filled)}" if filled else "no sheet holds anything"
        fix = f'say which one is meant: sheet = "{next(iter(filled))}"' if filled else "export it again"
        raise DataError(what, where=label, fix=fix)
    return next(iter(filled.values()))


def _of_sheet(book: object, name: str) -> Iterator[list[object]]:
    yield from book.get_sheet_by_name(name).to_python(skip_empty_area=False)  # type: ignore[attr-defined]


def _text(value: object, decimal: str) -> str:
    """Return what a cell holds as text.

    Example:
        >>> _text(34.9, ","), _text(3.0, "."), _text(datetime.date(2025, 3, 1), "."), _text(True, ".")
        ('34,9', '3', '2025-03-01', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        plain = str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
        return plain.replace(".", decimal)
    if isinstance(value, datetime.datetime):
        return value.isoformat() if value.time() != datetime.time() else value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
