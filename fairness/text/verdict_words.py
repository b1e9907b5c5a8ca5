"""What each verdict is called and means, and which rule gives it: one record per verdict and per reason of a verdict.

README's table of verdicts and the table of rules in ``docs/method.md`` are made from these records (`make docs`).

Decision D38.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict as a reader meets it; ``{margin}`` is the study's margin.

    Attributes:
        label: Two or three words, as in a table.
        one, several: What one cell, and several cells, are said to do.
        means: What it says.
        not_means: What it does not say.
    """

    label: str
    one: str
    several: str
    means: str
    not_means: str


VERDICTS = {
    "penalty": Verdict(
        "pay more",
        "pays more",
        "pay more",
        "tenured customers pay more, by at least the margin, and chance is no good explanation",
        "that it is unlawful, or that each of them pays more",
    ),
    "favourable": Verdict(
        "pay less", "pays less", "pay less", "the same in the other direction", "that nobody pays more"
    ),
    "equivalent": Verdict(
        "equal within {margin} on average",
        "is equal",
        "are equal",
        "shown: the average gap is smaller than the margin, here {margin}",
        "that it is exactly 0, or that small in every cell",
    ),
    "inconclusive": Verdict(
        "cannot tell yet",
        "cannot be told yet",
        "cannot be told yet",
        "the data do not decide",
        "fair. Where more data would help, the sentence says how much",
    ),
    "not_assessable": Verdict(
        "cannot be assessed",
        "cannot be assessed",
        "cannot be assessed",
        "too few customers can be compared, or none",
        "a gap of 0",
    ),
}
"""Each verdict, in the order of display."""

DECIDED = ("penalty", "favourable", "equivalent")
"""Verdicts that answer the question."""


@dataclass(frozen=True, slots=True)
class VerdictReason:
    """Why a finding has its verdict.

    Attributes:
        rule: Number of the rule in ``docs/method.md``; a dash where it stands between two.
        verdicts: The verdicts it can lead to.
        when: When the rule applies, in the terms of ``docs/method.md``.
        label: Clause after "Cannot be assessed:" or "Cannot tell yet ...:"; empty where the sentence needs none.
        short: Two or three words for a tile of the heat map.
    """

    rule: str
    verdicts: tuple[str, ...]
    when: str
    label: str = ""
    short: str = "none"


_NONE, _OPEN, _EQUAL, _GAP = ("not_assessable",), ("inconclusive",), ("equivalent",), ("penalty", "favourable")
_NOT_EQUAL = "; in place of `equivalent`"
_NOT_LESS = "; in place of `equivalent` and `favourable`"

