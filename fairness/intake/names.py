"""Which names a mapping may use: those of the role, and those that something reads. A misspelt name reads nothing."""

from __future__ import annotations

from collections.abc import Iterable

from fairness.config import Config, Source
from fairness.errors import ConfigError, nearest
from fairness.intake.layouts import LAYOUTS


def refuse_unused_names(config: Config) -> None:
    """Refuse mapped names that are no column of the role and that nothing uses.

    Raises:
        ConfigError: The nearest name is given.
    """
    used = (*config.like_for_like.cell, *config.like_for_like.breaks, *config.lenses.names)
    for position, source in enumerate(config.sources, start=1):
        canonical = LAYOUTS[source.role].names
        for name in source.columns:
            if name in canonical or name in used or name in source.keep:
                continue
            raise ConfigError(
                f"a {source.role} source has no column '{name}', and nothing uses it"
                f"{nearest(name, (*canonical, *used))}",
                where=f"source[{position}].columns.{name}",
                fix=f"correct the name; the columns of the role are {', '.join(canonical)}. To use it, name it in "
                f'like_for_like.cell or lenses; to carry it along, write keep = ["{name}"] in this [[source]]',
            )


def kept(source: Source, *, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names of ``[[source]] keep`` that no column of the role or key carries already.

    Args:
        source: The section.
        known: Names that are staged under their own name.
    """
    staged = {name.casefold() for name in known}
    return tuple(name for name in source.keep if name.casefold() not in staged)
