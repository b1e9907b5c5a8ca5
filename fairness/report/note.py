"""What the owner adds to a snapshot: a sign-off note, the decision that is asked, by whom and until when."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from fairness.errors import ConfigError

MAX_NOTE = 700
"""Characters of a note: more would not fit the page."""

_WHERE = "--note"
_MOST = {"note": MAX_NOTE, "decision": 300, "owner": 80, "due": 10}
"""Characters of each text that fit the page."""
_MAX_BYTES = 4 * MAX_NOTE + 1024
"""Bytes of a file that can still be a note: four for a character of UTF-8, and some for blanks at its ends."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SignOff:
    """What stands at the foot of the first page.

    Attributes:
        note: The owner's note; empty for a line to sign on.
        decision: The decision that is asked for; empty where none is.
        owner: Whose it is.
        due: Until when, as YYYY-MM-DD.
    """

    note: str = ""
    decision: str = ""
    owner: str = ""
    due: str = ""

    def checked(self) -> SignOff:
        """Return it as the page shows it, without blanks at the ends of texts.

        Raises:
            ConfigError: A text is too long for the page or holds a character that no page can show, the day is none,
                or owner and day stand there without a decision.
        """
        texts = {name: checked_note(text, f"--{name}", _MOST[name]) for name, text in asdict(self).items()}
        if (texts["owner"] or texts["due"]) and not texts["decision"]:
            raise ConfigError(
                "owner and day are of a decision, and none is asked",
                where="--owner, --due",
                fix='add --decision "Freeze rises until June"',
            )
        if texts["due"]:
            try:
                date.fromisoformat(texts["due"])
            except ValueError:
                what = f"'{texts['due']}' is no day"
                raise ConfigError(what, where="--due", fix="write it as 2026-01-31") from None
        return SignOff(**texts)


NO_WORDS = SignOff()
"""Nothing is added: there is a line to sign on."""


def read_note(argument: str) -> str:
    """Return the note that ``--note`` means: what the file of that name holds, or the text itself.

    Raises:
        ConfigError: The file is too long for a note, or is not UTF-8 text.
    """
    # Unlike a path, a text may be longer than any name that the system accepts; then there is no such file.
    if not os.path.isfile(argument):
        return argument
    path = Path(argument)
    if path.stat().st_size > _MAX_BYTES:
        what = f"the file of the note has {path.stat().st_size:,} bytes"
        raise ConfigError(what, where=str(path), fix=f"at most {MAX_NOTE} characters fit the page")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the file of the note is not UTF-8 text: byte {error.start + 1} cannot be read"
        raise ConfigError(what, where=str(path), fix="save it as UTF-8") from None


def checked_note(note: str, where: str = _WHERE, most: int = MAX_NOTE) -> str:
    """Return a note as the page shows it, without blanks at its ends.

    Args:
        note: The text.
        where: The option that gave it.
        most: Characters that fit the page.

    Raises:
        ConfigError: It is too long for the page, or holds a character that no page can show.
    """
    text = note.strip().replace("\r\n", "\n")
    name = where.removeprefix("--")
    if len(text) > most:
        raise ConfigError(f"the {name} has {len(text):,} characters", where=where, fix=f"at most {most} fit the page")
    if found := _CONTROL.search(text):
        raise ConfigError(
            f"the {name} holds {found[0]!a} as its character {found.start() + 1}, which no page can show",
            where=where,
            fix="take it out; line ends and tabs may stay",
        )
    return text
