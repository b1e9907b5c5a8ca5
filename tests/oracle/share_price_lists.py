"""What a price list tells beside a share file: every composition of customers that gives all published figures.

The attacker tries them all: so many customers at this price and offer, so many at that. Part of the attacker of
:mod:`tests.oracle.share_attack`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from tests.oracle.share_attack import (
    EXACT,
    MOST,
    WINDOW,
    FloatArray,
    Guess,
    Row,
    ShareFile,
    Values,
    counts_behind,
    is_target,
    ladder,
    near,
)

Pair = tuple[int, int]
"""A price and an offer, cents."""
LIKE_FOR_LIKE = ("like_for_like_gap", "new_customers", "paid")
"""The question that compares the same customers, and some without an offer who pay it."""


@dataclass(frozen=True)
class Figure:
    """A published figure of a finding, with the formula behind it.

    Attributes:
        low, high: Where the exact value lies.
        formula: From (counts by price pair, shape (m, pairs); prices; offers) to values, shape (m,).
    """

    low: float
    high: float
    formula: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]

    def fits(self, counts: FloatArray, price: FloatArray, offer: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which compositions give the figure, shape (m,)."""
        with np.errstate(all="ignore"):
            value = self.formula(counts, price, offer)
        slack = 1e-9 * np.maximum(1e-6, np.abs(value))
        inside: npt.NDArray[np.bool_] = (value >= self.low - slack) & (value <= self.high + slack)
        return inside


def compositions_found(
    file: ShareFile,
    pairs: Mapping[str, Sequence[Pair]],
    truth: Mapping[str, Mapping[Pair, int]],
) -> Iterator[Guess]:
    """Guess how many of a region pay above their offer, by trying every composition of the price list.

    Args:
        file: A share file of a book whose cells are regions.
        pairs: Region to its list: pairs of price and offer, cents.
        truth: Region to the customers at each pair.
    """
    head = file.findings[0]
    for region, listed in pairs.items():
        key = (head["estimand"], head["comparator"], head["basis"], "cell", None, json.dumps({"region": region}))
        finding = file.by_place.get(key)
        if finding is None or finding["withheld"] is not None or len(listed) > 3 or head["estimand"] != "offer_gap":
            continue
        money = file.by_place.get(("overpayment", *key[1:]))
        cell = next((row for row in file.cells if row["scope"] == key[-1]), {})
        figures = [*_of_gap(file, finding), *_of_money(file, money), *_of_cell(cell)]
        figures += _of_other_question(file.by_place.get((*LIKE_FOR_LIKE, *key[3:])))
        sizes = counts_behind(finding["n_tenured"], file.step_of_counts)
        ways = fitting(figures, listed, sizes)
        is_above = np.array([price > offer for price, offer in listed])
        here = truth[region]
        n_above = sum(n for (price, offer), n in here.items() if price > offer)
        n, about = sum(here.values()), f"of {region}, {file.study['as_of']}"
        for what, number, found in (
            ("above their offer", n_above, ways[:, is_above].sum(axis=1)),
            ("not above their offer", n - n_above, ways[:, ~is_above].sum(axis=1)),
        ):
            if number < file.least:
                yield Guess("price list", f"customers {what} {about}", _distinct(found), number)


def sizes_found(
    file: ShareFile,
    pairs: Mapping[str, Sequence[Pair]],
    truth: Mapping[tuple[Any, ...], Row],
) -> Iterator[Guess]:
    """Guess how many tenured of a region the like-for-like gap compares, where all its new customers pay one price.

    Args:
        file: A share file of a book whose cells are regions.
        pairs: Region to its list: pairs of price and offer, cents.
        truth: The analyst's findings by place.
    """
    for region, listed in pairs.items():
        key = (*LIKE_FOR_LIKE, "cell", None, json.dumps({"region": region}))
        finding = file.by_place.get(key)
        if finding is None or finding["withheld"] is not None or len(listed) > 2 or not is_target(file, truth, key):
            continue
        window = near(file, finding)
        if window is not None:
            found = fitting([*_of_pairs(file, finding)], listed, window)
            about = f"customers of {key}, {file.study['as_of']}"
            yield Guess("price list", about, _distinct(found.sum(axis=1)), truth[key]["n_tenured"])


def fitting(figures: Sequence[Figure], listed: Sequence[Pair], sizes: Iterable[int]) -> FloatArray:
    """Return the compositions that give every figure, shape (m, pairs)."""
    price, offer = np.array(listed, dtype=np.float64).T / 100
    found = [np.zeros((0, len(listed)))]
    for size in sizes:
        counts = compositions(size, len(listed))
        for figure in figures:
            counts = counts[figure.fits(counts, price, offer)]
        found.append(counts)
    return np.concatenate(found)


def compositions(size: int, n_pairs: int) -> FloatArray:
    """Return all ways in which so many customers spread over the pairs, shape (m, pairs)."""
    if n_pairs == 1:
        return np.array([[float(size)]])
    steps = np.arange(size + 1.0)
    if n_pairs == 2:
        return np.column_stack((steps, size - steps))
    first, second = np.meshgrid(steps, steps, indexing="ij")
    inside = first + second <= size
    return np.column_stack((first[inside], second[inside], size - first[inside] - second[inside]))


def _distinct(values: FloatArray) -> Values:
    return tuple(int(value) for value in np.unique(values))


