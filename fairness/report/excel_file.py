"""The tables of a snapshot as one workbook, with a first sheet that says the answer in words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fairness.errors import FairnessError
from fairness.report.deck import FIXED_DATE
from fairness.report.page_model import Page
from fairness.report.tables import Table, about
from fairness.text import snapshot
from fairness.text.escape import xlsx_cell
from fairness.text.workbook_words import SHEETS, SUMMARY, SUMMARY_COLUMNS, heading

_FRACTIONS = ("estimate", "ci_", "equivalence_ci_", "share", "gap", "effect_size", "confidence_level", "rounded_to")
_P_VALUES = "p_value"
_WIDE = ("fact", "text", "sql", "unit", "warnings", "reason", "family", "about")


def to_xlsx(listed: Sequence[Table], page: Page) -> bytes:
    """Return tables as one workbook: a summary, then a sheet each, under lines that say what they are about.

    A column has two headings: what it is called, and below that its name in SQL and JSON, which the filters stand on.

    Args:
        listed: The tables.
        page: The page that they are of.

    Raises:
        FairnessError: XlsxWriter is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise FairnessError(
            "XlsxWriter is not installed, so there is no workbook",
            where="fairness snapshot",
            fix="install loyalty-fairness[report]",
        ) from error
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{page.study}, {page.as_of}", "comments": page.build, "created": FIXED_DATE})
    looks = {
        "bold": book.add_format({"bold": True}),
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"}),
        "name": book.add_format({"font_color": "#656D75", "font_size": 9, "bottom": 1}),
        "fraction": book.add_format({"num_format": "0.0 %"}),
        "p": book.add_format({"num_format": "0.000"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
    }
    _summary(book.add_worksheet(SUMMARY), listed, page, looks)
    for table in listed:
        _sheet(book.add_worksheet(table.name), table, page, looks)
    book.close()
    return stream.getvalue()


def _summary(sheet: Any, listed: Sequence[Table], page: Page, looks: dict[str, Any]) -> None:
    said = (*page.rejected, *page.lead, *page.warnings)
    rows: list[tuple[str, tuple[object, ...]]] = [("title", ("".join(page.headline),)), ("", ())]
    rows += [("", (heading(name), text)) for name, text in about(page).items()]
    rows += [("", ()), *(("", (text,)) for text in said), ("", ()), ("head", SUMMARY_COLUMNS)]
    rows += [
        ("", (metric.label, metric.figure.text, metric.beside, metric.below, metric.before)) for metric in page.strip
    ]
    signed = page.sign_off
    if signed.decision:
        asked = snapshot.asked(signed.decision, signed.owner, signed.due)
        rows += [("", ()), ("bold", (snapshot.TITLES["decision"],)), ("", (asked,))]
    for note in page.notes:
        rows += [("", ()), ("bold", (note.title,)), *(("", (text,)) for text in note.paragraphs)]
    rows += [("", ()), ("bold", (SHEETS,)), *(("", (table.name, table.about)) for table in listed)]
    for number, (look, cells) in enumerate(rows):
        for column, text in enumerate(cells):
            sheet.write_string(number, column, str(text), looks.get(look))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(SUMMARY_COLUMNS) - 1, 30)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet(sheet: Any, table: Table, page: Page, looks: dict[str, Any]) -> None:
    sheet.write_string(0, 0, table.about, looks["bold"])
    for number, (name, text) in enumerate(about(page).items(), start=1):
        sheet.write_string(number, 0, heading(name))
        sheet.write_string(number, 1, text)
    top = len(about(page)) + 2
    for column, name in enumerate(table.columns):
        sheet.write_string(top, column, heading(name), looks["head"])
        sheet.write_string(top + 1, column, name, looks["name"])
        sheet.set_column(column, column, 60 if name in _WIDE else 18 if column else 16)
    for number, row in enumerate(table.rows, start=top + 2):
        for column, (name, value) in enumerate(zip(table.columns, row, strict=True)):
            _write(sheet, (number, column), value, looks.get(_look(name, value)))
    sheet.freeze_panes(top + 2, 1)
    if table.rows:
        sheet.autofilter(top + 1, 0, top + 1 + len(table.rows), len(table.columns) - 1)


def _look(column: str, value: Any) -> str:
    """Return how a value is shown: its digits stay those of the document."""
    if isinstance(value, Decimal):
        return "money"
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    if column.startswith(_P_VALUES):
        return "p"
    if isinstance(value, int):
        return "count"
    return "fraction" if any(part in column for part in _FRACTIONS) else ""


def _write(sheet: Any, place: tuple[int, int], value: Any, look: Any) -> None:
    shown, kind = xlsx_cell(value)
    if shown is None:
        return
    if kind == "b":
        sheet.write_boolean(*place, shown)
    elif kind == "n":
        sheet.write_number(*place, shown, look)
    else:
        sheet.write_string(*place, str(shown))
