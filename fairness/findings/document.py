"""A findings document read back: typed findings, and the selectors by which every surface picks them.

:class:`Document` takes a document whole, filtered or released. What disclosure control withholds is None there, even
counts that a study always knows: :mod:`fairness.findings.results` has the types that a study makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from fairness.findings.results import Companion, DecidingSample, Diagnostics, Number

Data = Mapping[str, Any]
"""Settings, or a part of a document that holds no finding, as plain data: the JSON contract."""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A finding as a document states it; :class:`fairness.findings.results.Finding` says more of each number.

    Attributes:
        estimate: The gap, a fraction; None where the finding is about money.
        amount: The money, major units a year; None where the finding is about a gap.
        n_tenured, n_new, n_cells, n_not_compared: None also where they are withheld.
        withheld: Why disclosure control withholds the figure; None where it is shown.
        data: The finding as it appears in the document, for those who pass it on whole.
    """

    estimand: str = ""
    comparator: str = ""
    basis: str = ""
    level: str = ""
    scope: Mapping[str, str | None] = field(default_factory=dict)
    tenure_band: str | None = None
    fact: str = ""
    unit: str = "fraction"
    estimate: float | None = None
    amount: Decimal | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    confidence_level: float | None = None
    p_value: float | None = None
    p_value_adjusted: float | None = None
    family: str | None = None
    companions: tuple[Companion, ...] = ()
    n_tenured: int | None = None
    n_new: int | None = None
    n_cells: int | None = None
    support_share: float | None = None
    support_money_share: float | None = None
    n_not_compared: int | None = None
    money_not_compared: Decimal | None = None
    minimum_detectable_gap: float | None = None
    verdict: str | None = None
    verdict_reason: str = ""
    warnings: tuple[str, ...] = ()
    deciding_sample: DecidingSample | None = None
    reversal_gap: float | None = None
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    withheld: str | None = None
    data: Data = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, data: Data) -> Finding:
        """Return a finding from its plain data; what is missing is None."""
        money, sample = data.get("money_not_compared"), data.get("deciding_sample")
        amount, estimate = _amount_or_estimate(data.get("estimate"))
        known = {
            "amount": amount,
            "estimate": estimate,
            "companions": tuple(_companion(item) for item in data.get("companions") or ()),
            "money_not_compared": None if money is None else Decimal(money),
            "fact": data.get("fact") or "",
            "verdict_reason": data.get("verdict_reason") or "",
            "warnings": tuple(data.get("warnings") or ()),
            "deciding_sample": None if sample is None else DecidingSample(**sample),
            "diagnostics": Diagnostics(**_known(Diagnostics, data.get("diagnostics") or {})),
            "data": data,
        }
        return cls(**{**_known(cls, data), **known})

    def __getitem__(self, name: str) -> Any:
        """Return a value of the plain data."""
        return self.data[name]

    @property
    def question(self) -> tuple[str, str, str]:
        """Estimand, comparator and basis."""
        return self.estimand, self.comparator, self.basis

    @property
    def is_money(self) -> bool:
        """Whether it is an amount, not a gap."""
        return self.unit != "fraction"

    @property
    def is_whole(self) -> bool:
        """Whether it is about the whole book: all tenured customers, not a group of them."""
        return self.level == "pooled" and self.tenure_band is None

    @property
    def is_shown(self) -> bool:
        """Whether there is a figure and disclosure control lets it stand."""
        return self.withheld is None and (self.estimate is not None or self.amount is not None)

    @property
    def has_interval(self) -> bool:
        """Whether there is a gap with its interval to draw."""
        is_assessed = self.ci_lower is not None and self.verdict != "not_assessable"
        return self.is_shown and self.estimate is not None and is_assessed

    @property
    def gap(self) -> float:
        """The gap of a finding that has one."""
        return _there(self.estimate)

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of a finding that has one."""
        return _there(self.ci_lower), _there(self.ci_upper)

    def companion(self, name: str) -> Companion | None:
        """Return the second look of that name, or None."""
        return next((companion for companion in self.companions if companion.name == name), None)

    def beside(self, name: str) -> Number:
        """Return the estimate of the second look of that name, or None."""
        found = self.companion(name)
        return None if found is None else found.estimate


@dataclass(frozen=True, slots=True, eq=False)
class Month:
    """The headline's gap in one month.

    Attributes:
        month: The month, such as 2025-12.
        estimate, ci_lower, ci_upper: The gap and its interval, fractions; None where there is none or it is withheld.
        n_tenured: Tenured customers compared.
        data: The month as it appears in the document.
    """

    month: str
    estimate: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    n_tenured: int | None = None
    data: Data = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, data: Data) -> Month:
        """Return a month from its plain data."""
        return cls(**{**_known(cls, data), "data": data})

    def __getitem__(self, name: str) -> Any:
        """Return a value of the plain data."""
        return self.data[name]

    @property
    def gap(self) -> float:
        """The gap of a month that has one."""
        return _there(self.estimate)

    @property
    def verdict(self) -> None:
        """None: a month has no verdict of its own."""
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A findings document with its selectors.

    Attributes:
        findings: The headline first.
        months: The headline month by month.
        data: The document as plain data.
    """

    findings: tuple[Finding, ...]
    months: tuple[Month, ...]
    data: Data = field(repr=False)

    @classmethod
    def load(cls, data: Data) -> Document:
        """Return a document from its plain data; without a list of findings, it has the headline alone."""
        findings = data.get("findings") or [data["headline"]]
        return cls(tuple(map(Finding.load, findings)), tuple(map(Month.load, data.get("monthly") or ())), data)

    def __getitem__(self, name: str) -> Any:
        """Return a part of the document."""
        typed = {"headline": self.head, "findings": self.findings, "monthly": self.months}
        return typed[name] if name in typed else self.data[name]

    @property
    def head(self) -> Finding:
        """The headline."""
        return self.findings[0]

    @property
    def name(self) -> str:
        """Title of the study."""
        return str(self.data["study"]["name"])

    @property
    def as_of(self) -> str | None:
        """The month studied, or None."""
        month: str | None = self.data["study"]["as_of"]
        return month

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return str(self.data["study"]["currency"])

    @property
    def margin(self) -> float:
        """The gap up to which prices are called equal, a fraction."""
        return float(self.data["study"]["margin"])

    @property
    def appetite(self) -> float | None:
        """The largest gap that the firm itself accepts, a fraction; None where it has set none."""
        limit: float | None = self.data["study"].get("appetite")
        return limit

    @property
    def confidence_level(self) -> float:
        """Level of the study's intervals."""
        return float(self.data["study"]["confidence_level"])

    @property
    def build(self) -> Data:
        """Run id, software and inputs."""
        found: Data = self.data["build"]
        return found

    @property
    def support(self) -> Data:
        """Who could be compared."""
        found: Data = self.data["support"]
        return found

    @property
    def rejected(self) -> Sequence[Data]:
        """Rejected rows by reason, of each role of which many were rejected; none in documents of older versions."""
        return self.data.get("rejected") or ()

    @property
    def min_cell(self) -> int:
        """The smallest group of customers that a released document shows; 0 where nothing is withheld."""
        return int(self.data.get("disclosure", {}).get("min_cell") or 0)

    def pooled(self, estimand: str, comparator: str | None = None, basis: str | None = None) -> Finding | None:
        """Return the finding of an estimand about the whole book, its first comparator and basis by default."""
        return next(
            (
                finding
                for finding in self.findings
                if finding.estimand == estimand
                and finding.is_whole
                and comparator in (None, finding.comparator)
                and basis in (None, finding.basis)
            ),
            None,
        )

    def whole(self) -> tuple[Finding, ...]:
        """Return the findings about the whole book, the headline first."""
        return tuple(finding for finding in self.findings if finding.is_whole)

    def same_question(self) -> tuple[Finding, ...]:
        """Return the findings with the headline's estimand, comparator and basis, the headline first."""
        return tuple(finding for finding in self.findings if finding.question == self.head.question)

    def bands(self) -> tuple[Finding, ...]:
        """Return the headline's question by tenure band."""
        return tuple(finding for finding in self.same_question() if finding.tenure_band is not None)

    def groups(self, lens: str) -> tuple[Finding, ...]:
        """Return the headline's question for each group of a lens."""
        return tuple(item for item in self.same_question() if item.level == "lens" and lens in item.scope)

    def cells(self) -> tuple[Finding, ...]:
        """Return the headline's question for each like-for-like cell."""
        return tuple(finding for finding in self.same_question() if finding.level == "cell")

    def money_of(self, finding: Finding) -> Finding | None:
        """Return the money behind a gap: of the same scope, comparator and basis."""
        place = (finding.comparator, finding.basis, finding.level, finding.scope, finding.tenure_band)
        return next(
            (
                other
                for other in self.findings
                if other.estimand == "overpayment"
                and (other.comparator, other.basis, other.level, other.scope, other.tenure_band) == place
            ),
            None,
        )

    def money(self) -> Finding | None:
        """Return the money behind the headline; the first in the study where the headline has none."""
        return self.money_of(self.head) or self.pooled("overpayment")

    def warnings(self) -> tuple[tuple[str, Finding], ...]:
        """Return what belongs under the headline (code, finding): its own warnings and a mix that reverses the sign.

        There is no warning about a withheld share of customers compared: the sentence would name it. Rejected rows are
        shown above the headline.
        """
        found = [
            (code, self.head)
            for code in self.head.warnings
            if code != "rows_rejected" and (code != "narrow_support" or self.head.support_share is not None)
        ]
        raw = self.pooled("raw_gap")
        if raw is not None and raw is not self.head and "mix_reverses_sign" in raw.warnings:
            found.append(("mix_reverses_sign", raw))
        return tuple(found)

    def looked_at(self, family: str | None) -> int:
        """Return for how many tests a family's p-values are adjusted: its findings that have one, in the whole study.

        It counts tests of no gap; those of equivalence are a separate list. A finding without a p-value could not be
        tested and does not count; one that is merely not shown does.
        """
        told: Mapping[str, int] | None = self.data.get("looked_at")
        return looked_at(self.findings, family) if told is None else told.get(family or "", 0)


def looked_at(findings: Sequence[Finding], family: str | None) -> int:
    """Return how many findings of a family were tested.

    Example:
        >>> looked_at([Finding(family="cells", p_value=0.01), Finding(family="cells")], "cells")
        1
    """
    return sum(finding.family == family and finding.p_value is not None for finding in findings)


def _there(value: float | None) -> float:
    """Return a figure; :class:`LookupError` where there is none, which a caller has to check first."""
    if value is None:
        raise LookupError("the finding has no such figure")
    return value


def _known(kind: type[Any], data: Data) -> dict[str, Any]:
    return {item.name: data[item.name] for item in fields(kind) if item.name in data}


def _amount_or_estimate(value: str | float | None) -> tuple[Decimal | None, float | None]:
    """Return money, which the JSON holds as text, or a gap."""
    return (Decimal(value), None) if isinstance(value, str) else (None, value)


def _companion(data: Data) -> Companion:
    amount, estimate = _amount_or_estimate(data.get("estimate"))
    return Companion(**{**_known(Companion, data), "estimate": estimate if amount is None else amount})
