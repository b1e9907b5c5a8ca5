"""The order of the analysis: which questions a study answers, which one is the headline, and how it is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb

from fairness.analysis import changes, offers, two_sample
from fairness.analysis.coverage import support
from fairness.analysis.drafts import Draft, finish
from fairness.analysis.marts import BoolArray, Marts, load_marts
from fairness.analysis.reconcile import reconciliation
from fairness.analysis.scopes import Scope, natural, scopes
from fairness.config import Config
from fairness.results import Finding, Findings

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
_LEVELS = ("pooled", "lens", "cell")


def analyse(con: duckdb.DuckDBPyConnection, config: Config, build: Mapping[str, Any]) -> Findings:
    """Turn the marts of a built warehouse into the findings document.

    Args:
        con: Connection whose current database holds the marts.
        config: The study.
        build: Run id, engine, software version and inputs.
    """
    marts = load_marts(con)
    primary, fell_back = _primary(marts, config)
    listed = list(scopes(marts))
    drafts = [draft for estimand in ESTIMANDS for draft in _drafts(marts, config, estimand, primary, listed)]
    drafts = [_as_headline(draft, primary, fell_back) for draft in drafts]
    findings = _ordered(_with_sign_warning(finish(drafts, config.inference), primary), primary, marts)
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
        reconciliation=reconciliation(con),
        reconciliation_by_role={},
        support=support(marts, primary, _cells_of(marts, config, primary)),
        findings=tuple(findings),
    )


def _primary(marts: Marts, config: Config) -> tuple[str, bool]:
    """Return the headline's estimand and whether it replaces the configured one.

    Only offer_gap is ever replaced, and only where no offer exists that the config's order allows.
    """
    primary = config.inference.primary
    if primary == "offer_gap" and not _uses_book_offers(marts, config):
        return FALLBACK, True
    return primary, False


def _uses_book_offers(marts: Marts, config: Config) -> bool:
    return "book" in config.comparator.order and offers.has_data(marts)


def _drafts(marts: Marts, config: Config, estimand: str, primary: str, listed: list[Scope]) -> list[Draft]:
    """Return the drafts of one estimand; none where the book does not have what it needs and it is not the headline."""
    if estimand == "raw_gap":
        return list(two_sample.raw_drafts(marts, config, listed))
    if estimand in two_sample.REFERENCES:
        if two_sample.has_data(marts, estimand) or estimand == primary:
            return list(two_sample.gap_drafts(marts, config, estimand, listed))
    elif estimand == "change_gap":
        if changes.has_data(marts) or estimand == primary:
            return list(changes.gap_drafts(marts, config, listed))
    elif _uses_book_offers(marts, config):
        make = offers.gap_drafts if estimand == "offer_gap" else offers.overpayment_drafts
        return list(make(marts, config, listed))
    return []


def _cells_of(marts: Marts, config: Config, estimand: str) -> BoolArray:
    if estimand in two_sample.REFERENCES:
        return two_sample.qualified_cells(marts, config, estimand)
    if estimand == "change_gap":
        return changes.qualified_cells(marts, config)
    return offers.assessable_cells(marts)


def _is_headline(finding: Finding, primary: str) -> bool:
    return finding.estimand == primary and finding.level == "pooled" and finding.tenure_band is None


def _as_headline(draft: Draft, primary: str, fell_back: bool) -> Draft:
    """Mark the headline: a family of one, and a warning where it replaces the configured question."""
    if not _is_headline(draft.finding, primary):
        return draft
    warnings = (*draft.warnings, "primary_fallback") if fell_back else draft.warnings
    return replace(draft, finding=replace(draft.finding, family="headline"), warnings=warnings)


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
    estimands = (primary, *(name for name in ESTIMANDS if name != primary))
    bands = {label: number for number, label in enumerate(marts.bands, start=1)}

    def key(finding: Finding) -> tuple[Any, ...]:
        return (
            not _is_headline(finding, primary),
            _LEVELS.index(finding.level),
            bands.get(finding.tenure_band or "", 0),
            estimands.index(finding.estimand),
            [(name, natural(value)) for name, value in finding.scope.items()],
        )

    return sorted(findings, key=key)
