"""From estimates to findings: adjust within families, print the right interval, give the verdict.

A :class:`Draft` is a finding before anyone looked at how many others there are. :func:`finish` looks.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fairness.config import Inference
from fairness.findings.results import DecidingSample, Finding, SampleUnit
from fairness.stats.log_ratio import LogRatio
from fairness.stats.multiplicity import adjust, family_alpha, selected_level
from fairness.stats.power import deciding_sample, minimum_detectable_gap
from fairness.stats.verdict import Evidence, Verdict, decide

_LEAST_SAMPLE, _LEAST_CLUSTERS = 100, 20
_NOT_MENDED_BY_MORE = ("estimators_disagree", "offsetting_gaps", "support_below_minimum", "no_comparable_cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A finding without adjustment, printed interval and verdict.

    Attributes:
        finding: Everything that does not depend on other findings.
        ratio: Estimate on the log scale; None where nothing could be compared.
        evidence: What the verdict rules need besides intervals and p-values; None for figures without a verdict.
        p_value: Permutation p-value that replaces that of ``ratio``; None keeps it.
        test: Name of the permutation test, where there is one.
        sample: Present sample in the binding unit, and its unit.
        warnings: Codes found on the way.
    """

    finding: Finding
    ratio: LogRatio | None = None
    evidence: Evidence | None = None
    p_value: float | None = None
    test: str | None = None
    sample: tuple[float, SampleUnit] = (0.0, "customers")
    warnings: tuple[str, ...] = ()


def finish(drafts: Iterable[Draft], settings: Inference) -> list[Finding]:
    """Return the findings of the drafts, adjusted within their families, in the same order."""
    listed = list(drafts)
    families: dict[str | None, list[int]] = defaultdict(list)
    for position, draft in enumerate(listed):
        families[draft.finding.family].append(position)
    finished: dict[int, Finding] = {}
    for positions in families.values():
        members = [listed[position] for position in positions]
        for position, finding in zip(positions, _finish_family(members, settings), strict=True):
            finished[position] = finding
    return [finished[position] for position in range(len(listed))]


def _finish_family(members: list[Draft], settings: Inference) -> list[Finding]:
    alpha = 1.0 - settings.confidence_level
    p_values = [_p_value(draft) for draft in members]
    p_equivalence = [_p_equivalence(draft, settings) for draft in members]
    adjusted = adjust(p_values, method=settings.correction)
    adjusted_equivalence = adjust(p_equivalence, method=settings.correction)
    n_tests = max(1, sum(p is not None for p in p_values))
    n_selected = sum(p is not None and p < alpha for p in adjusted)
    look = _Look(
        alpha=alpha,
        alpha_star=family_alpha(alpha=alpha, n_tests=n_tests, n_selected=n_selected, method=settings.correction),
        level=selected_level(alpha=alpha, n_tests=n_tests, n_selected=n_selected, method=settings.correction),
    )
    return [
        _finish_one(draft, settings, look, _Tests(p, p_adjusted, equivalence, equivalence_adjusted))
        for draft, p, p_adjusted, equivalence, equivalence_adjusted in zip(
            members, p_values, adjusted, p_equivalence, adjusted_equivalence, strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class _Look:
    """How a family is looked at: alpha of the study, alpha* of a member, level of selected members' intervals."""

    alpha: float
    alpha_star: float
    level: float


@dataclass(frozen=True, slots=True)
class _Tests:
    p: float | None
    p_adjusted: float | None
    equivalence: float | None
    equivalence_adjusted: float | None


def _p_value(draft: Draft) -> float | None:
    if draft.p_value is not None or draft.ratio is None:
        return draft.p_value
    return draft.ratio.p_value()


def _p_equivalence(draft: Draft, settings: Inference) -> float | None:
    """Return the p-value of the equivalence test; without any variation the estimate itself is inside or not."""
    if draft.ratio is None or draft.ratio.se is None:
        return None
    if draft.ratio.se == 0:
        return 0.0 if abs(draft.ratio.estimate) < settings.margin else 1.0
    return draft.ratio.p_equivalence(settings.margin)


def _finish_one(draft: Draft, settings: Inference, look: _Look, tests: _Tests) -> Finding:
    ratio = draft.ratio
    if ratio is None:
        verdict = decide(draft.evidence) if draft.evidence else None
        return _with_verdict(draft, verdict, replace(draft.finding, confidence_level=settings.confidence_level), look)
    is_selected = tests.p_adjusted is not None and tests.p_adjusted < look.alpha
    level = look.level if is_selected else settings.confidence_level
    interval = ratio.interval(level)
    equivalence = ratio.interval(1.0 - 2.0 * look.alpha)
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
    )
    return _with_verdict(draft, decide(evidence), finding, look, margin=settings.margin)


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
    """Say whether the sample is smaller than the one for which the coverage of the interval has been shown."""
    known = [size for size in (finding.n_tenured, finding.diagnostics.n_eff) if size is not None]
    clusters = [size for size in (finding.diagnostics.pricing_decisions,) if size is not None]
    if finding.interval == "party" and finding.diagnostics.df is not None:
        # A few parties with many accounts each: the customers are many, the draws are not.
        clusters.append(finding.diagnostics.df + 1.0)
    return min(known, default=_LEAST_SAMPLE) < _LEAST_SAMPLE or min(clusters, default=_LEAST_CLUSTERS) < _LEAST_CLUSTERS


def _deciding(draft: Draft, verdict: Verdict, finding: Finding, look: _Look, margin: float) -> DecidingSample:
    size, unit = draft.sample
    totals = None
    if verdict.reason not in _NOT_MENDED_BY_MORE and draft.ratio is not None:
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
