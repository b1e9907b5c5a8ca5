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

from fairness.synth import BillingSpec, Campaign, Cell, Product, Traps, generate_billing, lines, small_firm
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


def half_even(amount: int, parts: int) -> int:
    return int((Decimal(int(amount)) / int(parts)).quantize(Decimal(1), rounding="ROUND_HALF_EVEN"))


def prices(folder: Path) -> pd.DataFrame:
    """Return one row per customer of December 2025: tenure on 1 December, price and offer a month in ticks."""
    found = read_lines(folder).drop_duplicates("line_id")
    recurring = (found["line_kind"] == "recurring") & (found["invoice_status"] == "final") & ~found["is_proration"]
    first_seen = found[recurring].groupby("customer_id")["period_start"].min()
    covers = (found["period_start"] <= AS_OF) & (found["period_end"] > AS_OF)
    found = found[recurring & covers & (found["quantity"] > 0) & found["net"].notna()]
    customers = pd.read_csv(folder / "customers.csv", parse_dates=["tenure_start"])
    found = found.merge(customers[["customer_id", "party_id", "tenure_start", "is_test"]], on="customer_id")
    found = found[~found["is_test"]].copy()
    start = found["tenure_start"].fillna(found["customer_id"].map(first_seen))
    found["tenure"] = 12 * (AS_OF.year - start.dt.year) + AS_OF.month - start.dt.month - (start.dt.day > AS_OF.day)
    parts = np.where(found["interval_unit"] == "year", 12, 1) * found["quantity"].astype(int)
    found["price"] = [half_even(100 * net, part) for net, part in zip(found["net"], parts, strict=True)]
    matched = matching_offers(found, read_offers(folder))
    found["offer"] = found["line_id"].map(matched["year"].map(lambda year: half_even(100 * year, 12)))
    found["offer_id"] = found["line_id"].map(matched["offer_id"])
    # A yearly price against a year of the offer as billed; a monthly one twelve times.
    by_year = 100 * found["net"] / found["quantity"].astype(int) - 100 * found["line_id"].map(matched["year"])
    by_month = 12 * (found["price"] - found["offer"])
    found["above_a_year"] = by_year.where(found["interval_unit"] == "year", by_month) * found["quantity"].astype(int)
    found["paid_a_year"] = 100 * found["net"] * np.where(found["interval_unit"] == "year", 1, 12)
    return found


