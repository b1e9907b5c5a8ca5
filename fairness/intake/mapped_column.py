"""One column of a file as the mapping names it, and the SQL text for lists of columns."""

from __future__ import annotations

from dataclasses import dataclass

from fairness.intake.casts import Cast
from fairness.intake.expressions import Resolved


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column of a file as the mapping names it.

    Attributes:
        name: Column name of the typed value in the staging query.
        typed: SQL of the typed value over the untyped columns.
        rejects: (condition, reason) pairs over typed and untyped columns.
        healthy: A cheap condition under which no reject holds; empty without rejects.
        untyped: SQL of the untyped value where it is computed; empty where a column or a constant is used unchanged.
        constant: The value, where it is the same on every row and known from the config alone.
    """

    name: str
    typed: str
    rejects: tuple[tuple[str, str], ...] = ()
    healthy: str = ""
    untyped: str = ""
    constant: str | None = None


def named(*columns: Mapped) -> list[tuple[str, str | None]]:
    """Return the name of each column and its value where that is the same on every row."""
    return [(column.name, column.constant) for column in columns]


def paired(name: str, resolved: Resolved, cast: Cast) -> Mapped:
    """Pair a cast with its expression; one that can fail on a row is tried, and its failure rejects that row."""
    untyped = f"try({resolved.sql})" if resolved.is_computed else ""
    return Mapped(name, cast.sql, cast.rejects, cast.healthy, untyped)


def meant(condition: str) -> Mapped:
    """Return the condition on the rows to keep, as a column; staging sets aside those that it refuses."""
    return Mapped("when", "", (("u_when is null", "WHEN_UNKNOWN"),), "coalesce(u_when, false)", f"try({condition})")


def failed(untyped: str) -> str:
    """Return whether a tried expression failed: it has no value where even its nullness has none."""
    return f"try(({untyped.removeprefix('try')}) is null) is null"


def listed(items: list[str]) -> str:
    """Return items as the continuation of a select list."""
    return "".join(f", {item}" for item in items)
