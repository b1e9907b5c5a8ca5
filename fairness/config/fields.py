"""What the sections of the config share: the base model, list types and rules on values.

Rules raise ``ValueError`` with the rule alone; the loader adds file, line, key and value.
"""

from __future__ import annotations

import itertools
import math
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

T = TypeVar("T")


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else _as_tuple(value)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


MOST = 1_000_000_000
"""Largest count that a key takes: what the engine holds in a plain whole number."""

MOST_MONTHS = 1800
"""Largest number of months that a key takes: the longest tenure that a row may have."""

Filled = Annotated[str, AfterValidator(_not_blank)]
"""A text that is not blank."""

Items = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A TOML list, kept as a tuple."""

Texts = Annotated[tuple[Filled, ...], BeforeValidator(_one_or_many)]
"""One text or a TOML list of texts, none blank, kept as a tuple."""


class Section(BaseModel):
    """A section of the config file: frozen, and closed to keys that it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def at_least_one(values: tuple[T, ...]) -> tuple[T, ...]:
    """Return `values`; raise ``ValueError`` when there are none.

    pydantic's ``min_length`` would count broken items as missing, and report an empty list beside them.
    """
    if not values:
        raise ValueError("must not be an empty list")
    return values


def no_repeats(names: tuple[T, ...]) -> tuple[T, ...]:
    """Return `names`; raise ``ValueError`` when one occurs twice."""
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ValueError(f"names '{repeated}' more than once")
    return names


def strictly_increasing(values: object, *kinds: type) -> bool:
    """Tell whether `values` is a list of at least one finite number of these types, each above the one before.

    Example:
        >>> strictly_increasing([0, 12, 24], int), strictly_increasing([0, 12.5], int), strictly_increasing([], int)
        (True, False, False)
    """
    if not isinstance(values, list | tuple) or not values:
        return False
    if not all(isinstance(value, kinds) and not isinstance(value, bool) for value in values):
        return False
    if not all(-math.inf < value < math.inf for value in values):
        return False
    return all(low < high for low, high in itertools.pairwise(values))
