"""The snapshot: what the folder holds, what the page says, and that it can be computed again."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import re
import shutil
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest

import fairness
from fairness.build.pipeline import build
from fairness.cli.demo import write_demo
from fairness.config import load_config
from fairness.errors import DataError
from fairness.report import SignOff, compose, read_manifest, verify, write
from fairness.report.figures import FigureIndex
from fairness.runs.key import key_path
from tests.oracle.files import unpacked

pytestmark = pytest.mark.xdist_group("snapshot")

CHARTS = ("gap-and-certainty", "gap-by-month", "largest-cells", "readings-of-the-offer")
TABLES = ("companions", "figures", "findings", "monthly", "support")
MEGABYTE = 1_000_000
ROOT = Path(__file__).parents[2]


def silent(step: str) -> None:
    del step


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the config of a demo study that is built."""
    config = write_demo(tmp_path_factory.mktemp("demo") / "study")
    build(load_config(config))
    return config


@pytest.fixture(scope="module")
def made(demo: Path, tmp_path_factory: pytest.TempPathFactory, run_cli: Callable[..., Any]) -> Path:
    """Return the folder of the demo's snapshot, made by the command in a process of its own."""
    folder = tmp_path_factory.mktemp("made") / "snapshot"
    done = run_cli("snapshot", demo, "--to", folder, "--note", "Seen. A. Owner")
    assert (done.code, done.err) == (0, "")
    assert done.out.strip() == str(folder)
    return folder


@pytest.fixture(scope="module")
def manifest(made: Path) -> dict[str, Any]:
    return read_manifest(made)


@pytest.mark.slow
def test_folder_is_complete_and_read_only(made: Path, manifest: dict[str, Any]) -> None:
    expected = {
        "findings.json",
        "slides.pptx",
        "snapshot.html",
        "snapshot.pdf",
        "tables.xlsx",
        *(f"charts/{name}.{kind}" for name in CHARTS for kind in ("png", "svg")),
        *(f"tables/{name}.csv" for name in TABLES),
    }
    files = {path.relative_to(made).as_posix(): path for path in made.rglob("*") if path.is_file()}
    assert set(files) == expected | {"manifest.json"}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o444}
    assert manifest["files"] == {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in expected}
    assert manifest["missing"] == {}
    assert manifest["seed"] == 20250101
    assert len(manifest["build"]["inputs"]) == 6
    assert files["snapshot.html"].stat().st_size < 3 * MEGABYTE


STEPS = [digit * 10.0**power for power in range(6, -5, -1) for digit in (5, 2, 1)]
"""What a figure that leaves the firm may be rounded to."""
COARSE = {"E4": 0.05, "F1": 0.2}
"""What the few who joined paid, and what the uncovered would have to pay: figures with a step above a hundredth."""
WITHHELD = {"G2", "G3"}
"""Customers left out for a reason that only few have."""


def step_of(*shown: float) -> float:
    """Return the largest step that figures which are rounded together may have been rounded to."""
    return next(step for step in STEPS if all(abs(value - step * round(value / step)) < 1e-9 * step for value in shown))


def check_gap(name: str, shown: dict[str, float], exact: dict[str, float]) -> None:
    """Check that a figure is the nearest of its steps, and its interval reaches outwards by less than another step."""
    step = step_of(*shown.values())
    assert step <= COARSE.get(name, 0.01), (name, step, shown)
    for column, value in exact.items():
        off = shown[column] - value
        if column == "ci_lower":
            assert -step - 1e-9 <= off <= 1e-9, (name, column, shown, value)
        elif column == "ci_upper":
            assert -1e-9 <= off <= step + 1e-9, (name, column, shown, value)
        else:
            assert abs(off) <= step / 2 + 1e-9, (name, column, shown, value)


def check_amount(name: str, shown: dict[str, float], exact: dict[str, float]) -> None:
    """Check that customers are the nearest ten, and money the nearest of its steps, of at most a third of it."""
    for column, value in exact.items():
        step = step_of(shown[column]) if column in ("money", "estimate") and value > 10_000 else 10
        assert shown[column] % 10 == 0, (name, column, shown)
        assert step <= value / 3, (name, column, step, value)
        assert abs(shown[column] - value) <= step / 2, (name, column, shown, value)


