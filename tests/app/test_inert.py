"""Names of strangers on the dashboard and in a snapshot: shown as text, never run, never invisible."""

from __future__ import annotations

import csv
import io
import random
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from fairness.config import load_config
from fairness.disclosure.released_document import released
from fairness.findings.document import Document
from fairness.report import page_html
from fairness.report.chart_files import chart_svg
from fairness.report.note import SignOff
from fairness.report.page import lay_out
from fairness.runs.documents import read_findings, read_settings
from fairness.runs.share_file import largest_payment, read_shared
from fairness.runs.store import current_run
from fairness.text.escape import terminal_text
from tests.conftest import StudyRunner

pytestmark = pytest.mark.xdist_group("inert")

pytest.importorskip("streamlit", reason="the extra `app` is not installed")

PRODUCTS = ("a<script>alert(1)</script>", "\"' onload='alert(2)' x=\"", "\u202etxt.exe")
REGIONS = ("b<a href=https://x.example>north</a>", "a\nb", "bell\x07", "c<!-- &lt;b&gt;")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SCRIPT = "from fairness.dashboard.pages.{page}_page import page\npage()\n"
PAGES = ("overview", "where")


@pytest.fixture(scope="module")
def config(shared_study: StudyRunner) -> Path:
    """Return the config of a built study whose products, regions and name are what no page should run."""
    draw = random.Random(1)
    kinds = list(product(PRODUCTS, REGIONS))
    rows = [
        {
            "customer_id": f"c{n}",
            "product": kinds[n % len(kinds)][0],
            "region": kinds[n % len(kinds)][1],
            "tenure_months": draw.choice((3, 40, 80)),
            # As many offers as customers: a cell can be decided, and the overview names it.
            "price": 25 + n / 100,
            "offer_price": 20 + n / 100,
        }
        for n in range(720)
    ]
    config = shared_study.write(
        rows,
        study={"name": "<script>study</script>\u202e"},
        like_for_like={"cell": ["product", "region"]},
        lenses={"by": ["region"]},
        inference={"bootstrap_replicates": 0, "permutation_replicates": 99},
    )
    shared_study.build(config)
    return config


class Reader(HTMLParser):
    """Reads HTML as a browser would.

    Attributes:
        text: What stands on the page.
        scripts: What would run.
        attributes: (tag, name, value) of every attribute.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.scripts: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts.append(data)
        elif self.cdata_elem is None:
            self.text += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def check(page: Reader) -> None:
    """Check that nothing of the data became a tag, an attribute or an invisible character."""
    assert not any("alert(" in script for script in page.scripts)
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []
    assert [value for _, name, value in page.attributes if name == "href" and value.startswith("http")] == []
    assert UNSEEN.findall(page.text) == []
    assert [(name, value) for _, name, value in page.attributes if name != "data-csv" and UNSEEN.search(value)] == []


def elements(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from elements(child)


@pytest.fixture(scope="module", params=PAGES)
def drawn(config: Path, request: pytest.FixtureRequest) -> list[Any]:
    """Return the elements of a page of the dashboard, its sidebar included."""
    from streamlit.testing.v1 import AppTest

    sidebar = "from fairness.dashboard.filters import sidebar\nfrom fairness.dashboard.session import load_study\n"
    script = f"{sidebar}sidebar(load_study(), [], '', filtered=True)\n{SCRIPT.format(page=request.param)}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["app.py", str(config)])
        app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception
    return list(elements(app._tree))


def test_dashboard_shows_names_as_text(drawn: list[Any]) -> None:
    page = read("".join(element.proto.body for element in drawn if element.type == "html"))
    check(page)
    # The overview names the cells with the largest gaps, the other page all.
    shown = [name for name in (*PRODUCTS, *REGIONS) if terminal_text(name) in page.text]
    assert set(PRODUCTS) <= set(shown)
    assert len(shown) >= 5


def test_figures_show_names_as_text(drawn: list[Any]) -> None:
    figures = [element.proto.spec for element in drawn if element.type == "plotly_chart"]
    assert figures
    for figure in figures:
        assert not re.search(r"<(script|a |!--)", figure)


def test_saved_tables_hold_the_names_themselves(drawn: list[Any]) -> None:
    """What nobody reads on the page is not changed: a saved table is the table that the command line writes."""
    page = read("".join(element.proto.body for element in drawn if element.type == "html"))
    files = [value for _, name, value in page.attributes if name == "data-csv"]
    assert files
    assert all(file.endswith("\r\n") for file in files)
    rows = [row for file in files for row in csv.reader(io.StringIO(file, newline=""))]
    assert any("\u202etxt.exe" in row[0] for row in rows)
    assert any("a\nb" in row[0] for row in rows)


def test_snapshot_shows_names_as_text(config: Path) -> None:
    run = current_run(load_config(config).output_dir)
    document = Document.load(released(read_findings(run), read_shared(run), largest_payment=largest_payment(run)))
    page = lay_out(document, read_settings(run), SignOff("<b>note</b>\u202e", decision="<i>ask</i>"))
    text = read(str(page_html.render(page, document)))
    assert text.scripts == []
    check(text)
    assert "<script>study</script>\\u202e" in text.text
    assert "<b>note</b>" in text.text
    assert "<i>ask</i>" in text.text
    drawings = [chart_svg(panel, page) for panel in page.panels]
    assert drawings
    for drawing in drawings:
        check(read(drawing))
        assert "<script" not in drawing
