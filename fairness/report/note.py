"""The owner's sign-off note of a snapshot: a text on the command line, or the file that holds it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from fairness.errors import ConfigError

MAX_NOTE = 700
"""Characters of a note: more would not fit the page."""

_WHERE = "--note"
_MAX_BYTES = 4 * MAX_NOTE + 1024
"""Bytes of a file that can still be a note: four for a character of UTF-8, and some for blanks at its ends."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


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


def checked_note(note: str) -> str:
    """Return a note as the page shows it, without blanks at its ends.

    Raises:
        ConfigError: It is too long for the page, or holds a character that no page can show.
    """
    text = note.strip().replace("\r\n", "\n")
    if len(text) > MAX_NOTE:
        raise ConfigError(
            f"the note has {len(text):,} characters", where=_WHERE, fix=f"at most {MAX_NOTE} fit the page"
        )
    if found := _CONTROL.search(text):
        raise ConfigError(
            f"the note holds {found[0]!a} as its character {found.start() + 1}, which no page can show",
            where=_WHERE,
            fix="take it out; line ends and tabs may stay",
        )
    return text
