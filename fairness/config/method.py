"""The sections that say how the study is done: groups, cells, comparator, inference, monitoring and lenses.

Example:
    >>> Tenure(bands="rba").band_edges
    (0, 12, 48)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from fairness.config.fields import (
    MOST,
    MOST_MONTHS,
    Filled,
    Items,
    Section,
    at_least_one,
    no_repeats,
    strictly_increasing,
)
from fairness.config.tenure_bands import preset_edges
from fairness.findings.estimands import LEADING

ComparatorKind = Literal["offer", "book", "derived"]
Basis = Literal["headline", "effective", "standard"]
Correction = Literal["bh", "by", "holm"]
Clock = Literal["observed", "priced"]
Rejoin = Literal["continue", "reset"]
ComparatorDate = Literal["cycle_start", "price_set"]
Draws = Literal["decisions", "customers"]
Form = Literal["drift", "level"]

if TYPE_CHECKING:
    Primary = str
else:
    Primary = Literal[LEADING]


_LARGEST_EDGE = 1_000_000_000_000
"""Numbers in the rows are no larger."""


def _as_edges(value: object) -> object:
    if not strictly_increasing(value, int, float) or not isinstance(value, list | tuple):
        raise ValueError("must be a list of at least one number, strictly increasing")
    if max(abs(value[0]), abs(value[-1])) > _LARGEST_EDGE:
        raise ValueError(f"must lie between -{_LARGEST_EDGE:,} and {_LARGEST_EDGE:,}")
    return tuple(value)


Edges = Annotated[tuple[int | float, ...], BeforeValidator(_as_edges)]
"""Inner edges of numeric bands."""


class LikeForLike(Section):
    """What makes two customers comparable.

    Attributes:
        cell: Columns that split the book into like-for-like cells, besides product, currency, interval and month (D4).
        plan: Whether the plan is part of the cell too, wherever billing lines carry plans (D4).
        breaks: Inner edges by numeric column; customers fall into ``[lower, upper)`` bands with open ends (D4).
        min_per_group: Smallest number of customers per loyalty group in a cell; applies to two-sample estimands only
            (D5).
        max_cells: Most cells that are computed; None means a tenth of the customers, 1,000 to 10,000 (D6).
    """

    cell: Items[Filled] = ()
    plan: bool = True
    breaks: dict[str, Edges] = Field(default_factory=dict)
    min_per_group: int = Field(default=10, ge=2, le=MOST)
    max_cells: int | None = Field(default=None, ge=1, le=MOST)

    @field_validator("cell")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return no_repeats(value)


class Tenure(Section):
    """Who counts as new and who as tenured.

    Attributes:
        new_below_months: Tenure below this many completed months is new (D1).
        tenured_from_months: Tenure of at least this many completed months is tenured; between them is middle (D1).
        clock: When tenure is read: on the first day of the ``observed`` month, or on the pricing date (``priced``), as
            for products that are priced only at renewal (D55).
        from_lines: Whether the first bill tells when a customer missing from the customer file joined (D2).
        rejoin: What an absence does to tenure: it goes on (``continue``), or starts again with the first bill after it
            (``reset``) (D56).
        rejoin_after_months: Months without a billed period, from the latest period end, that make an absence.
        bands: Lower edges in completed months, from 0 on, or a preset of
            :data:`fairness.config.tenure_bands.BAND_PRESETS` (D31).
    """

    new_below_months: int = Field(default=12, ge=1, le=MOST_MONTHS)
    tenured_from_months: int = Field(default=24, validate_default=True, ge=1, le=MOST_MONTHS)
    clock: Clock = "observed"
    from_lines: bool = False
    rejoin: Rejoin = "continue"
    rejoin_after_months: int = Field(default=12, ge=1, le=MOST_MONTHS)
    bands: str | tuple[int, ...] = (0, 12, 24, 36, 60, 120)

    @field_validator("tenured_from_months")
    @classmethod
    def _not_before_new_ends(cls, value: int, info: ValidationInfo) -> int:
        new_below = info.data.get("new_below_months", 0)
        if value < new_below:
            raise ValueError(f"must be at least new_below_months, which is {new_below}")
        return value

    @field_validator("bands", mode="before")
    @classmethod
    def _edges_or_preset(cls, value: object) -> object:
        if isinstance(value, str):
            preset_edges(value)
            return value
        if not strictly_increasing(value, int) or not isinstance(value, list | tuple) or value[0] != 0:
            raise ValueError("must be a preset name or a list of whole months, strictly increasing and starting at 0")
        if value[-1] > MOST_MONTHS:
            raise ValueError(f"must not go beyond {MOST_MONTHS} months, the longest tenure that a row may have")
        return tuple(value)

    @property
    def band_edges(self) -> tuple[int, ...]:
        """Lower edges of the tenure bands ``[lower, next)`` in completed months; the last band is open."""
        return preset_edges(self.bands) if isinstance(self.bands, str) else self.bands


class Comparator(Section):
    """Which price a tenured customer's price is compared with.

    Attributes:
        order: Kinds of comparator; the first that exists for the study is used, and kinds are never pooled (D18).
        date: Pricing date, whose offer counts: the day on which the cycle or term billed began (``cycle_start``), or
            that on which the price was set, where bills state it (``price_set``).
        basis: Primary basis of the offer price: introductory, averaged over the horizon, or after the introduction.
        horizon_months: Months over which the effective basis spreads the introduction, set-up fee and incentive.
        min_evidence: Smallest number of acquisitions behind a derived comparator.
    """

    order: Items[ComparatorKind] = ("offer", "book", "derived")
    date: ComparatorDate = "cycle_start"
    basis: Basis = "effective"
    horizon_months: int = Field(default=12, ge=1, le=MOST_MONTHS)
    min_evidence: int = Field(default=10, ge=1, le=MOST)

    @field_validator("order")
    @classmethod
    def _distinct(cls, value: tuple[ComparatorKind, ...]) -> tuple[ComparatorKind, ...]:
        return no_repeats(at_least_one(value))


class Inference(Section):
    """How certain a finding has to be.

    Attributes:
        primary: The headline estimand (D18).
        confidence_level: Level of every interval, a fraction.
        margin: Largest gap that is still negligible, a fraction of the comparator (D29).
        min_support: Smallest share of tenured customers in comparable cells, a fraction (D7).
        min_pricing_decisions: Smallest number of distinct pricing decisions behind a verdict (D20).
        draws: Whose prices are the draws of two-sample estimands: ``decisions`` of the cells where those differ beyond
            chance or prices follow a list, or always ``customers``, for a firm that can show that it sets each price
            individually.
        correction: Adjustment for many tests: Benjamini-Hochberg, Benjamini-Yekutieli or Holm (D34).
        seed: Seed of every random draw. A fixed default makes two runs on the same input equal; it is recorded (D37).
        bootstrap_replicates: Draws of the bootstrap check; 0 switches it off.
        permutation_replicates: Draws of a Monte-Carlo permutation test; its smallest p-value is 1 / (draws + 1).
    """

    primary: Primary = "offer_gap"
    confidence_level: float = Field(default=0.95, gt=0.5, lt=1)
    margin: float = Field(default=0.01, ge=1e-6, lt=0.5)
    min_support: float = Field(default=0.20, ge=0, le=1)
    min_pricing_decisions: int = Field(default=10, ge=2, le=MOST)
    draws: Draws = "decisions"
    correction: Correction = "bh"
    seed: int = Field(default=20250101, ge=0, le=2**63 - 1)
    bootstrap_replicates: int = Field(default=199, ge=0, le=100_000)
    permutation_replicates: int = Field(default=1999, ge=99, le=1_000_000)


class Monitoring(Section):
    """How the prices set in each month are watched.

    Attributes:
        form: What is watched: whether the gap to the offers grows (``drift``), or whether it stands above the margin
            (``level``).
        months: Length of a sequence of months, fixed before its first: the error of all its looks together is that of
            one test.
        since: First month of the first sequence; None means the first month whose prices can be judged.
    """

    form: Form = "drift"
    months: int = Field(default=36, ge=12, le=600)
    since: str | None = None

    @field_validator("since")
    @classmethod
    def _month(cls, value: str | None) -> str | None:
        if value is not None and re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", value) is None:
            raise ValueError("must be a month written 'YYYY-MM'")
        return value


class Lenses(Section):
    """The groups of customers by which gaps are compared; lenses never enter the cell.

    Attributes:
        by: Columns to compare by (D33).
        vulnerable: Column that marks customers in vulnerable circumstances.
        max_values: Most values of a column for which gaps are computed.
    """

    by: Items[Filled] = ()
    vulnerable: Filled | None = None
    max_values: int = Field(default=1000, ge=1, le=MOST)

    @field_validator("by")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return no_repeats(value)

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct lens columns, `by` first.

        Example:
            >>> Lenses(by=["region", "is_vulnerable"], vulnerable="is_vulnerable").names
            ('region', 'is_vulnerable')
        """
        extra = () if self.vulnerable is None else (self.vulnerable,)
        return tuple(dict.fromkeys(self.by + extra))