@pytest.mark.slow
def test_every_number_leads_to_its_sql(demo: Path, manifest: dict[str, Any]) -> None:
    """Each query, run on the analyst's file, returns the values that the page shows rounded."""
    run = build(load_config(demo))
    assert len(manifest["figures"]) > 15
    ids = [figure["id"] for figure in manifest["figures"]]
    assert len(ids) == len(set(ids))
    assert set(COARSE) | WITHHELD <= set(ids)
    with duckdb.connect(str(run.warehouse), read_only=True) as con:
        for figure in manifest["figures"]:
            name = figure["id"]
            assert figure["unit"]
            assert figure["n"]
            for source in figure["sources"]:
                result = con.execute(source["sql"])
                names = [column[0] for column in result.description or ()]
                (row,) = result.fetchall()
                assert sorted(names) == sorted(source["values"])
                if name in WITHHELD:
                    assert set(source["values"].values()) == {None}
                    assert not re.search(r"\d", figure["text"])
                    continue
                exact = dict(zip(names, map(float, row), strict=True))
                shown = {column: float(source["values"][column]) for column in names}
                check = check_gap if max(map(abs, exact.values())) <= 1 else check_amount
                check(name, shown, exact)
                assert all(manifest["sql"][path] == digest for path, digest in source["models"].items())


@pytest.mark.slow
def test_page_shows_each_figure_once_and_runs_nothing(made: Path, manifest: dict[str, Any]) -> None:
    page = (made / "snapshot.html").read_text(encoding="utf-8")
    for figure in manifest["figures"]:
        assert page.count(f'id="{figure["id"]}"') == 1
    assert "Tenured customers pay" in page
    assert "Seen. A. Owner" in page
    assert not re.search(r"<script|<link|<img|<iframe|<form|<button|@import|url\(", page)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in unescape(page)


@pytest.mark.slow
def test_no_file_holds_an_id_of_anybody(demo: Path, made: Path, manifest: dict[str, Any]) -> None:
    """Not even inside pictures, archives and compressed streams; a small study has no charts to look into."""
    with (demo.parent / "customers.csv").open(encoding="utf-8") as stream:
        ids = {row[name] for row in csv.DictReader(stream) for name in ("customer_id", "party_id")}
    assert len(ids) > 10_000
    assert "C0000001" in ids
    for name in (*manifest["files"], "manifest.json"):
        words = set(re.findall(r"[A-Z]\d{7}", "\n".join(unpacked(made / name))))
        assert words & ids == set(), name


