"""The headers of SQL files: what a model makes, from what and why, and how the published file describes it.

A header is the only description of a model. The comments of the published file, the tables of ``sql/README.md`` and
``sql/lineage.svg`` are made from it; ``sql/README.md`` says how one looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairness.engine.sql_text import ident, quote

_PART = re.compile(r"^-- ([A-Z][a-z]+): *(.*)$")
_COLUMN = re.compile(r"^([a-z0-9_]+(?:, [a-z0-9_]+)*): (.+)$")
_AS_IN = re.compile(r"^as in (\w+)$")
_MAKES = re.compile(r"^create or replace (table|view) (\w+) as$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Header:
    """What a table or view is.

    Attributes:
        name: Name of the table or view.
        kind: ``table`` or ``view``.
        grain: What one row is, as a clause without a full stop.
        reads: Tables and views that it reads.
        columns: Text of each column, or ``as in NAME``; empty where the table is an intermediate step.
        why: The reason for it.
        options: What it needs beyond its SQL.
    """

    name: str
    kind: str
    grain: str
    reads: tuple[str, ...]
    columns: Mapping[str, str]
    why: str
    options: frozenset[str]

    @property
    def is_published(self) -> bool:
        """Whether readers may rely on it; intermediate steps may change without notice."""
        return bool(self.columns)

    @property
    def comment(self) -> str:
        """Its comment in the published file."""
        return f"{self.grain[:1].upper()}{self.grain[1:]}" if self.is_published else f"Internal: {self.grain}"


def read_model(path: Path) -> Header:
    """Return the header of the file of a model.

    Raises:
        ValueError: The file does not begin with a header, or does not make exactly one table or view.
    """
    text = path.read_text(encoding="utf-8")
    made = _MAKES.findall(text)
    if len(made) != 1 or not text.startswith("-- "):
        raise ValueError(f"{path.name} does not begin with a header and make exactly one table or view")
    kind, name = made[0]
    return _header(name, kind, text.split("\n\n", 1)[0])


def read_tables(path: Path) -> list[Header]:
    """Return the headers of a file that describes tables which no model makes, in order.

    Each begins with ``-- Table:`` or ``-- View:`` and the name.
    """
    found = []
    for block in re.split(r"\n{2,}", path.read_text(encoding="utf-8").strip()):
        if said := re.match(r"-- (Table|View): +(\w+)\n", block):
            found.append(_header(said[2], said[1].lower(), block))
    return found


def texts(headers: Iterable[Header], known: Iterable[Header]) -> dict[str, dict[str, str]]:
    """Return the text of every column by table, with ``as in NAME`` replaced by the text found there.

    Args:
        headers: The tables wanted.
        known: Those that they may point to.

    Raises:
        ValueError: A column points to a table that does not describe it.

    Example:
        >>> one = Header("one", "table", "one row", (), {"a": "Number of it"}, "", frozenset())
        >>> two = Header("two", "table", "one row", (), {"a": "as in one"}, "", frozenset())
        >>> texts([two], [one])
        {'two': {'a': 'Number of it'}}
    """
    columns = {header.name: header.columns for header in known}

    def resolved(name: str, said: str, asked: frozenset[str]) -> str:
        pointer = _AS_IN.match(said)
        if not pointer:
            return said
        table = pointer[1]
        if table in asked or name not in columns.get(table, {}):
            raise ValueError(f"the column {name} is said to be as in {table}, which does not describe it")
        return resolved(name, columns[table][name], asked | {table})

    return {
        header.name: {name: resolved(name, said, frozenset()) for name, said in header.columns.items()}
        for header in headers
    }


def comment_statements(headers: Iterable[Header], known: Iterable[Header]) -> Iterator[str]:
    """Yield the statements that write the comments of tables and columns; arguments as for :func:`texts`."""
    wanted = list(headers)
    columns = texts(wanted, known)
    for header in wanted:
        yield f"comment on {header.kind} {ident(header.name)} is {quote(header.comment)}"
        for name, text in columns[header.name].items():
            yield f"comment on column {ident(header.name)}.{ident(name)} is {quote(text)}"


def read_options(path: Path) -> frozenset[str]:
    """Return what a model needs beyond its SQL; empty where its header names nothing."""
    return _nameless(path).options


def read_reads(path: Path) -> frozenset[str]:
    """Return the tables that a model or check reads; empty where its header names none."""
    return frozenset(_nameless(path).reads)


def _nameless(path: Path) -> Header:
    return _header("", "", path.read_text(encoding="utf-8").split("\n\n", 1)[0])


def _header(name: str, kind: str, block: str) -> Header:
    parts = dict(_parts(block))
    options = " ".join(parts.get("Options", []))
    return Header(
        name=name,
        kind=kind,
        grain=_joined(parts.get("Grain", [])).removesuffix("."),
        reads=tuple(re.findall(r"\w+", " ".join(parts.get("Reads", [])))),
        columns=dict(_columns(parts.get("Columns", []))),
        why=_joined(parts.get("Why", [])),
        options=frozenset(options.split(", ")) if options else frozenset(),
    )


def _parts(block: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each part of a header with its lines; a continuation line keeps its indentation beyond that of the part."""
    label, lines = "", list[str]()
    for line in block.splitlines():
        if said := _PART.match(line):
            if label:
                yield label, lines
            label, lines = said[1], [said[2]]
        else:
            lines.append(line.removeprefix("--          "))
    yield label, lines


def _columns(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns of a list of ``name: text``, indented lines continuing an entry; nothing for running text."""
    entries: list[str] = []
    for line in lines:
        if line.startswith(" ") and entries:
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(line)
    found = [(entry, _COLUMN.match(entry)) for entry in entries]
    if not any(said for _, said in found):
        return
    for entry, said in found:
        if not said:
            raise ValueError(f"a list of columns holds a line that names none: {entry}")
        yield from ((name, said[2]) for name in said[1].split(", "))


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())
