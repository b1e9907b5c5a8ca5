"""Values on their way from the worker to its parent: JSON that keeps decimals, dates and everything else typed.

JSON, not pickle, because the parent must not run what a worker under attack might send.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

_MAX_BITS = 4096
"""Longer whole numbers are cut: Python refuses to write more than 4,300 digits."""


class Budget:
    """How much of one cell may still be written.

    Attributes:
        left: Characters, bytes or entries.
        is_cut: Whether something did not fit.
    """

    def __init__(self, size: int) -> None:
        self.left = size
        self.is_cut = False

    def take(self, wanted: int) -> int:
        """Return how much of what is wanted is left, and use it up."""
        granted = min(wanted, self.left)
        self.left -= granted
        self.is_cut |= granted < wanted
        return granted


def encode(value: Any, budget: Budget) -> Any:
    """Return a value as JSON-ready data; what JSON does not know becomes a list that begins with its kind.

    Example:
        >>> encode(Decimal("1.50"), Budget(100)), encode("long text", Budget(4))
        (['decimal', '1.50'], 'long')
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        # Lone surrogates cannot be written as UTF-8; the engine has none, but Python's conversions might.
        return value[: budget.take(len(value))]
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_BITS else encode(hex(value), budget)
    if isinstance(value, float):
        return value if math.isfinite(value) else ["float", str(value)]
    if isinstance(value, bytes | bytearray | memoryview):
        return ["blob", base64.b64encode(bytes(value)[: budget.take(len(value))]).decode("ascii")]
    if isinstance(value, list | tuple):
        return ["list" if isinstance(value, list) else "tuple", [encode(item, budget) for item in _some(value, budget)]]
    if isinstance(value, dict):
        pairs = _some(list(value.items()), budget)
        return ["dict", [[encode(key, budget), encode(item, budget)] for key, item in pairs]]
    return _encode_scalar(value, budget)


def _some(items: list[Any] | tuple[Any, ...], budget: Budget) -> list[Any] | tuple[Any, ...]:
    return items[: budget.take(len(items))]


def _encode_scalar(value: Any, budget: Budget) -> Any:
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, timedelta):
        return ["interval", [value.days, value.seconds, value.microseconds]]
    # A datetime is a date as well, so it comes first.
    for kind, known in (("timestamp", datetime), ("date", date), ("time", time)):
        if isinstance(value, known):
            return [kind, value.isoformat()]
    if isinstance(value, UUID):
        return ["uuid", str(value)]
    return encode(str(value), budget)


def decode(data: Any) -> Any:
    """Return the value that :func:`encode` wrote.

    Example:
        >>> decode(encode([Decimal("1.50"), date(2025, 12, 1)], Budget(100)))
        [Decimal('1.50'), datetime.date(2025, 12, 1)]
    """
    if not isinstance(data, list):
        return data
    kind, content = data
    if kind in ("list", "tuple"):
        items = [decode(item) for item in content]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        # Keys of a map may be lists, which Python cannot have as keys: the pairs then stay a list.
        pairs = [(decode(key), decode(item)) for key, item in content]
        return pairs if any(isinstance(key, list | dict) for key, _ in pairs) else dict(pairs)
    return _SCALARS[kind](content)


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "blob": base64.b64decode,
    "decimal": Decimal,
    "interval": lambda content: timedelta(*content),
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
}
