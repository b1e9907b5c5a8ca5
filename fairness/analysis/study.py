"""The order of the analysis: which questions a study answers, which one is the headline, and how it is listed.

Decision D18.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairness.analysis.estimands import offer_gap
from fairness.analysis.estimands.answers import ANSWERS, LEADING
from fairness.analysis.marts import Marts
from fairness.analysis.marts_reader import ALWAYS_THERE, has_several_plans, load_marts
from fairness.analysis.mixed_quantities import mixed_estimands, with_mixed
from fairness.analysis.reconciliation import (
    id_matches,
    input_doubts,
    reconciliation,
    rejected_share,
    spellings,
    time_zone_suspects,
)
from fairness.analysis.rejected_rows import rejected_rows, with_rejected
from fairness.analysis.scopes import natural, scopes
from fairness.analysis.support import beside_support, support
from fairness.analysis.suspect_units import suspect_units, without_verdict
from fairness.analysis.unoffered import unoffered_plans, with_unoffered
from fairness.analysis.usable_offers import why_none_usable, with_reason
from fairness.analysis.verdicts import Draft, finish
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.findings.estimands import BY_NAME, FALLBACK, RAW_GAP
from fairness.findings.results import Finding, Findings

HEADLINE = "headline"
_LEVELS = ("pooled", "lens", "cell")


def analyse(con: Connection, config: Config, build: Mapping[str, Any], *, marts: Marts | None = None) -> Findings:
    """Turn the marts of a built warehouse into the findings document.

    Args:
        con: Connection whose current database holds the marts.
        config: The study.
        build: Run id, engine, software version and inputs.
        marts: The marts, where they have been read already.
    """
    marts = marts or load_marts(con, needs(config))
    primary, fell_back = _primary(marts, config)
    listed = list(scopes(marts))
    drafts = [
        draft
        for answer in ANSWERS
        for draft in answer.drafts(marts, config, listed, is_primary=answer.SPEC.name == primary)
    ]
    suspects = suspect_units(marts, config)
    unoffered = unoffered_plans(marts, config)
    rows = reconciliation(con, priced=True)
    block = support(
        marts, *LEADING[primary].headline(marts, config), rejected_rows=rejected_share(rows), beside=beside_support(con)
    )
    rejected = rejected_rows(con, config.study.currency, block.rejected_share)
    drafts = with_unoffered(without_verdict(_with_headline(drafts, primary, fell_back), suspects), unoffered)
    drafts = with_reason(drafts, why_none_usable(con, marts, config))
    drafts = with_mixed(drafts, mixed_estimands(con, marts, config))
    drafts = with_rejected(drafts, block.rejected_share, is_warned=bool(rejected))
    findings = _ordered(
        _with_sign_warning(finish(drafts, config.inference, tenured_bands=_tenured_bands(marts, config)), primary),
        primary,
        marts,
    )
    months = offer_gap.monthly_gaps(marts, config) if primary == offer_gap.SPEC.name else []
    influences = {month["month"]: month.pop(offer_gap.INFLUENCE) for month in months}
    return Findings(
        study=_study(con, marts, config),
        build=build,
        reconciliation={
            **rows,
            "id_matches": id_matches(con),
            "time_zone_suspects": time_zone_suspects(con),
            "input_doubts": input_doubts(con),
        },
        reconciliation_by_role=reconciliation(con, priced=False),
        support=block,
        findings=tuple(findings),
        suspect_units=suspects,
        plans_not_offered=unoffered,
        rejected=rejected,
        spellings=spellings(con),
        monthly=tuple(months),
        influences={draft.finding.key: draft.influence for draft in drafts if draft.influence} | influences,
    )


def _study(con: Connection, marts: Marts, config: Config) -> dict[str, Any]:
    """Return what the document says about the study as a whole."""
    return {
        "name": config.study.name,
        "as_of": marts.as_of,
        "currency": config.study.currency,
        "margin": config.inference.margin,
        "appetite": config.study.appetite,
        "confidence_level": config.inference.confidence_level,
        "primary": config.inference.primary,
        "comparator_basis": config.comparator.basis,
        "plans_pooled": not config.like_for_like.plan and has_several_plans(con),
    }


def reads(config: Config) -> frozenset[str]:
    """Return the tables that the findings of a study of this config come from."""
    return needs(config) | ALWAYS_THERE | {"int_holding", "int_not_compared", "reconciliation", "id_match"}


def needs(config: Config) -> frozenset[str]:
    """Return the count tables that a study of this config reads besides those on coverage."""
    return frozenset(table for answer in ANSWERS for table in answer.needs(config))


def _primary(marts: Marts, config: Config) -> tuple[str, bool]:
    """Return the headline's estimand and whether it replaces the configured one.

    Only offer_gap is ever replaced, and only where the study has no offers and no other comparator that the config's
    order allows. Offers that cannot be used are no reason to answer a different question.
    """
    primary = config.inference.primary
    if primary == offer_gap.SPEC.name and not offer_gap.can_answer(marts, config):
        return FALLBACK.name, True
    return primary, False


def _with_headline(drafts: list[Draft], primary: str, fell_back: bool) -> list[Draft]:
    """Mark the headline, a family of one with a warning where it replaces the configured question.

    Findings under a comparator or basis other than the first of their estimand are alternatives, with separate
    families.
    """
    first: dict[str, tuple[str, str]] = {}

    def mark(draft: Draft) -> Draft:
        finding = draft.finding
        kind = finding.comparator, finding.basis
        if kind != first.setdefault(finding.estimand, kind):
            family = None if finding.family is None else f"{finding.family}:{finding.comparator}:{finding.basis}"
            return replace(draft, finding=replace(finding, family=family))
        if finding.estimand != primary or not _is_whole(finding):
            return draft
        warnings = (*draft.warnings, "primary_fallback") if fell_back else draft.warnings
        return replace(draft, finding=replace(finding, family=HEADLINE), warnings=warnings)

    return [mark(draft) for draft in drafts]


def _tenured_bands(marts: Marts, config: Config) -> tuple[str, ...]:
    """Return the labels of the bands that hold tenured customers: those that do not end before tenure begins."""
    ends = (*config.tenure.band_edges[1:], math.inf)
    return tuple(label for label, end in zip(marts.bands, ends, strict=True) if end > config.tenure.tenured_from_months)


def _is_whole(finding: Finding) -> bool:
    return finding.level == "pooled" and finding.tenure_band is None


def _with_sign_warning(findings: list[Finding], primary: str) -> list[Finding]:
    """Warn where the raw gap points the other way than the like-for-like gap or the headline of the same scope."""
    signs: dict[_ScopeKey, set[bool]] = {}
    for finding in findings:
        if finding.estimand in (FALLBACK.name, primary) and isinstance(finding.estimate, float) and finding.estimate:
            signs.setdefault(_scope_key(finding), set()).add(finding.estimate > 0)
    reversed_scopes = {
        _scope_key(finding)
        for finding in findings
        if finding.estimand == RAW_GAP.name
        and isinstance(finding.estimate, float)
        and finding.estimate
        and (finding.estimate < 0) in signs.get(_scope_key(finding), set())
    }
    return [
        replace(finding, warnings=(*finding.warnings, "mix_reverses_sign"))
        if finding.estimand == RAW_GAP.name and _scope_key(finding) in reversed_scopes
        else finding
        for finding in findings
    ]


_ScopeKey = tuple[str, tuple[tuple[str, str | None], ...], str | None]


def _scope_key(finding: Finding) -> _ScopeKey:
    return finding.level, tuple(finding.scope.items()), finding.tenure_band


def _ordered(findings: list[Finding], primary: str, marts: Marts) -> list[Finding]:
    """Return the findings in the order of the contract: headline, then pooled, lens, cell; the primary first."""
    first: dict[str, tuple[str, str]] = {}
    for finding in findings:
        first.setdefault(finding.estimand, (finding.comparator, finding.basis))
    estimands = (primary, *(name for name in BY_NAME if name != primary))
    bands = {label: number for number, label in enumerate(marts.bands, start=1)}

    def key(finding: Finding) -> tuple[Any, ...]:
        return (
            finding.family != HEADLINE,
            first[finding.estimand] != (finding.comparator, finding.basis),
            _LEVELS.index(finding.level),
            bands.get(finding.tenure_band or "", 0),
            estimands.index(finding.estimand),
            finding.comparator,
            finding.basis,
            [(name, natural(value)) for name, value in finding.scope.items()],
        )

    return sorted(findings, key=key)
