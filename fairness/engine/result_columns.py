"""Names of result columns."""

from __future__ import annotations

from collections.abc import Sequence


def distinct_names(names: Sequence[str]) -> list[str]:
    """Return the names made distinct: repeats are numbered from 2, as an object with one key twice would lose a value.

    Example:
        >>> distinct_names(["a", "a", "a_2", "b"])
        ['a', 'a_3', 'a_2', 'b']
    """
    taken = set(names)
    found: list[str] = []
    for name in names:
        new, number = name, 2
        while new in found or (new != name and new in taken):
            new, number = f"{name}_{number}", number + 1
        found.append(new)
    return found
