"""What the pages say is so: under filters, with many values, from the run's own settings, and where a link fails."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fairness.build.pipeline import build
from fairness.charts.interactive import THEMES, draw
from fairness.config import load_config
from fairness.dashboard.access import Access
from fairness.dashboard.main import guarded
from fairness.dashboard.session import open_study, view_of
from fairness.errors import DataError
from fairness.findings.document import Document, Finding
from fairness.panels import html
from fairness.panels.address import filter_columns, page_link, read_filters
from fairness.panels.cell import cells_by_name, open_cell
from fairness.panels.coverage_panels import left_out, rows_accounted
from fairness.panels.lenses import lenses
from fairness.panels.overview_panels import monthly
from fairness.panels.panel import Panel
from fairness.panels.view import Filter, View
from fairness.panels.where_panels import forest, heat
from fairness.text import screen, sentences, titles
from fairness.text.reasons import NOT_MATCHED
from tests.conftest import ROOT, StudyRunner

pytestmark = pytest.mark.xdist_group("true-on-screen")

THEME = THEMES["light"]
N_REGIONS = 61
PLANS = ("fibre", 'TV "Gold" & <b>')
WIDEST = "Region 60"
UNOFFERED = "Region 05"


def book() -> list[dict[str, object]]:
    """Return 61 regions; the widest gap is in a small one, one region has no offers, and one is on fibre only."""
    rows: list[dict[str, object]] = []
    for region in range(N_REGIONS):
        for number in range(8 if region == 60 else 24):
            offer = 20 + number % 12
            rows.append(
                {
                    "customer_id": f"C{region}-{number}",
                    "product_id": PLANS[number % 2 if region != 7 else 0],
                    "region": f"Region {region:02d}",
                    "channel": "shop" if number % 3 else "phone",
                    "tenure_months": 6 if number % 4 == 3 else 40,
                    "price": round(offer * (1 + (region - 20) * 0.004 + (number * 7 % 5 - 2) * 0.002), 2),
                    "offer_price": None if region == 5 else offer,
                }
            )
    return rows


SECTIONS: dict[str, Any] = {
    "study": {"as_of": "2025-12"},
    "like_for_like": {"cell": ["region"]},
    "lenses": {"by": ["region", "channel", "product_id"]},
    "inference": {"bootstrap_replicates": 0, "permutation_replicates": 99, "correction": "holm"},
}


@pytest.fixture(scope="module")
def config(shared_study: StudyRunner) -> Path:
    path = shared_study.write(book(), **SECTIONS)
    shared_study.build(path)
    return path


@pytest.fixture(scope="module")
def view(config: Path) -> View:
    return view_of(open_study(config), ())


def narrowed(view: View, *chosen: Filter) -> View:
    return view_of(view.study, chosen)


def drawn(panel: Panel) -> list[str]:
    """Return the texts of a panel's figure."""
    assert panel.chart is not None
    return [re.sub(r"<[^>]*>", " ", note.text) for note in draw(panel.chart, THEME).layout.annotations]


def lens(view: View, name: str) -> Panel:
    return next(panel for panel in lenses(view) if panel.key == f"lens-{name}")


@pytest.mark.parametrize("column", ["product_id", "region"])
def test_other_values_of_a_filtered_column_are_not_in_this_view(view: View, column: str) -> None:
    names = view.study.names(column)
    for value in list(names)[:3]:
        here = narrowed(view, Filter(column, (value,)))
        others = [name for other, name in names.items() if other != value]
        for panel in lenses(here):
            refused = " ".join(line for line in panel.foot if line.startswith("Cannot be assessed"))
            assert not any(name in refused for name in others)
        own = [panel for panel in lenses(here) if panel.key == f"lens-{column}"]
        for panel in own:
            assert screen.not_in_view(others) in panel.foot
            assert "can be assessed" not in panel.title


def test_a_value_without_a_comparator_stays_one_that_cannot_be_assessed(view: View) -> None:
    assert f"Cannot be assessed: {UNOFFERED}" in lens(view, "region").foot
    here = narrowed(view, Filter("product_id", ("fibre",)))
    assert f"Cannot be assessed: {UNOFFERED}" in lens(here, "region").foot


