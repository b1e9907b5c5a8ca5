"""The section that says which rules and promises `fairness check` tests."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fairness.config.fields import Filled, Items, Section

RuleId = Literal[
    "uk_gi_enbp",
    "ie_gi_first_renewal",
    "no_tenure_slope",
    "uk_tel_no_index",
    "uk_tel_stated_rise",
    "cpi_plus_x",
    "uk_tel_end_notice",
    "uk_tel_shows_new_price",
    "uk_gi_prior_premium",
    "au_one_rise",
    "au_after_benefit",
    "same_plan_same_price",
    "ca_fee_change",
    "ca_trial_end",
    "ca_annual",
    "ny_reminder",
    "uk_gi_closed_book",
    "new_price_access",
    "ny_personalised",
    "ma_total_price",
    "au_no_fee_vulnerable",
    "own_parity",
    "own_lock",
    "own_cap",
]


def _day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Day = Annotated[str, AfterValidator(_day)]
"""A day as YYYY-MM-DD."""


class PromiseRule(Section):
    """One rule that is tested.

    Attributes:
        id: The rule.
        name: What the firm calls it; None means the rule's own statement.
        since: First day on which it holds; None means the day in the rule.
        until: First day on which it no longer holds.
        products: Products in its scope; empty means all.
        tolerance: Excess over the limit that is forgiven, in currency units per billing interval.
        x: Share above the comparator or the index that is allowed: 0.039 is 3.9 %.
        cap: Largest step of a price that is promised, as a share.
        index: Index code of the contract.
        index_month: Calendar month whose yearly movement counts.
        months: Months of a price lock, from joining.
        at: Which steps a cap applies to: those at the end of a discount (``expiry``) or ``any``.
    """

    id: RuleId
    name: Filled | None = None
    since: Day | None = None
    until: Day | None = None
    products: Items[Filled] = ()
    tolerance: float = Field(default=0.0, ge=0, le=1e9)
    x: float = Field(default=0.0, ge=-1, le=10)
    cap: float | None = Field(default=None, ge=0, le=10)
    index: Filled | None = None
    index_month: int | None = Field(default=None, ge=1, le=12)
    months: int | None = Field(default=None, ge=1, le=1800)
    at: Literal["expiry", "any"] = "any"


class Promises(Section):
    """What a firm has to keep to, by law, by contract or by its own word.

    Attributes:
        jurisdiction: Where the firm sells, such as ``UK``.
        sector: What it sells: ``insurance``, ``telecoms``, ``energy``, ``subscriptions``.
        coverage: Smallest share of the policies in scope that must be assessable for a result.
        rule: The rules.
    """

    jurisdiction: Filled | None = None
    sector: Filled | None = None
    coverage: float = Field(default=0.95, ge=0, le=1)
    rule: Items[PromiseRule] = ()
