"""What a remedy costs, to the penny of a calculation row by row from the bills, and the gap that it leaves."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracle.bills import Bills

N = 60
OFFERS = {"net": 30, "tv": 12, "home": 300}
TENURED = "2015-01-01"


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """Return a firm of monthly and yearly products and its tenured bills, one row per customer."""
    rng = np.random.default_rng(6)
    bills, rows = Bills(), []
    for product, price in OFFERS.items():
        bills.offer(product, price, interval_unit="year" if product == "home" else "month")
    for number in range(N):
        product = list(OFFERS)[number % 3]
        offer = OFFERS[product]
        price = round(offer * float(rng.uniform(0.9, 1.4)), 2)
        units = int(rng.choice([1, 1, 2])) if product == "net" else 1
        name, since = f"C{number:02}", TENURED if number < 50 else "2025-09-01"
        for start in [date(2025, 11, 1)] if product == "home" else [date(2025, month, 1) for month in (10, 11, 12)]:
            bills.line(
                name, product, start, round(price * units, 2), months=12 if product == "home" else 1, quantity=units,
                since=since, channel="shop" if number % 2 else "online",
            )  # fmt: skip
        if since == TENURED:
            times = 1 if product == "home" else 12
            rows.append({"id": name, "product": product, "p": price, "b": float(offer), "q": units, "times": times})
    config = bills.write(tmp_path_factory.mktemp("remedies"), "2025-12", comparator={"basis": "standard"})
    return config, pd.DataFrame(rows)


def remedied(call_cli: Any, config: Path, *options: object) -> dict[str, Any]:
    done = call_cli("remedy", config, "--format", "json", *options)
    assert done.code == 0, done.err
    return dict(json.loads(done.out))


def yearly(bills: pd.DataFrame, new: pd.Series) -> pd.Series:
    return (bills.p - new) * bills.q * bills.times


def text(amount: float) -> str:
    return f"{amount:.2f}"


def test_cap_and_match_cost_what_the_rows_say(call_cli: Any, firm: tuple[Path, pd.DataFrame], tmp_path: Path) -> None:
    config, bills = firm
    for options, limit in (
        (("--kind", "match"), bills.b),
        (("--kind", "cap", "--x", "0.05"), np.floor(bills.b * 1.05 * 100 + 1e-6) / 100),
    ):
        new = np.minimum(bills.p, limit)
        found = remedied(call_cli, config, *options, "--list", tmp_path / "list.csv")
        assert found["cost"] == text(yearly(bills, new).sum())
        assert found["customers_helped"] == int((new < bills.p).sum())
        with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as stream:
            listed = {row["customer_id"]: float(row["new_price"]) for row in csv.DictReader(stream)}
        assert listed == pytest.approx(dict(zip(bills.id[new < bills.p], new[new < bills.p], strict=True)))


def test_a_glide_costs_more_with_each_renewal(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    config, bills = firm
    found = remedied(call_cli, config, "--kind", "glide", "--renewals", 4)
    excess = np.maximum(bills.p - bills.b, 0)
    expected = [float(yearly(bills, (bills.p - excess * k / 4)).sum()) for k in range(1, 5)]
    # A quarter of an excess may end in half a tick.
    assert [float(step["cost"]) for step in found["glide"]] == pytest.approx(expected, abs=0.05)
    assert found["glide"][-1]["cost"] == remedied(call_cli, config, "--kind", "match")["cost"]


def test_a_refund_pays_the_excess_of_the_months_back(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    config, bills = firm
    found = remedied(call_cli, config, "--kind", "refund", "--months", 2)
    excess = np.maximum(bills.p - bills.b, 0) * bills.q
    assert found["cost"] == text((excess * np.where(bills.times == 1, 2 / 12, 2)).sum())
    assert found["gap"] is None


def test_a_budget_takes_the_largest_excess_first(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    config, bills = firm
    saving = yearly(bills, np.minimum(bills.p, bills.b)).sort_values(ascending=False)
    budget = round(float(saving.iloc[:5].sum()) + 0.01, 2)
    found = remedied(call_cli, config, "--kind", "match", "--budget", budget)
    assert (found["customers_helped"], found["cost"]) == (5, text(saving.iloc[:5].sum()))
    assert call_cli("remedy", config, "--budget", 0).code == 2


def test_the_cost_to_close_falls_and_begins_with_the_overpayment(
    call_cli: Any, firm: tuple[Path, pd.DataFrame]
) -> None:
    config, bills = firm
    curve = remedied(call_cli, config)["curve"]
    for point in curve:
        excess = np.maximum(bills.p - (1 + point["x"]) * bills.b, 0) * bills.q * bills.times
        assert point["cost"] == text(excess.sum())
    costs = [float(point["cost"]) for point in curve]
    assert costs == sorted(costs, reverse=True)
    document = json.loads(call_cli("analyze", config, "--format", "json").out)
    gross = next(
        f
        for f in document["findings"]
        if (f["estimand"], f["level"], f["tenure_band"], f["basis"]) == ("overpayment", "pooled", None, "standard")
    )
    assert curve[0]["cost"] == gross["estimate"]


def test_the_gap_that_is_left_is_estimated_anew(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    config, bills = firm
    gap = remedied(call_cli, config, "--kind", "match")["gap"]
    headline = json.loads(call_cli("analyze", config, "--format", "json").out)["headline"]
    assert gap["before"]["gap"] == headline["estimate"]
    assert gap["before"]["reading"] == headline["verdict"]
    new, money = np.minimum(bills.p, bills.b), bills.q * bills.times
    assert gap["after"]["gap"] == pytest.approx((new * money).sum() / (bills.b * money).sum() - 1, abs=1e-9)


def test_rules_are_asked_again_at_the_new_prices(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    config, bills = firm
    text = config.read_text(encoding="utf-8")
    rule = '[promises]\n[[promises.rule]]\nid = "own_parity"\nx = 0.10\n[[promises.rule]]\nid = "no_tenure_slope"\n'
    config.write_text(text + rule, encoding="utf-8")
    parity, slope = remedied(call_cli, config, "--kind", "cap", "--x", "0.05", "--budget", 800)["promises"]
    config.write_text(text, encoding="utf-8")
    saving = yearly(bills, np.minimum(bills.p, np.floor(bills.b * 105 + 1e-6) / 100))
    order = saving.sort_values(ascending=False, kind="stable")
    helped = order[order.cumsum() <= 800].index
    new = bills.p.where(~bills.index.isin(helped), bills.b * 1.05)
    above = (bills.p > (bills.b * 1.10).round(4)).sum(), (new > (bills.b * 1.10).round(4)).sum()
    assert (parity["before"]["fail"], parity["after"]["fail"]) == above
    assert above[0] > above[1] > 0
    assert slope["after"]["result"] == "not_run"
    match = remedied(call_cli, config, "--kind", "match")
    assert match["promises"] == []
