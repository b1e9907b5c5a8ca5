"""The section that says what the study's owner knows about the causes of price changes."""

from __future__ import annotations

from pydantic import Field

from fairness.config.fields import Section


class Drivers(Section):
    """How changes of prices are split into their causes.

    Attributes:
        events_complete: Whether the price events hold every letter and change of the study's months: what nothing
            explains is then unexplained, even where no price book covers it.
        anniversaries: Whether the firm raises each customer's price on the anniversary of the contract: one decision
            then takes twelve months to reach everybody, whatever the billing interval.
        index_month: Calendar month whose yearly index movement contracts refer to; None means two months before the
            change.
        notice_days: Days before a rise by which a customer has to be told of it.
    """

    events_complete: bool = False
    anniversaries: bool = False
    index_month: int | None = Field(default=None, ge=1, le=12)
    notice_days: int = Field(default=30, ge=0, le=366)
