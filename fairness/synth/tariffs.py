"""Price levels and offer versions of a generated firm.

A combination is a plan with the controls that its product's offers are keyed by. It has a price level, which rises once
a year, and a series of offer versions: each draws a campaign and sets its list price so that the effective price of the
first twelve months is the level times its own tariff noise. Amounts are whole pence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairness.synth.calendar import first_day
from fairness.synth.spec import BillingSpec, Product

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

PENCE = 100
OPEN = -1
"""A control that an offer leaves open, and an offer's end that is not set."""

RUN_UP = 24
"""Months before the window for which offers are drawn: the youngest customers who pay a list price joined then."""

_MONTHS = 12
_NOISE_LIMIT = 2.5
_RETENTION = 0.8
_OVERLAP = 14


@dataclass(frozen=True, slots=True, eq=False)
class Tariffs:
    """Levels and offers; C combinations, K + 1 levels, V versions.

    Attributes:
        product, plan, region, channel: Indexes that make up each combination, shape (C,); OPEN where not keyed.
        offered: Whether the combination has offers, shape (C,).
        rise_days: First days of the levels after the first, shape (K,).
        level: Effective price that offers vary around, pence per billing interval, shape (C, K + 1).
        starts: First days of the versions, for even and odd plans, shape (2, V).
        list_price, intro_price, cycles, setup_fee, incentive: Terms of each version, shape (C, V); the introductory
            price equals the list price where there is no introduction.
        cycles_a_year: Billing cycles in a year of each combination, shape (C,).
        first: First combination of each product, and the steps of plan, region and channel, shape (products, 4).
    """

    product: IntArray
    plan: IntArray
    region: IntArray
    channel: IntArray
    offered: NDArray[np.bool_]
    rise_days: IntArray
    level: FloatArray
    starts: IntArray
    list_price: IntArray
    intro_price: IntArray
    cycles: IntArray
    setup_fee: IntArray
    incentive: IntArray
    cycles_a_year: IntArray
    first: IntArray

    def combination(self, product: IntArray, plan: IntArray, region: IntArray, channel: IntArray) -> IntArray:
        """Return the combination that customers' plans and places belong to."""
        first, plan_step, region_step, channel_step = self.first[product].T
        index: IntArray = first + plan * plan_step + region * region_step + channel * channel_step
        return index

    def risen(self, day: IntArray) -> IntArray:
        """Return how many yearly price rises fall on or before days, counted from the first level."""
        return np.searchsorted(self.rise_days, day, side="right").astype(np.int64)

    def version(self, combination: IntArray, day: IntArray) -> IntArray:
        """Return the offer version in force on days; the first one before all of them."""
        even, odd = (np.searchsorted(starts, day, side="right") - 1 for starts in self.starts)
        found: IntArray = np.maximum(np.where(self.plan[combination] % 2 == 0, even, odd), 0).astype(np.int64)
        return found

    def effective_total(self, combination: IntArray, version: IntArray) -> IntArray:
        """Return what a new customer pays over twelve months: introduction, list price, set-up fee less incentive."""
        at = (combination, version)
        rest = self.cycles_a_year[combination] - self.cycles[at]
        total: IntArray = (
            self.intro_price[at] * self.cycles[at]
            + self.list_price[at] * rest
            + self.setup_fee[at]
            - self.incentive[at]
        )
        return total


def draw_tariffs(spec: BillingSpec, rng: np.random.Generator) -> Tariffs:
    """Draw the offers of a firm; without a spread of rises, levels follow from the spec alone."""
    keys, first = _combinations(spec)
    begin = spec.first_month - RUN_UP
    months = np.arange(begin + 1, spec.as_of_month + 1)
    rise_days = first_day(months[months % _MONTHS == spec.rise_month - 1])
    starts = _version_starts(spec, begin)
    level = _levels(spec, rng, keys, len(rise_days))
    offered = np.array([bool(one.campaigns) for one in spec.products])[keys[:, 0]]
    noise = 1.0 + spec.tariff_noise * np.clip(
        rng.standard_normal((len(keys), starts.shape[1])), -_NOISE_LIMIT, _NOISE_LIMIT
    )
    choice = rng.random((len(keys), starts.shape[1]))
    risen = np.searchsorted(rise_days, starts, side="right")
    target = level[np.arange(len(keys))[:, None], risen[keys[:, 1] % 2]] * noise
    terms = np.zeros((5, *target.shape), dtype=np.int64)
    for index, one in enumerate(spec.products):
        if one.campaigns:
            here = keys[:, 0] == index
            terms[:, here] = _terms(one, target[here], choice[here])
    product, plan, region, channel = keys.T
    return Tariffs(
        product=product,
        plan=plan,
        region=region,
        channel=channel,
        offered=offered,
        rise_days=rise_days,
        level=level,
        starts=starts,
        list_price=terms[0],
        intro_price=terms[1],
        cycles=terms[2],
        setup_fee=terms[3],
        incentive=terms[4],
        cycles_a_year=np.array([one.cycles_a_year for one in spec.products])[product],
        first=first,
    )


