"""One firm in the form of each system: what is read of it is the same, save for what the preset says it cannot show."""

from __future__ import annotations

import runpy
import shutil
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fairness.engine.connection import looking
from fairness.errors import ConfigError
from fairness.presets import draft_config, load_presets

pytestmark = pytest.mark.xdist_group("example_exports")

ROOT = Path(__file__).parents[3]
GALLERY = runpy.run_path(str(ROOT / "docs/gallery.py"))
PRESETS = {preset.name: preset for preset in load_presets() if not preset.refused}
JUNE = (date(2024, 6, 1), date(2024, 7, 1))

Prices = dict[tuple[str, str], tuple[Decimal | None, Decimal]]

TRUTH: Prices = {
    ("C1", "basic"): (Decimal(2), Decimal("25.00")),
    ("C2", "pro"): (Decimal(1), Decimal("20.00")),
    ("C3", "basic"): (Decimal(1), Decimal("10.00")),
    ("C4", "pro"): (Decimal(1), Decimal("25.00")),
    ("C4", "backup"): (Decimal(1), Decimal("4.00")),
    ("C5", "basic"): (Decimal(1), Decimal("10.00")),
}
"""Seats, and what is paid for them in June: after discounts, reversals, drafts and what does not recur."""

UNDISCOUNTED = {("C2", "pro"): (Decimal(1), Decimal("25.00"))}
ONE_INVOICE = {
    **{key: (None, price) for key, (_, price) in TRUTH.items()},
    ("C4", "pro"): (None, Decimal("29.00")),
    ("C4", "backup"): None,
}
BLIND: Mapping[str, tuple[str, Mapping[tuple[str, str], Any]]] = {
    "recharge": (
        "Discounts and refunds stand on the charge, not on the line: prices are before discounts.",
        UNDISCOUNTED,
    ),
    "lago": ("Coupons are not in the export of fees: prices are before coupons.", UNDISCOUNTED),
    "stripe_dashboard": (
        "One row is a whole invoice: it is a price only where one subscription with one item is billed for one "
        "interval.",
        ONE_INVOICE,
    ),
    "revenuecat": (
        "Stores know no seats and no invoices; an anonymous customer who signs in anew may be two.",
        {key: (None, price) for key, (_, price) in TRUTH.items()},
    ),
    "line_item_enhanced": (
        "Discounts and taxes of Stripe stand on rows of the header, which are no lines: prices are before discounts.",
        UNDISCOUNTED,
    ),
}
"""What a preset cannot see, in its words, and what is read instead; None where nothing is."""

SINGLE = {"book", "insurance"}
"""Presets of other things than monthly subscriptions."""


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    return {name: GALLERY["read"](preset) for name, preset in PRESETS.items()}


def rows(shown: Any, place: int = 0) -> list[dict[str, Any]]:
    """Return what was read of a file; there are no more rows than the preview shows."""
    file = shown.checked.files[place]
    assert file.n_rows - file.n_filtered == file.n_read == len(file.preview)
    return [dict(zip(file.columns, row, strict=True)) for row in file.preview]


def prices(shown: Any) -> Prices:
    """Return seats and money by customer and product, of final lines that recur and of what is taken off them."""
    seats: dict[tuple[str, str], Decimal | None] = {}
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows(shown):
        if row.get("invoice_status", "final") != "final":
            continue
        kind = row.get("line_kind", "recurring")
        if kind not in ("recurring", "credit", "discount"):
            continue
        key = (row["customer_id"].removeprefix("ctm_").removeprefix("s"), row["product_id"])
        net = row.get("net_amount")
        paid[key] += row["gross_amount"] - row.get("discount_amount", 0) if net is None else net
        if kind == "recurring":
            seats[key] = row.get("quantity")
            assert (row["period_start"], row["period_end"]) == JUNE
    return {key: (seats[key], paid[key]) for key in paid}


def test_the_gallery_is_up_to_date(examples: dict[str, Any]) -> None:
    assert (ROOT / GALLERY["PAGE"]).read_text(encoding="utf-8") == GALLERY["page"](examples)


