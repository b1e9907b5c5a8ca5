"""What kind of number each published field is, declared once: the kind decides how it is protected.

A field, companion or effect size that is not declared here is withheld. A new one thus never leaves the firm by
accident, and whoever adds it has to say what it gives away.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """How a number is protected.

    Attributes:
        PLAIN: Unchanged: a name, a code, or a number that no customer moves.
        COUNT: Customers: withheld where small, or where it gives a small count away; else a multiple of ``min_cell``.
        SHARE: Share of customers: both sides are counts; rounded by the customers behind it.
        PAIRS: Share of pairs of customers: as SHARE, by the smaller side.
        GAP: A gap, or a figure that a few customers move as they move the gap: to the step of its finding.
        BOUND: End of an interval: to the step of intervals, outwards.
        WIDTH: A width that belongs to an interval: to the step of intervals, upwards.
        MEDIAN: A middle value: to a step that holds the values of ``min_cell`` customers on one side of it.
        MONEY: A sum of money: the (n, k) rule, then to its own step.
        LEVEL: A p-value: the customary level that it does not exceed.
        EFFECTIVE: An effective number of customers or decisions, rounded by the customers behind it.
        WITHHELD: Never published.
    """

    PLAIN = "plain"
    COUNT = "count"
    SHARE = "share"
    PAIRS = "pairs"
    GAP = "gap"
    BOUND = "bound"
    WIDTH = "width"
    MEDIAN = "median"
    MONEY = "money"
    LEVEL = "level"
    EFFECTIVE = "effective"
    WITHHELD = "withheld"


FINDINGS: Mapping[str, Kind] = {
    "estimand": Kind.PLAIN,
    "comparator": Kind.PLAIN,
    "basis": Kind.PLAIN,
    "level": Kind.PLAIN,
    "scope": Kind.PLAIN,
    "tenure_band": Kind.PLAIN,
    "estimate": Kind.GAP,
    "amount": Kind.MONEY,
    "unit": Kind.PLAIN,
    "ci_lower": Kind.BOUND,
    "ci_upper": Kind.BOUND,
    "confidence_level": Kind.PLAIN,
    "interval": Kind.PLAIN,
    "test": Kind.PLAIN,
    # z of n equal signs is the root of n; together with its p-value, t reveals its degrees of freedom.
    "statistic": Kind.WITHHELD,
    "p_value": Kind.LEVEL,
    "p_value_adjusted": Kind.LEVEL,
    "family": Kind.PLAIN,
    "effect_size": Kind.SHARE,
    "effect_size_name": Kind.PLAIN,
    "n_tenured": Kind.COUNT,
    "n_new": Kind.COUNT,
    "n_observations": Kind.COUNT,
    "n_cells": Kind.PLAIN,
    "support_share": Kind.SHARE,
    "n_not_compared": Kind.COUNT,
    "minimum_detectable_gap": Kind.WIDTH,
    "equivalence_ci_lower": Kind.BOUND,
    "equivalence_ci_upper": Kind.BOUND,
    "p_value_equivalence": Kind.LEVEL,
    "p_value_equivalence_adjusted": Kind.LEVEL,
    "verdict": Kind.PLAIN,
    "verdict_reason": Kind.PLAIN,
    "warnings": Kind.PLAIN,
}
"""Fields of a finding, as columns of the share file; those that are not here are left out of it."""

EFFECT_SIZES: Mapping[str, Kind] = {
    "share_above": Kind.SHARE,
    "share_rising_faster": Kind.SHARE,
    "probability_superiority": Kind.PAIRS,
}

COMPANIONS: Mapping[str, Kind] = {
    "at_cycle_start": Kind.GAP,
    "at_price_set": Kind.GAP,
    "bootstrap": Kind.GAP,
    "count_weighted": Kind.GAP,
    "customers_affected": Kind.COUNT,
    "geometric": Kind.GAP,
    "hodges_lehmann": Kind.MEDIAN,
    "mann_whitney": Kind.PAIRS,
    "median_ratio": Kind.MEDIAN,
    "net": Kind.MONEY,
    "offer_mean_log_change": Kind.GAP,
    "probability_superiority": Kind.PAIRS,
    "share_above": Kind.SHARE,
    "signed_rank": Kind.PLAIN,
    "tenured_mean_log_change": Kind.GAP,
    "van_elteren": Kind.PLAIN,
    "welch": Kind.PLAIN,
    # How far the noise floor lies below the money shows how much prices differ, to every digit.
    "noise_floor": Kind.WITHHELD,
    # These cover everyone who has the reference, compared or not: the two sets differ by a few customers.
    "gross_above_reference_all": Kind.WITHHELD,
    "median_ratio_all": Kind.WITHHELD,
    "new_to_reference_all": Kind.WITHHELD,
    "share_above_all": Kind.WITHHELD,
    "tenured_to_reference_all": Kind.WITHHELD,
    # What is assumed about those not compared reveals what they pay.
    "worst_case": Kind.WITHHELD,
    "discount_bounds": Kind.WITHHELD,
    # How far a few customers could move these is not known: cells differ in them.
    "new_mean_log_change": Kind.WITHHELD,
    "new_to_reference": Kind.WITHHELD,
    "tenured_to_reference": Kind.WITHHELD,
}
"""The estimate of each companion. A test without one is plain; its statistic is withheld, its p-value a level."""

DIAGNOSTICS: Mapping[str, Kind] = {
    "pricing_decisions": Kind.EFFECTIVE,
    "n_eff": Kind.EFFECTIVE,
    "n_eff_needed": Kind.EFFECTIVE,
}
"""Diagnostics of the headline that a snapshot shows; those of other findings are not."""


def kind_of_companion(name: str, *, comparator: str) -> Kind:
    """Return the kind of a companion's estimate; an undeclared one is withheld.

    Example:
        >>> kind_of_companion("geometric", comparator="offer"), kind_of_companion("brand_new", comparator="offer")
        (<Kind.GAP: 'gap'>, <Kind.WITHHELD: 'withheld'>)
    """
    if name == "tenured_mean_log_change" and comparator != "offer":
        # Against new customers, it covers everyone who states a prior price.
        return Kind.WITHHELD
    return COMPANIONS.get(name, Kind.WITHHELD)
