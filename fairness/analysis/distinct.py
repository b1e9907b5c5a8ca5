"""Distinct customers behind observations: a customer with two contracts is two observations and one person.

Counts hold observations. Parties with several of them are listed beside the counts (``Marts.parties``), with a number
for each customer, so that repeats can be subtracted without reading the customers again.

Decision D54.
"""

from __future__ import annotations

import numpy as np

from fairness.analysis.counts import NO_PRICE, PARTY_OFFERS, BoolArray, Counts, IntArray
from fairness.findings.estimand_spec import Comparator
from fairness.stats.scores import key_starts, sorting

CUSTOMER = "customer"
"""Column of ``Marts.parties``: the number of a customer of a pattern, equal in all rows of the customer."""


def with_customers(parties: Counts) -> Counts:
    """Return party rows with the column :data:`CUSTOMER`, from the pattern and the customer's place in it."""
    values = parties.values
    order = sorting(values["pattern"], values["customer_number"])
    number = np.empty(len(parties), dtype=np.int64)
    starts = key_starts(values["pattern"][order], values["customer_number"][order])
    number[order] = np.repeat(np.arange(starts.size), np.diff(starts, append=len(parties)))
    return Counts(parties.cell, parties.lens, parties.group, parties.band, {**values, CUSTOMER: number})


def repeats(parties: Counts, chosen: BoolArray) -> int:
    """Return by how much the chosen observations exceed the customers who have them.

    Args:
        parties: Observations of parties with several.
        chosen: Which of them are counted, shape (m,).

    Example:
        >>> import numpy as np
        >>> one = np.zeros(3, dtype=np.int64)
        >>> rows = Counts(one, one, one, one, {"n_parties": one + 5, CUSTOMER: np.array([0, 0, 1])})
        >>> repeats(rows, np.array([True, True, True]))
        5
    """
    customer, n = parties.values[CUSTOMER][chosen], parties.values["n_parties"][chosen]
    _, first = np.unique(customer, return_index=True)
    return int(n.sum() - n[first].sum())


def repeats_by_cell(parties: Counts, chosen: BoolArray, n_cells: int) -> IntArray:
    """Return the same within each cell, shape (n_cells,): a customer may be repeated in one cell and not in another."""
    cell, customer, n = parties.cell[chosen], parties.values[CUSTOMER][chosen], parties.values["n_parties"][chosen]
    order = sorting(cell, customer)
    cell, customer, n = cell[order], customer[order], n[order]
    starts = key_starts(cell, customer)
    found: IntArray = np.zeros(n_cells, dtype=np.int64)
    np.add.at(found, cell, n)
    np.subtract.at(found, cell[starts], n[starts])
    return found


def has_price(parties: Counts) -> BoolArray:
    """Return which observations have a price, shape (m,)."""
    priced: BoolArray = parties.values["paid_ticks"] != NO_PRICE
    return priced


def has_comparator(parties: Counts, against: Comparator, reading: str | None = None) -> BoolArray:
    """Return which observations can be compared: those with a price and with what prices are compared with.

    Args:
        parties: Observations of parties with several.
        against: The comparator.
        reading: Basis of the offer price; None for the study's own.
    """
    column = against.known_by if reading is None else PARTY_OFFERS[reading]
    found = has_price(parties)
    if column:
        found &= parties.values[column] > 0
    return found


def enough(
    n_tenured: IntArray, n_new: IntArray, parties: Counts, arms: tuple[BoolArray, BoolArray], *, least: int
) -> BoolArray:
    """Return which cells hold at least ``least`` distinct customers in both arms, shape (cells,).

    Args:
        n_tenured: Tenured observations of each cell, shape (cells,).
        n_new: New observations of each.
        parties: Observations of parties with several.
        arms: Which of them are tenured, which are new, shape (m,) each.
        least: The smallest number.
    """
    several = [repeats_by_cell(parties, arm, len(n_tenured)) for arm in arms]
    found: BoolArray = (n_tenured - several[0] >= least) & (n_new - several[1] >= least)
    return found
