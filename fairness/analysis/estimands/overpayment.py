"""overpayment: the money that tenured customers pay above the firm's own new-customer offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np

from fairness.analysis.comparison import base_finding
from fairness.analysis.counts import PARTY_OFFERS, TICKS_PER_UNIT, Counts
from fairness.analysis.coverage import Coverage, Covered
from fairness.analysis.distinct import repeats
from fairness.analysis.estimands.offer_gap import Reading, assessable_cells, in_reading, readings
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts, at_rates, to_money
from fairness.analysis.scopes import POOLED, CellScope, Scope, cell_scopes
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimands import OVERPAYMENT
from fairness.findings.facts import overpayment_fact
from fairness.findings.results import Companion
from fairness.stats.overpaid import overpayments
from fairness.stats.scores import sorting

_MONEY = ("paid_ticks", "offered_ticks", "n_observations")


SPEC = OVERPAYMENT


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the money of each scope and cell at each basis of the offer price; none where there is no offer."""
    for reading in readings(marts, config):
        yield from overpayment_drafts(marts, config, scopes, reading)


def overpayment_drafts(marts: Marts, config: Config, scopes: list[Scope], reading: Reading) -> Iterator[Draft]:
    """Return the money of each scope: gross and net of those below, per year, and the customers above. Facts."""
    coverage = Coverage(marts, SPEC.against(reading.comparator), assessable_cells(marts))
    counts = marts.offers[reading.counts]
    price, offer, n = (counts.values[name] for name in _MONEY)
    counts = counts.take(sorting(counts.cell, price - offer, n))
    for scope in scopes:
        chosen = scope.tenured(marts, counts, with_new=True)
        if scope.band is not None and not chosen.any():
            continue
        share = coverage.of(scope, with_new=True)
        rows = counts.take(chosen)
        yield _money_draft(marts, reading, scope, share, rows, cell=None)
        if scope == POOLED and reading.counts == "primary":
            by_cell = rows.by_cell()
            for cell in cell_scopes(marts):
                if here := by_cell.get(cell.cell):
                    share = coverage.of_cell(cell.cell)
                    yield _money_draft(marts, reading, POOLED, share, here, cell=cell)


def _money_draft(
    marts: Marts, reading: Reading, scope: Scope, share: Covered, rows: Counts, *, cell: CellScope | None
) -> Draft:
    columns = None if cell is None else dict(cell.columns)
    base = base_finding(SPEC.name, scope, share, comparator=reading.comparator, basis=reading.basis, cell=columns)
    base = replace(base, unit=f"{marts.currency}/year", family=None, interval=None)
    if not len(rows):
        return Draft(finding=base)
    parties = marts.parties if cell is None else marts.parties.at(cell.cell)
    money = overpayments(rows.cell, *(rows.values[name] for name in _MONEY))
    rates = [marts.cells[index].per_year for index in money.group]
    gross, net = (at_rates(rates, amounts) for amounts in (money.gross, money.net))
    floors = np.array([float(rate) for rate in rates]) * money.noise_floor * np.array(money.n) / TICKS_PER_UNIT
    # A cell with one customer shows no noise of its own; where every cell is like that, there is no floor.
    known = floors[~np.isnan(floors)]
    n_observations = int(rows.values["n_observations"].sum())
    several = in_reading(marts, parties, scope, reading)
    n = n_observations - repeats(parties, several)
    above = several & (parties.values["paid_ticks"] > parties.values[PARTY_OFFERS[reading.counts]])
    n_affected = sum(money.n_affected) - repeats(parties, above)
    fact = overpayment_fact(to_money(gross), to_money(net), currency=marts.currency, n_affected=n_affected, n=n)
    return Draft(
        finding=replace(
            base,
            fact=fact,
            estimate=to_money(gross),
            n_tenured=n,
            n_observations=n_observations,
            n_cells=len(money.group),
            companions=(
                Companion("net", to_money(net)),
                Companion("customers_affected", n_affected),
                Companion("noise_floor", Decimal(f"{known.sum():.2f}") if known.size else None),
            ),
        )
    )