def test_a_value_that_the_filters_leave_nobody_of_is_not_in_this_view(view: View) -> None:
    here = narrowed(view, Filter("product_id", (PLANS[1],)))
    assert screen.not_in_view(["Region 07"]) in lens(here, "region").foot


def test_no_filter_and_no_value_is_left_out(view: View) -> None:
    assert filter_columns(view.study) == ["product_id", "region"]
    assert len(view.study.options("region")) == N_REGIONS


def test_rows_of_a_lens_stand_by_size_and_those_between_are_counted(view: View) -> None:
    panel = lens(view, "region")
    assert panel.table is not None
    gaps = [row[1] for row in panel.table.csv_rows if row[1] is not None]
    assert gaps == sorted(gaps, key=lambda gap: -float(str(gap)))
    assert len(panel.table.rows) == N_REGIONS
    texts = drawn(panel)
    rows = [text for text in texts if text.startswith("Region ")]
    (between,) = [int(text.split()[0]) for text in texts if "more groups between these" in text]
    assert len(rows) + between + 1 == N_REGIONS, "the one without offers is in the footer"
    assert rows[0].startswith(WIDEST)


def test_cells_between_the_ends_are_counted(view: View) -> None:
    panel = forest(view, None, narrow=False)
    assert panel is not None
    assert panel.table is not None
    assert len(panel.table.rows) == len(view.cell_findings)
    between = sum(int(text.split()[0]) for text in drawn(panel) if "more cells between these" in text)
    rows = sum(text.startswith(("Fibre, ", "TV ")) for text in drawn(panel))
    missing = sum(cell["verdict"] == "not_assessable" for cell in view.cell_findings)
    assert rows + between + missing == len(view.cell_findings)


def test_a_title_names_what_is_drawn(view: View) -> None:
    panel = heat(view, None)
    assert panel is not None
    texts = drawn(panel)
    assert not any(WIDEST in text for text in texts), "the region with the widest gap is too small to be drawn"
    for region in re.findall(r"Region \d\d", panel.title):
        assert any(region in text for text in texts)
    assert "16 of 61 rows" in panel.subtitle


def test_the_heat_map_claims_intervals_only_where_it_shows_them(view: View) -> None:
    narrow = heat(view, None)
    assert narrow is not None
    assert "with interval" in narrow.subtitle
    regions = tuple(view.study.options("region")[:6])
    wide = heat(narrowed(view, Filter("region", regions)), None)
    assert wide is not None
    assert "with interval" not in wide.subtitle
    assert not any(" to " in text for text in drawn(wide))


def test_figures_hold_no_entity_that_plotly_prints(view: View) -> None:
    panels = [heat(view, None), forest(view, None, narrow=False), *lenses(view)]
    figures = [draw(panel.chart, THEME) for panel in panels if panel is not None and panel.chart is not None]
    assert "&quot;" not in "".join(figure.to_json() for figure in figures)
    texts = "".join(note.text for figure in figures for note in figure.layout.annotations)
    assert 'TV "Gold" &amp; &lt;b&gt;' in texts


def test_definitions_and_correction_are_those_of_the_run(config: Path, tmp_path: Path) -> None:
    copy = tmp_path / "study"
    shutil.copytree(config.parent, copy)
    changed = (copy / config.name).read_text(encoding="utf-8")
    changed = changed.replace('"holm"', '"bh"\nmargin = 0.07')
    (copy / config.name).write_text(changed, encoding="utf-8")
    assert load_config(copy / config.name).inference.margin == 0.07
    study = open_study(copy / config.name)
    assert (study.config.inference.correction, study.config.inference.margin) == ("holm", 0.01)
    panel = forest(view_of(study, ()), None, narrow=False)
    assert panel is not None
    tests = sum(cell["p_value"] is not None for cell in view_of(study, ()).cell_findings)
    assert f"{tests} tests (Holm)" in panel.foot[0]


def test_a_filtered_lens_is_corrected_for_the_tests_of_its_view(view: View) -> None:
    here = narrowed(view, Filter("region", ("Region 40", "Region 41", "Region 42")))
    findings = [
        item for item in here.primary if item["level"] == "lens" and "region" in item["scope"] and item["p_value"]
    ]
    assert len(findings) == 3
    assert lens(here, "region").foot[0] == "Adjusted for 3 tests (Holm)"