def _of_gap(file: ShareFile, finding: Row) -> Iterator[Figure]:
    companions = file.companions.get(finding["finding_id"], {})
    yield from _about(finding, "estimate", gap, finding)
    for name, formula in (("geometric", _geometric), ("count_weighted", gap), ("share_above", _share_above)):
        if name in companions:
            yield from _about(companions[name], "estimate", formula, finding)
    if "median_ratio" in companions:
        yield from _about(companions["median_ratio"], "estimate", _median, finding)
    if finding["effect_size_name"] == "share_above" and finding["effect_size"] is not None:
        step = 0.0 if file.step_of_counts == 1 else ladder(file.step_of_counts / max(1, finding["n_tenured"] or 1))
        yield Figure(finding["effect_size"] - step / 2, finding["effect_size"] + step / 2, _share_above)
    if "customers_affected" in companions:
        behind = counts_behind(int(companions["customers_affected"]["estimate"]), file.step_of_counts)
        yield Figure(behind.start, behind.stop - 1, _n_above)


def _of_other_question(finding: Row | None) -> Iterator[Figure]:
    """Return what the like-for-like gap says of the same customers: some more are in it, all at the lowest price."""
    for figure in [] if finding is None else _about(finding, "estimate", gap, finding):
        if figure.low > 0:
            yield Figure(figure.low, np.inf, gap)
            yield Figure(-np.inf, figure.high, lambda counts, *prices: gap(counts, *prices) * _thinned(counts))


def _thinned(counts: FloatArray) -> FloatArray:
    size = counts.sum(axis=1)
    return np.asarray(size / (size + WINDOW))


def _of_interval(finding: Row) -> Iterator[Figure]:
    """Return the ends of a like-for-like interval where new prices do not vary: outwards by a step, or further."""
    low, high, step = (finding.get(name) for name in ("ci_lower", "ci_upper", "rounded_to"))
    if low is None or high is None:
        return
    if step is None:
        yield Figure(low - EXACT, low + EXACT, lambda *rows: _end(*rows, sign=-1))
        yield Figure(high - EXACT, high + EXACT, lambda *rows: _end(*rows, sign=1))
        return
    # Without a p-value few customers decide: the interval reaches as far as it has to, and says no more.
    room = high - low if finding["p_value"] is None else max(step, ladder((high - low) / 40))
    yield Figure(low, low + room, lambda *rows: _end(*rows, sign=-1))
    yield Figure(high - room, high, lambda *rows: _end(*rows, sign=1))


def _end(counts: FloatArray, price: FloatArray, offer: FloatArray, *, sign: int) -> FloatArray:
    size, paid = counts.sum(axis=1), counts @ price
    variance = (counts @ price**2 - paid**2 / size) / (size - 1)
    error = np.sqrt(size * np.maximum(variance, 0)) / paid
    return np.asarray(np.exp(np.log1p(gap(counts, price, offer)) + sign * t.ppf(0.975, size - 1) * error) - 1)


def _of_pairs(file: ShareFile, finding: Row) -> Iterator[Figure]:
    companions = file.companions.get(finding["finding_id"], {})
    yield from _about(finding, "estimate", gap, finding)
    for name, formula in (("geometric", _geometric), ("hodges_lehmann", _median)):
        if name in companions:
            yield from _about(companions[name], "estimate", formula, finding)
    yield from _of_interval(finding)
    if finding["effect_size"] is not None:
        step = 0.0 if file.step_of_counts == 1 else ladder(file.step_of_counts / MOST)
        half = max(step / 2, EXACT)
        yield Figure(finding["effect_size"] - half, finding["effect_size"] + half, _superiority)


def _of_money(file: ShareFile, money: Row | None) -> Iterator[Figure]:
    if money is None or money["amount"] is None:
        return
    companions = file.companions.get(money["finding_id"], {})
    yield from _about(money, "amount", _gross, money)
    if "net" in companions:
        yield from _about(companions["net"], "amount", _net, money)
    if "customers_affected" in companions:
        behind = counts_behind(int(companions["customers_affected"]["estimate"]), file.step_of_counts)
        yield Figure(behind.start, behind.stop - 1, _n_above)


def _of_cell(cell: Row) -> Iterator[Figure]:
    for name, formula in (("mean_price", _mean_price), ("mean_offer", _mean_offer)):
        if cell.get(name) is not None:
            step = cell.get(f"{name}_rounded_to")
            yield from _about({name: cell[name], "rounded_to": step}, name, formula, {})


def _about(row: Row, name: str, formula: Callable[..., FloatArray], finding: Row) -> Iterator[Figure]:
    """Return a figure with the range that its rounding leaves."""
    if row[name] is None:
        return
    value = float(row[name])
    step = row.get("rounded_to") or finding.get("rounded_to")
    half = EXACT * max(1.0, abs(value)) if step is None else float(step) / 2
    yield Figure(value - half, value + half, formula)


def gap(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return (counts @ price) / (counts @ offer) - 1


def _geometric(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return np.asarray(np.exp(counts @ np.log(price / offer) / counts.sum(axis=1)) - 1)


def _share_above(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return _n_above(counts, price, offer) / counts.sum(axis=1)


def _n_above(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return np.asarray(counts @ (price > offer))


def _superiority(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return np.asarray(counts @ ((price > offer) + (price == offer) / 2) / counts.sum(axis=1))


def _gross(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return np.asarray(12 * (counts @ np.maximum(price - offer, 0)))


def _net(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    return np.asarray(12 * (counts @ (price - offer)))


def _mean_price(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    del offer
    return np.asarray(12 * (counts @ price) / counts.sum(axis=1))


def _mean_offer(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    del price
    return np.asarray(12 * (counts @ offer) / counts.sum(axis=1))


def _median(counts: FloatArray, price: FloatArray, offer: FloatArray) -> FloatArray:
    ratio = price / offer - 1
    order = np.argsort(ratio)
    reached, half = np.cumsum(counts[:, order], axis=1), counts.sum(axis=1, keepdims=True) / 2
    low = ratio[order][np.argmax(reached >= half, axis=1)]
    high = ratio[order][np.argmax(reached > half, axis=1)]
    return np.asarray((low + high) / 2)
