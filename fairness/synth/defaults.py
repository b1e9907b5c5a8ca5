"""A ready-made firm of any size, for tests and benchmarks."""

from __future__ import annotations

from dataclasses import replace

from fairness.synth.spec import BillingSpec, Campaign, Cell, Product, Traps


def small_firm(customers: int, *, penalty: float = 0.0, traps: Traps | None = None) -> BillingSpec:
    """Return a firm with a monthly and a yearly product in six cells each.

    Args:
        customers: Customers over the window; about 14 lines each.
        penalty: True gap of every cell.
        traps: What else the export holds; None means nothing but recurring lines.
    """
    products = (
        Product(
            name="internet",
            plans=tuple(f"internet-{speed}" for speed in (30, 50, 80, 100, 150, 200, 300, 400, 500, 900)),
            price=34.0,
            campaigns=(Campaign(), Campaign(discount=0.2, cycles=3), Campaign(setup_fee=20.0, incentive=40.0)),
            usage=0.05,
        ),
        Product(
            name="insurance",
            plans=tuple(f"home-{letter}" for letter in "abcdef"),
            price=260.0,
            interval="year",
            offer_keys=("region",),
            campaigns=(Campaign(), Campaign(incentive=25.0)),
            tax=0.12,
        ),
    )
    firm = BillingSpec(
        customers=customers, products=products, cells=(Cell(product="internet", region="North", channel="shop"),)
    )
    cells = tuple(
        Cell(product=product.name, region=region, channel=channel, penalty=penalty)
        for product in products
        for region, _ in firm.regions
        for channel in ("online", "shop")
    )
    return replace(firm, cells=cells, build_up=False, traps=Traps.none() if traps is None else traps)
