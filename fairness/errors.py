"""Errors that a user can act on.

Every message has three parts: what is wrong, where it is, and how to fix it. The command line prints the message
without a traceback and ends with :attr:`FairnessError.exit_code`; anything else that escapes is a defect of this
software.

Example:
    >>> error = DataError("column 'price' is missing", where="book.csv", fix="add it or map it in [source.columns]")
    >>> print(error)
    column 'price' is missing
      where: book.csv
      fix:   add it or map it in [source.columns]
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the command line: one meaning each."""

    DONE = 0
    DATA_ERROR = 1
    USAGE_ERROR = 2
    FINDING = 3
    INTERRUPTED = 130


class FairnessError(Exception):
    """Base of every error that the user can fix.

    Args:
        what: The problem in one sentence, naming the value that is wrong.
        where: File, line, key, table or column.
        fix: What to do next; empty only where the problem itself says it.
    """

    exit_code = ExitCode.DATA_ERROR

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        parts = [what]
        if where:
            parts.append(f"  where: {where}")
        if fix:
            parts.append(f"  fix:   {fix}")
        super().__init__("\n".join(parts))


class ConfigError(FairnessError):
    """The config file or the command's arguments cannot be used as they are."""

    exit_code = ExitCode.USAGE_ERROR


class DataError(FairnessError):
    """The input data cannot be read, or does not add up."""


class SqlError(FairnessError):
    """A SQL statement failed; the message names the model or query and the engine's own first line."""


def without_values(message: str) -> str:
    """Return an engine's message without the values of the data, which it puts in single quotes.

    Example:
        >>> without_values("Could not convert string 'C-1041' to INT32")
        "Could not convert string '...' to INT32"
    """
    return re.sub(r"'[^']*'", "'...'", message)


def is_unicode(text: str) -> bool:
    r"""Return whether a text can be written as UTF-8; a file name or an environment variable need not be.

    Example:
        >>> is_unicode("café"), is_unicode("caf\udce9")
        (True, False)
    """
    return not any("\ud800" <= character <= "\udfff" for character in text)


def shortened(text: str, most: int = 120) -> str:
    """Return a text cut to the length that a message shows.

    Example:
        >>> shortened("a very long path", 6)
        'a very...'
    """
    return text if len(text) <= most else f"{text[:most]}..."


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest known name, or an empty string.

    Example:
        >>> nearest("prise", ["price", "tenure_months"])
        "; did you mean 'price'?"
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.strip().lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean '{by_lower[close[0]]}'?" if close else ""
