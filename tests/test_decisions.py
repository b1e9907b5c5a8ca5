"""The decisions of docs/decisions.md: numbered without gaps, listed at the head of the page, and cited as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
CITED = re.compile(r"(?<!noqa: )\bD([1-9]\d*)\b")
LINK = re.compile(r"decisions\.md#([^)]*)\)")


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


HEADINGS = {int(heading.split()[0][1:]): heading for heading in re.findall(r"^## (D\d+ .+)$", PAGE, re.MULTILINE)}
ANCHORS = {number: anchor(heading) for number, heading in HEADINGS.items()}


def texts() -> Iterator[tuple[str, str]]:
    """Yield what may cite a decision: code, SQL and pages."""
    for pattern in ("fairness/**/*.py", "sql/**/*.sql", "docs/*.md", "*.md", "sql/*.md"):
        for path in sorted(ROOT.glob(pattern)):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def unknown(text: str) -> set[int]:
    """Return the numbers of decisions that a text cites and that do not exist."""
    return {int(number) for number in CITED.findall(text)} - HEADINGS.keys()


def test_decisions_are_numbered_without_gaps() -> None:
    assert len(re.findall(r"^## ", PAGE, re.MULTILINE)) == len(HEADINGS), "a decision without a number, or one twice"
    assert sorted(HEADINGS) == list(range(1, len(HEADINGS) + 1))


def test_each_decision_says_what_was_chosen_and_why() -> None:
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        for part in ("Choice", "Alternatives", "Reason", "Effect"):
            assert f"* **{part}.**" in section, section.splitlines()[0]


def test_the_head_of_the_page_lists_each_decision_once() -> None:
    listed = re.findall(r"\[D(\d+)\]\(#([^)]*)\)", PAGE)
    assert sorted((int(number), target) for number, target in listed) == sorted(ANCHORS.items())


def test_every_decision_that_is_cited_exists() -> None:
    assert {name: unknown(text) for name, text in texts() if unknown(text)} == {}
    links = {(name, target) for name, text in texts() for target in LINK.findall(text)}
    assert [link for link in sorted(links) if link[1] not in ANCHORS.values()] == []
    assert unknown(f"Decision D{len(HEADINGS) + 1}.") == {len(HEADINGS) + 1}


def test_code_cites_decisions() -> None:
    """Where a contested definition is computed, a reader finds why it is as it is."""
    cited = {int(n) for name, text in texts() if name.endswith((".py", ".sql")) for n in CITED.findall(text)}
    assert sorted(set(HEADINGS) - cited) == []
