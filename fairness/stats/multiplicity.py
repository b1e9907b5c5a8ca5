"""Many tests: adjusted p-values of a family, and the level of the intervals of its selected members.

BH controls the false discovery rate under independence or positive dependence, BY under any dependence, Holm the
familywise error under any dependence. A family and its method are fixed before looking.

Decision D34.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from fairness.stats.checks import FloatArray, at_least, fraction

Correction = Literal["bh", "by", "holm"]


def adjust(p_values: Sequence[float | None], *, method: Correction) -> list[float | None]:
    """Return adjusted p-values: a member is selected at level alpha when its adjusted p is below alpha.

    With m tests in ascending order: BH min over j >= i of m p_j / j; BY the same times sum 1/i; Holm the running
    maximum of (m - j + 1) p_j; all at most 1. Equal to statsmodels' multipletests. A p-value has no sign.

    Args:
        p_values: P-values of the family; None where a member could not be tested, which does not count in m.
        method: ``"bh"``, ``"by"`` or ``"holm"``.

    Returns:
        Adjusted p-values in the same order, None where the p-value is None.

    Raises:
        ValueError: A p-value outside 0 to 1, or an unknown method.

    References:
        Benjamini and Hochberg, JRSS B 57 (1995) 289-300; Benjamini and Yekutieli, Annals of Statistics 29 (2001)
        1165-1188; Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.

    Example:
        >>> adjust([0.01, None, 0.04], method="bh")
        [0.02, None, 0.04]
    """
    _known(method)
    tested = [p for p in p_values if p is not None]
    for p in tested:
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"p_values holds {p!r}: must lie in 0 to 1")
    if not tested:
        return list(p_values)
    values = np.array(tested)
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(values.size)
    adjusted[order] = np.minimum(_step(values[order], method), 1.0)
    results = iter(adjusted.tolist())
    return [None if p is None else next(results) for p in p_values]


def _step(ascending: FloatArray, method: Correction) -> FloatArray:
    m = ascending.size
    rank = np.arange(1, m + 1)
    if method == "holm":
        return np.maximum.accumulate(ascending * (m - rank + 1))
    scaled = ascending * m / rank * (_harmonic(m) if method == "by" else 1.0)
    return np.minimum.accumulate(scaled[::-1])[::-1]


def family_alpha(*, alpha: float, n_tests: int, n_selected: int, method: Correction) -> float:
    """Return the level alpha* at which one member of a family is judged.

    BH alpha max(R, 1) / m, BY that over sum 1/i, Holm alpha / m (its first step, the strictest). A family of one keeps
    alpha. It sets the minimum detectable gap and the intervals of selected members.

    Args:
        alpha: 1 - confidence level of the study.
        n_tests: m, tests in the family, at least 1.
        n_selected: R, members selected, 0 to m.
        method: ``"bh"``, ``"by"`` or ``"holm"``.

    Raises:
        ValueError: A value outside these ranges.

    Example:
        >>> family_alpha(alpha=0.05, n_tests=10, n_selected=2, method="bh")
        0.01
    """
    _known(method)
    alpha, m = fraction("alpha", alpha), at_least("n_tests", n_tests, 1)
    if not 0 <= n_selected <= m:
        raise ValueError(f"n_selected = {n_selected!r}: must lie in 0 to n_tests = {m}")
    if method == "holm":
        return alpha / m
    return alpha * max(n_selected, 1) / m / (_harmonic(m) if method == "by" else 1.0)


def selected_level(*, alpha: float, n_tests: int, n_selected: int, method: Correction) -> float:
    """Return the confidence level of the intervals of selected members: 1 - alpha*, false-coverage adjusted.

    Among the intervals of members selected by BH (or BY) with this level, the expected share that miss is at most
    alpha; with Holm all cover with probability 1 - alpha.

    Args:
        alpha: 1 - confidence level of the study.
        n_tests: m, tests in the family, at least 1.
        n_selected: R, members selected, 0 to m.
        method: ``"bh"``, ``"by"`` or ``"holm"``.

    Raises:
        ValueError: A value outside these ranges.

    References:
        Benjamini and Yekutieli, Journal of the American Statistical Association 100 (2005) 71-81.

    Example:
        >>> selected_level(alpha=0.05, n_tests=10, n_selected=2, method="bh")
        0.99
    """
    return 1.0 - family_alpha(alpha=alpha, n_tests=n_tests, n_selected=n_selected, method=method)


def _harmonic(m: int) -> float:
    return float((1.0 / np.arange(1, m + 1)).sum())


def _known(method: str) -> None:
    if method not in ("bh", "by", "holm"):
        raise ValueError(f"method = {method!r}: must be 'bh', 'by' or 'holm'")
