"""Billing exports of any size with a known truth: lines, offers, customers, price events and a price index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairness.engine.connection import ENGINE
from fairness.synth.calendar import month_text
from fairness.synth.cycles import KINDS, STATUSES, UNKNOWN_AMOUNT, Firm
from fairness.synth.events import price_events
from fairness.synth.exports import lines_query, named_block, write_lines
from fairness.synth.lines import line_blocks
from fairness.synth.manual import manual_lines
from fairness.synth.spec import BillingSpec
from fairness.synth.subscriptions import Prices, draw_subscriptions
from fairness.synth.tariffs import OPEN, draw_tariffs, offers_table
from fairness.synth.truth import recorded_truth
from fairness.synth.writing import write_csv, write_truth

_BEFORE = 12
_INDEX_START, _INDEX_RISE = 128.0, 0.0027


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticBilling:
    """A generated firm, drawn but not yet written.

    Attributes:
        firm: Offers, customers and prices; lines are made from it block by block.
        truth: What was injected and what follows from it, ready for JSON.
    """

    firm: Firm
    truth: dict[str, Any]

    def lines(self) -> Iterator[pd.DataFrame]:
        """Yield canonical billing lines in export order, one table per block; amounts as floats, dates as timestamps.

        For exact amounts read the files of :meth:`write`.
        """
        with ENGINE.repeating() as con:
            for block in line_blocks(self.firm):
                con.register("block", named_block(self.firm, block))
                yield ENGINE.read_frame(con, lines_query(self.firm.spec))

    def write(self, folder: Path, *, level: int = 3) -> None:
        """Write all exports and ``truth.json`` into a folder, which is made when missing.

        Args:
            folder: The lines go to ``lines.parquet``, or ``lines-0001.parquet`` and so on for several blocks.
            level: zstd level of the lines, 1 (fast) to 22 (small).
        """
        folder.mkdir(parents=True, exist_ok=True)
        spec, firm = self.firm.spec, self.firm
        rows, net = self._write_lines(folder, level)
        money = ("list_unit_price", "intro_unit_price", "setup_fee", "incentive_value")
        write_csv(offers_table(spec, firm.tariffs), folder / "offers.csv", pence=money, days=("valid_from", "valid_to"))
        write_csv(customers_table(firm), folder / "customers.csv", days=("tenure_start",))
        days = ("changed_on", "announced_on", "notice_on", "told_on", "effective_on", "lock_until")
        prices = ("old_price", "new_price", "told_price")
        write_csv(price_events(firm), folder / "price_events.csv", pence=prices, days=days)
        write_csv(cpi_table(spec), folder / "cpi.csv")
        if spec.traps.manual_lines:
            write_csv(manual_lines(firm), folder / "manual_lines.csv")
        lines = {"rows": dict(sorted(rows.items())), "net_amount": f"{Decimal(net).scaleb(-2):.2f}"}
        write_truth({**self.truth, "lines": lines}, folder / "truth.json")

    def _write_lines(self, folder: Path, level: int) -> tuple[Counter[str], int]:
        """Write the lines; return rows by status and kind, and the sum of all stated net amounts in pence."""
        rows: Counter[str] = Counter()
        net = 0
        with ENGINE.repeating() as con:
            for number, block in enumerate(line_blocks(self.firm), start=1):
                name = "lines.parquet" if len(self.firm.blocks) == 1 else f"lines-{number:04d}.parquet"
                write_lines(con, self.firm, block, folder / name, level=level)
                named = block.groupby(["status", "kind"]).size()
                rows.update(
                    {f"{STATUSES[status]} {KINDS[kind]}": int(count) for (status, kind), count in named.items()}
                )
                net += int(block["net"].where(block["net"] != UNKNOWN_AMOUNT, 0).sum())
        return rows, net


def generate_billing(spec: BillingSpec, seed: int) -> SyntheticBilling:
    """Draw a firm; the same spec and seed give the same firm, and the same bytes when written.

    Args:
        spec: What it looks like.
        seed: Seed of every draw.

    Example:
        >>> from fairness.synth.defaults import small_firm
        >>> billing = generate_billing(small_firm(500, penalty=0.1), seed=1)
        >>> round(billing.truth["whole_book"]["injected_gap"], 6) >= 0.05
        True
    """
    rng = np.random.default_rng([seed, 0])
    tariffs = draw_tariffs(spec, rng)
    who = draw_subscriptions(spec, tariffs, rng)
    firm = Firm(spec=spec, seed=seed, tariffs=tariffs, who=who, prices=Prices(spec, tariffs, who))
    return SyntheticBilling(firm=firm, truth=recorded_truth(firm))


def customers_table(firm: Firm) -> pd.DataFrame:
    """Return one row per customer in the file; ``tenure_start`` is a day number, OPEN where it is not known."""
    spec, who = firm.spec, firm.who
    regions, channels = ([name for name, _ in places] for places in (spec.regions, spec.channels))
    known = np.flatnonzero((who.customer == np.arange(len(who))) & ~who.is_unlisted)
    return pd.DataFrame(
        {
            "customer_id": [f"C{one + 1:07d}" for one in known],
            "party_id": [f"P{one + 1:07d}" for one in who.party[known]],
            "tenure_start": np.where(who.is_censored, OPEN, who.joined)[known],
            "tenure_confidence": np.where(who.is_censored, "censored", "high")[known],
            "region": np.array(regions, dtype=object)[who.region[known]],
            "channel": np.array(channels, dtype=object)[who.channel[known]],
            "is_vulnerable": who.is_vulnerable[known],
            "is_test": who.is_test[known],
        }
    )


def cpi_table(spec: BillingSpec) -> pd.DataFrame:
    """Return a made-up consumer price index by month, from a year before the window."""
    months = np.arange(spec.first_month - _BEFORE, spec.as_of_month + 1)
    values = _INDEX_START * (1.0 + _INDEX_RISE) ** np.arange(len(months))
    return pd.DataFrame(
        {
            "index_code": "CPI-DEMO",
            "month": [month_text(int(month)) for month in months],
            "value": [f"{value:.1f}" for value in values],
        }
    )
