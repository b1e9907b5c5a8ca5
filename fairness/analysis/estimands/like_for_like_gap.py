"""like_for_like_gap: tenured customers against new customers of the same cell."""

from __future__ import annotations

from collections.abc import Iterator

from fairness.analysis.counts import BoolArray
from fairness.analysis.estimands import new_customers
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimand_spec import Comparator
from fairness.findings.estimands import LIKE_FOR_LIKE_GAP

SPEC = LIKE_FOR_LIKE_GAP


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the drafts of each scope and cell."""
    yield from new_customers.gap_drafts(marts, config, SPEC, scopes)


def headline(marts: Marts, config: Config) -> tuple[Comparator, BoolArray]:
    """Return what the headline compares with, and which cells."""
    return new_customers.headline(marts, config, SPEC)
