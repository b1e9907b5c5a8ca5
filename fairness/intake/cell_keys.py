"""SQL text of the keys that join several values of a row into one text: cells and lens combinations."""

from __future__ import annotations

from collections.abc import Iterable

from fairness.engine.sql_text import ident, quote
from fairness.intake.casts import KEY_CHARACTERS

SEPARATOR, UNKNOWN = (chr(code) for code in KEY_CHARACTERS)
"""How keys join their values and mark an unknown one; the model cell_value splits them."""


def known(value: str) -> str:
    """Return the SQL of a value as text, :data:`UNKNOWN` where there is none."""
    return f"coalesce(cast({value} as varchar), {quote(UNKNOWN)})"


def joined(columns: Iterable[tuple[str, str | None]]) -> str:
    """Return the SQL that joins the columns' values; constants are joined here, once, instead of on every row.

    Args:
        columns: Name of each, and its value where it is the same on every row.
    """
    parts: list[str] = []
    text = ""
    for position, (name, constant) in enumerate(columns):
        text += SEPARATOR if position else ""
        if constant is not None:
            text += constant
            continue
        parts += [quote(text)] if text else []
        parts.append(known(ident(name)))
        text = ""
    parts += [quote(text)] if text or not parts else []
    return f"concat({', '.join(parts)})"


def continued(columns: Iterable[tuple[str, str | None]]) -> str:
    """Return the SQL of values to be appended to another key: each follows a separator."""
    parts = [f"{quote(SEPARATOR)}, {known(ident(name))}" for name, _ in columns]
    return f"concat({', '.join(parts)})" if parts else "''"