def _combinations(spec: BillingSpec) -> tuple[IntArray, IntArray]:
    """Return the keys of every combination, and where those of each product begin and how they step."""
    keys: list[tuple[int, int, int, int]] = []
    first = []
    for index, product in enumerate(spec.products):
        regions = range(len(spec.regions)) if "region" in product.offer_keys else [OPEN]
        channels = range(len(spec.channels)) if "channel" in product.offer_keys else [OPEN]
        steps = (len(regions) * len(channels), len(channels), 1)
        first.append((len(keys), steps[0], steps[1] * (len(regions) > 1), steps[2] * (len(channels) > 1)))
        keys += [(index, plan, r, c) for plan in range(len(product.plans)) for r in regions for c in channels]
    return np.array(keys, dtype=np.int64), np.array(first, dtype=np.int64)


def _version_starts(spec: BillingSpec, begin: int) -> IntArray:
    """Return the first days of the versions: yearly on the day of the rise, and on the 1st or 15th of other months."""
    months = np.arange(begin + 1, spec.as_of_month + 1)
    is_rise = months % _MONTHS == spec.rise_month - 1
    is_campaign = np.isin(months % _MONTHS + 1, spec.campaign_months) & ~is_rise
    changes = months[is_rise | is_campaign]
    days = first_day(np.concatenate(([begin], changes)))
    shifted = days + 14 * np.concatenate(([False], is_campaign[is_rise | is_campaign]))
    return np.stack((days, shifted)).astype(np.int64)


def _levels(spec: BillingSpec, rng: np.random.Generator, keys: IntArray, n_rises: int) -> FloatArray:
    prices = []
    region, channel = ([1.0, *(factor for _, factor in places)] for places in (spec.regions, spec.channels))
    for product, plan, r, c in keys:
        one = spec.products[product]
        steps = max(len(one.plans) - 1, 1)
        position = 2.0 * plan / steps - 1.0 if len(one.plans) > 1 else 0.0
        prices.append(one.price * (1.0 + one.spread * position) * region[r + 1] * channel[c + 1] * PENCE)
    levels: FloatArray = np.array(prices)[:, None] * (1.0 + spec.offer_rise) ** np.arange(n_rises + 1)
    if spec.rise_spread:
        own = spec.rise_spread * (2.0 * rng.random((len(keys), n_rises)) - 1.0) / (1.0 + spec.offer_rise)
        levels[:, 1:] *= np.cumprod(1.0 + own, axis=1)
    return levels


def _terms(product: Product, target: FloatArray, choice: FloatArray) -> IntArray:
    """Return list price, introductory price, cycles, set-up fee and incentive, shape (5, combinations, versions).

    The list price solves: introduction + list price for the rest of the year + set-up fee - incentive = target a year.
    """
    which = np.floor(choice * len(product.campaigns)).astype(np.int64)
    discount = np.array([campaign.discount for campaign in product.campaigns])[which]
    cycles, setup, gift = (
        np.rint(np.array(values) * scale).astype(np.int64)[which]
        for values, scale in (
            ([campaign.cycles for campaign in product.campaigns], 1),
            ([campaign.setup_fee for campaign in product.campaigns], PENCE),
            ([campaign.incentive for campaign in product.campaigns], PENCE),
        )
    )
    year = product.cycles_a_year
    list_price = np.rint((year * target - setup + gift) / (year - cycles * discount)).astype(np.int64)
    intro = np.where(cycles > 0, np.rint(list_price * (1.0 - discount)), list_price).astype(np.int64)
    return np.stack((list_price, intro, cycles, setup, gift)).astype(np.int64)


