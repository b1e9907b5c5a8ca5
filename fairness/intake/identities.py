"""Ids of people in the inputs: whether there are any, that no cell is made of them, and whom a pseudonym stands for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fairness.config import Config
from fairness.engine.base import Connection
from fairness.engine.sql_text import ident
from fairness.errors import ConfigError
from fairness.intake.files import InputFile
from fairness.intake.input_files import SourceFile, plain_copies
from fairness.intake.layouts import LAYOUTS
from fairness.intake.mapping import Mapping
from fairness.intake.stage import Staged

IDENTITIES = (
    *("customer_id", "party_id", "subscription_id", "line_id", "invoice_id"),
    *("applies_to_line_id", "reverses_line_id"),
)
"""Canonical columns that identify a person, alone or in the firm's own systems."""


def has_identities(inputs: Iterable[SourceFile]) -> bool:
    """Return whether any input names its customers; a book need not, and then each row is a customer of its own."""
    return any(
        item.source.role not in ("book", "cpi") or any(_states(item.source.columns, item.file, n) for n in IDENTITIES)
        for item in inputs
    )


def _states(columns: dict[str, str], file: InputFile, name: str) -> bool:
    return name in columns or any(header.strip("\ufeff ").casefold() == name for header in file.header)


def refuse_identities_in_keys(config: Config, staged: Staged) -> None:
    """Refuse cells, lenses and pass-through columns that are made of ids: pseudonyms would not cover them.

    Raises:
        ConfigError: A column is an id, under its own name or another.
    """
    for record in staged.files:
        mapping = record.mapping
        identities = {sql: name for name in IDENTITIES if (sql := mapping.expression(name)) is not None}
        named = (*config.like_for_like.cell, *config.lenses.names, *mapping.extras())
        for name in named:
            known = name if name in IDENTITIES else identities.get(mapping.expression(name) or "")
            if known is not None:
                raise ConfigError(
                    f"'{name}' holds ids of people ({known}) and cannot be published as it is",
                    where=f"like_for_like.cell, lenses or source.columns, '{name}' ({record.file.label})",
                    fix="leave it out, or set privacy.pseudonyms = false and treat the results as personal data",
                )


def find_identities(
    con: Connection, config: Config, inputs: Sequence[SourceFile], pseudonym: str, wanted: list[str]
) -> list[tuple[str, str]]:
    """Return (pseudonym, id) of those pseudonyms that the inputs hold, sorted.

    Args:
        con: A connection.
        config: The study.
        inputs: Its files.
        pseudonym: SQL of the pseudonym of the column ``identity``.
        wanted: Pseudonyms.
    """
    con.execute("create temp table wanted as select unnest(cast(? as varchar[])) as pseudonym", [wanted])
    with tempfile.TemporaryDirectory() as folder, plain_copies(con, inputs, Path(folder)) as files:
        return sorted({pair for item in files for pair in _identities_of(con, config, item, pseudonym)})


def _identities_of(con: Connection, config: Config, item: SourceFile, pseudonym: str) -> Iterator[tuple[str, str]]:
    """Yield (pseudonym, id) of the wanted pseudonyms that one file holds."""
    layout = LAYOUTS[item.source.role]
    mapping = Mapping(con, layout=layout, config=config, source=item.source, file=item.file, key=item.key)
    for name in IDENTITIES:
        if name not in layout.names or not mapping.has(name):
            continue
        rows = mapping.select(source_index=1, columns=(name,), extras=(), numbered=False, rejects=None)
        query = (
            f"with ids as (select distinct {ident(name)} as identity from ({rows})), "
            f"named as (select identity, {pseudonym} as pseudonym from ids) "
            "select pseudonym, identity from named inner join wanted using (pseudonym)"
        )
        yield from ((str(a), str(b)) for a, b in con.execute(query).fetchall())
