"""Makes ``docs/gallery.md``: for each preset an export of a few rows, the command, what is read, what it cannot show.

Run with `make docs`; with ``--check`` nothing is written and a file that is out of date is named.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fairness.build.input_check import Checked, check_input
from fairness.config import load_config
from fairness.engine.connection import looking
from fairness.presets import Draft, Preset, draft_config, load_presets
from fairness.text import drafting

ROOT = Path(__file__).parents[1]
EXPORTS = ROOT / "examples" / "exports"
PAGE = "docs/gallery.md"
SHOWN = 4
"""Rows of the export that are shown; all of them are read."""

ANSWERS = {
    "study.currency": "GBP",
    "study.as_of": "2024-06-30",
    "source[1].columns.period_end": "cast(created_at::timestamp + to_months(1) as date)",
    "source[1].columns.net_amount": "total_amount::decimal(18,6) * 0.01",
}
"""What a user decides where an export does not say it."""

COLUMNS = (
    "line_id",
    "customer_id",
    "product_id",
    "line_kind",
    "invoice_status",
    "quantity",
    "gross_amount",
    "discount_amount",
    "net_amount",
    "period_start",
    "period_end",
    "price",
    "offer_price",
    "tenure_start",
)
"""What is shown of each row that was read."""

HEAD = """# Gallery of exports

An export of each kind that `fairness init` knows, with a few rows: the files are in
[examples/exports](../examples/exports), so each command can be run. Written by `make docs`.

One firm stands behind those of billing systems. In June 2024 customer C1 pays an old price of 12.50 for each of two
seats of `basic`, which costs 10.00 today; C2 pays 25.00 for `pro`, less 5.00; C3 pays 10.00 and once 7.00 for the
set-up; C4 pays 25.00, and 4.00 for the add-on `backup`; C5 was billed 12.50, which was taken back and billed again as
10.00. One bill is a draft. What a system does not export is missing here as it will be in yours.
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """An export, and what was made of it.

    Attributes:
        preset: The preset that it is an example of.
        asked: What had to be decided, with the answers given.
        draft: The config.
        checked: What was read.
    """

    preset: Preset
    asked: Mapping[str, str]
    draft: Draft
    checked: Checked


def read(preset: Preset) -> Shown:
    """Draft the config of a preset's example and read its rows."""
    with tempfile.TemporaryDirectory() as temporary, looking() as con:
        folder = Path(shutil.copytree(EXPORTS / preset.name, Path(temporary) / preset.name))
        draft = draft_config(con, [folder], folder, answers={})
        asked = {ask.key: ANSWERS[ask.key] for ask in draft.asks}
        draft = draft_config(con, [folder], folder, answers=asked)
        (folder / "fairness.toml").write_text(draft.text, encoding="utf-8")
        return Shown(preset, asked, draft, check_input(load_config(folder / "fairness.toml")))


def section(shown: Shown) -> Iterator[str]:
    """Yield the lines of a preset's section."""
    preset = shown.preset
    decided = "".join(f" --set {shlex.quote(f'{key}={value}')}" for key, value in shown.asked.items())
    yield f"## {preset.title}"
    yield ""
    prices = shown.checked.files[0]
    first = EXPORTS / preset.name / prices.path.split(" + ")[0]
    others = sorted(path.name for path in first.parent.iterdir() if path != first)
    beside = f", beside {', '.join(f'`{name}`' for name in others)}" if others else ""
    lines = first.read_text(encoding="utf-8").splitlines()
    yield f"`{first.name}`{beside}:"
    yield ""
    yield from ("```", *lines[: SHOWN + 1], *(["..."] if len(lines) > SHOWN + 1 else []), "```")
    yield ""
    yield from ("```", f"fairness init examples/exports/{preset.name}{decided}", "```")
    yield ""
    for file in shown.checked.files:
        yield "* " + drafting.rows(
            file.role,
            f"`{file.path}`",
            n_rows=file.n_rows,
            n_read=file.n_read,
            n_filtered=file.n_filtered,
            rejected=file.rejected,
        )
    yield ""
    places = [prices.columns.index(name) for name in COLUMNS if name in prices.columns]
    yield "| " + " | ".join(prices.columns[place] for place in places) + " |"
    yield "|" + "---|" * len(places)
    for row in prices.preview:
        yield "| " + " | ".join(_text(row[place]) for place in places) + " |"
    yield ""
    yield "What this export cannot show:"
    yield ""
    yield from (f"* {line}" for line in preset.fidelity)
    yield ""


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if value == round(value, 2) else f"{value.normalize():f}"
    return "" if value is None else str(value)


def refused() -> Iterator[str]:
    """Yield the lines on the exports that are known and refused."""
    yield from ("## What is refused", "")
    for preset in load_presets():
        if preset.refused:
            yield f"* **{preset.title}**: {preset.refused}. Instead: {preset.fix}."


def page(examples: Mapping[str, Shown]) -> str:
    """Return the whole page."""
    lines = (line for shown in examples.values() for line in section(shown))
    return "\n".join([HEAD, *lines, *refused()]).rstrip() + "\n"


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the page, or say that it is out of date."""
    after = page({preset.name: read(preset) for preset in load_presets() if not preset.refused})
    file = root / PAGE
    if file.is_file() and file.read_text(encoding="utf-8") == after:
        return 0
    if arguments == ["--check"]:
        print(f"{PAGE} is out of date: run `make docs`", file=sys.stderr)
        return 1
    file.write_text(after, encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
