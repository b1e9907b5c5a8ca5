"""The order of the analysis: which questions a study answers, which one is the headline, and how it is listed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb

from fairness.analysis.counts import BoolArray
from fairness.analysis.estimands import change_gap, joiners, new_customers, offer_gap, overpayment
from fairness.analysis.marts import Marts, load_marts
from fairness.analysis.reconciliation import reconciliation, rejected_share, spellings
from fairness.analysis.scopes import Scope, natural, scopes
from fairness.analysis.support import support
from fairness.analysis.units import suspect_units, without_verdict
from fairness.analysis.unoffered import unoffered_plans, with_unoffered
from fairness.analysis.verdicts import Draft, finish
from fairness.config import Config
from fairness.findings.results import Finding, Findings

ESTIMANDS = (
    "offer_gap",
    "like_for_like_gap",
    "raw_gap",
    "market_gap",
    "cost_gap",
    "change_gap",
    "overpayment",
)
"""Display order after the primary estimand."""

FALLBACK = "like_for_like_gap"
HEADLINE = "headline"
_LEVELS = ("pooled", "lens", "cell")


def analyse(
    con: duckdb.DuckDBPyConnection, config: Config, build: Mapping[str, Any], *, marts: Marts | None = None
) -> Findings:
    """Turn the marts of a built warehouse into the findings document.

    Args:
        con: Connection whose current database holds the marts.
        config: The study.
        build: Run id, engine, software version and inputs.
        marts: The marts, where they have been read already.
    """
    marts = marts or load_marts(con)
    primary, fell_back = _primary(marts, config)
    listed = list(scopes(marts))
    drafts = [draft for estimand in ESTIMANDS for draft in _drafts(marts, config, estimand, primary, listed)]
    suspects = suspect_units(marts, config)
    unoffered = unoffered_plans(marts, config)
    drafts = with_unoffered(without_verdict(_with_headline(drafts, primary, fell_back), suspects), unoffered)
    findings = _ordered(
        _with_sign_warning(finish(drafts, config.inference, tenured_bands=_tenured_bands(marts, config)), primary),
        primary,
        marts,
    )
    months = offer_gap.monthly_gaps(marts, config) if primary == "offer_gap" else []
    influences = {month["month"]: month.pop(offer_gap.INFLUENCE) for month in months}
    rows = reconciliation(con, priced=True)
    block = support(
        marts,
        _support_of(marts, config, primary),
        _cells_of(marts, config, primary),
        rejected_rows=rejected_share(rows),
    )
    return Findings(
        study={
            "name": config.study.name,
            "as_of": marts.as_of,
            "currency": config.study.currency,
            "margin": config.inference.margin,
            "confidence_level": config.inference.confidence_level,
            "primary": config.inference.primary,
            "comparator_basis": config.comparator.basis,
        },
        build=build,
        reconciliation=rows,
        reconciliation_by_role=reconciliation(con, priced=False),
        support=block,
        findings=tuple(findings),
        suspect_units=suspects,
        plans_not_offered=unoffered,
        spellings=spellings(con),
        monthly=tuple(months),
        influences={draft.finding.key: draft.influence for draft in drafts if draft.influence} | influences,
    )


def _primary(marts: Marts, config: Config) -> tuple[str, bool]:
    """Return the headline's estimand and whether it replaces the configured one.

    Only offer_gap is ever replaced, and only where no comparator exists that the config's order allows.
    """
    primary = config.inference.primary
    if primary == "offer_gap" and not offer_gap.readings(marts, config) and not joiners.has_data(marts, config):
        return FALLBACK, True
    return primary, False


def _drafts(marts: Marts, config: Config, estimand: str, primary: str, listed: list[Scope]) -> list[Draft]:
    """Return the drafts of one estimand; none where the study lacks what it needs and it is not the headline."""
    is_primary = estimand == primary
    if estimand == "raw_gap":
        return list(new_customers.raw_drafts(marts, config, listed))
    if estimand in new_customers.REFERENCES:
        needed = is_primary or new_customers.has_data(marts, estimand)
        return list(new_customers.gap_drafts(marts, config, estimand, listed)) if needed else []
    if estimand == "change_gap":
        if not is_primary and not change_gap.has_data(marts):
            return []
        # New customers rarely have a price a year ago: they stand in only where offers have no dates.
        make = change_gap.offer_drafts if change_gap.has_dated_offers(marts) else change_gap.gap_drafts
        return list(make(marts, config, listed))
    readings = offer_gap.readings(marts, config)
    if estimand == "overpayment":
        return [
            draft for reading in readings for draft in overpayment.overpayment_drafts(marts, config, listed, reading)
        ]
    found = [draft for reading in readings for draft in offer_gap.gap_drafts(marts, config, listed, reading)]
    if joiners.has_data(marts, config):
        found += joiners.gap_drafts(marts, config, listed, with_cells=not readings)
    return found


def _cells_of(marts: Marts, config: Config, estimand: str) -> BoolArray:
    if estimand in new_customers.REFERENCES:
        return new_customers.qualified_cells(marts, config, estimand)
    if estimand == "change_gap" and not change_gap.has_dated_offers(marts):
        return change_gap.qualified_cells(marts, config)
    return offer_gap.assessable_cells(marts)


def _support_of(marts: Marts, config: Config, primary: str) -> str:
    """Return the name under which the headline's customers are counted: joiners stand in where no offer exists."""
    return "derived_gap" if primary == "offer_gap" and not offer_gap.readings(marts, config) else primary


def _with_headline(drafts: list[Draft], primary: str, fell_back: bool) -> list[Draft]:
    """Mark the headline, a family of one with a warning where it replaces the configured question.

    Findings under another comparator or basis than the first of their estimand are alternatives: families of their own.
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
        if finding.estimand in (FALLBACK, primary) and isinstance(finding.estimate, float) and finding.estimate:
            signs.setdefault(_scope_key(finding), set()).add(finding.estimate > 0)
    reversed_scopes = {
        _scope_key(finding)
        for finding in findings
        if finding.estimand == "raw_gap"
        and isinstance(finding.estimate, float)
        and finding.estimate
        and (finding.estimate < 0) in signs.get(_scope_key(finding), set())
    }
    return [
        replace(finding, warnings=(*finding.warnings, "mix_reverses_sign"))
        if finding.estimand == "raw_gap" and _scope_key(finding) in reversed_scopes
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
    estimands = (primary, *(name for name in ESTIMANDS if name != primary))
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
