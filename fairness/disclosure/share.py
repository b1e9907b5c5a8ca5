"""The share file: aggregates that disclosure control lets through, rounded, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fairness.analysis.findings_tables import COLUMNS, COMPANION_COLUMNS, MONTHLY_COLUMNS, create, finding_row
from fairness.analysis.marts import Marts
from fairness.config import Config
from fairness.disclosure.control import Rules
from fairness.disclosure.control.kinds import EFFECT_SIZES, FINDINGS, Kind, kind_of_companion
from fairness.disclosure.control.precision import UNSEEN, coverage_grid, mean_grid, money_grid, rounded_count
from fairness.disclosure.release import COARSE, UNKNOWN, Release, Shown, kind_of, place_of, release, rules_of
from fairness.disclosure.rounding import Rounding, companion_numbers, precision_of
from fairness.engine.base import Connection
from fairness.findings.estimands import BY_NAME
from fairness.findings.results import Companion, Finding, Findings
from fairness.stats.influence import Influence

WITHHELD = "withheld"
_KEYS = ("finding_id", "is_headline", "estimand", "comparator", "basis", "level", "scope", "tenure_band", "unit")
_COUNTS = ("n_tenured", "n_new", "n_observations")
_OF_ONE_SIDE = ("share_above", "customers_affected")
_TELLS_FEW = ("interval", "test")
"""Methods that are chosen by whether prices vary at all: where few depart, that tells whether anybody does."""
_NO_VARIANCE = "degenerate_variance"
_EXTRA = {"rounded_to": "double", WITHHELD: "varchar"}
_PUBLISHED = {name for name, kind in FINDINGS.items() if kind is not Kind.WITHHELD}
_FINDINGS = {name: sql for name, sql in COLUMNS.items() if name in _PUBLISHED or name in _KEYS} | _EXTRA
_COMPANIONS = {name: sql for name, sql in COMPANION_COLUMNS.items() if name != "statistic"} | {"rounded_to": "double"}
_MONTHLY = MONTHLY_COLUMNS | _EXTRA
_CELLS = {
    "scope": "varchar",
    "n_tenured": "bigint",
    "n_new": "bigint",
    "n_observations": "bigint",
    "mean_price": "double",
    "mean_price_rounded_to": "double",
    "mean_offer": "double",
    "mean_offer_rounded_to": "double",
    "estimate": "double",
    "ci_lower": "double",
    "ci_upper": "double",
    "verdict": "varchar",
    **_EXTRA,
}
_STUDY = {
    "run_id": "varchar",
    "name": "varchar",
    "as_of": "varchar",
    "currency": "varchar",
    "primary": "varchar",
    "comparator_basis": "varchar",
    "margin": "double",
    "confidence_level": "double",
    "new_below_months": "integer",
    "tenured_from_months": "integer",
    "min_cell": "integer",
    "dominance_contributors": "integer",
    "dominance_share": "double",
    "software_version": "varchar",
}


def write_share(con: Connection, findings: Findings, marts: Marts, config: Config) -> None:
    """Create the tables of the share file in the current database: study, findings with companions and months, cells.

    Withheld figures are null and ``withheld`` says why. Scopes that are not named come last, so that their position
    does not name them either; the numbering is that of this file. Questions whose protection is not proven stay
    entirely in the firm.
    """
    kept = tuple(finding for finding in findings.findings if BY_NAME[finding.estimand].is_released)
    findings = replace(findings, findings=kept)
    released = release(findings, marts, config)
    rules = rules_of(config)
    order = sorted(range(len(findings.findings)), key=lambda position: not released.shown[position].named)
    listed = [(findings.findings[position], released.shown[position]) for position in order]
    create(con, "study", _STUDY, [_study(findings, config)])
    rows = [_finding(number, finding, what, rules) for number, (finding, what) in enumerate(listed, start=1)]
    create(con, "findings", _FINDINGS, rows)
    companions = [
        {**dict.fromkeys(_COMPANIONS), "finding_id": number, "name": companion.name, **figures}
        for number, (finding, what) in enumerate(listed, start=1)
        for companion in finding.companions
        if (figures := _companion(companion, finding, what, released)) is not None
    ]
    create(con, "findings_companions", _COMPANIONS, companions)
    as_of, influences = findings.study["as_of"], findings.influences
    months = [month_row(row, influences.get(row["month"]), rules, as_of=as_of) for row in findings.monthly]
    create(con, "findings_monthly", _MONTHLY, months)
    create(con, "cells", _CELLS, _cells(listed, rows, released, findings, rules))


def _study(findings: Findings, config: Config) -> dict[str, Any]:
    rules = rules_of(config)
    known: dict[str, Any] = {
        **findings.study,
        "run_id": findings.build["id"],
        "software_version": findings.build["software_version"],
        "new_below_months": config.tenure.new_below_months,
        "tenured_from_months": config.tenure.tenured_from_months,
        "min_cell": rules.min_cell,
        "dominance_contributors": rules.dominance_n,
        "dominance_share": rules.dominance_share,
    }
    return {name: known[name] for name in _STUDY}


def _finding(number: int, finding: Finding, what: Shown, rules: Rules) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_FINDINGS) | {WITHHELD: what.reason}
    exact = finding_row(number, finding)
    row |= {name: exact[name] for name in _KEYS}
    if not what.named:
        row["scope"] = None
    if what.counts and what.reason in (None, COARSE, UNKNOWN):
        counts = {name: getattr(finding, name) for name in _COUNTS}
        row |= {name: None if n is None else rounded_count(n, rules) for name, n in counts.items()}
    if finding.tenure_band is not None:
        # A band shares the new customers of the whole book, except those of cells that it does not reach.
        row["n_new"] = None
    if what.reason is not None:
        return row
    row |= {name: exact[name] for name, kind in FINDINGS.items() if kind is Kind.PLAIN and name not in _KEYS}
    level = finding.confidence_level
    row["confidence_level"] = None if level is None else round(level, 6)
    if what.rounding is None:
        return row
    return row | _figures(finding, what, exact, what.rounding)


def _figures(finding: Finding, what: Shown, exact: Mapping[str, Any], rounding: Rounding) -> dict[str, Any]:
    """Return the figures of a finding as published, by their kinds."""
    kinds = (Kind.GAP, Kind.MONEY, Kind.LEVEL, Kind.WIDTH)
    figures: dict[str, Any] = {
        name: rounding.number(kind, exact[name]) for name, kind in FINDINGS.items() if kind in kinds
    }
    figures["ci_lower"], figures["ci_upper"] = rounding.bounds(
        Kind.GAP, finding.estimate, finding.ci_lower, finding.ci_upper
    )
    kind = EFFECT_SIZES.get(finding.effect_size_name or "", Kind.WITHHELD)
    if rounding.is_few:
        # An interval at another level around the same gap would show how far the few make it reach.
        figures |= dict.fromkeys(_TELLS_FEW)
        figures["warnings"] = ", ".join(code for code in finding.warnings if code != _NO_VARIANCE)
    else:
        figures["equivalence_ci_lower"], figures["equivalence_ci_upper"] = rounding.bounds(
            Kind.GAP, finding.estimate, finding.equivalence_ci_lower, finding.equivalence_ci_upper
        )
    if kind in (Kind.SHARE, Kind.PAIRS) and (kind is Kind.SHARE or not rounding.is_few):
        figures["effect_size"] = rounding.number(kind, finding.effect_size)
    if what.coverage and finding.support_share is not None:
        covered = coverage_grid(finding.n_tenured + finding.n_not_compared, rounding.rules)
        figures["support_share"] = None if covered is None else covered.nearest(finding.support_share)
    if what.left_out:
        figures["n_not_compared"] = rounded_count(finding.n_not_compared, rounding.rules)
    grid = rounding.grid(Kind.MONEY if isinstance(finding.estimate, Decimal) else Kind.GAP)
    return figures | {"rounded_to": None if grid is None else grid.step}


def _companion(companion: Companion, finding: Finding, what: Shown, released: Release) -> dict[str, Any] | None:
    """Return the figures of a companion as published, None where it is withheld."""
    kind, rounding = kind_of_companion(companion.name, comparator=finding.comparator), what.rounding
    if what.reason is not None or rounding is None:
        return None
    if companion.name == "customers_affected" and not what.counts:
        return None
    if rounding.is_few and companion.name not in _OF_ONE_SIDE:
        return None
    if kind is Kind.MONEY:
        if not what.balance:
            return None
        n = rounded_count(finding.n_tenured, rounding.rules) if what.counts else None
        held = released.amounts[place_of(finding)]
        could_be = UNSEEN * held.paid.total / max(1, finding.n_tenured)
        grid = money_grid(held.of_net, rounding.rules, n_published=n, could_be=could_be)
        rounding = Rounding(rounding.rules, rounding.n, money=grid)
    figures = companion_numbers(companion, kind, rounding)
    if figures is None or not isinstance(figures["estimate"], Decimal):
        return figures
    return {**figures, "estimate": None, "amount": figures["estimate"]}


def month_row(
    month: Mapping[str, Any], influence: Influence | None, rules: Rules, *, as_of: str | None
) -> dict[str, Any]:
    """Return a month; the as-of month has no count, because that of the headline may differ by a few customers."""
    hidden: dict[str, Any] = dict.fromkeys(_MONTHLY) | {"month": month["month"]}
    if month["n_tenured"] < rules.min_cell:
        return hidden | {WITHHELD: "small_count"}
    bounds = month["ci_lower"], month["ci_upper"]
    precision = precision_of(month["estimate"], bounds, influence, rules)
    n = None if month["month"] == as_of else rounded_count(month["n_tenured"], rules)
    if precision is None:
        return hidden | {"n_tenured": n, WITHHELD: UNKNOWN if influence is None else COARSE}
    rounding = Rounding(rules, month["n_tenured"], precision)
    lower, upper = rounding.bounds(Kind.GAP, month["estimate"], *bounds)
    return hidden | {
        "estimate": rounding.number(Kind.GAP, month["estimate"]),
        "ci_lower": lower,
        "ci_upper": upper,
        "interval": None if precision.is_few else month["interval"],
        "n_tenured": n,
        "pricing_decisions": rounding.number(Kind.EFFECTIVE, month["pricing_decisions"]),
        "rounded_to": precision.grid.step,
    }


def _cells(
    listed: list[tuple[Finding, Shown]],
    rows: list[dict[str, Any]],
    released: Release,
    findings: Findings,
    rules: Rules,
) -> list[dict[str, Any]]:
    """Return the cells of the headline's question, one row each: what their findings show, and mean prices."""
    head = kind_of(findings.headline)
    found = []
    for (finding, what), shown in zip(listed, rows, strict=True):
        if finding.level != "cell" or kind_of(finding) != head:
            continue
        row: dict[str, Any] = {name: shown.get(name) for name in _CELLS}
        amounts = released.amounts.get(place_of(finding)) if what.balance else None
        if amounts is not None and what.counts and what.rounding is not None and not what.rounding.is_few:
            paid, n = amounts.paid.total, finding.n_observations
            means = paid / n, (paid - amounts.above.total + amounts.below.total) / n
            for name, mean, of in zip(
                ("mean_price", "mean_offer"), means, (amounts.of_price, amounts.of_offer), strict=True
            ):
                grid = mean_grid(of, rules)
                if grid is not None:
                    row[name], row[f"{name}_rounded_to"] = grid.nearest(mean), grid.step
        found.append(row)
    return found
