"""Every code that a verdict may carry has its words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import fairness
from fairness.stats.verdict import WarningCode
from fairness.text import codes


def test_every_warning_has_a_sentence_and_a_meaning() -> None:
    assert set(codes.MEANINGS) == set(codes.WARNINGS)
    assert set(get_args(WarningCode)) <= set(codes.WARNINGS)


def test_every_warning_that_the_analysis_adds_has_its_words() -> None:
    root = Path(fairness.__file__).parent / "analysis"
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py")))
    added = set(re.findall(r'warnings = \(\*[a-z.]*warnings, "([a-z_]+)"\)', text))
    added |= set(re.findall(r'warnings=\(\*[a-z.]*warnings, "([a-z_]+)"\)', text))
    assert {"approximate", "mix_reverses_sign", "rows_rejected"} <= added
    assert added <= set(codes.WARNINGS)
