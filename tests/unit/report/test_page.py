"""The page for every kind of answer: plain words, two pages, and nothing that disclosure control withholds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairness.disclosure.released_document import released
from fairness.errors import ConfigError
from fairness.findings.document import Document
from fairness.report import compose, snapshot_before, write
from fairness.report.note import MAX_NOTE, SignOff
from fairness.report.page import lay_out
from fairness.report.page_html import render
from fairness.report.page_model import Page
from fairness.report.pdf import pdf
from fairness.runs.documents import read_settings
from fairness.runs.share_file import largest_payment, read_shared
from fairness.text import sentences
from fairness.text.verdict_words import VERDICTS
from fairness.text.warning_words import WARNINGS

pytestmark = pytest.mark.xdist_group("page")

GRADE_AT_MOST = 9.0
"""Flesch-Kincaid grade of the page's sentences: what a 14-year-old reads without help."""

Row = dict[str, object]


def book(gap: float, *, n: int = 240, offers: bool = True, spread: float = 0.02) -> list[Row]:
    """Return tenured customers of two plans and three regions at a gap to 17 offers, and new ones at their offer."""
    rows: list[Row] = []
    for number in range(2 * n):
        tenured = number % 2 == 0
        offer = 20 + number % 17
        wobble = spread * ((number * 7919) % 11 - 5) / 5
        rows.append(
            {
                "customer_id": f"C{number}",
                "product_id": "fibre" if number % 3 else "copper_line",
                "region": ("North", "South", "West")[number % 3],
                "price": round(offer * (1 + (gap if tenured else 0) + wobble), 2),
                "tenure_months": 36 + number % 50 if tenured else number % 12,
                **({"offer_price": offer} if offers else {}),
            }
        )
    return rows


STUDIES: dict[str, tuple[list[Row], dict[str, Any]]] = {
    "penalty": (book(0.12), {}),
    "favourable": (book(-0.12), {}),
    "equivalent": (book(0.0, spread=0.004), {}),
    "inconclusive": (book(0.012, spread=0.3, n=600), {}),
    "not_assessable": ([row for row in book(0.1, offers=False) if int(str(row["tenure_months"])) > 24], {}),
    "like_for_like": (book(0.12, offers=False), {}),
}


@pytest.fixture(scope="module")
def page_of(shared_study: Any) -> Callable[[str], tuple[Page, Document]]:
    """Return a function that builds a study by name, once, and lays out its page."""
    made: dict[str, tuple[Page, Document]] = {}

    def laid_out(name: str) -> tuple[Page, Document]:
        if name not in made:
            rows, sections = STUDIES[name]
            options = {"like_for_like": {"cell": ["region"]}, "inference": {"bootstrap_replicates": 0}, **sections}
            document = shared_study.publish(rows, **options)
            run = shared_study.run
            data = released(document, read_shared(run), largest_payment=largest_payment(run))
            shown = Document.load(data)
            made[name] = lay_out(shown, read_settings(run)), shown
        return made[name]

    return laid_out


def prose_of(page: Page) -> str:
    """Return the sentences that an executive reads on the first page."""
    said = [str(text) for text in page.lead] + list(page.warnings) + [page.foot]
    said += [f"{panel.title}." for panel in page.panels]
    said += [str(text) for note in page.notes for text in note.paragraphs]
    return " ".join(["".join(page.headline) + ".", *said])


