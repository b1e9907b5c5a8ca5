"""Money above the offer a year from customer rows, exact: what the benchmarks hold overpayment against."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from rows_findings import TICKS, Results, Rows, cell_key, support


@dataclass(frozen=True)
class Money:
    """Price minus offer of each row, in ticks a billing interval, and the intervals a year of each cell."""

    excess: np.ndarray
    rate: np.ndarray


def overpayment(
    rows: Rows, results: Results, key: dict, chosen: np.ndarray, money: Money, *, with_cells: bool = True
) -> None:
    """Add the money of a scope, and of each cell where the scope is the whole rows."""
    mask = chosen & ~np.isnan(rows.offer)
    if not mask.any() and key["band"] is not None:
        return
    covered = support(rows, chosen, mask)[0]
    found = _by_cell(rows, mask, money)
    total = {name: sum(cell[name] for cell in found.values()) for name in ("gross", "net", "customers_affected")}
    floors = [cell["noise_floor"] for cell in found.values() if not np.isnan(cell["noise_floor"])]
    total["noise_floor"] = sum(floors) if floors else np.nan
    results.add_fact({"estimand": "overpayment", **key}, *(_stated(total, covered) if found else (None, covered)))
    if with_cells and key["family"] == "pooled":
        shares = support(rows, chosen, mask, rows.cell, len(rows.names))
        for cell, numbers in found.items():
            results.add_fact(cell_key("overpayment", rows, cell), *_stated(numbers, shares[cell]))


def _by_cell(rows: Rows, mask: np.ndarray, money: Money) -> dict[int, dict[str, Any]]:
    """Return by cell the ticks a year above and against the offers, who is above, and what noise alone would show."""
    excess = money.excess[mask]
    over = pd.DataFrame({"net": excess, "gross": np.maximum(excess, 0), "above": excess > 0})
    by_cell = over.groupby(rows.cell[mask])
    sums = by_cell.sum()
    columns = (sums.index, *(sums[name] for name in sums), by_cell.size(), by_cell["net"].std())
    return {
        cell: {
            "gross": int(money.rate[cell]) * gross,
            "net": int(money.rate[cell]) * net,
            "customers_affected": above,
            "noise_floor": money.rate[cell] * size * spread / np.sqrt(2 * np.pi) / TICKS,
        }
        for cell, net, gross, above, size, spread in zip(*(column.tolist() for column in columns), strict=True)
    }


def _stated(money: dict[str, Any], covered: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    floor = money["noise_floor"]
    return str(Decimal(money["gross"]) / TICKS), {
        **covered,
        "net": str(Decimal(money["net"]) / TICKS),
        "customers_affected": money["customers_affected"],
        "noise_floor": None if np.isnan(floor) else f"{floor:.2f}",
    }