@pytest.mark.parametrize("name", PRESETS)
def test_an_example_is_known_as_its_preset(examples: dict[str, Any], name: str) -> None:
    shown = examples[name]
    assert shown.draft.preset.name == name
    assert shown.draft.unused == ()
    assert set(shown.draft.preset.tables) >= set(shown.draft.used.values()) - {"offers", "customers"}


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in SINGLE])
def test_one_firm_is_read_alike_in_each_form(examples: dict[str, Any], name: str) -> None:
    sentence, differs = BLIND.get(name, ("", {}))
    assert not sentence or sentence in PRESETS[name].fidelity
    expected = {key: value for key, value in {**TRUTH, **differs}.items() if value is not None}
    assert prices(examples[name]) == expected


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in SINGLE])
def test_tenure_and_offers_come_out_of_each_form(examples: dict[str, Any], name: str) -> None:
    roles = {file.role: place for place, file in enumerate(examples[name].checked.files)}
    since = {
        row["customer_id"].removeprefix("ctm_").removeprefix("s"): row["tenure_start"]
        for row in rows(examples[name], roles["customers"])
    }
    assert since["C1"] == date(2017, 9, 1)
    assert since["C4"] == date(2024, 5, 1)
    offers = examples[name].checked.files[roles["offers"]]
    listed = [dict(zip(offers.columns, row, strict=True)) for row in offers.preview]
    now = sorted(listed, key=lambda row: row["valid_from"])
    assert {row["product_id"]: row["list_unit_price"] for row in now} == {
        "basic": Decimal(10), "pro": Decimal(25), "backup": Decimal(4),
    }  # fmt: skip


def test_a_policy_is_priced_at_its_start_and_a_cancelled_one_nets_to_nothing(examples: dict[str, Any]) -> None:
    found = {(row["customer_id"], row["line_kind"]): row["net_amount"] for row in rows(examples["insurance"])}
    assert found == {
        ("P1", "recurring"): Decimal(520),
        ("P1", "proration"): Decimal(30),
        ("P2", "recurring"): Decimal(410),
        ("P3", "recurring"): Decimal(480),
        ("P3", "credit"): Decimal(-480),
    }


def test_a_book_has_price_offer_and_tenure(examples: dict[str, Any]) -> None:
    first = rows(examples["book"])[0]
    assert (first["price"], first["offer_price"], first["tenure_start"]) == (520, 410, date(2017, 6, 1))


REFUSED = {
    "stripe_mrr_report": "subscription_item_id,subscription_id,customer_id,price_plan_id,currency,subscription_month,"
    "month_contract_mrr\nsi_1,sub_1,C1,p_1,gbp,2024-06-01,1250\n",
    "price_cohorts": "price_cohort,region,price,active_subscribers\n2019,GB,4.99,1200\n",
    "google_play_earnings": "Description,Transaction Date,Transaction Type,Product id,Sku Id,Buyer Country,"
    'Amount (Merchant Currency)\nGPA.1,"Jun 1, 2024",Charge,app,basic,GB,4.99\n',
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_export_that_holds_no_prices_of_customers_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "export.csv").write_text(REFUSED[name], encoding="utf-8")
    preset = next(preset for preset in load_presets() if preset.name == name)
    with looking() as con, pytest.raises(ConfigError) as refused:
        draft_config(con, [tmp_path], tmp_path, answers={})
    assert (refused.value.what, refused.value.fix) == (preset.refused, preset.fix)
    assert refused.value.where == f"export.csv: {preset.title}"


def test_every_refused_export_is_tried() -> None:
    assert REFUSED.keys() == {preset.name for preset in load_presets() if preset.refused}


def test_two_accounts_of_a_system_are_kept_apart_in_bills_offers_and_customers(tmp_path: Path) -> None:
    """A customer of one account is none of the other, whatever the id."""
    folder = Path(shutil.copytree(ROOT / "examples/exports/stripe", tmp_path / "stripe"))
    for file in folder.glob("*.csv"):
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        both = [f"{line},{account}" for account in ("uk", "us") for line in lines]
        file.write_text("\n".join([f"{head},source_relation", *both]) + "\n", encoding="utf-8")
    with looking() as con:
        draft = draft_config(con, [folder], folder, answers={})
    assert draft.text.count('\nsource_relation = "source_relation"') == 2
    assert draft.text.count('\nsource_relation = "account"') == 1