def test_intervals_that_are_wider_are_not_called_95_percent(view: View) -> None:
    data = json.loads(json.dumps(view.document.data))

    def subtitle() -> str:
        document = Document.load(data)
        return lens(View(replace(view.study, document=document), document, (), view.keys), "channel").subtitle

    for item in data["findings"]:
        item["confidence_level"] = 0.95
    assert subtitle().endswith("with 95 % intervals")
    next(item for item in data["findings"] if item["scope"] == {"channel": "phone"})["confidence_level"] = 0.975
    assert subtitle().endswith("with 95 % intervals, 97.5 % for those picked by their size")


def test_a_lens_says_that_intervals_overlap_only_where_all_do() -> None:
    def group(name: str, low: float, gap: float, high: float) -> Finding:
        return Finding(scope={"plan": name}, estimate=gap, ci_lower=low, ci_upper=high)

    wide, flat, dear = group("A", -0.07, -0.01, 0.07), group("B", -0.001, 0.0, 0.001), group("C", 0.05, 0.1, 0.14)
    assert titles.lens_title("plan", [wide, flat, dear], others=0) == "Plan: C 10.0 %, B 0.0 %"
    assert titles.lens_title("plan", [wide, flat], others=0) == "Plan: all intervals overlap"
    assert titles.lens_title("plan", [dear], others=1) == "Plan: only C can be assessed"


def test_what_stays_whole_book_under_a_filter_says_so(view: View) -> None:
    here = narrowed(view, Filter("product_id", ("fibre",)))
    assert rows_accounted(here).subtitle == screen.ROWS_OF_THE_WHOLE
    assert rows_accounted(view).subtitle == screen.ROWS
    assert monthly(here) is None, "a book of one month has no months to speak of"


def test_the_reason_of_the_headline_is_the_first_of_the_panel(study: StudyRunner) -> None:
    rows = [{**row, "offer_price": None, "tenure_months": 40} for row in book()[:200]]
    study.publish(rows, **SECTIONS)
    here = view_of(open_study(study.run.folder.parents[2] / "fairness.toml"), ())
    panel = left_out(here)
    assert panel.table is not None
    code = panel.table.csv_rows[0][0]
    headline = sentences.headline(here.document)
    assert headline.startswith("Cannot be assessed: ")
    assert NOT_MATCHED[str(code)].label in headline
    assert f"{panel.table.rows[0][1]} customers" in headline


# Addresses


def test_several_values_and_exclusions_pass_through_the_address(view: View) -> None:
    chosen = (Filter("product_id", ("fibre",), excluded=True), Filter("region", ("Region 01", "Region 02")))
    here = narrowed(view, *chosen)
    address = page_link("where", here, cell="x, y")
    assert address == (
        f"where?run={view.study.run.id}&product_id%21=Fibre&region=Region%2001&region=Region%2002&cell=x%2C%20y"
    )
    read, lost = read_filters(
        view.study, {"product_id!": ["Fibre"], "region": ["Region 02", "Region 01"], "run": ["x"]}
    )
    assert lost == []
    assert {(rule.column, frozenset(rule.values), rule.excluded) for rule in read} == {
        (rule.column, frozenset(rule.values), rule.excluded) for rule in chosen
    }
    scopes = [cell["scope"] for cell in here.cell_findings]
    assert {(scope["product_id"], scope["region"]) for scope in scopes} == {
        (PLANS[1], "Region 01"),
        (PLANS[1], "Region 02"),
    }
    assert here.about.filters == "Product other than Fibre, Region Region 01 or Region 02"


