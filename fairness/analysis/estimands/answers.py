"""What answers each estimand, in the order of the registry: the module of its name, or the estimator in its record."""

from __future__ import annotations

from fairness.analysis.estimands import (
    change_gap,
    decomposition,
    first_renewal_gap,
    hidden_bias,
    lens_contrast,
    monitoring,
    offer_gap,
    overpayment,
    raw_gap,
    tenure_gradient,
    walking_slope,
    worst_segment,
)
from fairness.analysis.estimands.alike_gap import AlikeGap
from fairness.analysis.estimands.protocol import Answer, Leading
from fairness.findings.estimands import ALIKE, BY_NAME, ESTIMANDS

_ALIKE = tuple(AlikeGap(BY_NAME[name]) for name in ALIKE)
_LEADING: tuple[Leading, ...] = (offer_gap, change_gap, *_ALIKE)
_MODULES: tuple[Answer, ...] = (
    raw_gap,
    overpayment,
    first_renewal_gap,
    decomposition,
    tenure_gradient,
    walking_slope,
    hidden_bias,
    worst_segment,
    lens_contrast,
    monitoring,
)
_BY_NAME: dict[str, Answer] = {answer.SPEC.name: answer for answer in (*_LEADING, *_MODULES)}

ANSWERS: tuple[Answer, ...] = tuple(_BY_NAME[spec.name] for spec in ESTIMANDS)
LEADING = {answer.SPEC.name: answer for answer in _LEADING if answer.SPEC.can_lead}
"""Those that may be the headline, by estimand."""
