"""The findings of billing lines from the as-of entries of a ledger, in pandas and scipy.

What billing lines have beside a book: other readings of the offer, the offer of the day a price was set, joiners,
changes over a year, months. ``rows_findings.py`` estimates what both have. Formulas: docs/method.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import rows_robust as robust
from lines_changes import MIN_EVIDENCE, Changes
from lines_offers import BASES
from rows_findings import (
    ALPHA,
    TICKS,
    Results,
    Rows,
    cell_key,
    clustered,
    contrast,
    like_for_like,
    log_ratio,
    offer_ratios,
    offers,
    per_cell,
    raw,
    scopes,
    standardised,
    support,
    two_way,
)
from rows_money import Money, overpayment
from scipy import stats

PRIMARY = "effective"
_LEAST_TENURED = 2


@dataclass(frozen=True)
class AsOf:
    """The entries of the as-of month in cell order, arrays of shape (entries,), money in ticks, MISSING where none is.

    ``billed`` is the price of an interval and ``offers_billed`` the offers of one by basis; ``rate`` the intervals a
    year of each cell; ``joined`` those who joined where and when enough did.
    """

    rows: Rows
    offers: dict[str, np.ndarray]
    billed: np.ndarray
    offers_billed: dict[str, np.ndarray]
    rate: np.ndarray
    offer_set: np.ndarray
    version_set: np.ndarray
    changes: Changes
    pricing_month: np.ndarray
    joined: pd.DataFrame

    def under(self, ticks: np.ndarray, version: np.ndarray | None = None) -> Rows:
        """Return the rows against other offers."""
        offer = np.where(ticks > 0, ticks, np.nan) / TICKS
        return replace(self.rows, offer=offer, version=self.rows.version if version is None else version)


def all_findings(as_of: AsOf) -> list[dict[str, Any]]:
    """Return every finding of the month."""
    results = Results([])
    at_set = as_of.under(as_of.offer_set, as_of.version_set)
    for key, tenured, against_offer, inside in scopes(as_of.rows):
        like_for_like(as_of.rows, results, key, tenured, as_of.rows.is_new & inside)
        raw(as_of.rows, results, key, tenured, as_of.rows.is_new & inside)
        for basis in BASES:
            is_primary = basis == PRIMARY
            named = key if is_primary else {**key, "reading": f"offer:{basis}"}
            rows = as_of.rows if is_primary else as_of.under(as_of.offers[basis])
            more = _at_set(at_set, against_offer) if is_primary and key["band"] is None else None
            offers(rows, results, named, against_offer, more=more, with_cells=is_primary)
            money = Money(as_of.billed - as_of.offers_billed[basis], as_of.rate)
            overpayment(rows, results, named, against_offer, money, with_cells=is_primary)
        _changes(as_of, results, key, tenured)
        _against_joiners(as_of, results, {**key, "reading": "derived:paid"}, tenured)
    return results.finish()


def _at_set(rows: Rows, chosen: np.ndarray) -> dict[str, float]:
    """Return the gap against the offer of the day each price was set, with its interval."""
    mask = chosen & ~np.isnan(rows.offer)
    if not mask.any():
        return {}
    found, _ = offer_ratios(rows, mask, np.zeros(int(mask.sum()), dtype=np.int64), 1)
    estimate, lower, upper = _interval(found)
    return {"at_price_set": estimate[0], "at_price_set_lower": lower[0], "at_price_set_upper": upper[0]}


def _interval(found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    half = stats.t.ppf(1 - ALPHA / 2, found["df"]) * found["se"]
    low, middle, high = (np.expm1(found["log_ratio"] + sign * half).to_numpy() for sign in (-1, 0, 1))
    return middle, low, high


def _changes(as_of: AsOf, results: Results, key: dict[str, Any], tenured: np.ndarray) -> None:
    """Add the change over a year against that of the offer in force, and of each cell where the scope is the whole."""
    change, rows = as_of.changes, as_of.rows
    # A standard price of zero or less has no change: discounts of more than the price, or an error of the export.
    stated = (change.before > 0) & (change.after > 0)
    mask = tenured & stated & (change.offer_before > 0) & (change.offer_after > 0)
    if not mask.any():
        if key["band"] is None:
            results.add_fact({"estimand": "change_gap", **key}, None, support(rows, tenured, np.zeros_like(mask))[0])
        return
    ratio, companions = _change(as_of, mask)
    companions |= support(rows, tenured, stated)[0]
    results.add({"estimand": "change_gap", **key}, f"change:{key['family']}", ratio, companions)
    if key["family"] == "pooled":
        shares = support(rows, tenured, stated, rows.cell, len(rows.names))
        for cell in np.unique(rows.cell[mask]):
            ratio, companions = _change(as_of, mask & (rows.cell == cell))
            results.add(cell_key("change_gap", rows, cell), "change:cells", ratio, companions | shares[cell])


def _change(as_of: AsOf, mask: np.ndarray) -> tuple[list[float], dict[str, float]]:
    """Return mean difference of log changes, its standard error by price decision, and companions."""
    change = as_of.changes
    own = np.log(change.after[mask] / change.before[mask])
    offered = np.log(change.offer_after[mask] / change.offer_before[mask])
    value, n = own - offered, int(mask.sum())
    number, _ = pd.factorize(as_of.rows.version[mask])
    size, total = np.bincount(number), np.bincount(number, value)
    mean = value.mean()
    effective = n**2 / (size**2).sum() if len(size) > 1 else np.nan
    variance = (((total - size * mean) / (1 - size / n)) ** 2).sum() / n**2 if len(size) > 1 else np.nan
    # Rounded, so that equal differences of unequal prices are ties.
    rounded = value.round(13)
    ranks = np.bincount(number, np.sign(rounded) * stats.rankdata(np.abs(rounded)))
    return [mean, np.sqrt(variance), effective - 1], {
        "signed_rank": ranks.sum() / np.sqrt((ranks**2).sum()) if ranks.any() else 0.0,
        "tenured_mean_log_change": own.mean(),
        "offer_mean_log_change": offered.mean(),
        "n_tenured": n,
    }


def _against_joiners(as_of: AsOf, results: Results, key: dict[str, Any], tenured: np.ndarray) -> None:
    """Add the gap to what joiners paid in the cell in the month in which the price was set."""
    rows, joined = as_of.rows, as_of.joined
    months = np.concatenate((as_of.pricing_month, joined["month"]))
    cells = np.concatenate((rows.cell, joined["cell"]))
    stratum = pd.factorize(cells.astype(np.int64) * 4096 + months)[0]
    has_joiners = np.isin(stratum[: len(rows.cell)], stratum[len(rows.cell) :])
    covered = support(rows, tenured, has_joiners)[0]
    chosen = tenured & has_joiners
    if not chosen.any():
        if key["band"] is None and has_joiners.any():
            results.add_fact({"estimand": "offer_gap", **key}, None, support(rows, tenured, np.zeros_like(chosen))[0])
        return
    taken = np.append(chosen, np.ones(len(joined), dtype=bool))
    order = np.flatnonzero(taken)[np.argsort(stratum[taken], kind="stable")]
    price = np.concatenate((rows.price, joined["price"] / TICKS))[order]
    names = [("",)] * (int(stratum.max()) + 1)
    strata = replace(rows, cell=stratum[order], price=price, log_price=np.log(price), names=names)
    is_new = order >= len(rows.cell)
    arms = per_cell(strata, ~is_new), per_cell(strata, is_new)
    enough = (arms[0]["size"] >= _LEAST_TENURED) & (arms[1]["size"] >= MIN_EVIDENCE)
    if not enough.any():
        results.add_fact({"estimand": "offer_gap", **key}, None, support(rows, tenured, np.zeros_like(chosen))[0])
        return
    compared = [arm[enough] for arm in arms]
    both = contrast(strata, compared, ~is_new, is_new, np.flatnonzero(enough))
    companions = both.companions() | robust.heterogeneity(*log_ratio(*compared)[:2]) | covered
    ratio = standardised(*compared)
    results.add({"estimand": "offer_gap", **key}, f"offer:{key['family']}:{key['reading']}", ratio, companions)


def monthly(month: np.ndarray, version: np.ndarray, price: np.ndarray, offer: np.ndarray) -> list[dict[str, Any]]:
    """Return the offer gap of every month, each entry a party; all are of tenured customers with an offer."""
    number, first = pd.factorize(month, sort=True)
    n = len(first)
    by_entry = clustered(number, price, offer, np.ones(len(price), dtype=bool), n)
    pair, group = pd.factorize(number.astype(np.int64) * (int(version.max()) + 1) + version)
    sums = [np.bincount(pair, values) for values in (price, offer)]
    by_version = clustered(group // (int(version.max()) + 1), *sums, np.ones(len(group), dtype=bool), n)
    found, _ = two_way(by_entry, by_version, by_entry)
    numbers = zip(first.astype("datetime64[M]").astype(str), *_interval(found), np.bincount(number), strict=True)
    return [
        {
            **{"estimand": "offer_gap", "level_name": "month", "scope": {"month": label}, "band": None, "reading": ""},
            **{"estimate": estimate, "ci_lower": low, "ci_upper": high, "companions": {"n_tenured": int(size)}},
        }
        for label, estimate, low, high, size in numbers
    ]
