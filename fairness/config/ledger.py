"""The section that says how odd bills are read."""

from __future__ import annotations

from typing import Literal

from fairness.config.fields import Filled, Items, Section


class Ledger(Section):
    """What the study's owner knows about the firm's bills that the lines alone do not say.

    Attributes:
        several_lines: What several recurring lines for one thing held, in one month, at different unit prices are:
            ``not_compared`` (nobody knows), ``units`` of one thing (the price is the mean per unit) or ``parts`` of one
            price (their amounts add up) (D40).
        spread_discounts: What happens to a discount line that may belong to several things held: ``never`` spread
            (those are not compared) or ``pro_rata`` to their prices before discounts (D42).
        checked_units: Products whose amounts somebody has checked and found right, though they differ from what they
            are compared with as units do.
    """

    several_lines: Literal["not_compared", "units", "parts"] = "not_compared"
    spread_discounts: Literal["never", "pro_rata"] = "never"
    checked_units: Items[Filled] = ()
