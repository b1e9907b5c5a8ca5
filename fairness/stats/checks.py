"""Validation at the public boundary of the package: each message names parameter, value and rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Two logarithms of ratios of decimals closer than this are the same number: each ratio carries at most three rounding
# errors of 1.1e-16, while distinct prices of up to 100,000 in steps of 0.0001 differ by 1e-9.
LOG_NOISE = 1e-14


def without_noise(value: float) -> float:
    """Return 0 for a log ratio or relative gap that is nothing but the rounding of equal prices.

    Example:
        >>> without_noise(2.2e-16)
        0.0
    """
    return 0.0 if abs(value) < LOG_NOISE else value


def fraction(name: str, value: float) -> float:
    """Return ``value`` if it lies strictly between 0 and 1, else raise ValueError.

    Example:
        >>> fraction("margin", 0.01)
        0.01
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} = {value!r}: must lie strictly between 0 and 1")
    return float(value)


def at_least(name: str, value: int, least: int) -> int:
    """Return ``value`` if it is at least ``least``, else raise ValueError."""
    if value < least:
        raise ValueError(f"{name} = {value!r}: must be at least {least}")
    return int(value)


def positive(name: str, values: ArrayLike) -> FloatArray:
    """Return a one-dimensional float array whose every entry is finite and above 0, else raise ValueError."""
    array = np.asarray(values, dtype=np.float64)
    # The two extremes show whether all is right; the wrong entry is looked for only where there is one.
    if array.ndim != 1 or (array.size and not (array.min() > 0 and array.max() < np.inf)):
        array = finite(name, values)
        _refuse(name, array, array <= 0, "must be above 0")
    return array


def finite(name: str, values: ArrayLike) -> FloatArray:
    """Return a one-dimensional float array whose every entry is finite, else raise ValueError."""
    array = np.asarray(values, dtype=np.float64)
    _one_dimension(name, array)
    known = np.isfinite(array)
    if not known.all():
        _refuse(name, array, ~known, "must be finite")
    return array


def counts(name: str, values: ArrayLike) -> IntArray:
    """Return a one-dimensional int64 array whose every entry is above 0, else raise ValueError."""
    array = integers(name, values)
    if array.size and array.min() <= 0:
        _refuse(name, array, array <= 0, "must be above 0")
    return array


def integers(name: str, values: ArrayLike) -> IntArray:
    """Return a one-dimensional int64 array, refusing values that are not integers."""
    array = np.asarray(values)
    _one_dimension(name, array)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {array.dtype}: must hold integers")
    return array.astype(np.int64, copy=False)


def same_length(**arrays: NDArray[Any]) -> None:
    """Raise ValueError unless all arrays have the same length."""
    lengths = {name: array.shape[0] for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"lengths {lengths}: must be equal")


def not_empty(name: str, array: NDArray[Any]) -> None:
    """Raise ValueError if the array has no entry."""
    if not array.size:
        raise ValueError(f"{name} is empty: must have at least one entry")


def _one_dimension(name: str, array: NDArray[Any]) -> None:
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}: must have one dimension")


def _refuse(name: str, array: NDArray[Any], wrong: BoolArray, rule: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ValueError(f"{name}[{first}] = {array[first].item()!r}: {rule}")
