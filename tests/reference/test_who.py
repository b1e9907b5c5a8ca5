"""Who overpays, recalculated in pandas from the bills."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.oracle.bills import Bills

OCTOBER = date(2025, 10, 1)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """Return a firm of forty parties, half of them with two things, and its tenured bills."""
    rng = np.random.default_rng(8)
    bills, rows = Bills(), []
    for product, offer in (("net", 30), ("tv", 12)):
        bills.offer(product, offer)
    for number in range(40):
        party = f"C{number:02}"
        channel = "shop" if number % 4 else "web"
        for product, offer in (("net", 30), ("tv", 12))[: 1 + number % 2]:
            price = round(offer * float(rng.uniform(0.85, 1.3)), 2)
            bills.run(party, product, OCTOBER, [price] * 3, channel=channel)
            rows.append({"party": party, "channel": channel, "above": round((price - offer) * 12, 2)})
    config = bills.write(
        tmp_path_factory.mktemp("who"), "2025-12", comparator={"basis": "standard"}, lenses={"by": ["channel"]}
    )
    return config, pd.DataFrame(rows)


def test_overpayment_concentration_and_groups(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    config, bills = firm
    found = json.loads(call_cli("who", config, "--format", "json").out)
    net = bills.groupby("party").above.sum()
    over = net.clip(lower=0).sort_values(ascending=False)
    assert (found["parties"], found["overpaying"]) == (40, int((over > 0).sum()))
    assert found["overpayment"] == f"{over.sum():.2f}"
    assert found["positives"] == f"{bills.above.clip(lower=0).sum():.2f}"
    pairs = np.abs(over.to_numpy()[:, None] - over.to_numpy()).sum()
    assert found["gini"] == pytest.approx(pairs / (2 * 40**2 * over.mean()))
    curve = {point["people"]: point["money"] for point in found["curve"]}
    for people in (0.05, 0.10, 0.20, 0.50):
        assert curve[people] == pytest.approx(over.iloc[: int(40 * people)].sum() / over.sum())
    groups = bills.groupby("channel").above
    assert {row["value"]: (row["positives"], row["net"]) for row in found["lenses"]} == {
        name: (f"{group.clip(lower=0).sum():.2f}", f"{group.sum():.2f}") for name, group in groups
    }
    gross = next(
        row
        for row in json.loads(call_cli("analyze", config, "--format", "json").out)["findings"]
        if (row["estimand"], row["level"], row["tenure_band"], row["basis"])
        == ("overpayment", "pooled", None, "standard")
    )
    assert float(found["positives"]) == pytest.approx(float(gross["estimate"]))


def test_the_tables_say_it_in_words(call_cli: Any, firm: tuple[Path, pd.DataFrame]) -> None:
    printed = " ".join(call_cli("who", firm[0]).out.split())
    assert "of 40 tenured parties pay more than the offers over all they hold" in printed
    assert "Passive: no such discount" in printed
    assert "cannot be assessed: the bills do not reach back" in printed
    assert call_cli("who", firm[0], "--format", "csv").out.startswith("people,money\n0.01,")
