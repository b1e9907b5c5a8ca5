"""Which names a mapping may use: those of the role, and those that something reads. Nothing reads a misspelt name."""

from __future__ import annotations

from collections.abc import Iterable

from fairness.config import Config, Source
from fairness.errors import ConfigError, nearest
from fairness.intake.layouts import LAYOUTS

_WEIGHT = "weight"


def refuse_unused_names(config: Config) -> None:
    """Refuse mapped names that are not columns of the role and that nothing uses.

    Raises:
        ConfigError: The nearest name is given.
    """
    used = (*config.like_for_like.cell, *config.like_for_like.breaks, *config.lenses.names)
    for position, source in enumerate(config.sources, start=1):
        canonical = LAYOUTS[source.role].names
        for name in source.columns:
            if name in canonical or name in used or name in source.keep:
                continue
            if name.casefold() == _WEIGHT:
                raise _weighted(f"source[{position}].columns.{name}")
            raise ConfigError(
                f"a {source.role} source has no column '{name}', and nothing uses it"
                f"{nearest(name, (*canonical, *used))}",
                where=f"source[{position}].columns.{name}",
                fix=f"correct the name; the columns of the role are {', '.join(canonical)}. To use it, name it in "
                f'like_for_like.cell or lenses; to carry it along, write keep = ["{name}"] in this [[source]]',
            )


def _weighted(key: str) -> ConfigError:
    """Return the error for a mapping that gives rows a weight."""
    return ConfigError(
        "a row stands for one customer: rows that stand for several, by a weight or a count, are not read",
        where=key,
        fix="export one row for each customer. Intervals and p-values count customers, and n equal rows in one would "
        "hide how much they differ. To carry the column along, name it in keep",
    )


def kept(source: Source, *, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names of ``[[source]] keep`` that no column of the role or key carries already.

    Args:
        source: The section.
        known: Names that are staged under their own name.
    """
    staged = {name.casefold() for name in known}
    return tuple(name for name in source.keep if name.casefold() not in staged)
