"""Lines that the back office keeps by hand in a spreadsheet: credits and charges, some of them unreadable."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from fairness.synth.calendar import first_day
from fairness.synth.cycles import Firm

_UNREADABLE = ("12.40 CR", "1O.00", "ten pounds", "7.5O", "5..00", "see email")
_DAY_ZERO = date(1970, 1, 1)


def manual_lines(firm: Firm) -> pd.DataFrame:
    """Return the spreadsheet of the first two months as text; the last rows have amounts that nobody can parse."""
    spec, traps = firm.spec, firm.spec.traps
    rng = np.random.default_rng([firm.seed, 3])
    who, n = firm.who, traps.manual_lines
    billed = np.flatnonzero(~who.is_test & ~who.is_yearly & (who.first_cycle() <= spec.first_month))
    index = rng.choice(billed, size=n)
    first, after = first_day(np.array([spec.first_month, spec.first_month + 2]))
    issued = first + np.floor(rng.random(n) * (after - first)).astype(np.int64)
    pounds = 2 + np.floor(rng.random(n) * 14).astype(np.int64)
    is_credit = rng.random(n) < 0.7
    unreadable = np.arange(n) >= n - traps.unreadable
    amounts = [
        _UNREADABLE[position % len(_UNREADABLE)] if bad else f"{'-' if credit else ''}{amount}.50"
        for position, (bad, credit, amount) in enumerate(zip(unreadable, is_credit, pounds, strict=True))
    ]
    regions, channels = ([name for name, _ in places] for places in (spec.regions, spec.channels))
    product = who.product[index]
    return pd.DataFrame(
        {
            "line_id": [f"M{number:05d}" for number in range(1, n + 1)],
            "invoice_id": [f"MI{number:05d}" for number in range(1, n + 1)],
            "invoice_status": "final",
            "issued_on": [(_DAY_ZERO + timedelta(days=int(day))).isoformat() for day in issued],
            "customer_id": [f"C{one + 1:07d}" for one in who.customer[index]],
            "subscription_id": [f"S{one + 1:07d}" for one in index],
            "product_id": [spec.products[one].name for one in product],
            "plan_id": [spec.products[p].plans[q] for p, q in zip(product, who.plan[index], strict=True)],
            "line_kind": np.where(is_credit, "credit", "one_off"),
            "charge_reason": "manual",
            "quantity": "1",
            "currency": spec.currency,
            "gross_amount": amounts,
            "discount_amount": "0.00",
            "net_amount": amounts,
            "tax_amount": "0.00",
            "region": [regions[one] for one in who.region[index]],
            "channel": [channels[one] for one in who.channel[index]],
        }
    )
