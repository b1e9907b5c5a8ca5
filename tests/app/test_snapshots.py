"""The page of snapshots: what `fairness diff` says, the list, and clear words where there is nothing to show."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from fairness import report
from fairness.build.pipeline import build
from fairness.charts.interactive import THEMES, draw
from fairness.config import load_config
from fairness.dashboard.change_panels import before_and_after, change_strip, kept_panel, split_panel
from fairness.dashboard.pages import snapshots_page as script
from fairness.dashboard.session import open_study
from fairness.dashboard.snapshot_list import Entry, comparison, entries, usual_pair
from fairness.findings.document import Document
from fairness.panels.view import Study
from fairness.text import changes, numbers, sentences
from tests.app.conftest import serving, visiting
from tests.conftest import StudyRunner

pytestmark = pytest.mark.xdist_group("snapshots")

THEME = THEMES["light"]
NOTE = "Seen and accepted. A. Owner, 5 Jan 2026"


def book(rise: float = 0.0) -> list[dict[str, object]]:
    """Return 120 tenured customers, 2 to 14 % and a rise above six offers; with a rise, ten leave and five come."""
    rows: list[dict[str, object]] = [
        {
            "customer_id": f"T{number}",
            "product_id": "fibre" if number % 2 else "cable",
            "price": round((20 + number % 6) * (1.02 + number % 7 * 0.02) + rise, 2),
            "offer_price": 20 + number % 6,
            "tenure_months": 30 + number % 40,
            "region": "north" if number % 3 else "south",
        }
        for number in range(10 if rise else 0, 125 if rise else 120)
    ]
    return rows


@dataclass(frozen=True)
class Studied:
    """A study with a snapshot of November, one of December with a note, and a run that compares other cells."""

    config: Path
    snapshots: tuple[Path, Path]
    other_run: Path


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    runner = StudyRunner(tmp_path_factory.mktemp("snapshots"))
    settings = {"inference": {"bootstrap_replicates": 0}}
    config = runner.write(book(), study={"as_of": "2025-11"}, **settings)
    folders = [take(config, "")]
    later = runner.write(book(1.5), study={"as_of": "2025-12"}, **settings)
    shutil.copy(later.parent / "book.csv", config.parent)
    config.write_text(later.read_text(encoding="utf-8"), encoding="utf-8")
    folders.append(take(config, NOTE))
    ours = config.read_text(encoding="utf-8")
    config.write_text(f'{ours}\n[like_for_like]\ncell = ["region"]\n', encoding="utf-8")
    other = build(load_config(config)).folder
    config.write_text(ours, encoding="utf-8")
    build(load_config(config))
    return Studied(config, (folders[0], folders[1]), other)


def take(config: Path, note: str) -> Path:
    """Write a snapshot of a study and return its folder."""
    run = build(load_config(config))
    contents = report.compose(run, report.SignOff(note))
    return report.write(contents, report.default_folder(run, contents))


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return a function that runs the page for a study as the address says."""

    def opened(config: Path, **address: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["app.py", str(config)])
        page = AppTest.from_file(str(script.__file__), default_timeout=60)
        for name, value in address.items():
            page.query_params[name] = value
        page.run()
        assert not page.exception
        return page

    return opened


def said(page: AppTest) -> str:
    """Return the texts of a page."""
    return "\n".join(re.sub(r"<[^>]+>", " ", element.proto.body) for element in page.get("html"))


def title(page: AppTest) -> str:
    found = re.search(r"<h1>(.*?)</h1>", "".join(element.proto.body for element in page.get("html")))
    assert found is not None
    return found[1]


def commands(page: AppTest) -> list[str]:
    return [element.value for element in page.code]


@pytest.fixture
def pair(studied: Studied) -> tuple[Study, tuple[Entry, Entry]]:
    study = open_study(studied.config)
    found = usual_pair(entries(study)[0])
    assert found is not None
    return study, found


