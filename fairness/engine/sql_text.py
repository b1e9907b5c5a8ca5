"""SQL text: constants and identifiers, quoted."""

from __future__ import annotations


def quote(text: str) -> str:
    """Return ``text`` as a SQL string constant.

    Example:
        >>> quote("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def ident(name: str) -> str:
    """Return ``name`` as a quoted SQL identifier.

    Example:
        >>> ident('the "old" region')
        '"the ""old"" region"'
    """
    return '"' + name.replace('"', '""') + '"'
