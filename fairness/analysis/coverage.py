"""Who could be compared, with their money: shares for each finding.

Everybody who holds something in the month is in the denominator, even without a price that can be understood, with a
rejected row or without a comparator. Customers are distinct; money is what is paid per year.

Decision D12.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np

from fairness.analysis.counts import TENURED, TICKS_PER_UNIT, UNKNOWN, BoolArray, Counts, FloatArray, IntArray
from fairness.analysis.distinct import has_comparator, repeats, repeats_by_cell
from fairness.analysis.marts import Marts, at_rates, to_money
from fairness.analysis.scopes import Scope
from fairness.analysis.worst_case import Extremes, WorstCase
from fairness.findings.estimand_spec import Comparator
from fairness.stats.scores import exact_sums, group_starts

PLAN_NOT_OFFERED, REJECTED = "plan_not_offered", "rejected"
MONTHS_PER_YEAR = Fraction(12)


@dataclass(frozen=True, slots=True)
class Covered:
    """Shares of a scope's tenured customers and money that a finding compares, and of those that it cannot know.

    Attributes:
        customers: Share of the customers, 0 to 1; 0 without any. A customer counts if any observation is compared.
        money: Share of the money they pay; None where no price is known.
        uncovered_money: Money not compared, in the unit of the finding's sums.
        everyone: (customers, money a year) of the whole scope; no money where no price is known.
        left_out: The same for what is not compared: customers with nothing compared, and all the money not compared.
        unknown_tenure: Share of the scope's customers, tenured or not, whose tenure is unknown.
        plan_not_offered: Share of the tenured customers or of their money, the larger, on plans that are not offered.
        rejected: Share of the scope's customers whom a rejected row names.
        worst: What is left out at the cheapest and the dearest comparator of its product; None where that is not known.
    """

    customers: float
    money: float | None
    uncovered_money: float
    everyone: tuple[int, Decimal | None]
    left_out: tuple[int, Decimal | None]
    unknown_tenure: float = 0.0
    plan_not_offered: float = 0.0
    rejected: float = 0.0
    worst: Extremes | None = None


class Coverage:
    """What is covered against a comparator when the given cells are compared, scope by scope and cell by cell.

    Args:
        marts: The study.
        against: The comparator that an observation must have.
        cells: True for the cells that are compared, shape (cells,).
        comparators: Counts of (offered) of what is compared, for the worst case; None where there is none.
    """

    def __init__(self, marts: Marts, against: Comparator, cells: BoolArray, comparators: Counts | None = None) -> None:
        self._marts = marts
        rows, parties = marts.coverage, marts.parties
        usable, usable_paid = against.covered
        inside = cells[rows.cell]
        self._compared = np.where(inside, rows.values[usable], 0)
        self._compared_paid = np.where(inside, rows.values[usable_paid], 0)
        self._parties_compared: BoolArray = has_comparator(parties, against) & cells[parties.cell]
        self._comparators = comparators

    def of(self, scope: Scope, *, with_new: bool = False) -> Covered:
        """Return the shares of a scope; ``with_new`` as for :meth:`Scope.tenured`."""
        marts, rows, parties = self._marts, self._marts.coverage, self._marts.parties
        chosen, several = (scope.tenured(marts, counts, with_new=with_new) for counts in (rows, parties))
        around, several_around = (
            scope.within(marts, counts) if scope.band is None else np.ones(len(counts), dtype=np.bool_)
            for counts in (rows, parties)
        )
        n = rows.values["n_observations"]

        def customers(mask: BoolArray, of_parties: BoolArray) -> int:
            return int(n[mask].sum()) - repeats(parties, of_parties)

        n_all = customers(chosen, several)
        n_in = int(self._compared[chosen].sum()) - repeats(parties, several & self._parties_compared)
        n_around = customers(around, several_around)
        unknown = customers(around & (rows.group == UNKNOWN), several_around & (parties.group == UNKNOWN))
        has_plan, plan_several = (self._has_reason(counts, PLAN_NOT_OFFERED) for counts in (rows, parties))
        was_rejected, rejected_several = (self._has_reason(counts, REJECTED) for counts in (rows, parties))
        n_plan = customers(chosen & has_plan, several & plan_several)
        n_rejected = customers(around & was_rejected, several_around & rejected_several)
        money, compared = self._money[chosen], self._compared_money[chosen]
        total = float(money.sum())
        everyone, left_out = self._yearly(chosen.nonzero()[0])
        return Covered(
            customers=_share(n_in, n_all),
            money=float(compared.sum()) / total if total else None,
            uncovered_money=max(0.0, total - float(compared.sum())),
            everyone=(n_all, everyone),
            left_out=(n_all - n_in, left_out),
            unknown_tenure=_share(unknown, n_around),
            plan_not_offered=max(_share(n_plan, n_all), float(money[has_plan[chosen]].sum()) / total if total else 0.0),
            rejected=_share(n_rejected, n_around),
            worst=self._worst.of(chosen) if self._worst else None,
        )

    def of_cell(self, cell: int) -> Covered:
        """Return the shares of the tenured customers of one cell."""
        by_cell = self._by_cell
        n_all, n_in, n_around = (int(by_cell[name][cell]) for name in ("all", "compared", "around"))
        money, compared, plan_money = (float(by_cell[name][cell]) for name in ("money", "compared_money", "plan_money"))
        rows = self._marts.coverage
        here = np.arange(*np.searchsorted(rows.cell, [cell, cell + 1]))
        chosen = here[rows.group[here] == TENURED]
        everyone, left_out = self._yearly(chosen)
        return Covered(
            customers=_share(n_in, n_all),
            money=compared / money if money else None,
            uncovered_money=max(0.0, money - compared),
            everyone=(n_all, everyone),
            left_out=(n_all - n_in, left_out),
            unknown_tenure=_share(int(by_cell["unknown"][cell]), n_around),
            plan_not_offered=max(_share(int(by_cell["plan"][cell]), n_all), plan_money / money if money else 0.0),
            rejected=_share(int(by_cell["rejected"][cell]), n_around),
            worst=self._worst.of(chosen) if self._worst else None,
        )

    def _has_reason(self, counts: Counts, reason: str) -> BoolArray:
        reasons = self._marts.reasons
        if reason not in reasons:
            return np.zeros(len(counts), dtype=np.bool_)
        found: BoolArray = counts.values["reason"] == reasons.index(reason)
        return found

    @cached_property
    def _worst(self) -> WorstCase | None:
        if self._comparators is None:
            return None
        left_out = self._marts.coverage.values["n_observations"] - self._compared
        return WorstCase(self._marts, self._comparators, left_out, self._money - self._compared_money)

    @cached_property
    def _money(self) -> FloatArray:
        """What each row of the coverage pays, in the unit of the finding's sums, shape (rows,)."""
        marts, rows = self._marts, self._marts.coverage
        paid: FloatArray = rows.values["paid_ticks"] * marts.weights[rows.cell]
        return (paid + rows.values["month_ticks"] * marts.month_weights[rows.cell]) / TICKS_PER_UNIT

    @cached_property
    def _compared_money(self) -> FloatArray:
        weights: FloatArray = self._marts.weights[self._marts.coverage.cell]
        return self._compared_paid * weights / TICKS_PER_UNIT

    def _yearly(self, positions: IntArray) -> tuple[Decimal | None, Decimal | None]:
        """Return what the chosen rows pay a year, exactly: all of it and what is left out; None without a price."""
        marts, rows = self._marts, self._marts.coverage
        values = {name: rows.values[name][positions] for name in ("n_priced", "n_billed", "paid_ticks", "month_ticks")}
        if not values["n_priced"].any() and not values["n_billed"].any():
            return None, None
        cell = rows.cell[positions]
        starts = group_starts(cell)
        rates = [marts.cells[number].per_year for number in cell[starts].tolist()]
        of_month = MONTHS_PER_YEAR * sum(exact_sums(values["month_ticks"], starts))
        paid = exact_sums(values["paid_ticks"], starts)
        left_out = exact_sums(values["paid_ticks"] - self._compared_paid[positions], starts)
        everyone = to_money(at_rates(rates, paid) + of_month)
        return everyone, everyone if paid == left_out else to_money(at_rates(rates, left_out) + of_month)

    @cached_property
    def _by_cell(self) -> dict[str, FloatArray | IntArray]:
        """Customers and money of every cell, shape (cells,) each."""
        marts, rows, parties = self._marts, self._marts.coverage, self._marts.parties
        size, n = len(marts.cells), rows.values["n_observations"]
        tenured, of_parties = rows.group == TENURED, parties.group == TENURED
        plan, plan_several = (self._has_reason(counts, PLAN_NOT_OFFERED) for counts in (rows, parties))
        rejected, rejected_several = (self._has_reason(counts, REJECTED) for counts in (rows, parties))
        everybody = np.ones(len(parties), dtype=np.bool_)

        def customers(counted: IntArray, several: BoolArray) -> IntArray:
            found: IntArray = np.zeros(size, dtype=np.int64)
            np.add.at(found, rows.cell, counted)
            return found - repeats_by_cell(parties, several, size)

        def money(values: FloatArray) -> FloatArray:
            return np.bincount(rows.cell, weights=values, minlength=size).astype(np.float64)

        return {
            "all": customers(np.where(tenured, n, 0), of_parties),
            "compared": customers(np.where(tenured, self._compared, 0), of_parties & self._parties_compared),
            "around": customers(n, everybody),
            "unknown": customers(np.where(rows.group == UNKNOWN, n, 0), parties.group == UNKNOWN),
            "plan": customers(np.where(tenured & plan, n, 0), of_parties & plan_several),
            "rejected": customers(np.where(rejected, n, 0), rejected_several),
            "money": money(np.where(tenured, self._money, 0.0)),
            "compared_money": money(np.where(tenured, self._compared_money, 0.0)),
            "plan_money": money(np.where(tenured & plan, self._money, 0.0)),
        }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
