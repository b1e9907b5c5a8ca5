"""The share file: aggregates that disclosure control lets through, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb

from fairness.analysis.marts import Marts
from fairness.analysis.tables import COLUMNS, COMPANION_COLUMNS, MONTHLY_COLUMNS, companion_row, create, finding_row
from fairness.config import Config
from fairness.disclosure.release import Release, Shown, kind_of, place_of, release, rules_of
from fairness.findings.results import Companion, Finding, Findings, plain

WITHHELD = "withheld"
_KEYS = ("finding_id", "is_headline", "estimand", "comparator", "basis", "level", "scope", "tenure_band", "unit")
_COUNTS = ("n_tenured", "n_new", "n_observations")
_SUPPORT = ("support_share", "n_not_compared")
_SHARE_ABOVE = "share_above"
_OF_ALL = ("share_above_all", "gross_above_reference_all")
# The sentence repeats figures; whose the money of those not compared is, nobody has looked into.
_LEFT_OUT = ("fact", "support_money_share", "money_not_compared", "reversal_gap")
_FINDINGS = {name: kind for name, kind in COLUMNS.items() if name not in _LEFT_OUT} | {WITHHELD: "varchar"}
_CELLS = {
    "scope": "varchar",
    "n_tenured": "bigint",
    "n_new": "bigint",
    "n_observations": "bigint",
    "mean_price": "double",
    "mean_offer": "double",
    "estimate": "double",
    "ci_lower": "double",
    "ci_upper": "double",
    "verdict": "varchar",
    WITHHELD: "varchar",
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


def write_share(con: duckdb.DuckDBPyConnection, findings: Findings, marts: Marts, config: Config) -> None:
    """Create the tables of the share file in the current database: study, findings with companions and months, cells.

    Withheld figures are null and ``withheld`` says why. Scopes that are not named come last, so that their place in
    the order does not name them either; numbering is that of this file.
    """
    released = release(findings, marts, config)
    order = sorted(range(len(findings.findings)), key=lambda position: not released.shown[position].named)
    listed = [(findings.findings[position], released.shown[position]) for position in order]
    create(con, "study", _STUDY, [_study(findings, config)])
    rows = [_finding(number, finding, what) for number, (finding, what) in enumerate(listed, start=1)]
    create(con, "findings", _FINDINGS, rows)
    companions = [
        companion_row(number, companion)
        for number, (finding, what) in enumerate(listed, start=1)
        for companion in finding.companions
        if _is_shown(companion, finding, what)
    ]
    create(con, "findings_companions", COMPANION_COLUMNS, companions)
    least = rules_of(config).min_cell
    months = [month_row(row, least=least, as_of=findings.study["as_of"]) for row in findings.monthly]
    create(con, "findings_monthly", MONTHLY_COLUMNS | {WITHHELD: "varchar"}, months)
    create(con, "cells", _CELLS, _cells(listed, released, findings))


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


def _finding(number: int, finding: Finding, what: Shown) -> dict[str, Any]:
    row = {**finding_row(number, finding), WITHHELD: what.reason}
    if not what.named:
        row["scope"] = None
    hidden: set[str] = set() if what.reason is None else set(_FINDINGS) - {*_KEYS, WITHHELD}
    if not what.counts:
        hidden |= set(_COUNTS)
    if finding.tenure_band is not None:
        # A band shares the new customers of the whole book, but for those of cells that it does not reach.
        hidden |= {"n_new"}
    if not what.support:
        hidden |= set(_SUPPORT)
    if finding.effect_size_name == _SHARE_ABOVE and not what.above:
        hidden |= {"effect_size"}
    return {name: None if name in hidden else row[name] for name in _FINDINGS}


def _is_shown(companion: Companion, finding: Finding, what: Shown) -> bool:
    if what.reason is not None or companion.name in _OF_ALL:
        return False
    if companion.name in (_SHARE_ABOVE, "customers_affected"):
        return what.above and (what.counts or companion.name == _SHARE_ABOVE)
    return what.balance or not isinstance(companion.estimate, Decimal)


def month_row(row: Mapping[str, Any], *, least: int, as_of: str | None) -> dict[str, Any]:
    """Return a month; the as-of month states no count, because that of the headline may differ by a few customers."""
    if row["n_tenured"] < least:
        return {**dict.fromkeys(MONTHLY_COLUMNS), "month": row["month"], WITHHELD: "small_count"}
    n_tenured = None if row["month"] == as_of else row["n_tenured"]
    return {**row, "n_tenured": n_tenured, WITHHELD: None}


def _cells(listed: list[tuple[Finding, Shown]], released: Release, findings: Findings) -> list[dict[str, Any]]:
    """Return the cells of the headline's question, one row each."""
    head = kind_of(findings.headline)
    found = []
    for finding, what in listed:
        if finding.level != "cell" or kind_of(finding) != head:
            continue
        row: dict[str, Any] = dict.fromkeys(_CELLS)
        row["scope"] = json.dumps(plain(finding.scope), ensure_ascii=False, sort_keys=True) if what.named else None
        row[WITHHELD] = what.reason
        if what.reason is None:
            row |= {name: getattr(finding, name) for name in ("estimate", "ci_lower", "ci_upper", "verdict")}
        if what.counts:
            row |= {name: getattr(finding, name) for name in _COUNTS}
        amounts = released.amounts.get(place_of(finding)) if what.balance else None
        if amounts is not None and what.counts:
            n = finding.n_observations
            row["mean_price"] = amounts.paid.total / n
            row["mean_offer"] = (amounts.paid.total - amounts.above.total + amounts.below.total) / n
        found.append(row)
    return found
