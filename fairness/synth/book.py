"""Books (one row per customer) of any size, with a known loyalty penalty in every cell.

A cell sells a number of tariffs. A tariff has one offer price, which all its customers share; a customer pays the
tariff's price, times 1 + penalty when tenured, times individual noise of mean 1. New and tenured customers hold the
same tariffs, so that within a cell the like-for-like gap and the offer gap have one true value: the penalty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

NEW_BELOW, TENURED_FROM = 12, 24
"""Completed months: the thresholds that the generator and the default config share."""

_NOISE_LIMIT = 3.0
_PENCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCell:
    """One like-for-like cell.

    Attributes:
        keys: (column, value) pairs that name the cell; all cells of a book name the same columns in the same order.
        price: Mean offer price of its tariffs, major units a month.
        weight: Share of the customers, relative to the other cells.
        penalty: True gap of tenured customers, a fraction of the offer; above 0 they pay more.
        new_share: Share of its customers with a tenure below 12 months; None means the book's. Cells that differ here
            and in price make a mix shift: the raw gap then differs from the like-for-like gap.
    """

    keys: tuple[tuple[str, str], ...]
    price: float
    weight: float = 1.0
    penalty: float = 0.0
    new_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSpec:
    """What a book looks like.

    Attributes:
        customers: Rows.
        cells: At least one.
        new_share: Share of customers with a tenure in [0, 12) months.
        middle_share: Share with a tenure in [12, 24) months; the others are tenured.
        longest_tenure: Longest tenure, completed months.
        tariffs: Tariffs of each cell; customers are spread over them evenly at random.
        tariff_spread: Offer prices of a cell are spread evenly within this fraction on both sides of its mean.
        noise: Standard deviation of the individual price around the tariff's, a fraction; 0 makes a price list.
        walking: Extra gap of tenured customers per completed year beyond the second, a fraction of the offer per year.
        yearly_rise: Mean rise of every price over the last year, a fraction; gives the prior price.
        market: Market price over offer price, minus 1.
        market_noise: Standard deviation of the market price around it, a fraction.
        cost: Expected cost as a share of the offer.
        vulnerable_share: Share of customers flagged as vulnerable, whatever their tenure and price.
    """

    customers: int
    cells: tuple[BookCell, ...]
    new_share: float = 0.25
    middle_share: float = 0.15
    longest_tenure: int = 180
    tariffs: int = 24
    tariff_spread: float = 0.06
    noise: float = 0.02
    walking: float = 0.0
    yearly_rise: float = 0.04
    market: float = 0.05
    market_noise: float = 0.03
    cost: float = 0.80
    vulnerable_share: float = 0.12

    def __post_init__(self) -> None:
        """Refuse specs that cannot make a book.

        Raises:
            ValueError: No cell, no tariff, cells with different columns, or shares beyond 1.
        """
        columns = {tuple(name for name, _ in cell.keys) for cell in self.cells}
        if len(columns) != 1:
            raise ValueError(f"cells = {len(self.cells)} cells: at least one, all with the same columns, are needed")
        if self.tariffs < 1 or self.customers < 1:
            raise ValueError(f"tariffs = {self.tariffs}, customers = {self.customers}: both must be at least 1")
        newest = max(self.new_share if cell.new_share is None else cell.new_share for cell in self.cells)
        if newest + self.middle_share > 1.0:
            raise ValueError(f"new_share {newest} and middle_share {self.middle_share} exceed 1 together")


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticBook:
    """A generated book.

    Attributes:
        rows: One row per customer: customer_id, the cells' columns, tariff, tenure_months, prices as whole pence in
            ``price``, ``prior_price``, ``offer_price``, ``market_price`` and ``expected_cost``, is_vulnerable.
            ``prior_price`` is missing for customers of less than 12 months.
        truth: What was injected, by cell and for the whole book, and the facts of the drawn rows; ready for JSON.
    """

    rows: pd.DataFrame
    truth: dict[str, Any]


def generate_book(spec: BookSpec, seed: int) -> SyntheticBook:
    """Draw a book.

    Args:
        spec: What it looks like.
        seed: Seed of every draw; the same spec and seed give the same book.

    Returns:
        Rows and truth.

    Example:
        >>> spec = BookSpec(customers=1000, cells=(BookCell(keys=(("region", "North"),), price=30.0, penalty=0.1),))
        >>> book = generate_book(spec, seed=1)
        >>> len(book.rows), book.truth["cells"][0]["offer_gap"]
        (1000, 0.1)
    """
    rng = np.random.default_rng(seed)
    weights = np.array([cell.weight for cell in spec.cells])
    cell = np.sort(rng.choice(len(spec.cells), size=spec.customers, p=weights / weights.sum()))
    tenure = _tenures(rng, spec, cell)
    tariff = rng.integers(0, spec.tariffs, size=spec.customers)
    base = np.array([one.price for one in spec.cells])[cell]
    position = np.linspace(-1.0, 1.0, spec.tariffs) if spec.tariffs > 1 else np.zeros(1)
    offer = _pence(base * (1.0 + spec.tariff_spread * position[tariff]))
    gap = _true_gaps(spec, cell, tenure)
    price = _pence(offer / _PENCE * (1.0 + gap) * _noise(rng, spec.noise, spec.customers))
    prior = _pence(price / _PENCE / (1.0 + spec.yearly_rise) * _noise(rng, spec.noise, spec.customers))
    market = _pence(offer / _PENCE * (1.0 + spec.market) * _noise(rng, spec.market_noise, spec.customers))
    rows = pd.DataFrame({"customer_id": [f"C{number:07d}" for number in range(1, spec.customers + 1)]})
    for index, (name, _) in enumerate(spec.cells[0].keys):
        rows[name] = np.array([one.keys[index][1] for one in spec.cells], dtype=object)[cell]
    rows["tariff"] = tariff + 1
    rows["tenure_months"] = tenure
    rows["price"] = price
    rows["prior_price"] = pd.Series(prior).where(pd.Series(tenure) >= NEW_BELOW).astype("Int64")
    rows["offer_price"] = offer
    rows["market_price"] = market
    rows["expected_cost"] = _pence(offer / _PENCE * spec.cost)
    rows["is_vulnerable"] = rng.random(spec.customers) < spec.vulnerable_share
    return SyntheticBook(rows=rows, truth=_truth(spec, seed, cell, rows, gap))


def _tenures(rng: np.random.Generator, spec: BookSpec, cell: IntArray) -> IntArray:
    """Draw completed months: the loyalty group by its share, then evenly within the group."""
    new_share = np.array([spec.new_share if one.new_share is None else one.new_share for one in spec.cells])[cell]
    which, within = rng.random(len(cell)), rng.random(len(cell))
    is_new, is_middle = which < new_share, which < new_share + spec.middle_share
    low = np.where(is_new, 0, np.where(is_middle, NEW_BELOW, TENURED_FROM))
    high = np.where(is_new, NEW_BELOW, np.where(is_middle, TENURED_FROM, spec.longest_tenure + 1))
    months: IntArray = (low + np.floor(within * (high - low))).astype(np.int64)
    return months


def _true_gaps(spec: BookSpec, cell: IntArray, tenure: IntArray) -> FloatArray:
    penalty = np.array([one.penalty for one in spec.cells])[cell]
    walked = spec.walking * (tenure // 12 - TENURED_FROM // 12)
    gap: FloatArray = np.where(tenure >= TENURED_FROM, penalty + walked, 0.0)
    return gap


def _noise(rng: np.random.Generator, sd: float, size: int) -> FloatArray:
    """Draw factors of mean 1; cut at three standard deviations, so that a price stays positive and tails finite."""
    return 1.0 + sd * np.clip(rng.standard_normal(size), -_NOISE_LIMIT, _NOISE_LIMIT)


def _pence(amount: FloatArray) -> IntArray:
    whole: IntArray = np.rint(amount * _PENCE).astype(np.int64)
    return whole


def _truth(spec: BookSpec, seed: int, cell: IntArray, rows: pd.DataFrame, gap: FloatArray) -> dict[str, Any]:
    """Return injected gaps and facts.

    The gap of a group of cells is that of its drawn customers without their noise: sum of b (1 + gap) over sum of b.
    """
    tenure = rows["tenure_months"].to_numpy()
    tenured, new = tenure >= TENURED_FROM, tenure < NEW_BELOW
    offer, price = rows["offer_price"].to_numpy(), rows["price"].to_numpy()

    def figures(here: NDArray[np.bool_]) -> dict[str, Any]:
        chosen = here & tenured
        return {
            "offer_gap": _ratio((offer * gap)[chosen].sum(), offer[chosen].sum()),
            "customers": int(here.sum()),
            "tenured_customers": int(chosen.sum()),
            "new_customers": int((here & new).sum()),
            "tenured_paid": _money(int(price[chosen].sum())),
            "tenured_at_offer": _money(int(offer[chosen].sum())),
        }

    everywhere = np.ones(len(cell), dtype=np.bool_)
    return {
        "generator": "book",
        "seed": seed,
        "whole_book": figures(everywhere),
        "cells": [
            {"scope": dict(one.keys), "penalty": one.penalty, **figures(cell == index)}
            for index, one in enumerate(spec.cells)
        ],
    }


def _ratio(above: float, below: float) -> float | None:
    return round(float(above / below), 9) if below else None


def _money(pence: int) -> str:
    sign, size = "-" if pence < 0 else "", abs(pence)
    return f"{sign}{math.floor(size / _PENCE)}.{size % _PENCE:02d}"
