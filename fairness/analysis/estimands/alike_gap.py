"""Answers the estimands that compare tenured customers with new ones of their cell, from their records alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fairness.analysis.counts import BoolArray
from fairness.analysis.estimands import new_customers
from fairness.analysis.estimands.protocol import reductions
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimand_spec import Comparator, Estimand


@dataclass(slots=True)
class AlikeGap:
    """Tenured against new customers of the same cell; prices may be measured against a reference.

    Attributes:
        SPEC: The estimand; its comparator names the reference.
    """

    SPEC: Estimand

    def needs(self, config: Config) -> frozenset[str]:
        """Return the count tables that the drafts are made from."""
        return reductions(self.SPEC)

    def drafts(self, marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterator[Draft]:
        """Return the drafts of each scope and cell; none where the book lacks the reference."""
        if is_primary or new_customers.has_data(marts, self.SPEC):
            yield from new_customers.gap_drafts(marts, config, self.SPEC, scopes)

    def headline(self, marts: Marts, config: Config) -> tuple[Comparator, BoolArray]:
        """Return what the headline compares with, and which cells."""
        return new_customers.headline(marts, config, self.SPEC)
