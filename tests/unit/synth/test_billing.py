"""The billing generator does what its spec says, and its recorded truth is what the written files say.

Truth is recomputed here in pandas from the files alone, without the generator's prices and without fairness.analysis.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from fairness.synth import AddOn, BillingSpec, Campaign, Cell, Product, Traps, cycles, generate_billing, small_firm
from fairness.synth.demo_billing import FILES, SPEC

pytestmark = pytest.mark.xdist_group("synth billing")

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "data" / "demo"
CELL = ["product_id", "region", "channel"]
AS_OF = pd.Timestamp("2025-12-01")


def written(spec: BillingSpec, folder: Path, seed: int = 1) -> Path:
    generate_billing(spec, seed).write(folder)
    return folder


def read_lines(folder: Path) -> pd.DataFrame:
    """Return the lines with ``net``, ``gross``, ``tax`` and ``listed`` as whole pence."""
    pence = ", ".join(
        f"cast({name} * 100 as bigint) as {short}"
        for name, short in (
            ("net_amount", "net"),
            ("gross_amount", "gross"),
            ("tax_amount", "tax"),
            ("discount_amount", "discount"),
            ("list_unit_price", "listed"),
        )
    )
    with duckdb.connect() as con:
        return con.execute(f"select *, {pence} from '{folder}/lines*.parquet'").df()


def read_offers(folder: Path) -> pd.DataFrame:
    """Return the offers for new customers with ``year``, what twelve months cost, in pence."""
    offers = pd.read_csv(folder / "offers.csv", parse_dates=["valid_from", "valid_to"])
    cycles = np.where(offers["interval_unit"] == "year", 1, 12)
    introduced = offers["intro_cycles"].fillna(0).clip(upper=cycles)
    year = (
        offers["intro_unit_price"].fillna(0) * introduced
        + offers["list_unit_price"] * (cycles - introduced)
        + offers["setup_fee"]
        - offers["incentive_value"]
    )
    offers["year"] = (year * 100).round().astype("int64")
    return offers[offers["audience"].isin(["new_only", "all"])]


def prices(folder: Path) -> pd.DataFrame:
    """Return one row per contract of December 2025: tenure on 1 December, what it costs a year and would cost anew.

    A bill is what its lines for the period come to: charges, what is taken back of them, discounts, and the credit that
    is given every month.
    """
    found = read_lines(folder).drop_duplicates("line_id")
    found = found[(found["invoice_status"] == "final") & ~found["is_proration"]]
    first_seen = found[found["line_kind"] == "recurring"].groupby("customer_id")["period_start"].min()
    covers = (found["period_start"] <= AS_OF) & (found["period_end"] > AS_OF)
    priced = found[covers & found["line_kind"].isin(["recurring", "credit", "discount"])]
    every_month = (
        (found["line_kind"] == "credit") & (found["charge_reason"] == "manual") & (found["issued_on"] == AS_OF)
    )
    key = ["customer_id", "subscription_id", "product_id"]
    total = pd.concat([priced, found[every_month & found["reverses_line_id"].isna()]]).groupby(key)["net"].sum()
    charges = priced[(priced["line_kind"] == "recurring") & (priced["quantity"] > 0)]
    charges = charges.sort_values(["net", "plan_id"], na_position="first")
    several = charges.groupby(key)["plan_id"].nunique() > 1
    rows = charges.drop_duplicates(key, keep="last").set_index(key)
    rows["net"], rows["two_plans"] = total, several
    rows = rows.reset_index()
    rows["rejected"] = rows["net_amount"].isna()
    customers = pd.read_csv(folder / "customers.csv", parse_dates=["tenure_start"])
    listed = customers[["customer_id", "party_id", "tenure_start", "is_test"]]
    rows = rows.merge(listed, on="customer_id", how="left", indicator=True)
    rows = rows[rows["is_test"] != True].copy()  # noqa: E712
    start = rows["tenure_start"].fillna(rows["customer_id"].map(first_seen)).where(rows["_merge"] == "both")
    rows["tenure"] = 12 * (AS_OF.year - start.dt.year) + AS_OF.month - start.dt.month - (start.dt.day > AS_OF.day)
    year = matching_offers(rows, read_offers(folder))
    rows["offer_id"] = rows["line_id"].map(year["offer_id"])
    rows["paid"] = rows["net"] * np.where(rows["interval_unit"] == "year", 1, 12)
    rows["offered"] = rows["line_id"].map(year["year"]) * rows["quantity"].astype(int)
    # A unit a month.
    rows["price"], rows["offer"] = (rows[name] / rows["quantity"].astype(int) / 12 for name in ("paid", "offered"))
    return rows


def matching_offers(found: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """Return the offer in force when each line's period began, by line_id; a missing key matches anything.

    Of a price list the latest row holds, and so of the promotions; a new customer takes the cheaper of the two.
    """
    pairs = found.merge(offers, on=["product_id", "plan_id", "currency"], suffixes=("", "_offer"))
    for key in ("region", "channel"):
        pairs = pairs[pairs[f"{key}_offer"].isna() | (pairs[f"{key}_offer"] == pairs[key])]
    open_end = pairs["valid_to"].isna()
    in_force = (pairs["valid_from"] <= pairs["period_start"]) & (open_end | (pairs["period_start"] < pairs["valid_to"]))
    latest = pairs[in_force].sort_values("valid_from").groupby(["line_id", "origin"]).tail(1)
    return latest.sort_values("year").drop_duplicates("line_id").set_index("line_id")


def truth_of(folder: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return truth


def scope_rows(rows: pd.DataFrame, scope: dict[str, str]) -> pd.DataFrame:
    for column, value in scope.items():
        rows = rows[rows[column] == value]
    return rows


def as_money(pence: float) -> str:
    return f"{Decimal(int(pence)).scaleb(-2):.2f}"


def check_figures(rows: pd.DataFrame, recorded: dict[str, Any]) -> None:
    tenured = rows[rows["tenure"] >= 24]
    offered = tenured["offered"].notna()
    clear = offered & ~tenured["rejected"] & ~tenured["two_plans"]
    compared = tenured[clear]
    above = compared["paid"] - compared["offered"]

    def n(those: pd.DataFrame) -> int:
        return int(those["customer_id"].nunique())

    assert recorded["customers"] == n(rows)
    assert recorded["new_customers"] == n(rows[rows["tenure"] < 12])
    assert recorded["tenured_customers"] == n(tenured)
    assert recorded["compared_customers"] == n(compared)
    assert recorded["compared_paid_a_year"] == as_money(compared["paid"].sum())
    assert recorded["compared_at_offer_a_year"] == as_money(compared["offered"].sum())
    assert recorded["customers_above_offer"] == n(compared[above > 0])
    assert recorded["overpaid_a_year"] == as_money(above.clip(lower=0).sum())
    assert recorded["net_overpaid_a_year"] == as_money(above.sum())
    why = {"no_offer": ~offered, "rejected": offered & tenured["rejected"]}
    why["several_plans"] = offered & tenured["two_plans"] & ~tenured["rejected"]
    assert {reason: one["customers"] for reason, one in recorded["not_compared"].items()} == {
        reason: n(tenured[those]) for reason, those in why.items() if those.any()
    }
    for reason in recorded["not_compared"].keys() - {"rejected"}:
        paid = tenured["paid"][why[reason]].sum()
        assert recorded["not_compared"][reason]["paid_a_year"] == as_money(paid)
    expected = above.sum() / compared["offered"].sum() if len(compared) else None
    assert recorded["offer_gap"] == pytest.approx(expected, abs=2e-9)


def check_contrasts(rows: pd.DataFrame, recorded: dict[str, Any]) -> None:
    rows = rows[~rows["rejected"] & ~rows["two_plans"]]
    tenured, new = rows[rows["tenure"] >= 24], rows[rows["tenure"] < 12]
    means = [part["paid"].sum() / float(part["quantity"].sum()) for part in (tenured, new)]
    assert recorded["raw_gap"] == pytest.approx(means[0] / means[1] - 1, abs=2e-9)
    above = below = 0.0
    for cell, part in tenured.groupby(CELL):
        offered = new[(new[CELL] == pd.Series(dict(zip(CELL, cell, strict=True)))).all(axis=1)]
        if part["customer_id"].nunique() >= 10 and offered["customer_id"].nunique() >= 10:
            above += part["paid"].sum()
            below += float(part["quantity"].sum()) * offered["paid"].sum() / float(offered["quantity"].sum())
    assert recorded["like_for_like_gap"] == pytest.approx(above / below - 1, abs=2e-9)


def check_truth(folder: Path) -> None:
    rows, truth = prices(folder), truth_of(folder)
    check_figures(rows, truth["whole_book"])
    check_contrasts(rows, truth["whole_book"])
    for entry in (*truth["products"], *truth["regions"], *truth["channels"], *truth["cells"]):
        check_figures(scope_rows(rows, entry["scope"]), entry)


def interval(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the 95 % interval of the offer gap by offer version; t is taken as 2.1, that of 18 versions."""
    by_version = rows.groupby("offer_id")[["price", "offer"]].sum().astype(float)
    paid, offered = by_version["price"].sum(), by_version["offer"].sum()
    residual = by_version["price"] - paid / offered * by_version["offer"]
    se = float(np.sqrt((residual**2 / (1 - by_version["offer"] / offered)).sum()) / paid)
    return paid / offered * np.exp(-2.1 * se) - 1, paid / offered * np.exp(2.1 * se) - 1


