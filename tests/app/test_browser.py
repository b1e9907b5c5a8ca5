"""The pages in a real browser: what they show, that nothing leaves the machine, filters, links, cells and downloads."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from fairness.text.titles import PAGES
from tests.app.conftest import ERROR_BOX, Demo, Visit, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("dashboard")]

CELL = "where?cell=Broadband, South, phone"


def text_of(page: Any) -> str:
    """Return everything that the main part of the page says, figures included."""
    body: str = page.locator("[data-testid=stMain]").inner_text()
    drawn: list[str] = page.locator(".js-plotly-plot text").all_text_contents()
    return "\n".join([body, *drawn])


@pytest.mark.parametrize(("title", "path"), PAGES)
def test_every_page_is_drawn_without_an_error(visit: Visit, title: str, path: str) -> None:
    page = visit.context.new_page()
    page.goto(f"{visit.address}/{path}")
    page.wait_for_selector(f".eye b >> text={title}", timeout=90_000)
    page.wait_for_selector(".end")
    assert page.locator(ERROR_BOX).all_inner_texts() == []


@pytest.mark.parametrize("path", ["", CELL])
def test_a_page_fits_and_reads_in_both_themes(visit: Visit, path: str) -> None:
    page = visit.open(path)
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": 1400})
        page.wait_for_timeout(500)
        inner, outer = page.evaluate(
            "(() => { const e = document.querySelector('[data-testid=stMain]');"
            " return [e.scrollWidth, e.clientWidth]; })()"
        )
        assert inner <= outer
        assert texts_outside_their_figure(page) == []
    for name in ("stToolbar", "stMainMenu", "stAppDeployButton", "stHeader"):
        assert not page.get_by_test_id(name).is_visible()
    text = text_of(page)
    # Columns of the export that nothing reads are named as the file names them.
    assert set(re.findall(r"\b[a-z]+_[a-z_]+\b", text)) <= {"discount_duration", "discount_ends_on"}
    assert re.findall(r"\d[eE][-+]\d|\d\.\d+[eE]\d", text) == []
    assert re.findall(r"\b(?:nan|None|inf|null)\b", text) == []
    assert background(page) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    wait_until(page, "getComputedStyle(document.documentElement).getPropertyValue('--ink').includes('ECEFF1')")
    visit.settle(page)
    assert background(page) == "rgb(16, 20, 24)"


@pytest.mark.parametrize("width", [390, 640, 900])
def test_a_narrow_page_has_one_column_and_reaches_every_page(visit: Visit, width: int) -> None:
    """640 pixels are what 200 % zoom leaves of 1,280."""
    page = visit.open("where", width=width)
    inner, outer = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert inner <= outer
    for title, _ in PAGES:
        assert page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True).is_visible()
    lefts = {round(box.bounding_box()["x"]) for box in page.locator(".stMain [data-testid=stColumn]").all()}
    assert len(lefts) == 1
    more = page.get_by_role("button", name="Filters and definitions")
    filters = page.get_by_test_id("stMultiSelect").first
    assert more.is_visible() is (width < 768)
    assert filters.is_visible() is (width >= 768)
    if width < 768:
        more.click()
        assert filters.is_visible()


def background(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor"))


def texts_outside_their_figure(page: Any) -> list[str]:
    """Return the texts of figures that stand out of their figure at either side."""
    found: list[str] = page.evaluate("""
        [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
            const box = plot.getBoundingClientRect();
            return [...plot.querySelectorAll('text')].filter(text => {
                const own = text.getBoundingClientRect();
                return own.width && (own.left < box.left - 1 || own.right > box.right + 1);
            }).map(text => text.textContent);
        })""")
    return found


def test_a_filter_changes_the_figures_and_the_address_restores_the_view(visit: Visit, demo: Demo) -> None:
    page = visit.open()
    whole = page.locator("h1").inner_text()
    start = page.url
    page.get_by_test_id("stMultiSelect").filter(has_text="Product").locator("input").click()
    page.get_by_role("option", name="Broadband", exact=True).click()
    wait_until(page, "location.search.includes('product_id=Broadband')")
    wait_until(page, "document.querySelector('.eye').innerText.includes('Product Broadband')")
    visit.settle(page)
    lens = next(item for item in demo.document["findings"] if item["scope"] == {"product_id": "broadband"})
    assert f"{lens['estimate'] * 100:.1f} % more" in page.locator("h1").inner_text() != whole
    assert "product_id=Broadband" in page.url
    again = visit.open(page.url.removeprefix(f"{visit.address}/"))
    assert text_of(again) == text_of(page)
    page.go_back()
    wait_until(page, "document.querySelector('.eye').innerText.includes('whole book')")
    visit.settle(page)
    assert (page.url, page.locator("h1").inner_text()) == (start, whole)
    again.get_by_role("link", name="Where", exact=True).click()
    again.wait_for_selector(".strip.verdicts")
    visit.settle(again)
    assert "product_id=Broadband" in again.url
    assert "Mobile" not in again.locator(".st-key-panel-forest").inner_text()
    cells = [item for item in demo.document["findings"] if item["level"] == "cell" and item["estimand"] == "offer_gap"]
    here = [item for item in cells if item["scope"]["product_id"] == "broadband" and item["verdict"] == "penalty"]
    assert again.locator(".strip .v").first.inner_text().split() == [str(len(here)), "cells"]


def test_a_click_opens_a_cell_and_its_address_opens_it_again(visit: Visit) -> None:
    page = visit.open("where")
    tile = page.locator(".st-key-panel-heat .js-plotly-plot .point path").nth(1).bounding_box()
    page.mouse.click(tile["x"] + 8, tile["y"] + tile["height"] - 8)
    page.wait_for_selector(".st-key-drill", timeout=90_000)
    visit.settle(page)
    title = page.locator(".st-key-drill h2").inner_text()
    assert "cell=" in page.url
    # What was opened is in sight, and has the focus.
    assert page.evaluate("document.activeElement.innerText") == title
    assert 0 <= page.locator(".st-key-drill h2").bounding_box()["y"] < 1400
    again = visit.open(page.url.removeprefix(f"{visit.address}/"))
    assert again.locator(".st-key-drill h2").inner_text() == title
    assert "select" in again.locator("#sql-cell pre").text_content()


def test_an_address_opens_its_cell(visit: Visit) -> None:
    page = visit.open(CELL)
    page.wait_for_selector(".st-key-drill", timeout=90_000)
    name = page.locator(".st-key-drill h2").inner_text().split(":")[0]
    assert name == "Broadband, South, phone"


def test_downloads_hold_what_is_shown(visit: Visit, tmp_path: Path) -> None:
    page = visit.open(CELL)
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
    shown = {row[0]: row[1:] for row in table_of(page, ".side-notes table")}
    saved = {row[0]: row[1:] for row in rows}
    assert [int(n) for n in saved["Customers"][:2]] == [int(text.replace(",", "")) for text in shown["Customers"]]
    assert [f"£{float(n):,.2f}" for n in saved["Mean a month"][:2]] == shown["Mean a month"]
    page.locator(".st-key-panel-forest").get_by_role("button", name="Table").click()
    table = table_of(page, "#table-forest table")
    with page.expect_download() as waiting:
        page.locator("#table-forest").get_by_role("button", name="Download CSV").click()
    saved_rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))
    assert [row[0] for row in saved_rows[1:]] == [row[0] for row in table[1:]]
    for row, text in zip(saved_rows[1:], table[1:], strict=True):
        if row[1]:
            assert text[1].startswith(f"{float(row[1]) * 100:.1f} %".replace("-", "−").replace("−0.0 %", "0.0 %"))
    page.keyboard.press("Escape")
    with page.expect_download() as waiting:
        page.locator(".st-key-panel-forest").get_by_role("button", name="Image").click()
    image = Path(waiting.value.path()).read_bytes()
    assert image.startswith(b"\x89PNG")
    assert len(image) > 20_000
    name = waiting.value.suggested_filename
    assert re.fullmatch(r"[a-z-]+_\d{4}-\d\d_[a-z0-9-]+_whole-book_forest_[0-9a-f]{12}\.png", name)


def table_of(page: Any, selector: str) -> list[list[str]]:
    """Return the texts of a table by rows."""
    script = "table => [...table.rows].map(row => [...row.cells].map(cell => cell.textContent))"
    rows: list[list[str]] = page.locator(selector).first.evaluate(script)
    return rows


def test_keyboard_reaches_table_and_warning(visit: Visit) -> None:
    page = visit.open()
    page.get_by_role("button", name="What this means").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#meaning-0").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#meaning-0").is_visible()


def test_a_change_of_definition_offers_a_build(visit: Visit) -> None:
    page = visit.open()
    before = page.locator("h1").inner_text()
    page.get_by_role("button", name="Change a definition").click()
    months = page.get_by_label("Tenured from (months)")
    months.fill("36")
    months.press("Enter")
    page.wait_for_selector("[data-testid=stDialog] code >> text=tenured_from_months = 36")
    assert "fairness build" in page.get_by_test_id("stDialog").inner_text()
    assert page.locator("h1").inner_text() == before