def offers_table(spec: BillingSpec, tariffs: Tariffs) -> pd.DataFrame:
    """Return the offers in force at some time of the window, one row per version; money in whole pence.

    ``valid_to`` is OPEN for the version still in force. Missing keys are missing values.
    """
    window = int(first_day(np.array([spec.first_month]))[0])
    parts = []
    n_versions = tariffs.starts.shape[1]
    ends = np.concatenate((tariffs.starts[:, 1:], [[OPEN], [OPEN]]), axis=1)
    combination = np.repeat(np.arange(len(tariffs.plan)), n_versions)
    version = np.tile(np.arange(n_versions), len(tariffs.plan))
    parity = tariffs.plan[combination] % 2
    valid_to = ends[parity, version]
    chosen = tariffs.offered[combination] & ((valid_to == OPEN) | (valid_to > window))
    if spec.traps.lasting_offers:
        parts += _lasting_rows(spec, tariffs, combination[chosen], version[chosen], valid_to[chosen])
    else:
        parts.append(_offer_rows(spec, tariffs, combination[chosen], version[chosen], valid_to[chosen]))
    if spec.traps.retention_offers:
        parts.append(_retention_rows(spec, tariffs))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "offer_id", [f"O{number:06d}" for number in range(1, len(table) + 1)])
    return table


def _lasting_rows(
    spec: BillingSpec, tariffs: Tariffs, combination: IntArray, version: IntArray, valid_to: IntArray
) -> list[pd.DataFrame]:
    """Return the offers of three kinds of plans, by their numbers: dated to the day, lists without end, overlapping.

    A list price holds until the next one; nobody has to pay a list price dearer than the promotion beside it.
    """
    sort, monthly = tariffs.plan[combination] % 3, tariffs.cycles_a_year[combination] == _MONTHS
    valid_to = np.where((sort == 2) & monthly & (valid_to != OPEN), valid_to + _OVERLAP, valid_to)
    rows = _offer_rows(spec, tariffs, combination, version, valid_to)
    no_end = sort == 1
    listed = rows[no_end].assign(origin="price_book", audience="all", valid_to=OPEN, incentive_value=0)
    listed[["intro_unit_price", "intro_cycles"]] = pd.NA
    beside = no_end & (rows["origin"] == "promotion").to_numpy()
    return [rows[~no_end], listed, rows[beside]]


def _offer_rows(
    spec: BillingSpec, tariffs: Tariffs, combination: IntArray, version: IntArray, valid_to: IntArray
) -> pd.DataFrame:
    at = (combination, version)
    product = tariffs.product[combination]
    is_promotion = (tariffs.cycles[at] > 0) | (tariffs.incentive[at] > 0)
    has_intro = tariffs.cycles[at] > 0
    plans = _plan_names(spec)
    return pd.DataFrame(
        {
            "origin": np.where(is_promotion, "promotion", "price_book"),
            "audience": np.where(is_promotion, "new_only", "all"),
            "product_id": np.array([one.name for one in spec.products], dtype=object)[product],
            "plan_id": [plans[p][q] for p, q in zip(product, tariffs.plan[combination], strict=True)],
            "currency": spec.currency,
            "region": _named(spec.regions, tariffs.region[combination]),
            "channel": _named(spec.channels, tariffs.channel[combination]),
            "interval_unit": np.array([one.interval for one in spec.products], dtype=object)[product],
            "interval_count": 1,
            "valid_from": tariffs.starts[tariffs.plan[combination] % 2, version],
            "valid_to": valid_to,
            "list_unit_price": tariffs.list_price[at],
            "intro_unit_price": pd.Series(tariffs.intro_price[at]).where(pd.Series(has_intro)).astype("Int64"),
            "intro_cycles": pd.Series(tariffs.cycles[at]).where(pd.Series(has_intro)).astype("Int64"),
            "setup_fee": tariffs.setup_fee[at],
            "incentive_value": tariffs.incentive[at],
        }
    )


def _retention_rows(spec: BillingSpec, tariffs: Tariffs) -> pd.DataFrame:
    """Return one cheap offer per plan for existing customers only: it must never be taken for a comparator."""
    _, combination = np.unique(np.stack((tariffs.product, tariffs.plan)), axis=1, return_index=True)
    combination = combination[tariffs.offered[combination]]
    version = np.zeros_like(combination)
    rows = _offer_rows(spec, tariffs, combination, version, np.full(len(combination), OPEN))
    price = np.rint(tariffs.level[combination, 0] * _RETENTION).astype(np.int64)
    window = int(first_day(np.array([spec.first_month]))[0])
    return rows.assign(
        origin="promotion",
        audience="existing_only",
        region=None,
        channel=None,
        valid_from=window,
        list_unit_price=price,
        intro_unit_price=pd.array([pd.NA] * len(rows), dtype="Int64"),
        intro_cycles=pd.array([pd.NA] * len(rows), dtype="Int64"),
        setup_fee=0,
        incentive_value=0,
    )


def _plan_names(spec: BillingSpec) -> list[tuple[str, ...]]:
    return [product.plans for product in spec.products]


def _named(places: tuple[tuple[str, float], ...], index: IntArray) -> list[str | None]:
    names = [name for name, _ in places]
    return [None if place == OPEN else names[place] for place in index]
