"""The module that answers each estimand, in the order of the registry: a new one takes its place here."""

from __future__ import annotations

from fairness.analysis.estimands import (
    change_gap,
    cost_gap,
    decomposition,
    first_renewal_gap,
    hidden_bias,
    lens_contrast,
    like_for_like_gap,
    market_gap,
    offer_gap,
    overpayment,
    raw_gap,
    tenure_gradient,
    walking_slope,
    worst_segment,
)
from fairness.analysis.estimands.protocol import Answer, Leading

ANSWERS: tuple[Answer, ...] = (
    offer_gap,
    like_for_like_gap,
    raw_gap,
    market_gap,
    cost_gap,
    change_gap,
    overpayment,
    first_renewal_gap,
    decomposition,
    tenure_gradient,
    walking_slope,
    hidden_bias,
    worst_segment,
    lens_contrast,
)

_LEADING: tuple[Leading, ...] = (offer_gap, like_for_like_gap, market_gap, cost_gap, change_gap)
LEADING = {module.SPEC.name: module for module in _LEADING}
"""Those that may be the headline, by estimand."""
