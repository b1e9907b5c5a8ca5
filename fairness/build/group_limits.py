"""Whether a study forms more groups than anyone intends: reported, or refused, before each is computed.

A column that is nearly an id, put into the cell by mistake, makes a cell of each customer: hours of work and a document
of gigabytes in which nothing is compared. A firm that does have many cells says so, with their number.

Decision D6.
"""

from __future__ import annotations

from collections.abc import Callable

from fairness.analysis.group_counts import GroupCounts, count_groups
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.errors import ConfigError
from fairness.text import messages

_FEW = 20
"""Number of groups below which nothing is said: a small study."""
_LEAST, _MOST = 1_000, 10_000
"""Cells that are computed without a setting in the config: seconds, and about a minute."""


def most_cells(n_customers: int) -> int:
    """Return how many cells a study may have if its config does not say.

    Example:
        >>> most_cells(500), most_cells(50_000), most_cells(5_000_000)
        (1000, 5000, 10000)
    """
    return min(max(_LEAST, n_customers // 10), _MOST)


def check_groups(con: Connection, config: Config, say: Callable[[str], None]) -> None:
    """Refuse more groups than the config allows; where there are many, say so.

    Args:
        con: Connection to a warehouse whose models have run.
        config: The study.
        say: Called where groups hold fewer than ten customers on average.

    Raises:
        ConfigError: There are too many; the message says what to write.
    """
    found = count_groups(con)
    _check_cells(found, config, say)
    for lens, n_values in found.lenses:
        if n_values > config.lenses.max_values:
            raise ConfigError(
                messages.too_many_values(lens, n_values, config.lenses.max_values),
                where=f"lenses.by or lenses.vulnerable, '{lens}'",
                fix=messages.fix_values(lens, n_values),
            )
        if n_values > _FEW and n_values * 10 > found.n_customers:
            say(messages.many_values(lens, n_values, found.n_customers))


def _check_cells(found: GroupCounts, config: Config, say: Callable[[str], None]) -> None:
    allowed = config.like_for_like.max_cells
    if found.n_cells > (most_cells(found.n_customers) if allowed is None else allowed):
        raise ConfigError(
            messages.too_many_cells(found.n_cells, found.n_customers, allowed),
            where=f"like_for_like.cell ({messages.with_values(found.columns)})",
            fix=messages.fix_cells(found.columns, found.n_cells, named=config.like_for_like.cell),
        )
    if allowed is None and found.n_cells > _FEW and found.n_cells * 10 > found.n_customers:
        say(messages.many_cells(found.n_cells, found.n_customers, found.columns))
