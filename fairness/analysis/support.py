"""The support block of the document: who could be compared, who could not and why, with their money."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import numpy as np

from fairness.analysis.counts import GROUPS, NEW, NO_REASON, TENURED, UNKNOWN, BoolArray, Counts, IntArray
from fairness.analysis.coverage import MONTHS_PER_YEAR, Coverage
from fairness.analysis.distinct import has_comparator, has_price, repeats
from fairness.analysis.marts import Marts, to_money
from fairness.analysis.scopes import POOLED
from fairness.engine.base import Connection
from fairness.findings.estimand_spec import Comparator
from fairness.findings.results import NotCompared, OtherCurrency, Support
from fairness.stats.scores import exact_sums, group_starts, sorting

TOO_FEW, NO_NEW = "too_few_customers", "no_new_customers"


def support(
    marts: Marts, against: Comparator, cells: BoolArray, *, rejected_rows: float, beside: tuple[NotCompared, ...]
) -> Support:
    """Return the support of the headline: distinct customers, money and the reasons for what is left out.

    Args:
        marts: The study.
        against: What the headline compares with.
        cells: Which cells it compares, shape (cells,).
        rejected_rows: Share of the rows with prices that were rejected.
        beside: From :func:`beside_support`.
    """
    covered = Coverage(marts, against, cells).of(POOLED)
    n_tenured, n_left = covered.everyone[0], covered.left_out[0]
    has_customers = len(marts.coverage) > 0
    return Support(
        tenured_customers=n_tenured,
        assessable_customers=n_tenured - n_left,
        assessable_share=covered.customers if n_tenured else None,
        assessable_money_share=covered.money,
        left_censored_customers=marts.left_censored,
        unknown_tenure_customers=_customers(marts, UNKNOWN),
        unknown_tenure_share=covered.unknown_tenure if has_customers else None,
        new_customers=_customers(marts, NEW),
        rejected_share=max(rejected_rows, covered.rejected),
        other_currencies=_other_currencies(marts),
        beside=beside,
        not_compared=_not_compared(marts, against, cells),
    )


def beside_support(con: Connection) -> tuple[NotCompared, ...]:
    """Return who counts nowhere: customers whose last bill was reversed, with what it came to a year.

    Args:
        con: Connection whose current database holds ``int_not_compared``.
    """
    rows = con.execute(
        """
        select reason, count(distinct customer_id), cast(sum(net_micros) as decimal(38, 0))
        from int_not_compared inner join params using (currency)
        where reason = 'reversed_last' and as_of_number between first_month and first_month + n_months - 1
        group by reason
        """
    ).fetchall()
    return tuple(
        NotCompared(reason, int(n), to_money(MONTHS_PER_YEAR * Fraction(micros) / 100)) for reason, n, micros in rows
    )


def _customers(marts: Marts, group: int) -> int:
    """Return the distinct customers of a loyalty group."""
    n = int(marts.coverage.values["n_observations"][marts.coverage.group == group].sum())
    return n - repeats(marts.parties, marts.parties.group == group)


def _not_compared(marts: Marts, against: Comparator, cells: BoolArray) -> tuple[NotCompared, ...]:
    """Return why the tenured hold something that is not compared: no price, no comparator, or too few in the cell."""
    rows = marts.coverage.take(marts.coverage.group == TENURED)
    parties = marts.parties.take(marts.parties.group == TENURED)
    reasons = _Reasons(marts, against, cells)
    totals: dict[str, tuple[int, Fraction | None]] = {}
    for name, n, money in reasons.of_rows(rows):
        count, so_far = totals.get(name, (0, None))
        totals[name] = count + n, so_far if money is None else (so_far or Fraction(0)) + money
    of_parties = reasons.of_parties(parties)
    found = []
    for name, (n, money) in totals.items():
        distinct = n - repeats(parties, of_parties == reasons.number(name))
        found.append(NotCompared(name, distinct, None if money is None else to_money(money)))
    return tuple(sorted(found, key=lambda item: (-item.customers, item.reason)))


class _Reasons:
    """Gives the reason why each row is not compared: the coverage's own, else what its cell or the comparison lacks."""

    def __init__(self, marts: Marts, against: Comparator, cells: BoolArray) -> None:
        self._marts, self._comparator, self._cells = marts, against, cells
        self._names = tuple(dict.fromkeys((*marts.reasons, against.missing, TOO_FEW, NO_NEW)))
        self._missing = self.number(against.missing)
        new = marts.coverage.take(marts.coverage.group == NEW)
        n_new = np.bincount(new.cell, weights=new.values[against.covered[0]], minlength=len(marts.cells))
        self._of_cell = np.where(n_new > 0, self.number(TOO_FEW), self.number(NO_NEW))

    def number(self, name: str) -> int:
        return self._names.index(name)

    def of_rows(self, rows: Counts) -> list[tuple[str, int, Fraction | None]]:
        """Return (reason, observations, money a year or None where no amount is known), several for one reason."""
        n_column, paid_column = self._comparator.covered
        values = rows.values
        priced, paid, usable, usable_paid = (values[name] for name in ("n_priced", "paid_ticks", n_column, paid_column))
        reason, against = values["reason"], self._against(values["reason"])
        nothing = np.zeros(len(rows), dtype=np.int64)
        unqualified = ~self._cells[rows.cell]
        parts = (
            (reason, values["n_observations"] - priced, values["n_billed"], nothing, values["month_ticks"]),
            (against, priced - usable, priced, paid - usable_paid, nothing),
            (
                self._of_cell[rows.cell],
                np.where(unqualified, usable, 0),
                priced,
                np.where(unqualified, usable_paid, 0),
                nothing,
            ),
        )
        return [item for part in parts for item in self._summed(rows.cell, part)]

    def of_parties(self, parties: Counts) -> IntArray:
        """Return the reason of each observation of parties with several, shape (m,); -1 where it is compared."""
        priced, usable = has_price(parties), has_comparator(parties, self._comparator)
        found: IntArray = np.where(usable, NO_REASON, self._against(parties.values["reason"]))
        found = np.where(priced, found, parties.values["reason"])
        return np.where(usable & ~self._cells[parties.cell], self._of_cell[parties.cell], found)

    def _against(self, reason: IntArray) -> IntArray:
        """Return why observations with a price have no comparator: against offers, the counts state it."""
        if self._comparator.known_by == "offered_ticks":
            return np.where(reason == NO_REASON, self._missing, reason)
        return np.full_like(reason, self._missing)

    def _summed(
        self, cell: IntArray, part: tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
    ) -> list[tuple[str, int, Fraction | None]]:
        reason, n, n_known, paid, of_month = part
        chosen = (n > 0).nonzero()[0]
        chosen = chosen[sorting(reason[chosen], cell[chosen])]
        cell, reason, n, n_known, paid, of_month = (part[chosen] for part in (cell, reason, n, n_known, paid, of_month))
        found: list[tuple[str, int, Fraction | None]] = []
        for number in np.unique(reason):
            here = reason == number
            starts = group_starts(cell[here])
            rates = [self._marts.cells[place].per_year for place in cell[here][starts].tolist()]
            yearly = sum(
                (rate * ticks for rate, ticks in zip(rates, exact_sums(paid[here], starts), strict=True)), Fraction(0)
            )
            money = yearly + MONTHS_PER_YEAR * sum(exact_sums(of_month[here], starts))
            found.append((self._names[number], int(n[here].sum()), money if n_known[here].any() else None))
        return found


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
