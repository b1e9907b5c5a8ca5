"""``fairness init``: a config file for exports, written from what the files show."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fairness.errors import ConfigError
from fairness.text import data_notes, drafting
from fairness.text.escape import terminal_text

if TYPE_CHECKING:
    from fairness.build.input_check import Checked
    from fairness.presets import Draft
    from fairness.presets.sections import Ask

Say = Callable[[str], None]


def init_study(
    paths: list[Path], to: Path, *, preset: str | None, answers: dict[str, str], force: bool, say: Say
) -> None:
    """Write the config file for exports, and show what it makes of them.

    Args:
        paths: Files and folders.
        to: The config file to write.
        preset: Name of a preset; None means the one that fits best.
        answers: What the user has decided, by key.
        force: Whether a file that exists is replaced.
        say: Called with what is said about it.

    Raises:
        ConfigError: The file exists, or no preset fits.
        DataError: A file cannot be read.
    """
    if to.exists() and not force:
        raise ConfigError(f"'{to}' exists", where="--to", fix="name another file with --to, or write --force")
    draft = _draft(paths, to, preset, answers)
    say(drafting.known_as(draft.preset.name, draft.preset.title, draft.reason))
    for line in draft.preset.fidelity:
        say(f"  - {line}")
    if draft.unused:
        say(drafting.left_out(draft.unused))
    while draft.asks and sys.stdin.isatty():
        ask = draft.asks[0]
        answers[ask.key] = _answer(ask)
        draft = _draft(paths, to, preset, answers)
    to.write_text(draft.text, encoding="utf-8")
    if draft.asks:
        say(drafting.undecided([ask.key for ask in draft.asks], str(to)))
        return
    from fairness.build.input_check import check_input
    from fairness.config import load_config

    print_checked(check_input(load_config(to)), say, preview=True)
    say(drafting.next_step(str(to)))


def check_study(config: Path | None, say: Say) -> None:
    """Read the inputs of a study, print what happened to each row, and publish nothing.

    Args:
        config: Config file or its folder; None means the current folder.
        say: Called with what is said about it.
    """
    from fairness.build.input_check import check_input
    from fairness.config import find_config, load_config

    print_checked(check_input(load_config(find_config(config))), say, preview=False)


def _draft(paths: list[Path], to: Path, preset: str | None, answers: dict[str, str]) -> Draft:
    from fairness.engine.connection import looking
    from fairness.presets import draft_config

    with looking() as con:
        return draft_config(con, paths, to.parent, answers=answers, preset=preset)


def _answer(ask: Ask) -> str:
    import typer

    choices = f" ({' or '.join(ask.choices)})" if ask.choices else ""
    return str(typer.prompt(terminal_text(f"{ask.key}: {ask.question}{choices}"), err=True)).strip()


def print_checked(checked: Checked, say: Say, *, preview: bool) -> None:
    """Print what happened to the rows of each input, how many ids match, and the first rows as they were read."""
    from fairness.cli.output import print_rows

    for file in checked.files:
        said = drafting.rows(
            file.role,
            file.path,
            n_rows=file.n_rows,
            n_read=file.n_read,
            n_filtered=file.n_filtered,
            rejected=file.rejected,
        )
        print(terminal_text(said))
        for currency, amount in file.money.items():
            print(terminal_text(f"  {amount} {currency}"))
        if preview and file.preview:
            shown = [place for place in range(len(file.columns)) if any(row[place] is not None for row in file.preview)]
            names = [file.columns[place] for place in shown]
            print_rows(names, [tuple(row[place] for place in shown) for row in file.preview], "table")
    for match in checked.matches:
        say(drafting.matched(match.column, match.role, match.other, match.n, match.n_found))
    for found in checked.unfound:
        say(drafting.unfound(found.path, found.table, found.n, found.n_of, found.money))
    for row in checked.doubts:
        say(f"! {data_notes.doubt(row)}")