def test_the_sql_of_a_view_chooses_the_same_cells(view: View, shared_study: StudyRunner) -> None:
    here = narrowed(view, Filter("product_id", ("fibre",), excluded=True), Filter("region", ("Region 01", "Region 02")))
    rows = shared_study.query(left_out(here).sql)
    assert len(rows) == len(here.keys) == 2


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return a function that runs the dashboard for a study as an address says, at one of its pages."""

    def shown(config: Path, page: str = "", **address: str | list[str]) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", str(config)])
        if page:
            script = f"from fairness.dashboard.pages.{page}_page import page\npage()\n"
            app = AppTest.from_string(script, default_timeout=60)
        else:
            app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return shown


def said(app: AppTest) -> str:
    text = "\n".join(element.proto.body for element in app.get("html"))
    return re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", text, flags=re.S)


def title(app: AppTest) -> str:
    found = re.search(r"<h1>(.*?)</h1>", "".join(element.proto.body for element in app.get("html")))
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


def test_a_page_pins_its_run_and_offers_a_newer_one(config: Path, tmp_path: Path, show: Callable[..., AppTest]) -> None:
    copy = tmp_path / "study"
    shutil.copytree(config.parent, copy)
    own = copy / config.name
    old = open_study(own).run.id
    app = show(own)
    assert app.query_params["run"] == old
    assert "A newer build is there" not in said(app)
    own.write_text(own.read_text(encoding="utf-8").replace('"Test"', '"Another"'), encoding="utf-8")
    assert "Another" in own.read_text(encoding="utf-8")
    new = build(load_config(own)).id
    app.run()
    assert app.query_params["run"] == old
    assert screen.newer(new) in said(app)
    assert f"Build {old}" in said(app)
    app.button(key="newest").click().run()
    assert app.query_params["run"] == new
    assert f"Build {new}" in said(app)


def test_a_link_to_a_run_that_is_gone_shows_no_other_run(config: Path, show: Callable[..., AppTest]) -> None:
    app = show(config, run="0123456789ab")
    assert title(app) == screen.LINK_FAILED
    assert screen.run_gone("0123456789ab") in said(app)
    assert "more" not in title(app)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("region", "Atlantis", "Region “Atlantis”, which does not occur in this build"),
        ("colour", "red", "no such filter: it has Product and Region"),
        ("region!", "Atlantis", "“Atlantis”"),
    ],
)
def test_an_unknown_filter_shows_no_whole_book(
    config: Path, show: Callable[..., AppTest], name: str, value: str, words: str
) -> None:
    app = show(config, **{name: value})
    assert title(app) == screen.LINK_FAILED
    assert words in said(app)
    assert not app.get("plotly_chart")


def test_filters_that_no_cell_fits_together_say_so(config: Path, show: Callable[..., AppTest]) -> None:
    app = show(config, product_id=PLANS[1], region="Region 07")
    assert title(app) == screen.LINK_FAILED
    assert "No cell of this build fits all filters together" in said(app)


def test_a_filter_offers_only_what_the_others_leave(config: Path, show: Callable[..., AppTest]) -> None:
    app = show(config, region="Region 07")
    boxes = {box.key: box for box in app.multiselect}
    assert boxes["filter-product_id"].options == ["Fibre"]
    assert len(boxes["filter-region"].options) == N_REGIONS
    assert boxes["filter-region"].value == ["Region 07"]


def test_choosing_and_clearing_a_filter_changes_the_address(config: Path, show: Callable[..., AppTest]) -> None:
    app = show(config)
    app.multiselect(key="filter-product_id").select("Fibre").run()
    assert app.query_params["product_id"] == "Fibre"
    app.checkbox(key="filter-product_id!").check().run()
    assert "product_id" not in app.query_params
    assert app.query_params["product_id!"] == "Fibre"
    assert "Product other than Fibre" in said(app)
    app.button(key="clear").click().run()
    assert sorted(app.query_params) == ["run"]


def test_an_unknown_cell_says_so_and_a_known_one_opens(config: Path, view: View, show: Callable[..., AppTest]) -> None:
    assert screen.unknown_cell("Nowhere", filtered=False) in said(show(config, "where", cell="Nowhere"))
    names = list(cells_by_name(view))
    app = show(config, "where", cell=names[1])
    assert "there is no such cell" not in said(app)
    assert app.query_params["cell"] == names[1]
    app.button(key="cell-next").click().run()
    assert app.query_params["cell"] == names[2]
    app.button(key="cell-previous").click().run()
    app.button(key="cell-previous").click().run()
    assert app.query_params["cell"] == names[0]
    assert app.button(key="cell-previous").disabled
    app.button(key="cell-close").click().run()
    assert "cell" not in app.query_params


async def _never(*_: object) -> None:
    raise AssertionError


def test_a_page_that_does_not_exist_says_so() -> None:
    access = Access(_never, port=8501, pages={"": "Overview", "where": "Where"})
    for path in ("/", "/where", "/where/_stcore/health", "/static/js/x.js", "/_stcore/stream", "/favicon.png"):
        assert access._no_page(path) is None
    for path in ("/nowhere", "/wheres/x", "/static", "/<b>"):
        answer = access._no_page(path)
        assert answer is not None
        assert answer.status_code == 404
        text = bytes(answer.body).decode()
        assert "This page does not exist" in text
        assert '<a href="/where">Where</a>' in text
        assert "<b>" not in text


# What leaves the page


def test_what_is_saved_says_what_it_is_of(view: View) -> None:
    here = narrowed(view, Filter("product_id", ("fibre",)))
    panel = forest(here, None, narrow=False)
    assert panel is not None
    assert panel.table is not None
    foot = html.panel_foot(panel.key, panel.foot, panel.table, panel.sql, here.about, image=True)
    name = f"test_2025-12_effective-offer_product-fibre_forest_{view.study.run.id}"
    assert f'data-name="{name}.csv"' in foot
    assert f'data-name="{name}.png" data-about="Test, Dec 2025, compared with: ' in foot
    rows = list(csv.DictReader(io.StringIO(html.csv_text(panel.table, here.about), newline="")))
    assert len(rows) == len(here.cell_findings)
    for row in rows:
        assert (row["study"], row["as_of"], row["filters"]) == ("Test", "2025-12", "Product Fibre")
        assert (row["compared_with"], row["build"]) == (here.about.compared_with, view.study.run.id)


def test_a_copied_sentence_has_interval_and_provenance(view: View) -> None:
    data = json.loads(json.dumps(view.document.data))
    data["findings"][0] |= {"verdict": "favourable", "estimate": -0.03, "ci_lower": -0.04, "ci_upper": -0.021}
    text = screen.copied(Document.load(data), view.about.line())
    assert text.startswith(
        "Tenured customers pay 3.0 % less than a new customer is offered (95 % interval 2.1 to 4.0 %)"
    )
    assert text.endswith(
        f"Test, Dec 2025, compared with: {view.about.compared_with}, whole book, build {view.about.build}."
    )


def test_a_cell_is_saved_under_its_name(view: View) -> None:
    name = next(iter(cells_by_name(view)))
    detail = open_cell(view, name)
    assert detail.file.startswith("test_2025-12_")
    assert name.lower().replace(", ", "-").replace(" ", "-") in detail.file
    assert detail.file.endswith(f"{view.study.run.id}.csv")
    assert all(row.endswith(view.study.run.id) for row in detail.csv.splitlines()[1:])
    assert name in detail.sentence
    assert view.study.run.id in detail.sentence


# Errors


def _raising(error: Exception) -> Callable[[], None]:
    def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DataError("the file is gone", fix="run `fairness build` again"), "The file is gone"),
        (ZeroDivisionError("secret"), "Something unforeseen happened (ZeroDivisionError)"),
    ],
)
def test_an_error_of_a_page_is_said_in_our_words_with_a_way_on(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies: list[str] = []
    monkeypatch.setattr("fairness.dashboard.look.st.html", bodies.append)
    ways: list[str] = []
    monkeypatch.setattr("fairness.dashboard.main.st.button", lambda label, **_: ways.append(label))
    monkeypatch.setattr("fairness.dashboard.main.st.page_link", lambda _, *, label, **__: ways.append(label))
    guarded("Where", _raising(error))
    text = "".join(bodies)
    assert screen.PAGE_FAILED in text
    assert "<b>Where</b>" in text
    assert words in text
    assert "secret" not in text
    assert ways == [screen.AGAIN, screen.OVERVIEW]
    assert ("Traceback" in capsys.readouterr().err) is isinstance(error, ZeroDivisionError)


def test_a_study_without_a_run_has_a_page_with_a_name_and_a_retry(
    config: Path, tmp_path: Path, show: Callable[..., AppTest]
) -> None:
    copy = tmp_path / "study"
    shutil.copytree(config.parent, copy)
    aside = (copy / "out").rename(tmp_path / "aside")
    app = show(copy / config.name)
    assert title(app) == screen.NOTHING_BUILT
    assert "Run `fairness build` first" in said(app)
    aside.rename(copy / "out")
    next(button for button in app.button if button.label == screen.AGAIN).click().run()
    assert title(app) != screen.NOTHING_BUILT
