"""Small firms whose share files an attacker can hope to solve: one tariff a region, few who depart from it.

Books, so that a study is built in a second. Each firm has two books a month apart, which differ by a few customers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

Rows = list[dict[str, Any]]

REGIONS, CHANNELS, BANDS = ("north", "south", "east", "isles"), ("shop", "web", "phone"), ("2", "3-4", "5-9", "10+")
TENURED_FROM, NEW_BELOW = 24, 12
KINDS = ("few above", "few not above", "half", "nobody", "everybody", "three prices", "own prices", "lone outlier")
"""What the tenured of a region pay: the offer, the offer and an uplift, or something of their own."""
SECTIONS: dict[str, Any] = {
    "like_for_like": {"cell": ["region"]},
    "lenses": {"by": ["channel", "is_vulnerable"]},
    "inference": {"bootstrap_replicates": 0, "permutation_replicates": 99},
}
_EDGES = {"2": (24, 36), "3-4": (36, 60), "5-9": (60, 120), "10+": (120, 200)}


@dataclass(frozen=True)
class Firm:
    """A firm with its books of two months.

    Attributes:
        seed: Of its draws.
        kinds: Region to what its tenured pay.
        books: Rows of the first month and of the second.
    """

    seed: int
    kinds: dict[str, str]
    books: tuple[Rows, Rows]


def small_firm(seed: int) -> Firm:
    """Return the firm of a seed."""
    draw = random.Random(f"share {seed}")
    rows: Rows = []
    kinds = {}
    for region in REGIONS[: draw.choice((2, 3, 4))]:
        kinds[region] = draw.choice(KINDS)
        rows += _region(draw, region, kinds[region], len(rows))
    return Firm(seed, kinds, (rows, _month_later(draw, rows)))


def _region(draw: random.Random, region: str, kind: str, first: int) -> Rows:
    """Return the customers of a region: one offer for all, some tenured without any, some new."""
    offer = draw.randrange(900, 6000)
    uplift = draw.choice((0.02, 0.048, 0.05, 0.1, 0.2))
    size = draw.choice((draw.randint(11, 60), draw.randint(60, 400), draw.randint(100, 400)))
    few = draw.randint(0, 9)
    n_above = {
        "few above": min(few, size),
        "few not above": max(0, size - few),
        "half": size * draw.randint(30, 70) // 100,
        "nobody": 0,
        "everybody": size,
        "three prices": size * draw.randint(20, 60) // 100,
    }.get(kind, 0)
    prices = [round(offer * (1 + uplift))] * n_above + [offer] * (size - n_above)
    if kind == "three prices":
        prices[-few:] = [round(offer * (1 + 3 * uplift))] * len(prices[-few:])
    elif kind == "own prices":
        prices = [round(offer * (1 + draw.gauss(uplift, uplift / 2))) for _ in range(size)]
    elif kind == "lone outlier":
        prices[0] = offer * draw.choice((3, 40))
    rows = [_customer(draw, region, price, offer) for price in prices]
    # Customers with a price and no offer: other questions compare them, the headline does not.
    rows += [_customer(draw, region, offer, None) for _ in range(draw.choice((0, 0, draw.randint(1, 9), 15)))]
    rows += [_customer(draw, region, offer, offer, months=(0, NEW_BELOW)) for _ in range(draw.choice((6, 12, 25, 60)))]
    return [{"customer_id": f"c{first + number}", **row} for number, row in enumerate(rows)]


def _customer(
    draw: random.Random, region: str, price: int, offer: int | None, *, months: tuple[int, int] | None = None
) -> dict[str, Any]:
    band = draw.choices(BANDS, (40, 30, 20, 6))[0]
    return {
        "region": region,
        "channel": draw.choices(CHANNELS, (50, 40, 6))[0],
        "is_vulnerable": draw.random() < 0.05,
        "tenure_months": draw.randrange(*(months or _EDGES[band])),
        "price": f"{price / 100:.2f}",
        "offer_price": None if offer is None else f"{offer / 100:.2f}",
    }


def _month_later(draw: random.Random, rows: Rows) -> Rows:
    """Return the book a month later: everybody a month older, a few gone, a few copies of others come."""
    older = [row | {"tenure_months": row["tenure_months"] + 1} for row in rows]
    for _ in range(draw.choice((0, 0, 1, 3))):
        older.pop(draw.randrange(len(older)))
    came = [draw.choice(older) | {"customer_id": f"d{number}"} for number in range(draw.choice((1, 1, 2, 4)))]
    return older + came
