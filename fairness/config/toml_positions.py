"""Finds the line of a key in TOML text, so that a message can point at it.

``tomllib`` keeps no positions. This reading of headers and ``key =`` lines is a best effort: what it does not find is
reported without its line, or with the line of the section around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairness.errors import ConfigError

Location = tuple[str | int, ...]
"""Path to a value: names of tables and keys, and indexes of lists from 0."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_NAME = re.compile(r'"([^"]*)"|\'([^\']*)\'|([\w-]+)')


def index_lines(text: str) -> dict[Location, int]:
    r"""Map every table and key found in TOML text to its line, counted from 1.

    Example:
        >>> index_lines("[study]\nname = 'x'\n[[source]]\nrole = 'book'\n")[("source", 0, "role")]
        4
    """
    found: dict[Location, int] = {}
    lengths: dict[Location, int] = {}
    table: Location = ()
    quote = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not quote:
            if header := _HEADER.match(line):
                table = _enter(_names(header[2]), header[1] == "[[", lengths)
                found.setdefault(table, number)
            elif key := _KEY.match(line):
                location = table + _names(key[1])
                for depth in range(len(table) + 1, len(location) + 1):
                    found.setdefault(location[:depth], number)
        quote = _open_quote(line, quote)
    return found


def line_of(location: Location, lines: dict[Location, int]) -> int | None:
    """Return the line of a value, or of the innermost table around it, or None."""
    for depth in range(len(location), 0, -1):
        if location[:depth] in lines:
            return lines[location[:depth]]
    return None


@contextmanager
def pointing_into(path: Path) -> Iterator[None]:
    """Add the line of the config file to every ConfigError raised inside that names a key of it.

    Args:
        path: The config file, which has been read before.
    """
    try:
        yield
    except ConfigError as error:
        line = line_of(_location(error.where), index_lines(path.read_text(encoding="utf-8-sig")))
        if line is None:
            raise
        raise ConfigError(error.what, where=f"{path}, line {line}: {error.where}", fix=error.fix) from error


def _location(key: str) -> Location:
    """Return the location that a message's key begins with, as far as it can be read.

    Example:
        >>> _location("source[1].columns.price and book.csv")
        ('source', 0, 'columns', 'price')
    """
    found: Location = ()
    for name, position in re.findall(r"([\w-]+)(?:\[(\d+)\])?(?:\.|$)", key.partition(" ")[0]):
        found += (name, int(position) - 1) if position else (name,)
    return found


def _names(text: str) -> Location:
    return tuple(next(group for group in match.groups() if group is not None) for match in _NAME.finditer(text))


def _enter(names: Location, is_list: bool, lengths: dict[Location, int]) -> Location:
    """Return the location of a header; a table below a list of tables belongs to the list's latest item."""
    location: Location = ()
    for depth, name in enumerate(names, start=1):
        location += (name,)
        if is_list and depth == len(names):
            lengths[location] = lengths.get(location, 0) + 1
        if location in lengths:
            location += (lengths[location] - 1,)
    return location


def _open_quote(line: str, quote: str) -> str:
    """Return the triple quote that is still open after `line`, given the one open before it."""
    for mark in re.findall(r'"""|\'\'\'', line):
        quote = "" if quote == mark else quote or mark
    return quote