# The demo study.


@pytest.mark.slow
def test_one_documented_command_regenerates_the_demo(tmp_path: Path) -> None:
    command = "python -m fairness.synth demo data/demo"
    assert command in (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    arguments = [*command.split()[1:-1], str(tmp_path / "again")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=tmp_path, env=environment)
    assert {path.name for path in DEMO.iterdir() if path.is_file()} == set(FILES)
    for name in FILES:
        again, bundled = tmp_path / "again" / name, DEMO / name
        if name.endswith(".parquet") and parquet_writer(again) != parquet_writer(bundled):
            # Another release of the engine may compress differently; the rows are the same.
            query = f"select count(*) from (from '{again}' except all from '{bundled}')"
            assert ask(query) == [(0,)]
        else:
            assert again.read_bytes() == bundled.read_bytes(), name


def ask(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()


def parquet_writer(path: Path) -> list[tuple[Any, ...]]:
    return ask(f"select created_by from parquet_file_metadata('{path}')")


@pytest.mark.slow
def test_demo_keeps_its_size() -> None:
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 10_000_000
    customers = pd.read_csv(DEMO / "customers.csv")
    assert (~customers["is_test"]).sum() >= 20_000
    months = read_lines(DEMO).query("line_kind == 'recurring' and invoice_status == 'final'")["period_start"]
    assert months[months.dt.year < 2100].dt.to_period("M").nunique() == 36


@pytest.mark.slow
def test_demo_truth_is_what_the_files_say() -> None:
    check_truth(DEMO)


@pytest.mark.slow
def test_demo_truth_lies_inside_every_interval() -> None:
    rows, truth = prices(DEMO), truth_of(DEMO)
    tenured = rows[(rows["tenure"] >= 24) & rows["offer"].notna() & ~rows["rejected"] & ~rows["two_plans"]]
    checked = 0
    for entry in ({"scope": {}, **truth["whole_book"]}, *truth["products"], *truth["cells"]):
        here = scope_rows(tenured, entry["scope"])
        # The product that is held beside others costs everybody the same.
        if len(here) > 20 and entry["offer_gap"]:
            lower, upper = interval(here)
            assert lower <= entry["injected_gap"] <= upper, entry["scope"]
            checked += 1
    assert checked >= 20


def test_demo_tells_its_stories() -> None:
    truth = truth_of(DEMO)
    strong, parity, mixed, legacy, thin, offsetting, add_on = (story["truth"] for story in truth["stories"])
    others = [entry["injected_gap"] for entry in truth["products"] if entry["injected_gap"] is not None]
    assert strong["injected_gap"] == max(others) > 0.05
    assert max(cell["injected_gap"] or 0 for cell in truth["cells"]) > 0.15
    assert parity["injected_gap"] == 0.0
    assert abs(parity["offer_gap"]) < 0.002
    assert mixed["raw_gap"] < -0.1 < 0.03 < mixed["like_for_like_gap"]
    unoffered = legacy["not_compared"]["no_offer"]
    assert unoffered["customers"] == legacy["tenured_customers"] > 100
    assert Decimal(unoffered["paid_a_year"]) > 1000
    assert thin["tenured_customers"] < 20
    mobile = [cell["injected_gap"] for cell in truth["cells"] if cell["scope"]["product_id"] == "mobile"]
    assert min(mobile) < -0.03 < 0.03 < max(mobile)
    assert abs(offsetting["offer_gap"]) < 0.005
    assert add_on["offer_gap"] == 0.0


@pytest.mark.slow
def test_every_cell_of_the_demo_that_should_be_decided_has_offers_enough() -> None:
    rows = prices(DEMO)
    tenured = rows[(rows["tenure"] >= 24) & rows["offer"].notna()]
    for cell, here in tenured.groupby(CELL):
        money = here.groupby("offer_id")["offer"].sum()
        effective = money.sum() ** 2 / (money**2).sum()
        few = cell[1] == "Islands" or cell[0] == "tv_pack"
        assert effective < 10 if few else effective >= 15, cell


def test_the_readme_names_the_recorded_figures() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    strong, _, mixed, legacy, thin, *_ = (story["truth"] for story in truth_of(DEMO)["stories"])
    for figure in (
        f"+{strong['injected_gap']:.1%}",
        f"−{-mixed['raw_gap']:.1%}",
        f"+{mixed['like_for_like_gap']:.1%}",
        f"{legacy['not_compared']['no_offer']['customers']} tenured",
        f"£{Decimal(legacy['not_compared']['no_offer']['paid_a_year']):,.2f}",
        f"{thin['tenured_customers']} tenured",
    ):
        assert figure.replace("%", " %") in text, figure


# The generator.


def test_seed_and_spec_decide_the_bytes(tmp_path: Path) -> None:
    spec = small_firm(600, traps=Traps())
    first, again = written(spec, tmp_path / "a", 5), written(spec, tmp_path / "b", 5)
    other = written(spec, tmp_path / "c", 6)
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted({*FILES} - {"fairness.toml"})
    for name in names:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name
    assert (first / "lines.parquet").read_bytes() != (other / "lines.parquet").read_bytes()


@pytest.mark.parametrize(
    "traps",
    [
        pytest.param(Traps.none(), id="clean", marks=pytest.mark.slow),
        pytest.param(Traps(), id="traps"),
        pytest.param(SPEC.traps, id="ordinary bills"),
    ],
)
def test_truth_is_what_the_files_say(tmp_path: Path, traps: Traps) -> None:
    check_truth(written(small_firm(3000, penalty=0.08, traps=traps), tmp_path))


def test_without_traps_there_are_only_full_recurring_lines(tmp_path: Path) -> None:
    folder = written(small_firm(500), tmp_path)
    found = read_lines(folder)
    assert set(found["line_kind"]) == {"recurring"}
    assert set(found["invoice_status"]) == {"final"}
    assert (found["quantity"] == 1).all()
    assert found["line_id"].is_unique
    assert found["net"].min() > 0
    assert not (folder / "manual_lines.csv").exists()
    customers = pd.read_csv(folder / "customers.csv")
    assert len(customers) == 500
    assert not customers["is_test"].any()
    assert customers["tenure_start"].notna().all()
    assert (customers["party_id"].str[1:] == customers["customer_id"].str[1:]).all()
    assert "existing_only" not in set(pd.read_csv(folder / "offers.csv")["audience"])


def test_counted_traps_come_in_their_counts(tmp_path: Path) -> None:
    counts = {
        "voids": 7, "drafts": 5, "duplicates": 9, "rejected": 8, "test_accounts": 6, "left_censored": 11,
        "manual_lines": 13, "unreadable": 4,
    }  # fmt: skip
    folder = written(small_firm(800, traps=replace(Traps.none(), **counts)), tmp_path)
    found = read_lines(folder)
    assert (found["invoice_status"] == "void").sum() == 7
    drafts = found[found["invoice_status"] == "draft"]
    assert len(drafts) == 5
    assert (drafts["period_start"] == pd.Timestamp("2026-01-01")).all()
    repeated = found[found.duplicated("line_id")]
    assert len(repeated) == 9
    assert found.duplicated().sum() == 9
    # A gross amount would stand in for the net amount that is missing.
    assert found["gross_amount"].isna().equals(found["net"].isna())
    bad = [found["net"].isna(), found["quantity"] == 0, found["net"] == 0, found["issued_on"].dt.year > 2100]
    assert [int(one.sum()) for one in bad] == [2, 2, 2, 2]
    customers = pd.read_csv(folder / "customers.csv")
    assert customers["is_test"].sum() == 6
    assert customers["tenure_start"].isna().sum() == 11
    unknown = customers[customers["tenure_start"].isna()]["customer_id"]
    assert set(unknown) <= set(found[found["period_start"] == pd.Timestamp("2023-01-01")]["customer_id"])
    manual = pd.read_csv(folder / "manual_lines.csv", dtype=str)
    assert len(manual) == 13
    assert pd.to_numeric(manual["net_amount"], errors="coerce").isna().sum() == 4


def test_what_ordinary_bills_hold_comes_as_set(tmp_path: Path) -> None:
    counts = {"second_subscriptions": 20, "extra_plans": 9, "unreadable_bills": 4, "unlisted": 12}
    traps = replace(Traps.none(), rebills=0.03, **counts)
    folder = written(small_firm(1500, traps=traps), tmp_path)
    found, customers = read_lines(folder), pd.read_csv(folder / "customers.csv")
    assert len(customers) == 1500 - 12
    assert found["customer_id"].nunique() <= 1500
    held = found[found["line_kind"] == "recurring"].groupby("customer_id")["subscription_id"].nunique()
    # One who joined in December has a part of a month on each, and no full one.
    assert 18 <= (held == 2).sum() <= 20
    assert found["net"].isna().sum() == 4
    plans = found[found["period_start"] == AS_OF].groupby("subscription_id")["plan_id"].nunique()
    assert (plans == 2).sum() == 9
    credits = found[found["line_kind"] == "credit"]
    period = ["subscription_id", "period_start", "period_end"]
    wrong = found[found["line_kind"] == "recurring"].merge(credits[[*period, "net"]], on=period, suffixes=("", "_back"))
    taken_back = wrong[wrong["net"] == -wrong["net_back"]]
    assert len(taken_back) == len(credits) > 100
    assert len(wrong) == 2 * len(credits)
    assert 0.4 < credits["reverses_line_id"].notna().mean() < 0.6


def test_what_is_held_beside_costs_its_list_price(tmp_path: Path) -> None:
    firm = small_firm(3000)
    films = Product(name="films", plans=("some", "all"), price=9.0, offer_keys=())
    add_on = AddOn(product="films", beside="internet", channel="shop", share=0.5)
    spec = replace(firm, products=(*firm.products, films), add_on=add_on)
    rows = prices(written(spec, tmp_path))
    held = rows[rows["product_id"] == "films"]
    assert (held["channel"] == "shop").all()
    beside = rows[(rows["product_id"] == "internet") & (rows["channel"] == "shop")]
    assert len(held) / len(beside) == pytest.approx(0.5, abs=0.06)
    assert set(held["subscription_id"]) <= set(beside["subscription_id"])
    assert (held["paid"] == held["offered"]).all()
    check_truth(tmp_path)


def test_lists_without_end_and_offers_that_overlap_leave_what_new_customers_pay(tmp_path: Path) -> None:
    firm = small_firm(800)
    dated, lasting = (
        written(replace(firm, traps=replace(Traps.none(), lasting_offers=switch)), tmp_path / str(switch))
        for switch in (False, True)
    )
    offers = pd.read_csv(lasting / "offers.csv", parse_dates=["valid_from", "valid_to"])
    assert (offers["valid_to"].isna() & (offers["valid_from"] < pd.Timestamp("2025-10-01"))).sum() > 50
    assert prices(lasting)["offered"].equals(prices(dated)["offered"])


def test_rises_of_a_list_spread(tmp_path: Path) -> None:
    spec = replace(small_firm(2000), rise_spread=0.02, offer_rise=0.03, tariff_noise=0.0)
    events = pd.read_csv(written(spec, tmp_path) / "price_events.csv")
    rises = events[(events["changed_on"] == "2025-04-01") & (events["cause"] == "list_change")]
    factor = (rises["new_price"] / rises["old_price"]).round(3)
    # Those who joined under an earlier offer move by another factor; the others within two points of three per cent.
    assert factor.between(1.009, 1.051).mean() > 0.6
    assert factor.nunique() > 20


@pytest.mark.parametrize(
    ("switch", "kinds"),
    [
        ({"prorations": True}, {"proration"}),
        ({"upgrades": 0.5}, {"proration"}),
        ({"setup_fees": True}, {"setup"}),
        ({"goodwill": 0.1}, {"credit"}),
        ({"late_fees": 0.1}, {"one_off"}),
        ({"late_fees": 0.1, "waived": 0.5}, {"one_off", "credit"}),
        ({"usage": True}, {"usage"}),
        ({"rebills": 0.05}, {"credit"}),
        ({"loyalty_discounts": 0.3}, {"discount", "credit"}),
        ({"paper_bills": 0.2}, {"fee"}),
        ({"instalments": 0.2}, {"finance"}),
        ({"summaries": 0.2}, {"summary"}),
    ],
)
def test_each_switch_adds_its_kind_of_line(tmp_path: Path, switch: dict[str, Any], kinds: set[str]) -> None:
    found = read_lines(written(small_firm(800, traps=replace(Traps.none(), **switch)), tmp_path))
    assert set(found["line_kind"]) == {"recurring", *kinds}
    assert found["line_id"].is_unique
    assert found["issued_on"].max() < pd.Timestamp("2026-01-01")


@pytest.mark.slow
def test_rates_come_out_as_set(tmp_path: Path) -> None:
    traps = replace(Traps.none(), late_fees=0.05, waived=0.4, several_units=0.2, shared_parties=0.1)
    folder = written(replace(small_firm(4000, traps=traps), vulnerable_share=0.3), tmp_path)
    found = read_lines(folder)
    recurring, fees = found[found["line_kind"] == "recurring"], found[found["line_kind"] == "one_off"]
    credits = found[found["line_kind"] == "credit"]
    assert len(fees) / len(recurring) == pytest.approx(0.05, abs=0.005)
    assert len(credits) / len(fees) == pytest.approx(0.4, abs=0.04)
    pairs = credits.merge(fees, left_on="reverses_line_id", right_on="line_id", suffixes=("", "_fee"))
    assert len(pairs) == len(credits)
    assert (pairs["net"] + pairs["net_fee"] == 0).all()
    assert (pairs["customer_id"] == pairs["customer_id_fee"]).all()
    monthly = recurring[recurring["interval_unit"] == "month"]
    assert (monthly.groupby("customer_id")["quantity"].first() > 1).mean() == pytest.approx(0.2, abs=0.03)
    customers = pd.read_csv(folder / "customers.csv")
    assert customers["party_id"].nunique() == 3600
    assert customers["is_vulnerable"].mean() == pytest.approx(0.3, abs=0.03)


def test_amounts_add_up_on_every_line(tmp_path: Path) -> None:
    found = read_lines(written(small_firm(1500, traps=Traps()), tmp_path)).dropna(subset="net")
    assert (found["net"] == found["gross"] - found["discount"]).all()
    sound = (found["line_kind"] == "recurring") & (found["quantity"] > 0) & (found["net"] > 0)
    final = found[sound & (found["invoice_status"] == "final")]
    assert (final["gross"] == final["listed"] * final["quantity"]).all()
    assert ((final["discount"] > 0) == final["discount_id"].notna()).all()


def test_part_months_are_billed_by_the_day(tmp_path: Path) -> None:
    traps = replace(Traps.none(), prorations=True, upgrades=0.3)
    found = read_lines(written(small_firm(1500, traps=traps), tmp_path))
    part = found[found["is_proration"]]
    assert set(part["charge_reason"]) == {"acquisition", "change", "correction"}
    length = part["period_start"].dt.days_in_month
    days = (part["period_end"] - part["period_start"]).dt.days
    sign = np.where((part["charge_reason"] == "correction") | (part["net"] < 0), -1, 1)
    assert (part["net"] - sign * part["listed"] * part["quantity"] * days / length).abs().max() <= 0.5 + 1e-9
    assert (days < length).all()
    changes = part[part["charge_reason"] == "change"]
    assert (changes.groupby("customer_id").size() == 2).all()
    assert (changes.groupby("customer_id")["plan_id"].nunique() == 2).all()


def test_promotions_roll_off_after_their_cycles(tmp_path: Path) -> None:
    firm = small_firm(1500)
    promoted = replace(firm.products[0], campaigns=(Campaign(discount=0.2, cycles=3),))
    folder = written(replace(firm, products=(promoted, firm.products[1])), tmp_path)
    found = read_lines(folder)
    found = found[found["product_id"] == "internet"]
    reduced = found[found["discount"] > 0]
    joined = found[found["charge_reason"] == "acquisition"]
    whole = joined[joined["period_start"] < pd.Timestamp("2025-09-01")]["customer_id"]
    stayed = found.groupby("customer_id").size() > 3
    assert set(reduced.groupby("customer_id").size()[lambda size: size.index.isin(whole[whole.map(stayed)])]) == {3}
    assert (reduced["net"] - 0.8 * reduced["gross"]).abs().max() <= 0.5 + 1e-9
    last = reduced.groupby("customer_id").tail(1).set_index("customer_id")
    last = last[last.index.isin(whole[whole.map(stayed)])]
    assert (last["discount_ends_on"] == last["period_end"]).all()
    events = pd.read_csv(folder / "price_events.csv")
    roll_offs = events[events["cause"] == "promo_expiry"]
    assert len(roll_offs) >= len(last)
    assert (roll_offs["new_price"] > roll_offs["old_price"]).all()


@pytest.mark.slow
def test_the_gap_is_the_penalty_where_nothing_disturbs_it(tmp_path: Path) -> None:
    spec = replace(small_firm(3000, penalty=0.1), tariff_noise=0.0)
    rows = prices(written(spec, tmp_path))
    tenured = rows[rows["tenure"] >= 24]
    assert (tenured["price"] / tenured["offer"] - 1).between(0.099, 0.101).all()


@pytest.mark.slow
def test_walking_adds_its_rate_for_each_completed_year(tmp_path: Path) -> None:
    firm = small_firm(4000)
    walking = tuple(replace(product, walking=0.02) for product in firm.products)
    rows = prices(written(replace(firm, products=walking, tariff_noise=0.0), tmp_path))
    yearly = rows[(rows["interval_unit"] == "year") & (rows["tenure"] >= 24)]
    expected = 1.02 ** (yearly["tenure"] // 12 - 2).clip(upper=15)
    assert (yearly["price"] / yearly["offer"] / expected - 1).abs().max() < 1e-3


def test_the_gap_builds_up_over_the_price_rises(tmp_path: Path) -> None:
    spec = replace(small_firm(1500, penalty=0.21), build_up=True, tariff_noise=0.0, offer_rise=0.0)
    found = read_lines(written(spec, tmp_path))
    start = pd.read_csv(tmp_path / "customers.csv", parse_dates=["tenure_start"]).set_index("customer_id")[
        "tenure_start"
    ]
    long_standing = found["customer_id"].map(start) < pd.Timestamp("2020-01-01")
    monthly = found[long_standing & (found["interval_unit"] == "month")]
    by_month = monthly.groupby(["plan_id", "region", "channel", "period_start"])["net"].first().unstack()
    levels = by_month.div(by_month.iloc[:, 0], axis=0).mean()
    assert levels[["2023-03-01", "2023-04-01", "2024-04-01", "2025-04-01"]].to_list() == pytest.approx(
        [1.0, 1.21**0.25, 1.21**0.5, 1.21**0.75], abs=1e-3
    )


@pytest.mark.slow
def test_cells_that_grow_shift_the_mix(tmp_path: Path) -> None:
    firm = small_firm(6000)
    cells = tuple(replace(cell, new_share=0.5 if cell.product == "internet" else 0.05) for cell in firm.cells)
    whole = generate_billing(replace(firm, cells=cells), 1).truth["whole_book"]
    assert whole["raw_gap"] < -0.1
    assert abs(whole["like_for_like_gap"]) < 0.05


def test_offers_of_one_key_follow_each_other_without_gap(tmp_path: Path) -> None:
    offers = read_offers(written(small_firm(50, traps=Traps()), tmp_path))
    for _, versions in offers.groupby(["product_id", "plan_id", "region", "channel"], dropna=False):
        ordered = versions.sort_values("valid_from")
        assert ordered["valid_from"].iloc[0] <= pd.Timestamp("2023-01-01")
        assert (ordered["valid_to"].iloc[:-1].to_numpy() == ordered["valid_from"].iloc[1:].to_numpy()).all()
        assert pd.isna(ordered["valid_to"].iloc[-1])
    insurance = offers[offers["product_id"] == "insurance"]
    assert insurance["channel"].isna().all()
    assert insurance["region"].notna().all()


def test_price_events_are_what_the_lines_say(tmp_path: Path) -> None:
    folder = written(small_firm(1200), tmp_path)
    found = read_lines(folder).sort_values(["subscription_id", "period_start"])
    found["before"] = found.groupby("subscription_id")["net"].shift()
    changed = found[found["before"].notna() & (found["before"] != found["net"])]
    events = pd.read_csv(folder / "price_events.csv", parse_dates=["changed_on"])
    seen = events.merge(
        changed, left_on=["subscription_id", "changed_on"], right_on=["subscription_id", "period_start"]
    )
    assert len(seen) == len(changed)
    assert ((seen["old_price"] * 100).round() == seen["before"]).all()
    assert ((seen["new_price"] * 100).round() == seen["net"]).all()
    # Events without such a pair of lines are those whose earlier price was billed before the window.
    assert set(events["subscription_id"]) - set(seen["subscription_id"]) <= set(found["subscription_id"])


@pytest.mark.slow
def test_blocks_join_without_seams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycles, "BLOCK", 150)
    folder = written(small_firm(700, traps=Traps()), tmp_path)
    assert len(list(folder.glob("lines-*.parquet"))) == 5
    found = read_lines(folder)
    assert found["line_id"].nunique() == len(found) - Traps().duplicates
    assert (found.groupby("invoice_id")["customer_id"].nunique() == 1).all()
    assert (found.groupby("invoice_id")["invoice_status"].nunique() == 1).all()
    assert sum(truth_of(folder)["lines"]["rows"].values()) == len(found)
    assert truth_of(folder)["lines"]["net_amount"] == f"{Decimal(int(found['net'].sum())).scaleb(-2):.2f}"
    check_truth(folder)


def test_blocks_come_as_tables_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycles, "BLOCK", 40)
    billing = generate_billing(small_firm(100), 1)
    billing.write(tmp_path)
    blocks = list(billing.lines())
    assert len(blocks) == 3
    together = pd.concat(blocks, ignore_index=True)
    assert together["line_id"].to_list() == read_lines(tmp_path)["line_id"].to_list()
    assert {"customer_id", "net_amount", "period_end"} <= set(together.columns)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"cells": ()}, "cells"),
        ({"cells": (Cell(product="gas", region="North", channel="shop"),)}, "gas"),
        ({"new_share": 0.9, "middle_share": 0.2}, "new_share"),
        (
            {"products": (Product(name="internet", plans=("a",), price=1.0, campaigns=(Campaign(cycles=13),)),)},
            "introduction",
        ),
        ({"products": (Product(name="internet", plans=("a",), price=1.0, offer_keys=("plan",)),)}, "offer_keys"),
    ],
)
def test_impossible_firms_are_refused(changes: dict[str, Any], named: str) -> None:
    firm = small_firm(10)
    if "products" in changes:
        changes = {"cells": tuple(cell for cell in firm.cells if cell.product == "internet"), **changes}
    with pytest.raises(ValueError, match=named):
        replace(firm, **changes)


def test_the_demo_is_large_enough() -> None:
    assert SPEC.customers >= 20_000
    assert SPEC.months == 36
