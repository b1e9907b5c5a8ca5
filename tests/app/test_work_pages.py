"""The pages Data quality and SQL: counts of the run itself, and queries that can do nothing but read."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairness.dashboard.session import open_study, view_of
from fairness.engine.guard import Cut, GuardedResult
from fairness.panels import html
from fairness.panels.quality import by_month, inputs, rejected, set_aside, unread
from fairness.panels.sql_results import answer, saved_analyses, schema_html, tables
from fairness.panels.view import View
from fairness.text import quality_words, query_words
from fairness.text.reasons import REJECTED
from tests.conftest import StudyRunner

pytestmark = pytest.mark.xdist_group("work-pages")

linux = pytest.mark.skipif(sys.platform != "linux", reason="guarded SQL needs Linux")


def book() -> list[dict[str, object]]:
    """Return 80 customers, two of them with a price that is none, one with a price of 0, and a column of no use."""
    prices = {3: "free", 5: "ask", 9: 0}
    return [
        {
            "customer_id": f"C{number}",
            "product_id": "fibre" if number % 2 else "copper",
            "price": prices.get(number, 20 + number % 7),
            "offer_price": 20 if number % 2 else None,
            "tenure_months": 40,
            "colour": "red",
        }
        for number in range(80)
    ]


@pytest.fixture(scope="module")
def config(shared_study: StudyRunner) -> Path:
    path = shared_study.write(book(), study={"as_of": "2025-12"}, inference={"bootstrap_replicates": 0})
    shared_study.build(path)
    return path


@pytest.fixture(scope="module")
def view(config: Path) -> View:
    return view_of(open_study(config), ())


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, config: Path) -> Callable[..., AppTest]:
    def shown(page: str, **address: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", str(config)])
        script = f"from fairness.dashboard.pages.{page}_page import page\npage()\n"
        app = AppTest.from_string(script, default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return shown


def said(app: AppTest) -> str:
    return re.sub(r"<[^>]+>", " ", "\n".join(element.proto.body for element in app.get("html")))


def test_rejected_rows_stand_with_reason_example_and_remedy(view: View) -> None:
    panel = rejected(view)
    assert panel.title == "3 rows could not be read"
    assert panel.table is not None
    by_reason = {row[1]: row for row in panel.table.rows}
    unparsed = by_reason[REJECTED["AMOUNT_UNPARSED"].label]
    assert unparsed[2] == "2"
    # Row 1 is the head of the file, so that C3 stands in row 5.
    assert unparsed[3] == "book.csv, row 5, column price"
    assert unparsed[4] == REJECTED["AMOUNT_UNPARSED"].fix
    assert by_reason[REJECTED["BAD_PRICE"].label][2] == "1"


def test_rows_set_aside_add_up_to_those_not_accepted(view: View) -> None:
    panel = set_aside(view)
    block = view.document["reconciliation"]
    assert panel.table is not None
    assert sum(int(row[3].replace(",", "")) for row in panel.table.rows) == block["rows_in"] - block["rows_accepted"]
    assert panel.title == "3 rows set aside, by reason"


def test_columns_that_nothing_reads_are_named(view: View) -> None:
    panel = unread(view)
    assert panel.table is not None
    assert panel.table.rows == (("Book", "book.csv", "colour"),)
    assert panel.title == "1 column that nothing reads"


def test_coverage_of_the_month_is_that_of_the_offers(view: View) -> None:
    """37 of 77 readable customers hold fibre, which has offers; C3, C5 and C9 cannot be read and are fibre too."""
    panel = by_month(view)
    assert panel is not None
    assert panel.table is not None
    ((_, customers, share, why),) = panel.table.rows
    assert customers == "77"
    assert share == "48.1 %"
    assert why.endswith("(40 customers)")


def test_files_stand_with_their_fingerprints(view: View) -> None:
    panel = inputs(view)
    assert panel.title == "1 file with 80 rows"
    assert panel.table is not None
    assert panel.table.rows[0][3] == view.document.build["inputs"][0]["sha256"][:12]


def test_the_sql_of_every_panel_runs_on_the_published_file(view: View, shared_study: StudyRunner) -> None:
    for panel in (set_aside(view), rejected(view), unread(view), by_month(view), inputs(view)):
        assert panel is not None
        assert shared_study.query(panel.sql)


def test_the_page_says_it_all_and_what_is_not_compared(show: Callable[..., AppTest]) -> None:
    text = " ".join(said(show("data_quality")).split())
    for phrase in ("All 80 rows are accounted for; 3 could not be read", "colour", "SHA-256", "could not be compared"):
        assert phrase in text
    assert "book.csv, row 5, column price" in text


@linux
def test_a_query_is_run_when_the_reader_says_so_and_kept_in_the_address(show: Callable[..., AppTest]) -> None:
    query = "select count(*) as n from quarantine"
    app = show("sql", sql=query)
    assert app.text_area(key="sql-text").value == query
    assert "Download CSV" not in said(app), "a link does not run its query by itself"
    app.button(key="sql-run").click().run()
    assert app.query_params["sql"] == query
    text = "\n".join(element.proto.body for element in app.get("html"))
    assert (
        '<table class="in found"><thead><tr><th>n</th></tr></thead><tbody><tr><td>3</td></tr></tbody></table>' in text
    )


@linux
@pytest.mark.parametrize("query", ["select * from read_csv('book.csv')", "drop table findings", "from nowhere", ""])
def test_what_a_query_may_not_do_is_said_on_the_page(show: Callable[..., AppTest], query: str) -> None:
    app = show("sql")
    app.text_area(key="sql-text").set_value(query)
    app.button(key="sql-run").click().run()
    assert not app.exception
    assert (query_words.NOT_RUN in said(app)) is bool(query)


@linux
def test_every_saved_analysis_can_be_chosen_and_runs_guarded(show: Callable[..., AppTest]) -> None:
    app = show("sql")
    box = app.selectbox(key="sql-saved")
    assert box.options == list(saved_analyses())
    assert len(box.options) >= 15
    box.select(box.options[8]).run()
    assert app.text_area(key="sql-text").value == saved_analyses()[box.options[8]]
    app.button(key="sql-run").click().run()
    assert query_words.NOT_RUN not in said(app)
    assert "BAD_PRICE" in said(app)


def test_a_result_says_what_is_left_out_and_its_csv_holds_all() -> None:
    rows = [(number, "<b>" if number % 2 else None) for number in range(300)]
    result = GuardedResult(["n", "text"], ["INTEGER", "VARCHAR"], rows, Cut(rows=True, columns=2, cells=1), False)
    panel = answer(result, "from x")
    assert panel.title == "The first 300 rows of more"
    for phrase in ("first 200 rows here", "narrow it with where", "2 columns left out", "1 long value cut"):
        assert phrase in panel.subtitle
    assert "<b>" not in panel.body
    assert panel.body.count("<tr>") == 201
    assert panel.table is not None
    assert len(panel.table.csv_rows) == 300


def test_the_schema_names_every_described_table_with_its_columns(shared_study: StudyRunner, config: Path) -> None:
    text = schema_html(tables())
    described: dict[str, Any] = {header.name: header for header in tables()}
    assert {"price_ledger", "findings", "quarantine", "not_compared"} <= described.keys()
    columns = shared_study.query("select column_name from duckdb_columns() where table_name = 'quarantine'")
    for (name,) in columns:
        assert f"<td>{name}</td>" in text
    assert not re.search(r"<td>as in \w+</td>", text)


def test_an_answer_is_saved_with_what_it_is_of(view: View) -> None:
    result = GuardedResult(["n"], ["INTEGER"], [(3,)], Cut(), False)
    panel = answer(result, "from x")
    assert panel.table is not None
    (row,) = csv.DictReader(io.StringIO(html.csv_text(panel.table, view.about), newline=""))
    assert (row["n"], row["build"]) == ("3", view.study.run.id)


def test_words_have_a_name_for_every_outcome(view: View) -> None:
    dispositions = json.loads(json.dumps(sorted(quality_words.OUTCOMES)))
    assert dispositions == ["duplicate", "excluded", "filtered", "rejected"]
