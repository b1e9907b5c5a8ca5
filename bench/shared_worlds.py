"""Worlds whose prices are shared: lists, national tariffs, fleets; and worlds that stand apart in parts of the book.

Makers are as in ``worlds.py``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from worlds import Array, Ints, Maker, Noise, accounts_of, book, customers_of, rows_of, sizes_of, to_ticks

from fairness.analysis.counts import NEW, PARTY_OFFERS, TENURED, Counts
from fairness.analysis.marts import Marts


def deep_discounts(share: float, depth: float, own: float) -> Noise:
    """A few customers, whoever they are, with a deep discount; the others spread normally."""

    def noise(rng: np.random.Generator, size: int) -> Array:
        spread = 1.0 + own * rng.standard_normal(size)
        return spread * np.where(rng.random(size) < share, 1.0 - depth, 1.0) / (1.0 - share * depth)

    return noise


def list_prices(plans: int, regions: int, tenured: int, new: int, decided: Noise) -> Maker:
    """One list price for each plan and group: nothing varies within a cell, and regions share the tariff of their plan.

    Args:
        plans: Plans, each priced alone, for new and for tenured customers.
        regions: Cells of a plan.
        tenured: Tenured customers of a cell.
        new: New customers of a cell.
        decided: Noise of each list price.
    """
    plan = np.repeat(np.arange(plans), regions)
    base = np.linspace(20.0, 60.0, plans)[plan]
    names = [f"plan {number}" for number in plan]
    sizes = np.concatenate((np.full(plan.size, tenured), np.full(plan.size, new)))
    cell = np.tile(np.arange(plan.size), 2)

    def make(rng: np.random.Generator, gap: float) -> Marts:
        price = np.concatenate((base * (1.0 + gap) * decided(rng, plans)[plan], base * decided(rng, plans)[plan]))
        who = np.arange(cell.size) < plan.size
        group = np.where(who, TENURED, NEW)
        order = np.lexsort((group, cell))
        return book(
            plan.size,
            rows_of(cell[order], group[order], sizes[order], paid_ticks=to_ticks(price)[order]),
            plans=names,
        )

    return make


def national_offers(tariffs: int, regions: int, customers: int, decided: Noise) -> Maker:
    """A tariff's offer is the same in every region and is issued anew each month at the same price: one decision."""
    tariff = np.repeat(np.arange(tariffs), regions)
    offer = np.linspace(20.0, 60.0, tariffs)[tariff]
    names = [f"tariff {number}" for number in tariff]

    def make(rng: np.random.Generator, gap: float) -> Marts:
        price = offer * (1.0 + gap) * decided(rng, tariffs)[tariff]
        size = np.full(tariff.size, customers)
        cell = np.arange(tariff.size)
        rows = rows_of(cell, TENURED, size, paid_ticks=to_ticks(price), offered_ticks=to_ticks(offer))
        return book(tariff.size, rows, plans=names)

    return make


def fleets(cells: int, tenured: int, new: int, accounts: int, party: Noise) -> Maker:
    """Half of each group are single customers, half belong to parties with many accounts anywhere, priced at once."""

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.concatenate((np.repeat(np.arange(cells), tenured), np.repeat(np.arange(cells), new)))
        is_tenured = np.arange(cell.size) < cells * tenured
        owner = np.arange(cell.size)
        for arm in (is_tenured, ~is_tenured):
            members = rng.permutation(np.flatnonzero(arm))[: arm.sum() // 2 // accounts * accounts]
            owner[members] = np.repeat(members[::accounts], accounts)
        price = to_ticks(
            np.linspace(20.0, 60.0, cells)[cell] * party(rng, cell.size)[owner] * np.where(is_tenured, 1.0 + gap, 1.0)
        )
        several = np.bincount(owner, minlength=cell.size)[owner] > 1
        shared = accounts_of(owner[several], cell[several], is_tenured[several], paid_ticks=price[several])
        return book(cells, customers_of(cell, is_tenured, paid_ticks=price), parties=shared)

    return make


def two_way_noise(tariffs: int, parties: int, accounts: int, decided: Noise, party: Noise) -> Maker:
    """Parties with accounts under several tariffs: a price has the noise of its tariff and that of its party."""

    def make(rng: np.random.Generator, gap: float) -> Marts:
        owner = np.repeat(np.arange(parties), accounts)
        tariff = rng.integers(0, tariffs, owner.size)
        offer = np.linspace(20.0, 60.0, tariffs)[tariff]
        paid = offer * (1.0 + gap) * decided(rng, tariffs)[tariff] * party(rng, parties)[owner]
        price, offered = to_ticks(paid), to_ticks(offer)
        everyone, cell = np.ones(owner.size, dtype=bool), tariff % 4
        shared = accounts_of(owner, cell, everyone, paid_ticks=price, **{PARTY_OFFERS["primary"]: offered})
        return book(4, customers_of(cell, everyone, paid_ticks=price, offered_ticks=offered), parties=shared)

    return make


def offset_parts(cells: int, tenured: int, new: int, own: Noise, offset: float, *, by: str) -> Maker:
    """One half of every cell stands above the true gap, the other half as much below: two tenure bands, or two regions.

    Args:
        cells: Cells.
        tenured: Tenured customers of a cell, half of them in each part.
        new: New customers of a cell.
        own: Noise of a price.
        offset: How far the parts stand apart from the true gap.
        by: ``band`` or ``lens``.
    """

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.concatenate((np.repeat(np.arange(cells), tenured), np.repeat(np.arange(cells), new)))
        is_tenured = np.arange(cell.size) < cells * tenured
        part = np.arange(cell.size) % 2
        shift = np.where(is_tenured, gap + offset * np.where(part == 0, 1.0, -1.0), 0.0)
        price = np.linspace(20.0, 60.0, cells)[cell] * (1.0 + shift) * own(rng, cell.size)
        counted = customers_of(cell, is_tenured, part=part, paid_ticks=to_ticks(price))
        if by == "band":
            return book(cells, _in_bands(counted), bands=("short", "long"))
        return book(cells, _in_lens(counted), regions=("north", "south"))

    return make


def _in_bands(rows: Counts) -> Counts:
    part: Ints = rows.values.pop("part")
    return replace(rows, band=part + 1)


def _in_lens(rows: Counts) -> Counts:
    part: Ints = rows.values.pop("part")
    return replace(rows, lens=part)


def hidden_by_mix(cells: int, tenured: int, new: int, own: Noise) -> Maker:
    """Tenured customers mostly hold the cheap things and new customers the dear ones: the mix hides what they pay more.

    Cell sizes fall for the tenured and rise for the new, from three times to a third of the mean.
    """
    share = np.geomspace(3.0, 1.0 / 3.0, cells)
    sizes = [sizes_of(tenured, share), sizes_of(new, 1.0 / share)]
    base = np.linspace(20.0, 60.0, cells)

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.concatenate([np.repeat(np.arange(cells), n) for n in sizes])
        is_tenured = np.arange(cell.size) < sizes[0].sum()
        price = base[cell] * own(rng, cell.size) * np.where(is_tenured, 1.0 + gap, 1.0)
        return book(cells, customers_of(cell, is_tenured, paid_ticks=to_ticks(price)))

    return make
