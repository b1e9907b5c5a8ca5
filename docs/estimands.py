"""Makes the tables of estimands and of count tables in ``docs/method.md`` from the registry and the models' headers.

Run with `make docs`; with ``--check`` nothing is written and tables that are out of date are named.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from fairness.engine.headers import read_model
from fairness.engine.models import model_files
from fairness.findings.estimands import ESTIMANDS

METHOD = Path(__file__).parent / "method.md"
BEGIN, END = "<!-- {}: written by `make docs` -->", "<!-- end -->"


def estimands() -> Iterator[str]:
    """Yield the table of the estimands, the order of display."""
    yield "| `estimand` | question | compared arm | `comparator` | `basis` | verdict | headline |"
    yield "|---|---|---|---|---|---|---|"
    for spec in ESTIMANDS:
        comparators = ", ".join(f"`{comparator.name}`" for comparator in spec.comparators)
        verdict, leads = ("yes" if flag else "no" for flag in (spec.has_verdict, spec.can_lead))
        row = (f"`{spec.name}`", spec.question, spec.compared, comparators, spec.basis, verdict, leads)
        yield f"| {' | '.join(row)} |"


def reductions() -> Iterator[str]:
    """Yield the count tables that estimands are computed from, with their grain."""
    serves: dict[str, list[str]] = defaultdict(list)
    for spec in ESTIMANDS:
        for table in dict.fromkeys(name for comparator in spec.comparators for name in comparator.reductions):
            serves[table].append(f"`{spec.name}`")
    yield "| table | holds | serves |"
    yield "|---|---|---|"
    for path in model_files():
        header = read_model(path)
        if header.name in serves:
            yield f"| `{header.name}` | {header.grain} | {', '.join(serves.pop(header.name))} |"
    if serves:
        raise ValueError(f"no model makes {', '.join(sorted(serves))}, which estimands are computed from")


def made(text: str) -> str:
    """Return the text with both tables made again."""
    for name, lines in (("estimands", estimands()), ("reductions", reductions())):
        begin = BEGIN.format(name)
        place = re.compile(rf"{re.escape(begin)}\n.*?{re.escape(END)}", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"{METHOD.name} has no single place for the table '{name}'")
        table = "\n".join([begin, "", *lines, "", END])
        text = place.sub(lambda _, table=table: table, text)
    return text


def main(arguments: list[str]) -> int:
    """Write the tables, or name the file where they are out of date."""
    text = METHOD.read_text(encoding="utf-8")
    after = made(text)
    if after == text:
        return 0
    if arguments == ["--check"]:
        print(f"{METHOD.name} is out of date: run `make docs`", file=sys.stderr)
        return 1
    METHOD.write_text(after, encoding="utf-8")
    print(f"wrote docs/{METHOD.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
