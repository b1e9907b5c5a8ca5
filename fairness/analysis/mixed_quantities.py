"""Unit prices that fall with quantity where nothing keeps quantities apart: buying more alone lowers the price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import log1p

import numpy as np

from fairness.analysis.counts import MICROS_PER_UNIT, TENURED, BoolArray, FloatArray
from fairness.analysis.marts import Marts
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.findings.estimands import ALIKE

WARNING = "quantity_mixed"
_BINDING_SHARE = 0.05
"""Share of the tenured money in such cells from which the reader is warned."""

_SURE = 3.0
"""Number of standard errors by which the slope of log unit price on log quantity has to lie below 0."""


def mixed_estimands(con: Connection, marts: Marts, config: Config) -> tuple[str, ...]:
    """Return the estimands that compare mixed quantities although unit prices fall with quantity.

    Args:
        con: Connection whose current database holds ``offers``.
        marts: The study.
        config: Its settings.
    """
    if "quantity" in config.like_for_like.cell or _share_falling(marts, config.inference.margin) < _BINDING_SHARE:
        return ()
    banded = con.execute(
        "select 1 from offers where is_new_customer_offer and (qty_from is not null or qty_to is not null) limit 1"
    ).fetchone()
    return ALIKE if banded else (*ALIKE, "offer_gap")


def _share_falling(marts: Marts, margin: float) -> float:
    """Return the share of the tenured money in cells whose unit prices fall with quantity by more than the margin."""
    counts = marts.prices.take(marts.prices.values["paid_ticks"] > 0)
    if not len(counts):
        return 0.0
    units = counts.values["quantity_micros"] / MICROS_PER_UNIT
    money = counts.values["paid_ticks"] * counts.values["n_observations"] * marts.weights[counts.cell]
    tenured = np.where(counts.group == TENURED, money, 0.0)
    falling = _falling(
        counts.cell, np.log(units), np.log(counts.values["paid_ticks"] / units), counts.values["n_observations"], margin
    )
    total = float(tenured.sum())
    return float(tenured[falling[counts.cell]].sum()) / total if total else 0.0


def _falling(cell: np.ndarray, x: FloatArray, y: FloatArray, n: np.ndarray, margin: float) -> BoolArray:
    """Return the cells in which y falls with x, shape (cells,): least squares of each cell."""
    size = int(cell.max()) + 1

    def total(values: FloatArray) -> FloatArray:
        return np.bincount(cell, weights=values * n, minlength=size).astype(np.float64)

    known = total(np.ones_like(x))
    weight = np.maximum(known, 1.0)
    x, y = x - (total(x) / weight)[cell], y - (total(y) / weight)[cell]
    xx, xy, yy = total(x * x), total(x * y), total(y * y)
    lowest, highest = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(lowest, cell, x)
    np.maximum.at(highest, cell, x)
    varies = (xx > 1e-9) & (known > 2)
    slope = np.divide(xy, xx, out=np.zeros(size), where=varies)
    rest = np.maximum(yy - slope * xy, 0.0)
    error = np.sqrt(np.divide(rest, (known - 2) * xx, out=np.zeros(size), where=varies))
    width = np.subtract(highest, lowest, out=np.zeros(size), where=varies)
    found: BoolArray = varies & (slope * width < log1p(-margin)) & (slope < -_SURE * error)
    return found


def with_mixed(drafts: Iterable[Draft], estimands: tuple[str, ...]) -> list[Draft]:
    """Return the drafts, marked where a finding on the whole book mixes quantities."""
    return [
        replace(draft, warnings=(*draft.warnings, WARNING))
        if draft.finding.estimand in estimands
        and draft.finding.level == "pooled"
        and draft.finding.tenure_band is None
        and draft.ratio is not None
        else draft
        for draft in drafts
    ]
