"""New-customer offers: their monthly prices, and the one in force for a ledger row on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.values import (
    UNITS,
    Answer,
    Row,
    Settings,
    currency_code,
    day,
    months_per_cycle,
    number,
    text,
    ticks,
    whole_count,
    word,
)


@dataclass(frozen=True)
class Offer:
    """An offer with its price in ticks on every basis: a month, and a billing interval."""

    row: Row
    offer_id: str
    product_id: str | None
    currency: str
    stated: dict[str, Any]
    qty_from: Fraction | None
    qty_to: Fraction | None
    prices: dict[str, int]
    billed: dict[str, int]

    @property
    def n_stated(self) -> int:
        return len(self.stated) + (self.qty_from is not None) + (self.qty_to is not None)


def read_offer(row: Row, settings: Settings) -> Offer:
    unit, count = word(row, "interval_unit", UNITS, "month", "INTERVAL_UNKNOWN"), whole_count(row, "interval_count")
    stated: dict[str, Any] = {
        name: text(row, name)
        for name in ("product_id", "customer_id", "plan_id", "region", "channel")
        if text(row, name)
    }
    stated |= {"interval_unit": unit, "interval_count": count}
    offer_id, product_id = text(row, "offer_id") or "", text(row, "product_id")
    band = number(row, "qty_from"), number(row, "qty_to")
    m = months_per_cycle(unit, count)
    monthly = offer_prices(row, m, settings.horizon_months)
    in_ticks = [{basis: ticks(price * months) for basis, price in monthly.items()} for months in (Fraction(1), m)]
    return Offer(row, offer_id, product_id, currency_code(row, settings), stated, *band, *in_ticks)


def offer_prices(row: Row, m: Fraction, horizon: int) -> dict[str, Fraction]:
    """The monthly price on each basis; `m` is months per cycle, the introduction is clipped at the horizon."""
    regular, intro, cycles = number(row, "list_unit_price") or Fraction(0), number(row, "intro_unit_price"), None
    if text(row, "intro_cycles") is not None:
        cycles = Fraction(str(text(row, "intro_cycles")))
    k = Fraction(0)
    if intro is not None:
        k = horizon / m if cycles is None else min(cycles, horizon / m)
    once = (number(row, "setup_fee") or 0) - (number(row, "incentive_value") or 0)
    after_intro = intro if intro is not None and cycles is None else regular
    return {
        "headline": (intro if intro is not None else regular) / m,
        "effective": ((intro or 0) * k + regular * (horizon - k * m) / m + once) / horizon,
        "standard": after_intro / m,
    }


def is_for_new_customers(offer: Offer) -> bool:
    start, end = text(offer.row, "valid_from") or "", text(offer.row, "valid_to")
    is_possible = end is None or end >= start
    audiences = ("new_only",) if "customer_id" in offer.stated else ("new_only", "all")
    return is_possible and text(offer.row, "audience") in audiences and text(offer.row, "origin") != "market"


def fits(offer: Offer, row: Answer) -> bool:
    """Whether a ledger row has what the offer states."""
    return (
        offer.currency == row["currency"]
        and all(row[name] == value for name, value in offer.stated.items())
        and (offer.qty_from is None or offer.qty_from <= Fraction(row["quantity"]))
        and (offer.qty_to is None or Fraction(row["quantity"]) < offer.qty_to)
    )


def starts(offer: Offer) -> date:
    return day(offer.row, "valid_from") or date.max


def is_open(offer: Offer) -> bool:
    return day(offer.row, "valid_to") is None


def is_plain(offer: Offer) -> bool:
    """Neither an end nor an introduction: a list price, whatever stands beside it."""
    return is_open(offer) and number(offer.row, "intro_unit_price") is None


def kind_of(offer: Offer, price_list: list[Offer], basis: str) -> str:
    """What kind of offer a row of a price list is: as stated, else a promotion where the open row beside is dearer."""
    stated = text(offer.row, "origin")
    if stated:
        return stated
    if is_plain(offer):
        return "price_book"

    def turn(row: Offer) -> tuple[date, bool, int, str]:
        return starts(row), not is_plain(row), -row.prices[basis], row.offer_id

    others = sorted((row for row in price_list if row is not offer and is_open(row)), key=turn)
    before = [row for row in others if turn(row) < turn(offer)]
    end = day(offer.row, "valid_to") or date.min
    after = [row for row in others if turn(row) > turn(offer)]
    beside = before[-1:] or [row for row in after[:1] if starts(row) < end]
    return "promotion" if beside and offer.prices[basis] < beside[0].prices[basis] else "price_book"


def in_force(offer: Offer, rows: list[Offer], on: date) -> bool:
    """Whether a row of one price list and kind holds on a day: no end has come, and no later open row if it is open."""
    end = day(offer.row, "valid_to")
    if not starts(offer) <= on or (end is not None and on >= end):
        return False
    return not is_open(offer) or not any(is_open(row) and starts(offer) < starts(row) <= on for row in rows)


def standing(offers: list[Offer], on: date, basis: str) -> tuple[list[Offer], list[Offer]]:
    """Return the offers in force on a day, and those that no later row of their price list and kind replaces."""
    lists: dict[Any, list[Offer]] = {}
    for offer in offers:
        keys = (offer.currency, tuple(sorted(offer.stated.items())), offer.qty_from, offer.qty_to)
        lists.setdefault(keys, []).append(offer)
    everything: list[Offer] = []
    latest: list[Offer] = []
    for price_list in lists.values():
        kinds: dict[str, list[Offer]] = {}
        for offer in price_list:
            kinds.setdefault(kind_of(offer, price_list, basis), []).append(offer)
        for rows in kinds.values():
            holding = [offer for offer in rows if in_force(offer, rows, on)]
            everything += holding
            last = max(map(starts, holding), default=None)
            latest += sorted((o for o in holding if starts(o) == last), key=lambda o: (o.prices[basis], o.offer_id))[:1]
    return everything, latest


def why_none(row: Answer, for_product: list[Offer]) -> str:
    """Say why nothing is offered: not for the product, not on its plan, or not on that day and in that place."""
    if not for_product:
        return "no_offer"
    plans = {o.stated.get("plan_id") for o in for_product}
    is_about_it = all(o.product_id is not None for o in for_product)
    return (
        "plan_not_offered"
        if is_about_it and row["plan_id"] and not plans & {None, row["plan_id"]}
        else "no_offer_in_force"
    )


def match_offer(row: Answer, on: date, offers: list[Offer], settings: Settings) -> Answer:
    """Return the offer columns of a ledger row whose price is dated `on`."""
    for_product = [o for o in offers if is_for_new_customers(o) and o.product_id in (None, row["product_id"])]
    everything, latest = standing([offer for offer in for_product if fits(offer, row)], on, settings.basis)
    candidates = latest
    answer: Answer = {"offer_id": None, "offer_reason": None, "n_candidates": len(everything)}
    answer |= {"headline_ticks": None, "effective_ticks": None, "standard_offer_ticks": None}
    answer |= {"headline_interval_ticks": None, "effective_interval_ticks": None, "standard_interval_ticks": None}
    if not candidates:
        return answer | {"offer_reason": why_none(row, for_product)}
    best = min(candidates, key=lambda offer: (-offer.n_stated, offer.prices[settings.basis], offer.offer_id))
    if best.prices[settings.basis] <= 0:
        return answer | {"offer_reason": "offer_not_positive"}
    usable = {basis: price if price > 0 else None for basis, price in best.prices.items()}
    answer |= {"offer_id": best.offer_id, "headline_ticks": usable["headline"]}
    # A reading that costs nothing a month is no comparator; what it costs an interval is then of no use either.
    answer |= {f"{basis}_interval_ticks": best.billed[basis] for basis in usable if usable[basis] is not None}
    return answer | {"effective_ticks": usable["effective"], "standard_offer_ticks": usable["standard"]}
