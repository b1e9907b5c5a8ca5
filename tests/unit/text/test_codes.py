"""Every code that a verdict may carry has its record, and the tables of README and the manual say the same."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import get_args

import pytest

import fairness
from fairness.stats.verdict import NoOffer, VerdictName, WarningCode, _Rule
from fairness.text import codes
from fairness.text.verdict_words import DECIDED, VERDICT_REASONS, VERDICTS
from fairness.text.warning_words import WARNINGS

ROOT = Path(__file__).parents[3]


def test_every_verdict_and_reason_of_one_has_a_record() -> None:
    assert set(VERDICTS) == set(get_args(VerdictName))
    assert set(VERDICT_REASONS) == {*get_args(_Rule), *get_args(NoOffer)}
    given = {verdict for reason in VERDICT_REASONS.values() for verdict in reason.verdicts}
    assert given == set(VERDICTS) > set(DECIDED)


def test_every_reason_that_nothing_is_assessed_for_ends_a_sentence() -> None:
    """ "Cannot be assessed: ..." needs a clause; one that also names why a thing is not compared keeps that meaning."""
    unassessed = {code for code, reason in VERDICT_REASONS.items() if reason.verdicts == ("not_assessable",)}
    assert [code for code in sorted(unassessed) if not VERDICT_REASONS[code].label] == []
    assert {code: codes.reason(code) for code in unassessed} == {c: VERDICT_REASONS[c].label for c in unassessed}
    assert codes.reason("plan_not_offered") == "the product is offered, but not on this plan"
    assert codes.short_reason("plan_not_offered") == "none"


def test_every_warning_has_a_record() -> None:
    assert set(get_args(WarningCode)) <= set(WARNINGS)
    for code, warning in WARNINGS.items():
        # What is filled in may end the sentence.
        assert re.fullmatch(r"[A-Z].*[.}]", warning.sentence), code
        assert re.fullmatch(r"[A-Z].*\.", warning.meaning), code
        assert warning.when, code


def test_every_warning_that_the_analysis_adds_has_a_record() -> None:
    root = Path(fairness.__file__).parent / "analysis"
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py")))
    added = set(re.findall(r'warnings = \(\*[a-z.]*warnings, "([a-z_]+)"\)', text))
    added |= set(re.findall(r'warnings=\(\*[a-z.]*warnings, "([a-z_]+)"\)', text))
    assert {"approximate", "mix_reverses_sign", "rows_rejected"} <= added
    assert added <= set(WARNINGS)


def test_the_tables_of_readme_and_manual_say_the_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a table that says something else is named, with the command that makes it again."""
    tables = runpy.run_path(str(ROOT / "docs/tables.py"))
    assert tables["main"](["--check"]) == 0, capsys.readouterr().err
    (tmp_path / "docs").mkdir()
    for name in tables["TABLES"]:
        shutil.copy(ROOT / name, tmp_path / name)
    assert tables["main"](["--check"], tmp_path) == 0
    readme = tmp_path / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace("| cannot tell yet |", "| fair |"), encoding="utf-8")
    assert tables["main"](["--check"], tmp_path) == 1
    assert capsys.readouterr().err == "README.md is out of date: run `make docs`\n"
    assert tables["main"]([], tmp_path) == 0
    assert readme.read_bytes() == (ROOT / "README.md").read_bytes()