@pytest.mark.slow
def test_it_says_what_diff_says(
    studied: Studied, pair: tuple[Study, tuple[Entry, Entry]], call_cli: Callable[..., Any]
) -> None:
    told = json.loads(call_cli("diff", *studied.snapshots, "--format", "json").out)
    study, chosen = pair
    assert tuple(item.folder for item in chosen) == studied.snapshots
    compared = comparison(*chosen)
    assert compared.change == told
    panel = split_panel(study, chosen, compared)
    assert panel is not None
    assert panel.table is not None
    parts = told["parts"]
    assert [row[1:] for row in panel.table.csv_rows] == [
        (part["gap"], part["money"], part["customers"]) for part in parts
    ]
    shown = [
        (changes.points(part["gap"]), numbers.money(part["money"], "GBP"), f"{part['customers']:,}") for part in parts
    ]
    assert [row[1:] for row in panel.table.rows[:-1]] == shown
    moved = Decimal(told["second"]["money"]) - Decimal(told["first"]["money"])
    assert panel.table.rows[-1][1:3] == (changes.points(told["estimate"]), f"£{moved:,.0f}")
    facts = before_and_after(study, told, compared.heads).table
    assert facts is not None
    assert {row[0]: row[1:] for row in facts.csv_rows}["customers"] == (120, 115, -5)
    strip = change_strip(told, compared.heads)
    assert [item[2] for item in strip] == [
        numbers.percent(told["first"]["gap"]),
        numbers.percent(told["second"]["gap"]),
        f"{told['estimate'] * 100:+.1f}",
        numbers.money(told["second"]["money"], "GBP"),
    ]


@pytest.mark.slow
def test_the_bars_lead_from_the_first_gap_to_the_second(pair: tuple[Study, tuple[Entry, Entry]]) -> None:
    study, chosen = pair
    compared = comparison(*chosen)
    panel = split_panel(study, chosen, compared)
    assert panel is not None
    assert panel.chart is not None
    figure = draw(panel.chart, THEME)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == len(changes.PARTS)
    reached = compared.heads[0]["estimate"]
    for bar in bars:
        assert bar.base[0] == pytest.approx(reached, abs=1e-12)
        reached += bar.x[0]
    assert reached == pytest.approx(compared.heads[1]["estimate"], abs=1e-12)
    marks = [trace.x[0] for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]
    assert marks == [head["estimate"] for head in compared.heads]


