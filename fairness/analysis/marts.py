"""What the analysis needs from a built warehouse: the counts of its tables as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

from fairness.analysis.counts import Counts, FloatArray, IntArray
from fairness.analysis.set_prices import SetPrices, no_set_prices
from fairness.analysis.walking_rows import WalkingRows, no_walking_rows
from fairness.stats.scores import exact_sums, group_starts

UNKNOWN_NUMBER = -1
"""Stands for null in the tables of ``Marts.more``."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One like-for-like cell.

    Attributes:
        key: Its key in the warehouse.
        values: Value by column, base columns first, then the configured ones.
        per_year: Billing intervals in a year: amounts are per interval.
    """

    key: str
    values: dict[str, str | None]
    per_year: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Marts:
    """Everything that the analysis needs from a built warehouse.

    Attributes:
        currency: The study's currency.
        as_of: Month of the prices as YYYY-MM, or None where the book states none.
        cells: Cells, sorted by key.
        lens_names: Lenses in the config's order.
        lens_values: Values of each lens combination, one per lens.
        bands: Tenure band labels in order; band number = position + 1.
        prices: Counts of (paid, quantity). Amounts are price times quantity per billing interval, in ticks.
        offers: Counts of (paid, offered, quantity, decision) by basis of the offer price: primary, headline, effective,
            standard, and the one of ``OTHER_DATE``. ``decision`` is -1 where none is stated: product, plan and offer
            price decide.
        references: Counts of (paid, reference) by ``market_price`` and ``expected_cost``.
        changes: Counts of (before, after, offer before, offer after, decision); offers 0 where there is none.
        rises: Counts of (month of the last change, before, after, paid, offered, decision) where an earlier price is
            known.
        derived: Counts of (pricing month, paid, quantity) of customers whose cell had enough joiners in that month.
        acquisitions: Counts of (pricing month, paid, quantity) of those who joined; group and band are not used.
        monthly: Counts of (paid, offered, decision) of the tenured by month (YYYY-MM); their ``cell`` is the position
            of the billing interval in ``interval_weights``.
        interval_weights: Billing intervals in a year of each interval of ``monthly``.
        monthly_repeats: Observations of ``monthly`` less their distinct customers, by month (YYYY-MM).
        left_censored: Distinct customers who joined before the data begin.
        has_dated_offers: Whether offers come from an offer file with validity dates.
        coverage: Observations, with and without a price and a comparator, of the study's currency; ``reason`` is a
            position in ``reasons``, -1 where nothing is missing against an offer.
        reasons: Why something is not compared.
        parties: Observations of parties with several.
        other_coverage: (currency, group, observations, ticks a year) of the other currencies.
        weights: Factor that brings each cell's amounts to one period, shape (cells,): 1 where all share an interval.
        month_weights: The same for amounts of a month.
        best_offers: Counts of (offered, best) where a cheaper offer than the comparator fits as well.
        discount_bounds: Least, most and offered money a month, in ticks, of the tenured who are not compared because
            nobody knows where a discount belongs; None where there are none.
        unoffered: Counts of (paid, offered, quantity) of those whose plan is not offered; the offer is that of
            the product, 0 where none fits.
        walking: Monthly increments of price and offer by joining month; they have no cells.
        set_prices: What was set in each month; it has no cells either.
        more: Count tables of single estimands by name, only those that were asked for.
    """

    currency: str
    as_of: str | None
    cells: tuple[Cell, ...]
    lens_names: tuple[str, ...]
    lens_values: tuple[tuple[str | None, ...], ...]
    bands: tuple[str, ...]
    prices: Counts
    offers: dict[str, Counts]
    references: dict[str, Counts]
    changes: Counts
    rises: Counts
    derived: Counts
    acquisitions: Counts
    monthly: dict[str, Counts]
    interval_weights: FloatArray
    monthly_repeats: dict[str, int]
    left_censored: int
    has_dated_offers: bool
    coverage: Counts
    reasons: tuple[str, ...]
    parties: Counts
    other_coverage: tuple[tuple[str, str, int, Decimal | None], ...]
    weights: FloatArray
    month_weights: FloatArray
    best_offers: Counts
    discount_bounds: tuple[int, int, int] | None = None
    unoffered: Counts | None = None
    walking: WalkingRows = field(default_factory=no_walking_rows)
    set_prices: SetPrices = field(default_factory=no_set_prices)
    more: Mapping[str, Counts] = field(default_factory=dict)

    def yearly(self, cell: IntArray, ticks: IntArray) -> Decimal:
        """Return the exact sum of ``ticks`` a year in major units, each by the interval of its cell; sorted by cell."""
        starts = group_starts(cell)
        rates = [self.cells[number].per_year for number in cell[starts].tolist()]
        return to_money(at_rates(rates, exact_sums(ticks, starts)))


def product_plans(marts: Marts) -> IntArray:
    """Return the product and plan of each cell as a number, shape (cells,): equal ones may share a list price."""
    pairs = [(cell.values.get("product_id"), cell.values.get("plan_id")) for cell in marts.cells]
    number = {pair: position for position, pair in enumerate(dict.fromkeys(pairs))}
    return np.array([number[pair] for pair in pairs], dtype=np.int64)


def at_rates(rates: list[Fraction], amounts: list[int]) -> Fraction:
    """Return the exact sum of amounts, each times its rate; cells share few rates, so few fractions are added.

    Example:
        >>> at_rates([Fraction(12), Fraction(1), Fraction(12)], [2, 5, 3])
        Fraction(65, 1)
    """
    by_rate: dict[tuple[int, int], int] = {}
    for rate, amount in zip(rates, amounts, strict=True):
        # Looking up two integers is several times faster than looking up the fraction that they make.
        ratio = rate.as_integer_ratio()
        by_rate[ratio] = by_rate.get(ratio, 0) + amount
    common = math.lcm(*(divisor for _, divisor in by_rate))
    return Fraction(sum(factor * (common // divisor) * amount for (factor, divisor), amount in by_rate.items()), common)


def to_money(ticks: Fraction) -> Decimal:
    """Return ticks as money in major units, half-even to four decimals.

    Example:
        >>> to_money(Fraction(123456))
        Decimal('12.3456')
    """
    return Decimal(round(ticks)).scaleb(-4)
