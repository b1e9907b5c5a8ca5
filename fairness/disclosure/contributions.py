"""Whose money an amount is: the largest contributors to what a scope pays in all, and above and below its offers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from fairness.analysis.counts import NO_PRICE, TENURED, TICKS_PER_UNIT, Counts, FloatArray, IntArray
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import POOLED, Scope
from fairness.disclosure.control import Rules, dominated, reach_of
from fairness.findings.results import Finding
from fairness.stats.influence import Influence, mean_influence, sum_influence


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money and who holds it.

    Attributes:
        total: The sum, major units a year.
        dominated: Whether too few contributors hold too much of it.
        reach: How far above the total an attacker's upper bound has to lie, see
            :func:`fairness.disclosure.control.reach_of`.
    """

    total: float
    dominated: bool
    reach: float


@dataclass(frozen=True, slots=True)
class Amounts:
    """The money of one scope of the offer gap.

    Attributes:
        paid: What its customers pay.
        above: What they pay above their offers.
        below: What they pay below them.
        n_above: Observations above their offer.
        of_above: How far a few customers could move what is paid above.
        of_net: The same for what is paid above less what is paid below.
        of_price: The same for the mean price.
        of_offer: The same for the mean offer.
    """

    paid: Amount
    above: Amount
    below: Amount
    n_above: int
    of_above: Influence
    of_net: Influence
    of_price: Influence
    of_offer: Influence


def rows_in(finding: Finding, marts: Marts, counts: Counts, *, with_new: bool) -> Counts:
    """Return the rows of a count table that a finding compares."""
    if finding.level == "cell":
        cells = _cells_by_scope(marts, tuple(finding.scope)).get(tuple(finding.scope.values()), ())
        # Rows are sorted by cell.
        bounds = (np.searchsorted(counts.cell, [cell, cell + 1]) for cell in cells)
        rows = counts.take(np.concatenate([np.arange(0), *(np.arange(*ends) for ends in bounds)]))
        return rows.take(rows.group == TENURED)
    scope = POOLED
    if finding.scope:
        ((name, value),) = finding.scope.items()
        scope = Scope("lens", ((name, value),), lens=marts.lens_names.index(name), lens_value=value)
    elif finding.tenure_band is not None:
        band = marts.bands.index(finding.tenure_band) + 1
        scope = Scope("pooled", band=band, label=finding.tenure_band)
    return counts.take(scope.tenured(marts, counts, with_new=with_new))


@lru_cache(maxsize=1)
def _cells_by_scope(marts: Marts, names: tuple[str, ...]) -> dict[tuple[str | None, ...], list[int]]:
    """Return the cells that have the same values of some columns."""
    found: dict[tuple[str | None, ...], list[int]] = {}
    for number, cell in enumerate(marts.cells):
        found.setdefault(tuple(cell.values.get(name) for name in names), []).append(number)
    return found


def amounts_of(finding: Finding, marts: Marts, rules: Rules) -> Amounts:
    """Return the money behind one finding of the offer gap, at the primary basis."""
    rows = rows_in(finding, marts, marts.offers["primary"], with_new=True)
    several = rows_in(finding, marts, marts.parties, with_new=True)
    usable = (several.values["paid_ticks"] != NO_PRICE) & (several.values["offered_ticks"] > 0)
    several = several.take(usable)
    price, price_several = (_yearly(marts, part, "paid_ticks") for part in (rows, several))
    gap, gap_several = (
        values - _yearly(marts, part, "offered_ticks") for values, part in ((price, rows), (price_several, several))
    )
    n = rows.values["n_observations"]

    def amount(own: FloatArray, of_parties: FloatArray) -> Amount:
        largest = _largest(own, n, of_parties, several, rules.dominance_n)
        total = float((own * n).sum())
        few = int(n.sum()) < rules.min_cell
        # What a few people hold is theirs alone, however it is spread among them.
        reach = reach_of([total] if few else largest, total, rules)
        return Amount(total, dominated(largest, total, rules), reach)

    held = finding.n_observations, finding.n_tenured
    return Amounts(
        paid=amount(price, price_several),
        above=amount(np.maximum(gap, 0), np.maximum(gap_several, 0)),
        below=amount(np.maximum(-gap, 0), np.maximum(-gap_several, 0)),
        n_above=int(n[rows.values["paid_ticks"] > rows.values["offered_ticks"]].sum()),
        of_above=sum_influence(np.maximum(gap, 0), n, few=rules.min_cell).of_customers(*held),
        of_net=sum_influence(gap, n, few=rules.min_cell).of_customers(*held),
        of_price=mean_influence(price, n, few=rules.min_cell).of_customers(*held),
        of_offer=mean_influence(price - gap, n, few=rules.min_cell).of_customers(*held),
    )


def _yearly(marts: Marts, counts: Counts, column: str) -> FloatArray:
    money: FloatArray = counts.values[column] / TICKS_PER_UNIT * _per_year(marts)[counts.cell]
    return money


@lru_cache(maxsize=1)
def _per_year(marts: Marts) -> FloatArray:
    """Return the periods of each cell's prices in a year."""
    return np.array([float(cell.per_year) for cell in marts.cells])


def _largest(own: FloatArray, n: IntArray, of_parties: FloatArray, several: Counts, how_many: int) -> list[float]:
    """Return the largest contributions: of customers, and of parties with several accounts together."""
    n_parties = several.values["n_parties"]
    # However many of the largest belong to parties, this many entries hold enough other customers.
    enough = how_many + int(n_parties.sum())
    if len(own) > enough:
        least = np.partition(own, -enough)[-enough]
        n, own = n[own >= least], own[own >= least]
        largest = of_parties >= least
    else:
        largest = np.ones(len(of_parties), dtype=np.bool_)
    values, place = np.unique(np.concatenate((own, of_parties[largest])), return_inverse=True)
    left = np.bincount(place.reshape(-1), weights=np.concatenate((n, -n_parties[largest])), minlength=len(values))
    singles = _spread(values[::-1], np.asarray(np.rint(left[::-1]), dtype=np.int64), how_many)
    patterns, member = np.unique(several.values["pattern"], return_inverse=True)
    sums = np.bincount(member.reshape(-1), weights=of_parties, minlength=len(patterns))
    together = np.asarray(sums, dtype=np.float64)
    size: IntArray = np.zeros(len(patterns), dtype=np.int64)
    size[member] = n_parties
    order = np.argsort(-together, kind="stable")
    parties = _spread(together[order], size[order], how_many)
    return sorted(singles + parties, reverse=True)[:how_many]


def _spread(values: FloatArray, counts: IntArray, how_many: int) -> list[float]:
    """Return the first values, each as often as it occurs."""
    repeated = (
        float(value) for value, count in zip(values, counts, strict=True) for _ in range(min(how_many, int(count)))
    )
    return list(islice(repeated, how_many))
