"""The demo study: Larkspur, a fictional firm that sells broadband, mobile and home insurance.

Each of its stories is a cell or a product whose gap was injected; ``truth.json`` records them beside the verdict that
they should get.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fairness.synth.billing import SyntheticBilling, generate_billing
from fairness.synth.spec import AddOn, BillingSpec, Campaign, Cell, LetterRun, Product, Traps

SEED = 2026
FILES = (
    "cpi.csv",
    "customers.csv",
    "fairness.toml",
    "lines.parquet",
    "manual_lines.csv",
    "offers.csv",
    "price_events.csv",
    "truth.json",
)
"""The files of the study, and nothing else."""

_CONFIG = Path(__file__).with_name("demo_billing.toml")
_LEVEL = 9
"""zstd level: the study is in the repository, so size matters more than speed; beyond this little is gained."""

_TERMS = {"rolling": 0, "12m": 12, "24m": 24}


def _plans(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}-{term}" for name in names for term in _TERMS)


BROADBAND = Product(
    name="broadband",
    plans=_plans(("fibre-40", "fibre-80", "fibre-150", "fibre-300", "fibre-500", "fibre-900")),
    price=37.0,
    spread=0.28,
    campaigns=(
        Campaign(),
        Campaign(discount=0.2, cycles=3),
        Campaign(discount=0.3, cycles=2, setup_fee=15.0),
        Campaign(setup_fee=20.0, incentive=40.0),
        Campaign(discount=0.1, cycles=6, setup_fee=10.0, incentive=10.0),
        Campaign(discount=0.06, cycles=12),
    ),
    walking=0.006,
    terms=tuple(_TERMS.values()),
)
MOBILE = Product(
    name="mobile",
    plans=_plans(("sim-1gb", "sim-5gb", "sim-15gb", "sim-40gb", "sim-100gb", "sim-unlimited")),
    price=14.0,
    spread=0.35,
    offer_keys=("channel",),
    campaigns=(Campaign(), Campaign(discount=0.25, cycles=2), Campaign(setup_fee=5.0, incentive=10.0)),
    usage=0.06,
    terms=tuple(_TERMS.values()),
)
HOME = Product(
    name="home_insurance",
    plans=tuple(f"{cover}-{band}" for cover in ("basic", "plus", "premier") for band in "abcdef"),
    price=270.0,
    interval="year",
    campaigns=(Campaign(), Campaign(incentive=15.0), Campaign(incentive=20.0)),
    tax=0.12,
)
TELEVISION = Product(name="tv_pack", plans=("tv-basic", "tv-films", "tv-sport"), price=11.0, spread=0.4, offer_keys=())
COPPER = Product(name="copper_broadband", plans=("copper-8", "copper-16"), price=31.0, spread=0.1, campaigns=())


def _cells(
    product: Product, weights: dict[str, float], penalties: dict[tuple[str, str], float], new: float
) -> list[Cell]:
    """Return a product's cells: one for each penalty, weighted by its region."""
    return [
        Cell(product=product.name, region=region, channel=channel, weight=weights[region], penalty=gap, new_share=new)
        for (region, channel), gap in penalties.items()
    ]


_MOBILE_GAPS = {"North": -0.043, "Midlands": 0.0, "South": 0.046}
_USUAL = {"North": 1.0, "Midlands": 1.1, "South": 0.9, "Islands": 0.035}

# Penalties build up over the price rises of April 2023, 2024 and 2025, which new offers follow only in part.
CELLS = (
    *_cells(
        BROADBAND,
        {region: 4.6 * weight for region, weight in _USUAL.items()},
        {
            ("North", "online"): 0.04,
            ("North", "shop"): 0.05,
            ("North", "phone"): 0.06,
            ("Midlands", "online"): 0.04,
            ("Midlands", "shop"): 0.05,
            ("Midlands", "phone"): 0.06,
            ("South", "online"): 0.05,
            ("South", "shop"): 0.06,
            ("South", "phone"): 0.17,
            ("Islands", "shop"): 0.0,
        },
        new=0.30,
    ),
    # Mobile offers are national, existing prices are not: the North pays less than the offers, the South more.
    *_cells(
        MOBILE,
        dict.fromkeys(_MOBILE_GAPS, 6.2),
        {(region, channel): gap for region, gap in _MOBILE_GAPS.items() for channel in ("online", "shop")},
        new=0.07,
    ),
    *_cells(
        HOME,
        {region: 3.0 * weight for region, weight in _USUAL.items()},
        {(region, channel): 0.0 for region in ("North", "Midlands", "South") for channel in ("online", "phone")},
        new=0.20,
    ),
    *_cells(COPPER, {"North": 1.2, "Midlands": 1.0}, {("North", "phone"): 0.08, ("Midlands", "phone"): 0.08}, new=0.0),
)

