"""Offers of every kind, for new customers and for others."""

from __future__ import annotations

from tests.oracle.draws import Draws, decimal_text
from tests.oracle.values import Row

OFFER_COLUMNS = (
    *("offer_id", "product_id", "list_unit_price", "valid_from", "valid_to", "audience", "origin", "customer_id"),
    *("plan_id", "currency", "region", "channel", "interval_unit", "interval_count", "qty_from", "qty_to"),
    *("intro_unit_price", "intro_cycles", "setup_fee", "incentive_value"),
)


def price_book(d: Draws, issued: list[str], customer_ids: list[str]) -> list[Row]:
    """Return offers of every kind; their dates are often dates of issue."""
    offers: list[Row] = []
    for product in d.products:
        if d.chance(0.06):
            continue
        only_for_others = d.chance(0.08)
        for _ in range(d.rng.randint(3, 14)):
            offer = _offer(d, product, issued, customer_ids)
            if only_for_others and offer["origin"] != "market":
                offer["audience"] = d.rng.choice(("existing_only", "unknown", ""))
            offers.append(offer)
            if d.chance(0.15):
                offers.append(offer | {"offer_id": d.new_id("o")})
    _drop_columns(d, offers)
    return offers


def _drop_columns(d: Draws, offers: list[Row]) -> None:
    """Take away columns that an export need not have."""
    dropped = [name for name in ("origin", "qty_from", "qty_to", "channel", "product_id") if d.chance(0.1)]
    for offer in offers:
        for name in dropped:
            del offer[name]


def _offer(d: Draws, product: str, issued: list[str], customer_ids: list[str]) -> Row:
    rng = d.rng
    interval = rng.choice((("month", 1), *d.intervals))
    price = d.price(interval)
    offer = dict.fromkeys(OFFER_COLUMNS, "")
    offer |= {"offer_id": d.new_id("o"), "product_id": product, "list_unit_price": decimal_text(price, rng)}
    offer["audience"] = rng.choices(("new_only", "all", "existing_only", "unknown", ""), (60, 20, 8, 6, 6))[0]
    offer["origin"] = rng.choices(("price_book", "promotion", "quote", "market", ""), (4, 2, 1, 1, 2))[0]
    offer["valid_from"] = rng.choice((issued[0], "2015-01-01", rng.choice(issued), rng.choice(issued)))
    if d.chance(0.5):
        ends = (rng.choice(issued), rng.choice(issued), issued[-1], offer["valid_from"], "9999-12-31")
        offer["valid_to"] = rng.choice(ends)
    offer["currency"] = "EUR" if d.chance(0.08) else "GBP"
    offer["interval_unit"] = interval[0]
    if interval != ("month", 1) or d.chance(0.5):
        offer["interval_count"] = str(interval[1])
    return offer | _conditions(d, product, customer_ids) | _introduction(d, price, interval)


def _conditions(d: Draws, product: str, customer_ids: list[str]) -> Row:
    """What an offer states beside its product: any of plan, region, channel, customer and quantity, or nothing."""
    rng = d.rng
    conditions: Row = {"product_id": ""} if d.chance(0.06) else {}
    plans = (f"{product[0]}-1", f"{product[0]}-1", f"{product[0]}-2", "never sold")
    for name, values in {"plan_id": plans, "region": ("North", "South"), "channel": ("web", "shop", "phone")}.items():
        if d.chance(0.15):
            conditions[name] = rng.choice(values)
    if d.chance(0.06):
        conditions |= {"customer_id": rng.choice(customer_ids), "origin": "quote"}
    if d.chance(0.15):
        bands = (("1", ""), ("1", "2.5"), ("", "2"), ("2", "2"), ("0.5", "10"), ("2.000001", "100"), ("", "1"))
        conditions["qty_from"], conditions["qty_to"] = rng.choice(bands)
    return conditions


def _introduction(d: Draws, price: int, interval: tuple[str, int]) -> Row:
    """An introductory price, a fee, an incentive, which may exceed all that is paid, or none of them."""
    rng = d.rng
    parts: Row = {}
    if d.chance(0.4):
        intro = rng.choice((price // 2, d.price(interval), price * 9 // 10))
        parts["intro_unit_price"] = decimal_text(intro, rng)
        parts["intro_cycles"] = rng.choice(("1", "3", "6", "12", "14", "40", ""))
    if d.chance(0.2):
        parts["setup_fee"] = rng.choice(("10", "0.00006", "49.99", "0"))
    if d.chance(0.2):
        parts["incentive_value"] = rng.choice(("5", "0.000006", "75.5", decimal_text(price), "99999"))
    return parts
