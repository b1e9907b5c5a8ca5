"""The standardised ratio with parties left out one at a time: how much depends on each household, firm or fleet.

Prices of one party move together, and one party may hold most of a cell. Linearised variances trust each cell's mean
even where it comes from a single party; leaving the party out does not. Above 0, tenured customers pay more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fairness.stats.checks import BoolArray, FloatArray, IntArray, without_noise
from fairness.stats.log_ratio import LogRatio
from fairness.stats.party_clusters import PartyRows
from fairness.stats.scores import key_starts, sorting
from fairness.stats.standardised_ratio import standardised_ratio
from fairness.stats.value_counts import CellArms, CountTable


@dataclass(frozen=True, slots=True, eq=False)
class _Left:
    """What is taken out of an arm of a cell with one party; arrays of shape (k,).

    Attributes:
        party: Number of the party pattern.
        stratum: 2 * position of the cell, + 1 for the tenured arm.
        n: Customers.
        price: Their money.
        reference: Their references.
        repeats: Number of parties that look like this one.
    """

    party: IntArray
    stratum: IntArray
    n: IntArray
    price: FloatArray
    reference: FloatArray
    repeats: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PartyJackknife:
    """The standardised ratio with parties as the draws.

    Attributes:
        ratio: With the jackknife variance; ``se`` is None where leaving out one party leaves nothing to compare.
        deviation: log R without the party minus log R, for each kind of party, shape (kinds,): above 0, the party
            holds the ratio down.
        n: Parties of each kind, shape (kinds,).
    """

    ratio: LogRatio
    deviation: FloatArray
    n: IntArray


def party_jackknife(table: CountTable, arms: CellArms, rows: PartyRows) -> PartyJackknife:
    """Estimate the standardised ratio with the variance of leaving out one party at a time.

    R_(j) keeps the weights X_Tc and takes both means of each cell without party j; a cell that loses an arm is left out
    entirely. var(log R) = sum_j f_j (log R_(j) - log R)^2 with f = (m - 1) / m, m the parties of the stratum (an arm of
    a cell), and the largest f where a party reaches several. Degrees of freedom follow Satterthwaite, each stratum with
    its effective parties less one, 1 / sum w^2 - 1 with w a party's share of the stratum's reference; a party that
    reaches several strata counts in full in the one with the fewest parties. With one customer per party it is the
    variance of :func:`~fairness.stats.standardised_ratio.standardised_ratio` up to terms of second order.

    Args:
        table: Value counts of the qualified cells.
        arms: Their summary, each cell with customers in both arms.
        rows: Customers of parties that have several, in these cells; they are part of the counts.

    Returns:
        PartyJackknife.

    References:
        Rust and Rao, Statistical Methods in Medical Research 5 (1996) 283-310; Satterthwaite, Biometrics Bulletin 2
        (1946) 110-114.

    Example:
        >>> from fairness.stats.value_counts import summarise
        >>> table = CountTable(cell=[0] * 4, tenured=[True, True, False, False], price=[10.0, 12.0, 9.0, 11.0],
        ...                    reference=[1.0] * 4, n=[6, 6, 6, 6], n_cells=1)
        >>> three = PartyRows(pattern=np.repeat([0, 1, 2, 3], 3), cell=np.zeros(12, dtype=int),
        ...                   tenured=np.arange(12) < 6, price=np.repeat(table.price, 3), reference=np.ones(12),
        ...                   n=np.full(12, 2))
        >>> gap = party_jackknife(table, summarise(table), three).ratio
        >>> round(gap.estimate, 4), round(gap.se, 4), round(gap.df, 1)
        (0.1, 0.0781, 5.9)
    """
    total = standardised_ratio(arms)
    several = _of_parties(arms, rows)
    single = _singles(table, arms, rows)
    size = np.zeros(2 * arms.cell.size)
    for left in (single, several):
        np.add.at(size, left.stratum, left.repeats)
    alone, together = (_deviations(arms, left) for left in (single, several))
    factor = np.where(size > 1, (size - 1.0) / np.maximum(size, 1.0), 1.0)
    value = np.zeros(size.size)
    np.add.at(value, single.stratum, single.repeats * factor[single.stratum] * alone**2)
    starts = key_starts(several.party)
    if starts.size:
        ends = np.append(starts[1:], several.party.size)
        for deviation, first, last in zip(together, starts.tolist(), ends.tolist(), strict=True):
            strata = several.stratum[first:last]
            home = strata[np.argmin(size[strata])]
            value[home] += several.repeats[first] * factor[strata].max() * deviation**2
    variance = float(value.sum())
    deviation = np.concatenate((alone, together))
    n = np.concatenate((single.repeats, several.repeats[starts]))
    if math.isnan(variance):
        return PartyJackknife(LogRatio(log_ratio=total.log_ratio, se=None, df=None), deviation, n)
    freedom = np.maximum(_effective(arms, single, several) - 1.0, 1.0)
    spread = float((value**2 / freedom).sum())
    df = variance**2 / spread if spread else math.inf
    ratio = LogRatio(log_ratio=total.log_ratio, se=without_noise(math.sqrt(variance)), df=df)
    return PartyJackknife(ratio, deviation, n)


def _of_parties(arms: CellArms, rows: PartyRows) -> _Left:
    """Return what each party with several customers takes out of each arm of a cell, by party."""
    stratum = 2 * np.searchsorted(arms.cell, rows.cell) + rows.tenured
    order = sorting(rows.pattern, stratum, rows.price)
    party, strata = rows.pattern[order], stratum[order]
    starts = key_starts(party, strata)
    ones = np.ones(len(rows), dtype=np.int64)
    if not starts.size:
        return _Left(party, strata, ones, rows.price[order], rows.reference[order], rows.n[order])
    n, price, reference = (np.add.reduceat(values[order], starts) for values in (ones, rows.price, rows.reference))
    return _Left(party[starts], strata[starts], n, price, reference, rows.n[order][starts])


def _singles(table: CountTable, arms: CellArms, rows: PartyRows) -> _Left:
    """Return the customers who are parties by themselves: the counts less the customers of the other parties."""
    stratum = np.concatenate(
        (
            2 * np.searchsorted(arms.cell, table.cell) + table.tenured,
            2 * np.searchsorted(arms.cell, rows.cell) + rows.tenured,
        )
    )
    price, reference = (np.concatenate(pair) for pair in ((table.price, rows.price), (table.reference, rows.reference)))
    n = np.concatenate((table.n, -rows.n))
    order = sorting(stratum, price, reference)
    stratum, price, reference, n = stratum[order], price[order], reference[order], n[order]
    starts = key_starts(stratum, price, reference)
    left = np.add.reduceat(n, starts)
    kept = starts[left > 0]
    ones = np.ones(kept.size, dtype=np.int64)
    return _Left(np.arange(kept.size), stratum[kept], ones, price[kept], reference[kept], left[left > 0])


def _deviations(arms: CellArms, left: _Left) -> FloatArray:
    """Return log R without each party minus log R, shape (parties,); NaN where nothing is left to compare."""
    starts = key_starts(left.party, left.stratum // 2)
    if not starts.size:
        return np.zeros(0)
    cell, party = (left.stratum // 2)[starts], left.party[starts]
    tenured = left.stratum % 2 == 1

    def taken(values: FloatArray | IntArray, of: BoolArray) -> FloatArray:
        return np.add.reduceat(np.where(of, values, 0.0), starts)

    paid, offered = arms.price_tenured[cell], (arms.reference_tenured * arms.price_new / arms.reference_new)[cell]
    n_tenured = arms.n_tenured[cell] - taken(left.n, tenured)
    n_new = arms.n_new[cell] - taken(left.n, ~tenured)
    stays = (n_tenured > 0) & (n_new > 0)
    reference = arms.reference_tenured[cell]
    mean = _ratio(paid - taken(left.price, tenured), reference - taken(left.reference, tenured), stays)
    other = _ratio(
        arms.price_new[cell] - taken(left.price, ~tenured),
        arms.reference_new[cell] - taken(left.reference, ~tenured),
        stays,
    )
    # Arms that lose nobody keep their sums bit for bit: a customer of one arm must not move the other.
    new_paid = np.where(taken(left.n, tenured) > 0, reference * mean, np.where(stays, paid, 0.0))
    new_offered = np.where(taken(left.n, ~tenured) > 0, reference * other, np.where(stays, offered, 0.0))
    whole = key_starts(party)
    a, b = arms.price_tenured.sum(), (arms.reference_tenured * arms.price_new / arms.reference_new).sum()
    change_a = np.add.reduceat(np.where(stays, new_paid, 0.0) - paid, whole) / a
    change_b = np.add.reduceat(np.where(stays, new_offered, 0.0) - offered, whole) / b
    nothing = (change_a <= -1.0 + 1e-12) | (change_b <= -1.0 + 1e-12)
    change_a[nothing], change_b[nothing] = math.nan, math.nan
    deviation: FloatArray = np.log1p(change_a) - np.log1p(change_b)
    return deviation


def _ratio(price: FloatArray, reference: FloatArray, known: BoolArray) -> FloatArray:
    return np.divide(price, reference, out=np.zeros(price.size), where=known & (reference > 0))


def _effective(arms: CellArms, single: _Left, several: _Left) -> FloatArray:
    """Return the effective number of parties of each stratum, 1 / sum of squared shares of its reference."""
    total = np.column_stack((arms.reference_new, arms.reference_tenured)).ravel()
    squares = np.zeros(total.size)
    for left in (single, several):
        np.add.at(squares, left.stratum, left.repeats * left.reference**2)
    return total**2 / squares