@pytest.mark.slow
def test_every_file_says_what_it_is_of(made: Path, manifest: dict[str, Any]) -> None:
    """Study, as-of month, comparator, filters and build stand on the page and in every file."""
    said = ("Larkspur (fictional)", "Dec 2025", "effective offer over 12 months", "All customers, no filter")
    build_id = manifest["build"]["id"]
    texts = [(made / "snapshot.html").read_text(encoding="utf-8")]
    for name in CHARTS:
        svg = (made / f"charts/{name}.svg").read_text(encoding="utf-8")
        texts.append(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
    for name in TABLES:
        rows = csv.reader(io.StringIO((made / f"tables/{name}.csv").read_text(encoding="utf-8")))
        texts += [" ".join(row) for row in rows][1:]
    for text in texts:
        assert build_id in text
        assert all(phrase in text for phrase in said), text[:200]


@pytest.mark.slow
def test_csv_workbook_and_document_hold_the_same(made: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    document = json.loads((made / "findings.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO((made / "tables/findings.csv").read_text(encoding="utf-8"))))
    assert len(rows) == len(document["findings"])
    for row, finding in zip(rows, document["findings"], strict=True):
        value = row["estimate"] or row["amount"]
        assert value == ("" if finding["estimate"] is None else str(finding["estimate"]))
        assert row["verdict"] == (finding["verdict"] or "")
    book = openpyxl.load_workbook(made / "tables.xlsx")
    assert book.sheetnames[0] == "summary"
    assert tuple(sorted(book.sheetnames[1:])) == TABLES
    summary = " ".join(str(cell) for line in book["summary"].iter_rows(values_only=True) for cell in line if cell)
    assert "Tenured customers pay 5.0 % more than a new customer is offered" in summary
    assert "Paid above the offer £210,000 a year" in summary
    sheet = book["findings"]
    head = next(number for number, cells in enumerate(sheet.iter_rows(values_only=True), 1) if cells[0] == "finding")
    names = [cell.value for cell in sheet[head]]
    plain = [cell.value for cell in sheet[head - 1]]
    assert plain[names.index("n_tenured")] == "Tenured customers"
    assert not any("_" in heading for heading in plain if heading)
    assert sheet.auto_filter.ref.startswith(f"A{head}:")
    assert sheet.cell(head + 1, names.index("estimate") + 1).number_format == "0.0 %"
    assert sheet.cell(head + 1, names.index("n_tenured") + 1).number_format == "#,##0"
    for number, row in enumerate(rows[:40], start=head + 1):
        cell = sheet.cell(number, names.index("estimate") + 1)
        # A workbook stores 16 digits of a number.
        assert (cell.value is None) == (row["estimate"] == "")
        assert cell.value is None or cell.value == pytest.approx(float(row["estimate"]), rel=1e-15)
    assert all(cell.data_type != "f" for page in book for line in page.iter_rows() for cell in line)


@pytest.mark.slow
def test_slides_are_four_with_native_text(made: Path) -> None:
    pptx = pytest.importorskip("pptx")
    slides = list(pptx.Presentation(made / "slides.pptx").slides)
    assert len(slides) == 4
    texts = [" ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in slides]
    assert "Tenured customers pay 5.0 % more than a new customer is offered" in texts[0]
    assert "20.0 % (19.0 to 21.0)" in texts[2]
    assert all("Dec 2025" in text and "effective offer" in text for text in texts)
    assert not any(
        shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE for slide in slides for shape in slide.shapes
    )


@pytest.mark.slow
def test_pdf_has_two_pages_and_the_answer(made: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument(made / "snapshot.pdf")
    texts = [" ".join(document[number].get_textpage().get_text_bounded().split()) for number in range(len(document))]
    sizes = [document[number].get_size() for number in range(len(document))]
    is_tagged = pypdfium2.raw.FPDFCatalog_IsTagged(document)
    inked = document[0].render(scale=0.5).to_pil().convert("L").histogram()[0:128]
    document.close()
    assert is_tagged, "a screen reader finds no headings and tables"
    assert len(texts) == 2
    assert sizes == [(pytest.approx(595, abs=1), pytest.approx(842, abs=1))] * 2
    assert "Tenured customers pay 5.0 % more than a new customer is offered" in texts[0]
    assert "Method and caveats" in texts[1]
    assert sum(inked) > 500


@pytest.mark.slow
def test_pictures_are_png_of_the_charts(made: Path) -> None:
    for name in CHARTS:
        head = (made / f"charts/{name}.png").read_bytes()[:24]
        width, height = struct.unpack(">II", head[16:24])
        svg = (made / f"charts/{name}.svg").read_text(encoding="utf-8")
        size = [float(re.search(rf'{side}="([\d.]+)"', svg)[1]) for side in ("width", "height")]  # type: ignore[index]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert (width, height) == tuple(pytest.approx(2.5 * side, abs=3) for side in size)


@pytest.mark.slow
def test_two_runs_and_two_thread_counts_are_the_same_bytes(
    demo: Path, made: Path, manifest: dict[str, Any], tmp_path: Path
) -> None:
    """Built anew with one thread, every file is the one that was made with two."""
    config = load_config(demo)
    again = config.model_copy(
        update={
            "engine": config.engine.model_copy(update={"threads": 1}),
            "study": config.study.model_copy(update={"output": str(tmp_path / "out")}),
            "privacy": config.privacy.model_copy(update={"key_file": str(key_path(config))}),
        }
    )
    contents = compose(build(again), SignOff(manifest["note"]))
    assert {name: hashlib.sha256(data).hexdigest() for name, data in contents.files.items()} == manifest["files"]


@pytest.mark.slow
def test_verification_finds_what_was_changed(study: Any, tmp_path: Path) -> None:
    rows = [
        {"customer_id": n, "price": 20 + n % 5, "offer_price": 19 + n % 3, "tenure_months": 6 + n % 60}
        for n in range(300)
    ]
    path = study.write(rows, inference={"bootstrap_replicates": 0})
    config = load_config(path)
    folder = write(compose(build(config)), tmp_path / "snapshot")
    assert verify(folder, config, progress=silent) == []
    for name in ("findings.json", "tables/support.csv"):
        (folder / name).chmod(0o644)
    changed = (
        (folder / "findings.json").read_text(encoding="utf-8").replace('"customer_id"', '"id"').replace("300", "299")
    )
    (folder / "findings.json").write_text(changed, encoding="utf-8")
    (folder / "tables/support.csv").unlink()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with (path.parent / "book.csv").open("a", encoding="utf-8") as book:
        book.write("301,25,20,40\n")
    found = "\n".join(verify(folder, config, progress=silent))
    assert "findings.json: changed after it was written" in found
    assert "tables/support.csv: the file is gone" in found
    assert "notes.txt: not part of the snapshot" in found
    # A row of a book is a customer: their number is rounded, and one more is not told.
    assert "input book.csv: its content differs" in found
    assert "snapshot.html: computed again, it has other bytes" in found


@pytest.mark.slow
def test_snapshot_is_never_overwritten(demo: Path, made: Path, call_cli: Callable[..., Any]) -> None:
    same = call_cli("snapshot", demo, "--to", made, "--note", "Seen. A. Owner")
    other = call_cli("snapshot", demo, "--to", made, "--note", "Another note")
    assert (same.code, other.code) == (0, 1)
    assert "never overwritten" in other.err


@pytest.mark.slow
@pytest.mark.browser
def test_page_opens_offline_without_a_word_on_the_console(made: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    # The driver of another test may hold this thread's event loop.
    with ThreadPoolExecutor(max_workers=1) as pool:
        said, asked = pool.submit(open_offline, chromium, (made / "snapshot.html").as_uri()).result()
    assert said == []
    assert asked == [(made / "snapshot.html").as_uri()]


def open_offline(chromium: str, address: str) -> tuple[list[str], list[str]]:
    """Open a page without network, look at it, and return what the console said and what was asked for."""
    from playwright.sync_api import sync_playwright

    said: list[str] = []
    asked: list[str] = []
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        try:
            page = browser.new_context(offline=True).new_page()
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address)
            assert page.locator("h1").first.inner_text().startswith("Tenured customers pay")
            assert page.locator("svg").count() == 6
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        finally:
            browser.close()
    return said, asked


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone_and_can_be_read_in_the_dark(made: Path, scheme: str) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with ThreadPoolExecutor(max_workers=1) as pool:
        look = pool.submit(look_at_phone, chromium, (made / "snapshot.html").as_uri(), scheme).result()
    assert look["widest"] <= 390
    paper = look["paper"]
    assert (luminance(paper) < 0.05) == (scheme == "dark")
    assert len(look["inks"]) >= 4
    for ink in look["inks"]:
        light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{ink} on {paper}"
    # Nothing of a chart is as light as paper in the dark: no patch of the light page is left.
    assert all(luminance(fill) < 0.6 for fill in look["areas"]) or scheme == "light"


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as browsers state it (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


_COLOURS = """() => {
    const of = (selector, name) => [...new Set([...document.querySelectorAll(selector)]
        .map(node => getComputedStyle(node)[name]))];
    return {
        widest: document.documentElement.scrollWidth,
        paper: getComputedStyle(document.body).backgroundColor,
        inks: [...new Set([...of("h1, h1 em, h2, p, th, td, .k, .s, .v, small, .pf, .foot", "color"),
            ...of("svg text", "fill")])],
        areas: of("svg path", "fill").filter(fill => fill !== "none"),
    };
}"""


def look_at_phone(chromium: str, address: str, scheme: Literal["light", "dark"]) -> dict[str, Any]:
    """Return how wide a page is on a phone, and the colours of its paper, texts and areas."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        try:
            page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
            page.goto(address)
            found: dict[str, Any] = page.evaluate(_COLOURS)
        finally:
            browser.close()
    return found


@pytest.mark.slow
def test_office_opens_workbook_and_slides(made: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    import subprocess

    for name, kind in (("tables.xlsx", "csv"), ("slides.pptx", "pdf")):
        command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
        subprocess.run(
            [*command, "--convert-to", kind, "--outdir", str(tmp_path), str(made / name)],
            check=True,
            capture_output=True,
            timeout=120,
        )
    first_sheet = (tmp_path / "tables.csv").read_text(encoding="cp1252")
    assert "Tenured customers pay 5.0 % more than a new customer is offered" in first_sheet
    assert "One row per finding; the answer is finding 1" in first_sheet
    assert (tmp_path / "slides.pdf").read_bytes()[:5] == b"%PDF-"


def test_a_figure_without_n_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks its unit, its n or its source"):
        FigureIndex().add("A", "5 %", unit="fraction", n="", sources=())


@pytest.mark.slow
def test_markdown_and_tex_say_what_the_table_says(demo: Path, call_cli: Callable[..., Any]) -> None:
    markdown, tex = (call_cli("analyze", demo, "--format", form).out for form in ("md", "tex"))
    assert markdown.startswith("# Tenured customers pay 5.0 % more than a new customer is offered\n")
    assert "| 3–4 years | 3.4 % (2.8 to 4.0) | pay more |" in markdown
    assert "> The raw gap points the other way" in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {6}
    assert tex.startswith(r"\section*{Tenured customers pay 5.0 \% more than a new customer is offered}")
    assert tex.count(r"\begin{tabular}{lrrrr}") == tex.count(r"\end{tabular}") == 3
    assert not re.search(r"(?<!\\)[%&#_](?![^&]*\\\\)", "\n".join(line for line in tex.splitlines() if "&" not in line))


@pytest.mark.slow
def test_python_gives_the_numbers_of_the_document(demo: Path) -> None:
    run = fairness.open(demo)
    document = run.findings()
    assert run.gap() == document["headline"]
    assert "Tenured customers pay 5.0 % more" in repr(run)
    assert [item["scope"]["region"] for item in run.gap(by="region")] == ["Islands", "Midlands", "North", "South"]
    assert len(run.gap(by="cell")) == 27
    table = run.to_pandas()
    assert len(table) == len(document["findings"])
    assert table["estimate"][0] == document["headline"]["estimate"]
    money = table[(table["estimand"] == "overpayment") & (table["level"] == "pooled")]["amount"].max()
    assert money > 100_000
    assert run.plot("gap-by-month")._repr_svg_().startswith("<svg")
    with pytest.raises(DataError, match="did you mean 'region'"):
        run.gap(by="regio")
    with pytest.raises(DataError, match="there is no chart 'pie'"):
        run.plot("pie")
    assert fairness.open(run.run.folder).gap() == run.gap()


@pytest.mark.slow
def test_notebook_gives_its_output(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of the example, run from top to bottom, give the text that stands under them."""
    cells = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    monkeypatch.chdir(demo.parent.parent)
    (demo.parent.parent / "fairness-demo").symlink_to(demo.parent)
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        *before, last = tree.body
        exec(compile(ast.Module(before, []), "cell", "exec"), names)
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module([last], []), "cell", "exec"), names)
            continue
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        (output,) = cell["outputs"]
        if "text/plain" in output["data"]:
            assert repr(value) == "".join(output["data"]["text/plain"])
        else:
            assert list(output["data"]) == ["image/svg+xml"]
            # The id of a build depends on its key for pseudonyms, which is new in every study.
            texts = (value.svg, "".join(output["data"]["image/svg+xml"]))
            shown, kept = (re.sub("Build [0-9a-f]+", "Build", text) for text in texts)
            assert shown == kept
