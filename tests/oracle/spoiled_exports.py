"""Spoil the exports of a generated firm as exports are spoiled: values that do not parse, copies, corrections, gaps.

Every share and value below is drawn with a seed; the same folder and seed give the same files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

Hits = Mapping[str, tuple[float, tuple[str, ...]]]
"""Column to the share of its rows that are overwritten, and the values they get."""

LINES: Hits = {
    "net_amount": (0.02, ("abc", "", "12,5", " 10.00 ", "-5", "0.00", "0", "1_000", "+8.5", ".5", "5.")),
    "gross_amount": (0.03, ("", "20", "50", "x", "-20", "-0.333333")),
    "discount_amount": (0.02, ("", "5", "-1")),
    "tax_amount": (0.02, ("", "0", "2.005", "-1")),
    "issued_on": (0.005, ("2024-13-01", "01/02/2024", "", "1940-01-01", "2024-05-05", "2035-01-01")),
    "period_start": (0.005, ("", "2024-02-30", "2024-01-31")),
    "period_end": (0.005, ("", "2020-01-01", "2024-02-29")),
    "line_kind": (
        0.03,
        ("Recurring", "foo", "", "usage", "finance", "fee", "tax", "trial", "credit", "setup", "one_off"),
    ),
    "invoice_status": (0.02, ("VOID", "draft", "unknown", "weird", "", "Final")),
    "currency": (0.01, ("eur", "", "GB", "usd")),
    "interval_count": (0.003, ("0", "x", "", "1.0")),
    "quantity": (0.02, ("0", "-1", "2", "", "0.25", "q")),
    "is_proration": (0.02, ("yes", "0", "", "maybe", "TRUE")),
    "customer_id": (0.002, ("", " C0000003 ")),
    "channel": (0.01, ("", " shop ")),
    "plan_id": (0.005, ("",)),
    "line_id": (0.003, ("",)),
    "discount_id": (0.01, ("KEEP", "INTRO", "")),
}
AGAIN: Hits = {
    "net_amount": (0.7, ("7.00", "3.333333", "12.5")),
    "quantity": (0.3, ("2", "0.5")),
    "region": (0.2, ("North", "")),
    "issued_on": (0.2, ("2024-03-05", "2025-12-01")),
}
"""Lines under ids of their own that cover a month for the second time."""
CORRECTED: Hits = {
    "net_amount": (0.7, ("9.99", "1.01")),
    "issued_on": (0.3, ("2025-01-09",)),
    "charge_reason": (0.4, ("manual",)),
}
"""Versions of lines under the same ids."""
CUSTOMERS: Hits = {
    "tenure_start": (0.1, ("", "2024-06-01", "1066-01-01", "x", "2025-11-20")),
    "tenure_confidence": (0.05, ("censored", "", "low", "odd")),
    "is_test": (0.01, ("true", "", "perhaps")),
    "is_vulnerable": (0.05, ("true", "", "True")),
}
OFFERS: Hits = {
    "incentive_value": (0.03, ("10000", "", "12.345")),
    "audience": (0.04, ("existing_only", "", "All", "odd")),
    "origin": (0.04, ("market", "", "odd")),
    "valid_to": (0.05, ("", "9999-12-31", "2020-01-01")),
    "valid_from": (0.02, ("", "2022-01-01")),
    "list_unit_price": (0.01, ("", "0", "x")),
    "intro_unit_price": (0.02, ("-1", "0", "19.995")),
    "intro_cycles": (0.03, ("", "1.5", "24", "-1", "0")),
    "currency": (0.02, ("EUR", "gb")),
}
"""A blank currency beside stated ones is no case here: the intake refuses the file."""
WILD: Hits = dict.fromkeys(("region", "channel", "plan_id", "product_id"), (0.5, ("",)))
"""Offers that leave keys open."""
EVENTS: Hits = {
    "changed_on": (0.05, ("", "2025-06-15", "nope")),
    "new_price": (0.05, ("", "0", "31.415")),
    "subscription_id": (0.01, ("", "S9999999")),
    "announced_on": (0.01, ("1900-01-01",)),
}


def spoil(folder: Path, seed: int) -> None:
    """Overwrite lines.csv, customers.csv, offers.csv and price_events.csv of a folder with spoiled ones."""
    rng = np.random.default_rng(seed)
    for name, make in (("lines", _lines), ("customers", _customers), ("offers", _offers), ("price_events", _events)):
        file = folder / f"{name}.csv"
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        make(frame, rng).to_csv(file, index=False)


def _hit(frame: pd.DataFrame, hits: Hits, rng: np.random.Generator) -> pd.DataFrame:
    frame = frame.copy()
    for column, (share, values) in hits.items():
        chosen = rng.random(len(frame)) < share
        frame.loc[chosen, column] = rng.choice(np.array(values, dtype=object), int(chosen.sum()))
    return frame


def _some(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    return frame[rng.random(len(frame)) < share]


def _lines(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    again = _hit(_some(frame, 0.03, rng), AGAIN, rng)
    again["line_id"] = [f"X{number:06d}" for number in range(len(again))]
    corrected = _hit(_some(frame, 0.02, rng), CORRECTED, rng)
    frame = pd.concat([frame, again, corrected, _some(corrected, 0.4, rng)])
    return _hit(frame.iloc[rng.permutation(len(frame))], LINES, rng)


def _customers(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = _hit(frame, CUSTOMERS, rng)
    contradicting = _some(frame, 0.02, rng).assign(is_vulnerable="true")
    return pd.concat([_some(frame, 0.97, rng), _some(frame, 0.02, rng), contradicting])


def _offers(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = _some(frame, 0.88, rng)
    wild = _hit(_some(frame, 0.15, rng), WILD, rng)
    wild["offer_id"] = [f"W{number:04d}" for number in range(len(wild))]
    return _hit(pd.concat([frame, wild, _some(frame, 0.05, rng)]), OFFERS, rng)


def _events(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return _hit(frame, EVENTS, rng)
