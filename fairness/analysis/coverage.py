"""Who could be compared, with their money: shares for each finding, and the support block of the document."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from fairness.analysis.counts import GROUPS, NEW, TENURED, UNKNOWN, BoolArray, Counts
from fairness.analysis.distinct import has_comparator, repeats
from fairness.analysis.marts import Marts, to_money
from fairness.analysis.scopes import Scope
from fairness.findings.results import NotAssessable, OtherCurrency, Support

COMPARATOR_COLUMNS = {
    "like_for_like_gap": ("n_priced", "paid_ticks"),
    "raw_gap": ("n_priced", "paid_ticks"),
    "offer_gap": ("n_offered", "paid_offered_ticks"),
    "overpayment": ("n_offered", "paid_offered_ticks"),
    "derived_gap": ("n_derived", "paid_derived_ticks"),
    "market_gap": ("n_market", "paid_market_ticks"),
    "cost_gap": ("n_cost", "paid_cost_ticks"),
    "change_gap": ("n_changed", "paid_changed_ticks"),
}
"""Which columns of cell_coverage count the customers that an estimand can use."""

_MISSING = {
    "offer_gap": "no_offer",
    "overpayment": "no_offer",
    "derived_gap": "too_few_joiners",
    "market_gap": "no_market_price",
    "cost_gap": "no_expected_cost",
    "change_gap": "no_prior_price",
}


@dataclass(frozen=True, slots=True)
class Covered:
    """Shares of a scope's tenured customers and money that a finding compares.

    Attributes:
        customers: Share of the customers, 0 to 1; 0 without any. One of whom any observation is compared counts.
        money: Share of the money they pay; None where nobody's price is known.
        uncovered_money: Money not compared, in the unit of the finding's sums.
        everyone: (customers, money a year) of the whole scope; no money where nobody's price is known.
        left_out: The same of those not compared.
    """

    customers: float
    money: float | None
    uncovered_money: float
    everyone: tuple[int, Decimal | None]
    left_out: tuple[int, Decimal | None]


def covered(
    marts: Marts, scope: Scope, estimand: str, cells: BoolArray, *, with_new: bool = False, only: int | None = None
) -> Covered:
    """Return the shares that an estimand covers when it compares the given cells.

    Args:
        marts: The study.
        scope: The part of the book.
        estimand: Its name; says which comparator a customer must have.
        cells: True for the cells that are compared, shape (cells,).
        with_new: As for :meth:`Scope.tenured`.
        only: One cell, for a cell finding.
    """
    rows, parties = (counts if only is None else counts.at(only) for counts in (marts.coverage, marts.parties))
    chosen = scope.tenured(marts, rows, with_new=with_new).nonzero()[0]
    names = ("n_observations", "n_priced", "paid_ticks", *COMPARATOR_COLUMNS[estimand])
    observations, priced, paid, usable, usable_paid = (rows.values[name][chosen] for name in names)
    cell = rows.cell[chosen]
    inside, weights = cells[cell], marts.weights[cell]
    several = scope.tenured(marts, parties, with_new=with_new)
    n_all = int(observations.sum()) - repeats(parties, several)
    n_in = int(usable[inside].sum()) - repeats(
        parties, several & has_comparator(parties, estimand) & cells[parties.cell]
    )
    money_all, money_in = float((paid * weights).sum()), float((usable_paid * weights)[inside].sum())
    yearly, yearly_out = (
        marts.yearly(cell, ticks) if priced.any() else None for ticks in (paid, paid - np.where(inside, usable_paid, 0))
    )
    return Covered(
        everyone=(n_all, yearly),
        left_out=(n_all - n_in, yearly_out),
        customers=n_in / n_all if n_all else 0.0,
        money=money_in / money_all if money_all else None,
        uncovered_money=max(0.0, money_all - money_in) / 10_000,
    )


def support(marts: Marts, estimand: str, cells: BoolArray) -> Support:
    """Return the support of the headline: distinct customers, money and the reasons of those left out."""
    rows = marts.coverage
    tenured = rows.take(rows.group == TENURED)
    n_column, money_column = COMPARATOR_COLUMNS[estimand]
    inside = cells[tenured.cell]
    n_tenured = int(tenured.values["n_observations"].sum())
    n_assessable = int(tenured.values[n_column][inside].sum())
    parties = marts.parties
    several = parties.group == TENURED
    n_tenured -= repeats(parties, several)
    n_assessable -= repeats(parties, several & has_comparator(parties, estimand) & cells[parties.cell])
    money = marts.yearly(tenured.cell, tenured.values["paid_ticks"])
    money_in = marts.yearly(tenured.cell[inside], tenured.values[money_column][inside])
    return Support(
        tenured_customers=n_tenured,
        assessable_customers=n_assessable,
        assessable_share=n_assessable / n_tenured if n_tenured else None,
        assessable_money_share=float(money_in / money) if money else None,
        left_censored_customers=marts.left_censored,
        unknown_tenure_customers=_customers(marts, UNKNOWN),
        new_customers=_customers(marts, NEW),
        other_currencies=_other_currencies(marts),
        not_assessable=_reasons(marts, tenured, estimand, cells),
    )


def _customers(marts: Marts, group: int) -> int:
    """Return the distinct customers of a loyalty group."""
    n = int(marts.coverage.values["n_observations"][marts.coverage.group == group].sum())
    return n - repeats(marts.parties, marts.parties.group == group)


def _reasons(marts: Marts, tenured: Counts, estimand: str, cells: BoolArray) -> tuple[NotAssessable, ...]:
    """Return why tenured observations are not compared: no price, no comparator, or a cell that does not qualify."""
    n_column, money_column = COMPARATOR_COLUMNS[estimand]
    values, totals = tenured.values, dict[str, tuple[int, Fraction | None]]()
    n_new = np.zeros(len(marts.cells), dtype=np.int64)
    new = marts.coverage.take(marts.coverage.group == NEW)
    np.add.at(n_new, new.cell, new.values[n_column])
    for index in range(len(tenured)):
        cell = int(tenured.cell[index])
        per_year = marts.cells[cell].per_year
        n_all, n_priced, n_usable = (int(values[name][index]) for name in ("n_observations", "n_priced", n_column))
        money, usable_money = int(values["paid_ticks"][index]), int(values[money_column][index])
        _add(totals, "no_price", n_all - n_priced, None)
        if estimand in _MISSING and not (estimand == "offer_gap" and marts.unmatched):
            _add(totals, _MISSING[estimand], n_priced - n_usable, per_year * (money - usable_money))
        if not cells[cell]:
            reason = "too_few_customers" if n_new[cell] else "no_new_customers"
            _add(totals, reason, n_usable, per_year * usable_money)
    listed = [
        NotAssessable(reason, count, None if money is None else to_money(money))
        for reason, (count, money) in sorted(totals.items())
    ]
    if estimand == "offer_gap":
        listed += [
            NotAssessable(reason, count, money)
            for group, reason, count, money in marts.unmatched
            if group == GROUPS[TENURED]
        ]
    return tuple(listed)


def _add(totals: dict[str, tuple[int, Fraction | None]], reason: str, n: int, money: Fraction | None) -> None:
    if n:
        count, sum_so_far = totals.get(reason, (0, None if money is None else Fraction(0)))
        totals[reason] = count + n, None if money is None or sum_so_far is None else sum_so_far + money


def _other_currencies(marts: Marts) -> tuple[OtherCurrency, ...]:
    found: dict[str, list[tuple[str, int, Decimal | None]]] = defaultdict(list)
    for currency, group, count, money in marts.other_coverage:
        found[currency].append((group, count, money))
    result = []
    for currency, rows in sorted(found.items()):
        known = [money for _, _, money in rows if money is not None]
        result.append(
            OtherCurrency(
                currency=currency,
                customers=sum(count for _, count, _ in rows),
                tenured_customers=sum(count for group, count, _ in rows if group == GROUPS[TENURED]),
                money=sum(known, Decimal(0)) if known else None,
            )
        )
    return tuple(result)
