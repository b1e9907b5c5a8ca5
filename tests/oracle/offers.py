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
    return is_possible and text(offer.row, "audience") in ("new_only", "all") and text(offer.row, "origin") != "market"


def fits(offer: Offer, row: Answer, on: date) -> bool:
    """Whether a ledger row on that date falls under the offer."""
    begins, ends = day(offer.row, "valid_from"), day(offer.row, "valid_to")
    return (
        begins is not None
        and begins <= on
        and (ends is None or on < ends)
        and offer.currency == row["currency"]
        and all(row[name] == value for name, value in offer.stated.items())
        and (offer.qty_from is None or offer.qty_from <= Fraction(row["quantity"]))
        and (offer.qty_to is None or Fraction(row["quantity"]) < offer.qty_to)
    )


def match_offer(row: Answer, on: date, offers: list[Offer], settings: Settings) -> Answer:
    """Return the offer columns of a ledger row whose price is dated `on`."""
    for_product = [o for o in offers if is_for_new_customers(o) and o.product_id in (None, row["product_id"])]
    candidates = [offer for offer in for_product if fits(offer, row, on)]
    answer: Answer = {"offer_id": None, "offer_reason": None, "n_candidates": len(candidates)}
    answer |= {"headline_ticks": None, "effective_ticks": None, "standard_offer_ticks": None}
    answer |= {"headline_interval_ticks": None, "effective_interval_ticks": None, "standard_interval_ticks": None}
    if not candidates:
        return answer | {"offer_reason": "no_offer_in_force" if for_product else "no_offer"}
    best = min(candidates, key=lambda offer: (-offer.n_stated, offer.prices[settings.basis], offer.offer_id))
    if best.prices[settings.basis] <= 0:
        return answer | {"offer_reason": "offer_not_positive"}
    usable = {basis: price if price > 0 else None for basis, price in best.prices.items()}
    answer |= {"offer_id": best.offer_id, "headline_ticks": usable["headline"]}
    # A reading that costs nothing a month is no comparator; what it costs an interval is then of no use either.
    answer |= {f"{basis}_interval_ticks": best.billed[basis] for basis in usable if usable[basis] is not None}
    return answer | {"effective_ticks": usable["effective"], "standard_offer_ticks": usable["standard"]}
