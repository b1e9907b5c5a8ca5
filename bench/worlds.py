"""Worlds with a known true gap for the calibration: value counts drawn from a process, as the marts of a warehouse.

Every maker returns a function of a generator and the true gap. Cells, their sizes and the offers are fixed; prices (or
price decisions) are draws whose mean is (1 + gap) times that of the comparator, so the estimand's true value is the
gap. Sizes and noises are settings of a world, chosen before looking at any rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fairness.analysis.counts import (
    MICROS_PER_UNIT,
    NEW,
    NO_DECISION,
    NO_PRICE,
    NO_REASON,
    OTHER_DATE,
    PARTY_OFFERS,
    PARTY_REFERENCES,
    READINGS,
    TENURED,
    TICKS_PER_UNIT,
    Counts,
)
from fairness.analysis.distinct import with_customers
from fairness.analysis.marts import Cell, Marts

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Maker = Callable[[np.random.Generator, float], Marts]
Noise = Callable[[np.random.Generator, int], Array]
"""Draws factors with mean 1."""
_AMOUNT = ("paid_ticks", "quantity_micros")
_RISE = ("changed_month", "before_ticks", "after_ticks", "paid_ticks", "offered_ticks")
_PARTY_COLUMNS = (
    *_AMOUNT,
    *PARTY_OFFERS.values(),
    *PARTY_REFERENCES.values(),
    *("derived_month", "change_known", "reason"),
)


def normal(sd: float) -> Noise:
    """Normal, cut symmetrically so that prices stay positive."""
    return lambda rng, size: 1.0 + np.clip(sd * rng.standard_normal(size), -0.95, 0.95)


def student(scale: float) -> Noise:
    """Student t with 3 degrees of freedom: infinite fourth moment, symmetric."""
    return lambda rng, size: 1.0 + np.clip(scale * rng.standard_t(3, size), -0.95, 0.95)


def lognormal(sigma: float) -> Noise:
    """Lognormal: skewed to the dear side, as premiums are."""
    return lambda rng, size: np.exp(sigma * rng.standard_normal(size) - sigma**2 / 2.0)


def price_list(step: float) -> Noise:
    """Five prices a step apart; most customers pay the middle one."""
    steps, weights = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    return lambda rng, size: 1.0 + step * rng.choice(steps, size=size, p=weights)


def none() -> Noise:
    """Everyone pays what the process means them to pay."""
    return lambda rng, size: np.ones(size)


def like_for_like(
    cells: int,
    tenured: int,
    new: int,
    noise: Noise,
    *,
    uneven: float = 0.0,
    household: int = 1,
    apart: bool = False,
    offset: float = 0.0,
) -> Maker:
    """Tenured and new customers of the same cells.

    Args:
        cells: Cells, at base prices from 20 to 60.
        tenured: Tenured customers of a cell on average.
        new: New customers of a cell on average.
        noise: Of a price around its cell's.
        uneven: Standard deviation of the log cell sizes, tenured large where new are small.
        household: Accounts of a party, which share one draw.
        apart: Whether accounts of a party lie anywhere in the book; else all are in one cell and group.
        offset: Half of the cells stand this much above the true gap, half as much below.
    """
    spread = np.exp(uneven * np.linspace(-1.0, 1.0, cells)) if uneven else np.ones(cells)
    sizes = [sizes_of(tenured, spread), sizes_of(new, 1.0 / spread)]
    base = np.linspace(20.0, 60.0, cells)
    shift = offset * np.where(np.arange(cells) % 2 == 0, 1.0, -1.0)
    # Equal money on both sides, so that the pooled gap stays the true one.
    shift[1::2] *= (base * sizes[0])[0::2].sum() / (base * sizes[0])[1::2].sum() if offset else 1.0

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.concatenate([np.repeat(np.arange(cells), n) for n in sizes])
        is_tenured = np.arange(cell.size) < sizes[0].sum()
        party = np.arange(cell.size) // household
        party = rng.permutation(party) if apart else party
        price = base[cell] * noise(rng, party.max() + 1)[party] * np.where(is_tenured, 1.0 + gap + shift[cell], 1.0)
        shared = accounts_of(party, cell, is_tenured, paid_ticks=to_ticks(price)) if household > 1 else None
        return book(cells, customers_of(cell, is_tenured, paid_ticks=to_ticks(price)), parties=shared)

    return make


def sizes_of(mean: int, spread: Array) -> Ints:
    """Return sizes of this mean, at least 10, so that every cell qualifies."""
    return np.maximum(10, np.rint(mean * spread / spread.mean())).astype(np.int64)


def hidden_discount(cells: int, tenured: int, new: int, depth: float, *, step: float = 0.0) -> Maker:
    """A price list on which a share of new customers gets a discount of ``depth`` that no tenured customer has.

    The share makes the true gap: with few new customers nobody in the data may have it. Prices around the discount are
    a list with steps of ``step``, or all equal.
    """
    listed = price_list(step) if step else none()

    def make(rng: np.random.Generator, gap: float) -> Marts:
        share = (1.0 - 1.0 / (1.0 + gap)) / depth
        cell = np.concatenate((np.repeat(np.arange(cells), tenured), np.repeat(np.arange(cells), new)))
        is_tenured = np.arange(cell.size) < cells * tenured
        has_discount = ~is_tenured & (rng.random(cell.size) < share)
        price = 30.0 * (1.0 - depth * has_discount) * listed(rng, cell.size)
        return book(cells, customers_of(cell, is_tenured, paid_ticks=to_ticks(price)))

    return make


def cost_plus(cells: int, tenured: int, new: int, noise: Noise, *, cost: float, household: int = 1) -> Maker:
    """Prices are a margin on each customer's own expected cost, which varies (sigma ``cost``) and differs by tenure.

    Accounts of a household, all in one cell and group, share the margin.
    """

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.concatenate((np.repeat(np.arange(cells), tenured), np.repeat(np.arange(cells), new)))
        is_tenured = np.arange(cell.size) < cells * tenured
        costs = 300.0 * np.exp(cost * rng.standard_normal(cell.size)) * np.where(is_tenured, 0.9, 1.0)
        party = np.arange(cell.size) // household
        price = 1.25 * costs * noise(rng, party.max() + 1)[party] * np.where(is_tenured, 1.0 + gap, 1.0)
        rows = customers_of(cell, is_tenured, paid_ticks=to_ticks(price), reference_ticks=to_ticks(costs))
        paid = {"paid_ticks": to_ticks(price), "cost_ticks": to_ticks(costs)}
        shared = accounts_of(party, cell, is_tenured, **paid) if household > 1 else None
        return book(cells, rows, reference="expected_cost", parties=shared)

    return make


def offers(cells: int, versions: int, customers: int, tariff: Noise, own: Noise, *, uneven: float = 0.0) -> Maker:
    """Tenured customers against their offers; all customers of an offer version share its price decision.

    Args:
        cells: Cells.
        versions: Offer versions of a cell.
        customers: Tenured customers of an offer version on average.
        tariff: Noise of the shared decision.
        own: Noise of each customer's price around it.
        uneven: Standard deviation of the log sizes of the versions.
    """
    n_versions = cells * versions
    cell = np.repeat(np.arange(cells), versions)
    offer = 20.0 + 2.0 * cell + 0.5 * np.tile(np.arange(versions), cells)
    rank = np.linspace(-1.7, 1.7, n_versions)[np.random.default_rng(1).permutation(n_versions)]
    size = np.maximum(1, np.rint(customers * np.exp(uneven * rank))).astype(np.int64)
    is_alike = bool((own(np.random.default_rng(0), 4) == 1.0).all())

    def make(rng: np.random.Generator, gap: float) -> Marts:
        decided = offer * (1.0 + gap) * tariff(rng, n_versions)
        if is_alike:
            rows = rows_of(cell, TENURED, size, paid_ticks=to_ticks(decided), offered_ticks=to_ticks(offer))
        else:
            member = np.repeat(np.arange(n_versions), size)
            price = decided[member] * own(rng, member.size)
            rows = customers_of(
                cell[member],
                np.ones(member.size, dtype=bool),
                paid_ticks=to_ticks(price),
                offered_ticks=to_ticks(offer)[member],
            )
        return book(cells, rows)

    return make


def crossed_offers(
    cells: int, versions: int, customers: int, tariff: Noise, own: Noise, *, offset: float = 0.0
) -> Maker:
    """Offers that hold in every cell: the cells share all their price decisions.

    Args:
        cells: Cells.
        versions: Offer versions, each with customers in every cell.
        customers: Tenured customers of an offer version and cell.
        tariff: Noise of the decision, shared by all cells.
        own: Noise of each customer's price around it.
        offset: Half of the cells stand this much above the true gap, half as many below.
    """
    cell = np.repeat(np.arange(cells), versions * customers)
    version = np.tile(np.repeat(np.arange(versions), customers), cells)
    offer = (30.0 + 0.5 * np.arange(versions))[version]
    shift = offset * np.where(cell % 2 == 0, 1.0, -1.0)
    everyone = np.ones(cell.size, dtype=bool)

    def make(rng: np.random.Generator, gap: float) -> Marts:
        price = offer * (1.0 + gap + shift) * tariff(rng, versions)[version] * own(rng, cell.size)
        rows = customers_of(cell, everyone, decision=version, paid_ticks=to_ticks(price), offered_ticks=to_ticks(offer))
        return book(cells, rows)

    return make


def offset_offers(cells: int, versions: int, customers: int, own: Noise, offset: float) -> Maker:
    """Half of the cells above their offers, half as much money below; prices of their own."""

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.repeat(np.arange(cells), versions * customers)
        offer = np.tile(np.repeat(np.linspace(28.0, 32.0, versions), customers), cells)
        price = offer * (1.0 + gap + offset * np.where(cell % 2 == 0, 1.0, -1.0)) * own(rng, cell.size)
        everyone = np.ones(cell.size, dtype=bool)
        return book(cells, customers_of(cell, everyone, paid_ticks=to_ticks(price), offered_ticks=to_ticks(offer)))

    return make


def households(cells: int, versions: int, parties: int, accounts: int, party: Noise) -> Maker:
    """Parties with several accounts under different offers, all priced by one draw for the party."""

    def make(rng: np.random.Generator, gap: float) -> Marts:
        owner = np.repeat(np.arange(parties), accounts)
        version = rng.integers(0, cells * versions, owner.size)
        cell, offer = version // versions, 20.0 + 0.5 * version
        price, offered = to_ticks(offer * (1.0 + gap) * party(rng, parties)[owner]), to_ticks(offer)
        everyone = np.ones(owner.size, dtype=bool)
        shared = accounts_of(owner, cell, everyone, paid_ticks=price, **{PARTY_OFFERS["primary"]: offered})
        return book(cells, customers_of(cell, everyone, paid_ticks=price, offered_ticks=offered), parties=shared)

    return make


def changes(cells: int, tenured: int, new: int, sd: float, *, offset: float = 0.0) -> Maker:
    """Prices a year ago and today; the gap is that of the mean log changes.

    In half of the cells prices of the tenured rise by ``offset`` more, in the others by as much less.
    """

    def make(rng: np.random.Generator, gap: float) -> Marts:
        cell = np.concatenate((np.repeat(np.arange(cells), tenured), np.repeat(np.arange(cells), new)))
        is_tenured = np.arange(cell.size) < cells * tenured
        before = 30.0 * np.exp(0.1 * rng.standard_normal(cell.size))
        shift = np.log1p(gap) + offset * np.where(cell % 2 == 0, 1.0, -1.0)
        change = 0.04 + np.where(is_tenured, shift, 0.0) + sd * rng.standard_normal(cell.size)
        after = to_ticks(before * np.exp(change))
        rows = customers_of(cell, is_tenured, before_ticks=to_ticks(before), after_ticks=after, paid_ticks=after)
        return book(cells, rows)

    return make


def dated_changes(versions: int, customers: int, tariff: float, own: float) -> Maker:
    """Tenured prices and offers a year ago and today; customers of an offer version share its change."""

    def make(rng: np.random.Generator, gap: float) -> Marts:
        version = np.repeat(np.arange(versions), customers)
        offer = 30.0 + 0.1 * version
        before = offer * np.exp(0.05 * rng.standard_normal(version.size))
        shared = np.log1p(gap) + tariff * rng.standard_normal(versions)
        after = before * np.exp(0.04 + shared[version] + own * rng.standard_normal(version.size))
        everyone = np.ones(version.size, dtype=bool)
        offered = {"before_offer_ticks": to_ticks(offer), "after_offer_ticks": to_ticks(offer * np.exp(0.04))}
        paid = {"before_ticks": to_ticks(before), "after_ticks": to_ticks(after), "paid_ticks": to_ticks(after)}
        return book(1, customers_of(np.zeros_like(version), everyone, decision=version, **paid, **offered))

    return make


def derived(cells: int, tenured: int, joiners: int, noise: Noise) -> Maker:
    """Tenured customers against the mean price of those who joined their cell in the month of pricing."""

    def make(rng: np.random.Generator, gap: float) -> Marts:
        base = np.linspace(20.0, 60.0, cells)
        arms = []
        for size, factor in ((tenured, 1.0 + gap), (joiners, 1.0)):
            cell = np.repeat(np.arange(cells), size)
            price = to_ticks(base[cell] * factor * noise(rng, cell.size))
            arms.append(customers_of(cell, np.ones(cell.size, dtype=bool), pricing_month=cell, paid_ticks=price))
        return book(cells, arms[0], joiners=arms[1])

    return make


def to_ticks(amount: Array) -> Ints:
    return np.maximum(1, np.rint(amount * TICKS_PER_UNIT)).astype(np.int64)


def customers_of(cell: Ints, tenured: NDArray[np.bool_], **ticks: Ints) -> Counts:
    """Return the value counts of customers: one row for each distinct cell, group and set of prices."""
    group = np.where(tenured, TENURED, NEW).astype(np.int64)
    keys = (*ticks.values(), group, cell)
    order = np.lexsort(keys)
    changed = np.ones(cell.size, dtype=bool)
    changed[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    first = np.flatnonzero(changed)
    n = np.diff(np.append(first, cell.size))
    kept = order[first]
    return rows_of(cell[kept], group[kept], n, **{name: values[kept] for name, values in ticks.items()})


def accounts_of(party: Ints, cell: Ints, tenured: NDArray[np.bool_], **ticks: Ints) -> Counts:
    """Return the accounts of parties with several, every party a set of its own, sorted by cell as counts are read."""
    order = np.lexsort((party, cell))
    group = np.where(tenured, TENURED, NEW).astype(np.int64)
    ones = np.ones(party.size, dtype=np.int64)
    known = {**dict.fromkeys(_PARTY_COLUMNS, ones - 1 + NO_PRICE), **ticks, "pattern": party}
    known |= {"quantity_micros": ones * MICROS_PER_UNIT, "customer_number": np.arange(party.size)}
    rows = rows_of(cell[order], group[order], ones, **{name: values[order] for name, values in known.items()})
    rows.values["n_parties"] = rows.values.pop("n_observations")
    return rows


def rows_of(cell: Ints, group: Ints | int, n: Ints, **values: Ints) -> Counts:
    zeros = np.zeros(cell.size, dtype=np.int64)
    units = zeros + MICROS_PER_UNIT
    known = {"quantity_micros": units, **values, "n_observations": n}
    return Counts(cell.astype(np.int64), zeros, zeros + group, zeros, known)


def _nobody(*names: str) -> Counts:
    empty = np.zeros(0, dtype=np.int64)
    return Counts(empty, empty, empty, empty, dict.fromkeys(names, empty))


def book(
    n_cells: int,
    rows: Counts,
    *,
    reference: str | None = None,
    parties: Counts | None = None,
    joiners: Counts | None = None,
    plans: Sequence[str] | None = None,
    bands: tuple[str, ...] = (),
    regions: tuple[str, ...] = (),
) -> Marts:
    """Return the marts of a book whose rows all have a price and are alike in what else they state.

    Args:
        n_cells: Cells.
        rows: Value counts; which columns they have says what they are counts of.
        reference: Name of the reference in ``reference_ticks``.
        parties: Observations of parties with several.
        joiners: Prices on joining, where the rows are compared with those.
        plans: Plan of each cell; without them, all cells are of one plan.
        bands: Labels of the tenure bands that the rows state.
        regions: Values of a lens that the rows state.
    """
    missing = np.zeros(len(rows), dtype=np.int64)
    rows.values.setdefault("decision", missing + NO_DECISION)
    names = ("decision", *_AMOUNT, "offered_ticks", "n_observations")
    offered = rows if "offered_ticks" in rows.values else _nobody(*names)
    if "before_ticks" in rows.values:
        for name in ("before_offer_ticks", "after_offer_ticks"):
            rows.values.setdefault(name, missing)
    nobody = _nobody(*rows.values)
    return Marts(
        currency="GBP",
        as_of=None,
        cells=tuple(
            Cell(str(number), {"product_id": name}, Fraction(12))
            for number, name in enumerate(plans or ["all"] * n_cells)
        ),
        lens_names=("region",) if regions else (),
        lens_values=tuple((name,) for name in regions) or ((),),
        bands=bands,
        prices=rows,
        offers={
            reading: offered if reading == "primary" else _nobody(*offered.values)
            for reading in (*READINGS, *OTHER_DATE.values())
        },
        references={reference: rows} if reference else {},
        changes=rows,
        rises=_nobody("decision", *_RISE, "n_observations"),
        derived=nobody if joiners is None else rows,
        acquisitions=nobody if joiners is None else joiners,
        monthly={},
        interval_weights=np.ones(0),
        monthly_repeats={},
        left_censored=0,
        has_dated_offers=False,
        coverage=_coverage(rows),
        reasons=(),
        parties=with_customers(parties or _nobody("pattern", "n_parties", "customer_number", *_PARTY_COLUMNS)),
        other_coverage=(),
        weights=np.ones(n_cells),
        month_weights=np.ones(n_cells),
        best_offers=_nobody("offered_ticks", "best_ticks", "n_observations"),
    )


_COVERED = {
    "n_priced": "paid_ticks",
    "n_offered": "paid_offered_ticks",
    "n_derived": "paid_derived_ticks",
    "n_market": "paid_market_ticks",
    "n_cost": "paid_cost_ticks",
    "n_changed": "paid_changed_ticks",
}


def _coverage(rows: Counts) -> Counts:
    """Return coverage as if everyone had every comparator: support is complete in these worlds."""
    n, money = rows.values["n_observations"], rows.values["n_observations"] * rows.values["paid_ticks"]
    nothing = {name: np.zeros_like(n) for name in ("n_billed", "month_ticks")}
    values = {"n_observations": n, **dict.fromkeys(_COVERED, n), **dict.fromkeys(_COVERED.values(), money), **nothing}
    values["reason"] = np.zeros_like(n) + NO_REASON
    return Counts(rows.cell, rows.lens, rows.group, rows.band, values)
