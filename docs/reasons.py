"""Makes the table of reasons in ``docs/method.md`` from their records.

Run with `make docs`; with ``--check`` nothing is written and a table that is out of date is named.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fairness.text.reasons import NOT_COMPARED, NOT_MATCHED

METHOD = Path(__file__).parent / "method.md"
BEGIN, END = "<!-- reasons: written by `make docs` -->", "<!-- end -->"


def table() -> str:
    """Return the table: one line for each reason."""
    records = {**NOT_COMPARED, **NOT_MATCHED}
    rows = [f"| `{code}` | {record.sentence} | {record.fix} |" for code, record in records.items()]
    return "\n".join([BEGIN, "", "| `reason` | meaning | what to do |", "|---|---|---|", *rows, "", END])


def main(arguments: list[str]) -> int:
    """Write the table, or name it where it is out of date."""
    text = METHOD.read_text(encoding="utf-8")
    made = re.sub(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: table(), text, count=1, flags=re.DOTALL)
    if made == text:
        return 0
    if arguments == ["--check"]:
        print(f"{METHOD.name} is out of date: run `make docs`", file=sys.stderr)
        return 1
    METHOD.write_text(made, encoding="utf-8")
    print(f"wrote docs/{METHOD.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
