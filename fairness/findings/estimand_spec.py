"""What is recorded about an estimand and its comparators."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparator:
    """What an estimand compares the prices of tenured customers with.

    Attributes:
        name: As findings state it: offer, book, derived, new_customers.
        than: End of the sentence that states the fact; empty where the fact has a sentence of its own.
        reductions: Count tables that it is computed from.
        covered: Columns of cell_coverage that count the observations that have it, and what they pay.
        known_by: Column of party_counts that is above 0 where an observation has it; empty where a price is enough.
        missing: Reason for an observation that has a price but lacks it; empty where a price is enough.
        label: Name of the question under this comparator where it differs from the estimand's.
    """

    name: str
    than: str = ""
    reductions: tuple[str, ...]
    covered: tuple[str, str] = ("n_priced", "paid_ticks")
    known_by: str = ""
    missing: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """One question.

    Attributes:
        name: As findings, config and SQL state it.
        question: The question.
        compared: Who is compared.
        label: Its name as a reader sees it.
        row: Its short name, as a row label.
        gap: What its gap is to.
        does: What the sentence with its verdict says about tenured customers, before "more".
        than: End of that sentence; empty without one.
        fact: Sentence of its fact, with the places ``who`` (or ``n`` and ``cells``), ``size``, ``direction`` and
            ``than``; empty where it has a sentence of its own.
        comparators: What prices are compared with, the preferred first.
        basis: Basis of the price or offer, in words of the method document.
        has_verdict: Whether it carries a verdict; a fact carries none, is in no family and is never the headline.
        can_lead: Whether the config may choose it as the headline.
        ladder: Position among the comparisons of one figure, from the plainest; None where it is not among them.
        is_told: Whether its fact is told as a sentence beside the table of the whole book, instead of a row in it.
        is_alike: Whether it compares tenured with new customers of the same cell: one estimator answers all that do,
            and it needs no module of its own.
        is_released: Whether it may leave the firm: disclosure control knows how to protect it.
    """

    name: str
    question: str
    compared: str
    label: str
    row: str = ""
    gap: str = ""
    does: str = "tenured customers pay"
    than: str = ""
    fact: str = ""
    comparators: tuple[Comparator, ...]
    basis: str
    has_verdict: bool
    can_lead: bool
    ladder: int | None = None
    is_told: bool = False
    is_alike: bool = False
    is_released: bool = True

    def against(self, comparator: str) -> Comparator:
        """Return the comparator of that name.

        Raises:
            LookupError: The estimand has none of that name.
        """
        for known in self.comparators:
            if known.name == comparator:
                return known
        raise LookupError(f"{self.name} has no comparator '{comparator}'")