def syllables(word: str) -> int:
    """Return the groups of vowels of a word, without a silent e at its end."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ee"))
    return max(1, groups - silent)


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade; numbers count as one short word."""
    # The decimal point of a number ends no sentence.
    plain = re.sub(r"[£€−]?\d[\d.,]*( %)?", "ten", text)
    sentences = [part for part in re.split(r"[.!?:;](?:\s|$)", plain) if part.strip()]
    found = re.findall(r"[A-Za-z’']+", plain)
    return 0.39 * len(found) / len(sentences) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def test_grade_knows_easy_from_hard() -> None:
    easy = "The cat sat on the mat. It was a big cat. The dog ran off."
    hard = (
        "Notwithstanding considerable heterogeneity, statistically significant differentials characterise "
        "longstanding policyholders' remuneration obligations."
    )
    assert grade(easy) < 3
    assert grade(hard) > 15


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_page_reads_easily(name: str, page_of: Callable[[str], tuple[Page, Document]]) -> None:
    page, _ = page_of(name)
    assert grade(prose_of(page)) <= GRADE_AT_MOST, prose_of(page)


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_page_has_its_verdict_and_no_codes(name: str, page_of: Callable[[str], tuple[Page, Document]]) -> None:
    page, document = page_of(name)
    if name in VERDICTS:
        assert page.verdict == name
    text = re.sub(r"<(style|code|details).*?</\1>", "", render(page, document), flags=re.S)
    seen = re.sub(r"<[^>]*>", " ", text)
    assert "".join(page.headline) == sentences.headline(document)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", seen.replace("_line", "")), re.findall(r"\b[a-z]+_[a-z_]+\b", seen)
    assert not re.search(r"\bNone\b|\bnan\b|\d[eE][+-]\d", seen)


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_pdf_has_two_pages(name: str, page_of: Callable[[str], tuple[Page, Document]]) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    page, document = page_of(name)
    opened = pypdfium2.PdfDocument(pdf(render(page, document)))
    n_pages = len(opened)
    opened.close()
    assert n_pages == 2


LONG_NAME = "Prices of loyal customers of household broadband, mobile and television, retail and wholesale"
LONG_NOTE = ("Seen and accepted by the board of directors. " * 16)[:MAX_NOTE].strip()
WARNINGS_OF_ALL_KINDS = tuple(record.meaning for record in WARNINGS.values())