VERDICT_REASONS = {
    "rows_rejected": VerdictReason(
        "0",
        _NONE,
        "20 % of the rows with prices were rejected, or of the customers whom such rows name "
        "(`support.rejected_share`)",
        "too many rows were rejected",
        "rejected",
    ),
    "offers_rejected": VerdictReason(
        "1", _NONE, "offers are given, and no row of them could be read", "offers were given, and no row could be read"
    ),
    "offers_for_existing": VerdictReason(
        "1",
        _NONE,
        "offers are given, and all of them are for existing customers or of competitors",
        "offers were given, and all of them are for existing customers or of competitors",
    ),
    "offers_not_in_force": VerdictReason(
        "1",
        _NONE,
        "offers are given, and none was in force on a pricing date",
        "offers were given, and none was in force on the pricing dates",
    ),
    "offers_match_nothing": VerdictReason(
        "1",
        _NONE,
        "offers are given, and none is for what tenured customers hold",
        "offers were given, and none is for what tenured customers hold",
    ),
    "no_terms": VerdictReason(
        "1",
        _NONE,
        "`first_renewal_gap`: no term of six months or more was renewed in the last twelve months",
        "no term of six months or more was renewed in the last twelve months",
        "no terms",
    ),
    "no_comparable_cell": VerdictReason(
        "1", _NONE, "no cell or customer qualifies", "no cell has enough new and tenured customers", "no match"
    ),
    "support_below_minimum": VerdictReason(
        "1",
        _NONE,
        "less than `min_support` of the customers, or of their money, is covered",
        "too few tenured customers could be compared",
        "too few",
    ),
    "unit_suspect": VerdictReason(
        "–",
        _OPEN,
        "5 % of the money paid or offered lies in prices that look like another unit: the median of p/b of a product "
        "and plan outside 0.2 to 5, or 1 % of rows near 100 or 1,000 or their inverse with none between; "
        "`ledger.checked_units` says that somebody looked",
    ),
    "plan_not_offered": VerdictReason(
        "–",
        _OPEN,
        "more than 5 % of the tenured customers, or of their money, are on plans that nobody is offered while their "
        "product is. Compared with the offer of the product, same interval and currency, they stand in the companion "
        f"`product_offer` and in `plans_not_offered`{_NOT_LESS}",
        "too many hold plans that nobody is offered",
    ),
    "unknown_tenure": VerdictReason(
        "–",
        _OPEN,
        f"more than 5 % of the scope's customers are of unknown tenure{_NOT_LESS}",
        "the tenure of too many customers is unknown",
    ),
    "best_available_offer": VerdictReason(
        "–",
        _OPEN,
        "a cheaper offer fits as well, and the gap to it (`best_available_offer`) is more than δ from the estimate"
        f"{_NOT_EQUAL}",
        "a cheaper offer fits them as well",
    ),
    "pricing_dates_differ": VerdictReason(
        "–",
        _OPEN,
        '`comparator.date = "price_set"`, and the gap to the offer of the cycle billed (`at_cycle_start`) is more '
        f"than δ from the estimate{_NOT_EQUAL}",
        "the offer has changed since the prices were set",
    ),
    "all_decisions_beyond_margin": VerdictReason(
        "2", _GAP, "all gaps are alike, or price decisions are few, and the exact test decides: see below"
    ),
    "few_pricing_decisions": VerdictReason("2", _OPEN, "`pricing_decisions` below `min_pricing_decisions`"),
    "gaps_differ": VerdictReason(
        "2, 6",
        _OPEN,
        "cells are the draws, some of them have a verdict of their own, and they are too few (rule 2) or the interval "
        "includes 0 (rule 6)",
    ),
    "estimators_disagree": VerdictReason(
        "3",
        _OPEN,
        "the rank test is significant (p < α), rank test and geometric companion both point against the estimate, and "
        "estimate and companion do not both lie inside ±δ",
        "money and typical customer point in opposite directions",
    ),
    "interval_not_computable": VerdictReason("–", _OPEN, "there is no interval (a group of one customer, one cluster)"),
    "interval_inside_margin": VerdictReason(
        "4",
        _EQUAL,
        "the 1 − 2α interval lies inside ±δ, its adjusted p is below α, and the three guards below hold",
    ),
    "small_effective_sample": VerdictReason("4", _OPEN, "inside ±δ, but too few new prices"),
    "offsetting_gaps": VerdictReason(
        "4", _OPEN, "inside ±δ, but parts of the book differ", "some cells pay more, others less"
    ),
    "narrow_support": VerdictReason(
        "4",
        _OPEN,
        "inside ±δ, but less than 95 % of the tenured customers, or of their money, is covered, and the others could "
        "move the average out of it (`worst_case`)",
        "those who could be compared pay the same, but too many could not",
    ),
    "gap_beyond_margin": VerdictReason(
        "5", _GAP, r"the interval excludes 0, the adjusted p is below α, and \|estimate\| ≥ δ"
    ),
    "interval_includes_zero": VerdictReason("6", _OPEN, "the interval includes 0"),
    "p_not_below_alpha": VerdictReason("6", _OPEN, "the interval excludes 0, but the adjusted p is not below α"),
    "below_margin": VerdictReason("6", _OPEN, r"the gap is significant, but \|estimate\| < δ"),
    "skewed_prices": VerdictReason(
        "6", _OPEN, "the draws are strongly skewed, and no bootstrap-t interval excludes 0 on the same side"
    ),
    "too_many_tests": VerdictReason(
        "6", _OPEN, "the adjusted p is below α, but the interval widened for the number of tests includes 0"
    ),
}
"""Each reason for a verdict, in the order in which the rules are tried."""
