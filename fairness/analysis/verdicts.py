"""From estimates to findings: adjust within families, print the right interval, give the verdict.

A :class:`Draft` is a finding before anyone has counted the others. :func:`finish` counts them.

Decision D34.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from fairness.config import Inference
from fairness.findings.results import DecidingSample, Finding, SampleUnit
from fairness.stats.influence import Influence
from fairness.stats.log_ratio import LogRatio
from fairness.stats.multiplicity import adjust, family_alpha
from fairness.stats.power import deciding_sample, minimum_detectable_gap
from fairness.stats.verdict import APPROXIMATE_SKEW, OFFSETTING_SHARE, Evidence, Verdict, decide

_LEAST_SAMPLE, _LEAST_CLUSTERS = 100, 20
_NOT_FIXED_BY_MORE = (
    "estimators_disagree",
    "offsetting_gaps",
    "support_below_minimum",
    "no_comparable_cell",
    "no_terms",
    "narrow_support",
    "plan_not_offered",
    "unknown_tenure",
    "best_available_offer",
    "pricing_dates_differ",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A finding without adjustment, printed interval and verdict.

    Attributes:
        finding: Everything that does not depend on other findings.
        ratio: Estimate on the log scale; None where nothing could be compared.
        evidence: What the verdict rules need besides intervals and p-values; None for figures without a verdict.
        p_value: Permutation p-value that replaces that of ``ratio``; None keeps the latter.
        test: Name of the permutation test, where there is one.
        sample: Current sample in the binding unit, and that unit.
        warnings: Codes of warnings found so far.
        influence: How far few customers could move the estimate, or None.
        margin: Its own margin; None keeps that of the study.
    """

    finding: Finding
    ratio: LogRatio | None = None
    evidence: Evidence | None = None
    p_value: float | None = None
    test: str | None = None
    sample: tuple[float, SampleUnit] = (0.0, "customers")
    warnings: tuple[str, ...] = ()
    influence: Influence | None = None
    margin: float | None = None

    def margin_of(self, settings: Inference) -> float:
        """Return the margin that it is judged by."""
        return settings.margin if self.margin is None else self.margin


def finish(drafts: Iterable[Draft], settings: Inference, *, tenured_bands: Collection[str] = ()) -> list[Finding]:
    """Return the findings of the drafts, adjusted within their families, in the same order.

    A pooled average that would be called equivalent is checked against the bands and lens values of the same question:
    one that has 5 % or more of the tenured customers and a verdict of its own forbids it.

    Args:
        drafts: The drafts of a study.
        settings: Level, margin and correction.
        tenured_bands: Labels of the tenure bands that hold tenured customers.
    """
    listed = list(drafts)
    families: dict[str | None, list[int]] = defaultdict(list)
    for position, draft in enumerate(listed):
        families[draft.finding.family].append(position)
    looked: dict[int, _Looked] = {}
    for positions in families.values():
        members = [listed[position] for position in positions]
        looked.update(zip(positions, _look_at_family(members, settings), strict=True))
    findings = [looked[position].finding(settings) for position in range(len(listed))]
    parts = _decided_parts(findings, tenured_bands)
    return [
        looked[position].holding(parts[_question(finding)], finding).finding(settings)
        if finding.verdict == "equivalent" and _is_whole(finding) and _question(finding) in parts
        else finding
        for position, finding in enumerate(findings)
    ]


_Question = tuple[str, str, str]


def _question(finding: Finding) -> _Question:
    return finding.estimand, finding.comparator, finding.basis


def _is_whole(finding: Finding) -> bool:
    return finding.level == "pooled" and finding.tenure_band is None


def _decided_parts(findings: list[Finding], tenured_bands: Collection[str]) -> dict[_Question, list[tuple[str, int]]]:
    """Return the bands and lens values with a penalty or favour, each with its name and tenured customers."""
    found: dict[_Question, list[tuple[str, int]]] = defaultdict(list)
    for finding in findings:
        is_part = finding.level == "lens" or finding.tenure_band in tenured_bands
        if is_part and finding.verdict in ("penalty", "favourable"):
            name = finding.tenure_band or ", ".join(f"{column}={value}" for column, value in finding.scope.items())
            found[_question(finding)].append((name, finding.n_tenured))
    return found


