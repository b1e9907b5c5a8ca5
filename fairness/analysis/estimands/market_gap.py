"""market_gap: tenured against new customers of the same cell, prices measured against a market price."""

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
from fairness.findings.estimands import MARKET_GAP

SPEC = MARKET_GAP


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that the drafts are made from."""
    return reductions(SPEC)


def drafts(marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
    """Return the drafts of each scope and cell; none where the book lacks the reference."""
    if not is_primary and not new_customers.has_data(marts, SPEC):
        return
    yield from new_customers.gap_drafts(marts, config, SPEC, scopes)


def headline(marts: Marts, config: Config) -> tuple[Comparator, BoolArray]:
    """Return what the headline compares with, and which cells."""
    return new_customers.headline(marts, config, SPEC)
