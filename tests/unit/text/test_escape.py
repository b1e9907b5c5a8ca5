"""Values of strangers in spreadsheets, pages and terminals: what begins a formula, a tag or a sequence is text."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairness.text.escape import Html, csv_line, html_carried, is_formula, sql_literal, terminal_text, xlsx_cell

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "﹦1",
    "﹢1",
    "﹣1",
    "﹫x",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "\v=1",
    "=",
    '=cmd|"/c calc"!A1',
    "=HYPERLINK(1)",
    "-3.20",
]
HARMLESS = ["", " ", "north", "A=1", "3-4", "a@b.c", "'=1", "1e3", "–5", "−5", "(1)", "£3", "Ωμέγα", "½"]
NUMBERS = [0, -3, 10**20, -3.2, 1e-9, Decimal("-3.20"), Decimal("1E+3"), True, False, float("-inf")]
MOMENTS = [date(2025, 12, 31), datetime(2025, 12, 31, 10), time(10), timedelta(days=-1, seconds=5)]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_recognised(text: str) -> None:
    assert is_formula(text)
    (field,) = next(csv.reader(io.StringIO(csv_line([text]), newline="")))
    assert field == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text: str) -> None:
    assert not is_formula(text)
    assert next(csv.reader([csv_line([text, "x"])])) == [text, "x"]


@pytest.mark.parametrize("value", [*NUMBERS, *MOMENTS])
def test_numbers_and_moments_are_never_touched(value: Any) -> None:
    assert next(csv.reader([csv_line([value, "x"])])) == [str(value), "x"]


def test_none_is_nothing_and_one_empty_field_is_a_line() -> None:
    assert csv_line([None, "", None]) == ",,"
    assert csv_line([None]) == '""'


@pytest.mark.parametrize("text", ['a"b', "a,b", "a;b", "a\tb", "a\rb", "a\nb", "a\r\n=1+1"])
def test_separators_inside_a_field_are_quoted(text: str) -> None:
    line = csv_line([text, 1])
    assert line == '"{}",1'.format(text.replace('"', '""'))


@given(st.lists(st.one_of(TEXTS, st.none(), st.integers(), st.decimals(allow_nan=False)), min_size=1, max_size=5))
def test_any_values_read_back_and_none_begins_a_formula(values: list[Any]) -> None:
    (fields,) = csv.reader(io.StringIO(csv_line(values) + "\n", newline=""))
    assert len(fields) == len(values)
    for field, value in zip(fields, values, strict=True):
        if isinstance(value, str):
            assert not is_formula(field)
            assert field.removeprefix("'") == value if is_formula(value) else field == value
        else:
            assert field == ("" if value is None else str(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", ("=1+1", "s")),
        ("http://x", ("http://x", "s")),
        ("-3.20", ("-3.20", "s")),
        (-3.2, (-3.2, "n")),
        (Decimal("-3.20"), (Decimal("-3.20"), "n")),
        (0, (0, "n")),
        (123456789012345, (123456789012345, "n")),
        (1234567890123456, ("1234567890123456", "s")),
        (10**18, (10**18, "n")),
        (Decimal("1234567890.1234567"), ("1234567890.1234567", "s")),
        (float("nan"), ("nan", "s")),
        (float("inf"), ("inf", "s")),
        (Decimal("NaN"), ("NaN", "s")),
        (True, (True, "b")),
        (None, (None, "n")),
        (date(2025, 12, 31), (date(2025, 12, 31), "d")),
        (date(1899, 1, 1), ("1899-01-01", "s")),
        (datetime(2025, 12, 31, 10), (datetime(2025, 12, 31, 10), "d")),
        (datetime(2025, 12, 31, 10, tzinfo=UTC), ("2025-12-31T10:00:00+00:00", "s")),
        ("bell\x07", ("bell\\x07", "s")),
        ("x" * 40_000, ("x" * 32_767, "s")),
        ([1, "=1"], ("[1, '=1']", "s")),
    ],
)
def test_cells_of_a_workbook(value: Any, expected: tuple[Any, str]) -> None:
    assert xlsx_cell(value) == expected


@pytest.mark.parametrize("text", [*FORMULAS, "http://example.org", "mailto:a@b.c", "_x0041_"])
def test_a_workbook_holds_text_as_text(text: str) -> None:
    book = openpyxl.Workbook()
    cell = book.active["A1"]
    cell.value, cell.data_type = xlsx_cell(text)
    stream = io.BytesIO()
    book.save(stream)
    read = openpyxl.load_workbook(stream).active["A1"]
    assert (read.data_type, read.hyperlink) == ("s", None)


class Collector(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(
    st.one_of(
        TEXTS,
        st.sampled_from(
            ["<script>alert(1)</script>", "\" onload='x'", "&lt;b&gt;", "<!--", "</td><img src=x onerror=y>", "' x='"]
        ),
    )
)
def test_pages_show_text_as_it_is(text: str) -> None:
    shown = terminal_text(text)
    page = Collector()
    page.feed(Html("<p title=\"{0}\" lang='{0}'>{0}</p>").format(text))
    page.close()
    assert page.tags == [("p", [("title", shown), ("lang", shown)])]
    assert page.text == shown


@given(st.one_of(TEXTS, st.sampled_from(["a\r\nb\n", "<script>\"'&#13;", "\u202e\t\x0b", "\r"])))
def test_what_a_page_carries_arrives_as_it_was(text: str) -> None:
    """Read as a browser reads a page: line ends become line feeds before anything else happens."""
    page = Collector()
    source = f'<p data-csv="{html_carried(text)}"></p>'
    page.feed(source.replace("\r\n", "\n").replace("\r", "\n"))
    page.close()
    ((tag, ((name, carried),)),) = page.tags
    assert (tag, name, carried) == ("p", "data-csv", text.replace("\0", "\\x00"))


def test_lines_survive_on_a_page() -> None:
    assert Html.escape("select 1\n\tfrom a;") == "select 1\n\tfrom a;"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_literal_is_the_text_and_hides_nothing(text: str) -> None:
    literal = sql_literal(text)
    assert terminal_text(literal) == literal
    assert duckdb.execute(f"select {literal} = ?", [text]).fetchone() == (True,)


@given(st.text(max_size=30))
def test_terminals_receive_no_control_characters(text: str) -> None:
    shown = terminal_text(text)
    codes = set(map(ord, shown))
    assert not codes & {*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)} - {9, 10}
    assert shown.encode("utf-8").decode("utf-8") == shown
    if text.isascii() and text.isprintable():
        assert shown == text
