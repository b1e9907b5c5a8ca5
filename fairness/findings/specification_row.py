"""The headline with one choice of the study changed, and all such choices together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationRow:
    """The headline under one specification.

    Attributes:
        choice: The key of the config; empty for the configured study.
        value: What it is set to.
        estimate: The gap, a fraction; None without one.
        ci_lower: Lower bound of its interval.
        ci_upper: Upper bound.
        verdict: Verdict under this specification.
        verdict_reason: Code of the rule that decided.
        support_share: Share of the tenured customers who are compared.
        n_tenured: Tenured customers compared.
        configured_on_same_customers: The gap of the configured study for the customers compared here, a fraction; None
            where nobody is compared, or the question has no such figure.
        hangs: Whether the verdict hangs on this choice.
        problem: Why nothing could be computed; empty otherwise.
    """

    choice: str
    value: str
    estimate: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    verdict: str | None = None
    verdict_reason: str | None = None
    support_share: float | None = None
    n_tenured: int = 0
    configured_on_same_customers: float | None = None
    hangs: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SpecificationRange:
    """The headline with one choice changed at a time.

    Attributes:
        rows: One for each specification; the first is the configured study.
        inputs: SHA-256 of each input file, in the order of the study.
    """

    rows: tuple[SpecificationRow, ...]
    inputs: tuple[str, ...]

    @property
    def hangs_on(self) -> list[str]:
        """The choices on which the verdict of the configured study hangs, each with the value that overturns it."""
        return [f"{row.choice} ({row.value})" for row in self.rows if row.hangs]