def _look_at_family(members: list[Draft], settings: Inference) -> list[_Looked]:
    alpha = 1.0 - settings.confidence_level
    p_values = [_p_value(draft) for draft in members]
    p_equivalence = [_p_equivalence(draft, settings) for draft in members]
    adjusted = zip(
        p_values,
        adjust(p_values, method=settings.correction),
        p_equivalence,
        adjust(p_equivalence, method=settings.correction),
        strict=True,
    )
    tested = [(draft, _Tests(*values)) for draft, values in zip(members, adjusted, strict=True)]
    looked = [
        _Looked(
            draft,
            _Look(alpha, alpha, alpha),
            tests,
            is_decided=tests.p_adjusted is not None and tests.p_adjusted < alpha and _is_beyond(draft, settings),
            is_alike=tests.equivalence_adjusted is not None and tests.equivalence_adjusted < alpha,
        )
        for draft, tests in tested
    ]
    n_tests = [max(1, sum(p is not None for p in values)) for values in (p_values, p_equivalence)]
    return _selected(looked, settings, n_tests)


def _is_beyond(draft: Draft, settings: Inference) -> bool:
    return draft.ratio is not None and abs(draft.ratio.estimate) >= draft.margin_of(settings)


def _selected(first: list[_Looked], settings: Inference, n_tests: list[int]) -> list[_Looked]:
    """Return the members with intervals for the number of those that keep their verdict, found by dropping the others.

    R counts members with a penalty or favour, not members with a small p: otherwise intervals of gaps that are certain
    but small would be too narrow. Equal members are a separate selection.
    """
    alpha = 1.0 - settings.confidence_level
    looked = first
    while True:
        sizes = sum(one.is_decided for one in looked), sum(one.is_alike for one in looked)
        stars = (
            family_alpha(alpha=alpha, n_tests=tests, n_selected=size, method=settings.correction)
            for tests, size in zip(n_tests, sizes, strict=True)
        )
        look = _Look(alpha, *stars)
        looked = [
            replace(
                one,
                look=look,
                is_dropped=(start.is_decided and not one.is_decided and one.includes_zero(look))
                or (start.is_alike and not one.is_alike and not one.is_inside(look, one.draft.margin_of(settings))),
            )
            for start, one in zip(first, looked, strict=True)
        ]
        kept = [one.kept(settings) for one in looked]
        if kept == looked:
            return looked
        looked = kept


@dataclass(frozen=True, slots=True)
class _Look:
    """How a family is judged: alpha of the study, that of a member with a verdict, and that of an equal one."""

    alpha: float
    alpha_star: float
    equivalence_alpha: float


@dataclass(frozen=True, slots=True)
class _Tests:
    p: float | None
    p_adjusted: float | None
    equivalence: float | None
    equivalence_adjusted: float | None


@dataclass(frozen=True, slots=True)
class _Looked:
    """A draft as judged within its family.

    Attributes:
        draft: The draft.
        look: How its family is judged.
        tests: Its p-values.
        is_decided: Whether it is one of those with a penalty or favour.
        is_alike: Whether it is one of those that are equal.
        is_dropped: Whether its p-value is small enough, but its interval for that many tests is too wide.
    """

    draft: Draft
    look: _Look
    tests: _Tests
    is_decided: bool
    is_alike: bool
    is_dropped: bool = False

    def includes_zero(self, look: _Look) -> bool:
        """Return whether the interval of a member with a verdict holds 0, or cannot be computed."""
        interval = self.draft.ratio.interval(1.0 - look.alpha_star) if self.draft.ratio else None
        return interval is None or interval[0] <= 0 <= interval[1]

    def is_inside(self, look: _Look, margin: float) -> bool:
        """Return whether the interval of an equal member lies inside the margin."""
        interval = self.draft.ratio.interval(1.0 - 2.0 * look.equivalence_alpha) if self.draft.ratio else None
        return interval is not None and -margin < interval[0] and interval[1] < margin

    def finding(self, settings: Inference) -> Finding:
        """Return the finding with its verdict."""
        return _finish_one(self, settings)

    def kept(self, settings: Inference) -> _Looked:
        """Return the draft as one that is still selected only where its verdict says so."""
        if not self.is_decided and not self.is_alike:
            return self
        verdict = self.finding(settings).verdict
        return replace(
            self,
            is_decided=self.is_decided and verdict in ("penalty", "favourable"),
            is_alike=self.is_alike and verdict == "equivalent",
        )

    def holding(self, parts: list[tuple[str, int]], finding: Finding) -> _Looked:
        """Return the draft with the large parts of it that have a verdict of their own."""
        names = tuple(name for name, n in parts if n >= OFFSETTING_SHARE * finding.n_tenured)
        if not names or self.draft.evidence is None:
            return self
        return replace(self, draft=replace(self.draft, evidence=replace(self.draft.evidence, decided_parts=names)))


def _p_value(draft: Draft) -> float | None:
    if draft.p_value is not None or draft.ratio is None:
        return draft.p_value
    return draft.ratio.p_value()


def _p_equivalence(draft: Draft, settings: Inference) -> float | None:
    """Return the p-value of the equivalence test; without variation, the estimate itself is inside or not."""
    if draft.ratio is None or draft.ratio.se is None:
        return None
    if draft.ratio.se == 0:
        return 0.0 if abs(draft.ratio.estimate) < draft.margin_of(settings) else 1.0
    return draft.ratio.p_equivalence(draft.margin_of(settings))


