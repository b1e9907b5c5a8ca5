"""The presets of the package: one TOML file each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from fairness.presets.column_names import Names


@dataclass(frozen=True, slots=True)
class Join:
    """A table that a source joins where the table was given.

    Attributes:
        table: Its name.
        sql: The clause of the query, with ``{table.column}`` for columns.
    """

    table: str
    sql: str


@dataclass(frozen=True, slots=True)
class Part:
    """One source of a preset.

    Attributes:
        role: Role of the source.
        first: The table whose rows it keeps; of a query, the first one that it needs.
        needs: Tables without which it is not written.
        joins: Tables that are joined to the first one, in order.
        sql: Whole queries in place of the joins, for roles whose rows carry no prices; the first that finds its columns
            is written.
        keys: Further keys of the section, such as ``period_end``.
        columns: Expressions by canonical column; the first that finds its columns is written.
        notes: What a reader should know about its line, by canonical column.
        asks: What only the user can say, by canonical column, with ``{column}`` for columns.
    """

    role: str
    first: str
    needs: tuple[str, ...]
    joins: tuple[Join, ...]
    sql: tuple[str, ...]
    keys: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]
    asks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preset:
    """What the exports of a system look like.

    Attributes:
        name: Its name.
        title: Its name for readers.
        fidelity: What it cannot see, and what is therefore not claimed.
        tables: The columns by which each table is known; ``a|b`` is one of several names, ``!a`` one that it lacks.
        parts: Its sources.
        cell: Columns that customers are compared within, where they exist.
        refused: Why such an export is refused; empty where it is read.
        fix: Where it is refused: what to give in its place.
    """

    name: str
    title: str
    fidelity: tuple[str, ...]
    tables: Mapping[str, tuple[str, ...]]
    parts: tuple[Part, ...]
    cell: tuple[str, ...]
    refused: str = ""
    fix: str = ""

    def table_of(self, names: Names) -> tuple[str, int]:
        """Return the table that a file with these columns is, and by how many columns it is known; none: empty, 0."""
        fitting = {
            table: sum(not need.startswith("!") for need in needs)
            for table, needs in self.tables.items()
            if all((names.find(need.lstrip("!")) is None) == need.startswith("!") for need in needs)
        }
        best = max(fitting, key=lambda table: fitting[table], default="")
        return best, fitting.get(best, 0)


def load_presets() -> tuple[Preset, ...]:
    """Return the presets of the package, by name.

    Example:
        >>> {"stripe", "zuora", "book"} <= {preset.name for preset in load_presets()}
        True
    """
    folder = resources.files("fairness.presets")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(_preset(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8"))) for file in files)


def _preset(name: str, document: Mapping[str, Any]) -> Preset:
    return Preset(
        name=name,
        title=document["title"],
        fidelity=tuple(document["fidelity"]),
        tables={table: tuple(needs) for table, needs in document["tables"].items()},
        parts=tuple(_part(item) for item in document.get("sources", ())),
        cell=tuple(document.get("cell", ())),
        refused=document.get("refused", ""),
        fix=document.get("fix", ""),
    )


def _part(item: Mapping[str, Any]) -> Part:
    columns = {name: _several(value) for name, value in item.get("columns", {}).items()}
    return Part(
        role=item["role"],
        first=item["first"],
        needs=tuple(item.get("needs", ())),
        joins=tuple(Join(join["table"], join["sql"]) for join in item.get("joins", ())),
        sql=_several(item.get("sql", ())),
        keys=item.get("keys", {}),
        columns=columns,
        notes=item.get("notes", {}),
        asks=item.get("asks", {}),
    )


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