SPEC = BillingSpec(
    customers=22_000,
    products=(BROADBAND, MOBILE, HOME, COPPER, TELEVISION),
    cells=CELLS,
    regions=(("North", 0.97), ("Midlands", 1.0), ("South", 1.05), ("Islands", 1.08)),
    channels=(("online", 0.97), ("shop", 1.0), ("phone", 1.02)),
    event_months=13,
    tariff_noise=0.008,
    offer_rise=0.03,
    rise_spread=0.028,
    add_on=AddOn(product="tv_pack", beside="broadband", channel="online", share=0.12),
    letters=LetterRun(product="broadband", region="South", channel="shop"),
    traps=Traps(
        rebills=0.002,
        loyalty_discounts=0.03,
        paper_bills=0.02,
        instalments=0.03,
        summaries=0.01,
        second_subscriptions=150,
        extra_plans=30,
        unreadable_bills=6,
        unlisted=90,
        lasting_offers=True,
        untold=True,
    ),
)

STORIES: tuple[dict[str, Any], ...] = (
    {
        "story": "a product whose loyal customers pay more",
        "estimand": "offer_gap",
        "scope": {"product_id": "broadband"},
        "verdict": "penalty",
    },
    {
        "story": "a product at parity",
        "estimand": "offer_gap",
        "scope": {"product_id": "home_insurance"},
        "verdict": "equivalent",
    },
    {
        "story": "a raw gap that points the other way than the like-for-like gap",
        "estimand": "raw_gap",
        "scope": {},
        "warning": "mix_reverses_sign",
    },
    {
        "story": "a legacy product that no new customer is offered",
        "estimand": "offer_gap",
        "scope": {"product_id": "copper_broadband"},
        "verdict": "not_assessable",
    },
    {
        "story": "a cell that is too thin to tell",
        "estimand": "offer_gap",
        "scope": {"product_id": "broadband", "region": "Islands", "channel": "shop"},
        "verdict": "inconclusive",
    },
    {
        "story": "cells that offset each other",
        "estimand": "offer_gap",
        "scope": {"product_id": "mobile"},
        "verdict": "inconclusive",
        "warning": "offsetting_gaps",
    },
    {
        "story": "an add-on that costs everybody the same, with too few prices to tell",
        "estimand": "offer_gap",
        "scope": {"product_id": "tv_pack"},
        "verdict": "inconclusive",
        "warning": "few_pricing_decisions",
    },
)


_TOLD = (
    "injected_gap",
    "offer_gap",
    "raw_gap",
    "like_for_like_gap",
    "tenured_customers",
    "compared_customers",
    "not_compared",
)


def demo_firm() -> SyntheticBilling:
    """Return the demo's firm with its truth, which holds each story with its figures."""
    billing = generate_billing(SPEC, SEED)
    truth = billing.truth
    entries = [{"scope": {}, **truth["whole_book"]}, *truth["products"], *truth["cells"]]
    stories = []
    for story in STORIES:
        figures = next(entry for entry in entries if entry["scope"] == story["scope"])
        stories.append({**story, "truth": {name: figures[name] for name in _TOLD if name in figures}})
    return SyntheticBilling(firm=billing.firm, truth={**truth, "stories": stories})


def write_study(folder: Path) -> None:
    """Write the study's files into a folder, which is made when missing; existing files of these names are replaced."""
    demo_firm().write(folder, level=_LEVEL)
    (folder / "fairness.toml").write_bytes(_CONFIG.read_bytes())