def matching_offers(found: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """Return the offer in force on each line's issue date, by line_id; a missing key matches anything."""
    pairs = found.merge(offers, on=["product_id", "plan_id", "currency"], suffixes=("", "_offer"))
    for key in ("region", "channel"):
        pairs = pairs[pairs[f"{key}_offer"].isna() | (pairs[f"{key}_offer"] == pairs[key])]
    open_end = pairs["valid_to"].isna()
    in_force = (pairs["valid_from"] <= pairs["issued_on"]) & (open_end | (pairs["issued_on"] < pairs["valid_to"]))
    pairs = pairs[in_force]
    assert pairs["line_id"].is_unique, "two offers in force at once"
    return pairs.set_index("line_id")


def truth_of(folder: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return truth


def scope_rows(rows: pd.DataFrame, scope: dict[str, str]) -> pd.DataFrame:
    for column, value in scope.items():
        rows = rows[rows[column] == value]
    return rows


def as_money(ticks: int) -> str:
    return f"{Decimal(int(ticks)).scaleb(-4):.4f}"


def check_figures(rows: pd.DataFrame, recorded: dict[str, Any]) -> None:
    tenured = rows[rows["tenure"] >= 24]
    offered = tenured[tenured["offer"].notna()]
    above = offered["above_a_year"]
    assert recorded["customers"] == len(rows)
    assert recorded["new_customers"] == (rows["tenure"] < 12).sum()
    assert recorded["tenured_customers"] == len(tenured)
    assert recorded["tenured_paid"] == as_money(tenured["price"].sum())
    assert recorded["assessable_customers"] == len(offered)
    assert recorded["assessable_at_offer"] == as_money(offered["offer"].sum())
    assert recorded["not_assessable_customers"] == tenured["offer"].isna().sum()
    assert recorded["not_assessable_paid"] == as_money(tenured["price"][tenured["offer"].isna()].sum())
    assert recorded["customers_above_offer"] == (above > 0).sum()
    assert recorded["overpaid_a_year"] == as_money(above.clip(lower=0).sum())
    assert recorded["net_overpaid_a_year"] == as_money(above.sum())
    assert recorded["not_assessable_paid_a_year"] == as_money(tenured["paid_a_year"][tenured["offer"].isna()].sum())
    expected = above.sum() / (offered["paid_a_year"].sum() - above.sum()) if len(offered) else None
    assert recorded["offer_gap"] == pytest.approx(expected, abs=2e-9)


def check_contrasts(rows: pd.DataFrame, recorded: dict[str, Any]) -> None:
    tenured, new = rows[rows["tenure"] >= 24], rows[rows["tenure"] < 12]
    paid, units = "paid_a_year", "quantity"
    means = [part[paid].sum() / float(part[units].sum()) for part in (tenured, new)]
    assert recorded["raw_gap"] == pytest.approx(means[0] / means[1] - 1, abs=2e-9)
    above = below = 0.0
    for cell, part in tenured.groupby(CELL):
        offered = new[(new[CELL] == pd.Series(dict(zip(CELL, cell, strict=True)))).all(axis=1)]
        if len(part) >= 10 and len(offered) >= 10:
            above += part[paid].sum()
            below += float(part[units].sum()) * offered[paid].sum() / float(offered[units].sum())
    expected = above / below - 1
    assert recorded["like_for_like_gap"] == pytest.approx(expected, abs=2e-9)


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
    tenured = rows[(rows["tenure"] >= 24) & rows["offer"].notna()]
    checked = 0
    for entry in ({"scope": {}, **truth["whole_book"]}, *truth["products"], *truth["cells"]):
        here = scope_rows(tenured, entry["scope"])
        if len(here) > 20:
            lower, upper = interval(here)
            assert lower <= entry["injected_gap"] <= upper, entry["scope"]
            checked += 1
    assert checked >= 20


def test_demo_tells_its_stories() -> None:
    truth = truth_of(DEMO)
    strong, parity, mixed, legacy, thin, offsetting = (story["truth"] for story in truth["stories"])
    others = [entry["injected_gap"] for entry in truth["products"] if entry["injected_gap"] is not None]
    assert strong["injected_gap"] == max(others) > 0.05
    assert max(cell["injected_gap"] or 0 for cell in truth["cells"]) > 0.15
    assert parity["injected_gap"] == 0.0
    assert abs(parity["offer_gap"]) < 0.002
    assert mixed["raw_gap"] < -0.1 < 0.03 < mixed["like_for_like_gap"]
    assert legacy["not_assessable_customers"] == legacy["tenured_customers"] > 100
    assert Decimal(legacy["not_assessable_paid"]) > 1000
    assert thin["tenured_customers"] < 20
    mobile = [cell["injected_gap"] for cell in truth["cells"] if cell["scope"]["product_id"] == "mobile"]
    assert min(mobile) < -0.03 < 0.03 < max(mobile)
    assert abs(offsetting["offer_gap"]) < 0.005


@pytest.mark.slow
def test_every_cell_of_the_demo_that_should_be_decided_has_offers_enough() -> None:
    rows = prices(DEMO)
    tenured = rows[(rows["tenure"] >= 24) & rows["offer"].notna()]
    for cell, here in tenured.groupby(CELL):
        money = here.groupby("offer_id")["offer"].sum()
        effective = money.sum() ** 2 / (money**2).sum()
        assert effective >= 15 if cell[1] != "Islands" else effective < 10, cell


def test_the_readme_names_the_recorded_figures() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    strong, _, mixed, legacy, thin, _ = (story["truth"] for story in truth_of(DEMO)["stories"])
    for figure in (
        f"+{strong['injected_gap']:.1%}",
        f"−{-mixed['raw_gap']:.1%}",
        f"+{mixed['like_for_like_gap']:.1%}",
        f"{legacy['not_assessable_customers']} tenured",
        f"£{Decimal(legacy['not_assessable_paid_a_year']):,.2f}",
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
    "traps", [pytest.param(Traps.none(), id="clean", marks=pytest.mark.slow), pytest.param(Traps(), id="traps")]
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
    monkeypatch.setattr(lines, "BLOCK", 150)
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
    monkeypatch.setattr(lines, "BLOCK", 40)
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
