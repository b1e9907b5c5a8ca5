"""Dashboard and snapshot show the same panels: titles, subtitles, rows, numbers and source lines, drawn twice."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from fairness.charts.chart_spec import IntervalRows, MonthlySteps
from fairness.charts.interactive import THEMES, draw
from fairness.charts.static import charts
from fairness.charts.static.drawing import Line, Outline, Text
from fairness.disclosure.released_document import released
from fairness.findings.document import Document
from fairness.panels import overview_panels
from fairness.panels.panel import Panel
from fairness.panels.scene import Released
from fairness.report.page import lay_out
from fairness.report.page_html import render
from fairness.runs.documents import read_settings
from fairness.runs.share_file import largest_payment, read_shared

WIDTH = 323.0
KEYS = {
    "B": overview_panels.certainty,
    "C": overview_panels.monthly,
    "D": overview_panels.worst,
    "E": overview_panels.by_basis,
}


def book() -> list[dict[str, object]]:
    """Return two products in three regions with 20 offers, some of them introductory, and a gap that differs."""
    rows: list[dict[str, object]] = []
    for number in range(1200):
        region, offer = number % 3, 20 + number % 20
        gap = 0.05 + 0.04 * region + (number * 7 % 5 - 2) * 0.004
        rows.append(
            {
                "customer_id": f"C{number}",
                "product_id": "fibre" if number % 2 else "copper_line",
                "region": ("North", "South", "West")[region],
                "price": round(offer * (1 + (gap if number % 4 else 0)), 2),
                "tenure_months": 40 + number % 50 if number % 4 else number % 12,
                "offer_price": offer,
            }
        )
    return rows


def with_months_and_readings(data: dict[str, Any]) -> dict[str, Any]:
    """Return a document with months, one of them not shown, and with another reading of the offer."""
    findings = [{**item, "comparator": item["comparator"].replace("book", "offer")} for item in data["findings"]]
    head = findings[0]
    other = {**head, "basis": "headline", "estimate": 0.2, "ci_lower": 0.17, "ci_upper": 0.23}
    gaps = [(0.02, 0.01, 0.03), (None, None, None), (0.05, 0.03, 0.08), (0.09, 0.06, 0.11)]
    months = [
        {"month": f"2025-0{number}", "estimate": gap, "ci_lower": low, "ci_upper": high, "n_tenured": 400 + number}
        for number, (gap, low, high) in enumerate(gaps, start=1)
    ]
    as_of = {**data["study"], "as_of": "2025-04"}
    return {**data, "study": as_of, "findings": [*findings, other], "monthly": months}


@pytest.fixture(scope="module")
def shown(shared_study: Any) -> tuple[Document, dict[str, Any]]:
    """Return a released document and the settings of its run."""
    document = shared_study.publish(book(), like_for_like={"cell": ["region"]}, inference={"bootstrap_replicates": 0})
    run = shared_study.run
    data = released(document, read_shared(run), largest_payment=largest_payment(run))
    return Document.load(with_months_and_readings(data)), read_settings(run)


def panels(document: Document) -> dict[str, Panel]:
    scene = Released(document, ("product_id", "region"))
    return {key: panel for key, make in KEYS.items() if (panel := make(scene)) is not None}


def test_every_panel_is_there(shown: tuple[Document, dict[str, Any]]) -> None:
    assert list(panels(shown[0])) == ["B", "C", "D", "E"]


def test_the_page_has_titles_subtitles_and_source_lines_of_the_panels(shown: tuple[Document, dict[str, Any]]) -> None:
    page = lay_out(*shown)
    text = unescape(re.sub(r"<[^>]+>", "\n", render(page, shown[0])))
    assert [panel.key for panel in page.panels] == list(panels(shown[0]))
    for own in page.panels:
        panel = panels(shown[0])[own.key]
        assert (own.title, own.subtitle, own.foot) == (panel.title, panel.subtitle, ". ".join(panel.foot))
        assert own.foot.endswith("Source: book")
        for said in (own.title, own.subtitle, own.foot):
            assert said in text


def _numbers(texts: list[str]) -> list[str]:
    """Return the texts with a gap and its interval."""
    return [text for text in texts if re.search(r"% \(.* to ", text)]


@pytest.mark.parametrize("key", ["B", "D", "E"])
def test_rows_and_numbers_are_those_of_the_dashboard(key: str, shown: tuple[Document, dict[str, Any]]) -> None:
    panel = panels(shown[0])[key]
    chart = panel.chart
    assert isinstance(chart, IntervalRows)
    figure, drawing = draw(chart, THEMES["light"]), charts.draw(chart, WIDTH, "")
    notes = [re.split(r"<br>|<[^>]+>", note.text) for note in figure.layout.annotations]
    on_screen = [text for parts in notes for text in parts if text]
    on_paper = [shape.text for shape in drawing.shapes if isinstance(shape, Text)]
    assert _numbers(on_paper) == _numbers(on_screen)
    assert len(_numbers(on_paper)) == len(panel.drawn) == len(chart.rows)
    assert panel.table is not None
    assert [row[1] for row in panel.table.rows] == _numbers(on_paper)
    for row in chart.rows:
        assert row.label in on_screen
        assert row.label in on_paper


@pytest.mark.parametrize("key", ["B", "D", "E"])
def test_marks_and_intervals_lie_at_the_same_values(key: str, shown: tuple[Document, dict[str, Any]]) -> None:
    chart = panels(shown[0])[key].chart
    assert isinstance(chart, IntervalRows)
    figure, drawing = draw(chart, THEMES["light"]), charts.draw(chart, WIDTH, "")
    ends = [tuple(trace.x) for trace in figure.data if trace.mode == "lines"]
    marks = [trace.x[0] for trace in figure.data if trace.mode == "markers"]
    drawn = [shape for shape in drawing.shapes if isinstance(shape, Line) and shape.is_round]
    zero = next(shape.start[0] for shape in drawing.shapes if isinstance(shape, Line) and shape.width == 1.25)
    assert len(ends) == len(marks) == len(drawn)
    # Both axes are straight: one factor turns fractions into pixels from the line of zero.
    factor = (drawn[0].end[0] - zero) / ends[0][1]
    assert factor > 0
    for (low, high), line, row in zip(ends, drawn, chart.rows, strict=True):
        assert (low, high) == (row.lower, row.upper)
        assert (line.start[0] - zero, line.end[0] - zero) == pytest.approx((low * factor, high * factor))
    assert marks == [row.estimate for row in chart.rows]


def test_months_are_drawn_at_the_same_values(shown: tuple[Document, dict[str, Any]]) -> None:
    chart = panels(shown[0])["C"].chart
    assert isinstance(chart, MonthlySteps)
    figure, drawing = draw(chart, THEMES["light"]), charts.draw(chart, WIDTH, "")
    steps = [trace for trace in figure.data if trace.line.color == "#D55E00"]
    on_screen = [(x, y) for trace in steps for x, y in zip(trace.x, trace.y, strict=True)]
    assert on_screen == [(0, 0.02), (2, 0.05), (3, 0.09)]
    lines = [shape for shape in drawing.shapes if isinstance(shape, Outline) and shape.stroke is not None]
    heights = [y for shape in lines for _, y in shape.places][::2]
    zero = next(shape.start[1] for shape in drawing.shapes if isinstance(shape, Line) and shape.width == 1.25)
    factor = (zero - heights[0]) / 0.02
    assert factor > 0
    assert [zero - height for height in heights] == pytest.approx([factor * gap for _, gap in on_screen])
    assert chart.last in [shape.text for shape in drawing.shapes if isinstance(shape, Text)]
    assert chart.last in [note.text for note in figure.layout.annotations]


def test_what_is_withheld_is_not_drawn(shown: tuple[Document, dict[str, Any]]) -> None:
    data = dict(shown[0].data)
    cells = [item for item in data["findings"] if item["level"] == "cell" and item["verdict"] == "penalty"]
    hidden = {**cells[0], "estimate": None, "ci_lower": None, "ci_upper": None, "withheld": "small_count"}
    hidden["n_tenured"] = None
    data["findings"] = [hidden if item is cells[0] else item for item in data["findings"]]
    before, after = (panels(document)["D"].drawn for document in (shown[0], Document.load(data)))
    assert len(after) == len(before) - 1
    assert hidden["scope"] not in [dict(item["scope"]) for item in after]
