"""What a module that answers an estimand offers: the count tables it needs, and its drafts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fairness.analysis.counts import BoolArray
from fairness.analysis.marts import Marts
from fairness.analysis.scopes import Scope
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.findings.estimand_spec import Comparator, Estimand


class Answer(Protocol):
    """A module that answers one estimand.

    Attributes:
        SPEC: The estimand.
    """

    SPEC: Estimand

    def needs(self, config: Config) -> frozenset[str]:
        """Return the count tables that the drafts are made from."""

    def drafts(self, marts: Marts, config: Config, scopes: list[Scope], *, is_primary: bool) -> Iterable[Draft]:
        """Return the drafts: each scope, and each cell where cells are answered; the preferred comparator first.

        Args:
            marts: The study, with at least the tables of :meth:`needs`.
            config: Its settings.
            scopes: The parts of the book.
            is_primary: Whether it is the headline; others return nothing where the study lacks what they need.
        """


class Leading(Answer, Protocol):
    """A module whose estimand may be the headline."""

    def headline(self, marts: Marts, config: Config) -> tuple[Comparator, BoolArray]:
        """Return what the headline compares with, and which cells, shape (cells,), count as compared."""


def reductions(spec: Estimand, *comparators: str) -> frozenset[str]:
    """Return the count tables of an estimand under the chosen comparators; all of them without a choice."""
    chosen = [spec.against(name) for name in comparators] if comparators else spec.comparators
    return frozenset(table for comparator in chosen for table in comparator.reductions)