@pytest.mark.slow
def test_the_query_of_the_parts_gives_them(
    pair: tuple[Study, tuple[Entry, Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:

    study, chosen = pair
    compared = comparison(*chosen)
    panel = split_panel(study, chosen, compared)
    assert panel is not None
    assert compared.change is not None
    monkeypatch.chdir(study.config.path.parent)
    with duckdb.connect() as con:
        result = con.execute(panel.sql)
        names = [column[0] for column in result.description or ()]
        rows = {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}
    price = next(part for part in compared.change["parts"] if part["part"] == "price")
    stayed = rows["stayed"]
    assert stayed["n_customers"] == price["customers"] == 110
    assert Decimal(int(stayed["price_after"] - stayed["price_before"])) * 12 / 10000 == Decimal(price["money"])


@pytest.mark.slow
def test_the_page_tells_change_list_and_how_to_check(studied: Studied, open_page: Callable[..., AppTest]) -> None:
    page = open_page(studied.config)
    assert title(page).startswith("The gap rose by ")
    text = said(page)
    for phrase in ("Nov 2025 to Dec 2025", "120 tenured customers", "Chance in ", "2 snapshots of this study", NOTE):
        assert phrase in text
    last = studied.snapshots[1]
    assert commands(page)[0] == f"fairness snapshot --verify out/snapshots/{last.name}"
    assert commands(page)[1].startswith("fairness snapshot fairness.toml --note ")
    chosen = {box.key: box.value for box in page.selectbox}
    assert {name: "".join(page.query_params[name]) for name in ("first", "second", "snapshot")} == chosen
    assert chosen["first"] == f"Nov 2025, snapshot {studied.snapshots[0].name.removeprefix('2025-11-')}"


@pytest.mark.slow
def test_snapshots_are_shown_as_they_hold_it(studied: Studied) -> None:
    found, problems = entries(open_study(studied.config))
    snapshots = [item for item in found if item.manifest is not None]
    panel = kept_panel(snapshots)
    assert problems == []
    assert panel.table is not None
    for folder, row in zip(reversed(studied.snapshots), panel.table.csv_rows, strict=True):
        document = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        head = document["headline"]
        assert row[1:6] == (
            sentences.headline(Document.load(document)),
            *(head[key] for key in ("estimate", "ci_lower", "ci_upper", "n_tenured")),
        )
    assert [row[-1] for row in panel.table.rows] == ["yes", "–"]


@pytest.mark.slow
def test_two_that_cannot_be_compared_say_why(studied: Studied, open_page: Callable[..., AppTest]) -> None:
    page = open_page(studied.config, first=f"Dec 2025, run {studied.other_run.name}")
    assert title(page) == changes.NOT_COMPARABLE
    text = said(page)
    assert "The columns of a cell: region in the first, none in the second" in text
    assert "Largest part" not in text
    box = next(box for box in page.selectbox if box.key == "first")
    box.select(f"Nov 2025, snapshot {studied.snapshots[0].name.removeprefix('2025-11-')}").run()
    assert title(page).startswith("The gap rose by ")


@pytest.mark.slow
def test_an_address_that_names_nothing_says_so(studied: Studied, open_page: Callable[..., AppTest]) -> None:
    page = open_page(studied.config, second="Jan 1999, run 000000000000")
    assert "“Jan 1999, run 000000000000”, which is not among" in said(page)
    assert title(page).startswith("The gap rose by ")


@pytest.mark.slow
def test_without_the_run_there_is_a_change_and_no_split(
    studied: Studied, open_page: Callable[..., AppTest], tmp_path: Path
) -> None:
    config = copy(studied, tmp_path)
    first = json.loads((studied.snapshots[0] / "manifest.json").read_text(encoding="utf-8"))["build"]["id"]
    shutil.rmtree(config.parent / "out" / "runs" / first)
    text = said(open_page(config))
    assert changes.NO_SPLIT_RUN in text
    assert "Largest part" not in text
    assert "The gap rose by " in text


@pytest.mark.slow
def test_files_that_were_changed_are_named(studied: Studied, open_page: Callable[..., AppTest], tmp_path: Path) -> None:
    config = copy(studied, tmp_path)
    folders = [config.parent / "out" / "snapshots" / folder.name for folder in studied.snapshots]
    page = folders[1] / "snapshot.html"
    page.chmod(0o644)
    page.write_text("<h1>0 %</h1>", encoding="utf-8")
    assert "snapshot.html: changed after it was written" in said(open_page(config))
    findings = folders[0] / "findings.json"
    findings.chmod(0o644)
    findings.write_text("{", encoding="utf-8")
    text = said(open_page(config))
    assert f"{folders[0].name} is not listed: the findings of the snapshot were changed after they were written" in text
    assert "1 snapshot of this study" in text


def copy(studied: Studied, folder: Path) -> Path:
    """Return the config of a copy of the study."""
    target = folder / "copy"
    shutil.copytree(studied.config.parent, target)
    return target / studied.config.name


def test_a_study_without_snapshots_says_how_to_make_one(
    studied: Studied, open_page: Callable[..., AppTest], tmp_path: Path
) -> None:
    config = copy(studied, tmp_path)
    shutil.rmtree(config.parent / "out" / "snapshots")
    for run in load_config(config).output_dir.glob("runs/*"):
        if run.name != open_study(config).run.id:
            shutil.rmtree(run)
    page = open_page(config)
    assert title(page) == changes.NO_SNAPSHOT
    assert "A snapshot is a folder that never changes" in said(page)
    assert [command.split(" --")[0] for command in commands(page)] == ["fairness snapshot fairness.toml"]
    take(config, "")
    page = open_page(config)
    assert title(page) == changes.NOTHING_TO_COMPARE
    assert "1 snapshot of this study" in said(page)


@pytest.mark.browser
def test_the_page_in_a_browser(chromium: Any, studied: Studied, tmp_path: Path) -> None:
    with serving(studied.config, tmp_path) as dashboard, visiting(chromium, dashboard) as visit:
        page = visit.open("snapshots?product_id=Fibre")
        for width in (1280, 1920):
            page.set_viewport_size({"width": width, "height": 1400})
            page.wait_for_timeout(400)
            main = page.get_by_test_id("stMain")
            assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
        text = main.inner_text()
        assert re.findall(r"\b[a-z]+_[a-z_]+\b", text) == []
        assert re.findall(r"\b(?:nan|None|inf|null)\b|\d\.\d+[eE]", text) == []
        assert changes.FILTERS_REST in page.get_by_test_id("stSidebar").inner_text()
        assert "first=Nov" in page.url
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Page (PDF)").click()
        assert Path(waiting.value.path()).read_bytes() == (studied.snapshots[1] / "snapshot.pdf").read_bytes()
        page.get_by_role("button", name=changes.OPEN_PAGE).click()
        shown = page.frame_locator(".framed iframe").locator("h1").first.inner_text()
        document = json.loads((studied.snapshots[1] / "findings.json").read_text(encoding="utf-8"))
        assert shown.startswith(sentences.headline(Document.load(document))[:30])
        page.keyboard.press("Escape")
        page.get_by_test_id("stSelectbox").filter(has_text="From").locator("input").click()
        page.get_by_role("option", name=f"run {studied.other_run.name}").click()
        page.get_by_role("heading", name=changes.NOT_COMPARABLE).wait_for()
        again = visit.context.new_page()
        again.goto(page.url)
        again.get_by_role("heading", name=changes.NOT_COMPARABLE).wait_for()
