"""overpayment: the money that tenured customers pay above the firm's own new-customer offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np

from fairness.analysis.comparison import base_finding
from fairness.analysis.counts import TICKS_PER_UNIT, Counts
from fairness.analysis.coverage import Covered, covered
from fairness.analysis.estimands.offer_gap import Reading, assessable_cells
from fairness.analysis.marts import Marts, at_rates, to_money
from fairness.analysis.scopes import POOLED, Scope, cell_scopes
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.facts import overpayment_fact
from fairness.findings.results import Companion
from fairness.stats.overpayment import overpayments
from fairness.stats.scores import sorting


def overpayment_drafts(marts: Marts, config: Config, scopes: list[Scope], reading: Reading) -> Iterator[Draft]:
    """Return the money of each scope: gross and net of those below, a year, and the customers above. Facts."""
    everywhere = assessable_cells(marts)
    counts = marts.money[reading.counts]
    price, offer, n = (counts.values[name] for name in ("price_ticks", "offer_ticks", "n_customers"))
    counts = counts.take(sorting(counts.cell, price - offer, n))
    for scope in scopes:
        chosen = scope.tenured(marts, counts, with_new=True)
        if scope.band is not None and not chosen.any():
            continue
        share = covered(marts, scope, "overpayment", everywhere, with_new=True)
        rows = counts.take(chosen)
        yield _money_draft(marts, reading, scope, share, rows, cell=None)
        if scope == POOLED and reading.counts == "primary":
            by_cell = rows.by_cell()
            for cell in cell_scopes(marts):
                if here := by_cell.get(cell.cell):
                    share = covered(marts, POOLED, "overpayment", everywhere, only=cell.cell)
                    yield _money_draft(marts, reading, POOLED, share, here, cell=dict(cell.columns))


def _money_draft(
    marts: Marts, reading: Reading, scope: Scope, share: Covered, rows: Counts, *, cell: dict[str, str | None] | None
) -> Draft:
    base = base_finding("overpayment", scope, share, comparator=reading.comparator, basis=reading.basis, cell=cell)
    base = replace(base, unit=f"{marts.currency}/year", family=None, interval=None)
    if not len(rows):
        return Draft(finding=base)
    money = overpayments(rows.cell, *(rows.values[name] for name in ("price_ticks", "offer_ticks", "n_customers")))
    rates = [marts.cells[index].intervals_per_year for index in money.group]
    gross, net = (at_rates(rates, amounts) for amounts in (money.gross, money.net))
    n_affected = sum(money.n_affected)
    floors = np.array([float(rate) for rate in rates]) * money.noise_floor * np.array(money.n) / TICKS_PER_UNIT
    # A cell with one customer shows no noise of its own; where every cell is such, there is no floor.
    known = floors[~np.isnan(floors)]
    n = int(rows.values["n_customers"].sum())
    fact = overpayment_fact(to_money(gross), to_money(net), currency=marts.currency, n_affected=n_affected, n=n)
    return Draft(
        finding=replace(
            base,
            fact=fact,
            estimate=to_money(gross),
            n_tenured=n,
            n_cells=len(money.group),
            companions=(
                Companion("net", to_money(net)),
                Companion("customers_affected", n_affected),
                Companion("noise_floor", Decimal(f"{known.sum():.2f}") if known.size else None),
            ),
        )
    )
