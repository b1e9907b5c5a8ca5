"""Makes the tables of README and ``docs/method.md`` that say what records of the package say.

Run with `make docs`; with ``--check`` nothing is written and files that are out of date are named. A table stands
between ``<!-- NAME: written by `make docs` -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fairness.engine.headers import read_model
from fairness.engine.models import model_files
from fairness.findings.estimands import ESTIMANDS
from fairness.text.codes import remark
from fairness.text.reasons import NOT_COMPARED, NOT_MATCHED
from fairness.text.verdict_words import VERDICT_REASONS, VERDICTS
from fairness.text.warning_words import WARNINGS

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- {}: written by `make docs` -->", "<!-- end -->"
MARGIN = "1 %"
"""Margin of the demo study, which README shows."""

Rows = Iterator[tuple[str, ...]]


def verdicts() -> Rows:
    """Yield the verdicts, the order of display."""
    yield "printed", "in JSON and SQL", "means", "does not mean"
    for name, verdict in VERDICTS.items():
        yield verdict.label.format(margin=MARGIN), f"`{name}`", verdict.means.format(margin=MARGIN), verdict.not_means


def remarks() -> Rows:
    """Yield the warnings as README explains them."""
    yield "remark", "means"
    for code, warning in WARNINGS.items():
        yield remark(code), warning.meaning


def rules() -> Rows:
    """Yield the reasons of verdicts, the order in which the rules are tried."""
    yield "#", "`verdict`", "when", "`verdict_reason`"
    for code, reason in VERDICT_REASONS.items():
        yield reason.rule, ", ".join(f"`{name}`" for name in reason.verdicts), reason.when, f"`{code}`"


def warnings() -> Rows:
    """Yield the warnings with the rule that raises them."""
    yield "code", "when"
    for code, warning in WARNINGS.items():
        yield f"`{code}`", warning.when


def reasons() -> Rows:
    """Yield the reasons for which something is not compared."""
    yield "`reason`", "meaning", "what to do"
    for code, reason in {**NOT_COMPARED, **NOT_MATCHED}.items():
        yield f"`{code}`", reason.sentence, reason.fix


def estimands() -> Rows:
    """Yield the estimands, the order of display."""
    yield "`estimand`", "question", "compared arm", "`comparator`", "`basis`", "verdict", "headline"
    for spec in ESTIMANDS:
        comparators = ", ".join(f"`{comparator.name}`" for comparator in spec.comparators)
        verdict, leads = ("yes" if flag else "no" for flag in (spec.has_verdict, spec.can_lead))
        yield f"`{spec.name}`", spec.question, spec.compared, comparators, spec.basis, verdict, leads


def reductions() -> Rows:
    """Yield the count tables that estimands are computed from, with their grain."""
    serves: dict[str, list[str]] = defaultdict(list)
    for spec in ESTIMANDS:
        for table in dict.fromkeys(name for comparator in spec.comparators for name in comparator.reductions):
            serves[table].append(f"`{spec.name}`")
    yield "table", "holds", "serves"
    for path in model_files():
        header = read_model(path)
        if header.name in serves:
            yield f"`{header.name}`", header.grain, ", ".join(serves.pop(header.name))
    if serves:
        raise ValueError(f"no model makes {', '.join(sorted(serves))}, which estimands are computed from")


TABLES: Mapping[str, tuple[Callable[[], Rows], ...]] = {
    "README.md": (verdicts, remarks),
    "docs/method.md": (reductions, estimands, rules, warnings, reasons),
}
"""The tables of each file."""


def made(file: str, text: str) -> str:
    """Return the text of a file with its tables made again."""
    for table in TABLES[file]:
        begin = BEGIN.format(table.__name__)
        place = re.compile(rf"{re.escape(begin)}\n.*?{re.escape(END)}", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"{file} has no single place for the table '{table.__name__}'")
        head, *rows = table()
        lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
        lines.insert(1, f"|{'---|' * len(head)}")
        whole = "\n".join([begin, "", *lines, "", END])
        text = place.sub(lambda _, whole=whole: whole, text)
    return text


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the tables, or name the files where they are out of date."""
    found = 0
    for file in TABLES:
        text = (root / file).read_text(encoding="utf-8")
        after = made(file, text)
        if after == text:
            continue
        if arguments == ["--check"]:
            print(f"{file} is out of date: run `make docs`", file=sys.stderr)
            found = 1
        else:
            (root / file).write_text(after, encoding="utf-8")
            print(f"wrote {file}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
