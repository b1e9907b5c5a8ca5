"""What every part of a made-up world draws from: chance, intervals, prices and ids."""

from __future__ import annotations

import random
from datetime import date

from tests.oracle.values import add_interval, months_per_cycle

INTERVALS = (
    *[("month", 1)] * 10,
    *[("year", 1)] * 3,
    *[("day", 28)] * 2,
    *(("week", 1), ("week", 4), ("day", 30), ("month", 3), ("month", 6), ("year", 2)),
)
REGIONS, CHANNELS = ("North", "South", ""), ("web", "shop", "")
OPTIONAL = ("line_id", "extracted_at", "contract_end", "price_set_on", "list_unit_price", "charge_reason", "livemode")


def decimal_text(micros: int, rng: random.Random | None = None) -> str:
    """Write millionths as a decimal number, with some trailing zeros or none."""
    digits = f"{abs(micros) // 1_000_000}.{abs(micros) % 1_000_000:06d}"
    short = digits.rstrip("0").rstrip(".")
    shown = rng.choice((digits, short, short)) if rng else short
    return f"-{shown}" if micros < 0 else shown


class Draws:
    """The random choices of one world, those that hold for all of it among them.

    `dropped` are the billing columns that its file does not have; without `has_net` net is gross less discount.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = rng = random.Random(f"world {seed}")
        self.first = date(2022 + rng.randrange(2), rng.randint(1, 12), 1)
        self.n_months = rng.randint(14, 30)
        self.end = add_interval(self.first, "month", self.n_months)
        self.products = ["broadband", "mobile", "home cover"][: rng.choice((1, 1, 2, 2, 3))]
        self.dropped = {name for name in OPTIONAL if rng.random() < 0.12}
        if len(self.products) == 1 and rng.random() < 0.3:
            self.products = ["all"]
            self.dropped.add("product_id")
        if rng.random() < 0.15:
            self.dropped.add("currency")
        self.has_net = rng.random() < 0.88
        if not self.has_net:
            self.dropped.add("net_amount")
        self.intervals = [rng.choice(INTERVALS) for _ in range(4)]
        if rng.random() < 0.15:
            self.intervals = [("month", 1)]
            self.dropped |= {"interval_unit", "interval_count"} if rng.random() < 0.5 else set()
        self.n_ids = 0

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def new_id(self, letter: str) -> str:
        """Ids neither in the order of their making nor of one length."""
        self.n_ids += 1
        return f"{letter}{self.n_ids * 7919 % 10007}"

    def invoice_id(self) -> str:
        """Ids of one length, so that they order alike alone and inside a longer text."""
        return f"INV{self.rng.randrange(10_000):04d}"

    def price(self, interval: tuple[str, int]) -> int:
        """Millionths per unit and cycle; a third lies exactly between two monthly ticks."""
        rng = self.rng
        m = months_per_cycle(*interval)
        about = int(rng.choice((9, 20, 25, 40)) * 1_000_000 * m) + 1
        half_tick = 50 * m.numerator
        return rng.choice(
            (
                about // 10_000 * 10_000 + 990_000,
                about + rng.randrange(1_000_000),
                (about // half_tick + rng.randrange(200) * 2 | 1) * half_tick,
            )
        )