def _finish_one(looked: _Looked, settings: Inference) -> Finding:
    draft, look, tests, ratio = looked.draft, looked.look, looked.tests, looked.draft.ratio
    if ratio is None:
        verdict = decide(draft.evidence) if draft.evidence else None
        return _with_verdict(draft, verdict, replace(draft.finding, confidence_level=settings.confidence_level), look)
    level = 1.0 - look.alpha_star if looked.is_decided else settings.confidence_level
    interval = ratio.interval(level)
    equivalence = ratio.interval(1.0 - 2.0 * (look.equivalence_alpha if looked.is_alike else look.alpha))
    finding = replace(
        draft.finding,
        estimate=ratio.estimate,
        ci_lower=interval[0] if interval else None,
        ci_upper=interval[1] if interval else None,
        confidence_level=level,
        test=draft.test or draft.finding.test,
        statistic=ratio.statistic,
        p_value=tests.p,
        p_value_adjusted=tests.p_adjusted,
        minimum_detectable_gap=minimum_detectable_gap(se=ratio.se, alpha_star=look.alpha_star, df=ratio.df),
        equivalence_ci_lower=equivalence[0] if equivalence else None,
        equivalence_ci_upper=equivalence[1] if equivalence else None,
        p_value_equivalence=tests.equivalence,
        p_value_equivalence_adjusted=tests.equivalence_adjusted,
        diagnostics=replace(draft.finding.diagnostics, df=ratio.df, standard_error=ratio.se),
    )
    if draft.evidence is None:
        return replace(finding, warnings=draft.warnings)
    evidence = replace(
        draft.evidence,
        estimate=ratio.estimate,
        interval=interval,
        equivalence_interval=equivalence,
        p_adjusted=tests.p_adjusted,
        p_equivalence_adjusted=tests.equivalence_adjusted,
        is_dropped=looked.is_dropped,
    )
    return _with_verdict(draft, decide(evidence), finding, look, margin=draft.margin_of(settings))


def _with_verdict(
    draft: Draft, verdict: Verdict | None, finding: Finding, look: _Look, *, margin: float | None = None
) -> Finding:
    if verdict is None:
        return replace(finding, warnings=draft.warnings)
    warnings = (*verdict.warnings, *(code for code in draft.warnings if code not in verdict.warnings))
    if draft.ratio is not None and verdict.verdict != "not_assessable" and _is_approximate(finding):
        warnings = (*warnings, "approximate")
    sample = None
    if verdict.verdict == "inconclusive" and margin is not None:
        sample = _deciding(draft, verdict, finding, look, margin)
    return replace(
        finding,
        verdict=verdict.verdict,
        verdict_reason=verdict.reason,
        warnings=warnings,
        deciding_sample=sample,
    )


def _is_approximate(finding: Finding) -> bool:
    """Return whether the sample is smaller, or more skewed, than those for which the interval is shown to hold."""
    known = [size for size in (finding.n_tenured, finding.diagnostics.n_eff) if size is not None]
    clusters = [size for size in (finding.diagnostics.pricing_decisions,) if size is not None]
    if finding.interval == "party" and finding.diagnostics.df is not None:
        # A few parties with many accounts each: the customers are many, the draws are not.
        clusters.append(finding.diagnostics.df + 1.0)
    few = min(known, default=_LEAST_SAMPLE) < _LEAST_SAMPLE or min(clusters, default=_LEAST_CLUSTERS) < _LEAST_CLUSTERS
    return few or abs(finding.diagnostics.skew or 0.0) > APPROXIMATE_SKEW


def _deciding(draft: Draft, verdict: Verdict, finding: Finding, look: _Look, margin: float) -> DecidingSample:
    size, unit = draft.sample
    totals = None
    if verdict.reason not in _NOT_FIXED_BY_MORE and draft.ratio is not None:
        totals = deciding_sample(se=draft.ratio.se, n=size, margin=margin, alpha=look.alpha_star)
    if totals is None:
        return DecidingSample(unit, size, None, None, reason=verdict.reason)
    at_zero, at_twice = totals
    if draft.evidence is not None and verdict.reason == "few_pricing_decisions":
        least = math.ceil(draft.evidence.min_pricing_decisions)
        at_zero, at_twice = max(at_zero, least), max(at_twice, least)
    needed, present = finding.diagnostics.n_eff_needed, finding.diagnostics.n_eff
    if unit == "customers" and needed is not None and present:
        # Equivalence also asks for enough new prices: the sample has to grow to that as well.
        at_zero = max(at_zero, math.ceil(size * needed / present))
    return DecidingSample(unit, size, at_zero, at_twice)