def sheets(page: Page, document: Document) -> list[str]:
    """Return the texts of the sheets of a page as PDF; all are A4."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    opened = pypdfium2.PdfDocument(pdf(render(page, document)))
    try:
        assert {tuple(round(side) for side in sheet.get_size()) for sheet in opened} == {(595, 842)}
        return [" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in opened]
    finally:
        opened.close()


@pytest.mark.slow
def test_longer_texts_fit_the_two_sheets(page_of: Callable[[str], tuple[Page, Document]]) -> None:
    page, document = page_of("penalty")
    some = WARNINGS_OF_ALL_KINDS[:5]
    first, second = sheets(replace(page, study=LONG_NAME, sign_off=SignOff(LONG_NOTE), warnings=some), document)
    assert LONG_NAME in first
    assert LONG_NOTE in first
    assert all(text in first for text in some)
    assert "Page 1 of 2" in first
    assert "Method and caveats" in second
    assert "Page 2 of 2" in second


@pytest.mark.slow
def test_more_than_fits_takes_further_sheets_and_splits_no_block(
    page_of: Callable[[str], tuple[Page, Document]],
) -> None:
    page, document = page_of("penalty")
    every = WARNINGS_OF_ALL_KINDS * 2
    lines = [f"Line {number}" for number in range(1, 65)]
    found = sheets(replace(page, study=LONG_NAME, sign_off=SignOff("\n".join(lines)), warnings=every), document)
    assert len(found) > 2
    last = found[-2]
    # The note, taller than what is left of any sheet, its title, and what is fact below it, stand together.
    assert " ".join(lines) in last
    assert "Sign-off" in last
    assert page.foot in last
    assert f"Page {len(found) - 1} of {len(found)}" in last
    assert f"Page {len(found)} of {len(found)}" in found[-1]
    assert "Method and caveats" in found[-1]
    for text in every:
        assert any(text in sheet for sheet in found), "a warning is split between two sheets"


@pytest.mark.slow
def test_sections_without_findings_are_absent(page_of: Callable[[str], tuple[Page, Document]]) -> None:
    names = {name: {panel.name for panel in page_of(name)[0].panels} for name in STUDIES}
    assert names["penalty"] == {"gap-and-certainty", "largest-cells"}
    assert names["not_assessable"] == set()
    labels = [metric.label for metric in page_of("like_for_like")[0].strip]
    assert "Paid above the offer" not in labels


def test_small_groups_appear_nowhere(study: Any) -> None:
    """A region of four customers: neither its name nor its number leaves the firm, nor what gives it away."""
    rows = book(0.12)
    for row in rows[:8:2]:
        row["region"] = "Skerries"
    by_region = {"like_for_like": {"cell": ["region"]}, "lenses": {"by": ["region"]}}
    study.publish(rows, **by_region, inference={"bootstrap_replicates": 0})
    contents = compose(study.run)
    for name, data in contents.files.items():
        if name.endswith((".json", ".html", ".svg", ".csv")):
            assert b"Skerries" not in data, name
    counts = [f.n_tenured for f in contents.document.findings if f.n_tenured is not None]
    assert all(count >= 10 or count == 0 for count in counts)
    assert contents.document.data["disclosure"]["findings_withheld"] > 0


@pytest.mark.slow
def test_note_of_the_owner_is_text(study: Any) -> None:
    study.publish(book(0.12, n=60), inference={"bootstrap_replicates": 0})
    page = compose(study.run, SignOff("<script>alert(1)</script> seen")).files["snapshot.html"].decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


def test_decision_stands_above_the_sign_off_and_needs_no_note(study: Any) -> None:
    study.publish(book(0.12), inference={"bootstrap_replicates": 0})
    words = SignOff(decision="Freeze rises until June", owner="A. Owner", due="2026-01-31")
    page = compose(study.run, words).files["snapshot.html"].decode()
    text = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Decision asked Freeze rises until June. Owner: A. Owner. Due: 31 Jan 2026. Sign-off" in text
    for wrong in (SignOff(owner="A. Owner"), SignOff(decision="x", due="31 Jan"), SignOff(decision="x" * 301)):
        with pytest.raises(ConfigError):
            compose(study.run, wrong)


@pytest.mark.slow
def test_figures_stand_beside_those_of_the_snapshot_before(study: Any, tmp_path: Path) -> None:
    """November has a gap of 5 %, December one of 12 %; a snapshot with another question is passed over."""
    options: dict[str, Any] = {"like_for_like": {"cell": ["region"]}, "inference": {"bootstrap_replicates": 0}}
    study.publish(book(0.05), study={"as_of": "2025-11", "output": str(tmp_path / "out")}, **options)
    november = study.run
    place = november.folder.parent.parent / "snapshots"
    write(compose(november), place / "2025-11")
    study.publish(book(0.12), study={"as_of": "2025-12", "appetite": 0.1, "output": str(tmp_path / "out")}, **options)
    december = study.run
    before = snapshot_before(december)
    assert before is not None
    assert before.folder.name == "2025-11"
    contents = compose(december, before=before)
    then = {metric.label: metric.figure.text for metric in compose(november).page.strip}
    shown = {metric.label: metric.before for metric in contents.page.strip}
    assert shown == {label: f"Nov 2025: {text}" for label, text in then.items()}
    assert "Above the firm's own target of at most 10 %." in contents.page.lead
    assert contents.manifest["before"]["folder"] == "2025-11"
    page = contents.files["snapshot.html"].decode()
    assert all(text in page for text in shown.values())
    # One of another question, and one that was changed after it was written, are no snapshot before.
    study(
        book(0.12),
        study={"as_of": "2025-12", "output": str(tmp_path / "out")},
        **{**options, "inference": {"primary": "like_for_like_gap"}},
    )
    assert snapshot_before(study.run) is None
    (place / "2025-11" / "findings.json").chmod(0o644)
    (place / "2025-11" / "findings.json").write_text("{}", encoding="utf-8")
    assert snapshot_before(december) is None
